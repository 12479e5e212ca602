"""weighin mmlu from outside: the contract of its JSON, its exit status, and runs that are killed and resumed."""

from __future__ import annotations

import csv
import io
import json
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.support.commands import Ask
from tests.support.loopback_server import LoopbackServer
from tests.support.profiles import count_rows
from tests.support.questions import make_questions, write_csv

from weighin.paths import Profile

PAIR = ("starter:dense", "starter:moe")
PROTOCOL_KEYS = {"name", "shots", "scoring", "sampling", "seed", "n", "split", "dataset_sha256"}
LANE_KEYS = {"lane", "model", "n", "correct", "accuracy", "interval", "tokens_evaluated", "seconds", "subjects"}
PAIRED_KEYS = {
    "both_right", "only_a", "only_b", "both_wrong", "difference", "interval", "mcnemar_p", "e_value", "verdict",
    "more_questions", "decided_after", "test", "flips",
}  # fmt: skip


def run(weighin: list[str], *arguments: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*weighin, *map(str, arguments)], capture_output=True, text=True, timeout=110)


def body_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    body: dict[str, Any] = json.loads(done.stdout)
    return body


def test_both_starter_models_on_the_starter_questions(weighin: list[str]):
    done = run(weighin, "mmlu", "starter:dense", "starter:moe", "--n", 230, "--items", "--json")
    body = body_of(done)
    assert body["schema"] == "weighin.mmlu/1"
    assert body["questions"] == "starter"
    assert body["protocol"].keys() >= PROTOCOL_KEYS
    assert (body["protocol"]["name"], body["protocol"]["shots"], body["protocol"]["n"]) == ("standard", 5, 230)
    assert [lane["lane"] for lane in body["lanes"]] == ["A", "B"]
    for lane in body["lanes"]:
        assert lane.keys() >= LANE_KEYS
        assert lane["n"] == 230
        assert lane["accuracy"] == lane["correct"] / 230 > 0.75
        assert lane["interval"][0] < lane["accuracy"] < lane["interval"][1]
        assert sum(subject["n"] for subject in lane["subjects"].values()) == 230
        assert len(lane["subjects"]) == 23
        assert lane["tokens_evaluated"] <= 1.03 * lane["unique_tokens"]
        assert len(lane["model"]["sha256"]) == 64
    paired = body["paired"]
    assert paired.keys() == PAIRED_KEYS
    assert sum(paired[box] for box in ("both_right", "only_a", "only_b", "both_wrong")) == 230
    assert paired["difference"] == pytest.approx(body["lanes"][0]["accuracy"] - body["lanes"][1]["accuracy"])
    assert len(body["items"]) == 230
    for item in body["items"]:
        subject, split, row = item["id"].rsplit("/", 2)
        assert (subject, split) == (item["subject"], "test")
        assert int(row) >= 0
        for side in ("a", "b"):
            assert item[side]["choice"] == "ABCD"[item[side]["logprobs"].index(max(item[side]["logprobs"]))]
    right = sum(item["a"]["choice"] == item["answer"] for item in body["items"])
    assert right == body["lanes"][0]["correct"]
    assert "questions detect gaps of about " in done.stderr


def test_it_is_found_again_in_the_history(ask: Ask):
    body = body_of(ask("mmlu", "starter:dense", "starter:moe", "--n", 46, "--items", "--json"))
    listed = json.loads(ask("history", "list", "--json").stdout)["evaluations"]
    assert [row["id"] for row in listed] == [body["id"]]
    assert listed[0]["lanes"][0]["correct"] == body["lanes"][0]["correct"]
    assert "46 questions, 5-shot" in ask("history", "list").stdout
    assert ask("history", "search", "nobody").stdout.strip() == "Nothing found for 'nobody'."
    assert json.loads(ask("history", "export", body["id"][:8], "--format", "json").stdout) == body
    shown = json.loads(ask("history", "show", body["id"][:8], "--json").stdout)
    assert shown == {key: value for key, value in body.items() if key != "items"}
    page = ask("history", "export", body["id"], "--format", "md").stdout
    assert "Not MMLU questions: " in page
    assert "by the exact McNemar test on all 46 questions." in page
    rows = list(csv.DictReader(io.StringIO(ask("history", "export", body["id"], "--format", "csv").stdout)))
    assert [row["id"] for row in rows] == [item["id"] for item in body["items"]]
    assert float(rows[0]["a_logprob_A"]) == body["items"][0]["a"]["logprobs"][0]


def test_one_model_has_no_pair(ask: Ask):
    body = body_of(ask("mmlu", "starter:dense", "--n", 30, "--shots", 0, "--seed", 7, "--json"))
    assert body["paired"] is None
    assert "items" not in body
    assert (body["protocol"]["shots"], body["protocol"]["seed"]) == (0, 7)


