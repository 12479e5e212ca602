"""weighin fidelity from outside: the contract of its JSON, its exit status, and runs that are killed and resumed."""

from __future__ import annotations

import csv
import io
import json
import math
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.support.commands import Ask
from tests.support.gguf_files import make_model
from tests.support.profiles import count_rows
from tests.support.quantized import Q2_K, quantized

from weighin.paths import Profile, resources

DENSE = resources() / "starter" / "weighin-starter-dense-Q8_0.gguf"
ROOT = Path(__file__).resolve().parents[2]
KEYS = {"schema", "engine", "base", "text", "context", "chunks", "positions", "others", "finished"}
OTHER_KEYS = {
    "model", "options", "kld", "same_top", "delta_p", "perplexity", "as_llama_cpp", "kinds", "worst", "sentence",
}  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dense starter model with two bits a weight."""
    return quantized(DENSE, tmp_path_factory.mktemp("quantized") / "dense-Q2_K.gguf", Q2_K)


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text that does not come along."""
    path = tmp_path_factory.mktemp("text") / "own.md"
    path.write_text((ROOT / "ARCHITECTURE.md").read_text("utf-8"), "utf-8")
    return path


def test_the_contract(ask: Ask, small: Path, text: Path, tmp_path: Path) -> None:
    table = tmp_path / "positions.csv"
    done = ask(
        "fidelity", DENSE, small, DENSE, "--text", text, "--chunks", 12, "--ctx", 64, "--threads", 1, "--json",
        "--csv", table, status=0,
    )  # fmt: skip
    body = json.loads(done.stdout)
    assert body["schema"] == "weighin.fidelity/1" and body.keys() >= KEYS and body["finished"] is True
    assert (body["context"], body["chunks"], body["positions"]) == (64, 12, 12 * 31)
    assert body["text"]["name"] == "own.md" and len(body["text"]["sha256"]) == 64 and body["text"]["tokens"] > 12 * 64
    assert len(body["base"]["sha256"]) == 64
    worse, same = body["others"]
    for other in body["others"]:
        assert other.keys() >= OTHER_KEYS
        speeds = (other["speed"]["generation_tokens_per_s"], other["speed"]["prompt_tokens_per_s"])
        # Where other programs are busy there is no speed to tell.
        assert all(speed is None or speed > 0 for speed in speeds)
        assert 0 < other["memory"]["peak_bytes"] <= 1.03 * other["memory"]["planned_bytes"] + (30 << 20)
    assert abs(same["kld"]["mean"]) < 2e-6 and same["same_top"]["share"] == 1
    kld = worse["kld"]
    assert 0.001 < kld["low"] < kld["mean"] < kld["high"] and kld["median"] <= kld["p90"] <= kld["p99"] <= kld["max"]
    assert 0.5 < worse["same_top"]["share"] < 1 and worse["perplexity"]["ratio"] == pytest.approx(
        worse["perplexity"]["other"] / worse["perplexity"]["base"]
    )
    assert len(worse["worst"]) == 20 and worse["worst"][0]["kld"] == kld["max"]
    assert "another word in" in worse["sentence"]
    assert "2 models" not in done.stderr and "3 models at once" in done.stderr and "Run " in done.stderr

    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12 * 31
    found = [float(row[next(name for name in row if name.endswith("kld"))]) for row in rows]
    assert math.fsum(found) / len(found) == pytest.approx(kld["mean"], rel=1e-9)

    listed = ask("history", "list", status=0).stdout
    assert "against" in listed and "own.md" in listed
    identifier = body["id"]
    shown = ask("history", "show", identifier[:8], status=0).stdout
    assert "# Fidelity" in shown
    again = json.loads(ask("history", "export", identifier, "--format", "json", status=0).stdout)
    assert again == body
    exported = ask("history", "export", identifier, "--format", "csv", status=0).stdout
    assert len(list(csv.reader(io.StringIO(exported)))) == 12 * 31 + 1
    bundle = tmp_path / "measured.weighin.json"
    bundle.write_text(ask("history", "export", identifier, "--format", "bundle", status=0).stdout, "utf-8")
    assert str(tmp_path) not in bundle.read_text("utf-8") and str(DENSE.parent) not in bundle.read_text("utf-8")
    opened = json.loads(ask("replay", bundle, "--json", status=0).stdout)
    assert ask("replay", bundle, status=0).stdout.startswith("Bundle of 20")
    assert [other["kld"] for other in opened["others"]] == [other["kld"] for other in body["others"]]
    assert identifier in [row["id"] for row in json.loads(ask("history", "list", "--json").stdout)["fidelity"]]


