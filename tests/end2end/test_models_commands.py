"""weighin models, from outside, against a hub of our own."""

from __future__ import annotations

import functools
import json
import os
import random
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.commands import Ask
from tests.support.gguf_files import make_header
from tests.support.loopback_hub import COMMIT, Bytes, LoopbackHub

SECRET = "hf_averysecrettoken"
MIB = 1 << 20


@functools.cache
def big() -> Bytes:
    return Bytes(b"GGUF" + random.Random(1).randbytes(40 * MIB))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> Iterator[LoopbackHub]:
    with LoopbackHub(token=SECRET) as made:
        made.add("o/tiny-GGUF", {"tiny-F32.gguf": tiny.read_bytes(), "mmproj-tiny.gguf": b"GGUF"})
        made.add("o/private-GGUF", {"p-F32.gguf": tiny.read_bytes()}, private=True)
        made.add("o/big-GGUF", {"big-Q4_K_M.gguf": big()})
        monkeypatch.setenv("HF_ENDPOINT", made.url)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield made


@pytest.fixture
def ask(ask: Ask) -> Any:
    def run(*arguments: Any, status: int = 0) -> Any:
        done = ask(*arguments, status=status)
        return json.loads(done.stdout) if "--json" in arguments and done.stdout else done

    return run


def profile() -> Path:
    return Path(os.environ["WEIGHIN_PROFILE"])


def test_from_search_to_answer_to_removal(ask: Any, hub: LoopbackHub, tiny: Path) -> None:
    assert ask("models", "search", "tiny", "--json")["repositories"][0]["repo"] == "o/tiny-GGUF"
    listing = ask("models", "files", "o/tiny-GGUF", "--json")["listing"]
    (variant,) = listing["models"]
    assert variant["files"][0]["size"] == tiny.stat().st_size
    assert listing["recommended"] == "tiny-F32.gguf"
    assert listing["left_out"][0]["path"] == "mmproj-tiny.gguf"
    refused = ask("compare", "hub:o/tiny-GGUF/tiny-F32.gguf", "starter:dense", "-p", "x", status=3)
    assert "weighin models get o/tiny-GGUF/tiny-F32.gguf" in refused.stderr
    (got,) = ask("models", "get", "o/tiny-GGUF/tiny-F32.gguf", "--json")["models"]
    assert Path(got["path"]).read_bytes() == tiny.read_bytes()
    assert (got["verified"], got["downloaded"], got["model"]["verified"]) == ("hub", True, "hub")
    assert ask("models", "list", "--json")["total_bytes"] == tiny.stat().st_size
    assert ask("models", "verify", "--json")["models"][0]["verified"] == "hub"
    lanes = ask("compare", "hub:o/tiny-GGUF/tiny-F32.gguf", "starter:dense", "-p", "x", "--max-tokens", 2, "--json")[
        "lanes"
    ]
    assert lanes[0]["model"]["verified"] == "hub"
    assert ask("models", "remove", "hub:o/tiny-GGUF/tiny-F32.gguf", "--json")["deleted_bytes"] > 0
    assert ask("models", "list", "--json")["models"] == []


def test_what_is_no_model_is_called_so_in_the_same_words_everywhere(ask: Any, hub: LoopbackHub, tmp_path: Path) -> None:
    adapter = make_header(tmp_path / "style.gguf", "llama", {"general.type": "adapter", "adapter.type": "lora"})
    hub.add("o/style-GGUF", {"style-F32.gguf": adapter.read_bytes()})
    sentence = "This is an adapter (LoRA) for another model, not a model."
    body = ask("compare", adapter, "starter:dense", "-p", "x", "--max-tokens", 2, "--json", status=3)
    assert sentence in body["lanes"][0]["error"]["message"]
    assert body["lanes"][1]["answer"]
    assert sentence in ask("plan", adapter, status=1).stderr
    assert sentence in ask("models", "add", adapter, status=1).stderr
    assert sentence in ask("models", "look", "o/style-GGUF/style-F32.gguf", status=1).stderr
    assert ask("models", "add", tmp_path, "--json")["models"][0]["problem"] == sentence
    assert sentence in ask("models", "list").stdout


