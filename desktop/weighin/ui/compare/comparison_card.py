"""The card between heads and composer: first start, conversation or details above, the scale or the vote below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QUrl, Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from weighin.core.comparisons.comparison import Comparison, ComparisonRequest
from weighin.core.runs.chat import Message
from weighin.ui.compare.answers_area import AnswersArea
from weighin.ui.compare.conversation import Conversation
from weighin.ui.compare.first_start import FirstStart
from weighin.ui.compare.question_band import QuestionBand
from weighin.ui.lane.lane_pane import LanePane
from weighin.ui.scale.scale_panel import ScalePanel
from weighin.ui.theme import Theme
from weighin.ui.widgets.focus import FocusReturn, hand_on_focus
from weighin.ui.widgets.scrolled import Scrolled

if TYPE_CHECKING:
    from weighin.ui.compare.find_bar import FindBar
    from weighin.ui.scale.details_view import DetailsView

# Of the height between heads and composer the scale takes no more than this share.
_MOST_SHARE = 0.26
_ROWS, _SHORT = 4, 2
_LEAST_LINES = 12


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
        self._details: DetailsView | None = None
        self._theme, self._panes = theme, panes
        self._find_bar: FindBar | None = None
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
        # It takes what is left; where that is less than this the page scrolls.
        self._main.setMinimumHeight(_LEAST_LINES * self.fontMetrics().height())
        self._start = Scrolled(self.first_start)
        for view in (self._start, self.conversation):
            self._main.addWidget(view)
        for part in (self.panel, self.vote_place):
            self._below.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._main, 1)
        layout.addWidget(self._below)
        self.panel.details_toggled.connect(self._show_details)
        self.question.together_toggled.connect(self.answers.scroll_together)
        self.show_first_start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_main"):
            self._main.setMinimumHeight(_LEAST_LINES * self.fontMetrics().height())

    @property
    def is_first_start(self) -> bool:
        """Whether nothing was asked yet."""
        return self._main.currentWidget() is self._start

    @property
    def shows_details(self) -> bool:
        """Whether all numbers stand in place of the answers."""
        return self._details is not None and self._main.currentWidget() is self._details

    @property
    def details(self) -> DetailsView:
        """All numbers, made when they are first wanted."""
        if self._details is None:
            from weighin.ui.scale.details_view import DetailsView

            self._details = DetailsView(self._theme, (self._panes[0].chart, self._panes[1].chart))
            self._details.closed.connect(lambda: self.panel.details.setChecked(False))
            self._main.addWidget(self._details)
        return self._details

    def find_words(self) -> None:
        """Look for words in both answers."""
        if self._find_bar is None:
            from weighin.ui.compare.find_bar import FindBar

            self._find_bar = FindBar(self._theme, self._panes, self)
            FocusReturn(self._find_bar, self._panes[0].answer.view.setFocus)
        self.panel.details.setChecked(False)
        self._find_bar.open_bar()

    def close_find(self) -> bool:
        """Close the line that looks for words, and say whether it was open."""
        if self._find_bar is None or self._find_bar.isHidden():
            return False
        self._find_bar.close_bar()
        return True

    @property
    def leaving(self) -> tuple[QWidget, ...]:
        """What goes away when a run begins: all but the answers, which one may be reading."""
        return (
            self.first_start,
            *((self._details,) if self._details else ()),
            self.question,
            self.panel,
            *self.conversation.earlier_turns,
        )

    def show_first_start(self) -> None:
        """Nothing was asked."""
        self._shown = None
        self._main.setCurrentWidget(self._start)
        self._below.hide()

    def begin(self, request: ComparisonRequest) -> None:
        """A run begins."""
        self._shown = None
        if self._find_bar is not None:
            self._find_bar.close_bar()
        self.question.show_prompt(request.prompt)
        self.panel.details.setChecked(False)
        self._main.setCurrentWidget(self.conversation)
        self._below.show()
        self._show_earlier(request.threads)
        self.fit(self._room)

    def show_comparison(self, comparison: Comparison) -> None:
        """These answers are shown now."""
        self._shown = comparison
        # A row more from the next run on: while answers are read nothing moves.
        joules = [timing.joules for result in comparison.results for timing in result.timings]
        self._counts_energy = any(spent is not None for spent in joules)
        self.question.show_prompt(comparison.request.prompt)
        self._show_earlier(comparison.request.threads)
        self._main.setCurrentWidget(self.details if self.panel.details.isChecked() else self.conversation)
        self._below.show()
        if not self.panel.rows.lines:
            self.fit(self._room)
        if self.shows_details:
            self.details.show_comparison(comparison)

    def forget_details(self) -> None:
        """Nothing of the comparison before may tell who is who."""
        if self._details is not None:
            self._details.clear()

    def show_blind(self, is_open: bool) -> None:
        """The sides of a blind round, or the two lanes."""
        self._sides.setCurrentWidget(self.blind_place if is_open else self.answers)
        self._below.setCurrentWidget(self.vote_place if is_open else self.panel)

    def fit(self, room: int) -> None:
        """Give the scale as many rows as `room`, the pixels between heads and composer, allows."""
        self._room = room
        if self.is_first_start:
            return
        rows = self.panel.rows
        for lines in (_ROWS + self._counts_energy, _SHORT):
            if self._height_with(lines) <= room * _MOST_SHARE:
                break
        else:
            lines = 0
        if rows.lines != lines:
            rows.set_room(lines)

    def _show_earlier(self, threads: tuple[tuple[Message, ...], ...]) -> None:
        self.conversation.show_earlier(threads)
        self.question.set_first(not self.conversation.earlier)

    def _height_with(self, lines: int) -> int:
        rows = self.panel.rows
        line = rows.fontMetrics().height() + 8
        return self.panel.sizeHint().height() - (rows.sizeHint().height() if rows.lines else 0) + lines * line

    def _show_details(self, wanted: bool) -> None:
        if wanted and self._shown is not None:
            self.details.show_comparison(self._shown)
            self._main.setCurrentWidget(self.details)
        elif self.shows_details:
            hand_on_focus([self.details], self.panel.details.setFocus)
            self._main.setCurrentWidget(self.conversation)
