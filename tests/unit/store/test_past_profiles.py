"""What every earlier version of the program kept is read by this one: see tests/fixtures/profiles/README.md."""

from __future__ import annotations

import contextlib
import json
import lzma
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.profiles import FOLDER, NAMES, rows_of, thaw

from weighin.core.bundles.bundle_reading import read_bundle
from weighin.core.comparisons.blind import tallies
from weighin.core.downloads.download import DownloadState
from weighin.core.jsonable import to_plain
from weighin.core.models.shelf import Stamp
from weighin.core.runs.run_state import RunState
from weighin.services.settings import Settings
from weighin.store.comparisons import ComparisonStore
from weighin.store.database import open_database
from weighin.store.evaluations import EvaluationStore
from weighin.store.migrations import MIGRATIONS
from weighin.store.models import ModelStore
from weighin.store.predictions import PredictionStore
from weighin.store.profile_database import ProfileDatabase
from weighin.store.prompt_sets import PromptSetStore
from weighin.store.speed_tests import SpeedTestStore
from weighin.store.votes import VoteStore


class Past:
    """A profile of an earlier version: `old` as it was, `database` opened by this one."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.old = thaw(name, folder / "old.db")
        self.path = Path(shutil.copy(self.old, folder / "weighin.db"))
        self.notices: list[str] = []
        self.database: ProfileDatabase = open_database(self.path, self.notices.append)

    def records(self, table: str, column: str = "record") -> list[Any]:
        """A column of JSON as that version wrote it."""
        return [row[column] for row in rows_of(self.old, table)]


@pytest.fixture(params=NAMES)
def past(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Past]:
    made = Past(request.param, tmp_path)
    with contextlib.closing(made.database):
        yield made
    assert made.notices == [], "nothing was unreadable"


def plain(value: Any) -> Any:
    """A stored dataclass as JSON has it."""
    return json.loads(json.dumps(to_plain(value), default=lambda enum: enum.value)) if value is not None else None


def same(now: Any, then: Any) -> None:
    """All that was kept `then` is there `now`, with the same values; more may be."""
    if isinstance(then, dict):
        for key in then:
            same(now[key], then[key])
    elif isinstance(then, list):
        assert len(now) == len(then)
        for one, other in zip(now, then, strict=True):
            same(one, other)
    else:
        assert now == then


def by_id(rows: list[dict[str, Any]], key: str = "id") -> dict[str, dict[str, Any]]:
    return {row[key]: row for row in rows}


def test_there_is_one_of_every_schema_that_is_past() -> None:
    known = [migration.name.split("_")[0] for migration in MIGRATIONS._migrations]
    # No version had the fourth without the fifth; one had the fifth without the fourth.
    assert set(known[:-1]) - {"m004"} <= set(NAMES) and "m003-m005" in NAMES


def test_it_is_brought_up_to_date(past: Past) -> None:
    assert MIGRATIONS.pending(past.database) == []


def test_every_comparison_lists_and_loads_as_it_was(past: Past) -> None:
    store = ComparisonStore(past.database)
    kept, answers = by_id(rows_of(past.old, "comparisons")), rows_of(past.old, "answers")
    assert {row.id for row in store.rows()} == kept.keys()
    assert len(kept) >= 5
    for identifier, row in kept.items():
        found = store.get(identifier)
        assert (found.created, found.request.mode.value) == (row["created"], row["mode"])
        same(plain(found.request), row["request"])
        same(plain(found.engine), row["engine"])
        same(list(found.differences), row["differences"])
        records = [answer["record"] for answer in answers if answer["comparison"] == identifier]
        assert len(records) == 2
        same([plain(result) for result in found.results], records)
    for row in store.rows():
        texts = [a["text"] for a in answers if a["comparison"] == row.id]
        assert [row.answer_a, row.answer_b] == [text[:300] for text in texts]


def test_the_question_of_old_is_found_with_its_answer(past: Past) -> None:
    store = ComparisonStore(past.database)
    found = store.get(store.rows("seven plus")[-1].id)
    assert [result.answer.text.strip() for result in found.results] == ["Twelve.", "Twelve."]
    assert [result.setup.model.name for result in found.results] == ["Weigh-In Starter Dense", "Weigh-In Starter MoE"]
    timing = found.results[0].answer.timing
    assert (timing.prompt_tokens, timing.generated_tokens) == (9, 2)
    rounds = store.get(next(row.id for row in store.rows("short story") if row.mode == "alone"))
    assert [len(result.rounds) for result in rounds.results] == [3, 3]


def test_the_list_marks_what_was_kept_before_there_were_marks(past: Past) -> None:
    kept, rows = by_id(rows_of(past.old, "comparisons")), ComparisonStore(past.database).rows()
    voted = {row["comparison"] for row in rows_of(past.old, "votes")}
    runs = by_id(rows_of(past.old, "set_runs"))
    results = {row["record"]["comparison"]: runs[row["run"]] for row in rows_of(past.old, "set_results")}
    for row in rows:
        asked = kept[row.id]["request"]
        assert (row.rounds, row.follows) == (asked["repeat"], asked.get("follows", ""))
        assert row.blind == (row.id in voted)
        assert (row.name, row.starred) == ("", False)
        run = results.get(row.id)
        assert (row.set_run, row.set_name) == ((run["id"], run["record"]["name"]) if run else ("", ""))
    assert len([row for row in rows if row.set_run]) == (2 if past.name >= "m006" else 0)
    assert len([row for row in rows if row.rounds == 3]) == 1


def test_the_shelf_and_the_downloads(past: Past) -> None:
    store = ModelStore(past.database)
    same([plain(model) for model in store.models()], past.records("shelf"))
    same([plain(download) for download in store.downloads()], past.records("downloads"))
    assert list(store.places()) == [row["path"] for row in rows_of(past.old, "shelf_places")]
    if past.name == "m001":
        return
    (model,), (download,) = store.models(), store.downloads()
    assert model.facts is not None
    assert (model.size, model.facts.parameters) == (2_092_864, 1_919_040)
    assert (download.plan.repo, download.plan.files[0].size) == ("o/big-GGUF", (20 << 20) + 4)
    assert download.state in (DownloadState.RUNNING, DownloadState.QUEUED)


def test_the_forecasts(past: Past) -> None:
    found = PredictionStore(past.database).latest()
    kept = by_id(past.records("predictions"))
    assert len(found) == len(kept) >= (4 if past.name > "m003" else 0)
    for prediction in found:
        same(plain(prediction), kept[prediction.id])
    assert all(prediction.measured is None or prediction.measured.memory_bytes for prediction in found)


def test_the_votes(past: Past) -> None:
    found = VoteStore(past.database).votes()
    same([plain(vote) for vote in found], past.records("votes"))
    if found:
        (tally,) = tallies(found)
        assert (tally.n, tally.ties, tally.decisive) == (2, 1, 1)


def test_the_prompt_sets_and_their_runs(past: Past) -> None:
    store = PromptSetStore(past.database)
    same([plain(one) for one in store.sets()], past.records("prompt_sets"))
    latest = store.latest_run()
    if not past.records("set_runs"):
        assert latest is None
        return
    assert latest is not None
    same([plain(latest.run)], past.records("set_runs"))
    same([plain(result) for result in latest.results], past.records("set_results"))
    assert [prompt.text for prompt in latest.run.prompts] == ["What is two plus two?", "What is the opposite of hot?"]
    assert (latest.answered, store.sets()[0].prompts[0].text) == (2, "Why is the sky blue?")


def test_the_evaluations_with_their_lanes_and_answers(past: Past) -> None:
    store = EvaluationStore(past.database)
    kept = by_id(rows_of(past.old, "evaluations"))
    listed = {row.id: row for row in store.rows()}
    assert listed.keys() == kept.keys()
    for identifier, then in kept.items():
        found = store.get(identifier)
        assert found.state.value == then["state"]
        for part in ("request", "protocol", "engine"):
            same(plain(getattr(found, part)), then["record"][part])
        lanes = [row for row in rows_of(past.old, "evaluation_lanes") if row["evaluation"] == identifier]
        same([plain(lane) for lane in found.lanes], [lane["record"] for lane in lanes])
        for lane, results in zip(lanes, found.results, strict=True):
            items = [
                row
                for row in rows_of(past.old, "evaluation_items")
                if (row["evaluation"], row["lane"]) == (identifier, lane["lane"])
            ]
            then_results = [(i["question"], i["choice"], (i["a"], i["b"], i["c"], i["d"])) for i in items]
            assert [(r.id, r.choice, r.logprobs) for r in results] == then_results
            right = sum(row["correct"] for row in items)
            counted = next(one for one in found.record().lanes if one.label == lane["lane"])
            assert (counted.correct, counted.n) == (right, len(items))
        if found.state is RunState.FINISHED:
            same([lane.correct for lane in listed[identifier].lanes],
                 [lane["correct"] for lane in then["summary"]["lanes"]])  # fmt: skip
    digests, kept_digests = rows_of(past.old, "file_digests"), ModelStore(past.database)
    stamps = [Stamp(d["path"], d["size"], d["mtime_ns"], 0) for d in digests]
    assert [kept_digests.digest(stamp) for stamp in stamps] == [d["sha256"] for d in digests]
    if kept:
        states = sorted(row.state.value for row in listed.values())
        assert states == ["finished", "finished", "interrupted"]
        assert sorted(row.n for row in listed.values() if row.state is RunState.FINISHED) == [23, 46]


def test_the_speed_tests(past: Past) -> None:
    kept = past.records("speed_tests")
    store = ComparisonStore(past.database)
    found = [store.get(row.id) for row in store.rows()]
    with_test = [one for one in found if any(result.speed_test for result in one.results)]
    assert len(with_test) == (1 if kept else 0)
    for one in with_test:
        bare = replace(one, results=tuple(replace(result, speed_test=None) for result in one.results))
        known = SpeedTestStore(past.database).add_known(bare, one.machine)
        assert known == one, "found again by what the speed depends on"
        same([plain(result.speed_test) for result in known.results], kept)
        assert [test["generation_rates"] for test in kept] == [[100, 101, 99, 100]] * 2


@pytest.mark.parametrize("name", NAMES)
def test_the_settings(name: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes((FOLDER / f"{name}.settings.json").read_bytes())
    settings = Settings(path)
    assert settings.get("theme", "") == "dark"
    assert len(settings.get("window_geometry", "")) > 50
    settings.set("theme", "light")
    assert Settings(path).get("window_geometry", "") == settings.get("window_geometry", "")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.bundle.json.xz")), ids=lambda path: path.name.split(".")[0])
def test_the_bundles(path: Path) -> None:
    data = lzma.decompress(path.read_bytes())
    found, then = read_bundle(data), json.loads(data)
    assert then.pop("items", []) == [], "until the eighth schema there was such a field, and nothing in it"
    same(plain(found), then)
    assert [result.answer.text.strip() for result in found.comparison.results] == ["Twelve.", "Twelve."]
    assert [len(model.files) for model in found.models] == [1, 1]
