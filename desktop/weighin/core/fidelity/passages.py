"""The text around a position: what the models had read, the token that really came next, and what follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from weighin.core import format
from weighin.core.fidelity.fidelity import BaseChunk, LikelyToken, OtherChunk, WorstPosition
from weighin.core.fidelity.text import figure, shown_token
from weighin.core.safe_text import safe_name

_BEFORE, _AFTER = 240, 60


@dataclass(frozen=True)
class Passage:
    """Text before the token, the token, text after it; as the model's tokens spell it."""

    before: str
    token: str
    after: str


@dataclass(frozen=True)
class ReadChunk:
    """A chunk as both models read it; other None where that model has not got there."""

    base: BaseChunk
    other: OtherChunk | None

    @property
    def first(self) -> int:
        """Index of the first token whose prediction is compared."""
        return len(self.base.pieces) - len(self.base.nll)

    @property
    def mean(self) -> float | None:
        """Mean KLD of the chunk."""
        return sum(self.other.kld) / len(self.other.kld) if self.other and self.other.kld else None

    def kld(self, token: int) -> float | None:
        """KLD of the prediction of the token with this index; None where it is not compared."""
        place = token - self.first
        return self.other.kld[place] if self.other and 0 <= place < len(self.other.kld) else None

    def same_top(self, token: int) -> bool | None:
        """Whether both find the same token likeliest there."""
        place = token - self.first
        return self.other.same_top[place] if self.other and 0 <= place < len(self.other.same_top) else None

    def worst(self, token: int) -> WorstPosition | None:
        """What both models expected at the token with this index, where it was kept."""
        kept = self.other.worst if self.other else ()
        return next((one for one in kept if one.position + 1 == token), None)


def read_chunks(base: Iterable[BaseChunk], other: Iterable[OtherChunk]) -> tuple[ReadChunk, ...]:
    """The chunks in the order of the text."""
    others = {chunk.number: chunk for chunk in other}
    return tuple(ReadChunk(one, others.get(one.number)) for one in sorted(base, key=lambda one: one.number))


def passage(chunk: BaseChunk, position: int) -> Passage:
    """What stands around the token after `position`."""
    pieces = chunk.pieces
    before = "".join(pieces[max(0, position + 1 - _BEFORE) : position + 1])
    cut = "…" if len(before) > _BEFORE or position + 1 > _BEFORE else ""
    after = "".join(pieces[position + 2 : position + 2 + _AFTER])
    token = pieces[position + 1] if position + 1 < len(pieces) else ""
    return Passage(cut + before[-_BEFORE:], token, after[:_AFTER] + ("…" if after else ""))


def kind_name(kind: str) -> str:
    """A kind of text, as a list shows it."""
    return safe_name(kind, 40).capitalize()


def position_words(chunk: ReadChunk, token: int) -> str:
    """What is known of the prediction of the token with this index; "" where it was not compared."""
    kld, same = chunk.kld(token), chunk.same_top(token)
    if kld is None:
        return ""
    where = f"chunk {chunk.base.number + 1}, token {token + 1}"
    said = f"{shown_token(chunk.base.pieces[token])}: KLD {figure(kld)}, {where}."
    worst = chunk.worst(token)
    if worst is None:
        return f"{said} {'Both find the same token' if same else 'Another token is'} likeliest."
    return f"{said} Base expects {likely_words(worst.base[:3])}; the other {likely_words(worst.other[:3])}."


def likely_words(tokens: tuple[LikelyToken, ...]) -> str:
    """ "“ the” 62 %, “ a” 8 %"."""
    return ", ".join(f"{shown_token(one.text)} {format.percent(one.probability)}" for one in tokens) or format.NONE
