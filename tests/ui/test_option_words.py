"""Options of a run in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ui.fakes import comparison
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.ui.options.run_options import LaneValues, RunOptions, option_differences, options_of

USUAL = RunOptions()
FORCED = LaneValues(sampling=SamplingOptions(thinking="off", json_schema="{}"))
WARM, SHORT = LaneValues(sampling=SamplingOptions(temperature=0.7)), LaneValues(LoadOptions(context=2048))


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (USUAL, ()),
        (replace(USUAL, rounds=5), ("5 rounds",)),
        (replace(USUAL, raw=True, system="Be <b>kind</b>"), ("raw", "system prompt “Be <b>kind</b>”")),
        (replace(USUAL, a=WARM, b=WARM), ("temperature 0.7",)),
        (replace(USUAL, b=WARM), ("lane B: temperature 0.7",)),
        (replace(USUAL, a=WARM, b=SHORT), ("lane A: temperature 0.7", "lane B: context 2048")),
        (replace(USUAL, a=replace(WARM, threads=1), b=WARM), ("temperature 0.7", "lane A: 1 thread")),
        (replace(USUAL, a=LaneValues(sampling=SamplingOptions(stop=("\n", "##")))), ("lane A: stop '\\n', '##'",)),
        (replace(USUAL, b=FORCED), ("lane B: thinking off", "lane B: JSON schema of 2 characters")),
        (replace(USUAL, b=LaneValues(sampling=SamplingOptions(grammar="r"))), ("lane B: grammar of 1 character",)),
    ],
)
def test_only_what_is_otherwise_is_said(theirs: RunOptions, said: tuple[str, ...]) -> None:
    assert option_differences(theirs, USUAL) == said


def test_the_other_way_round() -> None:
    mine = RunOptions("Be kind.", True, 5, replace(WARM, threads=3), replace(WARM, threads=3))
    expected = ("1 round", "with chat template", "no system prompt", "temperature 0", "automatic threads")
    assert option_differences(USUAL, mine) == expected


def test_every_option_of_a_request_is_among_them() -> None:
    asked = comparison().request
    a, b = asked.lanes
    asked = replace(asked, repeat=3, lanes=(replace(a, threads=2), replace(b, load=LoadOptions(batch=64))))
    options = options_of(asked)
    assert (options.rounds, options.a.threads, options.b.load.batch) == (3, 2, 64)
    assert option_differences(options_of(comparison().request), USUAL) == ()
