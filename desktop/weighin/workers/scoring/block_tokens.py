"""The tokens of a block of questions: what they share, what each adds, and the letters as they are spelled there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from weighin.core.evaluations.evaluation import CHAT
from weighin.core.evaluations.mmlu_prompt import PromptBlock
from weighin.core.runs.chat import Message
from weighin.core.runs.thinking import opened_reasoning
from weighin.workers.engine import EngineError
from weighin.workers.llama.prompt import PromptBuilder
from weighin.workers.llama.vocabulary import Vocabulary

# Another question than any: what the prompts have in common up to it is what they have in common at all.
_PROBE = "•"


@dataclass(frozen=True)
class ItemTokens:
    """One question. tokens: the whole prompt, up to where the letters begin to differ from it and from each other;
    letters: what follows for each of the four, one token each in nearly all vocabularies."""

    id: str
    tokens: list[int]
    letters: tuple[list[int], ...] = ()

    @property
    def plain(self) -> bool:
        """Whether each letter is one token."""
        return all(len(letter) == 1 for letter in self.letters)


@dataclass(frozen=True)
class BlockTokens:
    """`header`: the beginning that all items share; no item is only that."""

    header: list[int]
    items: tuple[ItemTokens, ...]
    notices: tuple[str, ...] = ()


def tokenize_block(vocabulary: Vocabulary, prompts: PromptBuilder, block: PromptBlock, letters: bool) -> BlockTokens:
    """The tokens of `block`; without `letters` those are left out, for counting. Raises EngineError."""
    writer = _chat(prompts, block) if block.protocol == CHAT else _completion(vocabulary, block)
    header, notices = writer(None, "")
    items = []
    for item in block.items:
        tokens, more = writer(item.text, "")
        notices += tuple(n for n in more if n not in notices)
        found = ItemTokens(item.id, tokens)
        if letters:
            found = _with_letters(found, [writer(item.text, ending)[0] for ending in block.continuations])
        items.append(found)
    for found in items:
        header = header[: min(common_length(header, found.tokens), len(found.tokens) - 1)]
    return BlockTokens(header, tuple(items), notices)


_Writer = Callable[["str | None", str], tuple[list[int], tuple[str, ...]]]


def _completion(vocabulary: Vocabulary, block: PromptBlock) -> _Writer:
    """Raw text, begun as the vocabulary says, control tokens spelled out in it being text."""

    def write(text: str | None, ending: str) -> tuple[list[int], tuple[str, ...]]:
        return vocabulary.tokenize_beginning(block.header + (text or "") + ending), ()

    return write


def _chat(prompts: PromptBuilder, block: PromptBlock) -> _Writer:
    """The model's own template, thinking switched off."""
    if prompts.template_kind == "none":
        raise EngineError("template", "This model has no chat template: use the standard protocol.")

    def write(text: str | None, ending: str) -> tuple[list[int], tuple[str, ...]]:
        system = (Message("system", block.header),) if block.header else ()
        turns = (*system, *block.turns, Message("user", _PROBE if text is None else text))
        rendered = prompts.build(turns, raw=False, thinking=False, ending=ending)
        if not ending and opened_reasoning(rendered.text, turns[-1].content):
            text = "The template of this model always starts with reasoning, so letters cannot be scored."
            raise EngineError("thinking", f"{text} Use the standard protocol.")
        return rendered.tokens, rendered.notices

    return write


def _with_letters(item: ItemTokens, whole: Sequence[list[int]]) -> ItemTokens:
    """`item` up to where the four `whole` prompts (prompt and letter) part, and what each goes on with."""
    count = len(item.tokens)
    if any(tokens[:count] != item.tokens for tokens in whole):
        count = min(common_length(item.tokens, tokens) for tokens in whole)
    return replace(item, tokens=item.tokens[:count], letters=tuple(tokens[count:] for tokens in whole))


def common_length(one: Sequence[int], other: Sequence[int]) -> int:
    """Length of the beginning that two lists of tokens have in common."""
    length = min(len(one), len(other))
    if one[:length] == other[:length]:
        return length
    return next(i for i in range(length) if one[i] != other[i])