def test_own_questions_and_chosen_subjects(ask: Ask, tmp_path: Path):
    write_csv(tmp_path / "mine.csv", make_questions("mine", "test", 12))
    done = ask("mmlu", "starter:dense", "--questions", tmp_path / "mine.csv", "--json")
    assert body_of(done)["protocol"]["n"] == 12
    assert "0-shot" in done.stderr
    body = body_of(ask("mmlu", "starter:dense", "--subjects", "sums, logic", "--n", "all", "--json"))
    assert body["protocol"]["subjects"] == ["logic", "sums"]
    assert body["protocol"]["n"] == body["protocol"]["population"] == 72


def test_until_decided_stops_when_the_verdict_is_in(ask: Ask):
    body = body_of(ask("mmlu", "starter:dense", "starter:moe", "--until-decided", "--json"))
    assert body["paired"]["verdict"] == "b_better"
    assert body["paired"]["e_value"] >= 20
    assert body["lanes"][0]["n"] == body["lanes"][1]["n"] <= 570


def test_killed_at_any_moment_it_goes_on_to_the_same_result(weighin: list[str], ask: Ask):
    whole = body_of(ask("mmlu", *PAIR, "--n", 92, "--json", "--items"))
    draw = random.Random(1)
    for _ in range(2):
        process, before = begin(weighin), answers()
        answered(process, before + draw.randint(1, 120))
        workers = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.communicate()
        psutil.wait_procs(workers, timeout=5)
        newest = json.loads(ask("history", "list", "--json").stdout)["evaluations"][0]
        assert (newest["state"], newest["can_resume"]) == ("interrupted", True)
        resumed = body_of(ask("mmlu", *PAIR, "--resume", newest["id"][:8], "--items", "--json"))
        assert resumed["id"] == newest["id"]
        assert resumed["items"] == whole["items"]
        assert resumed["paired"] == whole["paired"]


def test_interrupted_it_keeps_what_it_has(weighin: list[str], ask: Ask):
    process = begin(weighin)
    answered(process, 1)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    body = json.loads(out)
    assert process.returncode == 130
    assert body["state"] == "stopped"
    assert 0 < body["lanes"][0]["n"] < 92
    assert ask("mmlu", "--resume", body["id"], "--json").returncode == 0


def begin(weighin: list[str]) -> subprocess.Popen[str]:
    """A run of its own that goes on."""
    command = [*weighin, "mmlu", *PAIR, "--n", "92", "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def answered(process: subprocess.Popen[str], count: int) -> None:
    """Wait until the runs of this profile have so many answers."""
    while answers() < count:
        assert process.poll() is None
        time.sleep(0.005)


def answers() -> int:
    """How many are kept, read while another program writes them."""
    return count_rows(Profile.locate().database, "evaluation_items")


def test_one_lane_that_fails_leaves_the_other_its_score(ask: Ask, tmp_path: Path):
    (tmp_path / "page.gguf").write_text("<html>")
    done = ask("mmlu", "starter:dense", tmp_path / "page.gguf", "--n", 23, "--json")
    assert done.returncode == 3
    body = json.loads(done.stdout)
    assert [lane["n"] for lane in body["lanes"]] == [23, 0]
    assert body["lanes"][1]["error"]["message"]
    assert body["paired"] is None


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["mmlu"], 2, "Name a model"),
        (["mmlu", "starter:dense", "--n", "0"], 2, "whole number from 1"),
        (["mmlu", "starter:dense", "--n", "many"], 2, "takes a number or all"),
        (["mmlu", "starter:dense", "--n", "5000"], 2, "There are 828 questions"),
        (["mmlu", "starter:dense", "--shots", "6"], 2, "from 0 to 5"),
        (["mmlu", "starter:dense", "--subjects", "nope"], 2, "has no subject 'nope'"),
        (["mmlu", "starter:dense", "--questions", "mmlu"], 1, "MMLU is not on this computer yet"),
        (["mmlu", "starter:dense", "--questions", "/nowhere.csv"], 1, "There is no nowhere.csv"),
        (["mmlu", "--resume", "abc"], 1, "No evaluation 'abc'"),
        (["mmlu", "--resume", "abc", "--n", "5"], 2, "--n is for a new run"),
        (["mmlu", "http://127.0.0.1:1/v1#m"], 1, "127.0.0.1:1"),
        (["history", "show", "abc"], 1, "No comparison, evaluation or measurement has the id 'abc'"),
    ],
)
def test_wrong_usage_is_one_sentence(ask: Ask, arguments: list[str], status: int, said: str):
    done = ask(*arguments)
    assert done.returncode == status, done.stderr
    assert said in done.stderr
    assert done.stdout == ""


def test_a_server_beside_a_file(ask: Ask):
    with LoopbackServer() as server:
        done = ask("mmlu", "starter:dense", server.address(), "--n", 20, "--json")
        body = body_of(done)
        assert [lane["n"] for lane in body["lanes"]] == [20, 20]
        there = body["lanes"][1]
        assert there["model"]["sha256"] is None and there["tokens_evaluated"] == 20 * 50
        assert any("server's top 20" in text for text in there["notices"])
    with LoopbackServer(letters="ignored") as server:
        refused = ask("mmlu", server.address(), "--n", 20)
    assert refused.returncode == 1 and "Questions cannot be scored at" in refused.stderr
