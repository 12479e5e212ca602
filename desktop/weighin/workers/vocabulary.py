"""The tokenizer of a loaded model."""

from __future__ import annotations

import ctypes
import re
from typing import Any

import llama_cpp.llama_cpp as llama

from weighin.core.comparisons.thinking import ALL_MARKS

# Characters that no prompt needs, put into text that spells a control token so that it is read as plain text.
_BREAKERS = tuple(chr(code) for code in range(1, 9))

# As control tokens are spelled.
_CONTROL = re.compile(r"<[^<>]+>|\[[^\[\]]+\]|◁[^◁▷]+▷")
_SPECIAL = llama.LLAMA_TOKEN_ATTR_CONTROL | llama.LLAMA_TOKEN_ATTR_UNKNOWN


class Vocabulary:
    """Text to tokens and back, for one llama_vocab pointer that outlives this object."""

    def __init__(self, vocab: Any) -> None:
        self._vocab = vocab
        self.size: int = llama.llama_vocab_n_tokens(vocab)
        self.adds_bos: bool = llama.llama_vocab_get_add_bos(vocab)
        self._bos: int = llama.llama_vocab_bos(vocab)
        self.bos = self._text(self._bos)
        self.eos = self._text(llama.llama_vocab_eos(vocab))
        self._pieces: dict[int, bytes] = {}
        self._buffer = ctypes.create_string_buffer(256)
        self._shown = {part for mark in ALL_MARKS for part in _control_parts(mark)}

    def tokenize(self, text: str, add_special: bool, parse_special: bool) -> list[int]:
        """Tokens of `text`. add_special: BOS/EOS as the model's flags say. parse_special: control tokens count."""
        data = text.encode("utf-8", "replace")
        size = len(data) + 8
        while True:
            tokens = (llama.llama_token * size)()
            count = llama.llama_tokenize(self._vocab, data, len(data), tokens, size, add_special, parse_special)
            if count >= 0:
                return list(tokens[:count])
            size = -count

    def tokenize_beginning(self, text: str) -> list[int]:
        """Tokens of plain `text` that more will follow: begun as the model's flag says, never ended."""
        begin = [self._bos] if self.adds_bos and self._bos >= 0 else []
        return begin + self.tokenize(text, False, False)

    def tokenize_prompt(self, rendered: str, contents: tuple[str, ...], render_again: Any) -> list[int]:
        """Tokens of a rendered prompt whose message `contents` must not become control tokens.

        Usually the rendered text is tokenized as it is. Where a content spells a control token, the spelling is broken
        by a character that is taken out again after tokenizing; `render_again(contents)` renders changed contents."""
        spelled = {s for content in contents for s in self._control_spellings(content)}
        if not spelled:
            return self._tokenize_rendered(rendered)
        everything = rendered + "".join(contents)
        breaker = next((b for b in _BREAKERS if b not in everything), None)
        if breaker is None:
            return self.tokenize(rendered, True, False)
        broken = []
        for content in contents:
            for spelling in sorted(spelled, key=len, reverse=True):
                content = content.replace(spelling, spelling[0] + breaker + spelling[1:])
            broken.append(content)
        tokens = self._tokenize_rendered(render_again(tuple(broken)))
        return [token for token in tokens if self.piece(token, True) != breaker.encode()]

    def _tokenize_rendered(self, rendered: str) -> list[int]:
        # A template that writes BOS itself must not get a second one from the model's flag.
        if self.adds_bos and self.bos and rendered.startswith(self.bos):
            rendered = rendered[len(self.bos) :]
        return self.tokenize(rendered, True, True)

    def _control_spellings(self, content: str) -> set[str]:
        """Texts inside `content` that this vocabulary would read as control tokens."""
        found = set()
        for token in self.tokenize(content, False, True):
            if self._is_special(token):
                text = self._text(token)
                if len(text) > 1 and text in content:
                    found.add(text)
        return found

    def is_control(self, token: int) -> bool:
        """Whether `token` steers the model and is not text."""
        return llama.llama_vocab_is_control(self._vocab, token)

    def _is_special(self, token: int) -> bool:
        """Whether llama.cpp finds `token` in text only when it parses special tokens."""
        return bool(llama.llama_vocab_get_attr(self._vocab, token) & _SPECIAL)

    def is_end(self, token: int) -> bool:
        """Whether the model says with `token` that it has finished."""
        return llama.llama_vocab_is_eog(self._vocab, token)

    def holds(self, text: str) -> bool:
        """Whether `text` is one control token of this vocabulary."""
        tokens = self.tokenize(text, False, True)
        return len(tokens) == 1 and self.is_control(tokens[0])

    def piece(self, token: int, special: bool = False) -> bytes:
        """Bytes of `token`; control tokens are empty unless `special` or part of a reasoning mark."""
        key = token if not special else ~token
        if key not in self._pieces:
            shown = special or (self.is_control(token) and self._text(token) in self._shown)
            size = llama.llama_token_to_piece(self._vocab, token, self._buffer, 256, 0, shown)
            if size < 0:
                buffer = ctypes.create_string_buffer(-size)
                size = llama.llama_token_to_piece(self._vocab, token, buffer, -size, 0, shown)
                self._pieces[key] = buffer.raw[:size]
            else:
                self._pieces[key] = self._buffer.raw[:size]
        return self._pieces[key]

    def _text(self, token: int) -> str:
        if token < 0 or token >= self.size:
            return ""
        return (llama.llama_vocab_get_text(self._vocab, token) or b"").decode("utf-8", "replace")


def _control_parts(mark: str) -> list[str]:
    """The control tokens a mark may be made of: "<|channel|>analysis<|message|>" holds two."""
    return [mark, *_CONTROL.findall(mark)]
