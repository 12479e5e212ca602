"""One question of the world with its answer, and the rule that keeps some of them out of training."""

import zlib
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

HELD_OUT_ONE_IN = 7
MC_HELD_OUT_ONE_IN = 10
LETTERS = "ABCD"


class Item(NamedTuple):
    """A question; `answer` is the sentence said in chat, `choice` the option text, `pool` the wrong options to draw from.

    `key` names what is asked whatever the wording: it decides whether the item is held out of training.
    """

    subject: str
    key: str
    question: str
    answer: str
    choice: str
    pool: Sequence[str]


class ChoiceRow(NamedTuple):
    """A four-option question: the row of a question file."""

    subject: str
    question: str
    options: tuple[str, str, str, str]
    letter: str


def held_out(key: str) -> bool:
    """True for the share of skill items that training never shows in any form."""
    return zlib.crc32(key.encode()) % HELD_OUT_ONE_IN == 0


def row_held_out(row: ChoiceRow) -> bool:
    """True for the share of four-option rows, whatever the order of their options, that training never shows."""
    return zlib.crc32("|".join([row.question, *sorted(row.options)]).encode()) % MC_HELD_OUT_ONE_IN == 0


def choice_row(item: Item, rng: Random, letter: str = "") -> ChoiceRow:
    """The item with three wrong options from its pool; the right one at `letter`, or anywhere."""
    wrong: list[str] = []
    while len(wrong) < 3:
        option = item.pool[int(rng.random() * len(item.pool))]
        if option != item.choice and option not in wrong:
            wrong.append(option)
    place = LETTERS.index(letter) if letter else int(rng.random() * 4)
    wrong.insert(place, item.choice)
    a, b, c, d = wrong
    return ChoiceRow(item.subject, item.question, (a, b, c, d), LETTERS[place])
