"""The prompts of both protocols, letter by letter as they are published.

STANDARD: lm-evaluation-harness, task "mmlu" (group version 2; `_default_template_yaml`, delimiters of
`config/task.py`): description, worked examples from dev in file order, question, and the continuations " A" to " D".
CHAT: the same texts as turns of the model's own template, the description as system text
(`--apply_chat_template --fewshot_as_multiturn`); there the target delimiter is empty: "A" to "D".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weighin.core.evaluations.evaluation import CHAT, MAX_SHOTS
from weighin.core.evaluations.questions import LETTERS, Question
from weighin.core.runs.chat import Message


@dataclass(frozen=True)
class PromptOption:
    """One option that is scored by its text: `text` is read behind that of its item, then `ending` is scored."""

    text: str
    ending: str


@dataclass(frozen=True)
class PromptItem:
    """The end of one prompt, the question itself. id: of the question. options: none where the continuations of the
    block are compared."""

    id: str
    text: str
    options: tuple[PromptOption, ...] = ()


@dataclass(frozen=True)
class PromptBlock:
    """Questions of one subject with what stands before each of them.

    STANDARD: the prompt is header + text. CHAT: header is the system text, turns are the examples, text the last user
    turn. continuations: what is compared at the end of the prompt."""

    protocol: str
    header: str
    turns: tuple[Message, ...]
    items: tuple[PromptItem, ...]
    continuations: tuple[str, ...]


def description(subject: str) -> str:
    """The first line of every prompt, with the empty line after it."""
    topic = subject.replace("_", " ")
    return f"The following are multiple choice questions (with answers) about {topic}.\n\n"


def question_text(question: Question) -> str:
    """A question with its options, up to the word after which the letter comes."""
    options = "".join(f"\n{letter}. {choice}" for letter, choice in zip(LETTERS, question.choices, strict=True))
    return f"{question.text.strip()}{options}\nAnswer:"


def prompt_block(
    protocol: str, subject: str, examples: Sequence[Question], shots: int, questions: Sequence[Question]
) -> PromptBlock:
    """The prompts for `questions` of one `subject` with the first `shots` (0..5) of its `examples`."""
    shown = examples[: min(shots, MAX_SHOTS)]
    items = tuple(PromptItem(q.id, question_text(q)) for q in questions)
    if protocol == CHAT:
        turns = tuple(
            Message(role, text)
            for example in shown
            for role, text in (("user", question_text(example)), ("assistant", example.letter))
        )
        return PromptBlock(protocol, description(subject), turns, items, LETTERS)
    header = description(subject) + "".join(f"{question_text(e)} {e.letter}\n\n" for e in shown)
    return PromptBlock(protocol, header, (), items, tuple(f" {letter}" for letter in LETTERS))
