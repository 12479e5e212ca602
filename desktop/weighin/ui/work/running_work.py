"""What runs now, in a few words, and when it ends."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from weighin.core import format
from weighin.core.runs.answer import StopReason
from weighin.core.runs.lane import Mode

if TYPE_CHECKING:
    from weighin.core.comparisons.comparison import Comparison, ComparisonRequest
    from weighin.core.evaluations.evaluation import EvaluationRecord, EvaluationState
    from weighin.core.fidelity.fidelity import FidelityRecord, FidelityState
    from weighin.services.comparisons.blind_round import BlindRound
    from weighin.services.comparisons.comparison_runner import ComparisonRunner, RoundStart
    from weighin.services.comparisons.set_runner import SetRunner
    from weighin.services.evaluations.evaluation_runner import EvaluationRunner
    from weighin.services.fidelity.fidelity_runner import FidelityRunner


class RunningWork(QObject):
    """`changed`: `text` is another one. `ended` carries a sentence without names and how long it took, in seconds; what
    was stopped by hand is not told, for whoever did that is there."""

    changed = Signal()
    ended = Signal(str, float)

    def __init__(
        self,
        runner: ComparisonRunner,
        blind: BlindRound,
        parent: QObject | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """clock: seconds since some moment."""
        super().__init__(parent)
        self._blind, self._clock = blind, clock
        self._set: SetRunner | None = None
        self._since: float | None = None
        self._text = ""
        runner.started.connect(self._began)
        runner.round_started.connect(self._round_began)
        runner.finished.connect(self._finished)

    @property
    def text(self) -> str:
        """What runs, "" while nothing does."""
        return self._text

    def watch_sets(self, runner: SetRunner) -> None:
        """Runs of prompt sets can begin from now on."""
        self._set = runner
        runner.changed.connect(self._set_went_on)
        runner.ended.connect(lambda _sentence: self._end("Prompt set finished"))

    def watch_evaluations(self, runner: EvaluationRunner) -> None:
        """Evaluations can begin from now on."""
        runner.progressed.connect(lambda state: self._evaluated(state, runner.running))
        runner.finished.connect(self._evaluation_ended)
        runner.failed.connect(lambda _error: self._end(""))

    def watch_fidelity(self, runner: FidelityRunner) -> None:
        """Measurements of fidelity can begin from now on."""
        runner.progressed.connect(lambda state: self._measured(state, runner.running))
        runner.finished.connect(self._measurement_ended)
        runner.failed.connect(lambda _error: self._end(""))

    @property
    def _is_in_set(self) -> bool:
        return self._set is not None and self._set.running

    def _began(self, request: ComparisonRequest) -> None:
        self._together = request.mode is Mode.TOGETHER
        if not self._is_in_set:
            self._begin("Running")

    def _round_began(self, start: RoundStart) -> None:
        if self._is_in_set or self._blind.hides:
            return
        lane = "A and B" if self._together else start.label
        of = f", round {start.number} of {start.of}" if start.of > 1 and not start.warm_up else ""
        self._say(f"Running {lane}{of}")

    def _finished(self, comparison: Comparison) -> None:
        if self._is_in_set:
            return
        stopped = any(result.answer.stop_reason is StopReason.CANCELLED for result in comparison.results)
        done = "Both answers are ready for your vote" if self._blind.hides else "Comparison finished"
        self._end("" if stopped else done)

    def _set_went_on(self) -> None:
        stored = self._set.stored if self._set is not None else None
        if stored is not None and self._is_in_set:
            self._begin("")
            total = len(stored.run.prompts)
            self._say(f"Prompt {min(total, total - len(stored.missing) + 1)} of {total}")

    def _evaluated(self, state: EvaluationState, running: bool) -> None:
        if not running:
            return
        self._begin("")
        done, total = (sum(getattr(lane, name) for lane in state.lanes) for name in ("done", "total"))
        share = f" {format.percent(done / total)}" if total else ""
        self._say(f"MMLU paused{' at' * bool(share)}{share}" if state.state == "paused" else f"MMLU{share or ' run'}")

    def _evaluation_ended(self, record: EvaluationRecord) -> None:
        sentences = {"finished": "MMLU run finished", "failed": "MMLU run ended with a problem"}
        self._end(sentences.get(record.state.value, ""))

    def _measured(self, state: FidelityState, running: bool) -> None:
        if running:
            self._begin("")
            wanted = state.chunks_wanted
            self._say(f"Fidelity {format.percent(state.chunks_done / wanted)}" if wanted else "Fidelity")

    def _measurement_ended(self, record: FidelityRecord) -> None:
        sentences = {"finished": "Fidelity measured", "failed": "Fidelity measurement ended with a problem"}
        self._end(sentences.get(record.state.value, ""))

    def _begin(self, text: str) -> None:
        """From now on something runs, unless it did already."""
        if self._since is None:
            self._since = self._clock()
            self._say(text)

    def _end(self, sentence: str) -> None:
        since, self._since = self._since, None
        self._say("")
        if since is not None and sentence:
            self.ended.emit(sentence, self._clock() - since)

    def _say(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.changed.emit()
