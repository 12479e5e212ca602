"""The text around a position, and what is known of each token of a chunk."""

from __future__ import annotations

from weighin.core.fidelity.fidelity import BaseChunk, LikelyToken, OtherChunk, WorstPosition
from weighin.core.fidelity.passages import ReadChunk, kind_name, passage, position_words, read_chunks

PIECES = tuple(f" w{number}" for number in range(8))
BASE = BaseChunk(4, "code", PIECES, (1.0, 2.0, 3.0))
WORST = WorstPosition(4, 5, 2.5, " w6", (LikelyToken(" w6", 0.75), LikelyToken("\n", 0.1)), (LikelyToken(" x", 0.5),))
OTHER = OtherChunk(4, (0.5, 2.5, 0.0), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (True, False, True), (WORST,))
READ = ReadChunk(BASE, OTHER)


def test_the_passage_ends_with_the_token_that_really_comes_next() -> None:
    found = passage(BASE, 5)
    assert (found.before, found.token, found.after) == (" w0 w1 w2 w3 w4 w5", " w6", " w7…")
    assert passage(BASE, 7).token == ""
    long = passage(BaseChunk(0, "", ("word ",) * 600, (0.0,) * 299), 500)
    assert long.before.startswith("…") and len(long.before) == 241 and len(long.after) == 61


def test_the_prediction_of_a_token_stands_with_the_token() -> None:
    """Of 8 tokens those after positions 4, 5 and 6 are compared: 5, 6 and 7."""
    assert READ.first == 5
    assert [READ.kld(token) for token in range(8)] == [None] * 5 + [0.5, 2.5, 0.0]
    assert [READ.same_top(token) for token in (4, 5, 6)] == [None, True, False]
    assert READ.worst(6) is WORST and READ.worst(5) is None
    assert READ.mean == 1.0
    assert ReadChunk(BASE, None).kld(6) is None and ReadChunk(BASE, None).mean is None


def test_a_position_in_words() -> None:
    assert position_words(READ, 3) == ""
    assert position_words(READ, 5) == "“ w5”: KLD 0.500, chunk 5, token 6. Both find the same token likeliest."
    assert position_words(READ, 6) == (
        "“ w6”: KLD 2.50, chunk 5, token 7. Base expects “ w6” 75 %, “↵” 10 %; the other “ x” 50 %."
    )


def test_chunks_come_in_the_order_of_the_text() -> None:
    base = [BaseChunk(number, "", PIECES, (1.0,) * 3) for number in (5, 1, 3)]
    found = read_chunks(base, [OtherChunk(3, (0.1,) * 3, (1.0,) * 3, (0.0,) * 3, (True,) * 3)])
    assert [(one.base.number, one.other is not None) for one in found] == [(1, False), (3, True), (5, False)]


def test_a_kind_is_shown_as_a_name() -> None:
    assert kind_name("prose") == "Prose"
    assert "\n" not in kind_name("a\nb")
