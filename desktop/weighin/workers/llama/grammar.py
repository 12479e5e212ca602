"""llama.cpp's grammar sampler: which tokens may come next, and what was written already."""

from __future__ import annotations

import codecs
import ctypes
import os
import re
import threading
from collections.abc import Callable
from typing import Any

import llama_cpp.llama_cpp as llama
import numpy as np

from weighin.core import format
from weighin.core.runs.options import SamplingOptions
from weighin.core.runs.schema_grammar import MOST_REPEATED, SchemaError, schema_grammar
from weighin.core.safe_text import safe_name
from weighin.workers.engine import EngineError

# As the engine lays out one candidate, and how many are tried before all of them.
CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
_LIKELIEST = 256
# Deeper ones run the engine's parser out of its stack, which ends the process.
_MOST_NESTED = 500
_MOST = re.compile(r"\{\s*\d*\s*,\s*(\d{1,9})\d*\s*\}")
_ANY_NUMBER = f"Not enforced: upper limits of the grammar's repetitions above {format.count(MOST_REPEATED)}."
_SAID = re.compile(r"error parsing grammar: ([^\n]+)")


def as_array(candidates: np.ndarray) -> Any:
    """The engine's view of `candidates`, which must live as long."""
    pointer = candidates.ctypes.data_as(ctypes.POINTER(llama.llama_token_data))
    return llama.llama_token_data_array(pointer, len(candidates), -1, False)


class Grammar:
    """What an answer can be, as far as it is written. The engine takes any byte for the rest of a character that was
    begun, a quotation mark too; here only whole characters count."""

    def __init__(self, vocab: Any, piece: Callable[[int], bytes], text: str, what: str = "grammar") -> None:
        """`vocab`: a llama_vocab; `piece`: the bytes of a token; `text`: GBNF, named `what`. Raises EngineError(kind
        "grammar") where it is none."""
        self._vocab, self._piece, self._begun = vocab, piece, b""
        if "\0" in text:
            raise _unusable(what, "it has a NUL character")
        if _nesting(text) > _MOST_NESTED:
            raise _unusable(what, "it is nested too deeply")
        data = text.encode("utf-8", "replace")
        self._sampler, said = _heard(lambda: llama.llama_sampler_init_grammar(vocab, data, b"root"))
        if not self._sampler:
            raise _unusable(what, _reason(said))

    @classmethod
    def of(
        cls, vocab: Any, piece: Callable[[int], bytes], options: SamplingOptions
    ) -> tuple[Grammar | None, tuple[str, ...]]:
        """The grammar that the options ask for, None where they ask for none, and what is to be said of it. Raises
        EngineError(kind "grammar")."""
        if options.grammar:
            loose = any(int(most) > MOST_REPEATED for most in _MOST.findall(options.grammar))
            return cls(vocab, piece, options.grammar), (_ANY_NUMBER,) if loose else ()
        if not options.json_schema:
            return None, ()
        try:
            made = schema_grammar(options.json_schema)
        except SchemaError as error:
            raise _unusable("JSON schema", str(error)) from None
        said = f"Not enforced: {', '.join(made.not_enforced)} of the JSON schema."
        return cls(vocab, piece, made.text, "JSON schema"), (said,) if made.not_enforced else ()

    def allows(self, token: int) -> bool:
        """Whether `token` may come next."""
        one = np.zeros(1, CANDIDATE)
        one["id"] = token
        self.restrict(one)
        if not np.isfinite(one["logit"][0]) or self._rest(token) is None:
            return False
        if self.ends(token):
            return not self._begun
        return bool(self._piece(token))  # a control token would be written and not be seen

    def ends(self, token: int) -> bool:
        """Whether `token` is an end of the text, for the engine."""
        return bool(llama.llama_vocab_is_eog(self._vocab, token))

    def restrict(self, candidates: np.ndarray) -> None:
        """Make the logits of all that cannot come next minus infinity, in place; `allows` is stricter yet."""
        array = as_array(candidates)
        llama.llama_sampler_apply(self._sampler, ctypes.byref(array))

    def likeliest(self, logits: np.ndarray) -> int | None:
        """The token with the largest of the `logits` among those that may come next; None where none may."""
        count = min(_LIKELIEST, len(logits))
        best = np.sort(np.argpartition(logits, len(logits) - count)[len(logits) - count :])
        # An equal that was left out might come before it: then all are looked at.
        found = self._likeliest(best, logits, above=logits[best].min())
        return self._likeliest(np.arange(len(logits)), logits) if found is None else found

    def _likeliest(self, tokens: np.ndarray, logits: np.ndarray, above: float = -np.inf) -> int | None:
        candidates = np.zeros(len(tokens), CANDIDATE)
        candidates["id"], candidates["logit"] = tokens, logits[tokens]
        self.restrict(candidates)
        at = int(candidates["logit"].argmax())
        return int(tokens[at]) if candidates["logit"][at] > above else None

    def accept(self, token: int) -> None:
        """`token`, which may come next, comes next."""
        self._begun = self._rest(token) or b""
        llama.llama_sampler_accept(self._sampler, token)

    def _rest(self, token: int) -> bytes | None:
        """The character that `token` leaves unfinished; None where it makes none of those begun before."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            decoder.decode(self._begun + self._piece(token))
        except UnicodeDecodeError:
            return None
        return decoder.getstate()[0]

    def close(self) -> None:
        """Give the sampler back."""
        llama.llama_sampler_free(self._sampler)


def _unusable(what: str, reason: str) -> EngineError:
    return EngineError("grammar", f"This {what} cannot be used: {reason}.")


def _nesting(text: str) -> int:
    """How many brackets are open at most, those in its texts counted too."""
    depth = deepest = 0
    for bracket in re.findall("[()]", text):
        depth = max(0, depth + (1 if bracket == "(" else -1))
        deepest = max(deepest, depth)
    return deepest


def _reason(said: str) -> str:
    """Why the engine says no, told from its own words."""
    if found := _SAID.search(said):
        words = safe_name(found[1].strip().rstrip("."), 200)
        return words[:1].lower() + words[1:]
    if "left recursion" in said:
        return "one of its rules begins with itself"
    return "it has no rule “root”" if "'root'" in said else "the engine cannot read it"


def _heard(call: Callable[[], Any]) -> tuple[Any, str]:
    """What `call` gives, and what is written to the error stream meanwhile: the engine's parser says why it says no
    there alone."""
    source, sink = os.pipe()
    parts: list[bytes] = []
    listener = threading.Thread(target=lambda: parts.extend(iter(lambda: os.read(source, 1 << 16), b"")))
    listener.start()
    before = os.dup(2)
    try:
        os.dup2(sink, 2)
        os.close(sink)
        made = call()
    finally:
        os.dup2(before, 2)  # the last end of the pipe: the listener comes to its own
        os.close(before)
        listener.join()
        os.close(source)
    return made, b"".join(parts).decode("utf-8", "replace")
