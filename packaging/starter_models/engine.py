"""A plain llama.cpp run of one file through the low-level bindings: greedy answers, letter scores, speed."""

import ctypes
import time
from pathlib import Path

import llama_cpp
import numpy as np
from jinja2 import Environment

from .recipe import CONTEXT
from .text import CHAT_TEMPLATE

LETTER_TEXTS = (" A", " B", " C", " D")


@llama_cpp.llama_log_callback
def _quiet(_level: int, _text: bytes, _data: ctypes.c_void_p) -> None:
    """Says nothing; the measurements are what is printed."""


class Engine:
    """One loaded model with one context."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        llama_cpp.llama_log_set(_quiet, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        parameters = llama_cpp.llama_model_default_params()
        parameters.n_gpu_layers = 0
        self._model = llama_cpp.llama_model_load_from_file(str(path).encode(), parameters)
        if not self._model:
            raise ValueError(f"{path} does not load")
        settings = llama_cpp.llama_context_default_params()
        settings.n_ctx = settings.n_batch = settings.n_ubatch = CONTEXT
        settings.n_threads = settings.n_threads_batch = threads
        self._context = llama_cpp.llama_init_from_model(self._model, settings)
        self._vocabulary = llama_cpp.llama_model_get_vocab(self._model)
        self.vocabulary_size = llama_cpp.llama_vocab_n_tokens(self._vocabulary)
        self._template = Environment().from_string(CHAT_TEMPLATE)

    def tokenize(self, text: str, control: bool = False) -> list[int]:
        """The tokens of a text, with what the model wants in front; `control` reads control tokens in it."""
        raw = text.encode()
        found = (llama_cpp.llama_token * (len(raw) + 8))()
        count = llama_cpp.llama_tokenize(self._vocabulary, raw, len(raw), found, len(found), True, control)
        return list(found[:count])

    def piece(self, token: int) -> bytes:
        """The bytes of a token."""
        buffer = ctypes.create_string_buffer(256)
        count = llama_cpp.llama_token_to_piece(self._vocabulary, token, buffer, 256, 0, False)
        return buffer.raw[:count]

    def _decode(self, tokens: list[int]) -> None:
        # the batch only points at the tokens, so they are kept in a name of their own
        array = (llama_cpp.llama_token * len(tokens))(*tokens)
        batch = llama_cpp.llama_batch_get_one(array, len(tokens))
        if llama_cpp.llama_decode(self._context, batch):
            raise RuntimeError("llama_decode failed")

    def _logits(self) -> np.ndarray:
        return np.ctypeslib.as_array(llama_cpp.llama_get_logits_ith(self._context, -1), (self.vocabulary_size,))

    def forget(self) -> None:
        """Empties the context."""
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self._context), True)

    def logits(self, tokens: list[int]) -> np.ndarray:
        """The logits behind the tokens."""
        self.forget()
        self._decode(tokens)
        return self._logits().copy()

    def ask(self, messages: list[dict[str, str]], limit: int = 160) -> tuple[str, bool]:
        """The greedy answer to a chat, and whether the model ended it by itself."""
        prompt = self._template.render(messages=messages, add_generation_prompt=True)
        self.forget()
        self._decode(self.tokenize(prompt, control=True))
        answer = b""
        for _ in range(limit):
            token = int(self._logits().argmax())
            if llama_cpp.llama_vocab_is_eog(self._vocabulary, token):
                return answer.decode(errors="replace"), True
            answer += self.piece(token)
            self._decode([token])
        return answer.decode(errors="replace"), False

    def letter(self, prompt: str) -> tuple[str, int]:
        """The likeliest letter behind a raw prompt, and how many tokens the prompt has."""
        tokens = self.tokenize(prompt)
        ids = []
        for text in LETTER_TEXTS:
            whole = self.tokenize(prompt + text)
            if whole[:-1] != tokens:
                raise ValueError(f"{text!r} is not one token behind the prompt")
            ids.append(whole[-1])
        scores = self.logits(tokens)
        return "ABCD"[int(np.argmax([scores[i] for i in ids]))], len(tokens)

    def generation_speed(self, count: int) -> float:
        """Tokens a second when writing `count` tokens, whatever they are."""
        self.forget()
        self._decode(self.tokenize("Tell me a story."))
        start = time.perf_counter()
        for _ in range(count):
            self._decode([int(self._logits().argmax())])
        return count / (time.perf_counter() - start)

    def reading_speed(self, count: int) -> float:
        """Tokens a second when reading a prompt of `count` tokens."""
        tokens = [300 + i % 500 for i in range(count)]
        self.forget()
        start = time.perf_counter()
        self._decode(tokens)
        self._logits()
        return count / (time.perf_counter() - start)
