"""The prompts of questions whose options are endings, letter by letter as lm-evaluation-harness's task files have them.

HellaSwag: the context, then a blank and one ending. ARC: "Question: ...", "Answer:", a blank and one option.
WinoGrande: partial evaluation, each option put into the blank and the same rest of the sentence scored behind it.
Worked examples stand before it, each with its right ending and an empty line after it.
"""

from __future__ import annotations

from collections.abc import Sequence

from weighin.core.evaluations.evaluation import STANDARD
from weighin.core.evaluations.forms import ARC, WINOGRANDE
from weighin.core.evaluations.mmlu_prompt import PromptBlock, PromptItem, PromptOption
from weighin.core.evaluations.questions import Question

BLANK = "_"


def prompt_item(question: Question) -> PromptItem:
    """What is read before the endings of `question`, and its endings."""
    if question.form == WINOGRANDE:
        before, _, rest = question.text.partition(BLANK)
        ending = f" {rest.strip()}"
        return PromptItem(question.id, before, tuple(PromptOption(choice, ending) for choice in question.choices))
    context = f"Question: {question.text}\nAnswer:" if question.form == ARC else question.text
    return PromptItem(question.id, context, tuple(PromptOption("", f" {choice}") for choice in question.choices))


def ending_block(examples: Sequence[Question], shots: int, questions: Sequence[Question]) -> PromptBlock:
    """The prompts for `questions` with the first `shots` of `examples`."""
    header = "".join(f"{_solved(example)}\n\n" for example in examples[:shots])
    return PromptBlock(STANDARD, header, (), tuple(prompt_item(question) for question in questions), ())


def read_characters(question: Question, header: int) -> int:
    """How many characters are read for `question` behind a header of so many: each ending with its whole prompt."""
    item = prompt_item(question)
    return sum(header + len(item.text) + len(option.text) + len(option.ending) for option in item.options)


def _solved(example: Question) -> str:
    """A question with its right ending."""
    item = prompt_item(example)
    right = item.options[example.answer]
    return f"{item.text}{right.text}{right.ending}"
