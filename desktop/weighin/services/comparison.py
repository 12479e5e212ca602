"""Runs one prompt on both lanes, in the order that keeps the numbers honest."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal

from weighin.core.answer import Answer, Failure, MemoryReceipt, StopReason, Timing
from weighin.core.comparison import (
    LABELS,
    Comparison,
    ComparisonRequest,
    LaneResult,
    LaneSetup,
    Mode,
    differences,
)
from weighin.core.errors import AppError
from weighin.core.machine import memory_needed, memory_refusal, threads_per_lane
from weighin.core.model import ModelFacts
from weighin.core.options import LoadOptions
from weighin.services.lane import Lane, LoadedModel


@dataclass(frozen=True)
class RoundStart:
    """A new answer begins in lane `label`: the `number`-th `of` all its rounds, or its warm-up (number 0)."""

    label: str
    number: int
    of: int
    warm_up: bool


@dataclass(frozen=True)
class Step:
    """One answer to fetch: of which lane, and whether it counts."""

    lane: int
    number: int


def schedule(repeat: int) -> tuple[Step, ...]:
    """Order of the answers: A B for one round; above that a warm-up of each (number 0), then A B B A A B ..."""
    if repeat <= 1:
        return (Step(0, 1), Step(1, 1))
    steps = [Step(0, 0), Step(1, 0)]
    for number in range(1, repeat + 1):
        pair = (0, 1) if number % 2 else (1, 0)
        steps += [Step(lane, number) for lane in pair]
    return tuple(steps)


class ComparisonRunner(QObject):
    """Owns the order of things. One comparison at a time; ends in exactly one `finished`."""

    started = Signal(object)  # ComparisonRequest
    round_started = Signal(object)  # RoundStart
    finished = Signal(object)  # Comparison

    def __init__(
        self,
        lanes: tuple[Lane, Lane],
        physical_cores: Callable[[], int],
        available_bytes: Callable[[], int | None],
        parent: QObject | None = None,
        planned_bytes: Callable[[ModelFacts, LoadOptions], int | None] = lambda _model, _load: None,
    ) -> None:
        """`planned_bytes`: main memory a model needs by its plan, None while it has none."""
        super().__init__(parent)
        self._planned_bytes = planned_bytes
        self.lanes = lanes
        self._cores = physical_cores
        self._available = available_bytes
        self._request: ComparisonRequest | None = None
        self._runs: list[_LaneRun] = []
        self._steps: list[Step] = []
        self._waiting_for: set[int] = set()
        self._stopping = False
        for index, lane in enumerate(lanes):
            lane.loaded.connect(lambda model, i=index: self._on_loaded(i, model))
            lane.load_failed.connect(lambda failure, i=index: self._on_load_failed(i, failure))
            lane.answered.connect(lambda answer, i=index: self._on_answered(i, answer))
            lane.vacated.connect(lambda i=index: self._on_vacated(i))

    @property
    def running(self) -> bool:
        """Whether a comparison is under way."""
        return self._request is not None

    def run(self, request: ComparisonRequest) -> None:
        """Begin. Raises AppError where there is nothing to run or something runs already."""
        if self.running:
            raise AppError("A comparison is running already.", kind="busy")
        if not request.prompt.text.strip():
            raise AppError("Type a prompt first: there is nothing to put to the models.", kind="empty_prompt")
        if not 1 <= request.repeat <= 20:
            raise AppError("Rounds must be a whole number from 1 to 20.", kind="options")
        self._request = request
        self._stopping = False
        self._runs = [_LaneRun(setup) for setup in request.lanes]
        for run in self._runs:
            if run.setup.refusal:
                run.fail(run.setup.refusal)
        self._steps = list(schedule(request.repeat))
        self.started.emit(request)
        QTimer.singleShot(0, self._next)

    def stop(self) -> None:
        """Stop what runs; what was written so far is kept and the comparison ends as stopped."""
        if not self.running or self._stopping:
            return
        self._stopping = True
        if self._waiting_for:
            for index in tuple(self._waiting_for):
                self.lanes[index].stop()
        else:
            QTimer.singleShot(0, self._next)

    def close(self) -> None:
        """End both workers; only for the end of the program."""
        for lane in self.lanes:
            lane.close()

    def _next(self) -> None:
        """Take the next step, or finish."""
        if self._request is None or self._waiting_for:
            return
        self._steps = [step for step in self._steps if self._runs[step.lane].can_go_on]
        if self._stopping or not self._steps:
            self._finish()
            return
        if self._request.mode is Mode.TOGETHER:
            self._next_together()
        else:
            self._advance(self._steps[0].lane)

    def _next_together(self) -> None:
        unloaded = [i for i in {step.lane for step in self._steps} if not self._is_loaded(i)]
        if unloaded:
            self._advance(min(unloaded))
            return
        number = self._steps[0].number
        now = [step for step in self._steps if step.number == number]
        self._steps = [step for step in self._steps if step.number != number]
        for step in now:
            self._generate(step)

    def _advance(self, index: int) -> None:
        """Bring lane `index` one step further: load it, or let it answer."""
        if self._is_loaded(index):
            self._generate(self._steps.pop(0))
            return
        run = self._runs[index]
        other = self.lanes[1 - index]
        died = self.lanes[index].status.failure
        if run.began and died:
            run.fail(died)  # between two turns; going on with a fresh worker would mix rounds that cannot be compared
            QTimer.singleShot(0, self._next)
            return
        if self.lanes[index].model is not None:
            self._waiting_for.add(index)  # its memory must be back before it is counted
            self.lanes[index].unload()
            return
        failure = self._refusal(index)
        if failure and other.model is not None and self._request and self._request.mode is Mode.ALONE:
            # Both do not fit at once: the other one goes, and comes back when it is its turn again.
            self._waiting_for.add(1 - index)
            other.unload()
            return
        if failure:
            run.fail(failure)
            self.lanes[index].refuse(failure)
            QTimer.singleShot(0, self._next)
            return
        self._waiting_for.add(index)
        self.lanes[index].load(run.setup.model.path, run.setup.load, self._threads(index))

    def _generate(self, step: Step) -> None:
        assert self._request is not None
        run = self._runs[step.lane]
        run.began = True
        run.warming_up = step.number == 0
        self._waiting_for.add(step.lane)
        label = self.lanes[step.lane].label
        self.round_started.emit(RoundStart(label, step.number, self._request.repeat, step.number == 0))
        prompt = self._request.prompt
        self.lanes[step.lane].generate(prompt.messages(), run.setup.sampling, self._threads(step.lane), prompt.raw)

    def _is_loaded(self, index: int) -> bool:
        setup = self._runs[index].setup
        return self.lanes[index].holds(setup.model.path, setup.load)

    def _threads(self, index: int) -> int:
        assert self._request is not None
        # A server has cores of its own.
        local = sum(not run.setup.model.is_server for run in self._runs)
        at_once = max(1, local) if self._request.mode is Mode.TOGETHER else 1
        setup = self._runs[index].setup
        return threads_per_lane(self._cores(), at_once, setup.model, setup.threads)

    def _refusal(self, index: int) -> Failure | None:
        assert self._request is not None
        if self._request.try_anyway:
            return None
        setup = self._runs[index].setup
        planned = self._planned_bytes(setup.model, setup.load)
        needed = memory_needed(setup.model, setup.load) if planned is None else planned
        return memory_refusal(needed, self._available())

    def _on_loaded(self, index: int, _: LoadedModel) -> None:
        if index in self._waiting_for:
            self._waiting_for.discard(index)
            self._runs[index].began = True
            self._next()

    def _on_load_failed(self, index: int, failure: Failure) -> None:
        if index in self._waiting_for:
            self._waiting_for.discard(index)
            if failure.kind != "cancelled":
                self._runs[index].fail(failure)
            self._next()

    def _on_answered(self, index: int, answer: Answer) -> None:
        if index in self._waiting_for:
            self._waiting_for.discard(index)
            self._runs[index].take(answer)
            self._next()

    def _on_vacated(self, index: int) -> None:
        if index in self._waiting_for and not self.lanes[index].worker_pid:
            self._waiting_for.discard(index)
            self._next()

    def _finish(self) -> None:
        assert self._request is not None
        request, self._request = self._request, None
        results = tuple(
            LaneResult(LABELS[i], run.setup, run.result(), tuple(run.rounds)) for i, run in enumerate(self._runs)
        )
        local = [lane for lane, run in zip(self.lanes, self._runs, strict=True) if not run.setup.model.is_server]
        engine = next((lane.engine for lane in local if lane.engine), None)
        created = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        answered = all(
            not r.answer.failure and (r.answer.timing.prompt_tokens is not None or r.setup.model.is_server)
            for r in results
        )
        self.finished.emit(
            Comparison(uuid.uuid4().hex, created, request, results, engine, differences(results) if answered else ())
        )


class _LaneRun:
    """What one lane has given back so far in this comparison."""

    def __init__(self, setup: LaneSetup) -> None:
        self.setup = setup
        self.rounds: list[Timing] = []
        self.warming_up = False
        self._answer: Answer | None = None
        self.began = False
        self.can_go_on = True

    def take(self, answer: Answer) -> None:
        """One answer more; a warm-up is kept only when it failed."""
        if answer.stop_reason is StopReason.FAILED:
            self.can_go_on = False
            self._answer = answer
        elif not self.warming_up or answer.stop_reason is StopReason.CANCELLED:
            self._answer = answer
            if answer.stop_reason is not StopReason.CANCELLED:
                self.rounds.append(answer.timing)

    def fail(self, failure: Failure) -> None:
        """This lane cannot answer, or not again: what it has answered is kept."""
        self.can_go_on = False
        answer = self._answer or Answer("", "", StopReason.FAILED, Timing(), MemoryReceipt())
        self._answer = replace(answer, stop_reason=StopReason.FAILED, failure=failure)

    def result(self) -> Answer:
        """The last answer, or one that says that there is none."""
        if self._answer is not None:
            return self._answer
        return Answer("", "", StopReason.CANCELLED, Timing(), MemoryReceipt())
