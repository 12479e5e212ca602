"""Both lanes as one: what happens to a comparison happens to each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from weighin.core.comparisons.comparison import Comparison, ComparisonRequest
from weighin.core.runs.lane import LABELS
from weighin.ui.lane.lane_pane import LanePane
from weighin.ui.lane.lane_presenter import LanePresenter
from weighin.ui.theme import Theme
from weighin.ui.widgets.chart_scale import ChartScale
from weighin.ui.widgets.live_chart import ChartScales

if TYPE_CHECKING:
    from weighin.services.comparisons.comparison_runner import ComparisonRunner, RoundStart


class LanePair(QObject):
    """Panes and presenters of A and B. `try_anyway`: the user insists although memory may not suffice."""

    try_anyway = Signal()

    def __init__(self, theme: Theme, runner: ComparisonRunner, parent: QObject) -> None:
        super().__init__(parent)
        self.scales = ChartScales(ChartScale(self), ChartScale(self))
        self.panes = (LanePane(theme, "A", self.scales), LanePane(theme, "B", self.scales))
        self._presenters = tuple(
            LanePresenter(lane, pane, self) for lane, pane in zip(runner.lanes, self.panes, strict=True)
        )
        for presenter in self._presenters:
            presenter.activity_changed.connect(self._tell_each_other)
            presenter.try_anyway.connect(self.try_anyway)

    def warm_up(self) -> None:
        """Make what shows answers, and import the Markdown parser, while nobody waits: together a tenth of a second."""
        from weighin.ui.answer.answer_view import warm_up

        warm_up()
        for pane in self.panes:
            pane.prepare()

    def begin(self, request: ComparisonRequest, kept: str) -> None:
        """A comparison begins. kept: the lane that keeps what it shows, "" for none."""
        for presenter, pane, setup in zip(self._presenters, self.panes, request.lanes, strict=True):
            if pane.label == kept:
                presenter.keep()
            else:
                presenter.begin(setup.model)
        self._tell_each_other()

    def begin_round(self, start: RoundStart) -> None:
        """A new answer begins in one lane."""
        self._presenters[LABELS.index(start.label)].begin_round()
        self._tell_each_other()

    def stop(self) -> None:
        """Stop was pressed."""
        for presenter in self._presenters:
            presenter.stop()

    def end(self) -> None:
        """The comparison is over."""
        for presenter in self._presenters:
            presenter.end()

    def set_blind(self, hidden: bool) -> None:
        """While `hidden` nothing is shown of the lanes."""
        for presenter in self._presenters:
            presenter.set_blind(hidden)

    def show_empty(self) -> None:
        """Show lanes that gave nothing back."""
        for presenter in self._presenters:
            presenter.show_empty()

    def show_results(self, comparison: Comparison) -> None:
        """Show what each gave back."""
        for result in comparison.results:
            self._presenters[LABELS.index(result.label)].show_result(result)

    def _tell_each_other(self) -> None:
        a, b = self._presenters
        a.wait(b.is_active)
        b.wait(a.is_active)
