"""The tokenizer of a loaded model."""

from __future__ import annotations

import ctypes
import os
import re
from typing import Any

import llama_cpp.llama_cpp as llama

from weighin.core.runs.failures import load_failure
from weighin.core.runs.options import SamplingOptions
from weighin.core.runs.thinking import ALL_MARKS, OPENINGS
from weighin.protocol.messages import Counted, CountTokens
from weighin.workers.engine import EngineError
from weighin.workers.llama.grammar import Grammar
from weighin.workers.llama.native import NativeLog

# Characters that no prompt needs, put into text that spells a control token so that it is read as plain text.
_BREAKERS = tuple(chr(code) for code in range(1, 9))

# As control tokens are spelled.
_CONTROL = re.compile(r"<[^<>]+>|\[[^\[\]]+\]|◁[^◁▷]+▷")
_SPECIAL = llama.LLAMA_TOKEN_ATTR_CONTROL | llama.LLAMA_TOKEN_ATTR_UNKNOWN


# The kinds of vocabulary before whose texts llama.cpp puts a beginning token at all.
_BEGINNING = (llama.LLAMA_VOCAB_TYPE_SPM, llama.LLAMA_VOCAB_TYPE_BPE, llama.LLAMA_VOCAB_TYPE_UGM)
_MARK = re.compile(r"<\|[^<>|\s]{1,60}\|>|<｜[^<>｜\s]{1,60}｜>|<(?:start|end)_of_\w{1,40}>|\[/?[A-Z_]{2,40}\]|</?s>")


class Vocabulary:
    """Text to tokens and back, for one llama_model pointer that outlives this object.

    bos, eos: what templates print for them; "" where the header of the file names none. beginning: the token that
    a text begins with, -1 for none."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._vocab = llama.llama_model_get_vocab(model)
        self.size: int = llama.llama_vocab_n_tokens(self._vocab)
        self._bos = self._named("bos", llama.llama_vocab_bos(self._vocab))
        self._eos = self._named("eos", llama.llama_vocab_eos(self._vocab))
        kind = llama.llama_vocab_type(self._vocab)
        begins = llama.llama_vocab_get_add_bos(self._vocab) and kind in _BEGINNING and self._bos >= 0
        self.beginning = self._bos if begins else -1
        self._beginning = [self._bos] if begins else []
        self.bos, self.eos = self._text(self._bos), self._text(self._eos)
        self._pieces: dict[int, bytes] = {}
        self._buffer = ctypes.create_string_buffer(256)
        self._shown = {part for mark in ALL_MARKS for part in _control_parts(mark)}

    def _named(self, which: str, token: int) -> int:
        """The engine's `token`, or -1 where that is a number it takes when the header names none: of SentencePiece that
        is the rule ("<s>", "</s>"), of byte-level BPE whatever lies there."""
        stated = self._stated(f"tokenizer.ggml.{which}_token_id")
        usual = llama.llama_vocab_type(self._vocab) == llama.LLAMA_VOCAB_TYPE_SPM and token >= 0
        return token if stated == str(token) or (usual and not stated and self.is_control(token)) else -1

    def _stated(self, key: str) -> str:
        buffer = ctypes.create_string_buffer(64)
        llama.llama_model_meta_val_str(self._model, key.encode(), buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace")

    def tokenize(self, text: str, parse_special: bool) -> list[int]:
        """Tokens of `text` and nothing before or behind it. parse_special: control tokens spelled in it count."""
        data = text.encode("utf-8", "replace")
        size = len(data) + 8
        while True:
            tokens = (llama.llama_token * size)()
            count = llama.llama_tokenize(self._vocab, data, len(data), tokens, size, False, parse_special)
            if count >= 0:
                return list(tokens[:count])
            size = -count

    def tokenize_beginning(self, text: str) -> list[int]:
        """Tokens of plain `text` that more will follow: begun as the model's flag says, never ended, whatever the
        header says of an end token: behind it a model has nothing to add."""
        return self._beginning + self.tokenize(text, False)

    def tokenize_prompt(self, rendered: str, contents: tuple[str, ...], render_again: Any) -> list[int]:
        """Tokens of a rendered prompt whose message `contents` must not become control tokens.

        Usually the rendered text is tokenized as it is. Where a content spells a control token, the spelling is broken
        by a character that is taken out again after tokenizing; `render_again(contents)` renders changed contents."""
        spelled = {s for content in contents for s in self.control_spellings(content)}
        if not spelled:
            return self._tokenize_rendered(rendered)
        everything = rendered + "".join(contents)
        breaker = next((b for b in _BREAKERS if b not in everything), None)
        if breaker is None:
            return self.tokenize_beginning(rendered)
        broken = []
        for content in contents:
            for spelling in sorted(spelled, key=len, reverse=True):
                content = content.replace(spelling, spelling[0] + breaker + spelling[1:])
            broken.append(content)
        tokens = self._tokenize_rendered(render_again(tuple(broken)))
        return [token for token in tokens if self.piece(token, True) != breaker.encode()]

    def _tokenize_rendered(self, rendered: str) -> list[int]:
        # A template that writes BOS itself must not get a second one from the model's flag.
        if self._beginning and self.bos and rendered.startswith(self.bos):
            rendered = rendered[len(self.bos) :]
        return self._beginning + self.tokenize(rendered, True)

    def control_spellings(self, content: str) -> set[str]:
        """Texts inside `content` that this vocabulary would read as control tokens."""
        found = set()
        for token in self.tokenize(content, True):
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
        """Whether the model says with `token` that it has finished. An ordinary token that the engine takes for the end
        because the header names none does not."""
        if not llama.llama_vocab_is_eog(self._vocab, token):
            return False
        return self._eos >= 0 or token != llama.llama_vocab_eos(self._vocab) or self.is_control(token)

    @property
    def names_end(self) -> bool:
        """Whether any token says that the model has finished."""
        return self._eos >= 0 or llama.llama_vocab_eot(self._vocab) >= 0

    def ordinary_marks(self, template: str) -> tuple[str, ...]:
        """Marks of a `template` that this vocabulary holds as tokens, but as ordinary ones, which are read letter by
        letter."""
        apart = [m for m in dict.fromkeys(_MARK.findall(template)) if len(self.tokenize(m, True)) > 1]
        texts = {self._text(token) for token in range(self.size)} if apart else set()
        return tuple(mark for mark in apart if mark in texts)

    def is_mark(self, token: int) -> bool:
        """Whether `token` announces reasoning, alone or as a control token among others."""
        text = self._text(token)
        return text.strip() in OPENINGS or (text in self._shown and self.is_control(token))

    def grammar(self, options: SamplingOptions) -> tuple[Grammar | None, tuple[str, ...]]:
        """What the options hold an answer to, None for nothing, and what is to be said of it. Raises EngineError."""
        return Grammar.of(self._vocab, self.piece, options)

    def holds(self, text: str) -> bool:
        """Whether `text` is one control token of this vocabulary."""
        tokens = self.tokenize(text, True)
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


def count_tokens(request: CountTokens, log: NativeLog, build: str) -> Counted:
    """Tokens of a text. Raises EngineError where the vocabulary cannot be read."""
    log.clear()
    params = llama.llama_model_default_params()
    params.vocab_only = True
    model = llama.llama_model_load_from_file(os.fsencode(request.path), params)
    if not model:
        failure = load_failure(log.tail(), f"llama.cpp {build}")
        raise EngineError(failure.kind, failure.message, failure.detail)
    try:
        vocabulary = Vocabulary(model)
        return Counted(request.id, len(vocabulary.tokenize(request.text, False)))
    finally:
        llama.llama_model_free(model)
