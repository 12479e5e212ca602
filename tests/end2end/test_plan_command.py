"""weighin plan, from outside: local files, files at a hub of our own, pairs, and what is no good."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gguf import GGMLQuantizationType as QT
from tests.bench.shapes import Shape, write_shape
from tests.support.commands import Ask
from tests.support.gguf_files import make_model
from tests.support.loopback_hub import LoopbackHub
from tests.support.split_files import split

from weighin.paths import Profile
from weighin.store.database import open_database
from weighin.store.predictions import PredictionStore

MIB = 1 << 20


@pytest.fixture
def plan(ask: Ask) -> Any:
    def run(*arguments: Any, status: int = 0) -> Any:
        done = ask("plan", *arguments, status=status)
        return json.loads(done.stdout) if "--json" in arguments and done.stdout else done

    return run


@pytest.fixture(scope="module")
def moe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shape = Shape("qwen3moe", 4, 256, 4, 2, 64, 256, 2048, experts=8, used=2, kind=QT.Q8_0)
    return write_shape(tmp_path_factory.mktemp("models") / "moe-Q8_0.gguf", shape)


def test_a_pair_of_files(plan: Any, moe: Path, tiny: Path) -> None:
    body = plan(moe, tiny, "--ctx", 2048, "--json")
    assert body["schema"] == "weighin.plan/1"
    assert body["machine"]["ram_total_bytes"] > body["machine"]["ram_available_bytes"] > 0
    assert body["machine"]["memory_bandwidth_bytes_per_s"] > 0
    first, second = body["models"]
    assert (first["context"], second["context"]) == (2048, 512)
    parts = ("weights", "kv", "state", "compute", "output", "overhead")
    assert first["total_bytes"] == sum(first[f"{part}_bytes"] for part in parts)
    assert (first["method"], first["supported"], first["verdict"]) == ("engine", True, "runs")
    assert first["kv_bytes"] == 2048 * 4 * 2 * 64 * 2 * 2
    speed = first["speed"]
    assert speed["method"] == "slice"
    assert 0 < speed["low"] < speed["generation_tokens_per_s"] < speed["high"]
    assert body["pair"]["verdict"] == "together"
    assert body["pair"]["total_bytes"] > 0


def test_without_a_slice_only_bandwidth_is_left(plan: Any, moe: Path) -> None:
    body = plan(moe, "--no-slice", "--json")
    assert body["pair"] is None
    speed = body["models"][0]["speed"]
    assert speed is None or speed["method"] == "bandwidth"


def test_what_this_engine_does_not_know(plan: Any, tmp_path: Path) -> None:
    strange = make_model(tmp_path / "strange.gguf", arch="unheard-of")
    body = plan(strange, "--json")
    found = body["models"][0]
    assert (found["supported"], found["verdict"], found["speed"]) == (False, "no", None)
    assert "unheard-of" in found["sentence"]
    assert found["method"] == "formula"


def test_the_page_for_people(plan: Any, tiny: Path) -> None:
    page = plan(tiny, "--no-slice").stdout
    assert "needs " in page
    assert "Fits in memory: " in page
    assert "mapped from the file" in page


@pytest.mark.parametrize(("arguments", "status"), [(("a", "b", "c"), 2), (("nowhere.gguf",), 1)])
def test_wrong_usage_and_missing_files(plan: Any, arguments: tuple[str, ...], status: int) -> None:
    assert plan(*arguments, status=status).stderr


# ------------------------------------------------------------------ at a hub


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, moe: Path) -> Iterator[LoopbackHub]:
    with LoopbackHub() as made:
        made.add("o/moe-GGUF", {"moe-Q8_0.gguf": moe.read_bytes()})
        made.add("bartowski/Qwen_Qwen3-0.6B-GGUF", {"Qwen_Qwen3-0.6B-Q8_0.gguf": moe.read_bytes()})
        monkeypatch.setenv("HF_ENDPOINT", made.url)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield made


def test_a_model_at_the_hub_is_planned_from_its_header(plan: Any, hub: LoopbackHub, moe: Path) -> None:
    there = plan("hub:o/moe-GGUF/moe-Q8_0.gguf", "--json")["models"][0]
    here = plan(moe, "--no-slice", "--json")["models"][0]
    for part in ("weights", "mapped", "kv", "state", "compute"):
        assert there[f"{part}_bytes"] == here[f"{part}_bytes"], part
    assert there["speed"]["method"] == "slice"
    assert there["model"]["file_bytes"] == moe.stat().st_size


def test_a_promise_made_by_plan_is_held_against_the_run(plan: Any, ask: Ask, tiny: Path, moe: Path) -> None:
    plan(tiny, "--ctx", 256, "--json")
    ask("compare", tiny, moe, "-p", "hello", "--ctx", 256, "--max-tokens", 16, "--json", status=0)
    with contextlib.closing(open_database(Profile.locate().database, print)) as database:
        kept = next(p for p in PredictionStore(database).latest() if p.model.path == str(tiny))
    assert kept.measured is not None and kept.memory_error is not None
    # Sixteen tokens of a tiny model are no measurement of its speed: nothing is promised from them.
    assert kept.measured.speed is None
    again = plan(tiny, "--ctx", 256, "--no-slice", "--json")["models"][0]
    assert again["speed"] is None


def test_all_parts_of_a_split_model_are_planned_as_one(plan: Any, hub: LoopbackHub, moe: Path, tmp_path: Path) -> None:
    parts = split(moe, tmp_path, "moe-Q8_0", 3)
    hub.add("o/parts-GGUF", {part.name: part.read_bytes() for part in parts})
    whole = plan(moe, "--no-slice", "--json")["models"][0]
    here = plan(parts[1], "--no-slice", "--json")["models"][0]
    there = plan(f"hub:o/parts-GGUF/{parts[0].name}", "--json")["models"][0]
    for found in (here, there):
        assert found["kv_bytes"] == whole["kv_bytes"]
        assert found["weights_bytes"] == pytest.approx(whole["weights_bytes"], abs=64 << 10)
    assert there["speed"]["method"] == "slice"
    ranges = {r.path.rsplit("/", 1)[-1]: r.headers["range"] for r in hub.requests() if "range" in r.headers}
    sizes = [part.stat().st_size for part in parts]
    assert sizes[1] > 128 << 10
    assert ranges[parts[1].name] == f"bytes=0-{(128 << 10) - 1}"  # a table of tensors needs no more


@pytest.mark.usefixtures("hasty_hub")
@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"content_range": "bytes 7-9/10"}, "other bytes than requested"),
        ({"html": True}, "web page"),
        ({"drop_at": 5000}, "connection"),
        ({"status": 503}, "503"),
    ],
)
def test_a_hub_that_misbehaves_is_a_sentence_and_leaves_nothing(
    plan: Any, hub: LoopbackHub, how: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setenv("TMPDIR", str(room))
    hub.fail("moe-Q8_0.gguf", times=-1, **how)
    assert said in plan("hub:o/moe-GGUF/moe-Q8_0.gguf", status=1).stderr
    assert list(room.iterdir()) == []


def test_a_server_that_ignores_ranges_still_tells_a_header(plan: Any, hub: LoopbackHub) -> None:
    hub.fail("moe-Q8_0.gguf", times=-1, ignore_range=True)
    assert plan("hub:o/moe-GGUF/moe-Q8_0.gguf", "--no-slice", "--json")["models"][0]["method"] == "engine"


def test_a_name_of_the_catalogue_is_planned_at_its_first_repository_that_is_there(plan: Any, hub: LoopbackHub) -> None:
    found = plan("Qwen3-0.6B", "--no-slice", "--json")["models"][0]
    assert found["model"]["path"] == "hub:bartowski/Qwen_Qwen3-0.6B-GGUF/Qwen_Qwen3-0.6B-Q8_0.gguf"


def test_a_file_that_is_not_there_is_not_looked_for_at_the_hub(plan: Any, hub: LoopbackHub) -> None:
    assert "nowhere.gguf" in plan("nowhere.gguf", status=1).stderr


def test_a_plan_is_for_the_options_that_are_asked_for(plan: Any, tiny: Path) -> None:
    ask = (tiny, "--no-slice", "--json", "--ctx", 2048)
    usual, small = plan(*ask), plan(*ask, "--kv-type", "q8_0", "--batch", 64, "--lanes", 3)
    a, b = usual["models"][0], small["models"][0]
    assert (small["kv_type"], small["batch"], small["lanes"]) == ("q8_0", 64, 3)
    assert b["kv_bytes"] == pytest.approx(3 * a["kv_bytes"] * 34 / 64, rel=0.06)
    assert b["compute_bytes"] < 3 * a["compute_bytes"]
    assert b["overhead_bytes"] > 2.4 * a["overhead_bytes"]
    plan(tiny, "--lanes", 0, status=2)


def test_what_cannot_run_is_not_weighed_for_people(plan: Any, tmp_path: Path) -> None:
    page = plan(make_model(tmp_path / "strange.gguf", arch="unheard-of"), "--no-slice").stdout
    assert "unheard-of" in page
    assert "Fills" not in page
