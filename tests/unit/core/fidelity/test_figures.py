"""All figures in rows: ours beside what llama.cpp's tool prints."""

from __future__ import annotations

from dataclasses import replace

from tests.support.fidelity import POSITIONS, drawn_chunks

from weighin.core import format
from weighin.core.fidelity.fidelity import Estimate
from weighin.core.fidelity.figures import figure_rows
from weighin.core.fidelity.tally import tally_of


def test_every_figure_stands_beside_that_of_the_tool() -> None:
    base, other = drawn_chunks(1, 20)
    found = tally_of(base, other, POSITIONS, True).summary()
    rows = {row.name: row for row in figure_rows(found)}
    assert rows["Positions"].value == format.count(20 * POSITIONS) and rows["Chunks"].value == "20"
    assert rows["Mean KLD"].interval.count(" to ") == 1 and rows["Mean KLD"].tool.startswith("± 0.0")
    assert rows["Same top token"].value == format.percent(found.same_top.value, 3)
    assert rows["Median KLD"].interval == rows["Median KLD"].tool == format.NONE
    assert rows["Perplexity ratio"].value == f"{found.perplexity.ratio.value:.4f}"


def test_what_has_no_interval_has_a_dash() -> None:
    base, other = drawn_chunks(1, 3)
    found = tally_of(base, other, POSITIONS, True).summary()
    found = replace(found, perplexity=replace(found.perplexity, ratio=Estimate(1.0), correlation=None))
    rows = {row.name: row for row in figure_rows(found)}
    assert rows["Perplexity ratio"].interval == rows["Correlation of ln PPL"].value == format.NONE
