"""A verdict that may be looked at while subjects are asked one after the other.

Questions of one subject are alike: where one model is better at history and the other at physics, the first subjects
say little about all of them. So evidence counts by whole subjects, which follow each other in a drawn order."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from weighin.core.evaluations.evaluation import Verdict
from weighin.core.statistics.paired import DECISIVE, log_e_value

# Spread of the mixture below, for a run of so many questions: decided beforehand. Simulated over 57 subjects: three
# times as much or as little matters little.
_SPREAD_OF_A_QUESTION = 60.0

Counts = tuple[int, int]  # questions that only A got right, and only B


def log_subject_e_value(differences: Iterable[int], planned: int) -> float:
    """Natural logarithm of the e-value of the `differences` (only A minus only B) of whole subjects, in a run of
    `planned` questions.

    Under "no difference" each subject is as likely to lean to one side as to the other; exp(x S - x^2 V / 2) with S the
    sum and V the sum of squares is then a supermartingale for every x (de la Pena 1999, "A general class of exponential
    inequalities for martingales and ratios", Annals of Probability 27), and so is its mean over x from a normal
    distribution (Robbins 1970): (1 + sV)^(-1/2) exp(s S^2 / (2 (1 + sV)))."""
    total = squares = 0
    for difference in differences:
        total, squares = total + difference, squares + difference**2
    spread = _SPREAD_OF_A_QUESTION / planned
    scale = 1 + spread * squares
    return spread * total**2 / (2 * scale) - math.log(scale) / 2


def live_verdict(finished: Sequence[Counts], alone: Counts | None, planned: int) -> tuple[Verdict, int | None]:
    """The verdict in a run of `planned` questions that still goes on, and after how many of the `finished` subjects (in
    the order in which they were asked) it fell; it is kept from then on. None: not by whole subjects. alone: the
    questions so far where all are of one subject, which then count as such.

    Both must decide: the e-value of the questions, and that of the subjects."""
    threshold = math.log(DECISIVE)
    only_a = only_b = 0
    differences: list[int] = []
    for number, (a, b) in enumerate(finished, 1):
        only_a, only_b = only_a + a, only_b + b
        differences.append(a - b)
        if log_e_value(only_a, only_b) >= threshold and log_subject_e_value(differences, planned) >= threshold:
            return _side(only_a, only_b), number
    if alone is not None and log_e_value(*alone) >= threshold:
        return _side(*alone), None
    return Verdict.CANNOT_TELL, None


def _side(only_a: int, only_b: int) -> Verdict:
    return Verdict.A_BETTER if only_a > only_b else Verdict.B_BETTER