def test_one_file_under_other_conditions(ask: Ask, text: Path) -> None:
    done = ask(
        "fidelity", DENSE, DENSE, "--text", text, "--chunks", 10, "--ctx", 64, "--other-kv-type", "q8_0", "--threads",
        1, "--json", status=0,
    )  # fmt: skip
    other = json.loads(done.stdout)["others"][0]
    assert other["options"]["kv_type"] == "q8_0" and json.loads(done.stdout)["base_side"]["options"]["kv_type"] == "f16"
    assert 0 < other["kld"]["mean"] < 0.01 and "8-bit cache" in other["sentence"]


def test_the_included_texts_are_read_by_kind(ask: Ask, small: Path) -> None:
    done = ask("fidelity", DENSE, small, "--ctx", 512, "--threads", 1, "--json", status=0)
    body = json.loads(done.stdout)
    assert body["chunks"] >= 10 and body["text"]["chunks"] >= 40
    other = body["others"][0]
    assert set(other["kinds"]) == {"prose", "code", "chat", "numbers", "german"}
    assert other["settled"] in (True, False) and other["kld"]["low"] is not None


def test_wrong_usage_and_refusals(ask: Ask, small: Path, text: Path, tmp_path: Path) -> None:
    stranger = make_model(tmp_path / "stranger.gguf")
    (tmp_path / "short.txt").write_text("too short", "utf-8")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 40)
    for arguments, status, words in (
        ((DENSE,), 2, "Name a base and at least one other model"),
        ((DENSE, small, "--chunks", "some"), 2, "--chunks takes a number or auto"),
        ((DENSE, small, "--chunks", "0"), 2, "Number of chunks must be"),
        ((DENSE, small, "--ctx", "8"), 2, "Context must be"),
        ((DENSE, small, "--resume", "abc"), 2, "a resumed run keeps its own"),
        (("--resume", "abc", "--ctx", "64"), 2, "--ctx is for a new run"),
        (("--resume", "abc"), 1, "No measurement of fidelity 'abc'"),
        ((DENSE, stranger), 1, "another vocabulary than BASE"),
        ((DENSE, "http://127.0.0.1:1/v1#m"), 1, "full log-probabilities"),
        ((DENSE, tmp_path / "nowhere.gguf"), 1, "nowhere.gguf"),
        ((DENSE, small, "--text", tmp_path / "nowhere.txt"), 1, "does not exist"),
        ((DENSE, small, "--text", tmp_path / "short.txt", "--ctx", "64"), 1, "The text is too short: it has"),
        ((DENSE, small, "--text", tmp_path / "binary.txt"), 1, "binary"),
        ((DENSE, small, "--ctx", "8192"), 1, "tokens at most"),
    ):
        done = ask("fidelity", *arguments, status=status)
        assert words in done.stderr and not done.stdout, (arguments, done.stderr)
    assert count_rows(Profile.locate().database, "fidelity_runs") == 0


def test_one_that_cannot_be_compared_fails_alone(ask: Ask, small: Path, text: Path, tmp_path: Path) -> None:
    stranger = make_model(tmp_path / "stranger.gguf")
    done = ask(
        "fidelity", DENSE, stranger, small, "--text", text, "--chunks", 2, "--ctx", 64, "--threads", 1, "--json",
        status=3,
    )  # fmt: skip
    failed, measured = json.loads(done.stdout)["others"]
    assert failed["error"]["kind"] == "vocabulary" and failed["kld"] is None
    assert measured["error"] is None and measured["kld"]["mean"] > 0


def start(weighin: list[str], *arguments: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*weighin, "fidelity", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def read_some(process: subprocess.Popen[str], chunks: int) -> None:
    """Wait until so many chunks are kept."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        if count_rows(Profile.locate().database, "fidelity_others") >= chunks:
            return
        time.sleep(0.05)
    pytest.fail(f"nothing was read: {process.communicate()}")


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_killed_or_interrupted_it_goes_on_where_it_was(
    weighin: list[str], ask: Ask, small: Path, text: Path, ending: int
) -> None:
    arguments = (DENSE, small, "--text", text, "--chunks", 24, "--ctx", 64, "--threads", 1)
    process = start(weighin, *arguments)
    read_some(process, 3)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(ending)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == (-9 if ending == signal.SIGKILL else 130)
    assert ending == signal.SIGKILL or "weighin fidelity --resume" in out
    psutil.wait_procs(children, timeout=20)
    listed = json.loads(ask("history", "list", "--json").stdout)["fidelity"]
    assert len(listed) == 1 and listed[0]["can_resume"] and 3 <= listed[0]["chunks"] < 24
    resumed = json.loads(ask("fidelity", "--resume", listed[0]["id"][:8], "--json", status=0).stdout)
    whole = json.loads(ask("fidelity", *arguments, "--json", status=0).stdout)
    assert resumed["finished"] and resumed["chunks"] == 24
    assert resumed["others"][0]["kld"] == whole["others"][0]["kld"]
    assert resumed["others"][0]["worst"] == whole["others"][0]["worst"]
    assert not list(Profile.locate().rows.iterdir())
