"""Which of two models is better, from the questions on which only one was right."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from weighin.core.statistics.binomial import sign_test
from weighin.core.statistics.intervals import paired_difference, wilson

# Decide at e >= 20: with no difference that ever happens in at most 1 of 20 runs, however often one looks (Ville).
DECISIVE = 20.0
# Of the one look at a whole sample. Whatever is decisive above is significant too: e >= 20 means p <= 0.05.
SIGNIFICANT = 0.05
_LARGEST = 1e300
_MOST_DISCORDANT = 10_000_000


def log_e_value(only_a: float, only_b: float) -> float:
    """Natural logarithm of 2^(b+c) B(b+1, c+1).

    Under "no difference" each discordant question is a fair coin; Robbins' mixture over all coins is then a test
    martingale, and may be looked at after every question (Ramdas, Grunwald, Vovk, Shafer 2023, "Game-theoretic
    statistics and safe anytime-valid inference", Statistical Science 38)."""
    b, c = only_a, only_b
    return (b + c) * math.log(2) + math.lgamma(b + 1) + math.lgamma(c + 1) - math.lgamma(b + c + 2)


def e_value(only_a: int, only_b: int) -> float:
    """exp(log_e_value), at most 1e300."""
    return math.exp(min(log_e_value(only_a, only_b), math.log(_LARGEST)))


def verdict(only_a: int, only_b: int) -> Verdict:
    """Which is better, once the e-value is at least DECISIVE."""
    if log_e_value(only_a, only_b) < math.log(DECISIVE):
        return Verdict.CANNOT_TELL
    return Verdict.A_BETTER if only_a > only_b else Verdict.B_BETTER


def more_questions(only_a: int, only_b: int, n: int) -> int | None:
    """About how many questions beyond `n` would decide if both go on as they did; 0 once decided, None where there is
    no telling (no disagreement yet, or an exactly even one). An extrapolation of two shares, not a promise."""
    if verdict(only_a, only_b) is not Verdict.CANNOT_TELL:
        return 0
    discordant = only_a + only_b
    if only_a == only_b:
        return None
    share = only_a / discordant
    low, high = discordant, discordant
    while not _decides(high, share):
        low, high = high, high * 2
        if high > _MOST_DISCORDANT:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _decides(middle, share) else (middle, high)
    return max(1, math.ceil(high * n / discordant) - n)


def compare(both_right: int, only_a: int, only_b: int, both_wrong: int, live: Verdict | None = None) -> PairedResult:
    """Everything about the four boxes; at least one question. `live`: the verdict where subjects follow each other
    (see `live_verdict`); by the questions alone where None."""
    n = both_right + only_a + only_b + both_wrong
    return PairedResult(
        both_right=both_right,
        only_a=only_a,
        only_b=only_b,
        both_wrong=both_wrong,
        difference=(only_a - only_b) / n,
        interval=paired_difference(only_a, only_b, n),
        mcnemar_p=sign_test(only_a, only_b),
        e_value=e_value(only_a, only_b),
        verdict=verdict(only_a, only_b) if live is None else live,
        more_questions=0 if live not in (None, Verdict.CANNOT_TELL) else _more(only_a, only_b, n, live),
    )


def judge_sample(paired: PairedResult) -> PairedResult:
    """The same numbers judged once, by the exact McNemar test: for a sample whose size was fixed beforehand and that
    both have gone through. What a verdict on the way said does not count any more."""
    verdict = Verdict.CANNOT_TELL
    if paired.mcnemar_p < SIGNIFICANT:
        verdict = Verdict.A_BETTER if paired.only_a > paired.only_b else Verdict.B_BETTER
    more = None if verdict is Verdict.CANNOT_TELL else 0
    return replace(paired, verdict=verdict, more_questions=more, decided_after=None, whole=True)


def _more(only_a: int, only_b: int, n: int, live: Verdict | None) -> int | None:
    """As `more_questions`; None where the questions would decide but the subjects do not agree enough yet."""
    more = more_questions(only_a, only_b, n)
    return None if live is Verdict.CANNOT_TELL and more == 0 else more


def _decides(discordant: int, share: float) -> bool:
    return log_e_value(discordant * share, discordant * (1 - share)) >= math.log(DECISIVE)


@dataclass(frozen=True)
class Flips:
    """Questions on which just one was right: `changed` of all, a share 0..1 with its interval (Wilson, 95 %). worse:
    right by A and wrong by B; better: the other way round.

    Dutta et al. (2024), "Accuracy is Not All You Need", arXiv 2407.09141: where B is a quantization of A, equal scores
    hide that answers changed, and this share goes along with the divergence of what both predict."""

    changed: int
    share: float
    low: float
    high: float
    worse: int
    better: int


def flips(paired: PairedResult) -> Flips | None:
    """B held against A; None where one of them gave no letter at all."""
    if paired.mute:
        return None
    changed = paired.only_a + paired.only_b
    return Flips(changed, changed / paired.n, *wilson(changed, paired.n), paired.only_a, paired.only_b)


class Verdict(str, Enum):
    """The values are those of the command line's JSON."""

    A_BETTER = "a_better"
    B_BETTER = "b_better"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True)
class PairedResult:
    """Both models on the questions both have answered. difference: accuracy of A minus that of B; interval: 95 %.

    mcnemar_p: exact, for the whole planned sample. e_value: of the questions as they are. whole: both have answered
    all questions of the plan, and the verdict is that of the exact test (`judge_sample`). Before
    that the verdict is the live one (`live_verdict`), which is kept from when it fell. more_questions: about how
    many more would decide, 0 once decided, None where there is no telling and in a whole sample. decided_after:
    questions of the whole subjects after which the live verdict fell, None where it did not. unscored: how many of
    these questions gave no letter of A and of B, and count as wrong."""

    both_right: int
    only_a: int
    only_b: int
    both_wrong: int
    difference: float
    interval: tuple[float, ...]
    mcnemar_p: float
    e_value: float
    verdict: Verdict
    more_questions: int | None
    decided_after: int | None = None
    whole: bool = False
    unscored: tuple[int, ...] = (0, 0)

    @property
    def n(self) -> int:
        """Number of questions both have answered."""
        return self.both_right + self.only_a + self.only_b + self.both_wrong

    @property
    def mute(self) -> tuple[str, ...]:
        """The lanes that gave no letter for any of these questions: they say nothing of a model."""
        return tuple(label for label, number in zip("AB", self.unscored, strict=False) if number and number == self.n)


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
