"""What the process of a model was kept from doing, in words."""

from __future__ import annotations

from weighin.core.runs.lane import EngineFacts

_NONE = "none"


def is_confined(engine: EngineFacts) -> bool:
    """Whether all walls hold, as far as that is known."""
    return "Landlock" in engine.confinement and "seccomp" in engine.confinement and "(" not in engine.confinement


def confinement_sentence(engine: EngineFacts) -> str:
    """What holds, and what does not and why; "not known" of a record from before this was kept."""
    held = engine.confinement
    if not held:
        return "not known"
    if held.startswith(_NONE):
        return f"models are not confined{held.removeprefix(_NONE)}"
    if not is_confined(engine):
        return f"models are partly confined: {held}"
    return f"a model can read its own file and nothing else, no network, no other program ({held})"
