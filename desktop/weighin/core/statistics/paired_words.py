"""What paired results say whatever was asked: their JSON, and the sentences that name no kind of question."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from weighin.core import format
from weighin.core.statistics.paired import PairedResult, flips
from weighin.core.statistics.power import POWER, questions_needed

# With fewer on which just one is right the exact test cannot come out significant: 2 / 2**5 > 0.05.
LEAST_DIFFERING = 6
_LARGE_E = 1_000_000


def paired_json(paired: PairedResult | None) -> dict[str, Any] | None:
    """The keys of the command line's contract; null before both have answered something."""
    if paired is None:
        return None
    return {
        "both_right": paired.both_right,
        "only_a": paired.only_a,
        "only_b": paired.only_b,
        "both_wrong": paired.both_wrong,
        "difference": paired.difference,
        "interval": list(paired.interval),
        "mcnemar_p": paired.mcnemar_p,
        "e_value": paired.e_value,
        "verdict": paired.verdict.value,
        "more_questions": paired.more_questions,
        "decided_after": paired.decided_after,
        "test": "exact_mcnemar" if paired.whole else "anytime_valid",
        "flips": asdict(changed) if (changed := flips(paired)) else None,
    }


def difference_words(paired: PairedResult) -> str:
    """How far the one in front is ahead, and the interval of that: "Difference 11.0 points (1.8 to 20.1)"."""
    difference, (low, high) = paired.difference, paired.interval
    if difference < 0:
        difference, low, high = -difference, -high, -low
    interval = f"{format.points(low, sign='-')} to {format.points(high, sign='-')}"
    return f"Difference {format.points(difference, sign='-')} points ({interval})"


def boxes_words(paired: PairedResult) -> str:
    """ "Both right 12 · only A 3 · only B 7 · both wrong 2"."""
    boxes = (
        ("Both right", paired.both_right),
        ("only A", paired.only_a),
        ("only B", paired.only_b),
        ("both wrong", paired.both_wrong),
    )
    return " · ".join(f"{box} {format.count(n)}" for box, n in boxes)


def few_differ(paired: PairedResult) -> bool:
    """Whether no test could decide on as few as differ."""
    return paired.only_a + paired.only_b < LEAST_DIFFERING


def e_value_words(paired: PairedResult) -> str:
    """ "12.3", "above 1 000 000"."""
    return f"above {format.count(_LARGE_E)}" if paired.e_value > _LARGE_E else format.figure(paired.e_value)


def what_it_takes(paired: PairedResult, one: str) -> tuple[str, ...]:
    """How many questions a difference like the one measured would need; none where there is none. one: what one of
    them is called."""
    if not paired.difference:
        return ()
    share = (paired.only_a + paired.only_b) / paired.n
    needed = questions_needed(abs(paired.difference), share)
    if needed is None or needed <= paired.n:
        return ()
    gap = format.points(abs(paired.difference), sign="-")
    about, often = format.count(format.two_figures(needed)), format.percent(POWER)
    return (f"To find a true difference of {gap} points {often} of the time takes about {about} {one}s.",)
