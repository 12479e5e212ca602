"""Whether a model fits here, in a word beside its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from weighin.core.models.model import ModelFacts
from weighin.core.plans.plan import VerdictKind
from weighin.core.plans.text import memory_words
from weighin.core.plans.verdict import kind_words
from weighin.core.plans.workstation import WorkstationRow

if TYPE_CHECKING:
    from weighin.services.plans.workstation import Workstation

Judge = Callable[[ModelFacts], str]

_TONES = {VerdictKind.RUNS: "good", VerdictKind.TIGHT: "amber", VerdictKind.NO: "red"}


def fit_words(kind: VerdictKind | None) -> tuple[str, str]:
    """Whether a model fits, in a word, and the tone of that word; "" where nobody knows."""
    return (kind_words(kind).lower(), _TONES[kind]) if kind is not None else ("", "")


def judge_of(workstation: Workstation) -> Judge:
    """Judges a model in a word, by what is known without asking anybody; "" of one on a server or of what nobody
    knows."""
    return lambda model: "" if model.is_server or not model.path else verdict_word(workstation.judge_file(model))


def verdict_word(row: WorkstationRow) -> str:
    """ "fits", "~ tight" where that was calculated, "cannot run" where this engine refuses it."""
    if row.candidate.refusal:
        return "cannot run"
    return f"{row.mark} {fit_words(row.kind)[0]}".strip() if row.kind else ""


def outlook_of(workstation: Workstation, model: ModelFacts | None) -> tuple[str, str, str]:
    """Whether it fits, in a word; what that rests on; and its tone."""
    if model is None or model.is_server or not model.path:
        return "", "", ""
    row = workstation.judge_file(model)
    word, tone = fit_words(row.kind)
    return word, f"{row.sentence(workstation.computer.budget)}\n{memory_words(row.plan)}", tone
