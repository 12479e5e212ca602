"""weighin mmlu with the sets that have endings: JSON, History, exports, and a run that is killed and resumed."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.support.commands import Ask
from tests.support.profiles import count_rows
from tests.support.questions import make_endings

from weighin.core.evaluations.forms import ARC, ENDING_FORMS
from weighin.core.evaluations.standard_sets import STANDARD_SETS, included, included_key
from weighin.paths import Profile, resources

PAIR = ("starter:dense", "starter:moe")


def body_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    body: dict[str, Any] = json.loads(done.stdout)
    return body


@pytest.mark.parametrize("standard", STANDARD_SETS, ids=lambda standard: standard.key)
def test_both_starter_models_on_each_included_set(ask: Ask, standard: Any):
    questions = {q.id: q for q in included(standard, resources() / "questions").questions}
    done = ask("mmlu", *PAIR, "--questions", included_key(standard), "--items", "--json")
    body = body_of(done)
    protocol = body["protocol"]
    assert (protocol["form"], protocol["name"], protocol["shots"]) == (standard.form, "standard", 0)
    assert protocol["note"].startswith(f"Not the real {standard.title}: ") and not protocol["is_mmlu"]
    assert len(body["items"]) == protocol["n"] == protocol["population"]
    normed = ENDING_FORMS[standard.form].normed
    for side, lane in zip("ab", body["lanes"], strict=True):
        right = right_norm = 0
        for item in body["items"]:
            question, sums = questions[item["id"]], item[side]["logprobs"]
            assert len(sums) == len(question.choices) and max(sums) < 0
            assert item[side]["choice"] == "ABCDE"[sums.index(max(sums))]
            right += item[side]["choice"] == item["answer"] == question.letter
            if normed:
                shares = [value / len(choice.encode()) for value, choice in zip(sums, question.choices, strict=True)]
                assert item[side]["choice_norm"] == "ABCDE"[shares.index(max(shares))]
                right_norm += item[side]["choice_norm"] == question.letter
        assert lane["correct"] == right and lane["n"] == protocol["n"]
        assert lane["acc_norm"] == (right_norm / protocol["n"] if normed else None)
        assert sum(lane["letters"].values()) == protocol["n"] and lane["unscorable"] == 0
        # Each ending is read with its whole prompt, and nothing besides.
        assert lane["tokens_evaluated"] == lane["unique_tokens"] > 0
    paired = body["paired"]
    assert sum(paired[box] for box in ("both_right", "only_a", "only_b", "both_wrong")) == protocol["n"]
    page = ask("history", "show", body["id"][:8]).stdout
    assert f"Not the real {standard.title}" in page and ("acc_norm" in page) == normed
    assert json.loads(ask("history", "export", body["id"], "--format", "json").stdout) == body
    rows = list(csv.DictReader(io.StringIO(ask("history", "export", body["id"], "--format", "csv").stdout)))
    assert float(rows[0]["a_logprob_A"]) == body["items"][0]["a"]["logprobs"][0]
    assert ("a_logprob_E" in rows[0]) == (standard.key == "arc-easy" or standard.key == "arc-challenge")
    assert ("a_choice_norm" in rows[0]) == normed


def test_worked_examples_where_the_set_has_some(ask: Ask):
    body = body_of(ask("mmlu", PAIR[0], "--questions", "arc-easy-style", "--shots", 3, "--n", 8, "--json"))
    assert (body["protocol"]["shots"], body["lanes"][0]["n"], body["paired"]) == (3, 8, None)


def rows_file(path: Path, count: int) -> Path:
    """So many questions in the form of ARC."""
    rows = []
    for question in make_endings(ARC, "test", count):
        labels = list("ABCDE"[: len(question.choices)])
        choices = {"text": list(question.choices), "label": labels}
        rows.append({"question": question.text, "choices": choices, "answerKey": labels[question.answer]})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_killed_it_goes_on_to_the_same_result(weighin: list[str], ask: Ask, tmp_path: Path):
    path = rows_file(tmp_path / "own.jsonl", 150)
    arguments = ("mmlu", *PAIR, "--questions", str(path), "--n", "150", "--json", "--items")
    whole = body_of(ask(*arguments))
    assert whole["protocol"]["note"].startswith("ARC questions from a file of your own")
    before = count_rows(Profile.locate().database, "evaluation_items")
    process = subprocess.Popen([*weighin, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while count_rows(Profile.locate().database, "evaluation_items") < before + 90:
        assert process.poll() is None
        time.sleep(0.005)
    workers = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    psutil.wait_procs(workers, timeout=5)
    newest = json.loads(ask("history", "list", "--json").stdout)["evaluations"][0]
    assert newest["state"] == "interrupted"
    resumed = body_of(ask("mmlu", *PAIR, "--resume", newest["id"][:8], "--items", "--json"))
    assert resumed["items"] == whole["items"]
    assert resumed["paired"] == whole["paired"]
    assert [lane["acc_norm"] for lane in resumed["lanes"]] == [lane["acc_norm"] for lane in whole["lanes"]]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["starter:dense", "--questions", "hellaswag"], 1, "HellaSwag is not on this computer yet"),
        (["starter:dense", "--questions", "winogrande-style", "--protocol", "chat"], 2, "scored as raw text"),
        (["starter:dense", "--questions", "arc-easy-style", "--subjects", "x"], 2, "has no subject 'x'"),
        (["http://127.0.0.1:1/v1#m", "--questions", "arc-easy-style"], 1, "cannot be scored at a server"),
    ],
)
def test_what_does_not_work_is_one_sentence(ask: Ask, arguments: list[str], status: int, said: str):
    done = ask("mmlu", *arguments)
    assert (done.returncode, done.stdout) == (status, ""), done.stderr
    assert said in done.stderr
