"""Cutting Markdown into finished pieces and a tail."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from weighin.ui.answer.splitter import TAIL_LIMIT, MarkdownPiece, Splitter

LINES = st.lists(
    st.sampled_from(["", "text *x*", "- item", "  inner", "```", "```py", "~~~~", "~~~", "1. one", "> q", "| a |", " "])
)


def split(text: str, *cuts: int) -> list[MarkdownPiece]:
    """All pieces of a text that comes in parts."""
    splitter = Splitter()
    pieces: list[MarkdownPiece] = []
    places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    for start, end in pairwise(places):
        pieces += splitter.feed(text[start:end])
    return pieces + splitter.finish()


def test_a_block_is_finished_by_a_blank_line_before_unindented_text() -> None:
    splitter = Splitter()
    assert splitter.feed("one\n\n") == []
    assert splitter.feed("two") == []
    assert splitter.tail == MarkdownPiece("one\n\ntwo")
    assert splitter.feed("\n") == [MarkdownPiece("one\n")]
    assert splitter.finish() == [MarkdownPiece("two")]


def test_indented_text_stays_with_its_list() -> None:
    assert split("- a\n\n  b\n\nc") == [MarkdownPiece("- a\n\n  b\n"), MarkdownPiece("c")]


def test_code_is_given_out_line_by_line_and_numbered() -> None:
    splitter = Splitter()
    assert splitter.feed("```py\nx = 1\n\ny") == [MarkdownPiece("x = 1", 1), MarkdownPiece("", 1)]
    assert splitter.tail == MarkdownPiece("y", 1)
    assert splitter.feed("\n```\n~~~\nz\n") == [
        MarkdownPiece("y", 1),
        MarkdownPiece("", 1, True, "py"),
        MarkdownPiece("z", 2),
    ]


def test_a_shorter_or_other_fence_does_not_end_code() -> None:
    assert split("````\n```\n~~~\n````\nend") == [
        MarkdownPiece("```", 1),
        MarkdownPiece("~~~", 1),
        MarkdownPiece("", 1, True),
        MarkdownPiece("end"),
    ]


def test_fences_inside_a_list_lose_their_indent() -> None:
    assert split("- a\n  ```\n  x\n    y\n  ```\n") == [
        MarkdownPiece("- a"),
        MarkdownPiece("x", 1),
        MarkdownPiece("  y", 1),
        MarkdownPiece("", 1, True),
    ]


def test_nothing_unfinished_grows_beyond_the_limit() -> None:
    splitter = Splitter()
    for _ in range(100):
        splitter.feed("word " * 97)
        assert len(splitter.tail.text) <= TAIL_LIMIT


def test_a_table_is_not_cut_at_the_usual_limit() -> None:
    table = "| a | b |\n|---|---|\n" + "| 1234567890 | 1234567890 |\n" * 80
    assert len(table) > TAIL_LIMIT
    (piece,) = split(table)
    assert piece.text == table.rstrip("\n")


@given(LINES, st.lists(st.integers(0, 10_000), max_size=8))
def test_where_the_stream_is_cut_makes_no_difference(lines: list[str], cuts: list[int]) -> None:
    text = "\n".join(lines)
    assert split(text, *cuts) == split(text)


@given(st.text(alphabet="ab \n", max_size=9_000), st.lists(st.integers(0, 10_000), max_size=5))
def test_no_word_is_lost(text: str, cuts: list[int]) -> None:
    joined = "".join(piece.text for piece in split(text, *cuts))
    assert "".join(joined.split()) == "".join(text.split())
