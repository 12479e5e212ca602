"""Asks the engine what a model will need, in a worker of its own, and keeps the answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject

from weighin.core.model import ModelFacts
from weighin.core.options import LoadOptions
from weighin.core.plan import PlanLine

Planned = Callable[["Plan"], None]


@dataclass(frozen=True)
class Plan:
    """The needs of one model as a function of the context. refusal: why this engine cannot run it, "" where it can."""

    model: ModelFacts
    line: PlanLine
    refusal: str = ""


class Planner(QObject):
    """Plans one model at a time; answers asked for twice come from memory as long as the file is the same."""

    def plan(self, model: ModelFacts, options: LoadOptions, done: Planned) -> None:
        """`done` gets the plan, always: the formula's where the engine gives none, with the reason in its notices."""
        raise NotImplementedError

    def known(self, model: ModelFacts, options: LoadOptions) -> Plan | None:
        """What was planned before, None where nothing was."""
        raise NotImplementedError

    def close(self) -> None:
        """End the worker."""
        raise NotImplementedError
