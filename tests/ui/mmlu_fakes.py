"""Stand-ins for the services of the MMLU page: no worker, no database, no files, no network."""

from __future__ import annotations

import functools
import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from tests.support.questions import make_endings, make_questions
from tests.ui.fakes import DENSE, MOE, by_hand
from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import (
    EvaluationChoice,
    EvaluationProtocol,
    EvaluationRecord,
    EvaluationRequest,
    EvaluationState,
    ItemResult,
    LaneProgress,
    ScoredItem,
)
from weighin.core.evaluations.questions import Question, QuestionSet, QuestionSetInfo, set_checksum
from weighin.core.evaluations.sample import draw
from weighin.core.evaluations.stored_evaluation import row_of
from weighin.core.evaluations.tally import RunTally
from weighin.core.evaluations.text import NOT_MMLU
from weighin.core.models.model import ModelFacts
from weighin.core.plans.plan import MemoryPlan
from weighin.core.runs.answer import Failure, MemorySample
from weighin.core.runs.lane import EngineFacts, LaneSetup
from weighin.core.runs.run_state import RunState
from weighin.services.evaluations.question_sets import FetchProgress

SUBJECTS = {"sums": 60, "people_and_towns": 40, "logic": 30}


def starter_set(subjects: dict[str, int] | None = None, examples: int = 5) -> QuestionSet:
    """Made-up questions in the place of the starter ones."""
    return _made_up(tuple((subjects or SUBJECTS).items()), examples)


def ending_set(form: str, count: int = 40) -> QuestionSet:
    """Made-up questions with endings in the place of those at the hub."""
    rows = (*make_endings(form, "dev", 5), *make_endings(form, "val", count))
    return QuestionSet(form, form.title(), rows, set_checksum(rows), note=f"Not the real {form}.")


@functools.cache
def _made_up(subjects: tuple[tuple[str, int], ...], examples: int) -> QuestionSet:
    rows: list[Question] = []
    for name, count in subjects:
        rows += make_questions(name, "dev", examples) + make_questions(name, "test", count)
    return QuestionSet("starter", "Starter questions", tuple(rows), set_checksum(tuple(rows)))


def request(*models: ModelFacts, **choice: Any) -> EvaluationRequest:
    """A request for the starter pair, or for `models`."""
    lanes = tuple(LaneSetup(model) for model in models or (DENSE, MOE))
    return EvaluationRequest(lanes, EvaluationChoice(**choice))


def protocol(asked: EvaluationRequest, n: int, population: int, is_mmlu: bool = False) -> EvaluationProtocol:
    """How `asked` is put."""
    choice = asked.choice
    return EvaluationProtocol(
        choice.protocol,
        choice.shots,
        "largest probability of the four letters at the last position of the prompt",
        "proportional to the subjects by largest remainder",
        choice.seed,
        n,
        choice.split,
        choice.subjects,
        "MMLU" if is_mmlu else "Starter questions",
        "ab" * 32,
        population,
        is_mmlu,
    )


def result(question: Question, right: bool, near: bool = False) -> ItemResult:
    """An answer that is right or wrong, by a hair or clearly."""
    place = question.answer if right else (question.answer + 1) % 4
    second = (place + 2) % 4
    shares = [0.02, 0.02, 0.02, 0.02]
    shares[place], shares[second] = (0.401, 0.4) if near else (0.7, 0.2)
    return ItemResult(question.id, place, tuple(math.log(share) for share in shares))


def unscored(question: Question) -> ItemResult:
    """An answer that could not be read."""
    return ItemResult(question.id, None, None, "Its logits are not numbers.")


def plan(
    asked: EvaluationRequest, questions: QuestionSet | None = None, number: int = 1, is_mmlu: bool = False
) -> EvaluationRecord:
    """A run in which nothing is answered yet."""
    rows = (questions or starter_set()).of_split(asked.choice.split)
    rows = tuple(q for q in rows if not asked.choice.subjects or q.subject in asked.choice.subjects)
    sample = draw(rows, min(asked.choice.n or len(rows), len(rows)), asked.choice.seed)
    items = tuple(ScoredItem(question) for question in sample.questions)
    made = EvaluationRecord(
        f"run{number}",
        f"2026-11-22T10:31:{number % 60:02d}+00:00",
        RunState.STOPPED,
        asked,
        protocol(asked, len(items), sample.population, is_mmlu),
        (),
        None,
        items,
        EngineFacts("0.3.36", "0.5.0", "AVX2 FMA"),
    )
    return with_items(made, items, RunState.STOPPED)


def with_items(record: EvaluationRecord, items: tuple[ScoredItem, ...], state: RunState) -> EvaluationRecord:
    """`record` with these answers and all numbers that follow from them."""
    lanes = tuple(zip("AB", (setup.model for setup in record.request.lanes), strict=False))
    tally = RunTally((item.question for item in items), lanes)
    for index in range(len(lanes)):
        given = tuple(item.b if index else item.a for item in items)
        tally.add(index, (answer for answer in given if answer is not None))
        n = len(tally.lanes[index].results)
        peak = 180_000_000 if n else None
        tally.lanes[index].plan = MemoryPlan(4096, 100_000_000, 100_000_000, 50_000_000, 0, 0, 0, 50_000_000, 0)
        tally.note(index, tokens=120 * n, unique=118 * n, seconds=0.02 * n, peak_bytes=peak)
    scores = tuple(lane.evaluation() for lane in tally.lanes)
    return replace(record, state=state, lanes=scores, paired=tally.paired(), items=items)


