"""Runs one prompt on both lanes, in the order that keeps the numbers honest."""

from __future__ import annotations

import datetime
import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from weighin.core.comparisons.comparison import Comparison, ComparisonRequest, LaneResult
from weighin.core.comparisons.parity import differences
from weighin.core.comparisons.rounds import Step, check_rounds, schedule
from weighin.core.comparisons.slowdown import side_by_side
from weighin.core.comparisons.speed import says_enough
from weighin.core.computer.machine import memory_needed, memory_refusal, threads_per_lane
from weighin.core.errors import AppError
from weighin.core.models.model import ModelFacts
from weighin.core.runs.answer import Answer, Failure
from weighin.core.runs.conditions import Conditions
from weighin.core.runs.energy import Energy
from weighin.core.runs.lane import LABELS, Mode
from weighin.core.runs.options import LoadOptions
from weighin.services.lanes.lane import Lane
from weighin.services.lanes.lane_run import LaneRun, LoadedModel
from weighin.services.machine.conditions import ConditionWatch
from weighin.services.machine.energy_meter import EnergyMeter

# How many disturbed rounds are asked for again: on a busy computer that would never end.
_MOST_REPEATS = 4


@dataclass(frozen=True)
class RoundStart:
    """A new answer begins in lane `label`: the `number`-th `of` all its rounds, or its warm-up (number 0)."""

    label: str
    number: int
    of: int
    warm_up: bool


@dataclass(frozen=True)
class _Asked:
    """An answer that is being fetched, and the moment it began."""

    step: Step
    position: int
    begin: Any
    energy: Any


