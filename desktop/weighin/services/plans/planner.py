"""Asks the engine what a model will need, in a worker of its own, and keeps the answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from weighin import protocol
from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.gguf.reader import read_headers_of
from weighin.core.models.model import ModelFacts, shard_paths
from weighin.core.plans.memory_formula import formula_plan
from weighin.core.plans.plan import PlanLine
from weighin.core.runs.answer import Failure
from weighin.core.runs.failures import is_of_the_model
from weighin.core.runs.options import LoadOptions
from weighin.services.processes.worker_call import NewWorker, WorkerCall
from weighin.services.task_runner import TaskRunner

# Where a plan is asked for: sliding windows and caches are on a line between these.
_CONTEXTS = (1024, 2048, 4096, 8192, 16_384, 65_536)
_SMALLEST = 16
_AT_THE_HUB = "hub:"
_DEADLINE_MS = 60_000
# What the formula says of a repacked copy, which only the engine knows: none.
_NO_TYPES: frozenset[int] = frozenset()
# The formula and the engine agree when they differ by less than this share of the engine's working memory.
_AGREE = 0.1
_AGREE_BYTES = 32 << 20
_NO_HOLE = Failure("no_hole", "The file system does not support sparse files, which the engine needs for planning.")


@dataclass(frozen=True)
class ModelPlan:
    """The needs of one model as a function of the context. refusal: why this engine cannot run it, "" where it can.
    gpu_free_bytes: what the engine found free on GPUs then, None where it can use none."""

    model: ModelFacts
    line: PlanLine
    refusal: str = ""
    gpu_free_bytes: int | None = None


@dataclass(frozen=True)
class _Key:
    """What a plan depends on: the file as it is now, and how it will be loaded."""

    path: str
    size: int
    stamp: int
    digest: str | None
    options: LoadOptions


@dataclass(frozen=True)
class _Job:
    key: _Key
    model: ModelFacts
    options: LoadOptions
    stand_in: str


Done = Callable[[ModelPlan], None]
Refused = Callable[[AppError], None]


class Planner(QObject):
    """Plans one model at a time; what was asked for twice comes from memory as long as the file is the same."""

    planned = Signal(object)  # Plan

    def __init__(self, new_worker: NewWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._new_worker = new_worker
        self._tasks = TaskRunner(1, self)
        self._known: dict[_Key, ModelPlan] = {}
        self._waiting: dict[_Key, list[tuple[Done, Refused]]] = {}
        self._queue: deque[_Job] = deque()
        self._running: WorkerCall | None = None
        self._closed = self._held = False

    def hold(self) -> None:
        """Begin no plan from now on: models run, and both would disturb each other."""
        self._held = True

    def release(self) -> None:
        """Go on with what was asked for."""
        self._held = False
        self._next()

    def plan(
        self,
        model: ModelFacts,
        options: LoadOptions,
        done: Done,
        failed: Refused = lambda _: None,
        stand_in: str = "",
    ) -> None:
        """`done` gets the plan: the engine's, or the formula's with the reason in its notices and in `refusal`.

        `failed` is called only where there is not even a header to read. `stand_in`: a file with the header of a model
        that is not here, the size of the model and a hole for its weights."""
        key = _key(model, options)
        if (known := self._known.get(key)) is not None:
            done(known)
            return
        self._waiting.setdefault(key, []).append((done, failed))
        if len(self._waiting[key]) == 1:
            self._queue.append(_Job(key, model, options, stand_in or model.path))
            self._next()

    def known(self, model: ModelFacts, options: LoadOptions) -> ModelPlan | None:
        """What was planned before, None where nothing was."""
        return self._known.get(_key(model, options))

    def needed_bytes(self, model: ModelFacts, options: LoadOptions) -> int | None:
        """Main memory that must be free for `model`; None while it is not planned."""
        plan = self.known(model, options)
        context = min(options.context, model.context_length or options.context)
        return None if plan is None else plan.line.needed_at(context)

    def close(self) -> None:
        """End the worker."""
        self._closed = True
        self._queue.clear()
        if self._running is not None:
            self._running.close()
        self._tasks.close()

    def _next(self) -> None:
        if self._running is not None or not self._queue or self._closed or self._held:
            return
        job = self._queue.popleft()
        if job.stand_in != job.model.path and not _is_whole(job):
            self._fall_back(job, _NO_HOLE)
            self._next()
            return
        request = protocol.messages.Plan(1, job.stand_in, job.model.file_bytes, job.options, contexts_of(job.model))
        self._running = WorkerCall(
            self._new_worker,
            request,
            protocol.messages.Planned,
            _DEADLINE_MS,
            lambda answer: self._on_answer(job, answer),
            self,
        )
        self._running.start()

    def _on_answer(self, job: _Job, answer: protocol.messages.Planned | Failure) -> None:
        if self._running is not None:
            self._running.deleteLater()
            self._running = None
        if isinstance(answer, protocol.messages.Planned):
            self._settle(job, ModelPlan(job.model, _line(answer), gpu_free_bytes=answer.gpu_free_bytes))
        else:
            self._fall_back(job, answer)
        self._next()

    def _fall_back(self, job: _Job, failure: Failure) -> None:
        """Ask the formula instead."""

        def work() -> ModelPlan:
            headers = read_headers_of(shard_paths(Path(job.stand_in)))
            points = [
                formula_plan(headers, job.model.file_bytes, replace(job.options, context=context), _NO_TYPES)
                for context in contexts_of(job.model)
            ]
            refusal = failure.message if is_of_the_model(failure) else ""
            notice = "Estimated by formula." if refusal else f"Estimated by formula: {failure.message}"
            line = PlanLine(tuple(replace(point, notices=(notice,)) for point in points))
            return ModelPlan(job.model, line, refusal)

        self._tasks.run(work, lambda plan: self._settle(job, plan), lambda error: self._give_up(job, error))

    def _settle(self, job: _Job, plan: ModelPlan) -> None:
        self._known[job.key] = plan
        for done, _ in self._waiting.pop(job.key, []):
            done(plan)
        self.planned.emit(plan)

    def _give_up(self, job: _Job, error: AppError) -> None:
        for _, failed in self._waiting.pop(job.key, []):
            failed(error)


def _is_whole(job: _Job) -> bool:
    """Whether the stand-in has the size of the model, without which the engine takes it for a broken file."""
    try:
        return sum(part.stat().st_size for part in shard_paths(Path(job.stand_in))) >= job.model.file_bytes
    except OSError:
        return False


def contexts_of(model: ModelFacts) -> tuple[int, ...]:
    """Contexts to plan for, none beyond what the model was trained for."""
    most = max(_SMALLEST, model.context_length or _CONTEXTS[-1])
    return (*(c for c in _CONTEXTS if c < most), min(most, _CONTEXTS[-1])) if most < _CONTEXTS[-1] else _CONTEXTS


def _line(answer: protocol.messages.Planned) -> PlanLine:
    """The engine's points, with a notice where the formula says something else."""
    points = []
    for plan, formula in zip(answer.plans, answer.formula, strict=True):
        gap = formula.working_bytes - plan.working_bytes
        agree = abs(gap) <= max(_AGREE * plan.working_bytes, _AGREE_BYTES)
        notice = f"The formula says {format.size(abs(gap))} {'more' if gap > 0 else 'less'}; the engine's plan is used."
        points.append(plan if agree else replace(plan, notices=(*plan.notices, notice)))
    return PlanLine(tuple(points))


def _key(model: ModelFacts, options: LoadOptions) -> _Key:
    try:
        stat = Path(model.path).stat()
        size, stamp = stat.st_size, stat.st_mtime_ns
    except (OSError, ValueError):
        size, stamp = model.file_bytes, 0
    # At the hub another commit may hold another file under the same name.
    digest = model.sha256 if model.path.startswith(_AT_THE_HUB) else None
    return _Key(model.path, size, stamp, digest, replace(options, context=LoadOptions.context))
