"""An evaluation with a model on a server: real processes, tried before the run, resumed after a failure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.evaluations import Evaluating, model_file
from tests.support.loopback_server import LoopbackServer

from weighin.core.evaluations.evaluation import CHAT, EvaluationChoice, EvaluationRequest
from weighin.core.evaluations.report import evaluation_json, result_lines
from weighin.core.models.server import parse_address, server_facts
from weighin.core.runs.lane import LaneSetup
from weighin.core.runs.run_state import RunState
from weighin.services.lanes import server_probe
from weighin.services.lanes.server_keys import ServerKeys
from weighin.wiring.lanes import server_workers

N = 12


@pytest.fixture
def evaluating(qtbot: Any) -> Iterator[Evaluating]:
    made = Evaluating(qtbot, {}, {})
    yield made
    made.close()


def there(server: LoopbackServer) -> LaneSetup:
    return LaneSetup(server_facts(parse_address(server.address())))


def ask(server: LoopbackServer, *more: LaneSetup, **choice: Any) -> EvaluationRequest:
    return EvaluationRequest((there(server), *more), EvaluationChoice(n=N, **choice))


def test_a_server_against_a_file(evaluating: Evaluating, tmp_path: Path) -> None:
    with LoopbackServer(wait_single=True) as server:
        evaluating.runner.run(ask(server, LaneSetup(model_file(tmp_path, "b"))))
        evaluating.wait(lambda: any("may take minutes" in state.notice for state in evaluating.states))
        server.release.set()
        record = evaluating.ended()
    assert record.state is RunState.FINISHED and [lane.n for lane in record.lanes] == [N, N]
    assert record.lanes[0].model.sha256 is None and record.paired is not None
    assert record.lanes[0].tokens_evaluated == 50 * N
    assert any("over the network" in text for text in record.lanes[0].notices)
    assert any("top 20" in line for line in result_lines(record))


def test_unknown_tokens_are_not_zero(evaluating: Evaluating) -> None:
    with LoopbackServer(usage=False) as server:
        evaluating.runner.run(ask(server))
        record = evaluating.ended()
    assert evaluation_json(record, False)["lanes"][0]["tokens_evaluated"] is None


@pytest.mark.parametrize(("letters", "protocol"), [("ignored", "standard"), ("chat", "standard"), ("zeros", CHAT)])
def test_a_server_that_gives_no_letters_is_refused_before_the_run(
    evaluating: Evaluating, letters: str, protocol: str
) -> None:
    with LoopbackServer(letters=letters) as server:
        evaluating.runner.run(ask(server, protocol=protocol))
        evaluating.wait(lambda: bool(evaluating.errors))
        said = evaluating.errors[0].user_text
        assert "Questions cannot be scored at" in said and ("try the chat protocol" in said) == (protocol != CHAT)
    assert not evaluating.started and not evaluating.runner.running


@pytest.mark.parametrize(("status", "wait"), [(429, "0"), (503, "")])
def test_a_server_that_asks_to_wait_ends_no_run(evaluating: Evaluating, status: int, wait: str) -> None:
    with LoopbackServer(busy=(status,), busy_after=5, retry_after=wait) as server:
        evaluating.runner.run(ask(server))
        record = evaluating.ended()
    assert record.state is RunState.FINISHED and record.lanes[0].n == N
    assert any("unavailable at times" in text for text in record.lanes[0].notices)


def test_it_turns_midway_and_the_rest_is_asked_later(evaluating: Evaluating) -> None:
    with LoopbackServer(letters_turn=8) as server, LoopbackServer() as other:
        evaluating.runner.run(ask(server))
        record = evaluating.ended()
        assert record.state is RunState.FAILED and record.lanes[0].n == 5
        failure = record.lanes[0].failure
        assert failure is not None and "The scores so far are kept" in failure.message
        evaluating.records.clear()
        evaluating.runner.resume(record.id, (there(other),))
        evaluating.wait(lambda: bool(evaluating.errors))
        assert "server of A" in evaluating.errors.pop().user_text
        server.behaviour.letters, server.behaviour.letters_turn = "good", None
        before = server.single
        evaluating.runner.resume(record.id)
        again = evaluating.ended()
        assert again.state is RunState.FINISHED and again.lanes[0].n == N
        assert server.single - before == 2 + N - 5


def test_stopped_while_it_is_tried(evaluating: Evaluating) -> None:
    with LoopbackServer(wait_single=True) as server:
        evaluating.runner.run(ask(server))
        evaluating.wait(lambda: server.single > 0)
        evaluating.runner.stop()
        evaluating.wait(lambda: bool(evaluating.errors))
        assert evaluating.errors[0].kind == "stopped"
        server.release.set()


def test_a_test_of_letters_has_a_deadline_of_its_own(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert server_probe._LETTERS_DEADLINE_MS == 600_000
    monkeypatch.setattr(server_probe, "_LETTERS_DEADLINE_MS", 1000)
    probe, said = server_probe.ServerProbe(server_workers(ServerKeys())), []
    with LoopbackServer(wait_single=True) as server:
        probe.letters(server.address(), said.append, said.append)
        qtbot.waitUntil(lambda: bool(said), timeout=20_000)
        server.release.set()
    assert said[0].user_text == "The server did not answer within 1 s."
