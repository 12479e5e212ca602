"""Brings the models of a measurement into memory, all at once or in turns, and makes room for what BASE predicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from weighin.confinement.rights import Rights
from weighin.core.computer.machine import memory_refusal, threads_per_lane
from weighin.core.errors import AppError
from weighin.core.fidelity.reading_plan import ReadingPlan
from weighin.core.runs.answer import Failure
from weighin.services.fidelity.fidelity_run import BASE, FidelityRun
from weighin.services.fidelity.fidelity_start import FidelityContext
from weighin.services.fidelity.reading_lane import ReadingLane
from weighin.services.fidelity.reading_room import ReadingRoom
from weighin.services.fidelity.rows_place import RowsPlace


class ModelLoader(QObject):
    """Of one runner, for one run after another. room: for logits of the run, None before `open_room`.

    A load or unload that it begins is noted in `FidelityRun.busy`; the lanes say how it ended."""

    arranged = Signal()  # there is room for logits; `FidelityRun.plan_words` says how much

    def __init__(self, lanes: Sequence[ReadingLane], context: FidelityContext, parent: QObject | None = None) -> None:
        """lanes: one for each side, BASE first; the runner adds to them."""
        super().__init__(parent)
        self._lanes, self._context = lanes, context
        self._leaving: int | None = None
        self.room: ReadingRoom | None = None

    @property
    def place(self) -> RowsPlace:
        """Where the text and the logits lie; only after `open_room`."""
        assert self.room is not None
        return self.room.place

    def threads(self, run: FidelityRun, index: int) -> int:
        """Threads that the model of a side reads with."""
        setup = run.sides[index].facts.setup
        return threads_per_lane(self._context.cores(), 1, setup.model, setup.threads)

    def plan(self, run: FidelityRun, index: int, planned: Callable[[ReadingPlan], None]) -> None:
        """Find out what the model of a side needs; `planned` gets it later."""
        setup = run.sides[index].facts.setup
        self._context.planner.plan(setup, run.record.request.context, self.threads(run, index), planned)

    # ------------------------------------------------------------ room for logits

    def open_room(self, run: FidelityRun, room: ReadingRoom) -> None:
        """Take the room of a new run, and arrange it; `leave_room` closes it. Raises AppError."""
        self.room = room
        self.arrange(run)

    def arrange(self, run: FidelityRun, turns: bool | None = None) -> None:
        """Make room for logits; turns: None to find out whether all models fit. Raises AppError."""
        assert self.room is not None
        plans = [work.plan for work in run.sides if work.active and work.plan is not None]
        vocabulary = run.cut.vocabulary if run.cut else run.record.base.model.vocabulary or 0
        chunks = run.wanted if run.cut else None
        free = self._context.available_bytes()
        arranged = self.room.arrange(plans, run.record.request, vocabulary, chunks, free, turns)
        run.slots, run.turns, run.plan_words = arranged.slots, arranged.turns, arranged.words
        run.forget_rows()
        self.arranged.emit()

    def leave_room(self) -> None:
        """The run is over: give the room back, where there is one, and wait for no lane."""
        self._leaving = None
        if self.room is not None:
            self.room.close()
            self.room = None

    # ------------------------------------------------------------ models in memory

    def is_loaded(self, run: FidelityRun, index: int) -> bool:
        """Whether the model of a side is in memory, as its file is now."""
        work, lane = run.sides[index], self._lanes[index]
        setup = work.facts.setup
        return work.was_loaded and lane.model is not None and lane.holds(setup.model.path, setup.load)

    def bring(self, run: FidelityRun, index: int) -> Failure | None:
        """Begin to load a model that `is_loaded` denies, or first to unload one that gives way to it; why it cannot be
        loaded, None where something was begun."""
        work, lane = run.sides[index], self._lanes[index]
        if work.was_loaded and lane.model is not None:
            text = "The model file changed on disk, so what it reads now is not what was checked."
            return Failure("file_changed", text)
        if work.was_loaded and lane.status.failure:
            return lane.status.failure  # it died while nothing was asked of it
        loaded = [i for i, side in enumerate(run.sides) if side.was_loaded and self._lanes[i].model is not None]
        refusal = None if run.record.request.try_anyway else self._refusal(run, index, loaded)
        if loaded and (refusal is not None or run.turns):
            return self._make_way(run, loaded[0])
        if refusal is None:
            self._load(run, index)
        return refusal

    def has_left(self, run: FidelityRun, index: int) -> bool:
        """A lane is empty: whether that was waited for, so that the run can go on."""
        if not run.busy == index == self._leaving:
            return False
        self._leaving = run.busy = None
        run.sides[index].phase = "waiting"
        return True

    def _make_way(self, run: FidelityRun, leaving: int) -> Failure | None:
        """Unload a model; from now on they take turns. Why that cannot be, None where it was begun."""
        if not run.turns and run.cut is not None:
            try:
                self.arrange(run, turns=True)
            except AppError as error:
                return Failure(error.kind, error.user_text, error.detail)
        run.turns = True
        run.busy = self._leaving = leaving
        self._lanes[leaving].unload()
        return None

    def _load(self, run: FidelityRun, index: int) -> None:
        work = run.sides[index]
        run.busy, work.phase, work.was_loaded = index, "loading", True
        folders = self.place.folders
        also = Rights(write=folders) if index == BASE else Rights(read=folders)
        setup = work.facts.setup
        self._lanes[index].load(setup.model.path, setup.load, self.threads(run, index), bare=True, also=also)

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
