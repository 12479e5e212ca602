"""weighin compare --prompts, from outside."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tests.support.commands import Ask
from tests.support.loopback_hub import LoopbackHub
from tests.support.profiles import count_rows

PROMPTS = 8


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    path = tmp_path / "my.jsonl"
    path.write_text('"What is seven plus five?"\n{broken\n{"prompt": "What is the opposite of hot?", "title": "hot"}\n')
    return path


def test_all_prompts_are_answered_and_lie_in_history(ask: Ask, prompts: Path) -> None:
    done = ask("compare", "starter:dense", "starter:moe", "--prompts", prompts, "--json")
    assert done.returncode == 0, done.stderr
    assert "Line 2: it is not JSON." in done.stderr
    body = json.loads(done.stdout)
    assert (body["schema"], body["answered"]) == ("weighin.prompt-set/1", 2)
    assert [r["a"]["text"].strip() for r in body["results"]] == ["Twelve.", "Cold."]
    listed = json.loads(ask("history", "list", "--json").stdout)["comparisons"]
    assert {row["id"] for row in listed} == {r["comparison"] for r in body["results"]}
    assert {(row["set_run"], row["set_name"]) for row in listed} == {(body["id"], prompts.name)}
    assert ask("compare", "starter:dense", "starter:moe", "--prompts", prompts, "--resume").returncode == 1


def test_a_prompt_that_does_not_fit_fails_alone(ask: Ask) -> None:
    done = ask("compare", "starter:dense", "starter:moe", "--prompts", "Long-Context", "--json")
    assert done.returncode == 3
    assert "context is set to" in json.loads(done.stdout)["results"][0]["a"]["failure"]
    unknown = ask("compare", "starter:dense", "starter:moe", "--prompts", "nothing")
    assert unknown.returncode == 2 and "Explain" in unknown.stderr


def test_interrupted_it_goes_on(weighin: list[str], ask: Ask, endless: Path, tmp_path: Path) -> None:
    path = tmp_path / "many.txt"
    path.write_text("".join(f"prompt {number}\n" for number in range(PROMPTS)))
    command = ["compare", endless, endless, "--prompts", path, "--max-tokens", "400", "--json"]
    going = subprocess.Popen([*weighin, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    database = tmp_path / "profile" / "data" / "weighin.db"
    deadline = time.monotonic() + 60
    while not count_rows(database, "comparisons") and time.monotonic() < deadline:
        time.sleep(0.01)
    going.send_signal(signal.SIGINT)
    out, errors = going.communicate(timeout=60)
    assert going.returncode == 130, errors
    first = json.loads(out)
    assert 0 < first["answered"] < PROMPTS
    other = ask(*command, "--resume", "--seed", "9")
    assert other.returncode == 2 and "options: seed." in other.stderr
    one_lane = ask(*command, "--resume", "--b-ctx", "2048")
    assert one_lane.returncode == 2 and "options: context." in one_lane.stderr
    resumed = ask(*command, "--resume")
    assert resumed.returncode == 0, resumed.stderr
    body = json.loads(resumed.stdout)
    assert body["answered"] == PROMPTS and body["id"] == first["id"]
    assert body["results"][0]["comparison"] == first["results"][0]["comparison"]


def test_gsm8k_is_fetched_when_that_is_asked_for(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = ask("compare", "starter:dense", "starter:moe", "--prompts", "gsm8k")
    assert missing.returncode == 2 and "GSM8K is not on this computer yet" in missing.stderr
    other = ask("compare", "starter:dense", "starter:moe", "--prompts", "explain", "--fetch")
    assert other.returncode == 2 and "--fetch works with --prompts gsm8k." in other.stderr
    data = (Path(__file__).parents[1] / "fixtures" / "parquet" / "hub-gsm8k.parquet").read_bytes()
    with LoopbackHub() as hub:
        hub.add("datasets/openai/gsm8k", {"main/test-00000-of-00001.parquet": data})
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        command = ["compare", "starter:dense", "starter:moe", "--prompts", "GSM8K", "--max-tokens", "8", "--json"]
        done = ask(*command, "--fetch")
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    assert (body["name"], body["prompts"], body["results"][0]["tag"]) == ("GSM8K", 12, "gsm8k")
