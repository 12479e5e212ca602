"""weighin compare --prompts of a set that says what is right, from outside."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from tests.support.commands import Ask
from tests.support.graded import exact_p
from tests.support.profiles import count_rows, rows_of

STARTERS = ("starter:dense", "starter:moe")
SUM = {"prompt": "What is seven plus five?", "tag": "sums", "expect": [{"contains": ["twelve"]}]}
OPPOSITE = {"prompt": "What is the opposite of hot?", "tag": "words", "expect": [{"exact": "Cold"}]}
WRONG = {"prompt": "What is seven plus five?", "tag": "sums", "expect": [{"exact": "Thirteen"}]}
PLAIN = {"prompt": "What is the opposite of cold?"}


def written(path: Path, *prompts: dict[str, Any]) -> Path:
    path.write_text("".join(f"{json.dumps(prompt)}\n" for prompt in prompts))
    return path


@pytest.fixture
def graded(tmp_path: Path) -> Path:
    return written(tmp_path / "my.jsonl", SUM, OPPOSITE, WRONG, PLAIN)


def test_marks_and_verdict_in_every_form(ask: Ask, graded: Path) -> None:
    done = ask("compare", *STARTERS, "--prompts", graded, "--json", status=0)
    assert "3 prompts: too few to show a difference; it takes at least 6." in done.stderr
    body = json.loads(done.stdout)
    assert (body["schema"], body["prompts"], body["samples"]) == ("weighin.prompt-set/1", 4, 1)
    marks = body["marks"]
    for lane in ("a", "b"):
        assert (marks[lane]["right"], marks[lane]["wrong"], marks[lane]["no_answer"]) == (2, 1, 0)
        assert marks[lane]["right_per_1000_tokens"] > 0 and marks[lane]["right_per_minute"] > 0
    paired = marks["paired"]
    assert [paired[box] for box in ("both_right", "only_a", "only_b", "both_wrong")] == [2, 0, 0, 1]
    assert (paired["mcnemar_p"], paired["verdict"], paired["test"]) == (1.0, "cannot_tell", "exact_mcnemar")
    assert {name: tag["a"]["right"] for name, tag in marks["tags"].items()} == {"sums": 1, "words": 1}
    results = body["results"]
    assert [result["expect"] for result in results] == [[{"contains": ["twelve"]}], [{"exact": "Cold"}],
                                                        [{"exact": "Thirteen"}], []]  # fmt: skip
    assert [result["a"].get("mark") for result in results] == ["right", "right", "wrong", None]
    assert (results[1]["a"]["extracted"], results[1]["b"]["by"]) == ("Cold", "rule")

    page = ask("history", "export", body["id"][:12]).stdout
    assert "Too few prompts: both have 2 of 3 right." in page and "| Mark |" in page and "Right: Cold" in page
    rows = list(csv.DictReader(io.StringIO(ask("history", "export", body["id"], "--format", "csv").stdout)))
    assert [row["a_mark"] for row in rows] == ["right", "right", "wrong", ""]
    assert json.loads(ask("history", "export", body["id"], "--format", "json").stdout) == body
    printed = ask("compare", *STARTERS, "--prompts", graded, status=0).stdout
    assert (
        "A  Weigh-In Starter Dense: 2 right, 1 wrong" in printed and "sums: A 1 of 2 right, B 1 of 2 right" in printed
    )
    assert "Judged once, by the exact McNemar test on 3 prompts." in printed


def test_a_run_goes_out_as_a_bundle_and_is_looked_at_again(ask: Ask, graded: Path, tmp_path: Path) -> None:
    body = json.loads(ask("compare", *STARTERS, "--prompts", graded, "--json", status=0).stdout)
    bundle = tmp_path / "set.weighin.json"
    bundle.write_text(ask("history", "export", body["id"], "--format", "bundle", status=0).stdout)
    assert str(tmp_path) not in bundle.read_text()
    read = json.loads(ask("replay", bundle, "--json", status=0).stdout)
    assert (read["id"], read["marks"]) == (body["id"], body["marks"])
    assert ask("replay", bundle, status=0).stdout.startswith("Bundle of ")
    bundle.write_text(bundle.read_text().replace('"mark":"right"', '"mark":"best"', 1))
    refused = ask("replay", bundle, status=1)
    assert refused.stderr.startswith("This bundle is damaged or was edited (")


def test_tests_run_only_where_they_are_allowed(ask: Ask, tmp_path: Path) -> None:
    path = written(
        tmp_path / "code.jsonl", SUM, PLAIN | {"expect": [{"tests": "def test_nothing():\n    assert True\n"}]}
    )
    first = ask("compare", *STARTERS, "--prompts", path, "--json", status=0)
    assert "They run, confined, only with --allow-tests." in first.stderr
    body = json.loads(first.stdout)
    assert [result["a"]["mark"] for result in body["results"]] == ["right", "unmarked"]
    assert body["results"][1]["a"]["reason"] and body["marks"]["paired"]["test"] == "anytime_valid"
    # What has no mark is marked when the run is resumed; no model is asked again.
    again = ask("compare", *STARTERS, "--prompts", path, "--json", "--resume", "--allow-tests", status=0)
    resumed = json.loads(again.stdout)
    assert resumed["id"] == body["id"] and "--allow-tests" not in again.stderr
    assert resumed["results"][1]["a"]["mark"] in ("right", "wrong")
    assert [one["comparison"] for one in resumed["results"]] == [one["comparison"] for one in body["results"]]
    assert len(json.loads(ask("history", "list", "--json").stdout)["comparisons"]) == 2
    kept = ask("compare", *STARTERS, "--prompts", path, "--json", status=0)  # it was allowed for good
    assert "--allow-tests" not in kept.stderr


def test_repeats_are_clustered_by_prompt(ask: Ask, tmp_path: Path) -> None:
    path = written(tmp_path / "six.jsonl", *(SUM | {"title": str(number)} for number in range(6)))
    refused = ask("compare", *STARTERS, "--prompts", path, "--samples", 3, status=2)
    assert refused.stderr == "Repeats need a temperature above 0: at 0 every answer is the same.\n"
    assert "Repeats must be" in ask("compare", *STARTERS, "--prompts", path, "--samples", 0, status=2).stderr
    assert "work with --prompts" in ask("compare", *STARTERS, "-p", "x", "--samples", 3, status=2).stderr
    warm = ("--samples", 3, "--temperature", "1.5", "--max-tokens", 12)
    body = json.loads(ask("compare", *STARTERS, "--prompts", path, *warm, "--json").stdout)
    assert [(result["number"], result["sample"]) for result in body["results"]] == [(n, n // 6) for n in range(18)]
    paired = body["marks"]["paired"]
    if paired is not None:
        assert sum(paired[box] for box in ("both_right", "only_a", "only_b", "both_wrong")) <= 6
        assert paired["mcnemar_p"] == pytest.approx(exact_p(paired["only_a"], paired["only_b"]))


def test_a_set_that_changed_since_is_not_mixed(weighin: list[str], ask: Ask, endless: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "my.jsonl", *(SUM | {"title": str(number)} for number in range(8)))
    command = ["compare", endless, endless, "--prompts", path, "--max-tokens", "400", "--json"]
    first = json.loads(begun(weighin, command, tmp_path, signal.SIGINT))
    assert 0 < first["answered"] < 8 and first["marks"]["a"]["capped"] == first["answered"]
    original = path.read_text()
    changed = [SUM | {"title": str(number), "expect": [{"exact": str(number)}] if number < 3 else SUM["expect"]}
               for number in range(9)]  # fmt: skip
    told = ask(*command[:4], written(path, *changed), *command[5:], "--resume", status=1)
    assert told.stderr == (
        "The set has changed since this run began (3 prompts differ, 1 is new). "
        "Start a new run, or resume with the old file.\n"
    )
    path.write_text(original)
    resumed = json.loads(ask(*command, "--resume", status=0).stdout)
    assert (resumed["id"], resumed["answered"], resumed["marks"]["a"]["capped"]) == (first["id"], 8, 8)
    assert resumed["marks"]["a"]["wrong"] == 0 and resumed["marks"]["paired"] is None
    assert [warning[:39] for warning in resumed["marks"]["warnings"]] == [
        "A hit the limit in 8 of 8 answers. Rais",
        "B hit the limit in 8 of 8 answers. Rais",
    ]


def test_killed_it_goes_on_and_nothing_is_lost(weighin: list[str], ask: Ask, endless: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "many.jsonl", *(SUM | {"title": str(number)} for number in range(8)))
    command = ["compare", endless, endless, "--prompts", path, "--max-tokens", "400", "--json"]
    begun(weighin, command, tmp_path, signal.SIGKILL)
    database = tmp_path / "profile" / "data" / "weighin.db"
    kept = count_rows(database, "set_results")
    assert 0 < kept < 8
    resumed = json.loads(ask(*command, "--resume", status=0).stdout)
    assert resumed["answered"] == 8 and resumed["marks"]["b"]["no_answer"] == 8
    assert count_rows(database, "set_results") == 8 and count_rows(database, "set_runs") == 1


def test_ten_thousand_prompts_killed_and_stopped_lose_nothing(weighin: list[str], ask: Ask, tmp_path: Path) -> None:
    lines = [json.dumps(SUM | {"title": str(number), "tag": f"t{number % 7}"}) for number in range(10_003)]
    lines[17], lines[4000], lines[9999] = "{", '{"prompt": 7}', "[]"
    path = tmp_path / "many.jsonl"
    path.write_text("\n".join(lines))
    command = ["compare", *STARTERS, "--prompts", path, "--max-tokens", "8", "--json"]
    begun(weighin, command, tmp_path, signal.SIGKILL)
    database = tmp_path / "profile" / "data" / "weighin.db"
    kept = rows_of(database, "set_results")
    assert 2 <= len(kept) < 10_000
    out = begun(weighin, [*command, "--resume"], tmp_path, signal.SIGINT, len(kept) + 3)
    body = json.loads(out)
    assert body["prompts"] == 10_000 and body["answered"] >= len(kept) + 2
    before = {row["number"]: row["record"]["comparison"] for row in kept}
    after = {result["number"]: result["comparison"] for result in body["results"]}
    assert before.items() <= after.items()
    marks = body["marks"]
    assert marks["a"]["right"] == marks["paired"]["both_right"] == body["answered"] and marks["graded"] == 10_000
    assert marks["paired"]["test"] == "anytime_valid"


def begun(weighin: list[str], command: list[Any], tmp_path: Path, ending: signal.Signals, answers: int = 2) -> str:
    """What a run printed that got `ending` when it had so many answers."""
    going = subprocess.Popen([*weighin, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    database = tmp_path / "profile" / "data" / "weighin.db"
    deadline = time.monotonic() + 60
    while count_rows(database, "set_results") < answers and time.monotonic() < deadline:
        time.sleep(0.01)
    going.send_signal(ending)
    out, errors = going.communicate(timeout=60)
    assert going.returncode == (-9 if ending is signal.SIGKILL else 130), errors
    return out
