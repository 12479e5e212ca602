"""Which of two models is better, from the questions on which only one was right."""

from __future__ import annotations

import math
from dataclasses import replace

from weighin.core.evaluations.evaluation import PairedResult, Verdict
from weighin.core.statistics.intervals import paired_difference

# Decide at e >= 20: with no difference that ever happens in at most 1 of 20 runs, however often one looks (Ville).
DECISIVE = 20.0
# Of the one look at a whole sample. Whatever is decisive above is significant too: e >= 20 means p <= 0.05.
SIGNIFICANT = 0.05
_LARGEST = 1e300
_MOST_DISCORDANT = 10_000_000


def mcnemar_p(only_a: int, only_b: int) -> float:
    """Exact two-sided McNemar p: min(1, 2 P[X <= min]) with X binomial(only_a + only_b, 1/2). For one look at a sample
    whose size was fixed beforehand. (McNemar 1947, Psychometrika 12; the exact binomial form.)"""
    n, fewer = only_a + only_b, min(only_a, only_b)
    log_half = n * math.log(2)
    terms = [math.exp(_log_choose(n, i) - log_half) for i in range(fewer + 1)]
    return min(1.0, 2 * math.fsum(terms))


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
    (see live.py); by the questions alone where None."""
    n = both_right + only_a + only_b + both_wrong
    return PairedResult(
        both_right=both_right,
        only_a=only_a,
        only_b=only_b,
        both_wrong=both_wrong,
        difference=(only_a - only_b) / n,
        interval=paired_difference(only_a, only_b, n),
        mcnemar_p=mcnemar_p(only_a, only_b),
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


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
