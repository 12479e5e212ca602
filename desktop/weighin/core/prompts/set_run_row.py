"""A run of a prompt set in short, for lists."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SetRunRow:
    """model_a, model_b: names of the models; planned: answers of each model that were asked for; asked: prompts run so
    far, counted as often as they were asked; answered: those to which both gave an answer. right_a, right_b: answers
    marked right; graded: whether any is marked."""

    id: str
    created: str
    name: str
    model_a: str
    model_b: str
    planned: int
    asked: int
    answered: int
    right_a: int
    right_b: int
    graded: bool
    blind: bool

    @property
    def can_resume(self) -> bool:
        """Whether something is left to ask."""
        return self.answered < self.planned

    @property
    def elsewhere(self) -> bool:
        """Whether another window works on it: nobody knows."""
        return False
