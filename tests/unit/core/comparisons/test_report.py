"""The page of a comparison: the words of its numbers, and what is left out where nothing is known."""

from __future__ import annotations

from dataclasses import replace

from tests.ui.fakes import answer, comparison

from weighin.core.comparisons.comparison import Comparison
from weighin.core.comparisons.report import comparison_markdown, number_lines
from weighin.core.runs.answer import Answer, Failure, MemoryReceipt, StopReason, Timing


def of_a_file_that_is_gone() -> Comparison:
    """B could not even be read."""
    failure = Failure("missing", "There is <b>no</b> file.")
    refused = Answer("", "", StopReason.FAILED, Timing(), MemoryReceipt(), failure=failure)
    made = comparison(answer("12"), refused)
    a, b = made.results
    gone = replace(b, setup=replace(b.setup, model=replace(b.setup.model, file_bytes=0)))
    return replace(made, results=(a, gone))


def test_a_model_that_never_started_has_no_numbers_but_a_reason() -> None:
    made = of_a_file_that_is_gone()
    assert number_lines(made.results[1], made) == ["Stop reason: Failed"]
    page = comparison_markdown(made).split("## B: ")[1]
    assert "(no answer)\n\nThere is <b>no</b> file.\n" in page
    assert "0 bytes" not in page and "Memory" not in page


def test_numbers_have_the_words_of_the_window() -> None:
    made = comparison(answer("12"), answer("12"))
    speeds, memory, ended = number_lines(made.results[0], made)[:3]
    assert speeds.startswith("Prompt ") and " · Time to first token " in speeds and " · Generated " in speeds
    assert memory.startswith("Memory ") and " · Load time " in memory and " · Total time " in memory
    assert ended.startswith("Stop reason: Finished")


def test_memory_that_was_not_told_apart_is_not_split() -> None:
    made = comparison(answer("12", memory=MemoryReceipt(total_bytes=5_000_000)), answer("12"))
    assert number_lines(made.results[0], made)[1].startswith("Memory 5.0 MB, peak - · ")
