"""Measures apart what answers were too short to tell: how fast each model is here. Gives way to everything else."""

from __future__ import annotations

import datetime
import os
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from weighin.core.comparisons.comparison import Comparison
from weighin.core.comparisons.speed import can_be_tested, needs_speed_tests
from weighin.core.comparisons.speed_test import BenchRounds, SpeedTest
from weighin.core.runs.answer import Failure
from weighin.services.comparisons.comparison_runner import ComparisonRunner
from weighin.services.comparisons.history import History
from weighin.services.machine.conditions import ConditionWatch
from weighin.services.machine.hardware import physical_cores
from weighin.services.user_activity import UserActivity

# A round is one prompt and one answer: as long as llama-bench's by default where the model is fast, else what fits into
# the seconds of a turn.
_PROMPT_TOKENS, _GENERATE_TOKENS = 256, 128
_TRY_TOKENS = (64, 8)
_LEAST_TOKENS = 8
_TURN_S = 0.4
_MOST_ROUNDS = 8
# The window paints the answer and History is written first.
_FIRST_MS, _LOOK_MS = 400, 200
# How often a test whose rounds did not agree is begun again; and one that other programs disturbed, and how long they
# are given to come to an end each time.
_MOST_TRIES, _MOST_WAITS, _WAIT_MS = 3, 20, 3000
_UNSTEADY = "The speed test gave no steady result."
_NEVER_QUIET = "No speed test: other programs stayed busy."


@dataclass
class _Rates:
    """What one lane gave so far, tokens a second of each round; tokens: of a prompt and of an answer."""

    threads: int
    tokens: tuple[int, int] = _TRY_TOKENS
    rounds: int = 1
    reading: list[float] = field(default_factory=list)
    writing: list[float] = field(default_factory=list)


