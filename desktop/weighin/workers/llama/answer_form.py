"""What holds an answer, and not the thinking before it, to a grammar."""

from __future__ import annotations

from weighin.workers.engine import EngineError
from weighin.workers.llama.grammar import Grammar
from weighin.workers.llama.sampler import Sampler
from weighin.workers.llama.vocabulary import Vocabulary
from weighin.workers.text_stream import ANSWER, Piece, TextStream


class AnswerForm:
    """Chooses each token of an answer. Until something of the answer itself stands there a model may open its thinking,
    also where its template did not; from then on marks of thinking are text."""

    def __init__(self, sampler: Sampler, grammar: Grammar | None, vocabulary: Vocabulary, stream: TextStream) -> None:
        self._sampler, self._grammar, self._vocabulary, self._stream = sampler, grammar, vocabulary, stream
        self._begun = self._announced = self._no_more_thinking = False

    def end_thinking(self) -> None:
        """From now on a model that would think again is held to the grammar."""
        self._no_more_thinking = True

    def choose(self) -> int | None:
        """The next token; None at the end of the answer. Raises EngineError where none can follow what stands there."""
        grammar = self._grammar if self._governs else None
        token = self._sampler.sample(grammar, self._passes)
        if grammar is None:
            return None if token is None or self._vocabulary.is_end(token) else token
        if token is None and self._vocabulary.names_end:
            raise EngineError("grammar", "The grammar allows none of the model's tokens next: the answer ends here.")
        if token is None or (grammar.ends(token) and grammar.allows(token)):
            return None
        return token

    def feed(self, token: int) -> list[Piece]:
        """The pieces of text that `token` completes."""
        data = self._vocabulary.piece(token)
        if self._grammar is None:
            return self._stream.feed(data)
        if self._governs and self._grammar.allows(token):
            self._grammar.accept(token)
            held = [] if self._begun else self._stream.only_answer()
            self._begun = True
            return held + self._stream.feed(data)
        if self._governs:
            self._announced = True
        pieces = self._stream.feed(data)
        # What stands behind a closing mark in the same token is answer already.
        self._take("".join(piece.text for piece in pieces if piece.kind == ANSWER))
        return pieces

    @property
    def _governs(self) -> bool:
        """Whether the next token is one of the answer."""
        if self._stream.kind != ANSWER:
            return False
        self._announced = self._announced and self._stream.waits
        return not self._announced

    def _passes(self, token: int) -> bool:
        if self._begun or self._no_more_thinking or self._grammar is None:
            return False
        return self._vocabulary.is_mark(token) and not self._grammar.ends(token)

    def _take(self, text: str) -> None:
        assert self._grammar is not None
        for token in self._vocabulary.tokenize(text.strip(), False):
            if not self._grammar.allows(token) or self._grammar.ends(token):
                return
            self._grammar.accept(token)
