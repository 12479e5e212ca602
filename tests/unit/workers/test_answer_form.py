"""When an answer is held to a grammar, token by token, as the common families announce their thinking."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from weighin.core.runs.thinking import ALL_MARKS
from weighin.workers.llama.answer_form import AnswerForm
from weighin.workers.text_stream import ANSWER, REASONING, TextStream

END = "<end>"
CONTROL = {"<|channel|>", "<|message|>", "<|start|>", "<|end|>", "<think>", "</think>", "[THINK]", "[/THINK]"}


class Words:
    """A vocabulary in which each text is a token; the grammar is the one text `allowed`, and then the end."""

    def __init__(self, *wished: str, allowed: str) -> None:
        self.wished, self.allowed, self.written = list(wished), allowed, ""
        self.texts = [END, *dict.fromkeys((*wished, *allowed))]
        self.names_end = True

    def piece(self, token: int) -> bytes:
        text = self.texts[token]
        return text.encode() if text not in CONTROL or any(text in mark for mark in ALL_MARKS) else b""

    def is_end(self, token: int) -> bool:
        return self.texts[token] == END

    ends = is_end

    def is_mark(self, token: int) -> bool:
        return self.texts[token] in CONTROL

    def tokenize(self, text: str, _: bool) -> list[int]:
        return [self.texts.index(character) for character in text if character in self.texts]

    def allows(self, token: int) -> bool:
        text, rest = self.texts[token], self.allowed[len(self.written) :]
        return text == END if not rest else text != END and rest.startswith(text)

    def accept(self, token: int) -> None:
        self.written += self.texts[token]

    def sample(self, grammar: Words | None, passes: Callable[[int], bool]) -> int | None:
        """What is wished, else the next character that is allowed, as Sampler does it."""
        token = self.texts.index(self.wished.pop(0) if self.wished else END)
        if grammar is None or self.allows(token) or passes(token):
            return token
        rest = self.allowed[len(self.written) :]
        return self.texts.index(rest[0] if rest else END)


def written(prompt: str, *wished: str, allowed: str = "{}") -> tuple[str, str]:
    """Reasoning and answer."""
    words, stream = Words(*wished, allowed=allowed), TextStream(prompt=prompt)
    form = AnswerForm(words, words, words, stream)  # type: ignore[arg-type]
    out = {ANSWER: "", REASONING: ""}
    for _ in range(60):
        token = form.choose()
        pieces = stream.finish() if token is None else form.feed(token)
        for piece in pieces:
            out[piece.kind] += piece.text
        if token is None:
            return out[REASONING], out[ANSWER]
    raise AssertionError(out)


@pytest.mark.parametrize(
    ("prompt", "wished", "reasoning"),
    [
        ("assistant\n", ("Sure", "!"), ""),
        ("assistant\n<think>\n", ("hm", "</think>", "\n\n", "Sure"), "hm"),
        ("assistant\n<think>\n\n</think>\n\n", ("Sure",), ""),
        ("assistant\n", ("<think>", "hm", "</think>", "Sure"), "hm"),
        ("assistant\n", ("[THINK]", "hm", "[/THINK]"), "hm"),
        ("assistant\n", ("<think>", "a", "</think>", "<think>", "b", "</think>"), "ab"),
        ("assistant\n<think>\n", ("hm</", "think", ">"), "hm"),
        ("assistant\n<think>\n", ("hm</", "think", ">{"), "hm"),
        ("<|start|>assistant", ("<|channel|>", "analysis", "<|message|>", "hm", "<|end|>", "<|start|>", "assistant",
                                "<|channel|>", "final", "<|message|>", "Sure"), "hm"),
        ("<|start|>assistant", ("<|channel|>", "final", "<|message|>", "Sure"), ""),
        ("assistant\n", ("{", "<think>", "}"), ""),
    ],
)  # fmt: skip
def test_only_the_answer_is_held_to_the_grammar(prompt: str, wished: tuple[str, ...], reasoning: str) -> None:
    assert written(prompt, *wished) == (reasoning, "{}")


def test_a_mark_within_the_answer_is_text_once_it_has_begun() -> None:
    assert written("assistant\n", "{", "<think>", "}", allowed="{<think>}") == ("", "{<think>}")
    assert written("assistant\n", "<", "t", allowed="<think>x</think>") == ("", "<think>x</think>")


def test_a_model_that_may_not_think_any_more_is_held_to_the_grammar() -> None:
    words = Words("<think>", "hm", allowed="{}")
    form = AnswerForm(words, words, words, TextStream())  # type: ignore[arg-type]
    form.end_thinking()
    token = form.choose()
    assert token is not None and words.texts[token] == "{"
