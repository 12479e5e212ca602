"""Runs the same questions on one or two models, each in its own worker, and keeps every answer as it comes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from weighin.core import format
from weighin.core.computer.machine import threads_per_lane
from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import EvaluationRequest, EvaluationState, ItemResult, Order
from weighin.core.evaluations.scoring import ONE_BY_ONE, choose_shape
from weighin.core.evaluations.scoring_plan import ScoringPlan
from weighin.core.evaluations.stored_evaluation import StoredEvaluation, record_of
from weighin.core.runs.answer import Failure
from weighin.core.runs.engines import other_engine
from weighin.core.runs.lane import LABELS, LaneSetup
from weighin.core.runs.run_state import RunState
from weighin.protocol.messages import Scored, ScoreDone, Surveyed
from weighin.services.evaluations.evaluation_run import EvaluationRun
from weighin.services.evaluations.evaluation_start import EvaluationContext, Preparation
from weighin.services.evaluations.lane_work import LaneWork
from weighin.services.evaluations.scoring_lane import ScoringLane
from weighin.services.evaluations.scoring_planner import MemoryFit
from weighin.services.lanes.lane_run import LoadedModel

_TELL_MS = 250
_RUNNING = (RunState.PREPARING, RunState.RUNNING, RunState.PAUSED, RunState.STOPPING)


class EvaluationRunner(QObject):
    """One evaluation at a time. Each `run` or `resume` ends in exactly one `finished` or `failed`."""

    started = Signal(object)  # EvaluationRecord: the plan, no answers yet (after resume: those kept so far)
    progressed = Signal(object)  # EvaluationState, a few times a second
    scored = Signal(str, object)  # label "A" or "B", tuple of ItemResult: one group
    finished = Signal(object)  # EvaluationRecord: state FINISHED, STOPPED or FAILED (what was answered is in it)
    failed = Signal(object)  # AppError: it could not even begin

    def __init__(
        self, lanes: tuple[ScoringLane, ScoringLane], context: EvaluationContext, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.lanes = lanes
        self._context = context
        self._room = MemoryFit(lanes, context.available_bytes)
        self._run: EvaluationRun | None = None
        self._preparation: Preparation | None = None
        self._state: EvaluationState | None = None
        self._clock = QTimer(self)
        self._clock.setInterval(_TELL_MS)
        self._clock.timeout.connect(self._tell)
        for index, lane in enumerate(lanes):
            lane.loaded.connect(lambda model, i=index: self._on_loaded(i, model))
            lane.load_failed.connect(lambda failure, i=index: self._on_failure(i, failure))
            lane.scored.connect(lambda event, i=index: self._on_scored(i, event))
            lane.measured.connect(lambda event, i=index: self._on_measured(i, event))
            lane.measure_failed.connect(lambda failure, i=index: self._on_failure(i, failure))
            lane.vacated.connect(lambda i=index: self._on_vacated(i))
            lane.status_changed.connect(lambda status, i=index: self._on_status(i, status))

    @property
    def running(self) -> bool:
        """Whether an evaluation is under way (also when paused)."""
        return self._run is not None or self._preparation is not None

    @property
    def state(self) -> EvaluationState | None:
        """What was said last, None before the first run."""
        return self._state

    def run(self, request: EvaluationRequest) -> None:
        """Begin. Refused with AppError while another evaluation runs."""
        self._prepare().begin(request)
        self._tell()

    def resume(self, identifier: str, lanes: tuple[LaneSetup, ...] = (), threads: int | None = None) -> None:
        """Go on with a stopped, failed or interrupted run where it ended. Ends in `failed` where a model file is no
        longer the same. `lanes`: the same models at another place, if they moved; `threads`: from now on, None for as
        many as before. Refused like `run`."""
        self._prepare().take_up(identifier, lanes, threads)
        self._tell()

    def pause(self) -> None:
        """Rest at once; the models stay loaded."""
        if self._run is not None and self._run.state is RunState.RUNNING:
            self._run.rest(RunState.PAUSED)
            self._interrupt()

    def go_on(self) -> None:
        """End a pause; answers that could not be kept are kept now."""
        run = self._run
        if run is not None and run.state is RunState.PAUSED:
            run.notice = ""
            run.go()
            self._keep_unsaved(run)
            QTimer.singleShot(0, self._advance)
            self._tell()

    def stop(self) -> None:
        """End the run; what was answered is kept, and it can be resumed."""
        if self._preparation is not None:
            self._preparation.stop()
        elif self._run is not None and self._run.state is not RunState.STOPPING:
            self._run.rest(RunState.STOPPING)
            self._interrupt()

    def close(self) -> None:
        """End the workers; only for the end of the program."""
        self._clock.stop()
        self._run = None
        self._end_preparation()
        self._context.planner.close()
        for lane in self.lanes:
            lane.close()

    # ------------------------------------------------------------ beginning

    def _prepare(self) -> Preparation:
        if self.running:
            raise AppError("Another evaluation is running: stop it first.", kind="running")
        self._preparation = Preparation(self._context, self)
        self._preparation.ready.connect(self._start)
        self._preparation.failed.connect(self._give_up)
        self._clock.start()
        return self._preparation

    def _start(self, stored: StoredEvaluation) -> None:
        self._end_preparation()
        self._run = EvaluationRun(stored)
        self.started.emit(record_of(stored, self._run.tally, RunState.RUNNING))
        self._tell()
        QTimer.singleShot(0, self._advance)

    def _give_up(self, error: AppError) -> None:
        self._end_preparation()
        self._clock.stop()
        self.failed.emit(error)

    def _end_preparation(self) -> None:
        if self._preparation is not None:
            self._preparation.deleteLater()
            self._preparation = None

    # ------------------------------------------------------------ the next step

    def _advance(self) -> None:
        """Take the next step, unless something is on its way."""
        run = self._run
        if run is None or run.busy is not None or run.state is RunState.PAUSED:
            return
        decided = run.stored.request.until_decided and run.level and run.decided
        active = [i for i, work in enumerate(run.works) if work.active]
        if run.state is RunState.STOPPING or decided or not active:
            self._end(run, decided)
            return
        index = active[0]
        if run.order is Order.ALTERNATING:
            index = min(active, key=lambda i: (run.works[i].next_block or 0, i))
        if run.works[index].was_loaded and self.lanes[index].model is not None:
            self._use(run, index)
        else:
            self._load(run, index)

    def _load(self, run: EvaluationRun, index: int) -> None:
        """Bring the model of lane `index` into memory; the other one goes where both do not fit."""
        work, lane, other = run.works[index], self.lanes[index], self.lanes[1 - index]
        if work.was_loaded and lane.status.failure:
            self._fail(run, index, lane.status.failure)  # it died while nothing was asked of it
            return
        if work.plan is None and not work.setup.model.is_server:
            self._plan(run, index)
            return
        refusal = None
        if not run.stored.request.try_anyway:
            refusal = self._room.refusal(run.works, index, together=other.model is not None)
        if other.model is not None and (refusal or run.order is Order.ONE_AFTER_THE_OTHER):
            if run.order is Order.ALTERNATING:
                run.order = Order.ONE_AFTER_THE_OTHER
                run.works[index].notice(("Both models do not fit at once, so they run one after the other.",))
            if run.works[1 - index].active:
                self._use(run, 1 - index)
            else:
                run.busy = 1 - index
                other.unload()
            return
        if refusal:
            self._fail(run, index, refusal)
            return
        run.busy, work.phase, work.was_loaded = index, "loading", True
        lane.load(work.setup.model.path, work.setup.load, self._threads(work), bare=True)

    def _plan(self, run: EvaluationRun, index: int) -> None:
        """Learn what lane `index` will need, before its weights take the room that finding out takes."""
        work = run.works[index]

        def planned(plan: ScoringPlan) -> None:
            if self._settled(index) is run:
                if run.state is RunState.RUNNING:  # stopped meanwhile, it is no plan
                    work.plan = plan
                self._advance()

        run.busy, work.phase = index, "loading"
        self._context.planner.plan(work.setup.model, work.setup.load, planned, run.outputs)

    def _use(self, run: EvaluationRun, index: int) -> None:
        """Count or score the next block on a loaded model."""
        work, lane = run.works[index], self.lanes[index]
        block = work.to_survey
        if block is not None:
            run.busy, work.phase = index, "loading"
            lane.survey(block)
            return
        if work.shape is None:
            counted = work.survey()
            if counted.trained and counted.prompt > counted.trained:
                text = (
                    f"The longest prompt has {format.count(counted.prompt)} tokens with {run.protocol.shots} few-shot "
                    f"examples; this model takes {format.count(counted.trained)} at most. Use fewer examples."
                )
                self._fail(run, index, Failure("context", text))
                return
            if work.setup.model.is_server:
                work.choose(ONE_BY_ONE)
            else:
                fits = partial(self._room.fits, run.works, index)
                work.choose(choose_shape(counted, fits, work.setup.load.batch, run.outputs))
        assert work.shape is not None
        number = work.next_block
        assert number is not None
        run.busy, work.phase = index, "scoring"
        work.begin()
        prompts, done = work.prompts_of(number)
        lane.score(prompts, work.shape, self._threads(work), done)

    def _end(self, run: EvaluationRun, decided: bool) -> None:
        """Nothing is left to do: end, once every answer is kept. Where one is not, the run rests instead."""
        run.busy = -1  # nothing more is begun
        self._keep_unsaved(run)

        def all_written() -> None:
            if self._run is not run:
                return
            if run.unsaved and run.state is not RunState.STOPPING:
                run.busy = None
                run.rest(RunState.PAUSED)
                self._tell()
            else:
                self._write_end(run, decided)

        self._context.kept.when_written(all_written)

    def _keep_unsaved(self, run: EvaluationRun) -> None:
        unsaved, run.unsaved = run.unsaved, []
        for index, results in unsaved:
            self._keep(run, index, results)

    def _write_end(self, run: EvaluationRun, decided: bool) -> None:
        """Write down how it ended, let the models go, and tell."""
        if run.state is RunState.STOPPING:
            state = RunState.STOPPED
        else:
            state = RunState.FAILED if any(w.failure for w in run.works) and not decided else RunState.FINISHED
        engine = run.stored.engine or next((lane.engine for lane in self.lanes if lane.engine), None)
        stored = replace(run.stored, engine=engine, lanes=tuple(work.stored() for work in run.works))
        record = record_of(stored, run.tally, state)

        def tell(error: AppError | None) -> None:
            if self._run is run:
                run.notice = error.user_text if error else run.notice
                run.state = state
                self._tell()
                self._run = None
                self._clock.stop()
                for lane in self.lanes:
                    lane.unload()
                self.finished.emit(record)

        self._context.kept.finish(record, stored.lanes, lambda _: tell(None), tell)

    # ------------------------------------------------------------ what the lanes say

    def _on_loaded(self, index: int, model: LoadedModel) -> None:
        run = self._settled(index)
        if run is None:
            return
        engine = None if run.works[index].setup.model.is_server else self.lanes[index].engine
        if engine is not None and run.stored.engine is None:
            run.stored = replace(run.stored, engine=engine)
            self._context.kept.keep_engine(run.stored.id, engine)
        if engine is not None and (failure := other_engine(run.stored.engine, engine)):
            self._fail(run, index, failure)
            return
        run.works[index].notice(model.notices)
        self._advance()

    def _on_scored(self, index: int, event: Scored) -> None:
        run = self._run
        if run is None:
            return
        run.tally.add(index, event.results)
        run.works[index].scored(event)
        self._keep(run, index, event.results)
        self.scored.emit(LABELS[index], event.results)

    def _on_measured(self, index: int, event: Any) -> None:
        if run := self._settled(index):
            work = run.works[index]
            if isinstance(event, Surveyed):
                work.surveyed(event)
            elif isinstance(event, ScoreDone):
                work.finished(event)
                self._keep(run, index, ())
            self._advance()

    def _on_failure(self, index: int, failure: Failure) -> None:
        if run := self._settled(index):
            if failure.kind == "cancelled":
                run.works[index].was_loaded = False  # it may have been ended for it; that is no fault of the model
                self._advance()
            else:
                self._fail(run, index, failure)

    def _on_vacated(self, index: int) -> None:
        if self._run is not None and self._run.busy == index and not self.lanes[index].worker_pid:
            self._run.busy = None
            self._advance()

    def _on_status(self, index: int, status: Any) -> None:
        if self._run is not None and index < len(self._run.works) and status.phase == "loading":
            self._run.works[index].percent = status.done

    def _settled(self, index: int) -> EvaluationRun | None:
        """The run, if it was waiting for lane `index`; it is not any more."""
        run = self._run
        if run is None or run.busy != index:
            return None
        run.busy = None
        return run

    def _fail(self, run: EvaluationRun, index: int, failure: Failure) -> None:
        run.works[index].fail(failure)
        self._keep(run, index, ())
        QTimer.singleShot(0, self._advance)

    # ------------------------------------------------------------ small things

    def _interrupt(self) -> None:
        """Stop what is being computed, or go on at once where nothing is."""
        run = self._run
        if run is not None and run.busy is not None and run.busy >= 0:
            self._context.planner.stop()
            self.lanes[run.busy].stop()
        else:
            QTimer.singleShot(0, self._advance)
        self._tell()

    def _keep(self, run: EvaluationRun, index: int, results: tuple[ItemResult, ...]) -> None:
        """Write answers down; where that fails they wait, and the run with them."""
        rows = [(result, result.choice == run.tally.questions[result.id].answer) for result in results]

        def not_kept(error: AppError) -> None:
            if self._run is run:
                run.unsaved.append((index, results))
                run.notice = f"{error.user_text} The run is paused; nothing is lost."
                self.pause()

        self._context.kept.add(run.stored.id, run.works[index].stored(), rows, lambda _: None, not_kept)

    def _threads(self, work: LaneWork) -> int:
        return threads_per_lane(self._context.cores(), 1, work.setup.model, work.setup.threads)

    def _tell(self) -> None:
        if self._run is not None:
            self._state = self._run.snapshot([lane.memory for lane in self.lanes])
        elif self._preparation is not None:
            self._state = EvaluationState("", RunState.PREPARING, None, (), notice=self._preparation.notice)
        else:
            return
        self.progressed.emit(self._state)
