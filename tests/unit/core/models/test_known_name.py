"""What people call a model: its file's name, unless that says nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.gguf_files import make_model

from weighin.core.models.header_facts import known_name, model_facts
from weighin.core.models.model import ModelFacts
from weighin.core.models.text import head_facts, head_rows


@pytest.mark.parametrize(
    ("stem", "header", "said"),
    [
        ("SmolLM2-135M-Instruct-Q8_0", "Smollm2 135M 8k Lc100K Mix1 Ep2", "SmolLM2-135M-Instruct"),
        ("gemma-3-270m-it-Q4_K_M", "Gemma 3 270m It", "gemma-3-270m-it"),
        ("Qwen3-30B-A3B-Instruct-2507-UD-Q4_K_XL", "Qwen3", "Qwen3-30B-A3B-Instruct-2507"),
        ("big-Q8_0-00001-of-00003", "Big", "big"),
        ("モデル 7B", "Model", "モデル 7B"),
        # Names that a converter or a cache gave.
        ("ggml-model-q4_0", "Real Name", "Real Name"),
        ("model", "Real Name", "Real Name"),
        ("model-f16", "Real Name", "Real Name"),
        ("sha256-" + "ab" * 32, "Real Name", "Real Name"),
        ("Q4_K_M", "Real Name", "Real Name"),
        # Where nothing says anything, the file's name is all there is.
        ("ggml-model-q4_0", "", "ggml-model-q4_0"),
    ],
)
def test_it_is_the_name_one_knows(stem: str, header: str, said: str) -> None:
    assert known_name(stem, header) == said


def test_the_other_name_is_kept_and_shown_where_there_is_one(tmp_path: Path) -> None:
    facts = model_facts(make_model(tmp_path / "gemma-3-270m-it-Q4_K_M.gguf"))
    assert (facts.name, facts.header_name) == ("gemma-3-270m-it", "Tiny llama")
    assert head_rows(facts)[0] == ("Name in the file", "Tiny llama")
    plain = model_facts(make_model(tmp_path / "ggml-model-q8_0.gguf"))
    assert (plain.name, plain.header_name) == ("Tiny llama", "")
    assert head_rows(plain)[0][0] == "File"


def test_the_starter_models_have_the_names_they_were_given(tmp_path: Path) -> None:
    facts = model_facts(make_model(tmp_path / "weighin-starter-dense-q8_0.gguf"), starter=True)
    assert (facts.name, facts.header_name) == ("Tiny llama", "")
    assert head_facts(facts).startswith("Tiny teaching model · dense ")


def test_the_name_in_the_file_does_not_make_it_another_model() -> None:
    """Two records of one file, one of them from before the name was kept."""
    model = ModelFacts("M", "/a/m.gguf", 7, "llama", "Q8_0", 1, 1)
    assert replace(model, header_name="Whatever") == model


def test_a_hostile_name_cannot_break_a_line() -> None:
    evil = ModelFacts("M", "/a/\u202em.gguf", 7, "llama", "Q8_0\n" * 9, 1, 1, header_name="\u202e\n<b>" * 200)
    rows = dict(head_rows(evil))
    assert not set("".join(rows.values()) + head_facts(evil)) & {"\n", "\u202e"}
    assert len(rows["Name in the file"]) <= 200
