"""weighin compare --prompts, from outside."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

PROMPTS = 8


def run(command: list[str], *arguments: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*command, *map(str, arguments)], capture_output=True, text=True, timeout=120)


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    path = tmp_path / "my.jsonl"
    path.write_text('"What is seven plus five?"\n{broken\n{"prompt": "What is the opposite of hot?", "title": "hot"}\n')
    return path


def test_all_prompts_are_answered_and_lie_in_history(weighin: list[str], prompts: Path) -> None:
    done = run(weighin, "compare", "starter:dense", "starter:moe", "--prompts", prompts, "--json")
    assert done.returncode == 0, done.stderr
    assert "Line 2: it is not JSON." in done.stderr
    body = json.loads(done.stdout)
    assert (body["schema"], body["answered"]) == ("weighin.prompt-set/1", 2)
    assert [r["a"]["text"].strip() for r in body["results"]] == ["Twelve.", "Cold."]
    listed = json.loads(run(weighin, "history", "list", "--json").stdout)["comparisons"]
    assert {row["id"] for row in listed} == {r["comparison"] for r in body["results"]}
    assert run(weighin, "compare", "starter:dense", "starter:moe", "--prompts", prompts, "--resume").returncode == 1


def test_a_prompt_that_does_not_fit_fails_alone(weighin: list[str]) -> None:
    done = run(weighin, "compare", "starter:dense", "starter:moe", "--prompts", "Long-Context", "--json")
    assert done.returncode == 3
    assert "context holds" in json.loads(done.stdout)["results"][0]["a"]["failure"]
    unknown = run(weighin, "compare", "starter:dense", "starter:moe", "--prompts", "nothing")
    assert unknown.returncode == 2 and "Explain" in unknown.stderr


def test_interrupted_it_goes_on(weighin: list[str], endless: Path, tmp_path: Path) -> None:
    path = tmp_path / "many.txt"
    path.write_text("".join(f"prompt {number}\n" for number in range(PROMPTS)))
    command = ["compare", endless, endless, "--prompts", path, "--max-tokens", "400", "--json"]
    going = subprocess.Popen([*weighin, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    database = tmp_path / "profile" / "data" / "weighin.db"
    deadline = time.monotonic() + 60
    while not _comparisons(database) and time.monotonic() < deadline:
        time.sleep(0.01)
    going.send_signal(signal.SIGINT)
    out, errors = going.communicate(timeout=60)
    assert going.returncode == 130, errors
    first = json.loads(out)
    assert 0 < first["answered"] < PROMPTS
    other = run(weighin, *command, "--resume", "--seed", "9")
    assert other.returncode == 2 and "(seed)" in other.stderr
    resumed = run(weighin, *command, "--resume")
    assert resumed.returncode == 0, resumed.stderr
    body = json.loads(resumed.stdout)
    assert body["answered"] == PROMPTS and body["id"] == first["id"]
    assert body["results"][0]["comparison"] == first["results"][0]["comparison"]


def _comparisons(database: Path) -> int:
    """How many are kept, read while another program writes them."""
    if not database.exists():
        return 0
    connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    try:
        return connection.execute("SELECT count(*) FROM comparisons").fetchone()[0]
    except sqlite3.OperationalError:  # not made yet
        return 0
    finally:
        connection.close()
