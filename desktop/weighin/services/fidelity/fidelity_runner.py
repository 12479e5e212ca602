"""Lets a model read a text and others read the same, compares what they predict, and keeps each chunk as it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.fidelity.fidelity import FidelityRecord, FidelityRequest, FidelityState, TextFacts
from weighin.core.fidelity.reading_plan import ReadingPlan
from weighin.core.fidelity.texts import SourceText
from weighin.core.runs.answer import Failure
from weighin.core.runs.engines import other_engine
from weighin.core.runs.run_state import RunState
from weighin.protocol.fidelity_messages import BaseRead, OtherRead, TextCut, WritingTimed
from weighin.services.fidelity.fidelity_run import BASE, FidelityRun
from weighin.services.fidelity.fidelity_start import FidelityContext, Preparation, Prepared
from weighin.services.fidelity.model_loader import ModelLoader
from weighin.services.fidelity.reading_lane import ReadingLane
from weighin.services.fidelity.reading_room import ReadingRoom
from weighin.services.fidelity.reading_steps import ReadingSteps
from weighin.services.fidelity.rows_place import SHARED
from weighin.services.fidelity.run_writer import RunWriter
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
        self._loader = ModelLoader(self._lanes, context, self)
        self._loader.arranged.connect(self._tell)
        self._steps = ReadingSteps(self._lanes, self._loader, context)
        self._writer = RunWriter(context.kept, self._on_not_kept)
        self._run: FidelityRun | None = None
        self._source: SourceText | None = None
        self._preparation: Preparation | None = None
        self._state: FidelityState | None = None
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
        self._loader.leave_room()

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
            self._steps.take(run, step)

    def _set_up(self, run: FidelityRun) -> None:
        """What comes before the first chunk: plans of all models, room for logits, BASE, and the text."""
        unplanned = next((i for i, work in enumerate(run.sides) if work.active and work.plan is None), None)
        if unplanned is not None:
            run.busy = unplanned
            self._loader.plan(run, unplanned, lambda plan: self._on_planned(run, unplanned, plan))
            return
        try:
            if self._loader.room is None:
                self._loader.open_room(run, ReadingRoom(self._context.rows, SHARED))
            if self._is_there(run, BASE):
                assert self._source is not None
                place = self._loader.place
                parts = text_files(self._source, place)
                run.busy = BASE
                self._lanes[BASE].cut(parts, run.record.request.context, str(place.tokens))
        except AppError as error:
            self._abandon(error)

    def _is_there(self, run: FidelityRun, index: int) -> bool:
        """Whether the model of a side is in memory; where not, that is being seen to."""
        if self._loader.is_loaded(run, index):
            return True
        if failure := self._loader.bring(run, index):
            self._fail(run, index, failure)
        return False

    def _end(self, run: FidelityRun, state: RunState) -> None:
        """Nothing is left to do: end, once every chunk is written down or was refused."""
        run.busy = -1  # nothing more is begun
        run.rest(run.state if run.state is RunState.STOPPING else state)
        self._context.kept.when_written(lambda: self._write_end(run, state) if self._run is run else None)

    def _write_end(self, run: FidelityRun, state: RunState) -> None:
        """Write down how it ended, let the models go, and tell."""

        def written(record: FidelityRecord) -> None:
            if self._run is run:
                self._tell()
                self._run = None
                self._clock.stop()
                self._let_go()
                self.finished.emit(record)

        self._writer.finish(run, state, written)

    def _let_go(self) -> None:
        """Give memory and room back."""
        for lane in self._lanes:
            lane.unload()
        self._loader.leave_room()
        self._source = None

    # ------------------------------------------------------------ what the lanes say

    def _on_planned(self, run: FidelityRun, index: int, plan: ReadingPlan) -> None:
        if self._settled(index) is run:
            if run.state is not RunState.STOPPING:  # broken off, it is no plan
                run.sides[index].planned(plan)
            self._advance()

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
        disturbances = self._steps.disturbances(run, index)
        if isinstance(event, WritingTimed):
            work.wrote(event.tokens_per_s, disturbances)
            self._writer.add(run)
        elif isinstance(event, (BaseRead, OtherRead)):
            work.notice(event.notices)
            work.remembers(event.memory)
            work.phase = "waiting"
            if isinstance(event, BaseRead):
                if chunk := run.base_read(event.chunk, disturbances):
                    self._writer.add(run, chunk)
            else:
                self._writer.add(run, None, index, run.other_read(index, event.chunk, disturbances))
        self._tell()
        self._advance()

    def _begin(self, run: FidelityRun, cut: TextCut) -> None:
        """The text is cut: keep the run, and read."""
        assert self._source is not None
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
                self._loader.arrange(run, run.turns)
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
        self._writer.begin(run, kept, not_kept)

    def _on_failure(self, index: int, failure: Failure) -> None:
        if run := self._settled(index):
            if failure.kind == "cancelled":
                run.sides[index].was_loaded = False  # it may have been ended for it; that is no fault of the model
                self._advance()
            else:
                self._fail(run, index, failure)

    def _on_vacated(self, index: int) -> None:
        if self._run is not None and self._loader.has_left(self._run, index):
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
            self._writer.add(run)
        QTimer.singleShot(0, self._advance)

    # ------------------------------------------------------------ small things

    def _on_not_kept(self, run: FidelityRun) -> None:
        if self._run is run:
            self.stop()

    def _tell(self) -> None:
        if self._run is not None:
            self._state = self._run.snapshot([lane.memory for lane in self._lanes])
        elif self._preparation is not None:
            self._state = FidelityState(None, RunState.PREPARING, notice=self._preparation.notice)
        else:
            return
        self.progressed.emit(self._state)