_Came = tuple[_Asked, Answer, Conditions]


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
        watch: ConditionWatch | None = None,
        meter: EnergyMeter | None = None,
    ) -> None:
        """`planned_bytes`: main memory a model needs by its plan, None while it has none. `watch`: who sees what else
        happens meanwhile. `meter`: who counts energy."""
        super().__init__(parent)
        self._meter = meter or EnergyMeter()
        self._watch = watch or ConditionWatch()
        self._planned_bytes = planned_bytes
        self.lanes = lanes
        self._cores = physical_cores
        self._available = available_bytes
        self._request: ComparisonRequest | None = None
        self._facts: dict[str, ModelFacts] = {}
        self._runs: list[LaneRun] = []
        self._steps: list[Step] = []
        self._asked: dict[int, _Asked] = {}
        self._came: list[_Came] = []
        self._positions = itertools.count()
        self._repeats_left = 0
        self._waiting_for: set[int] = set()
        self._stopping = False
        self._why_wait: Callable[[], str] = lambda: ""
        for index, lane in enumerate(lanes):
            lane.loaded.connect(lambda model, i=index: self._on_loaded(i, model))
            lane.load_failed.connect(lambda failure, i=index: self._on_load_failed(i, failure))
            lane.answered.connect(lambda answer, i=index: self._on_answered(i, answer))
            lane.vacated.connect(lambda i=index: self._on_vacated(i))
            lane.measured.connect(lambda _found: self._next())
            lane.measure_failed.connect(lambda _failure: self._next())

    @property
    def running(self) -> bool:
        """Whether a comparison is under way."""
        return self._request is not None

    def yield_to(self, reason: Callable[[], str]) -> None:
        """From now on nothing begins while `reason` gives one, a sentence; "" for none."""
        self._why_wait = reason

    def reason_to_wait(self) -> str:
        """Why nothing can begin now although no comparison runs, a sentence; "" where it can."""
        return self._why_wait()

    def run(self, request: ComparisonRequest, kept: LaneResult | None = None) -> None:
        """Begin. `kept`: a result that stays as it is, its lane does not run; only where the lanes take turns. Raises
        AppError where there is nothing to run or something runs already."""
        if self.running:
            raise AppError("A comparison is already running.", kind="busy")
        if reason := self.reason_to_wait():
            raise AppError(reason, kind="busy")
        if not request.prompt.whole.strip():
            raise AppError("Type a prompt first.", kind="empty_prompt")
        if request.prompt.raw and request.threads:
            raise AppError("Follow-ups need the chat template: raw prompts have no turns.", kind="options")
        if kept is not None and request.mode is not Mode.ALONE:
            raise AppError("To run one side again, switch to sequential mode.", kind="options")
        check_rounds(request.repeat)
        self._request = request
        self._facts |= {setup.model.path: setup.model for setup in request.lanes}
        self._stopping = False
        self._runs = [
            LaneRun(label, setup, kept if kept is not None and kept.label == label else None)
            for label, setup in zip(LABELS, request.lanes, strict=True)
        ]
        for run in self._runs:
            if run.setup.refusal and run.can_go_on:
                run.fail(run.setup.refusal)
        self._steps = list(schedule(request.repeat))
        self._positions = itertools.count()
        self._repeats_left = min(_MOST_REPEATS, request.repeat) if request.repeat > 1 else 0
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
        if measuring := [lane for lane in self.lanes if lane.is_measuring]:
            for lane in measuring:
                lane.stop()  # a speed test gives way; its end leads here again
            return
        self._take_what_came()
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
        self._waiting_for.add(step.lane)
        label = self.lanes[step.lane].label
        self.round_started.emit(RoundStart(label, step.number, self._request.repeat, step.number == 0))
        prompt = self._request.prompt
        pids = [os.getpid(), *(lane.worker_pid for lane in self.lanes if lane.worker_pid)]
        self._asked[step.lane] = _Asked(
            step, next(self._positions), self._watch.begin(pids), self._meter.begin(self._may_use_gpu(step.lane))
        )
        messages = prompt.messages(self._request.thread(step.lane))
        self.lanes[step.lane].generate(messages, run.setup.sampling, self._threads(step.lane), prompt.raw)

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

    def only_seems_free(self, index: int) -> int:
        """Pages of the file that lane `index` holds: the system counts them as free, but the model reads them for every
        token. Those of which the engine made a copy do give way: by the plan of the model, where it has one."""
        held = self.lanes[index].model
        if held is None:
            return 0
        mapped, own = held.memory.model_file_bytes or 0, held.memory.own_bytes or 0
        facts = self._facts.get(held.path)
        needed = self._planned_bytes(facts, held.options) if facts else None
        return mapped if needed is None else min(mapped, max(0, needed - own))

    def _refusal(self, index: int) -> Failure | None:
        assert self._request is not None
        if self._request.try_anyway:
            return None
        setup = self._runs[index].setup
        planned = self._planned_bytes(setup.model, setup.load)
        needed = memory_needed(setup.model, setup.load) if planned is None else planned
        available = self._available()
        return memory_refusal(needed, None if available is None else available - self.only_seems_free(1 - index))

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
            asked = self._asked.pop(index)
            answer = replace(answer, timing=replace(answer.timing, energy=self._energy(asked, answer)))
            self._came.append((asked, answer, self._conditions(asked, answer)))
            self._next()

    def _energy(self, asked: _Asked, answer: Answer) -> Energy | None:
        """None where it cannot be told whose it is: of two models at once, or of one on a server."""
        alone = self._request is not None and self._request.mode is Mode.ALONE
        if not alone or self._runs[asked.step.lane].setup.model.is_server:
            return None
        return self._meter.end(asked.energy, on_gpu=bool(answer.memory.vram_bytes))

    def _may_use_gpu(self, index: int) -> bool:
        engine = self.lanes[index].engine
        return engine is not None and engine.gpu_offload and self._runs[index].setup.load.gpu_layers != 0

    def _conditions(self, asked: _Asked, answer: Answer) -> Conditions:
        suspended = answer.timing.disturbed
        if self._runs[asked.step.lane].setup.model.is_server:
            return Conditions(suspended=suspended)  # what happens on this computer does not slow the server down
        lanes = range(len(self._runs)) if self._request and self._request.mode is Mode.TOGETHER else (asked.step.lane,)
        used = sum(self._threads(lane) for lane in lanes if not self._runs[lane].setup.model.is_server)
        return self._watch.end(asked.begin, self._cores() - used, suspended, used)

    def _take_what_came(self) -> None:
        """Take the answers that came since the last step (together: of both lanes). A disturbed round is asked for
        again, as long as that may be; enough rounds end the comparison."""
        came, self._came = _in_time(self._came), []
        spoilt = any(conditions.disturbances for _, _, conditions in came)
        timed = [asked.step for asked, _, _ in came if asked.step.number > 0]
        again = spoilt and bool(timed) and self._repeats_left > 0 and not self._stopping
        for asked, answer, conditions in came:
            warm_up = asked.step.number == 0
            self._runs[asked.step.lane].take(answer, conditions, asked.position, warm_up, again and not warm_up)
        if again:
            self._repeats_left -= 1
            self._steps[:0] = timed
        elif came and self._block_is_complete() and says_enough(run.rounds for run in self._runs if run.can_go_on):
            self._steps = []

    def _block_is_complete(self) -> bool:
        """Whether both lanes have had as many rounds, so that stopping here leaves nobody ahead."""
        return len({len(run.rounds) for run in self._runs if run.can_go_on}) == 1

    def _on_vacated(self, index: int) -> None:
        if index in self._waiting_for and not self.lanes[index].worker_pid:
            self._waiting_for.discard(index)
            self._next()

    def _finish(self) -> None:
        import uuid  # not before the first paint: it asks what system this is

        assert self._request is not None
        request, self._request = self._request, None
        results = tuple(run.result() for run in self._runs)
        local = [lane for lane, run in zip(self.lanes, self._runs, strict=True) if not run.setup.model.is_server]
        engine = next((lane.engine for lane in local if lane.engine), None)
        created = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        parted = differences(results, request.same_messages)
        self.finished.emit(Comparison(uuid.uuid4().hex, created, request, results, engine, parted))


def _in_time(came: list[_Came]) -> list[_Came]:
    """The answers of one step with when the other lane computed meanwhile."""
    timings = side_by_side([answer.timing for _, answer, _ in came])
    return [
        (asked, replace(answer, timing=timing), conditions)
        for (asked, answer, conditions), timing in zip(came, timings, strict=True)
    ]
