"""Cutting Markdown into finished pieces and a tail."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighin.ui.answer.splitter import TAIL_LIMIT, MarkdownPiece, Splitter
from weighin.ui.answer.tables import alignments, cells_of

LINES = st.lists(
    st.sampled_from(
        ["", "text *x*", "- item", "  inner", "```", "```py", "~~~~", "~~~", "1. one", "> q", "| a |", "|---|", " "]
    )
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
    assert splitter.feed("```py\nx = 1\n\ny") == [
        MarkdownPiece("x = 1", 1, language="py"),
        MarkdownPiece("", 1, language="py"),
    ]
    assert splitter.tail == MarkdownPiece("y", 1, language="py")
    assert splitter.feed("\n```\n~~~\nz\n") == [
        MarkdownPiece("y", 1, language="py"),
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


TABLE = "| a | b |\n|---|--:|"


def test_a_table_is_given_out_row_by_row_and_numbered() -> None:
    splitter = Splitter()
    assert splitter.feed(f"Look:\n{TABLE}\n| 1 | 2 |\n| 3") == [
        MarkdownPiece("Look:"),
        MarkdownPiece(TABLE, table=1),
        MarkdownPiece("| 1 | 2 |", table=1),
    ]
    assert splitter.tail == MarkdownPiece("| 3", table=1)
    assert splitter.feed(f" | 4 |\n\n{TABLE}\n") == [
        MarkdownPiece("| 3 | 4 |", table=1),
        MarkdownPiece("", ends=True, table=1),
        MarkdownPiece(TABLE, table=2),
    ]
    assert splitter.finish() == [MarkdownPiece("", ends=True, table=2)]


def test_a_table_in_a_list_is_one_too() -> None:
    assert split("1. so:\n\n   | a |\n   |---|\n   | 1 |\n2. end") == [
        MarkdownPiece("1. so:\n"),
        MarkdownPiece("   | a |\n   |---|", table=1),
        MarkdownPiece("   | 1 |", table=1),
        MarkdownPiece("", ends=True, table=1),
        MarkdownPiece("2. end"),
    ]


@pytest.mark.parametrize("after", ["", "# Title", "- item", "1. one", "> said", "---", "* * *", "    code", "```"])
def test_what_is_no_row_ends_a_table(after: str) -> None:
    pieces = split(f"{TABLE}\n| 1 | 2 |\n{after}\n| 3 | 4 |")
    assert [piece.text for piece in pieces if piece.table] == [TABLE, "| 1 | 2 |", ""]


@pytest.mark.parametrize(
    "text",
    [
        "a\n---",
        "| a | b |\n|---|",
        "| a |\n|---|---|",
        "- | a |\n|---|",
        "> | a |\n> |---|",
        "    | a |\n    |---|",
        "$$\na | b\n\n| c |\n|---|",
    ],
)
def test_what_is_no_table_of_its_own_stays_one_piece(text: str) -> None:
    assert not [piece for piece in split(text) if piece.table]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("| a | b |", ["a", "b"]),
        ("a|b", ["a", "b"]),
        (r"| `x \| y` | a\|b |", ["`x | y`", "a|b"]),
        ("| $|a|$ | b |", ["$|a|$", "b"]),
        ("| a |", ["a", ""]),
        ("| a | b | |", ["a", "b"]),
        ("| a | b | c | d |", ["a", "b | c | d"]),
        ("| | b |", ["", "b"]),
        ("|", ["", ""]),
    ],
)
def test_a_row_has_as_many_cells_as_the_head_and_loses_none(row: str, found: list[str]) -> None:
    assert cells_of(row, 2) == found


def test_the_line_of_dashes_says_how_columns_are_aligned() -> None:
    assert alignments("|:--|:-:|--:|---|") == ["left", "center", "right", ""]
    assert alignments(" -- | :- ") == ["", "left"]


def test_the_rest_of_a_broken_line_of_code_ends_nothing() -> None:
    line = "x" * (TAIL_LIMIT - 2)
    pieces = split(f"  ```\n  {line}```\n  y\n  ```\n")
    assert [(piece.text, piece.goes_on) for piece in pieces] == [
        (line, False),
        ("```", True),
        ("y", False),
        ("", False),
    ]


@given(LINES, st.lists(st.integers(0, 10_000), max_size=8))
def test_where_the_stream_is_cut_makes_no_difference(lines: list[str], cuts: list[int]) -> None:
    text = "\n".join(lines)
    assert split(text, *cuts) == split(text)


@given(st.text(alphabet="ab \n", max_size=9_000), st.lists(st.integers(0, 10_000), max_size=5))
def test_no_word_is_lost(text: str, cuts: list[int]) -> None:
    joined = "".join(piece.text for piece in split(text, *cuts))
    assert "".join(joined.split()) == "".join(text.split())
