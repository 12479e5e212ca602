"""Says on the scale what is known: while lanes work, when they are done, and what would tell more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from weighin.core import format
from weighin.core.comparisons.comparison import Comparison, ComparisonRequest
from weighin.core.comparisons.proof import parity_words
from weighin.core.comparisons.scale import LaneReading, Scale, live_rows, scale_of
from weighin.core.comparisons.speed import Remedy
from weighin.core.comparisons.text import MEASURE_ALONE
from weighin.core.comparisons.text_difference import worth_comparing
from weighin.core.runs.answer import Answer
from weighin.core.runs.lane import LABELS
from weighin.core.runs.progress import LaneState, LaneStatus, LivePoint
from weighin.services.comparisons.quiet_watch import QuietWatch
from weighin.ui.scale.measure_alone import MeasureAlone
from weighin.ui.scale.measure_longer import MeasureLonger
from weighin.ui.scale.scale_panel import ScalePanel

if TYPE_CHECKING:
    from weighin.services.comparisons.comparison_runner import ComparisonRunner, RoundStart
    from weighin.services.comparisons.speed_tests import SpeedTests

_NOTHING = "No clear difference."
_TESTING = "Speed test of both models running…"
_TEST_WAITS = "Speed test waits until other programs are idle…"
_WAITING = "Waiting until other programs are idle…"
_STOPS = "Esc stops"
_WORKING = frozenset({LaneState.STARTING, LaneState.LOADING, LaneState.BUSY, LaneState.STOPPING})
_LOOK_MS = 1000
# The numbers of a run are renewed so often: more could not be read, and the window may not take time from the models.
_LIVE_MS = 250
_WHEN_IDLE = "Measure again when idle"


class ScalePresenter(QObject):
    """`again_wanted` carries the ComparisonRequest to be put once more, when nothing else is busy if that was what
    disturbed it; `alone_wanted` one that runs each model alone."""

    again_wanted = Signal(object)
    alone_wanted = Signal(object)

    def __init__(
        self,
        panel: ScalePanel,
        runner: ComparisonRunner,
        alone: MeasureAlone,
        tests: SpeedTests,
        parent: QObject,
        quiet: QuietWatch | None = None,
    ) -> None:
        """`quiet`: who sees whether other programs are busy."""
        super().__init__(parent)
        self._panel, self._alone = panel, alone
        self._tests, self._longer = tests, MeasureLonger(tests)
        self._quiet = quiet or QuietWatch()
        self._comparison: Comparison | None = None
        self._scale: Scale | None = None
        self._can_measure = False
        self._readings = {label: LaneReading() for label in LABELS}
        self._is_live = False
        self._limits: dict[str, int] = {}
        self._doing: dict[str, LaneStatus] = {}
        self._round = self._place = ""
        self._series: Callable[[], str] = lambda: ""
        panel.remedy_wanted.connect(self._press)
        tests.changed.connect(self._say)
        self._look = _timer(self, _LOOK_MS, self._look_for_quiet)
        self._renew = _timer(self, _LIVE_MS, self._show_live)
        self._renew.setSingleShot(True)
        # Nobody tells when other work ends; looked at only while something is offered that waits for it.
        self._follow = _timer(self, _LOOK_MS, self._offer)
        for lane in runner.lanes:
            lane.point.connect(lambda point, label=lane.label: self._take_point(label, point))
            lane.answered.connect(lambda answer, label=lane.label: self._take_answer(label, answer))
            lane.status_changed.connect(lambda status, label=lane.label: self._take_status(label, status))

    @property
    def waits(self) -> bool:
        """Whether it waits for other programs to be idle."""
        return self._look.isActive()

    def count_with(self, series: Callable[[], str]) -> None:
        """From now on `series` says how far a series of runs is, "" outside of one."""
        self._series = series

    def begin(self, request: ComparisonRequest, kept: str = "") -> None:
        """A run begins. kept: the lane whose earlier result stays, "" for none."""
        self._look.stop()
        self._follow.stop()
        earlier = self._readings.get(kept) if self._comparison is not None else None
        self._comparison = self._scale = None
        self._readings = {label: LaneReading() for label in LABELS}
        if kept and earlier is not None:
            self._readings[kept] = earlier
        self._limits = {k: s.sampling.max_tokens for k, s in zip(LABELS, request.lanes, strict=True)}
        self._doing = {}
        self._round = ""
        place = self._series()
        self._place = f"{place}: " if place else ""
        self._is_live = True
        self._panel.offer("")
        self._panel.show_links(result=False, alike=False)
        self._panel.rows.show_rows(live_rows(*self._readings.values()))
        self._panel.say("Starting…", _STOPS)

    def begin_round(self, start: RoundStart) -> None:
        """A new answer begins."""
        if start.warm_up:
            self._round = "Warm-up: "
        else:
            self._round = f"Round {start.number} of {start.of}: " if start.of > 1 else ""
        before = self._readings[start.label]
        self._readings[start.label] = LaneReading(memory_bytes=before.memory_bytes)

    def clear(self) -> None:
        """Nothing is compared."""
        self._is_live = False
        self._comparison = self._scale = None
        self._look.stop()
        self._follow.stop()
        self._panel.clear()

    def show_comparison(self, comparison: Comparison, can_measure: bool) -> None:
        """What this comparison says. `can_measure`: whether it could be run again here."""
        self._is_live = False
        self._look.stop()
        self._comparison, self._can_measure = comparison, can_measure
        if len(comparison.results) != len(LABELS):
            self._scale = None
            self._panel.clear()
            return
        self._scale = scale_of(comparison)
        self._readings = {
            result.label: LaneReading.of(result.answer.timing, result.answer.memory.peak_bytes)
            for result in comparison.results
        }
        self._alone.offer(comparison if can_measure else None)
        texts = [result.answer.text for result in comparison.results]
        self._panel.show_links(result=True, alike=worth_comparing(*texts))
        self._panel.rows.show_rows(self._scale.rows)
        self._say()

    def _take_point(self, label: str, point: LivePoint) -> None:
        if not self._is_live:
            return
        before = self._readings[label]
        memory = point.memory.total_bytes
        self._readings[label] = LaneReading(
            point.tokens_per_s if point.tokens_per_s is not None else before.generation,
            before.first_token_s if point.first_text_s is None else point.first_text_s,
            before.prompt,
            memory if memory is not None else before.memory_bytes,
        )
        if not self._renew.isActive():
            self._renew.start()

    def _take_status(self, label: str, status: LaneStatus) -> None:
        if not self._is_live:
            return
        if status.state in _WORKING:
            self._doing[label] = status
        else:
            self._doing.pop(label, None)
        if self._doing:
            self._panel.say(*self._live_words())

    def _live_words(self) -> tuple[str, str]:
        """Who does what, and how far they are."""
        said = {label: _doing_words(status) for label, status in sorted(self._doing.items())}
        if len(set(said.values())) == 1 and len(said) == len(LABELS):
            sentence = f"Both are {next(iter(said.values()))}…"
        else:
            sentence = ", ".join(f"{label} is {words}" for label, words in said.items()) + "…"
        written = [
            f"{format.count(status.done)} of at most {format.plural(self._limits.get(label, 0), 'token')}"
            for label, status in sorted(self._doing.items())
            if status.phase == "writing" and status.done
        ]
        sentence = f"{self._place}{self._round}{sentence}"
        return sentence, " · ".join([*written, _STOPS])

    def _take_answer(self, label: str, answer: Answer) -> None:
        if self._is_live:
            peak = answer.memory.peak_bytes or answer.memory.total_bytes
            self._readings[label] = LaneReading.of(answer.timing, peak)
            self._show_live()

    def _show_live(self) -> None:
        if self._is_live:
            self._panel.rows.show_rows(live_rows(*self._readings.values()))

    def _say(self) -> None:
        scale, comparison = self._scale, self._comparison
        if scale is None or comparison is None:
            return
        basis, same = parity_words(comparison)
        basis = f"✓ {basis}" if same else f"⚠ {basis}"
        news = _WAITING if self.waits else ""
        if self._is_testing:
            news = _TEST_WAITS if self._tests.waits else _TESTING
        caution = "" if news else scale.caution
        if caution and (why := self._tests.why_given_up(comparison.id)):
            caution = f"{caution} {why}"
        self._panel.say(scale.sentence or ("" if caution or news else _NOTHING), basis, caution, not same, news)
        self._offer()

    @property
    def _is_testing(self) -> bool:
        """Whether a speed test that would tell more of what is shown is under way."""
        if self._scale is None or self._comparison is None or not self._scale.caution:
            return False
        return self._tests.is_pending(self._comparison.id)

    def _offer(self) -> None:
        """Offer what would tell more."""
        scale, comparison = self._scale, self._comparison
        self._follow.stop()
        if scale is None or comparison is None or not self._can_measure:
            self._panel.offer("")
        elif scale.lacks_alone:
            self._panel.offer("Run each alone", MEASURE_ALONE, self._alone.why_not_now)
            self._follow.start()
        elif scale.remedy is Remedy.LONGER and not self._is_testing:
            self._panel.offer(*self._longer.offer(comparison))
            self._follow.start()
        elif scale.remedy is Remedy.AGAIN:
            text = "Cancel" if self.waits else _WHEN_IDLE
            self._panel.offer(text, f"{text}: the same prompt to both models once more")
        else:
            self._panel.offer("")

    def _press(self) -> None:
        comparison, scale = self._comparison, self._scale
        if comparison is None or scale is None:
            return
        if scale.lacks_alone:
            if request := self._alone.request():
                self.alone_wanted.emit(request)
            return
        if self.waits:
            self._look.stop()
        elif scale.remedy is Remedy.AGAIN:
            self._quiet.begin()
            self._look.start()
        elif request := self._longer.begin(comparison):
            self.again_wanted.emit(request)
        self._say()

    def _look_for_quiet(self) -> None:
        if self._quiet.is_quiet():
            comparison = self._comparison
            self._look.stop()
            self._say()
            if comparison is not None:
                self.again_wanted.emit(comparison.request)


def _doing_words(status: LaneStatus) -> str:
    if status.state in (LaneState.STARTING, LaneState.LOADING):
        return "loading"
    if status.state is LaneState.STOPPING:
        return "stopping"
    return {"reading": "reading the prompt", "writing": "answering"}.get(status.phase, "starting")


def _timer(parent: QObject, pause_ms: int, action: Callable[[], None]) -> QTimer:
    made = QTimer(parent)
    made.setInterval(pause_ms)
    made.timeout.connect(action)
    return made
