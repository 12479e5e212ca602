from __future__ import annotations

import random

import pytest

from weighin.core.comparisons.text_difference import MAX_WORDS, text_difference


def cut(text: str, spans: object) -> list[str]:
    return [text[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    ("a", "b", "after", "only_a", "only_b"),
    [
        ("", "", None, [], []),
        ("The sea is salt.", "The  sea\nis salt.", None, [], []),
        ("The sea is salt.", "The sea is deep and salt.", 3, [], ["deep and"]),
        ("One two three", "one two three", 0, ["One"], ["one"]),
        ("a b c", "", 0, ["a b c"], []),
        ("Zwölf, ja.", "Zwölf; ja.", 1, [","], [";"]),
    ],
)
def test_words_that_the_other_does_not_have(
    a: str, b: str, after: int | None, only_a: list[str], only_b: list[str]
) -> None:
    found = text_difference(a, b)
    assert (found.parted_after, cut(a, found.a), cut(b, found.b), found.whole) == (after, only_a, only_b, True)


def test_what_is_not_marked_is_the_same_in_both() -> None:
    rng = random.Random(3)
    for _ in range(100):
        a, b = (" ".join(rng.choices("abcd", k=rng.randint(0, 30))) for _ in range(2))
        found = text_difference(a, b)
        rest = []
        for text, spans in ((a, found.a), (b, found.b)):
            for span in reversed(spans):
                text = text[: span.start] + " " * (span.end - span.start) + text[span.end :]
            rest.append(text.split())
        assert rest[0] == rest[1]


def test_long_texts_are_compared_as_far_as_it_goes() -> None:
    a = "start " + "x y " * MAX_WORDS + "end"
    b = "start " + "y z " * MAX_WORDS + "end"
    found = text_difference(a, b)
    assert not found.whole and found.parted_after == 1
    same = "word " * 200_000
    assert text_difference(same + "a", same + "b").whole
