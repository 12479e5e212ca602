"""The prompt sets that come along."""

from __future__ import annotations

from pathlib import Path

from weighin.core.errors import AppError
from weighin.core.prompts.prompt_set import PromptSet
from weighin.core.prompts.prompt_toml import toml_prompts


def load_sets(resources: Path) -> tuple[PromptSet, ...]:
    """The sets that come along, by name. Raises AppError where one is damaged."""
    found = []
    for path in sorted((resources / "prompts").glob("*.toml")):
        try:
            read = toml_prompts(path.read_bytes())
        except (OSError, AppError) as error:
            reason = error.user_text if isinstance(error, AppError) else str(error)
            raise AppError(f"The prompt set {path.name} is damaged: {reason}", kind="damaged") from None
        if read.problems or not read.name:
            reason = read.problems[0] if read.problems else "It has no name."
            raise AppError(f"The prompt set {path.name} is damaged: {reason}", kind="damaged")
        found.append(PromptSet(f"builtin:{path.stem}", read.name, read.prompts, True))
    return tuple(sorted(found, key=lambda one: one.name))
