"""Prompt sets in memory."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from weighin.core.errors import AppError
from weighin.core.grading.expectation import Expectation, Kind
from weighin.core.grading.marks import Absence, Check, Mark, MarkedAnswer
from weighin.core.grading.rules import check_here, combined, needs_grader
from weighin.core.prompts.prompt_files import Imported
from weighin.core.prompts.prompt_set import LaneOutcome, PromptSet, SetPrompt, SetResult, SetRun, StoredRun
from weighin.core.prompts.set_run_row import SetRunRow
from weighin.core.runs.lane import LaneSetup

BUILTIN = PromptSet("builtin:x", "Explain", (SetPrompt("Why?", "A title"), SetPrompt("How <b>?")), True)

GRADED = PromptSet(
    "graded",
    "Arithmetic in words",
    (
        SetPrompt("What is seven plus five?", "Seven and five", tag="sums", expect=(Expectation(exact="12"),)),
        SetPrompt("What is nine minus four?", "Nine less four", tag="sums", expect=(Expectation(exact="5"),)),
        SetPrompt(
            "Name the capital of France.", tag="facts", expect=(Expectation(exact="Paris"), Expectation(votes=True))
        ),
        SetPrompt("Write a function that doubles.", "Double", expect=(Expectation(tests="assert double(2) == 4"),)),
        SetPrompt("Tell a story."),
    ),
)


def outcome(text: str, mark: Mark, reason: str = "", absence: Absence = Absence.NONE) -> LaneOutcome:
    """An answer that was marked."""
    check = Check(Kind.EXACT, mark is Mark.RIGHT if mark in (Mark.RIGHT, Mark.WRONG) else None, text, "letter", reason)
    return LaneOutcome(
        text, "end", 20, 12, 30.0, 0.2, total_s=1.5, marked=MarkedAnswer(mark, (check,), absence=absence)
    )


def graded_run(lanes: tuple[LaneSetup, LaneSetup], prompts: PromptSet = GRADED) -> StoredRun:
    """A run of GRADED that was stopped: A right twice, B once; one answer cut off, one not marked."""
    rows = (
        (outcome("12", Mark.RIGHT), outcome("13", Mark.WRONG, "It says 13, not 12.")),
        (outcome("5", Mark.RIGHT), outcome("5", Mark.RIGHT)),
        (outcome("Well", Mark.NO_ANSWER, absence=Absence.CAPPED), outcome("Paris", Mark.RIGHT)),
        (outcome("def double", Mark.UNMARKED, "Tests were not run."), outcome("def", Mark.UNMARKED)),
    )
    run = SetRun("run1", "2026-11-20T10:00:00+00:00", prompts.name, prompts.prompts, lanes)
    return StoredRun(run, tuple(SetResult(n, f"id{n}", a, b) for n, (a, b) in enumerate(rows)))


class FakeGsm8k(QObject):
    """Says what the test makes it say."""

    progressed = Signal(object)
    fetched = Signal(object)
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def fetch(self) -> None:
        self.asked += 1


class FakePromptSets(QObject):
    """At once; `broken` makes writing fail."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.mine: list[PromptSet] = []
        self.runs: dict[str, StoredRun] = {}
        self.written: dict[str, str] = {}
        self.broken = False

    def sets(self, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """The builtin one, then mine."""
        done((BUILTIN, *self.mine))

    def save(
        self, name: str, prompts: tuple[SetPrompt, ...], done: Callable[..., object], failed: Callable[..., object]
    ) -> None:
        """Keep a set."""
        made = PromptSet(f"id{len(self.mine)}", name, prompts)
        self.mine.append(made)
        self.changed.emit()
        done(made)

    def keep_prompt(self, text: str, system: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Keep a prompt as a set of its own."""
        if not text.strip():
            failed(AppError("Type a prompt first."))
            return
        self.save("My prompts", (SetPrompt(text, system=system),), done, failed)

    def change(
        self, shown: PromptSet, number: int, text: str, done: Callable[..., object], failed: Callable[..., object]
    ) -> None:
        """Another text, or a prompt less."""
        self.replace(shown, shown.with_text(number, text), done, failed)

    def replace(
        self, shown: PromptSet, made: PromptSet, done: Callable[..., object], failed: Callable[..., object]
    ) -> None:
        """Another set in place of one."""
        if self.broken:
            failed(AppError("The disk is full."))
            return
        self.mine = [made if one == shown else one for one in self.mine]
        self.changed.emit()
        done(made)

    def put_back(
        self, now: PromptSet | None, before: PromptSet, done: Callable[..., object], failed: Callable[..., object]
    ) -> None:
        """As it was before."""
        if next((one for one in self.mine if one.id == before.id), None) != now:
            failed(AppError("This prompt set was changed elsewhere; nothing was saved."))
            return
        self.mine = [*(one for one in self.mine if one.id != before.id), before]
        self.changed.emit()
        done(before)

    def delete(self, identifier: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Forget a set."""
        self.mine = [one for one in self.mine if one.id != identifier]
        self.changed.emit()
        done(None)

    def read_file(self, path: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Two prompts and a broken line, or nothing."""
        if path.endswith("bad.txt"):
            failed(AppError("The file has no prompts: it is empty."))
            return
        done(Imported((SetPrompt("one"), SetPrompt("two")), ("Line 3: it is not JSON.",)))

    def begin(self, run: SetRun, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Keep a run."""
        if self.broken:
            failed(AppError("The disk is full."))
            return
        self.runs[run.id] = StoredRun(run)

    def keep(self, run: str, result: SetResult, failed: Callable[..., object]) -> None:
        """Keep a result."""
        self.runs[run] = self.runs[run].with_result(result)

    def latest(self, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """The last run."""
        done(list(self.runs.values())[-1] if self.runs else None)

    def latest_of(
        self, prompts: tuple[SetPrompt, ...], done: Callable[..., object], failed: Callable[..., object]
    ) -> None:
        """The last run of these."""
        done(next((run for run in reversed(self.runs.values()) if run.run.prompts == prompts), None))

    def write(self, path: str, text: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Remember it."""
        self.written[path] = text
        done(None)


class FakeSetRuns(QObject):
    """The runs of the sets in memory, at once."""

    changed = Signal()

    def __init__(self, sets: FakePromptSets) -> None:
        super().__init__()
        self._sets = sets
        self.exported: list[tuple[str, str, str]] = []

    def rows(self, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """In short, the newest first."""
        done(tuple(_row(stored) for stored in reversed(self._sets.runs.values())))

    def load(self, identifier: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """One of them."""
        if (found := self._sets.runs.get(identifier)) is not None:
            done(found)
        else:
            failed(AppError("This run is no longer kept: only the latest 50 are."))

    def delete(self, identifiers: tuple[str, ...], done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Forget some."""
        for one in identifiers:
            del self._sets.runs[one]
        self.changed.emit()
        done(None)

    def export(
        self, record: StoredRun, kind: str, path: str, done: Callable[..., object], failed: Callable[..., object]
    ) -> None:
        """Remember it."""
        self.exported.append((record.id, kind, path))
        done(None)


def _row(stored: StoredRun) -> SetRunRow:
    run, results = stored.run, stored.results
    a, b = (sum(lane(one).marked.mark is Mark.RIGHT for one in results) for lane in (lambda r: r.a, lambda r: r.b))
    one, other = (setup.model.name for setup in run.lanes)
    return SetRunRow(
        run.id,
        run.created,
        run.name,
        one,
        other,
        run.total,
        len(results),
        stored.answered,
        a,
        b,
        bool(a or b),
        run.blind,
    )


class FakeGrader(QObject):
    """Marks by the rules that need no process of their own; of code it says what `passes` says of it."""

    def __init__(self) -> None:
        super().__init__()
        self.why_no_tests = ""
        self.ran: list[str] = []

    def mark(
        self,
        expect: tuple[Expectation, ...],
        text: str,
        absence: Absence,
        run_tests: bool,
        done: Callable[[MarkedAnswer], None],
    ) -> None:
        """Later, as the real one."""

        def check(one: Expectation) -> Check:
            if not needs_grader(one):
                return check_here(one, text)
            if one.kind is Kind.TESTS and not run_tests:
                return Check(one.kind, None, reason="Tests were not run: allow them for this set first.")
            self.ran.append(text)
            return Check(one.kind, "return" in text, text, "code block", "" if "return" in text else "NameError.")

        QTimer.singleShot(0, lambda: done(combined(tuple(check(one) for one in expect), absence)))