class SpeedTests(QObject):
    """`changed`: one begins, waits or ends. `tested` carries the Comparison with what is known now.

    Each lane is tried once, which also warms it up; then they take turns, A B B A. What is found is kept and serves
    every later comparison of the same model with the same options, engine and threads on this computer."""

    changed = Signal()
    tested = Signal(object)  # Comparison

    def __init__(
        self,
        runner: ComparisonRunner,
        history: History,
        activity: UserActivity,
        watch: ConditionWatch | None = None,
        parent: QObject | None = None,
    ) -> None:
        """`activity`: of the user, to which a test gives way. `watch`: who sees what else happens meanwhile."""
        super().__init__(parent)
        self._runner, self._history, self._activity = runner, history, activity
        self._watch = watch or ConditionWatch()
        self._wanted: Comparison | None = None
        self._turns: list[int] = []
        self._rates: dict[int, _Rates] = {}
        self._begin: Any = None
        self._now: int | None = None
        self._tries = self._waits = 0
        self._is_disturbed = False
        self._gave_up = ("", "")
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._look)
        runner.started.connect(lambda _request: self.drop())
        activity.seen.connect(self._give_way)
        for index, lane in enumerate(runner.lanes):
            lane.measured.connect(lambda found, i=index: self._on_measured(i, found))
            lane.measure_failed.connect(lambda failure, i=index: self._on_failed(i, failure))
            lane.vacated.connect(lambda i=index: self._on_vacated(i))

    @property
    def pending(self) -> bool:
        """Whether models are being measured, or wait for a quiet moment to be."""
        return self._wanted is not None

    def is_pending(self, identifier: str) -> bool:
        """Whether the comparison with this id is being measured, or waits for a quiet moment to be."""
        return self._wanted is not None and self._wanted.id == identifier

    @property
    def waits(self) -> bool:
        """Whether other programs were busy when this was last tried, so that it waits for them."""
        return self._wanted is not None and self._is_disturbed

    def why_given_up(self, identifier: str) -> str:
        """Why the comparison with this id has no tests although they were tried, a sentence; "" where they were not."""
        return self._gave_up[1] if self._gave_up[0] == identifier else ""

    def can_measure(self, comparison: Comparison) -> bool:
        """Whether tests would tell more of this comparison, and its models are loaded as they were then."""
        return can_be_tested(comparison) and bool(self._loaded(comparison))

    def consider(self, comparison: Comparison) -> None:
        """A comparison is over: where its answers were too short for a speed, give it kept tests, or make them."""
        self.drop()
        if needs_speed_tests(comparison):
            self.measure(comparison)

    def measure(self, comparison: Comparison) -> None:
        """Give a comparison kept tests, or make them, as soon as nothing else happens."""
        self.drop()
        self._gave_up = ("", "")

        def known(found: Comparison) -> None:
            if self._runner.running:
                return
            if found != comparison:
                self.tested.emit(found)
            if not all(result.speed_test for result in found.results):
                self._wanted, self._tries, self._waits, self._is_disturbed = found, 0, 0, False
                self._activity.listen(True)
                self.changed.emit()
                self._soon.start(_FIRST_MS)

        self._history.with_speed_tests(comparison, known, lambda _error: None)

    def drop(self) -> None:
        """Whatever was to be measured is not wanted any more."""
        if self._wanted is None:
            return
        self._wanted = None
        self._soon.stop()
        self._activity.listen(False)
        self._stop()
        self.changed.emit()

    def _give_way(self) -> None:
        """The user does something: begin again when nothing happens any more."""
        if self._wanted is not None:
            self._stop()
            self._soon.start(_LOOK_MS)

    def _stop(self) -> None:
        now, self._now = self._now, None
        self._turns = []
        if now is not None:
            self._runner.lanes[now].stop()

    def _look(self) -> None:
        """Begin where that is possible now; where the models are not loaded any more there is nothing to measure."""
        if self._wanted is None:
            return
        lanes = self._loaded(self._wanted)
        if not lanes:
            self.drop()
            return
        if self._runner.running or self._runner.reason_to_wait() or not self._activity.is_quiet:
            self._soon.start(_LOOK_MS)
            return
        self._rates = {index: _Rates(threads) for index, threads in lanes.items()}
        order = sorted(lanes)
        # First a try of each, then A B B A.
        self._turns = [*order, *order, *reversed(order)]
        self._next()

    def _loaded(self, comparison: Comparison) -> dict[int, int]:
        """Lanes that still want to be measured, with the threads each had; none where one of them cannot be, for a
        test alone says nothing of a pair."""
        found = {}
        for index, result in enumerate(comparison.results):
            setup, threads = result.setup, result.answer.timing.threads
            if result.speed_test is not None:
                continue
            if not threads or not self._runner.lanes[index].holds(setup.model.path, setup.load):
                return {}
            found[index] = threads
        return found

    def _next(self) -> None:
        if not self._turns:
            self._end()
            return
        index = self._turns.pop(0)
        rates, lane = self._rates[index], self._runner.lanes[index]
        self._now = index
        pids = [os.getpid(), *(each.worker_pid for each in self._runner.lanes if each.worker_pid)]
        self._begin = self._watch.begin(pids)
        self.changed.emit()
        lane.measure(*rates.tokens, rates.rounds, rates.threads)

    def _on_measured(self, index: int, found: BenchRounds) -> None:
        if index != self._now:
            return
        rates = self._rates[index]
        self._now = None
        spare = physical_cores() - rates.threads
        if self._watch.end(self._begin, spare, False, rates.threads).disturbances:
            self._wait()
            return
        if rates.tokens == _TRY_TOKENS:
            # Too short to tell what others do.
            self._size(index, found)
        else:
            self._is_disturbed = False
            rates.reading += [found.prompt_tokens / seconds for seconds in found.prompt_s if seconds > 0]
            rates.writing += [found.generate_tokens / seconds for seconds in found.generation_s if seconds > 0]
        self._next()

    def _size(self, index: int, tried: Any) -> None:
        """How long the rounds of a lane are and how many make a turn, by how fast it was when it was tried."""
        rates, context = self._rates[index], self._runner.lanes[index].context or _PROMPT_TOKENS
        read_s = max(tried.prompt_s[-1], 1e-6) / tried.prompt_tokens
        write_s = max(tried.generation_s[-1], 1e-6) / tried.generate_tokens
        written = max(_LEAST_TOKENS, min(_GENERATE_TOKENS, context, int(_TURN_S / 2 / write_s)))
        read = max(_TRY_TOKENS[0] + 1, min(_PROMPT_TOKENS, context, int(_TURN_S / 4 / read_s)))
        # Of each turn the first round is a warm-up.
        whole = written * write_s + read * read_s
        rates.tokens = (min(read, context), min(written, context))
        rates.rounds = max(2, min(_MOST_ROUNDS, round(_TURN_S / whole)))

    def _on_failed(self, index: int, failure: Failure) -> None:
        if index != self._now:
            return
        self._now = None
        if failure.kind == "cancelled":
            self._soon.start(_LOOK_MS)
        else:
            self.drop()

    def _on_vacated(self, index: int) -> None:
        if self._wanted is not None and index == self._now:
            self.drop()

    def _give_up(self, sentence: str) -> None:
        if self._wanted is not None:
            self._gave_up = (self._wanted.id, sentence)
        self.drop()

    def _again(self) -> None:
        """The rounds did not agree."""
        self._tries += 1
        if self._tries >= _MOST_TRIES:
            self._give_up(_UNSTEADY)
        else:
            self._soon.start(_LOOK_MS)

    def _wait(self) -> None:
        """Other programs are busy."""
        self._waits += 1
        self._turns = []
        self._is_disturbed = True
        if self._waits >= _MOST_WAITS:
            self._give_up(_NEVER_QUIET)
        else:
            self._soon.start(_WAIT_MS)
            self.changed.emit()

    def _end(self) -> None:
        comparison = self._wanted
        assert comparison is not None
        created = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        results = list(comparison.results)
        for index, rates in self._rates.items():
            test = SpeedTest(
                created, rates.threads, rates.tokens[1], tuple(rates.writing), rates.tokens[0], tuple(rates.reading)
            )
            if not test.is_steady:
                self._again()
                return
            results[index] = replace(results[index], speed_test=test)
        found = replace(comparison, results=tuple(results))
        self._history.keep_speed_tests(found, lambda _none: None, lambda _error: None)
        self.drop()
        self.tested.emit(found)
