from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from tests.support.lanes import fake_model
from tests.unit.core.bundles.test_replay import record

from weighin.core.errors import AppError
from weighin.core.prompts.builtin_sets import load_sets
from weighin.core.prompts.prompt_files import parse_prompts
from weighin.core.prompts.prompt_set import MAX_PROMPTS, SetPrompt, SetRun, StoredRun, check_set, result_of
from weighin.core.prompts.report import run_csv, run_json, run_markdown, summary
from weighin.core.runs.answer import Failure, StopReason
from weighin.core.runs.lane import LaneSetup
from weighin.paths import resources

LANES = (LaneSetup(fake_model("One")), LaneSetup(fake_model("Two")))
RUN = SetRun("r1", "2026-11-22T10:00:00+00:00", "Three", tuple(SetPrompt(t) for t in ("a", "b|c\n<x>", "d")), LANES)


def test_one_prompt_a_line() -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        found = parse_prompts("What is a tide?\r\n\n  Zwölf? \n".encode(encoding))
        assert [prompt.text for prompt in found.prompts] == ["What is a tide?", "Zwölf?"]
        assert found.problems == ()


def test_json_lines_and_broken_ones_named_by_their_line() -> None:
    first = '{"prompt": "one", "system": "s", "title": "t\u202e"}'
    lines = [first, "{broken", '"two"', "[1]", '{"prompt": 7}', '{"text": "x"}']
    found = parse_prompts("\n".join(lines).encode() + b'\n{"prompt": "\xff"}\n' + b"[" * 100_000)
    assert [prompt.text for prompt in found.prompts] == ["one", "two", "x"]
    assert found.prompts[0] == SetPrompt("one", "t\ufffd", "s")
    assert [problem.split(":")[0] for problem in found.problems] == ["Line 2", "Line 4", "Line 5", "Line 7", "Line 8"]


def test_a_json_array() -> None:
    entries = ["one", {"prompt": "two\nlines", "system": "s"}, 7, {"nothing": 1}]
    for indent in (None, 2):
        found = parse_prompts(json.dumps(entries, indent=indent).encode("utf-16" if indent else "utf-8"))
        assert found.prompts == (SetPrompt("one"), SetPrompt("two\nlines", "", "s"))
        assert [problem.split(":")[0] for problem in found.problems] == ["Entry 3", "Entry 4"]
    assert [p.text for p in parse_prompts(b"[INST] hi\nthere").prompts] == ["[INST] hi", "there"]
    long = parse_prompts(json.dumps(["x"] * (MAX_PROMPTS + 1)).encode())
    assert len(long.prompts) == MAX_PROMPTS and "only the first" in long.problems[0]


def test_ten_thousand_and_no_more() -> None:
    found = parse_prompts(b"x\n" * (MAX_PROMPTS + 5))
    assert len(found.prompts) == MAX_PROMPTS
    assert "only the first 10\u202f000" in found.problems[0]


def test_many_broken_lines_are_counted() -> None:
    found = parse_prompts(b'"good"\n' + b"{\n" * 100)
    assert len(found.problems) == 21 and "80 more" in found.problems[-1]
    found = parse_prompts(b'"good"\n' + b"{\n" * 200_000)
    assert found.problems[-2:] == (
        "… and 99\u202f979 more.", "From line 100\u202f001 on nothing was read: too much is broken."
    )  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"{\n{",
        b"\0\0\0",
        b"\xff\xfe",
        b'[{"prompt": ',
        b"[{}]",
        b'["' + b"[" * 9,
        b" " * ((64 << 20) + 1),
    ],
)
def test_a_file_of_no_use_gets_a_sentence(data: bytes) -> None:
    with pytest.raises(AppError, match=r"\.$"):
        parse_prompts(data)


def test_the_sets_that_come_along() -> None:
    sets = load_sets(resources())
    ungraded = {one.id for one in sets if not any(prompt.expect for prompt in one.prompts)}
    assert ungraded == {f"builtin:{task}" for task in ("explain", "code", "plan", "summarize", "long-context")}
    for one in sets:
        assert one.builtin and all(prompt.text.strip() and prompt.title for prompt in one.prompts)
    assert max(len(p.text.split()) for one in sets for p in one.prompts) > 3000


def test_a_damaged_set_is_named(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "x.toml").write_text("name = ")
    with pytest.raises(AppError, match=r"x\.toml"):
        load_sets(tmp_path)


def test_what_cannot_be_a_set() -> None:
    check_set("n", (SetPrompt("x"),))
    for name, prompts in ((" ", ()), ("x" * 101, ()), ("n", (SetPrompt("x"),) * 10_001)):
        with pytest.raises(AppError):
            check_set(name, prompts)


def test_what_is_missing_of_a_run_and_what_is_asked() -> None:
    stored = StoredRun(RUN, (result_of(1, record()),))
    assert stored.missing == stored.unasked == (0, 2) and stored.answered == 1
    failed = stored.with_result(result_of(0, record(stop_reason=StopReason.FAILED, failure=Failure("x", "No."))))
    assert (failed.missing, failed.unasked, failed.answered) == ((0, 2), (2,), 1)
    again = failed.with_result(result_of(0, record()))
    assert [r.number for r in again.results] == [0, 1] and again.missing == (2,)
    assert RUN.request(1).prompt.text == "b|c\n<x>" and RUN.request(1).lanes == LANES


def test_results_in_all_formats() -> None:
    failed = record(stop_reason=StopReason.FAILED, failure=Failure("x", "It | died."), text="")
    stored = StoredRun(RUN, (result_of(0, record()), result_of(1, failed)))
    body = run_json(stored)
    assert (body["schema"], body["prompts"], body["answered"]) == ("weighin.prompt-set/1", 3, 1)
    assert body["failed"] == 1
    assert body["results"][1]["a"]["failure"] == "It | died."
    json.dumps(body)
    rows = list(csv.DictReader(io.StringIO(run_csv(stored))))
    assert [row["prompt"] for row in rows] == ["a", "b|c\n<x>"]
    assert rows[0]["a_text"] == "The answer is twelve." and rows[1]["b_failure"] == "It | died."
    table = [line for line in run_markdown(stored).splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in table} == {7}
    assert "b\\|c &lt;x>" in table[3]
    assert summary(stored) == "1 of 3 answered · 1 failed · median generation speed A 20.0, B 20.0 tok/s"
