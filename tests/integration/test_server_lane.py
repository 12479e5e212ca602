"""Lanes whose models live on servers: real worker processes, a real runner, a server that fails on purpose."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.lanes import PATIENT, Heard, Runs, fake_lane, fake_model
from tests.support.loopback_server import KEY, LoopbackServer

from weighin.core.comparisons.comparison import ComparisonRequest
from weighin.core.comparisons.parity import unknowns
from weighin.core.models.server import KEY_VARIABLE, parse_address, server_facts
from weighin.core.runs.answer import Counting, StopReason
from weighin.core.runs.chat import Message, Prompt
from weighin.core.runs.lane import LaneSetup, Mode
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.core.runs.progress import LaneState
from weighin.services.lanes.lane import Lane
from weighin.services.lanes.server_keys import ServerKeys
from weighin.services.lanes.server_probe import ServerProbe
from weighin.services.lanes.servers import Servers
from weighin.services.settings import Settings
from weighin.wiring.lanes import new_worker, server_workers

PROC = Path("/proc")
KEYRING = (
    "def get_password(service, name):\n    return {key!r} if (service, name) == ('weighin', {origin!r}) else None\n"
)


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer() as made:
        yield made


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch, qtbot: Any) -> ServerKeys:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    return ServerKeys()


def server_lane(keys: ServerKeys, label: str = "A") -> Lane:
    return Lane(label, new_worker, PATIENT, new_server=server_workers(keys))


def load(qtbot: Any, lane: Lane, heard: Heard, server: LoopbackServer) -> None:
    lane.load(server.address(), LoadOptions(), 1)
    qtbot.waitUntil(lambda: bool(heard.loaded or heard.failures), timeout=20_000)


def ask(qtbot: Any, lane: Lane, heard: Heard) -> Any:
    lane.generate((Message("user", "What is seven plus five?"),), SamplingOptions(), 1)
    qtbot.waitUntil(lambda: bool(heard.answers), timeout=20_000)
    return heard.answers.pop()


def test_a_server_against_a_model_of_this_computer(qtbot: Any, server: LoopbackServer, keys: ServerKeys) -> None:
    runs = Runs(qtbot, server_lane(keys), fake_lane("B", text="Twelve."))
    there = server_facts(parse_address(server.address()))
    try:
        request = ComparisonRequest(
            Prompt("What is seven plus five?"), Mode.ALONE, (LaneSetup(there), LaneSetup(fake_model()))
        )
        comparison = runs.run(request)
    finally:
        runs.close()
    a, b = comparison.results
    assert (a.answer.text, b.answer.text) == ("Seven plus five is twelve. That is all.", "Twelve.")
    assert a.answer.timing.counting is Counting.SERVER and b.answer.timing.counting is Counting.WORKER
    assert comparison.engine is not None and comparison.engine.build == "fake"
    assert "chat template" in unknowns(comparison.results)
    assert comparison.differences == ("prompt tokens",)


def test_a_failure_keeps_what_came_and_the_lane_goes_on(qtbot: Any, server: LoopbackServer, keys: ServerKeys) -> None:
    lane = server_lane(keys)
    heard = Heard(lane)
    load(qtbot, lane, heard, server)
    server.behaviour.cut_at = 4
    answer = ask(qtbot, lane, heard)
    assert (answer.text, answer.stop_reason, answer.failure.kind) == ("Seven plus five is", StopReason.FAILED, "cut")
    assert answer.timing.counting is Counting.PIECES
    server.behaviour.cut_at = None
    assert ask(qtbot, lane, heard).text == "Seven plus five is twelve. That is all."
    lane.close()


def test_text_that_turns_out_to_be_reasoning_is_kept_as_that(
    qtbot: Any, server: LoopbackServer, keys: ServerKeys
) -> None:
    server.behaviour.words, server.behaviour.slow_s = ("Seven", " and", " five.", "</think>", "Twelve", "."), 0.05
    lane = server_lane(keys)
    heard = Heard(lane)
    load(qtbot, lane, heard, server)
    changes: list[str] = []
    lane.was_reasoning.connect(lambda: changes.append(heard.text))
    answer = ask(qtbot, lane, heard)
    assert (answer.reasoning, answer.text) == ("Seven and five.", "Twelve.")
    assert changes == ["Seven and five."] and heard.text == "Seven and five.Twelve."
    assert answer.timing.first_answer_token_s > answer.timing.first_token_s
    server.behaviour.cut_at = 4
    answer = ask(qtbot, lane, heard)
    assert (answer.reasoning, answer.text, answer.failure.kind) == ("Seven and five.", "", "cut")
    lane.close()


def test_a_model_that_is_not_listed_answers_with_a_notice(qtbot: Any, server: LoopbackServer, keys: ServerKeys) -> None:
    server.models = ("the-only-one",)
    lane = server_lane(keys)
    heard = Heard(lane)
    load(qtbot, lane, heard, server)
    answer = ask(qtbot, lane, heard)
    assert answer.text == "Seven plus five is twelve. That is all."
    assert "does not list a model “tiny”" in answer.notices[0] and "It has: the-only-one." in answer.notices[0]
    lane.close()


def test_stop_leaves_the_server_at_once(qtbot: Any, server: LoopbackServer, keys: ServerKeys) -> None:
    server.behaviour.slow_s, server.behaviour.words = 0.05, ("word ",) * 1000
    lane = server_lane(keys)
    heard = Heard(lane)
    load(qtbot, lane, heard, server)
    lane.generate((Message("user", "go"),), SamplingOptions(), 1)
    qtbot.waitUntil(lambda: bool(heard.text), timeout=10_000)
    lane.stop()
    qtbot.waitUntil(lambda: bool(heard.answers), timeout=10_000)
    assert heard.answers[0].stop_reason is StopReason.CANCELLED
    assert lane.status.state is LaneState.READY
    assert server.gone.wait(10)
    lane.close()


def test_the_key_is_where_it_belongs_and_nowhere_else(
    qtbot: Any, server: LoopbackServer, keys: ServerKeys, tmp_path: Path
) -> None:
    server.key = KEY
    lane = server_lane(keys)
    heard = Heard(lane)
    load(qtbot, lane, heard, server)
    assert heard.failures[0].kind == "key"
    keys.use(server.address(), KEY)
    lane.load(server.address(), LoadOptions(), 1)
    qtbot.waitUntil(lambda: bool(heard.loaded), timeout=20_000)
    assert ask(qtbot, lane, heard).text
    if PROC.is_dir():
        assert KEY.encode() not in Path(f"/proc/{lane.worker_pid}/cmdline").read_bytes()
    lane.close()
    other = parse_address("http://127.0.0.1:1/v1#x")
    assert keys.environment(str(other)) == {}


def test_the_environments_key_reaches_only_workers_of_servers(
    qtbot: Any, server: LoopbackServer, keys: ServerKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    server.key = KEY
    remote, local = server_lane(keys), fake_lane("B")
    heard, other = Heard(remote), Heard(local)
    load(qtbot, remote, heard, server)
    local.load("/nowhere/model.gguf", LoadOptions(), 1)
    qtbot.waitUntil(lambda: bool(other.loaded), timeout=20_000)
    assert heard.loaded
    if PROC.is_dir():
        assert KEY.encode() in Path(f"/proc/{remote.worker_pid}/environ").read_bytes()
        assert KEY.encode() not in Path(f"/proc/{local.worker_pid}/environ").read_bytes()
    remote.close()
    local.close()


def test_a_keyring_is_asked_first(
    qtbot: Any, server: LoopbackServer, keys: ServerKeys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = parse_address(server.address()).origin
    (tmp_path / "keyring.py").write_text(KEYRING.format(key=KEY, origin=origin))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv(KEY_VARIABLE, "sk-of-another-server")
    server.key = KEY
    lane = server_lane(keys)
    heard = Heard(lane)
    load(qtbot, lane, heard, server)
    assert heard.loaded, heard.failures
    lane.close()


def test_a_typed_key_comes_before_an_old_one_in_the_keyring(
    qtbot: Any, server: LoopbackServer, keys: ServerKeys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = parse_address(server.address()).origin
    (tmp_path / "keyring.py").write_text(KEYRING.format(key="sk-of-last-year", origin=origin))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    server.key = KEY
    keys.use(server.address(), KEY)
    lane = server_lane(keys)
    heard = Heard(lane)
    load(qtbot, lane, heard, server)
    assert heard.loaded, heard.failures
    lane.close()


def test_a_key_that_cannot_be_kept_is_told(
    qtbot: Any, server: LoopbackServer, keys: ServerKeys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    servers = Servers(Settings(tmp_path / "settings.json"), keys, ServerProbe(server_workers(keys)))
    said: list[str] = []
    servers.notice.connect(said.append)
    servers.add(server.url, "tiny", KEY)
    qtbot.waitUntil(lambda: bool(said))
    assert said[0].startswith("The key is kept until Weigh-In closes") and KEY not in said[0]
    servers.close()


def test_questions_before_a_server_is_in_a_lane(qtbot: Any, server: LoopbackServer, keys: ServerKeys) -> None:
    probe = ServerProbe(server_workers(keys))
    found: list[Any] = []
    probe.models(server.url, found.append, found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=20_000)
    assert found.pop() == ("tiny", "big/model:8b")
    probe.letters(server.address(), found.append, found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=20_000)
    assert found.pop().via == "completions"
    server.behaviour.html = True
    probe.models(server.url, found.append, found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=20_000)
    assert found.pop().kind == "not_endpoint"
    probe.models(server.url, found.append, found.append)
    probe.stop()
