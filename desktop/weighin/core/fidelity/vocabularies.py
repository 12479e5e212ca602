"""Why two models cannot be held against each other, in words: their vocabularies are not one."""

from __future__ import annotations

from weighin.core import format
from weighin.core.fidelity.text import shown_token
from weighin.core.gguf.vocabulary import MERGES, TOKENS, TYPES, VocabularyDifference
from weighin.core.safe_text import safe_name

# gguf.TokenType
_TYPES = {"1": "normal", "2": "unknown", "3": "control", "4": "user-defined", "5": "unused", "6": "byte"}
_NAMES = {
    "tokenizer.ggml.model": "the tokenizer",
    "tokenizer.ggml.pre": "the pre-tokenizer",
    "tokenizer.ggml.bos_token_id": "the beginning token (BOS)",
    "tokenizer.ggml.eos_token_id": "the end token (EOS)",
    "tokenizer.ggml.unknown_token_id": "the unknown token",
}


def vocabulary_refusal(difference: VocabularyDifference, name: str) -> str:
    """One sentence; name: of the model that differs from BASE."""
    model = safe_name(name, 60)
    return f"{model} has another vocabulary than BASE, so they cannot be compared: {_what(difference, model)}."


def _what(difference: VocabularyDifference, model: str) -> str:
    base, other = difference.one, difference.other
    if difference.key == TYPES and difference.index is not None:
        token = f"token {format.count(difference.index)} ({shown_token(difference.token)})"
        return f"{token} is {_type(base)} in BASE and {_type(other)} in {model}"
    if difference.index is not None:
        what = {TOKENS: "token", MERGES: "merge"}[difference.key]
        return f"{what} {format.count(difference.index)} is {_text(base)} in BASE and {_text(other)} in {model}"
    return f"{_NAMES[difference.key]} is {_value(base)} in BASE and {_value(other)} in {model}"


def _text(text: str | None) -> str:
    return "missing" if text is None else shown_token(text)


def _value(text: str | None) -> str:
    return "not named" if text is None else safe_name(text, 40)


def _type(number: str | None) -> str:
    return "of no type" if number is None else _TYPES.get(number, f"of type {safe_name(number, 12)}")