def answered(
    asked: EvaluationRequest | None = None,
    skill: tuple[float, float] = (0.7, 0.8),
    share: float = 1.0,
    state: RunState = RunState.FINISHED,
    **more: Any,
) -> EvaluationRecord:
    """A run whose first `share` of questions was answered with these skills; every 17th is a near tie."""
    made = plan(asked or request(), **more)
    chance = random.Random(5)
    upto = round(share * len(made.items))
    items = []
    for place, item in enumerate(made.items):
        if place < upto:
            luck = chance.random()
            near = place % 17 == 3
            a = result(item.question, luck < skill[0], near)
            b = result(item.question, (luck + 0.1 * chance.random()) % 1 < skill[1], near)
            item = replace(item, a=a, b=b if len(made.request.lanes) > 1 else None)
        items.append(item)
    return with_items(made, tuple(items), state)


class FakeEvaluationRunner(QObject):
    """A runner whose evaluation goes on when a test says so."""

    started = Signal(object)
    progressed = Signal(object)
    scored = Signal(str, object)
    finished = Signal(object)
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.running = False
        self.state: EvaluationState | None = None
        self.requests: list[EvaluationRequest] = []
        self.resumed: list[str] = []
        self.calls: list[str] = []
        self.refusal: AppError | None = None
        self.record: EvaluationRecord | None = None

    def run(self, request: EvaluationRequest) -> None:
        """Begin; the questions come with `begin`."""
        self._start()
        self.requests.append(request)

    def resume(self, identifier: str, lanes: tuple[LaneSetup, ...] = (), threads: int | None = None) -> None:
        """Go on."""
        self._start()
        self.resumed.append(identifier)

    def pause(self) -> None:
        """Rest at once."""
        self.calls.append("pause")
        self.be(RunState.PAUSED)

    def go_on(self) -> None:
        """End the rest."""
        self.calls.append("go_on")
        self.be(RunState.RUNNING)

    def stop(self) -> None:
        """Remember that it was asked; `finish` ends it."""
        self.calls.append("stop")
        self.be(RunState.STOPPING)

    def close(self) -> None:
        """Nothing runs."""

    @by_hand
    def begin(self, record: EvaluationRecord) -> None:
        """The questions are known."""
        self.record = record
        self.be(RunState.RUNNING)
        self.started.emit(record)

    @by_hand
    def answer(self, label: str, results: tuple[ItemResult, ...]) -> None:
        """A block is answered."""
        assert self.record is not None
        by_id = {given.id: given for given in results}
        items = []
        for item in self.record.items:
            given = by_id.get(item.question.id)
            if given is not None:
                item = replace(item, a=given) if label == "A" else replace(item, b=given)
            items.append(item)
        self.record = with_items(self.record, tuple(items), RunState.STOPPED)
        self.scored.emit(label, results)
        self.be(RunState.RUNNING)

    @by_hand
    def be(self, state: RunState, *lanes: LaneProgress, **more: Any) -> None:
        """Take a state and tell."""
        record = self.record
        scores = record.lanes if record else ()
        total = len(record.items) if record else 0
        shown = lanes or tuple(
            LaneProgress(
                score.label,
                "scoring",
                score.n,
                total,
                subject="sums",
                tokens_per_s=3210.0,
                seconds_left=125.0,
                memory=MemorySample(60_000_000, 5_000_000),
            )
            for score in scores
        )
        self.state = EvaluationState(
            record.id if record else "new",
            state,
            record.protocol if record else None,
            shown,
            scores,
            record.paired if record else None,
            **{"seconds": 12.0, "seconds_left": 125.0, **more},
        )
        self.progressed.emit(self.state)

    @by_hand
    def fail_lane(self, label: str, failure: Failure) -> None:
        """A model cannot go on; what was answered stays."""
        assert self.record is not None
        lanes = tuple(replace(s, failure=failure) if s.label == label else s for s in self.record.lanes)
        self.record = replace(self.record, lanes=lanes, state=RunState.FAILED)
        self.finish(RunState.FAILED)

    @by_hand
    def finish(self, state: RunState = RunState.FINISHED) -> EvaluationRecord:
        """It is over."""
        assert self.record is not None
        self.record = replace(self.record, state=state)
        self.running = False
        self.finished.emit(self.record)
        return self.record

    @by_hand
    def refuse(self, error: AppError) -> None:
        """It could not even begin."""
        self.running = False
        self.failed.emit(error)

    def _start(self) -> None:
        if self.running:
            raise AppError("An evaluation is running already.", kind="busy")
        if self.refusal is not None:
            raise self.refusal
        self.running = True
        self.record = None
        self.be(RunState.PREPARING)


