"""A bundle made by the real program, opened under another profile."""

from __future__ import annotations

import getpass
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from tests.support.commands import Ask
from tests.support.loopback_hub import LoopbackHub

Weighin = Any


@pytest.fixture
def ask(ask: Ask) -> Weighin:
    def run(*arguments: Any, status: int = 0, profile: Path | None = None) -> CompletedProcess[str]:
        return ask(*(("--profile", profile) if profile else ()), *arguments, status=status)

    return run


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> Iterator[LoopbackHub]:
    with LoopbackHub() as made:
        made.add("o/tiny-GGUF", {"sub/tiny-F32.gguf": tiny.read_bytes()})
        monkeypatch.setenv("HF_ENDPOINT", made.url)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield made


def exported(ask: Weighin, a: Any, b: Any, place: Path, status: int = 0) -> Path:
    done = ask("compare", a, b, "-p", "What is seven plus five?", "--max-tokens", "12", "--json", status=status)
    bundle = ask("history", "export", json.loads(done.stdout)["id"], "--format", "bundle").stdout
    path = place / "x.weighin.json"
    path.write_text(bundle, "utf-8")
    return path


def test_opened_elsewhere_it_is_replicated(ask: Weighin, tmp_path: Path) -> None:
    path = exported(ask, "starter:dense", "starter:moe", tmp_path)
    elsewhere = tmp_path / "elsewhere"
    body = json.loads(ask("replay", path, "--json", profile=elsewhere).stdout)
    assert body["verdict"] == "replicated"
    assert [lane["same_text"] for lane in body["lanes"]] == [True, True]
    listed = json.loads(ask("history", "list", "--json", profile=elsewhere).stdout)["comparisons"]
    assert [row["id"] for row in listed] == [body["comparison"]["id"]]
    page = ask("replay", path, profile=elsewhere).stdout
    assert "Twelve." in page and "same file found" in page and "Replicated" in page


def test_what_both_said_to_questions_goes_along(ask: Weighin, tmp_path: Path) -> None:
    ask("mmlu", "starter:moe", "starter:dense", "--n", 23, "--json")
    path = exported(ask, "starter:dense", "starter:moe", tmp_path)
    asked = json.loads(path.read_text("utf-8"))["questions"]
    assert asked["protocol"]["n"] == len(asked["items"]) == 23
    run = json.loads(ask("mmlu", "starter:dense", "starter:moe", "--n", 23, "--items", "--json").stdout)
    theirs = {
        f"{item['question']['subject']}/test/{item['question']['row']}": "ABCD"[item["a"]["choice"]]
        for item in asked["items"]
    }
    assert theirs == {item["id"]: item["a"]["choice"] for item in run["items"]}, "lanes as those of the comparison"
    page = ask("replay", path, profile=tmp_path / "elsewhere").stdout
    assert "right on 23 questions (Starter questions · 23 questions · 5-shot, standard)." in page


def test_an_answer_that_was_another_one_there(ask: Weighin, tmp_path: Path) -> None:
    path = exported(ask, "starter:dense", "starter:moe", tmp_path)
    body = json.loads(path.read_text("utf-8"))
    body["comparison"]["results"][1]["answer"]["text"] = "Twelfe."
    path.write_text(json.dumps(body), "utf-8")
    found = json.loads(ask("replay", path, "--json").stdout)
    assert found["verdict"] == "differs"
    assert (found["lanes"][1]["verdict"], found["lanes"][1]["parting"]["at"]) == ("differs", 4)


def test_exactly_those_files_are_fetched_and_only_when_asked(ask: Weighin, hub: LoopbackHub, tmp_path: Path) -> None:
    ask("models", "get", "o/tiny-GGUF/sub/tiny-F32.gguf")
    path = exported(ask, "hub:o/tiny-GGUF/sub/tiny-F32.gguf", "starter:dense", tmp_path)
    elsewhere = tmp_path / "elsewhere"
    before = len(hub.requests()) + len(hub.requests("hub"))
    refused = ask("replay", path, profile=elsewhere, status=1)
    assert "not on this computer; " in refused.stdout and "--fetch" in refused.stderr
    assert "is not on this computer" in refused.stderr
    assert len(hub.requests()) + len(hub.requests("hub")) == before
    body = json.loads(ask("replay", path, "--fetch", "--json", profile=elsewhere).stdout)
    assert body["verdict"] == "replicated"
    assert [model["here"] for model in body["bundle"]["models"]] == [True, True]


def test_a_file_with_the_same_size_is_not_the_same_file(ask: Weighin, tiny: Path, tmp_path: Path) -> None:
    model = shutil.copy(tiny, tmp_path / "mine.gguf")
    path = exported(ask, model, "starter:dense", tmp_path)
    ask("models", "add", model)
    assert json.loads(ask("replay", path, "--json").stdout)["verdict"] == "replicated"
    other = bytearray(tiny.read_bytes())
    other[-1] ^= 1
    Path(model).write_bytes(bytes(other))
    ask("models", "add", model)
    assert json.loads(ask("replay", path, "--json", status=1).stdout)["verdict"] == "cannot"


def test_the_file_says_nothing_about_whose_computer_it_was(
    ask: Weighin, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home of canary"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("LOGNAME", "canaryname")
    monkeypatch.setenv("HF_TOKEN", "hf_canarytoken")
    assert getpass.getuser() == "canaryname"
    cut = home / "cut.gguf"
    cut.write_bytes(tiny.read_bytes()[:-2000])
    text = exported(ask, shutil.copy(tiny, home / "whole.gguf"), cut, tmp_path, status=3).read_text("utf-8")
    assert '"failure": {' in text
    for word in (str(home), "home of canary", "canaryname", "hf_canarytoken", str(tmp_path)):
        assert word not in text
    models = json.loads(text)["models"]
    assert models[0]["files"][0]["name"] == "whole.gguf" and models[0]["files"][0]["sha256"]


@pytest.mark.parametrize("content", ["", "{}", '{"schema": "weighin.bundle/9"}', "[" * 100_000])
def test_what_is_no_bundle_gets_a_sentence(ask: Weighin, tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.weighin.json"
    path.write_text(content)
    assert "undle" in ask("replay", path, status=1).stderr
    assert "cannot be read" in ask("replay", tmp_path / "none.json", status=1).stderr
