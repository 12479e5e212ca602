"""Lets a model read a text and others read the same, compares what they predict, and keeps each chunk as it comes."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from weighin.confinement.rights import Rights
from weighin.core import format
from weighin.core.computer.machine import memory_refusal, threads_per_lane
from weighin.core.errors import AppError
from weighin.core.fidelity.fidelity import BaseChunk, FidelityRequest, FidelityState, OtherChunk, TextFacts
from weighin.core.fidelity.reading_plan import ReadingPlan
from weighin.core.fidelity.texts import SourceText
from weighin.core.runs.answer import Failure
from weighin.core.runs.engines import other_engine
from weighin.core.runs.run_state import RunState
from weighin.protocol.fidelity_messages import BaseRead, OtherRead, TextCut, WritingTimed
from weighin.services.fidelity.fidelity_run import BASE, FidelityRun, Step
from weighin.services.fidelity.fidelity_start import FidelityContext, Preparation, Prepared
from weighin.services.fidelity.reading_lane import ReadingLane
from weighin.services.fidelity.reading_room import ReadingRoom
from weighin.services.fidelity.rows_place import SHARED
from weighin.services.fidelity.text_source import text_files
from weighin.services.lanes.lane_run import LoadedModel

_TELL_MS = 250
NewLane = Callable[[str], ReadingLane]


class FidelityRunner(QObject):
    """One measurement at a time. Each `run` or `resume` ends in exactly one `finished` or `failed`."""

    preparing = Signal()  # whatever else holds memory may give it back now
    started = Signal(object)  # FidelityRecord: the text is cut, nothing read yet (after resume: what was read so far)
    progressed = Signal(object)  # FidelityState, a few times a second and after each chunk
    finished = Signal(object)  # FidelityRecord: state FINISHED, STOPPED or FAILED (what was measured is in it)
    failed = Signal(object)  # AppError: it could not even begin

    def __init__(self, new_lane: NewLane, context: FidelityContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._new_lane, self._context = new_lane, context
        self._lanes: list[ReadingLane] = []
        self._leaving: int | None = None
        self._run: FidelityRun | None = None
        self._source: SourceText | None = None
        self._room: ReadingRoom | None = None
        self._preparation: Preparation | None = None
        self._state: FidelityState | None = None
        self._since: Any = None
        self._clock = QTimer(self)
        self._clock.setInterval(_TELL_MS)
        self._clock.timeout.connect(self._tell)

    @property
    def running(self) -> bool:
        """Whether a measurement is under way."""
        return self._run is not None or self._preparation is not None

    @property
    def state(self) -> FidelityState | None:
        """What was said last, None before the first run."""
        return self._state

    def run(self, request: FidelityRequest) -> None:
        """Begin. Refused with AppError while something else runs."""
        self._prepare().begin(request)

    def resume(self, identifier: str) -> None:
        """Go on with a kept measurement (a beginning of its id will do). Refused like `run`."""
        self._prepare().take_up(identifier)

    def stop(self) -> None:
        """End the run; what was measured is kept, and it can be resumed."""
        if self._preparation is not None:
            self._preparation.stop()
        elif self._run is not None and self._run.state is not RunState.STOPPING:
            run = self._run
            run.rest(RunState.STOPPING)
            self._context.planner.stop()
            if run.busy is not None and run.busy >= 0 and run.busy < len(self._lanes):
                self._lanes[run.busy].stop()
            QTimer.singleShot(0, self._advance)
            self._tell()

    def close(self) -> None:
        """End the workers; only for the end of the program."""
        self._clock.stop()
        self._run = None
        self._end_preparation()
        self._context.planner.close()
        for lane in self._lanes:
            lane.close()
        self._leave_room()

    # ------------------------------------------------------------ beginning

    def _prepare(self) -> Preparation:
        if self.running:
            raise AppError("Another measurement of fidelity is running: stop it first.", kind="running")
        if reason := self._context.reason_to_wait():
            raise AppError(reason, kind="running")
        self._preparation = Preparation(self._context, self)
        self._preparation.ready.connect(self._start)
        self._preparation.failed.connect(self._give_up)
        self._clock.start()
        self.preparing.emit()
        return self._preparation

    def _start(self, prepared: Prepared) -> None:
        self._end_preparation()
        self._run = FidelityRun(prepared.record, prepared.resumed)
        self._source = prepared.source
        self._leaving = None
        while len(self._lanes) < len(self._run.sides):
            self._lanes.append(self._connected(len(self._lanes)))
        self._tell()
        QTimer.singleShot(0, self._advance)

    def _connected(self, index: int) -> ReadingLane:
        lane = self._new_lane("BASE" if index == BASE else f"{index}")
        lane.setParent(self)
        lane.loaded.connect(lambda model: self._on_loaded(index, model))
        lane.load_failed.connect(lambda failure: self._on_failure(index, failure))
        lane.measured.connect(lambda event: self._on_measured(index, event))
        lane.measure_failed.connect(lambda failure: self._on_failure(index, failure))
        lane.vacated.connect(lambda: self._on_vacated(index))
        lane.status_changed.connect(lambda status: self._on_status(index, status))
        return lane

    def _give_up(self, error: AppError) -> None:
        self._end_preparation()
        self._clock.stop()
        self.failed.emit(error)

    def _abandon(self, error: AppError) -> None:
        """It could not begin: nothing is kept of it, or it stays as it was kept."""
        run, self._run = self._run, None
        assert run is not None
        self._clock.stop()
        self._let_go()

        def said(_: object) -> None:
            self.failed.emit(error)

        if run.resumed:
            self._context.kept.release(run.record, said, said)
        else:
            self.failed.emit(error)

    def _end_preparation(self) -> None:
        if self._preparation is not None:
            self._preparation.close()
            self._preparation.deleteLater()
            self._preparation = None

    # ------------------------------------------------------------ the next step

    def _advance(self) -> None:
        """Take the next step, unless something is on its way."""
        run = self._run
        if run is None or run.busy is not None:
            return
        if run.state is RunState.STOPPING:
            if run.cut is None:
                self._abandon(AppError("Stopped before it started.", kind="stopped"))
            else:
                self._end(run, RunState.STOPPED)
            return
        failure = run.sides[BASE].facts.failure
        if run.cut is None:
            if failure is not None:
                self._abandon(AppError(failure.message, failure.detail, failure.kind))
            else:
                self._set_up(run)
            return
        step = run.next_step()
        if step is None:
            broken = any(work.facts.failure for work in run.sides)
            self._end(run, RunState.FAILED if broken else RunState.FINISHED)
        elif self._is_there(run, step.side):
            self._take(run, step)

    def _set_up(self, run: FidelityRun) -> None:
        """What comes before the first chunk: plans of all models, room for logits, BASE, and the text."""
        unplanned = next((i for i, work in enumerate(run.sides) if work.active and work.plan is None), None)
        if unplanned is not None:
            self._plan(run, unplanned)
            return
        try:
            if self._room is None:
                self._room = ReadingRoom(self._context.rows, SHARED)
                self._arrange(run)
            if self._is_there(run, BASE):
                assert self._source is not None
                parts = text_files(self._source, self._room.place)
                run.busy = BASE
                self._lanes[BASE].cut(parts, run.record.request.context, str(self._room.place.tokens))
        except AppError as error:
            self._abandon(error)

    def _plan(self, run: FidelityRun, index: int) -> None:
        work = run.sides[index]

        def planned(plan: ReadingPlan) -> None:
            if self._settled(index) is run:
                if run.state is not RunState.STOPPING:  # broken off, it is no plan
                    work.planned(plan)
                self._advance()

        run.busy = index
        setup = work.facts.setup
        self._context.planner.plan(setup, run.record.request.context, self._threads(run, index), planned)

    def _arrange(self, run: FidelityRun, turns: bool | None = None) -> None:
        """Make room for logits; turns: None to find out whether all models fit. Raises AppError."""
        assert self._room is not None
        plans = [work.plan for work in run.sides if work.active and work.plan is not None]
        vocabulary = run.cut.vocabulary if run.cut else run.record.base.model.vocabulary or 0
        chunks = run.wanted if run.cut else None
        free = self._context.available_bytes()
        arranged = self._room.arrange(plans, run.record.request, vocabulary, chunks, free, turns)
        run.slots, run.turns, run.plan_words = arranged.slots, arranged.turns, arranged.words
        run.forget_rows()
        self._tell()

    def _is_there(self, run: FidelityRun, index: int) -> bool:
        """Whether the model of a side is in memory, as its file is now; where not, that is being seen to."""
        work, lane = run.sides[index], self._lanes[index]
        if work.was_loaded and lane.model is not None:
            if lane.holds(work.facts.setup.model.path, work.facts.setup.load):
                return True
            text = "The model file changed on disk, so what it reads now is not what was checked."
            self._fail(run, index, Failure("file_changed", text))
            return False
        if work.was_loaded and lane.status.failure:
            self._fail(run, index, lane.status.failure)  # it died while nothing was asked of it
            return False
        loaded = [i for i, side in enumerate(run.sides) if side.was_loaded and self._lanes[i].model is not None]
        refusal = None if run.record.request.try_anyway else self._refusal(run, index, loaded)
        if loaded and (refusal is not None or run.turns):
            if not run.turns and run.cut is not None:
                try:
                    self._arrange(run, turns=True)
                except AppError as error:
                    self._fail(run, index, Failure(error.kind, error.user_text, error.detail))
                    return False
            run.turns = True
            run.busy = self._leaving = loaded[0]
            self._lanes[loaded[0]].unload()
            return False
        if refusal is not None:
            self._fail(run, index, refusal)
            return False
        run.busy, work.phase, work.was_loaded = index, "loading", True
        assert self._room is not None
        folders = self._room.place.folders
        also = Rights(write=folders) if index == BASE else Rights(read=folders)
        setup = work.facts.setup
        lane.load(setup.model.path, setup.load, self._threads(run, index), bare=True, also=also)
        return False

    def _refusal(self, run: FidelityRun, index: int, loaded: list[int]) -> Failure | None:
        """Why a model is not loaded now, with the numbers: what others that are loaded are still going to want counts
        as taken, for their files' pages count as free though they read them again and again."""
        available, plan = self._context.available_bytes(), run.sides[index].plan
        if available is None or plan is None:
            return None
        for other in loaded:
            promised = run.sides[other].plan
            if promised is not None:
                shared = promised.setup.model.path == plan.setup.model.path
                own = (self._lanes[other].memory.own_bytes or 0) + (promised.shared_bytes if shared else 0)
                available -= max(0, promised.needed_bytes - own)
        return memory_refusal(plan.needed_bytes, max(0, available))

    def _take(self, run: FidelityRun, step: Step) -> None:
        """Have a loaded model read a chunk, or write."""
        assert self._room is not None
        work, lane = run.sides[step.side], self._lanes[step.side]
        place = run.place(step.number, str(self._room.place.tokens), str(self._room.place.rows))
        threads = self._threads(run, step.side)
        run.busy, work.phase = step.side, "reading"
        self._since = self._context.conditions.begin([os.getpid(), *(lane.worker_pid for lane in self._lanes)])
        if step.writing:
            lane.time_writing(place, threads)
        elif step.side == BASE:
            lane.read_base(place, run.kind(step.number), threads)
        else:
            lane.read_other(place, threads)

    def _disturbances(self, run: FidelityRun, index: int) -> tuple[str, ...]:
        """What spoiled the time that a side took since `_take`, in words."""
        threads = self._threads(run, index)
        spare = max(0, self._context.cores() - threads)
        return self._context.conditions.end(self._since, spare, False, threads).disturbances

    def _end(self, run: FidelityRun, state: RunState) -> None:
        """Nothing is left to do: end, once every chunk is written down or was refused."""
        run.busy = -1  # nothing more is begun
        run.rest(run.state if run.state is RunState.STOPPING else state)
        self._context.kept.when_written(lambda: self._write_end(run, state) if self._run is run else None)

    def _write_end(self, run: FidelityRun, state: RunState) -> None:
        """Write down how it ended, let the models go, and tell."""
        unsaved, run.unsaved = run.unsaved, []
        for chunk in unsaved:
            self._write(run, *chunk, ending=True)
        record = run.whole(state)

        def tell(error: AppError | None) -> None:
            if self._run is run:
                run.notice = error.user_text if error else run.notice
                run.state = state
                self._tell()
                self._run = None
                self._clock.stop()
                self._let_go()
                self.finished.emit(record)

        self._context.kept.finish(record, lambda _: tell(None), tell)

    def _let_go(self) -> None:
        """Give memory and room back."""
        for lane in self._lanes:
            lane.unload()
        self._leave_room()
        self._source = None

    def _leave_room(self) -> None:
        if self._room is not None:
            self._room.close()
            self._room = None

    # ------------------------------------------------------------ what the lanes say

    def _on_loaded(self, index: int, model: LoadedModel) -> None:
        run = self._settled(index)
        if run is None:
            return
        engine = self._lanes[index].engine
        if engine is not None and (failure := other_engine(run.record.engine, engine, "results")):
            self._fail(run, index, failure)
            return
        run.record = replace(run.record, engine=run.record.engine or engine)
        run.sides[index].notice(model.notices)
        run.sides[index].remembers(model.memory)
        self._advance()

    def _on_measured(self, index: int, event: Any) -> None:
        run = self._settled(index)
        if run is None:
            return
        work = run.sides[index]
        if isinstance(event, TextCut):
            if run.state is RunState.STOPPING:
                self._advance()
            else:
                self._begin(run, event)
            return
        disturbances = self._disturbances(run, index)
        if isinstance(event, WritingTimed):
            work.wrote(event.tokens_per_s, disturbances)
            self._write(run)
        elif isinstance(event, (BaseRead, OtherRead)):
            work.notice(event.notices)
            work.remembers(event.memory)
            work.phase = "waiting"
            if isinstance(event, BaseRead):
                if chunk := run.base_read(event.chunk, disturbances):
                    self._write(run, chunk)
            else:
                self._write(run, None, index, run.other_read(index, event.chunk, disturbances))
        self._tell()
        self._advance()

    def _begin(self, run: FidelityRun, cut: TextCut) -> None:
        """The text is cut: keep the run, and read."""
        assert self._source is not None and self._room is not None
        known = run.record.text.tokens_sha256
        if known and known != cut.sha256:
            text = "This model cuts the text into other tokens than when this run started. Start a new run."
            self._abandon(AppError(text, kind="changed"))
            return
        asked, there = run.record.request.chunks or 0, sum(part.chunks for part in cut.parts)
        short = (f"The text has only {format.plural(there, 'chunk')}.",) if asked > there else ()
        notices = (*self._source.notices, *cut.notices, *short)
        facts = TextFacts(self._source.name, self._source.sha256, cut.parts, notices, cut.sha256)
        run.begin(cut, facts)
        try:
            if run.turns or cut.vocabulary != run.record.base.model.vocabulary:
                self._arrange(run, run.turns)
        except AppError as error:
            run.cut = None
            self._abandon(error)
            return
        record = run.whole()

        def kept(_: object) -> None:
            if self._settled(BASE) is run:
                self.started.emit(record)
                self._tell()
                self._advance()

        def not_kept(error: AppError) -> None:
            if self._settled(BASE) is run:
                run.cut = None
                self._abandon(error)

        run.busy = BASE
        if run.resumed:
            self._context.kept.add(run.written(), (), (), kept, not_kept)
        else:
            self._context.kept.begin(run.written(), kept, not_kept)

    def _on_failure(self, index: int, failure: Failure) -> None:
        if run := self._settled(index):
            if failure.kind == "cancelled":
                run.sides[index].was_loaded = False  # it may have been ended for it; that is no fault of the model
                self._advance()
            else:
                self._fail(run, index, failure)

    def _on_vacated(self, index: int) -> None:
        if self._run is not None and self._run.busy == index == self._leaving:
            self._leaving = self._run.busy = None
            self._run.sides[index].phase = "waiting"
            QTimer.singleShot(0, self._advance)

    def _on_status(self, index: int, status: Any) -> None:
        if self._run is not None and index < len(self._run.sides) and status.phase == "loading":
            self._run.sides[index].percent = status.done

    def _settled(self, index: int) -> FidelityRun | None:
        """The run, if it was waiting for a side; it is not any more."""
        run = self._run
        if run is None or run.busy != index:
            return None
        run.busy = None
        return run

    def _fail(self, run: FidelityRun, index: int, failure: Failure) -> None:
        """A model cannot go on. The others do, unless it is BASE."""
        run.sides[index].fail(failure)
        if run.cut is not None:
            self._write(run)
        QTimer.singleShot(0, self._advance)

    # ------------------------------------------------------------ small things

    def _write(
        self,
        run: FidelityRun,
        base: BaseChunk | None = None,
        side: int = 0,
        other: OtherChunk | None = None,
        ending: bool = False,
    ) -> None:
        """Write a chunk down; where that fails it waits for the end, which comes at once. ending: this is it."""

        def not_kept(error: AppError) -> None:
            if self._run is not run:
                return
            run.unsaved.append((base, side, other))
            if ending:
                run.notice = f"{error.user_text} The last chunks are not kept in History."
            else:
                run.notice = f"{error.user_text} The run is stopped; nothing is lost."
                self.stop()

        bases = ((run.place_of(base), base),) if base else ()
        others = ((side - 1, other),) if other else ()
        self._context.kept.add(run.written(), bases, others, lambda _: None, not_kept)

    def _threads(self, run: FidelityRun, index: int) -> int:
        setup = run.sides[index].facts.setup
        return threads_per_lane(self._context.cores(), 1, setup.model, setup.threads)

    def _tell(self) -> None:
        if self._run is not None:
            self._state = self._run.snapshot([lane.memory for lane in self._lanes])
        elif self._preparation is not None:
            self._state = FidelityState(None, RunState.PREPARING, notice=self._preparation.notice)
        else:
            return
        self.progressed.emit(self._state)
