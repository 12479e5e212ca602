"""The tokens of questions whose options are endings: what the options of a question share, and what each adds."""

from __future__ import annotations

from dataclasses import dataclass

from weighin.core.evaluations.mmlu_prompt import PromptBlock, PromptItem, PromptOption
from weighin.workers.llama.vocabulary import Vocabulary
from weighin.workers.scoring.block_tokens import common_length


@dataclass(frozen=True)
class EndingTokens:
    """One option. tokens: all that stands behind what its question's options share; the last `scored` of them are the
    ending. Without any before them the first is judged by what is shared."""

    tokens: list[int]
    scored: int

    @property
    def follows_shared(self) -> bool:
        """Whether the ending begins right behind what is shared."""
        return self.scored == len(self.tokens)

    @property
    def computed(self) -> list[int]:
        """What is put through the model: nothing is asked behind the last token."""
        return self.tokens[:-1]

    @property
    def outputs(self) -> int:
        """How many of the last computed tokens are asked what follows."""
        return self.scored - self.follows_shared


@dataclass(frozen=True)
class EndingItem:
    """One question. tokens: the beginning of the prompt that its options share, no token of an ending. options: none
    where one cannot be scored for `failure`."""

    id: str
    tokens: list[int]
    options: tuple[EndingTokens, ...]
    failure: str = ""

    @property
    def longest(self) -> int:
        """Tokens of the longest of its prompts."""
        return len(self.tokens) + max((len(option.tokens) for option in self.options), default=0)

    def cells(self, header: int) -> int:
        """Tokens that are computed for it behind a header of so many."""
        return len(self.tokens) - header + sum(len(option.computed) for option in self.options)


@dataclass(frozen=True)
class EndingBlock:
    """`header`: the beginning that all items share; no item is only that, unless it is nothing."""

    header: list[int]
    items: tuple[EndingItem, ...]


def tokenize_endings(vocabulary: Vocabulary, block: PromptBlock) -> EndingBlock:
    """The tokens of `block`, whose items have options."""
    items = tuple(_item(vocabulary, block.header, item) for item in block.items)
    header = items[0].tokens if items else []
    for item in items:
        header = header[: max(0, min(common_length(header, item.tokens), len(item.tokens) - 1))]
    return EndingBlock(header, items)


def _item(vocabulary: Vocabulary, header: str, item: PromptItem) -> EndingItem:
    pairs = [_pair(vocabulary, header + item.text, option) for option in item.options]
    contexts = [context for context, _ in pairs]
    if not all(context and ending for context, ending in pairs):
        text = "This model's vocabulary has no tokens of its own for an ending of this question."
        return EndingItem(item.id, contexts[0] if contexts else [], (), text)
    whole = [context + ending for context, ending in pairs]
    count = min(map(len, contexts))
    for tokens in whole:
        count = min(count, common_length(whole[0], tokens))
    options = tuple(EndingTokens(tokens[count:], len(ending)) for tokens, (_, ending) in zip(whole, pairs, strict=True))
    return EndingItem(item.id, whole[0][:count], options)


def _pair(vocabulary: Vocabulary, before: str, option: PromptOption) -> tuple[list[int], list[int]]:
    """Tokens of a context and of its ending, as lm-evaluation-harness parts them: white space at the end of the context
    goes over to the ending, and of the whole text the tokens beyond those of the context are the ending's."""
    context = before + option.text
    kept = context.rstrip()
    tokens = vocabulary.tokenize_beginning(kept)
    return tokens, vocabulary.tokenize_beginning(context + option.ending)[len(tokens) :]
