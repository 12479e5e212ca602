"""The tokens of questions whose options are endings."""

from __future__ import annotations

from dataclasses import dataclass

from weighin.core.evaluations.mmlu_prompt import PromptBlock, PromptItem, PromptOption
from weighin.workers.llama.vocabulary import Vocabulary


@dataclass(frozen=True)
class EndingPrompt:
    """The whole prompt of one option: an ending behind its context."""

    context: list[int]
    ending: list[int]

    @property
    def computed(self) -> list[int]:
        """What is put through the model: nothing is asked behind the last token."""
        return [*self.context, *self.ending][:-1]


@dataclass(frozen=True)
class EndingItem:
    """One question. prompts: one for each option, none where one cannot be scored for `failure`."""

    id: str
    prompts: tuple[EndingPrompt, ...]
    failure: str = ""

    @property
    def longest(self) -> int:
        """Tokens of the longest of its prompts."""
        return max((len(prompt.context) + len(prompt.ending) for prompt in self.prompts), default=0)

    @property
    def cells(self) -> int:
        """Tokens that are computed for it."""
        return sum(len(prompt.computed) for prompt in self.prompts)


def tokenize_endings(vocabulary: Vocabulary, block: PromptBlock) -> tuple[EndingItem, ...]:
    """The tokens of the items of `block`, which have options."""
    return tuple(_item(vocabulary, block.header, item) for item in block.items)


def _item(vocabulary: Vocabulary, header: str, item: PromptItem) -> EndingItem:
    prompts = tuple(_prompt(vocabulary, header + item.text, option) for option in item.options)
    if not all(prompt.context and prompt.ending for prompt in prompts):
        text = "This model's vocabulary has no tokens of its own for an ending of this question."
        return EndingItem(item.id, (), text)
    return EndingItem(item.id, prompts)


def _prompt(vocabulary: Vocabulary, before: str, option: PromptOption) -> EndingPrompt:
    """Context and ending, as lm-evaluation-harness parts them: white space at the end of the context goes over to the
    ending, and of the whole text the tokens beyond those of the context are the ending's."""
    context = before + option.text
    kept = context.rstrip()
    tokens = vocabulary.tokenize_beginning(kept)
    return EndingPrompt(tokens, vocabulary.tokenize_beginning(context + option.ending)[len(tokens) :])
