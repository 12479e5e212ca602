"""Whether a model runs here, in a word beside its name and in a sentence under it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from weighin.core.models.model import ModelFacts
from weighin.core.plans.plan import VerdictKind
from weighin.core.plans.text import memory_words
from weighin.core.plans.workstation import WorkstationRow

if TYPE_CHECKING:
    from weighin.services.plans.workstation import Workstation

Judge = Callable[[ModelFacts], str]

_WORDS = {VerdictKind.RUNS: "runs here", VerdictKind.TIGHT: "tight here", VerdictKind.NO: "does not fit"}


def judge_of(workstation: Workstation) -> Judge:
    """Judges a model in a word, by what is known without asking anybody; "" of one on a server or of what nobody
    knows."""
    return lambda model: "" if model.is_server or not model.path else verdict_word(workstation.judge_file(model))


def verdict_word(row: WorkstationRow) -> str:
    """ "runs here", "~ tight here" where that was calculated, "cannot run" where this engine refuses it."""
    if row.candidate.refusal:
        return "cannot run"
    return f"{row.mark} {_WORDS[row.kind]}".strip() if row.kind else ""


def outlook_of(workstation: Workstation, model: ModelFacts | None) -> tuple[str, str, bool]:
    """The line under a model, its tooltip, and whether it is a warning."""
    if model is None or model.is_server or not model.path:
        return "", "", False
    row = workstation.judge_file(model)
    return row.sentence(workstation.computer.budget), memory_words(row.plan), row.kind is not VerdictKind.RUNS
