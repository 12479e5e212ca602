"""Claims in sentences."""

from __future__ import annotations

from weighin.core.evaluations.text import claim_sentences
from weighin.core.statistics.claims import check_claim


def test_a_gap_that_means_nothing() -> None:
    assert claim_sentences(check_claim(0.841, 0.837, 14_042, 0.13), 14_042) == (
        "Not significant on all 14\u202f042 questions.",
        "Difference +0.40 points (95 % interval -0.20 to +1.00), p = 0.19.",
        "Significant only if the models disagreed on less than 5.85 % of the questions.",
        "A gap of this size needs about 63\u202f770 questions, more than MMLU has.",
    )


def test_a_gap_that_is_one() -> None:
    verdict, *rest = claim_sentences(check_claim(0.842, 0.742, 1000, 0.2), 1000)
    assert verdict == "Significant on 1\u202f000 questions."
    assert len(rest) == 1


def test_a_gap_within_reach_of_more_questions() -> None:
    said = claim_sentences(check_claim(0.80, 0.75, 200, 0.2), 200)
    assert said[0] == "Not significant on 200 questions."
    assert said[-1].endswith(" questions.")


def test_no_gap_needs_no_more() -> None:
    assert len(claim_sentences(check_claim(0.8, 0.8, 200, 0.2), 200)) == 2
