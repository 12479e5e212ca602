"""The card between heads and composer: first start, conversation or details above, the scale or the vote below."""

from __future__ import annotations

from PySide6.QtCore import QUrl, Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from weighin.core.comparisons.comparison import Comparison, ComparisonRequest
from weighin.ui.compare.answers_area import AnswersArea
from weighin.ui.compare.conversation import Conversation
from weighin.ui.compare.first_start import FirstStart
from weighin.ui.compare.question_band import QuestionBand
from weighin.ui.lane.lane_pane import LanePane
from weighin.ui.scale.details_view import DetailsView
from weighin.ui.scale.scale_panel import ScalePanel
from weighin.ui.theme import Theme

# Of the height between heads and composer the scale takes no more than this share.
_MOST_SHARE = 0.28
_ROWS, _SHORT = 4, 2


class ComparisonCard(QFrame):
    """`link_clicked`: a link in an earlier answer."""

    link_clicked = Signal(QUrl)

    def __init__(self, theme: Theme, panes: tuple[LanePane, LanePane], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.first_start = FirstStart()
        self.question = QuestionBand()
        self.answers = AnswersArea(panes)
        self.blind_place, self.vote_place = QWidget(), QWidget()
        self.panel = ScalePanel(theme)
        self.details = DetailsView(theme, (panes[0].chart, panes[1].chart))
        self._shown: Comparison | None = None
        self._room = 0
        self._counts_energy = False
        present = QWidget()
        self._sides = QStackedWidget()
        self._sides.addWidget(self.answers)
        self._sides.addWidget(self.blind_place)
        column = QVBoxLayout(present)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.question)
        column.addWidget(self._sides, 1)
        self.conversation = Conversation(theme, present)
        self.conversation.link_clicked.connect(self.link_clicked)
        self._main, self._below = QStackedWidget(), QStackedWidget()
        for view in (self.first_start, self.conversation, self.details):
            self._main.addWidget(view)
        for part in (self.panel, self.vote_place):
            self._below.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addWidget(self._main, 1)
        layout.addWidget(self._below)
        self.panel.details_toggled.connect(self._show_details)
        self.details.closed.connect(lambda: self.panel.details.setChecked(False))
        self.question.together_toggled.connect(self.answers.scroll_together)
        self.panel.rows.set_room(_ROWS)
        self.show_first_start()

    @property
    def is_first_start(self) -> bool:
        """Whether nothing was asked yet."""
        return self._main.currentWidget() is self.first_start

    @property
    def shows_details(self) -> bool:
        """Whether all numbers stand in place of the answers."""
        return self._main.currentWidget() is self.details

    def show_first_start(self) -> None:
        """Nothing was asked."""
        self._shown = None
        self._main.setCurrentWidget(self.first_start)
        self._below.hide()

    def begin(self, request: ComparisonRequest) -> None:
        """A run begins."""
        self._shown = None
        self.question.show_prompt(request.prompt)
        self.panel.details.setChecked(False)
        self._main.setCurrentWidget(self.conversation)
        self._below.show()
        self.conversation.show_earlier(request.threads)
        if self._room:
            self.fit(self._room)

    def show_comparison(self, comparison: Comparison) -> None:
        """These answers are shown now."""
        self._shown = comparison
        # A row more from the next run on: while answers are read nothing moves.
        joules = [timing.joules for result in comparison.results for timing in result.timings]
        self._counts_energy = any(spent is not None for spent in joules)
        self.question.show_prompt(comparison.request.prompt)
        self.conversation.show_earlier(comparison.request.threads)
        self._main.setCurrentWidget(self.details if self.panel.details.isChecked() else self.conversation)
        self._below.show()
        if self.shows_details:
            self.details.show_comparison(comparison)

    def show_blind(self, is_open: bool) -> None:
        """The sides of a blind round, or the two lanes."""
        self._sides.setCurrentWidget(self.blind_place if is_open else self.answers)
        self._below.setCurrentWidget(self.vote_place if is_open else self.panel)

    def fit(self, room: int) -> None:
        """Give the scale as many rows as `room`, the pixels between heads and composer, allows."""
        self._room = room
        rows = self.panel.rows
        for lines in (_ROWS + self._counts_energy, _SHORT):
            if self._height_with(lines) <= room * _MOST_SHARE:
                break
        else:
            lines = 0
        if rows.lines != lines:
            rows.set_room(lines)

    def _height_with(self, lines: int) -> int:
        rows = self.panel.rows
        line = rows.fontMetrics().height() + 8
        return self.panel.sizeHint().height() - (rows.sizeHint().height() if rows.lines else 0) + lines * line

    def _show_details(self, wanted: bool) -> None:
        if wanted and self._shown is not None:
            self.details.show_comparison(self._shown)
            self._main.setCurrentWidget(self.details)
        elif self.shows_details:
            self._main.setCurrentWidget(self.conversation)