def test_a_header_is_read_before_the_file(ask: Any, hub: LoopbackHub, tiny: Path) -> None:
    whole = tiny.read_bytes()
    strange = whole.replace(b"llama", b"llamX")
    hub.add("o/strange-GGUF", {"s-F32.gguf": strange + bytes(50 * MIB)})
    seen = ask("models", "look", "o/tiny-GGUF/tiny-F32.gguf", "--json")
    assert seen["engine"] == {"can_read": True, "message": None}
    assert (seen["model"]["name"], seen["model"]["vocabulary"]) == ("tiny", 267)
    assert seen["model"]["tensor_types"]["F32"] > 0
    said = ask("models", "look", "o/tiny-GGUF/tiny-F32.gguf").stdout
    for word in ("layers", "context up to", "chat template", "licence", "weights: F32"):
        assert word in said
    seen = ask("models", "look", "o/strange-GGUF/s-F32.gguf", "--json")
    assert seen["engine"]["can_read"] is False
    assert "llamX" in seen["engine"]["message"]
    assert hub.sent < 10 * MIB


def test_the_token_is_used_and_found_nowhere(ask: Any, hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "does not exist, or it is private" in ask("models", "get", "o/private-GGUF/p-F32.gguf", status=1).stderr
    monkeypatch.setenv("HF_TOKEN", SECRET)
    done = ask("models", "get", "o/private-GGUF/p-F32.gguf")
    assert SECRET not in done.stdout + done.stderr
    for path in profile().rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes()
    assert all("authorization" not in request.headers for request in hub.requests("files"))


def test_ctrl_c_keeps_what_came_and_the_next_call_goes_on(weighin: list[str], ask: Any, hub: LoopbackHub) -> None:
    hub.fail("big-Q4_K_M.gguf", stall_at=30 * MIB, times=1)
    command = [*weighin, "models", "get", "o/big-GGUF/big-Q4_K_M.gguf"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while hub.sent < 30 * MIB:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "run the same command to resume" in errors
    done = ask("models", "get", "o/big-GGUF/big-Q4_K_M.gguf")
    size = hub.repos["o/big-GGUF"].files["big-Q4_K_M.gguf"].size
    assert Path(done.stdout.strip()).stat().st_size == size
    assert size <= hub.sent < size + MIB, "again at most what was on its way"


def test_own_files_are_used_where_they_are(ask: Any, tiny: Path, tmp_path: Path) -> None:
    own = tmp_path / "my models"
    own.mkdir()
    path = own / "mine.gguf"
    path.write_bytes(tiny.read_bytes())
    (added,) = ask("models", "add", own, "--json")["models"]
    assert (added["path"], added["verified"], added["source"]) == (str(path), "none", "yours")
    assert "removed from the list; its file stays" in ask("models", "remove", path).stdout
    assert ask("models", "list", "--json")["models"] == []
    assert path.exists()
    page = tmp_path / "page.gguf"
    page.write_text("<!DOCTYPE html><html>")
    assert "web page" in ask("models", "add", page, status=1).stderr


def test_wrong_names_are_wrong_usage(ask: Any) -> None:
    for name in ("../x", "o/r/../x.gguf", "o/r/CON.gguf", "nothing"):
        ask("models", "get", name, status=2)
    ask("models", "files", "no repository", status=2)
    assert "GPT-3 175B: Only its owner can run it" in ask("bench", "gpt-3", status=1).stderr
    assert "weighin models files Qwen/Qwen3-4B-GGUF" in ask("bench", "Qwen3-4B", status=1).stderr


def test_offline_everything_local_works(ask: Any, monkeypatch: pytest.MonkeyPatch, tiny: Path) -> None:
    """Fault 13."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "Offline mode is on" in ask("models", "search", "x", status=1).stderr
    ask("models", "add", tiny)
    assert len(ask("models", "list", "--json")["models"]) == 1


def test_a_catalogue_name_gets_its_usual_file_from_the_first_repository_that_is_there(
    ask: Any, hub: LoopbackHub, tiny: Path
) -> None:
    name = "bartowski/Qwen_Qwen3-0.6B-GGUF"
    hub.add(name, {"Qwen_Qwen3-0.6B-Q8_0.gguf": tiny.read_bytes(), "Qwen_Qwen3-0.6B-Q2_K.gguf": b"GGUF"})
    done = ask("models", "get", "Qwen3-0.6B")
    assert Path(done.stdout.strip()).name == "Qwen_Qwen3-0.6B-Q8_0.gguf"
    assert "Qwen/Qwen3-0.6B-GGUF, the catalogue's first choice, is no longer on the hub." in done.stderr
    assert f"{name} has no Q4_K_M, the catalogue's choice: using Q8_0." in done.stderr
    assert ask("compare", "qwen3-0.6b", "starter:dense", "-p", "x", "--max-tokens", 2).returncode == 0


def test_a_file_given_by_its_path_is_what_the_shelf_knows_of_it(
    ask: Any, hub: LoopbackHub, tiny: Path, tmp_path: Path
) -> None:
    (got,) = ask("models", "get", "o/tiny-GGUF/tiny-F32.gguf", "--json")["models"]
    link = tmp_path / "link.gguf"
    link.symlink_to(got["path"])
    for path in (got["path"], Path(got["path"]).resolve(), link):
        run = ask("compare", path, "starter:dense", "-p", "x", "--max-tokens", 1, "--json")
        assert run["lanes"][0]["model"]["verified"] == "hub"


def test_a_file_that_changed_is_not_run_blindly_by_its_path_either(ask: Any, tiny: Path, tmp_path: Path) -> None:
    """Fault 18."""
    path = tmp_path / "mine.gguf"
    path.write_bytes(tiny.read_bytes())
    ask("models", "add", path)
    data = bytearray(tiny.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert "changed on disk" in ask("bench", path, status=1).stderr
    assert "changed on disk" in ask("compare", path, "starter:dense", "-p", "x", status=3).stderr
    ask("models", "add", path)
    assert ask("compare", path, "starter:dense", "-p", "x", "--max-tokens", 1).returncode == 0


def test_a_look_leaves_nothing_even_when_it_is_killed(
    weighin: list[str], ask: Any, hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "temporary"
    elsewhere.mkdir()
    monkeypatch.setenv("TMPDIR", str(elsewhere))
    hub.fail("big-Q4_K_M.gguf", stall_at=0, times=1)
    process = subprocess.Popen([*weighin, "models", "look", "o/big-GGUF/big-Q4_K_M.gguf"])
    headers = profile() / "data" / "headers"
    while not list(headers.glob("*")):
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert len(list(headers.glob("*"))) == 1
    ask("models", "look", "o/tiny-GGUF/tiny-F32.gguf")
    assert list(headers.glob("*")) == []
    assert [p for p in elsewhere.iterdir() if p.name.startswith("weighin")] == []


def test_getting_waits_for_a_hub_that_is_busy_and_says_so(ask: Any, hub: LoopbackHub) -> None:
    """Fault 12."""
    hub.fail("tiny-F32.gguf", status=503, times=2)
    done = ask("models", "get", "o/tiny-GGUF/tiny-F32.gguf")
    assert "The hub is unavailable (status 503)" in done.stderr
    assert Path(done.stdout.strip()).is_file()


@pytest.mark.parametrize("name", ["Coder+Chat (1) it's #7, 100%-F32.gguf", "模型（一）/mo\u0308del&x=[~]@🦙.gguf"])
def test_a_file_is_fetched_whatever_its_name(ask: Any, hub: LoopbackHub, tiny: Path, name: str) -> None:
    hub.add("o/odd-GGUF", {name: tiny.read_bytes()})
    (variant,) = ask("models", "files", "o/odd-GGUF", "--json")["listing"]["models"]
    assert variant["files"][0]["path"] == name
    assert ask("models", "look", f"o/odd-GGUF/{name}", "--json")["engine"]["can_read"] is True
    refused = ask("compare", f"hub:o/odd-GGUF/{name}", "starter:dense", "-p", "x", status=3).stderr
    command = refused.split("Get it with: weighin ")[1].splitlines()[0]
    (got,) = ask(*shlex.split(command), "--json")["models"]
    assert Path(got["path"]).read_bytes() == tiny.read_bytes() and got["path"].endswith(f"/{name}")
    assert ask("models", "verify", f"hub:o/odd-GGUF/{name}", "--json")["models"][0]["verified"] == "hub"
    assert ask("models", "remove", f"hub:o/odd-GGUF/{name}", "--json")["deleted_bytes"] > 0


def test_an_address_from_the_hubs_page_is_as_good_as_a_name(ask: Any, hub: LoopbackHub, tiny: Path) -> None:
    hub.add("o/two-GGUF", {"two-F32.gguf": tiny.read_bytes(), "two-Q8_0.gguf": b"GGUF"})
    page = f"{hub.url}/o/two-GGUF"
    for name in ("hub:o/two-GGUF", f"{page}/tree/main/"):
        assert ask("models", "files", name, "--json")["listing"]["repo"] == "o/two-GGUF"
    assert ask("models", "search", page, "--json")["repositories"][0]["repo"] == "o/two-GGUF"
    assert ask("models", "look", "hf.co/o/two-GGUF:f32", "--json")["model"]["name"] == "two"
    wanted = f"{page}/resolve/{COMMIT}/two-F32.gguf?download=true"
    refused = ask("compare", wanted, "starter:dense", "-p", "x", status=3).stderr
    assert "Get it with: weighin models get o/two-GGUF/two-F32.gguf" in refused
    assert len(ask("plan", wanted, "--no-slice", "--json")["models"]) == 1
    (got,) = ask("models", "get", wanted, "--json")["models"]
    assert Path(got["path"]).read_bytes() == tiny.read_bytes()
    lanes = ask("compare", page, "hf.co/o/two-GGUF:F32", "-p", "x", "--max-tokens", 2, "--json")["lanes"]
    assert {lane["model"]["path"] for lane in lanes} == {got["path"]}
    assert ask("models", "remove", "https://huggingface.co/o/two-GGUF", "--json")["deleted_bytes"] > 0


def test_a_repository_alone_means_its_usual_file(ask: Any, hub: LoopbackHub) -> None:
    done = ask("models", "get", f"{hub.url}/o/tiny-GGUF")
    assert Path(done.stdout.strip()).name == "tiny-F32.gguf"
    assert "o/tiny-GGUF: tiny-F32.gguf" in done.stderr


def test_a_version_that_is_not_there_is_not_replaced_by_the_newest(ask: Any, hub: LoopbackHub) -> None:
    said = ask("models", "get", f"{hub.url}/o/tiny-GGUF/blob/v2/tiny-F32.gguf", status=1).stderr
    assert said == "o/tiny-GGUF has no such version.\n"
    assert "has no Q4_0; it has: F32." in ask("models", "get", "hf.co/o/tiny-GGUF:Q4_0", status=1).stderr
    assert "is not the hub" in ask("models", "get", "https://example.org/o/tiny-GGUF", status=2).stderr


def test_an_endpoint_set_to_nothing_is_the_hub_itself(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    said = ask("models", "files", "o/tiny-GGUF", status=1).stderr
    assert said == "Cannot reach huggingface.co. Check your internet connection.\n"
