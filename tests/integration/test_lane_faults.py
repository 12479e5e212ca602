"""Workers that crash, hang, flood and lie: each gives one sentence in its lane, and the lane can go on."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.lanes import HASTE, PATIENT, Heard, ask, fake_lane, load

from weighin.core.runs.answer import StopReason
from weighin.core.runs.chat import Message
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.core.runs.progress import LaneState
from weighin.services.lanes.lane import Lane, LaneTimeouts


@pytest.fixture
def make(qtbot: Any) -> Iterator[Any]:
    lanes: list[Lane] = []

    def new(patience: LaneTimeouts = PATIENT, **script: Any) -> tuple[Lane, Heard]:
        lane = fake_lane("A", patience, **script)
        lanes.append(lane)
        return lane, Heard(lane)

    yield new
    for lane in lanes:
        lane.close()


def test_the_states_of_a_good_run(qtbot: Any, make: Any) -> None:
    lane, heard = make(text="Twelve is the answer.")
    load(qtbot, lane, heard)
    answer = ask(qtbot, lane, heard)
    assert answer.text == heard.text == "Twelve is the answer."
    assert answer.stop_reason is StopReason.END
    assert [s for i, s in enumerate(heard.states) if i == 0 or heard.states[i - 1] != s] == [
        "starting", "loading", "ready", "busy", "ready",
    ]  # fmt: skip


DEATHS = {
    "sigkill": ("killed", "SIGKILL"),
    "sigabrt": ("engine_abort", "SIGABRT"),
    "sigsegv": ("engine_crash", "SIGSEGV"),
    "sigill": ("cpu", "processor"),
    "sigbus": ("file_changed", "changed or shrank"),
    "exit0": ("gone", "without a message"),
    "exit3": ("exit", "status 3"),
}


@pytest.mark.parametrize("action", DEATHS)
@pytest.mark.parametrize("moment", ["loading", "reading", "writing:3"])
def test_every_death_in_every_phase_has_its_sentence(qtbot: Any, make: Any, action: str, moment: str) -> None:
    lane, heard = make(text="one two three four five six", tokens_per_s=200, at={moment: action})
    load(qtbot, lane, heard)
    if moment == "loading":
        failure = heard.failures[0]
    else:
        answer = ask(qtbot, lane, heard)
        assert answer.stop_reason is StopReason.FAILED
        assert answer.text == heard.text
        failure = answer.failure
    kind, words = DEATHS[action]
    assert failure.kind == kind
    assert words in failure.message
    assert failure.message.endswith(".")
    assert lane.status.state is LaneState.FAILED


@pytest.mark.parametrize("at_token", range(4, 8))
def test_what_was_written_before_a_crash_is_kept(qtbot: Any, make: Any, at_token: int) -> None:
    words = " ".join(f"w{n}" for n in range(12))
    lane, heard = make(text=words, tokens_per_s=25, at={f"writing:{at_token}": "sigkill"})
    load(qtbot, lane, heard)
    answer = ask(qtbot, lane, heard)
    assert answer.text
    assert words.startswith(answer.text)
    assert len(answer.text.split()) >= at_token - 1


def test_a_worker_that_dies_before_its_first_word(qtbot: Any, make: Any) -> None:
    lane, heard = make(at={"hello": "sigkill"})
    load(qtbot, lane, heard)
    assert heard.failures[0].kind == "killed"


@pytest.mark.parametrize("moment", ["loading", "reading", "writing:2"])
def test_a_stopped_worker_is_noticed_and_at_last_ended(qtbot: Any, make: Any, moment: str) -> None:
    lane, heard = make(HASTE, text="one two three four", at={moment: "sigstop"})
    silences: list[float] = []
    lane.status_changed.connect(lambda status: silences.append(status.silent_s))
    load(qtbot, lane, heard)
    failure = heard.failures[0] if moment == "loading" else ask(qtbot, lane, heard).failure
    assert max(silences) > 0
    assert failure.kind == "silent"
    assert "did not respond" in failure.message


@pytest.mark.parametrize("nonsense", ["garbage", "huge"])
def test_a_worker_that_talks_nonsense_is_ended(qtbot: Any, make: Any, nonsense: str) -> None:
    lane, heard = make(text="one two three", tokens_per_s=50, at={"writing:1": nonsense})
    load(qtbot, lane, heard)
    failure = ask(qtbot, lane, heard).failure
    assert failure.kind == "protocol"
    assert failure.detail


def test_a_flood_of_native_output_blocks_nobody(qtbot: Any, make: Any) -> None:
    lane, heard = make(text="one two three", at={"writing:1": "flood"})
    load(qtbot, lane, heard)
    assert ask(qtbot, lane, heard).text == "one two three"
    assert len(lane._worker.log_tail()) <= 64 << 10


def test_stop_while_loading_gives_the_lane_back(qtbot: Any, make: Any) -> None:
    lane, heard = make(load_s=30)
    lane.load("/nowhere/model.gguf", LoadOptions(), 1)
    qtbot.waitUntil(lambda: lane.status.state is LaneState.LOADING, timeout=10_000)
    lane.stop()
    assert lane.status.state is LaneState.STOPPING
    qtbot.waitUntil(lambda: bool(heard.failures), timeout=5000)
    assert heard.failures[0].kind == "cancelled"
    assert lane.status.state is LaneState.EMPTY


def test_stop_before_the_process_said_hello(qtbot: Any, make: Any) -> None:
    lane, heard = make(load_s=30)
    lane.load("/nowhere/model.gguf", LoadOptions(), 1)
    lane.stop()
    qtbot.waitUntil(lambda: bool(heard.failures), timeout=10_000)
    assert heard.failures[0].kind == "cancelled"


@pytest.mark.parametrize("script", [{"prompt_s": 30}, {"text": "a " * 500, "tokens_per_s": 20}])
def test_stop_while_reading_or_writing_keeps_the_text_and_the_model(qtbot: Any, make: Any, script: dict) -> None:
    lane, heard = make(**script)
    load(qtbot, lane, heard)
    lane.generate((Message("user", "x"),), SamplingOptions(), 1)
    qtbot.waitUntil(lambda: lane.status.phase == ("reading" if "prompt_s" in script else "writing"), timeout=5000)
    lane.stop()
    qtbot.waitUntil(lambda: bool(heard.answers), timeout=5000)
    assert heard.answers[0].stop_reason is StopReason.CANCELLED
    assert heard.answers[0].text == heard.text
    assert lane.status.state is LaneState.READY


def test_a_worker_that_ignores_stop_is_ended(qtbot: Any, make: Any) -> None:
    lane, heard = make(text="a " * 500, tokens_per_s=20, at={"never": "ignore_cancel"})
    load(qtbot, lane, heard)
    lane.generate((Message("user", "x"),), SamplingOptions(), 1)
    qtbot.waitUntil(lambda: bool(heard.text), timeout=5000)
    lane.stop()
    qtbot.waitUntil(lambda: bool(heard.answers), timeout=5000)
    assert heard.answers[0].stop_reason is StopReason.CANCELLED
    assert heard.answers[0].text == heard.text
    assert lane.status.state is LaneState.EMPTY


def test_a_kill_while_memory_is_low_points_to_memory(qtbot: Any, make: Any) -> None:
    lane, heard = make(text="a b c d e f g h", tokens_per_s=10, at={"writing:5": "sigkill"})
    lane._available = lambda: 100 << 20
    load(qtbot, lane, heard)
    failure = ask(qtbot, lane, heard).failure
    assert failure.kind == "out_of_memory"
    assert "memory ran out" in failure.message


def test_a_lane_goes_on_after_a_crash(qtbot: Any, make: Any) -> None:
    lane, heard = make(text="fine")
    load(qtbot, lane, heard)
    os.kill(lane.worker_pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: lane.status.state is LaneState.FAILED, timeout=5000)
    heard.loaded.clear()
    load(qtbot, lane, heard)
    assert ask(qtbot, lane, heard).text == "fine"


def test_a_program_that_is_not_there(qtbot: Any) -> None:
    from weighin.services.processes.worker_process import WorkerProcess

    lane = Lane("A", lambda parent: WorkerProcess(["/no/such/program"], parent))
    heard = Heard(lane)
    load(qtbot, lane, heard)
    assert heard.failures[0].kind == "start"


def test_a_prompt_over_a_megabyte_is_refused_in_words(qtbot: Any, make: Any) -> None:
    lane, heard = make(text="fine")
    load(qtbot, lane, heard)
    assert ask(qtbot, lane, heard, "x" * (2 << 20)).failure.kind == "prompt_too_long"
    assert ask(qtbot, lane, heard).text == "fine"


def test_after_a_refused_prompt_the_idle_worker_is_left_alone(qtbot: Any, make: Any) -> None:
    lane, heard = make(HASTE, text="fine")
    load(qtbot, lane, heard)
    ask(qtbot, lane, heard, "x" * (2 << 20))
    qtbot.wait(HASTE.give_up_ms + 500)
    assert lane.status.state is LaneState.READY
    assert lane.status.silent_s == 0


@pytest.mark.parametrize("moment", ["loading", "reading", "writing:2"])
def test_a_worker_that_lives_but_takes_no_step_further_is_shown_and_can_be_stopped(
    qtbot: Any, make: Any, moment: str
) -> None:
    lane, heard = make(replace(PATIENT, stuck_ms=800), text="one two three", at={moment: "hang"})
    stuck: list[float] = []
    lane.status_changed.connect(lambda status: stuck.append(status.silent_s))
    lane.load("/nowhere/model.gguf", LoadOptions(), 1)
    if moment != "loading":
        qtbot.waitUntil(lambda: bool(heard.loaded), timeout=10_000)
        lane.generate((Message("user", "x"),), SamplingOptions(), 1)
    qtbot.waitUntil(lambda: max(stuck, default=0) > 0, timeout=10_000)
    lane.stop()
    qtbot.waitUntil(lambda: bool(heard.failures or heard.answers), timeout=5000)


def test_a_worker_gets_no_secrets(qtbot: Any, make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "canary-of-the-hub")
    monkeypatch.setenv("OPENAI_API_KEY", "canary-of-a-service")
    lane, heard = make(text="x")
    load(qtbot, lane, heard)
    assert b"canary" not in Path(f"/proc/{lane.worker_pid}/environ").read_bytes()