class FakeQuestionSets(QObject):
    """The starter set in memory; MMLU is fetched when a test says so. Opening a path that ends in .csv works."""

    changed = Signal()
    fetch_progressed = Signal(object)
    fetched = Signal(str)
    fetch_failed = Signal(object)

    def __init__(self, starter: QuestionSet | None = None) -> None:
        super().__init__()
        self.fetching = ""
        self.calls: list[str] = []
        self.known = {"starter": starter or starter_set()}

    def sets(self) -> tuple[QuestionSetInfo, ...]:
        """What is known, and MMLU."""
        infos = [
            QuestionSetInfo(key, found.title, True, found.is_mmlu, _counts(found), found.note or _label(found))
            for key, found in self.known.items()
        ]
        if "mmlu" not in self.known:
            infos.insert(1, QuestionSetInfo("mmlu", "MMLU", False, True, None, "MMLU", 170))
        if "hellaswag" not in self.known:
            infos.insert(2, QuestionSetInfo("hellaswag", "HellaSwag", False, label="HellaSwag", megabytes=7))
        return tuple(infos)

    def fetch(self, key: str) -> None:
        """Begin."""
        self.fetching = key
        self.calls.append("fetch" if key == "mmlu" else f"fetch {key}")
        self.fetch_progressed.emit(FetchProgress("asking", key=key))

    def cancel_fetch(self) -> None:
        """Stop at once."""
        self.calls.append("cancel")
        self.fetching = ""
        self.fetch_failed.emit(AppError("Stopped.", kind="stopped"))

    @by_hand
    def break_off(self, error: AppError) -> None:
        """Fetching fails."""
        self.fetching = ""
        self.fetch_failed.emit(error)

    @by_hand
    def arrive(self, subjects: dict[str, int]) -> None:
        """MMLU is here."""
        self.known["mmlu"] = replace(starter_set(subjects), key="mmlu", title="MMLU", is_mmlu=True)
        self.fetching = ""
        self.changed.emit()
        self.fetched.emit("mmlu")

    def open_path(self, path: Path, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Open or refuse at once."""
        if path.suffix != ".csv":
            failed(AppError(f"{path.name} is damaged: it ends too early.", kind="questions"))
            return
        rows = tuple(make_questions("own", "test", 20))
        self.known[str(path)] = QuestionSet(str(path), path.name, rows, set_checksum(rows))
        self.changed.emit()
        done(next(info for info in self.sets() if info.key == str(path)))

    def load(self, key: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Rows, at once."""
        if key in self.known:
            done(self.known[key])
        else:
            failed(AppError("These questions are not there any more.", kind="missing"))

    def close(self) -> None:
        """Nothing runs."""


def _label(found: QuestionSet) -> str:
    return "MMLU" if found.is_mmlu else NOT_MMLU


def _counts(found: QuestionSet) -> dict[str, int]:
    return dict(Counter(question.split for question in found.questions))


class FakeEvaluations(QObject):
    """Records in memory; `broken` makes every call fail."""

    changed = Signal()

    def __init__(self, *records: EvaluationRecord) -> None:
        super().__init__()
        self.records = {record.id: record for record in records}
        self.broken = False
        self.elsewhere: set[str] = set()
        self.asked = 0

    def rows(self, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """All; those that are `elsewhere` are running in another window."""
        self.asked += 1
        if self.broken:
            failed(AppError("The evaluations cannot be read: the disk is full."))
            return
        rows = (row_of(record) for record in self.records.values())
        theirs: dict[str, Any] = {"state": RunState.RUNNING, "can_resume": False, "elsewhere": True}
        done(tuple(replace(row, **theirs) if row.id in self.elsewhere else row for row in rows))

    def load(self, identifier: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """One."""
        if self.broken or identifier not in self.records:
            failed(AppError("This evaluation is not there any more."))
            return
        record = self.records[identifier]
        done(replace(record, state=RunState.RUNNING) if identifier in self.elsewhere else record)

    def delete(self, identifiers: tuple[str, ...], done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Forget."""
        for identifier in identifiers:
            del self.records[identifier]
        done(None)
        self.changed.emit()

    def write(
        self, path: str, make: Callable[[], bytes], done: Callable[..., object], failed: Callable[..., object]
    ) -> None:
        """Write at once."""
        if self.broken:
            failed(AppError("The file cannot be written: the disk is full."))
            return
        Path(path).write_bytes(make())
        done(None)

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class FakeEvaluationServices:
    """The services of the MMLU page."""

    runner: FakeEvaluationRunner
    sets: FakeQuestionSets
    kept: FakeEvaluations

    def close(self) -> None:
        """Nothing runs."""


def evaluation_services(*records: EvaluationRecord, starter: QuestionSet | None = None) -> FakeEvaluationServices:
    """All of them, nothing running."""
    return FakeEvaluationServices(FakeEvaluationRunner(), FakeQuestionSets(starter), FakeEvaluations(*records))
