"""Tokens at the beginning and the end of prompts, and those that end an answer, as headers name them or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.support.gguf_files import CHATML, make_model
from tests.support.worker_client import WorkerClient, text_of

from weighin.core.runs.chat import Message
from weighin.protocol.messages import CountTokens, PromptRead, Tokenize

CHAT = "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"


@pytest.mark.parametrize("tokenizer", ["bpe", "spm"])
def test_no_end_token_goes_behind_a_prompt(worker: WorkerClient, tmp_path: Path, tokenizer: str) -> None:
    """Some fine-tunes say tokenizer.ggml.add_eos_token = true, which is meant for training."""
    template = CHATML if tokenizer == "bpe" else "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
    asked = (Message("system", "s"), Message("user", "a"), Message("assistant", "b"), Message("user", "the </s> man"))
    found = []
    for ends in (False, True):
        entries: dict[str, Any] = {"tokenizer.ggml.add_eos_token": ends}
        model = make_model(tmp_path / f"{ends}.gguf", tokenizer=tokenizer, template=template, entries=entries)
        worker.loaded(model)
        prompts = [worker.ask(Tokenize(1, asked[-n:], raw))[-1].tokens for raw in (False, True) for n in (1, 4)]
        read = next(e for e in worker.generate("the man", max_tokens=9) if isinstance(e, PromptRead))
        counted = worker.ask(CountTokens(worker.next_id(), str(model), "the man"))[-1]
        found.append((prompts, read, counted.tokens))
    assert found[0][0] == found[1][0]
    assert found[0][1].tokens == found[1][1].tokens
    assert found[0][2] == found[1][2]


def test_marks_in_a_raw_prompt_are_text_and_that_is_told(worker: WorkerClient, tmp_path: Path) -> None:
    worker.loaded(make_model(tmp_path / "m.gguf"))
    notices = [worker.generate(CHAT.format("hi"), raw=raw, max_tokens=1)[-1].notices for raw in (True, False)]
    plain = worker.generate("hi", raw=True, max_tokens=1)[-1].notices
    told = "In a raw prompt these are plain text, not control tokens: <|im_end|>, <|im_start|>."
    assert notices == [(told,), ()]
    assert plain == ()


NO_IDS: dict[str, Any] = {"tokenizer.ggml.bos_token_id": None, "tokenizer.ggml.eos_token_id": None}


@pytest.mark.parametrize("bad", [False, True])
def test_tokens_that_the_header_does_not_name_are_printed_by_no_template(
    worker: WorkerClient, tmp_path: Path, bad: bool
) -> None:
    """The engine says 11 for both then, whatever token that is; so it does where the header names one beyond all."""
    entries = dict.fromkeys(NO_IDS, 99_999) if bad else NO_IDS
    template = "{{ bos_token }}{% if eos_token %}x{% endif %}" + CHATML
    model = make_model(tmp_path / "m.gguf", template=template, bos=True, entries=entries)
    loaded = worker.loaded(model)
    plain = worker.ask(Tokenize(1, (Message("user", "hi"),)))[-1]
    raw = worker.ask(Tokenize(2, (Message("user", "hi"),), raw=True))[-1]
    assert plain.rendered == CHAT.format("hi")
    assert not {plain.tokens[0], raw.tokens[0]} & {11}
    assert [n for n in loaded.notices if "99999" in n] == [
        f"The header names token 99999 as {name}_token_id, but the vocabulary does not have it."
        for name in (("bos", "eos") if bad else ())
    ]


def test_sentencepiece_keeps_its_own_rule_for_both_ends(worker: WorkerClient, tmp_path: Path) -> None:
    template = "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}"
    model = make_model(tmp_path / "m.gguf", tokenizer="spm", template=template, entries=NO_IDS)
    worker.loaded(model)
    prompt = worker.ask(Tokenize(1, (Message("user", "hello"),)))[-1]
    assert prompt.rendered == "<s>hello</s>"
    assert (prompt.tokens[0], prompt.tokens.count(1), prompt.tokens[-1]) == (1, 1, 2)


def test_an_answer_does_not_end_at_a_token_that_no_header_names_the_end(worker: WorkerClient, tmp_path: Path) -> None:
    """The engine takes token 11 for the end then, here the byte 11."""
    model = make_model(tmp_path / "m.gguf", favourite="a", entries=NO_IDS)  # all logits tie: any token is drawn
    drawn: dict[str, Any] = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0}
    worker.loaded(model)
    texts = [text_of(worker.generate("x", max_tokens=150, seed=seed, **drawn)) for seed in range(8)]
    assert any("\v" in text for text in texts)
