"""Says beside each lane's model whether it fits here, before anything is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from weighin.core.plans.text import memory_words, speed_words
from weighin.core.runs.options import LoadOptions
from weighin.ui.compare.compare_page import ComparePage
from weighin.ui.pickers.picker_verdicts import fit_words

if TYPE_CHECKING:
    from weighin.services.comparisons.comparison_runner import ComparisonRunner
    from weighin.services.lanes.lane import Lane
    from weighin.services.plans.outlook import Expectation, Outlook

# Not at once: whoever leafs through models wants no worker for each of them, and the first paint comes first.
_AFTER_MS = 800


class LaneOutlooks(QObject):
    """Follows the models and options of the Compare page."""

    def __init__(
        self, outlook: Outlook, runner: ComparisonRunner, page: ComparePage, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._outlook, self._runner, self._page = outlook, runner, page
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_AFTER_MS)
        self._soon.timeout.connect(self._ask)
        for pane in page.panes:
            pane.header.picker.model_changed.connect(lambda _model: self._changed())
        page.options_changed.connect(self._changed)
        outlook.changed.connect(self._say)
        runner.started.connect(lambda _request: outlook.begin())
        runner.finished.connect(lambda _comparison: self._ended())
        if runner.running:
            outlook.begin()
        self._soon.start()

    def _changed(self) -> None:
        self._say()
        self._soon.start()

    def _ended(self) -> None:
        self._outlook.end()
        self._say()

    def _ask(self) -> None:
        for pane, values in zip(self._page.panes, self._loads(), strict=True):
            model = pane.header.picker.chosen
            if model is not None and model.path and not model.is_server:
                self._outlook.ask(model, values)
        self._say()

    def _say(self) -> None:
        loads = self._loads()
        for index, pane in enumerate(self._page.panes):
            model = pane.header.picker.chosen
            expected = None
            if model is not None and not model.is_server:
                more = _given_back(self._runner.lanes[index]) - self._runner.only_seems_free(1 - index)
                expected = self._outlook.of(model, loads[index], more)
            pane.header.show_outlook(*_said(expected))

    def _loads(self) -> tuple[LoadOptions, LoadOptions]:
        options = self._page.run_options
        return options.a.load, options.b.load


def _given_back(lane: Lane) -> int:
    """Own memory of the model a lane holds: it is given back before the lane loads another."""
    return (lane.model.memory.own_bytes or 0) if lane.model else 0


def _said(expected: Expectation | None) -> tuple[str, str, str]:
    """A word, what it rests on, and its tone."""
    if expected is None:
        return "", "", ""
    tip = [expected.verdict.sentence, memory_words(expected.plan)]
    if expected.forecast is not None:
        tip.append(speed_words(expected.forecast))
    word, tone = fit_words(expected.verdict.kind)
    return word, "\n".join(tip), tone
