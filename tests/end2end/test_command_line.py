"""The real program, from outside: output, JSON, exit status, what it leaves behind."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.support.commands import Ask
from tests.support.loopback_server import KEY, LoopbackServer
from tests.ui.fakes import comparison

from weighin import __version__
from weighin.core.models.server import KEY_VARIABLE
from weighin.core.runs.conditions import Conditions
from weighin.paths import Profile
from weighin.store.database import open_database
from weighin.store.stores import Stores

LANE_KEYS = {"lane", "model", "options", "answer", "reasoning", "stop_reason", "timing", "memory", "rounds", "error"}
TIMING_KEYS = {
    "load_s", "prompt_tokens", "cached_tokens", "prompt_s", "prompt_tokens_per_s", "first_token_s", "generated_tokens",
    "generation_s", "generation_tokens_per_s", "characters_per_s", "total_s",
}  # fmt: skip
MEMORY_KEYS = {"own_bytes", "model_file_bytes", "total_bytes", "peak_bytes", "vram_bytes", "method"}
MODEL_KEYS = {
    "name", "path", "file_bytes", "sha256", "verified", "architecture", "quantization", "parameters",
    "active_parameters", "experts", "experts_used", "layers", "context_length", "vocabulary",
    "template_sha256", "license",
}  # fmt: skip


def run(command: list[str], *arguments: Any, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*command, *map(str, arguments)], capture_output=True, text=True, timeout=90, **options)


def test_the_starter_models_know_that_seven_plus_five_is_twelve(weighin: list[str]) -> None:
    done = run(weighin, "compare", "starter:dense", "starter:moe", "-p", "What is seven plus five?", "--json")
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    assert body["schema"] == "weighin.compare/1"
    assert [lane["answer"].strip() for lane in body["lanes"]] == ["Twelve.", "Twelve."]
    assert [lane["stop_reason"] for lane in body["lanes"]] == ["end", "end"]
    assert body["parity"] == {"same_messages": True, "differences": []}
    for lane in body["lanes"]:
        assert lane.keys() >= LANE_KEYS
        assert lane["timing"].keys() >= TIMING_KEYS
        assert lane["memory"].keys() >= MEMORY_KEYS
        assert lane["model"].keys() >= MODEL_KEYS
        assert lane["timing"]["generation_tokens_per_s"] is None  # two tokens have no speed
        assert lane["memory"]["total_bytes"] == lane["memory"]["own_bytes"] + lane["memory"]["model_file_bytes"]
    dense, moe = (lane["model"] for lane in body["lanes"])
    assert dense["experts"] is None and moe["experts"] > moe["experts_used"] >= 1
    assert 3 <= moe["parameters"] / dense["parameters"] <= 5
    assert 0.9 <= moe["active_parameters"] / dense["active_parameters"] <= 1.1


def test_a_follow_up_goes_on_from_each_models_own_answer(ask: Ask, tiny: Path, tiny_moe: Path) -> None:
    short = ("--max-tokens", "8", "--json")
    first = json.loads(ask("compare", tiny, tiny_moe, "-p", "a town", *short).stdout)
    note = tiny.parent / "note.txt"
    note.write_text("a remark")
    again = ("compare", tiny, tiny_moe, "-p", "its river", "--follow", first["id"][:8], "--attach", note, *short)
    second = json.loads(ask(*again).stdout)
    assert second["follows"] == first["id"]
    assert second["attachments"] == [{"name": "note.txt", "text": "a remark"}]
    assert second["parity"]["same_messages"] is False and "earlier turns" in second["parity"]["differences"]
    for before, lane in zip(first["lanes"], second["lanes"], strict=True):
        assert [turn["content"] for turn in lane["earlier_turns"]] == ["a town", before["answer"]]
        assert before["answer"] in lane["rendered_prompt"]
        assert 'its river\n\nFile "note.txt":\na remark' in lane["rendered_prompt"]
    refused = ask("compare", tiny_moe, tiny, "-p", "x", "--follow", first["id"])
    assert refused.returncode == 2 and "use the same models" in refused.stderr
    refused = ask("compare", tiny, tiny_moe, "-p", "x", "--attach", tiny)
    assert (refused.returncode == 2 and "not a text file" in refused.stderr) or "too large" in refused.stderr


def test_the_list_shows_names_and_stars(ask: Ask) -> None:
    with contextlib.closing(Stores(open_database(Profile.locate().database, print))) as stores:
        for number in (1, 2):
            stores.comparisons.save(comparison(number=number))
        stores.comparisons.rename("id2", "For the talk\n")
        stores.comparisons.star(("id2",), True)
    lines = ask("history", "list").stdout.splitlines()
    assert [line.split("  ", 3)[-1] for line in lines] == [
        "★ For the talk: What is seven plus five?",
        "What is seven plus five?",
    ]
    listed = json.loads(ask("history", "search", "talk", "--json").stdout)["comparisons"]
    assert [(row["id"], row["name"], row["starred"]) for row in listed] == [("id2", "For the talk", True)]
    assert ask("history", "search", "absent").stdout == "Nothing found for 'absent'.\n"


def test_a_comparison_is_found_again_in_the_history(ask: Ask, tiny: Path, tiny_moe: Path) -> None:
    done = ask("compare", tiny, tiny_moe, "-p", "a remarkable question", "--max-tokens", "12", "--json")
    body = json.loads(done.stdout)
    listed = json.loads(ask("history", "list", "--json").stdout)["comparisons"]
    assert [row["id"] for row in listed] == [body["id"]]
    found = json.loads(ask("history", "search", "remarkable", "--json").stdout)["comparisons"]
    assert len(found) == 1
    assert json.loads(ask("history", "search", "absent", "--json").stdout)["comparisons"] == []
    assert json.loads(ask("history", "show", body["id"][:6], "--json").stdout) == body
    assert json.loads(ask("history", "export", body["id"], "--format", "json").stdout) == body
    assert "a remarkable question" in ask("history", "export", body["id"], "--format", "md").stdout
    assert ask("history", "export", body["id"], "--format", "csv").stdout.count("a remarkable question") == 2


def test_rounds_are_all_reported(ask: Ask, tiny: Path) -> None:
    done = ask("compare", tiny, tiny, "-p", "x", "--max-tokens", "10", "--repeat", "3", "--json")
    assert [len(lane["rounds"]) for lane in json.loads(done.stdout)["lanes"]] == [3, 3]


def test_together_is_said_and_done(ask: Ask, endless: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # This computer is not at rest while tests run; and each must write while the other does.
    monkeypatch.setattr(Conditions, "disturbances", ())
    done = ask("compare", endless, endless, "-p", "x", "--mode", "together", "--max-tokens", "1000", "--json")
    body = json.loads(done.stdout)
    assert body["mode"] == "together"
    assert "first --mode alone, then" in done.stderr
    assert sum(lane["timing"]["threads"] for lane in body["lanes"]) <= max(2, psutil.cpu_count(logical=False) or 2)


def test_raw_leaves_the_template_out(ask: Ask, tiny: Path) -> None:
    body = json.loads(ask("compare", tiny, tiny, "-p", "plain", "--raw", "--max-tokens", "2", "--json").stdout)
    assert body["lanes"][0]["rendered_prompt"] == "plain"


def test_the_page_for_people(ask: Ask, tiny: Path) -> None:
    done = ask("compare", tiny, tiny, "-p", "hello", "--max-tokens", "12")
    assert (
        "Time to first token" in done.stdout and "Memory" in done.stdout and "Stop reason: Token limit" in done.stdout
    )


@pytest.mark.parametrize("what", ["missing", "truncated", "directory"])
def test_a_file_that_is_no_model_leaves_the_other_lane_alone(ask: Ask, tiny: Path, tmp_path: Path, what: str) -> None:
    bad = tmp_path / "bad.gguf"
    if what == "truncated":
        bad.write_bytes(tiny.read_bytes()[:100_000])
    elif what == "directory":
        bad.mkdir()
    done = ask("compare", tiny, bad, "-p", "x", "--max-tokens", "3", "--json")
    assert done.returncode == 3, done.stderr
    lanes = json.loads(done.stdout)["lanes"]
    assert lanes[0]["answer"] and lanes[1]["error"]["kind"] == what
    assert len(json.loads(ask("history", "list", "--json").stdout)["comparisons"]) == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_prompt_file_as_windows_writes_it(ask: Ask, tiny: Path, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "p.txt"
    file.write_bytes("plain\r\ntext".encode(encoding))
    done = ask("compare", tiny, tiny, "--prompt-file", file, "--raw", "--max-tokens", "2", "--json")
    assert json.loads(done.stdout)["prompt"] == "plain\ntext"


def test_a_prompt_file_that_is_none(ask: Ask, tiny: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.txt"
    odd.write_bytes(b"Gr\xfc\xdfe")
    refused = ask("compare", tiny, tiny, "--prompt-file", odd)
    assert refused.returncode == 2 and "is not a text file (UTF-8 or UTF-16)" in refused.stderr
    endless = ask("compare", tiny, tiny, "--prompt-file", "/dev/zero")
    assert endless.returncode == 2 and "at most" in endless.stderr


def test_a_path_that_is_not_utf_8(weighin: list[str], tiny: Path, tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/odd \xff.gguf"
    Path(os.fsdecode(odd)).write_bytes(tiny.read_bytes())
    done = subprocess.run([*weighin, "compare", odd, str(tiny), "-p", "x", "--max-tokens", "2"], capture_output=True)
    assert done.returncode == 0, done.stderr


def test_half_a_character_in_the_prompt_is_replaced_everywhere(weighin: list[str], tiny: Path) -> None:
    done = subprocess.run(
        [*weighin, "compare", str(tiny), str(tiny), "-p", b"\xff hi", "--raw", "--max-tokens", "2", "--json"],
        capture_output=True,
    )
    body = json.loads(done.stdout)
    assert body["prompt"] == body["lanes"][0]["rendered_prompt"] == "\ufffd hi"


def test_a_damaged_history_is_moved_aside_and_that_is_said(weighin: list[str], tmp_path: Path) -> None:
    database = tmp_path / "profile" / "data" / "weighin.db"
    database.parent.mkdir(parents=True)
    database.write_bytes(os.urandom(9000))
    done = run(weighin, "history", "list")
    assert done.returncode == 0
    assert "moved to" in done.stderr


def test_one_lane_failing_is_status_3_with_the_other_result(ask: Ask, tiny: Path, tmp_path: Path) -> None:
    from tests.support.gguf_files import make_model

    bad = make_model(tmp_path / "future.gguf", arch="futurenet9")
    done = ask("compare", tiny, bad, "-p", "x", "--max-tokens", "3", "--json")
    assert done.returncode == 3
    body = json.loads(done.stdout)
    assert body["lanes"][1]["error"]["kind"] == "architecture"
    assert body["lanes"][0]["answer"]
    assert "futurenet9" in done.stderr
    assert ask("compare", bad, bad, "-p", "x").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["compare", "starter:dense"], 2, "required"),
        (["compare", "starter:dense", "starter:none", "-p", "x"], 2, "no starter model"),
        (["compare", "", "starter:moe", "-p", "x"], 2, "empty"),
        (["compare", "starter:dense", "starter:moe", "-p", "x", "--ctx", "0"], 2, "Context"),
        (["compare", "starter:dense", "starter:moe", "-p", "  "], 1, "Type a prompt"),
        (["compare", "starter:dense", "starter:moe", "-p", "x", "--temperature", "-3"], 2, "Temperature"),
        (["compare", "starter:dense", "starter:moe", "-p", "x", "--ctx", "2000000000"], 2, "Context"),
        (["compare", "starter:dense", "starter:moe", "-p", "x", "--threads", "0"], 2, "Threads must be"),
        (["compare", "starter:dense", "starter:moe", "-p", "x", "--gpu-layers", "many"], 2, "GPU layers must be"),
        (["compare", "starter:dense", "starter:moe", "--prompt-file", "/nowhere.txt"], 2, "nowhere"),
        (["compare", "starter:dense", "starter:moe", "-p", "x", "--batch", "0"], 2, "Batch"),
        (["compare", "starter:dense", "starter:moe", "-p", "x", "--kv-type", "q9"], 2, "K cache type must be one of"),
        (["bench", "starter:dense", "--batch", "5000"], 2, "Batch"),
        (["mmlu", "--resume", "x", "--kv-type", "q8_0"], 2, "--kv-type is for a new run"),
        (["history", "show", "zzz"], 1, "No comparison, evaluation or measurement has the id"),
        (["bench", "starter:dense", "--repeat", "0"], 2, "repeat"),
        (["nonsense"], 2, "invalid choice"),
    ],
)
def test_wrong_usage_and_bad_input(ask: Ask, arguments: list[str], status: int, words: str) -> None:
    done = ask(*arguments)
    assert done.returncode == status, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_prompt_over_the_context_is_refused_for_both_with_counts(ask: Ask, tiny: Path, tmp_path: Path) -> None:
    long = tmp_path / "long.txt"
    long.write_text("a word " * 500)
    done = ask("compare", tiny, tiny, "--prompt-file", long, "--json")
    assert done.returncode == 1
    for lane in json.loads(done.stdout)["lanes"]:
        assert lane["error"]["kind"] == "prompt_too_long"
        assert "512" in lane["error"]["message"]


def test_a_newline_among_the_stop_strings(ask: Ask, tiny: Path) -> None:
    done = ask("compare", tiny, tiny, "-p", "x", "--stop", "\\nUser:", "--max-tokens", "1", "--json")
    assert json.loads(done.stdout)["lanes"][0]["options"]["stop"] == ["\nUser:"]


def test_bench_counts_both_speeds(ask: Ask, tiny: Path) -> None:
    done = ask("bench", tiny, "--prompt-tokens", "128", "--generate-tokens", "32", "--repeat", "3", "--json")
    body = json.loads(done.stdout)
    assert body["schema"] == "weighin.bench/1"
    for part, tokens in (("prompt", 128), ("generation", 32)):
        assert body[part]["tokens"] == tokens
        assert 0 < body[part]["min"] <= body[part]["tokens_per_s"] <= body[part]["max"]


def test_how_a_model_is_loaded_can_be_said_to_every_command_that_loads_one(ask: Ask) -> None:
    chosen = ("--cache-k", "q8_0", "--cache-v", "f16", "--flash-attention", "off", "--batch", "64")
    chosen += ("--threads", "1", "--gpu-layers", "auto", "--json")
    expected = {"kv_type": "q8_0", "v_type": "f16", "flash_attn": "off", "batch": 64, "gpu_layers": -1}
    done = ask("compare", "starter:dense", "starter:moe", "-p", "Hi", "--max-tokens", "2", *chosen)
    for lane in json.loads(done.stdout)["lanes"]:
        assert lane["error"] is None and expected.items() <= lane["options"].items()
    options = json.loads(ask("bench", "starter:dense", "--repeat", "1", *chosen).stdout)["options"]
    assert options["context"] == 512 and expected.items() <= options.items()
    planned = json.loads(ask("plan", "starter:dense", "--no-slice", *chosen).stdout)
    assert expected.items() <= planned.items()
    (lane,) = json.loads(ask("mmlu", "starter:dense", "--n", "2", *chosen).stdout)["lanes"]
    assert lane["n"] == 2 and "The KV cache type is K q8_0, V f16, which can change answers." in lane["notices"]


def test_an_option_of_loading_can_be_given_to_one_lane(ask: Ask) -> None:
    one = ("--kv-type", "q8_0", "--b-kv-type", "f16", "--a-batch", "64", "--b-threads", "1")
    done = ask("compare", "starter:dense", "starter:dense", "-p", "Hi", "--max-tokens", "2", *one, "--json")
    a, b = (lane["options"] for lane in json.loads(done.stdout)["lanes"])
    assert (a["kv_type"], a["v_type"], a["batch"]) == ("q8_0", "", 64)
    assert (b["kv_type"], b["v_type"], b["batch"]) == ("f16", "", 512)
    assert json.loads(done.stdout)["parity"]["differences"][:2] == ["batch", "KV cache type"]


def test_options_that_exclude_each_other_are_told_before_anything_is_loaded(ask: Ask) -> None:
    wrong = ("--kv-type", "q8_0", "--flash-attn", "off")
    for command in (("compare", "starter:dense", "starter:moe", "-p", "x"), ("bench", "starter:dense")):
        done = ask(*command, *wrong)
        assert done.returncode == 2
        assert done.stderr == "A V cache of q8_0 needs flash attention: turn it on, or use f16.\n"


def test_doctor_prints_hardware_and_engine_and_no_secrets(weighin: list[str], tmp_path: Path) -> None:
    home = tmp_path / "home" / "canary-person"
    home.mkdir(parents=True)
    environment = {k: v for k, v in os.environ.items() if k != "WEIGHIN_PROFILE"}
    environment |= {"HF_TOKEN": "canary-token", "HOME": str(home), "USER": "canary-person"}
    said = run(weighin, "--profile", home / "profile", "doctor", "--json", env=environment).stdout
    machine = json.loads(said)["machine"]
    assert machine["physical_cores"] == machine["cores"] >= 1
    assert machine["memory_bandwidth_bytes_per_s"] > 1e8
    assert machine["disk_free_bytes"] > 0
    assert json.loads(said)["engine"]["build"]
    page = run(weighin, "--profile", home / "profile", "doctor", env=environment).stdout
    assert "Processor" in page and "llama.cpp" in page and "GB/s" in page
    assert "canary" not in page + said and str(tmp_path) not in page + said


def test_version_and_help(weighin: list[str]) -> None:
    assert run(weighin, "--version").stdout.strip() == f"weighin {__version__}"
    assert "compare" in run(weighin, "--help").stdout
    listed = [line.split()[0] for line in run(weighin, "history", "--help").stdout.splitlines() if line.strip()]
    assert {"list", "show", "search", "votes", "export"} <= set(listed)


def test_every_byte_goes_under_the_profile(weighin: list[str], tiny: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environment = {k: v for k, v in os.environ.items() if k != "WEIGHIN_PROFILE" and not k.startswith("XDG_")}
    environment |= {"HOME": str(home)}
    done = run(
        weighin, "--profile", tmp_path / "here", "compare", tiny, tiny, "-p", "x", "--max-tokens", "2", env=environment
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "here" / "data" / "weighin.db").exists()
    assert list(home.rglob("*")) == []


def test_ctrl_c_saves_what_was_written(weighin: list[str], endless: Path) -> None:
    arguments = ["compare", str(endless), str(endless), "-p", "x", "--ctx", "65536", "--max-tokens", "60000", "--json"]
    process = subprocess.Popen([*weighin, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    _wait_for_worker(process.pid)
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert json.loads(out)["lanes"][0]["stop_reason"] == "cancelled"
    assert len(json.loads(run(weighin, "history", "list", "--json").stdout)["comparisons"]) == 1


def test_no_worker_remains_when_the_program_is_killed(weighin: list[str], endless: Path) -> None:
    arguments = ["compare", str(endless), str(endless), "-p", "x", "--ctx", "65536", "--max-tokens", "60000"]
    process = subprocess.Popen([*weighin, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    workers = _wait_for_worker(process.pid)
    time.sleep(1.0)
    os.kill(workers[0].pid, signal.SIGSTOP)  # even one that is stopped and reads nothing
    process.kill()
    process.wait(10)
    _, alive = psutil.wait_procs(workers, timeout=5)
    assert not alive


def _wait_for_worker(pid: int) -> list[psutil.Process]:
    for _ in range(200):
        workers = psutil.Process(pid).children(recursive=True)
        if workers:
            return workers
        time.sleep(0.05)
    raise AssertionError("no worker started")


def test_a_server_as_a_lane_and_its_key_nowhere_on_disk(weighin: list[str], tiny: Path, tmp_path: Path) -> None:
    with LoopbackServer(key=KEY) as server:
        environment = os.environ | {KEY_VARIABLE: KEY}
        done = run(weighin, "compare", tiny, server.address(), "-p", "a question", "--json", env=environment)
        assert done.returncode == 0, done.stderr
        body = json.loads(done.stdout)
        local, remote = body["lanes"]
        assert remote["answer"] == "Seven plus five is twelve. That is all."
        assert remote["model"]["server"] == f"127.0.0.1:{server.port}"
        assert remote["model"]["file_bytes"] is None and remote["memory"]["total_bytes"] is None
        assert remote["memory"]["method"] == "on the server"
        assert (local["timing"]["counted_by"], remote["timing"]["counted_by"]) == ("worker", "server")
        assert "chat template" in body["parity"]["unknown"]

        refused = run(
            weighin, "compare", tiny, server.address(), "-p", "a question", env=environment | {KEY_VARIABLE: "x"}
        )
        assert refused.returncode == 3
        assert "did not accept the key" in refused.stderr

        seen = run(weighin, "models", "look", server.address(), "--json", env=environment)
        assert json.loads(seen.stdout)["server"]["scoring"]["via"] == "completions"
        server.models = ()
        seen = run(weighin, "models", "look", server.address("other"), env=environment)
        assert seen.returncode == 0 and "other is not listed; trying it anyway." in seen.stdout
    exported = run(weighin, "history", "export", body["id"], "--format", "md").stdout
    assert "measured over the network, by this client" in exported
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "weighin.db" for path in written)
    assert not any(KEY.encode() in path.read_bytes() for path in written)
    assert KEY not in done.stdout + done.stderr + refused.stderr + exported


def test_an_address_without_a_model_is_wrong_usage(ask: Ask, tiny: Path) -> None:
    done = ask("compare", tiny, "http://127.0.0.1:1/v1", "-p", "x")
    assert done.returncode == 2
    assert "#NAME" in done.stderr
    assert ask("bench", "http://127.0.0.1:1/v1#x").returncode == 2


def test_json_and_bundles_are_json_where_stdout_is_not_utf_8(weighin: list[str], tmp_path: Path) -> None:
    encodings = itertools.cycle(("ascii", "cp1252"))

    def printed(*arguments: Any) -> bytes:
        encoding = next(encodings)
        environment = {**os.environ, "PYTHONIOENCODING": encoding}
        command = [*weighin, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, env=environment, timeout=90, check=True).stdout

    prompt = "Grüße 你好 😀"
    shown = json.loads(printed("compare", "starter:dense", "starter:moe", "-p", prompt, "--max-tokens", "4", "--json"))
    assert shown["prompt"] == prompt
    assert json.loads(printed("history", "export", shown["id"], "--format", "json"))["prompt"] == prompt
    assert b"Gr" in printed("history", "export", shown["id"], "--format", "csv")
    bundle = tmp_path / "mine.weighin.json"
    bundle.write_bytes(printed("history", "export", shown["id"], "--format", "bundle"))
    assert prompt.encode() not in bundle.read_bytes() and json.loads(bundle.read_bytes())
    assert json.loads(printed("replay", bundle, "--json"))["verdict"] == "replicated"
