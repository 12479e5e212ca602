"""Two models on prompts that each of them may answer several times: a prompt is one observation, however often it was
asked, and counts with the share of right answers of each model."""

from __future__ import annotations

import math
from dataclasses import replace

from weighin.core.statistics.intervals import paired_difference, two_sided_z
from weighin.core.statistics.paired import (
    DECISIVE,
    SIGNIFICANT,
    PairedResult,
    Verdict,
    compare,
    e_value,
    judge_sample,
    more_questions,
)
from weighin.core.statistics.reach import reach_once

Share = tuple[int, int]  # right answers of one model to a prompt, of so many


class PromptPairs:
    """Running sums over prompts, in whole numbers, so that one which changes is taken out and put in again. With one
    answer each everything is as for MMLU's questions: exact McNemar test, Tango's interval, e-value."""

    def __init__(self, samples: int = 1) -> None:
        """samples: the most answers of one model to a prompt."""
        self._unit = math.lcm(*range(1, samples + 1))  # every share is so many parts of it
        self._boxes = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
        self._first = [0, 0]
        self._sum = self._size = self._squares = 0

    def put(self, a: Share, b: Share, first: tuple[bool, bool] | None, times: int = 1) -> None:
        """Count a prompt; with `times` -1 take it out. first: whether the first answer of A and of B is right, None
        where one of them cannot tell."""
        mine, other = (right * self._unit // of for right, of in (a, b))
        often = 2 * mine >= self._unit
        difference = mine - other
        self._boxes[(often, often) if not difference else (difference > 0, difference < 0)] += times
        self._sum += times * difference
        self._size += times * abs(difference)
        self._squares += times * difference**2
        if first is not None and first[0] != first[1]:
            self._first[first.index(True)] += times

    @property
    def n(self) -> int:
        """Prompts that were counted."""
        return sum(self._boxes.values())

    def result(self, whole: bool, looks: int = 1) -> PairedResult | None:
        """Both on the prompts so far; None without any. The boxes are prompts: both alike and right in at least half of
        the answers, A ahead, B ahead, both alike and wrong. whole: the planned sample, judged once by the exact sign
        test of the prompts; else by the e-value of the first answers, which come in the order of the prompts.
        looks: so many results are looked at together, and each must be so much clearer (Bonferroni)."""
        n = self.n
        if not n:
            return None
        boxes = self._boxes
        made = compare(boxes[True, True], boxes[True, False], boxes[False, True], boxes[False, False])
        only_a, only_b = self._first
        made = replace(
            made,
            difference=self._sum / (n * self._unit),
            interval=self._interval(n),
            e_value=e_value(only_a, only_b),
            more_questions=more_questions(only_a, only_b, n),
        )
        made = judge_sample(made) if whole else made
        ahead = (made.only_a - made.only_b) if whole else only_a - only_b
        verdict = _decision(made, ahead, looks)
        more = 0 if verdict is not Verdict.CANNOT_TELL else made.more_questions or None
        return replace(made, verdict=verdict, more_questions=more)

    def _interval(self, n: int) -> tuple[float, float]:
        """Tango's, with as many prompts of one answer each as would have the clustered error (as Wilson's in
        `clusters.share_interval`); where each prompt is all or nothing, or all are alike, each counts."""
        if self._squares == self._size * self._unit:
            return paired_difference(self._boxes[True, False], self._boxes[False, True], n)
        difference, size = self._sum / (n * self._unit), self._size / (n * self._unit)
        # Of the mean; in whole numbers as long as it may be nothing at all.
        variance = (n * self._squares - self._sum**2) / (n * n * max(1, n - 1) * self._unit**2)
        independent = float(n)
        if variance:
            independent = (size - difference**2) / variance * (two_sided_z() / reach_once(n - 1)) ** 2
        only_a, only_b = ((size + sign * difference) / 2 * independent for sign in (1, -1))
        return paired_difference(only_a, only_b, independent)


def _decision(paired: PairedResult, ahead: int, looks: int) -> Verdict:
    """ahead: more than 0 where the prompts speak for A. Where the answers speak for the other nothing is decided."""
    clear = paired.mcnemar_p < SIGNIFICANT / looks if paired.whole else paired.e_value >= DECISIVE * looks
    if not clear or not ahead or (paired.difference > 0) != (ahead > 0):
        return Verdict.CANNOT_TELL
    return Verdict.A_BETTER if ahead > 0 else Verdict.B_BETTER
