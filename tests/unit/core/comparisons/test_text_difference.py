from __future__ import annotations

import random

import pytest

from weighin.core.comparisons.text import difference_words
from weighin.core.comparisons.text_difference import MAX_WORDS, text_difference, worth_comparing


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
        ("我喜欢猫。", "我喜欢狗。", 3, ["猫"], ["狗"]),
        ("ねこが好き", "いぬが好き", 0, ["ねこ"], ["いぬ"]),
        ("고양이 좋아", "강아지 좋아", 0, ["고양이"], ["강아지"]),
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


def test_each_difference_has_its_place_in_both_texts() -> None:
    a, b = "one two three four", "one 2 three four five"
    found = text_difference(a, b)
    assert found.places == ((4, 4), (len(a), 17))
    assert (a[4:7], b[4:5], b[17:]) == ("two", "2", "five")


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ("Same.", "Same.", "No differences: both answers have the same words."),
        ("a b c d", "x b y d", "2 differences, from the first word; unique text is highlighted."),
        ("a b c d", "a b c e", "1 difference, from word 4; unique text is highlighted."),
        (
            "s " + "x y " * MAX_WORDS,
            "s " + "x z " * MAX_WORDS,
            "1 difference, from word 3; unique text is highlighted. The rest is too long to compare.",
        ),
    ],
)
def test_how_many_and_from_where(a: str, b: str, words: str) -> None:
    assert difference_words(text_difference(a, b)) == words


SKY = (
    "The sky is blue because of a process called Rayleigh scattering: light meets tiny molecules of air and is "
    "deflected by them. Blue light is scattered more than the other colours."
)
OTHER_SKY = (
    "Sunlight is made of all the colours. When it passes through the air, short waves such as blue are scattered in "
    "every direction much more than long ones, so blue reaches your eyes from all over the sky."
)


@pytest.mark.parametrize(
    ("a", "b", "worth"),
    [
        (SKY, SKY, True),
        (SKY, SKY.replace("Rayleigh scattering", "scattering").replace("tiny ", "small "), True),
        (SKY, SKY[:90] + OTHER_SKY[90:], True),  # alike up to its middle
        (SKY[:90], SKY + OTHER_SKY, True),  # the same, cut short
        (SKY, OTHER_SKY, False),
        ("Twelve.", "It is **twelve**.", False),
        ("Twelve.", "Twelve.", True),
        ("", "", False),
        (SKY, "", False),
        ("我喜欢猫, 因为它们很安静。", "我喜欢狗, 因为它们很安静。", True),
        ("Um zwölf Uhr.", "um ZWÖLF uhr.", True),
    ],
)
def test_only_texts_that_are_alike_enough_are_worth_it(a: str, b: str, worth: bool) -> None:
    assert worth_comparing(a, b) is worth
    assert worth_comparing(b, a) is worth


def test_whether_it_is_worth_it_is_known_from_the_beginning_of_long_texts() -> None:
    same = "alpha beta gamma delta " * 600
    assert worth_comparing(same + "one " * 50_000, same + "two " * 60_000)
    assert not worth_comparing("one two " * 30_000, "three four " * 30_000)
    assert not worth_comparing("x" * 250_000, "y" * 250_000)
