"""Votes counted: exact, whichever side a model stood at, and never sure too early."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from weighin.core.comparisons.blind import (
    Choice,
    Contender,
    Tally,
    Vote,
    contender,
    fewest_more,
    shown_characters,
    tallies,
)
from weighin.core.comparisons.text import count_words, interval_words, verdict_words
from weighin.core.models.model import ModelFacts
from weighin.core.statistics.binomial import clopper_pearson, sign_test, tail

ONE, TWO = Contender("a|Q8_0|1", "One", "Q8_0"), Contender("b|Q4_K_M|2", "Two", "Q4_K_M")


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (0, 7), (3, 7), (7, 7), (15, 20), (9, 10), (480, 1000)])
def test_the_exact_interval_is_that_of_a_reference(k: int, n: int) -> None:
    reference = stats.binomtest(k, n).proportion_ci(0.95, method="exact")
    assert clopper_pearson(k, n) == pytest.approx((reference.low, reference.high), abs=1e-9)


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_sign_test_is_that_of_a_reference(one: int, two: int) -> None:
    expected = stats.binomtest(one, one + two).pvalue if one + two else 1.0
    assert sign_test(one, two) == pytest.approx(expected, abs=1e-9)


def test_tails_at_their_ends() -> None:
    assert (tail(0, 5, 0.3), tail(6, 5, 0.3), tail(3, 5, 0.0), tail(3, 5, 1.0)) == (1.0, 0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("ahead", "behind", "settled"),
    [(5, 0, False), (6, 0, True), (8, 2, False), (9, 1, True), (14, 6, False), (15, 5, True), (0, 0, False)],
)
def test_five_never_suffice_but_six_of_six_nine_of_ten_and_fifteen_of_twenty_do(
    ahead: int, behind: int, settled: bool
) -> None:
    for tally in (Tally(ONE, TWO, ahead, behind, 3, 2), Tally(ONE, TWO, behind, ahead)):
        assert tally.is_settled is settled
        assert (fewest_more(tally) == 0) is settled


def test_how_many_more() -> None:
    assert fewest_more(Tally(ONE, TWO)) == 6
    assert fewest_more(Tally(ONE, TWO, 3, 2)) == 7
    assert fewest_more(Tally(ONE, TWO, 4, 1)) == 4
    for tally in (Tally(ONE, TWO, 4, 1), Tally(ONE, TWO, 7, 4)):
        more = fewest_more(tally)
        assert not replace(tally, for_one=tally.for_one + more - 1).is_settled
        assert replace(tally, for_one=tally.for_one + more).is_settled


def vote(a: Contender, b: Contender, choice: Choice, number: int = 0) -> Vote:
    return Vote(f"c{number}", "2026-11-24T03:00:00+00:00", a, b, choice)


def test_sides_do_not_matter() -> None:
    drawn = random.Random(7)
    votes, wanted = [], {Choice.A_BETTER: 5, Choice.B_BETTER: 3, Choice.TIE: 2, Choice.BOTH_BAD: 1}
    mirrored = {Choice.A_BETTER: Choice.B_BETTER, Choice.B_BETTER: Choice.A_BETTER}
    for choice, times in wanted.items():
        for _ in range(times):
            swap = drawn.random() < 0.5
            votes.append(vote(TWO, ONE, mirrored.get(choice, choice)) if swap else vote(ONE, TWO, choice))
    drawn.shuffle(votes)
    assert tallies(votes) == (Tally(ONE, TWO, 5, 3, 2, 1),)


def test_pairs_are_apart_and_a_model_against_itself_counts_for_nothing() -> None:
    three = Contender("c|Q8_0|3", "Three")
    found = tallies([vote(ONE, TWO, Choice.TIE), vote(ONE, three, Choice.A_BETTER), vote(ONE, ONE, Choice.A_BETTER),
                     vote(TWO, ONE, Choice.TIE)])  # fmt: skip
    assert [(t.one.name, t.two.name, t.n) for t in found] == [("One", "Three", 1), ("One", "Two", 2)]


def test_a_file_is_the_same_wherever_it_lies_and_a_server_is_its_address() -> None:
    model = ModelFacts("M", "/a/m.gguf", 7, "llama", "Q8_0", 1, 1)
    assert contender(model) == contender(replace(model, path="/b/m.gguf", sha256="ab" * 32))
    assert contender(model) != contender(replace(model, file_bytes=8))
    # A record of an earlier version has the name of the header for its name.
    known = replace(model, name="m-of-a-file", header_name="M")
    assert contender(known).key == contender(model).key and contender(known).title == "m-of-a-file Q8_0"
    server = ModelFacts("M", "http://h/v1#M", 0, "", "", 0, 0)
    assert contender(server).key == "http://h/v1#M"


@pytest.mark.parametrize(
    ("tally", "said"),
    [
        (Tally(ONE, TWO, 0, 0, 4), "Not settled: no vote for either model yet."),
        (Tally(ONE, TWO, 5, 0), "Not settled: at least 1 more vote needed."),
        (Tally(ONE, TWO, 1, 9), "Settled: Two Q4_K_M is preferred, 9 of 10."),
        (Tally(ONE, TWO, 2, 2), "Not settled: at least 8 more votes needed."),
        (Tally(ONE, TWO, 501, 499), "Not settled: at least 63 more votes needed."),
    ],
)
def test_what_is_said(tally: Tally, said: str) -> None:
    assert verdict_words(tally) == said


def test_counts_and_intervals_in_words() -> None:
    assert count_words(Tally(ONE, TWO, 4, 1, 2, 3)) == "4 for One Q8_0, 1 for Two Q4_K_M, 2 ties, 3 both bad"
    assert interval_words(Tally(ONE, TWO, 4, 1)) == "80 % (28 to 99 %)"
    assert interval_words(Tally(ONE, TWO)) == "-"


def test_both_texts_appear_alike_and_in_good_time() -> None:
    assert shown_characters(0.5, 100) == 200
    assert shown_characters(8.0, 40_000) == 40_000
