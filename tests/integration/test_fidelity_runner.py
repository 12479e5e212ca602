"""Measurements of fidelity with scripted workers: what must never go wrong, and what may."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.gguf_files import make_model
from tests.support.measuring import CONTEXT, MODEL_BYTES, WORDS, Measuring, same_figures

from weighin.core.errors import AppError
from weighin.core.fidelity.fidelity import FidelityRecord, FidelityRequest
from weighin.core.fidelity.text import meaning_sentence
from weighin.core.models.header_facts import model_facts
from weighin.core.runs.lane import LaneSetup
from weighin.core.runs.run_state import RunState
from weighin.services.fidelity import rows_place
from weighin.services.machine.conditions import ConditionSources, ConditionWatch

New = Callable[..., Measuring]


@pytest.fixture
def new(qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[New]:
    """Runners whose shared memory is a folder of the test's."""
    shared = tmp_path / "shared"
    shared.mkdir()
    monkeypatch.setattr("weighin.services.fidelity.fidelity_runner.SHARED", shared)
    made: list[Measuring] = []

    def make(*scripts: dict[str, Any], **more: Any) -> Measuring:
        made.append(Measuring(qtbot, *scripts, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()
    rows = made[0].rows if made else shared
    assert not list(shared.iterdir()) and (not rows.exists() or not list(rows.iterdir()))


@pytest.fixture
def setups(tmp_path: Path) -> list[LaneSetup]:
    """Four models of one vocabulary."""
    return [LaneSetup(model_facts(make_model(tmp_path / f"{n}.gguf", seed=n)), threads=1) for n in range(4)]


@pytest.fixture
def text(tmp_path: Path) -> str:
    path = tmp_path / "text.txt"
    path.write_text(WORDS, "utf-8")
    return str(path)


def request(setups: list[LaneSetup], text: str, count: int = 1, **more: Any) -> FidelityRequest:
    more = {"chunks": 12, "context": CONTEXT, **more}
    return FidelityRequest(setups[0], tuple(setups[1 : 1 + count]), text, **more)


def chunks_of(record: FidelityRecord, other: int = 0) -> list[int]:
    return [chunk.number for chunk in record.others[other].chunks]


def test_a_ladder_reads_every_chunk_once_and_is_kept(new: New, setups: list[LaneSetup], text: str) -> None:
    run = new({}, {"opinions": 1}, {"opinions": 2}, {"opinions": 3})
    record = run.run(request(setups, text, 3))
    assert record.state is RunState.FINISHED and not record.turns
    assert [chunk.number for chunk in record.chunks] == list(range(12))
    assert all(chunks_of(record, other) == list(range(12)) for other in range(3))
    assert record.text.chunks == 20 and record.text.name == "text.txt"
    assert len({o.summary.kld.mean.value for o in record.others if o.summary}) == 3
    assert record.base.read_tokens_per_s == CONTEXT / 0.5 and record.others[0].side.write_tokens_per_s == 20
    assert record.base.planned_bytes and record.base.planned_bytes >= MODEL_BYTES and record.base.peak_bytes
    assert sorted(run.loads) == ["1", "2", "3", "BASE"]
    kept = run.load(record.id[:10])
    assert replace(kept, text=record.text) == record and kept.text == record.text
    assert any("at once" in state.plan for state in run.states)
    assert run.states[-1].chunks_done == run.states[-1].chunks_wanted == 12


def test_auto_stops_when_it_knows(new: New, setups: list[LaneSetup], tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text(" ".join(f"w{n % 89}" for n in range(CONTEXT * 300)), "utf-8")
    record = new({}, {"opinions": 1}).run(request(setups, str(path), chunks=None))
    assert record.state is RunState.FINISHED
    summary = record.others[0].summary
    assert summary is not None and summary.settled and 10 <= summary.chunks < 300
    order = [chunk.number for chunk in record.chunks]
    assert order != sorted(order)
    again = new({}, {"opinions": 1}).run(request(setups, str(path), chunks=None))
    assert same_figures(record, again)


def test_models_that_do_not_fit_at_once_take_turns(new: New, setups: list[LaneSetup], text: str) -> None:
    room = round(MODEL_BYTES * 1.5)
    run = new({}, {"opinions": 1}, {"opinions": 2}, available=lambda: room)
    record = run.run(request(setups, text, 2))
    assert record.state is RunState.FINISHED and record.turns
    assert run.loads == ["BASE", "1", "2"]  # all chunks lie on disk meanwhile: nobody is loaded twice
    assert chunks_of(record) == chunks_of(record, 1) == list(range(12))
    assert any("in turns" in state.plan and "on disk" in state.plan for state in run.states)
    together = new({}, {"opinions": 1}, {"opinions": 2}).run(request(setups, text, 2))
    assert same_figures(record, together)


def test_memory_that_vanishes_makes_them_take_turns(new: New, setups: list[LaneSetup], text: str) -> None:
    free = [MODEL_BYTES * 10]

    def available() -> int:
        return free[0]

    run = new({}, {"opinions": 1}, available=available)
    run.runner.started.connect(lambda _: free.__setitem__(0, round(MODEL_BYTES * 1.2)))
    record = run.run(request(setups, text))
    assert record.state is RunState.FINISHED and record.turns and chunks_of(record) == list(range(12))


def test_a_model_too_large_is_refused_with_numbers(new: New, setups: list[LaneSetup], text: str) -> None:
    message = new({}, {}, available=lambda: MODEL_BYTES // 2).refused(request(setups, text))
    assert "Not enough memory" in message and "needed" in message
    run = new({}, {}, available=lambda: MODEL_BYTES // 2)
    assert run.run(request(setups, text, try_anyway=True)).state is RunState.FINISHED


@pytest.mark.parametrize("fault", ["sigkill", "sigabrt", "exit3", "garbage"])
def test_one_that_dies_on_its_way_leaves_the_others_alone(
    new: New, setups: list[LaneSetup], text: str, fault: str
) -> None:
    run = new({}, {"opinions": 1, "at": {"text:6": fault}}, {"opinions": 2})
    record = run.run(request(setups, text, 2))
    assert record.state is RunState.FAILED and record.can_resume
    assert record.others[0].side.failure is not None and record.others[1].side.failure is None
    assert chunks_of(record, 1) == list(range(12)) and 0 < len(chunks_of(record)) < 12
    assert run.states[-1].sides[1].phase == "failed" and run.states[-1].sides[2].phase == "done"
    healthy = new({}, {"opinions": 1}, {"opinions": 2})
    resumed = healthy.resume(record.id)
    assert resumed.state is RunState.FINISHED and resumed.others[0].side.failure is None
    plain = new({}, {"opinions": 1}, {"opinions": 2}).run(request(setups, text, 2))
    assert same_figures(resumed, plain)


def test_without_base_nothing_goes_on_and_nothing_is_lost(new: New, setups: list[LaneSetup], text: str) -> None:
    record = new({"at": {"text:8": "sigsegv"}}, {"opinions": 1}).run(request(setups, text))
    assert record.state is RunState.FAILED and record.base.failure is not None
    assert 5 < len(chunks_of(record)) < 12 and record.can_resume
    resumed = new({}, {"opinions": 1}).resume(record.id)
    assert resumed.state is RunState.FINISHED and chunks_of(resumed) == list(range(12))


@pytest.mark.parametrize("where", ["loading", "cutting", "text:0", "text:5"])
def test_stop_in_every_phase(new: New, setups: list[LaneSetup], text: str, where: str) -> None:
    run = new({"at": {where: "hang"}}, {"opinions": 1})
    run.runner.run(request(setups, text))
    wanted = {"loading": "loading", "cutting": "loading"}.get(where, "reading")
    run.wait(lambda: bool(run.states and run.states[-1].sides and run.states[-1].sides[0].phase == wanted))
    run.qtbot.wait(300)
    run.runner.stop()
    run.wait(lambda: bool(run.records or run.errors))
    if where in ("loading", "cutting"):
        assert run.errors[0].kind == "stopped" and not run.records
    else:
        record = run.records[0]
        assert record.state is RunState.STOPPED and record.can_resume
        resumed = new({}, {"opinions": 1}).resume(record.id)
        assert resumed.state is RunState.FINISHED and chunks_of(resumed) == list(range(12))


def test_stop_while_files_are_checked(new: New, setups: list[LaneSetup], text: str) -> None:
    run = new({}, {})
    run.runner.run(request(setups, text))
    run.runner.stop()
    assert "Stopped" in run.refused()
    assert not run.runner.running


def test_two_at_once_are_refused(new: New, setups: list[LaneSetup], text: str) -> None:
    run = new({"chunk_s": 0.05}, {})
    run.runner.run(request(setups, text))
    with pytest.raises(AppError, match="running"):
        run.runner.run(request(setups, text))
    run.ended()
    busy = new({}, {}, reason=lambda: "A comparison is running: wait for it, or stop it.")
    with pytest.raises(AppError, match="comparison is running"):
        busy.runner.run(request(setups, text))


def test_a_file_that_changes_is_not_mixed_in(new: New, setups: list[LaneSetup], text: str) -> None:
    run = new({}, {"opinions": 1, "chunk_s": 0.05}, {"opinions": 2})
    run.runner.run(request(setups, text, 2))
    run.read(4)
    path = Path(setups[1].model.path)
    path.write_bytes(path.read_bytes() + b"more")
    record = run.ended()
    failure = record.others[0].side.failure
    assert failure is not None and failure.kind == "file_changed" and len(chunks_of(record)) < 12
    assert chunks_of(record, 1) == list(range(12))
    run.runner.resume(record.id)
    assert "is not the one this run started with" in run.refused()
    assert run.load(record.id).state is RunState.FAILED


def test_a_text_that_changes_is_not_mixed_in(new: New, setups: list[LaneSetup], text: str) -> None:
    record = new({}, {"at": {"text:3": "sigkill"}}).run(request(setups, text))
    Path(text).write_text(WORDS.replace("word1", "worse"), "utf-8")
    run = new({}, {})
    run.runner.resume(record.id)
    assert run.refused() == "The text is not the one this run started with. Start a new run."


def test_a_text_that_is_cut_otherwise_is_not_mixed_in(new: New, setups: list[LaneSetup], text: str) -> None:
    run = new({}, {"at": {"text:3": "sigkill"}})
    record = run.run(request(setups, text))
    change = "update fidelity_runs set record = json_set(record, '$.text.tokens_sha256', 'other')"
    run.stores.wait(lambda stores: stores.fidelity._db.execute(change).connection.commit())
    run.runner.resume(record.id)
    assert "cuts the text into other tokens" in run.refused()
    assert run.load(record.id).state is RunState.FAILED


def test_another_vocabulary_is_refused_and_told_apart(
    new: New, setups: list[LaneSetup], text: str, tmp_path: Path
) -> None:
    other = LaneSetup(model_facts(make_model(tmp_path / "spm.gguf", tokenizer="spm")), threads=1)
    message = new({}, {}).refused(request([setups[0], other], text))
    assert "another vocabulary" in message and "token 0 is" in message
    record = new({}, {}, {"opinions": 2}).run(request([setups[0], other, setups[1]], text, 2))
    assert record.state is RunState.FAILED and record.others[1].summary is not None
    assert record.others[0].side.failure is not None and record.others[0].side.failure.kind == "vocabulary"
    server = LaneSetup(replace(setups[0].model, path="http://127.0.0.1:1/v1#m"))
    assert "full log-probabilities" in new({}, {}).refused(request([setups[0], server], text))
    assert "full log-probabilities" in new({}, {}).refused(request([server, setups[0]], text))


def test_a_disk_that_is_full_is_told_before(
    new: New, setups: list[LaneSetup], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_place.RowsPlace, "disk", (100_000_000, 10_000_000_000))
    run = new({}, {}, available=lambda: round(MODEL_BYTES * 1.2))
    assert "too little room on disk" in run.refused(request(setups, text))


def test_chunks_the_history_did_not_take_are_not_lost(
    new: New, setups: list[LaneSetup], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new({}, {"opinions": 1})
    from weighin.store.fidelity import FidelityStore

    add, calls = FidelityStore.add, []

    def failing(self: Any, *arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) == 8:
            raise AppError("The history cannot be written: the disk is full.", kind="disk")
        add(self, *arguments)

    monkeypatch.setattr(FidelityStore, "add", failing)
    record = run.run(request(setups, text))
    assert record.state is RunState.STOPPED and any("nothing is lost" in state.notice for state in run.states)
    assert same_figures(run.load(record.id), record)
    assert same_figures(run.resume(record.id), new({}, {"opinions": 1}).run(request(setups, text)))


def test_what_dead_processes_left_is_removed(new: New, setups: list[LaneSetup], text: str, tmp_path: Path) -> None:
    run = new({}, {})
    run.rows.mkdir(parents=True)
    for folder in (run.rows, tmp_path / "shared"):
        left = folder / f"{rows_place._PREFIX}999999-170000000000-abc123"
        left.mkdir()
        (left / "rows").write_bytes(b"x")
    mine = tmp_path / "shared" / "weighin-rows-of-somebody"
    mine.mkdir()
    run.run(request(setups, text))
    assert mine.is_dir()
    mine.rmdir()


def test_more_chunks_than_there_are_is_said(new: New, setups: list[LaneSetup], text: str) -> None:
    record = new({}, {}).run(request(setups, text, chunks=99))
    assert record.state is RunState.FINISHED and len(record.chunks) == 20
    assert record.text.notices == ("The text has only 20 chunks.",)


def test_real_models_in_turns_say_what_they_say_together(new: New, setups: list[LaneSetup], text: str) -> None:
    together = new().run(request(setups, text, 2, chunks=4))
    assert together.state is RunState.FINISHED and not together.turns
    assert together.base.planned_bytes is not None and together.base.write_tokens_per_s is not None
    most = max(side.planned_bytes or 0 for side in (together.base, *(o.side for o in together.others)))
    run = new(available=lambda: round(1.5 * most))
    turns = run.run(request(setups, text, 2, chunks=4))
    assert turns.turns and run.loads == ["BASE", "1", "2"]
    assert same_figures(turns, together)
    assert together.engine is not None and turns.engine == together.engine


def test_times_that_other_programs_disturbed_are_no_speeds(new: New, setups: list[LaneSetup], text: str) -> None:
    seconds = itertools.count()
    # Each look is a second later, in which two cores worked for others.
    sources = ConditionSources(
        busy_s=lambda: 2.0 * next(seconds), own_s=lambda _: 0.0, plugged=lambda: None, throttles=lambda: None,
        clock=itertools.count(1.0).__next__,
    )  # fmt: skip
    record = new({}, {"opinions": 1}, conditions=ConditionWatch(sources)).run(request(setups, text))
    (other,) = record.others
    assert record.state is RunState.FINISHED and other.summary is not None
    assert (other.side.read_tokens_per_s, other.side.write_tokens_per_s) == (None, None)
    assert "Generation speed not measured: other programs used 2.0 cores." in other.side.notices
    assert {chunk.seconds for chunk in (*record.chunks, *other.chunks)} == {0.0}
    assert "here" not in meaning_sentence(record, other).rpartition("KLD")[2]
