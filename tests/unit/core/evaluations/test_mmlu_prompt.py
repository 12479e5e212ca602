"""The prompts, letter by letter."""

from __future__ import annotations

from weighin.core.evaluations.evaluation import CHAT, STANDARD
from weighin.core.evaluations.mmlu_prompt import prompt_block
from weighin.core.evaluations.questions import Question
from weighin.core.runs.chat import Message

SHOT = Question("abstract_algebra", "dev", 0, "Find the degree.\n", ("0", "4", "None", "6"), 1)
MORE = Question("abstract_algebra", "dev", 1, " Find\nc.", ("0", "1", "2", "3 "), 2)
ASKED = Question("abstract_algebra", "test", 7, "  Is it\n\ntrue? ", ("True, True", "b", "c", "d"), 0)


def test_the_standard_prompt_is_the_one_of_the_harness():
    block = prompt_block(STANDARD, "abstract_algebra", (SHOT, MORE), 2, (ASKED,))
    assert block.header == (
        "The following are multiple choice questions (with answers) about abstract algebra.\n\n"
        "Find the degree.\nA. 0\nB. 4\nC. None\nD. 6\nAnswer: B\n\n"
        "Find\nc.\nA. 0\nB. 1\nC. 2\nD. 3 \nAnswer: C\n\n"
    )
    assert block.items[0].text == "Is it\n\ntrue?\nA. True, True\nB. b\nC. c\nD. d\nAnswer:"
    assert block.items[0].id == "abstract_algebra/test/7"
    assert block.continuations == (" A", " B", " C", " D")
    assert block.turns == ()


def test_fewer_shots_are_the_first_ones():
    assert prompt_block(STANDARD, "abstract_algebra", (SHOT, MORE), 1, (ASKED,)).header.endswith("Answer: B\n\n")
    none = prompt_block(STANDARD, "abstract_algebra", (SHOT, MORE), 0, (ASKED,))
    assert none.header == "The following are multiple choice questions (with answers) about abstract algebra.\n\n"


def test_in_chat_the_examples_are_turns_and_letters_stand_alone():
    block = prompt_block(CHAT, "abstract_algebra", (SHOT,), 1, (ASKED,))
    assert block.header == "The following are multiple choice questions (with answers) about abstract algebra.\n\n"
    assert block.turns == (
        Message("user", "Find the degree.\nA. 0\nB. 4\nC. None\nD. 6\nAnswer:"),
        Message("assistant", "B"),
    )
    assert block.continuations == ("A", "B", "C", "D")
