"""A run as it goes on and after it: lanes, verdict, pictures, questions."""

from __future__ import annotations

from collections import Counter

from PySide6.QtWidgets import QHBoxLayout, QTabBar, QVBoxLayout, QWidget

from weighin import __version__
from weighin.core import format
from weighin.core.evaluations.evaluation import (
    EvaluationProtocol,
    EvaluationRecord,
    EvaluationRequest,
    EvaluationState,
    ItemResult,
    LaneEvaluation,
)
from weighin.core.evaluations.text import model_name, run_line
from weighin.core.runs.lane import LABELS
from weighin.core.runs.run_state import RunState
from weighin.ui.charts.chart_picture import Caption
from weighin.ui.mmlu.run.items import RunItems
from weighin.ui.mmlu.run.lane_card import LaneCard
from weighin.ui.mmlu.run.protocol_view import ProtocolView
from weighin.ui.mmlu.run.questions_view import QuestionsView
from weighin.ui.mmlu.run.run_bar import RunBar
from weighin.ui.mmlu.run.scores_view import ScoresView
from weighin.ui.mmlu.run.subjects_table import SubjectsTable
from weighin.ui.mmlu.run.verdict_box import VerdictBox
from weighin.ui.theme import Theme
from weighin.ui.widgets.scrolled import Scrolled
from weighin.ui.widgets.strip import Strip
from weighin.ui.widgets.tab_stack import TabStack

TABS = ("Scores", "Subjects", "Questions", "Method and cost")


class RunView(QWidget):
    """Shows what it is told; its buttons are in `bar`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: RunItems | None = None
        self._shown = ""  # id of the run, "" before it has one
        self._asked: dict[str, int] = {}
        self._names: tuple[str, ...] = ()
        self._decided_after: int | None = None
        self._protocol: EvaluationProtocol | None = None
        self._about = ""
        self.bar = RunBar()
        self.error = Strip("red")
        self.error.add_close(theme, "Close this message")
        self.notice = Strip()
        self.lanes = tuple(LaneCard(theme, label) for label in LABELS)
        self.verdict = VerdictBox(theme)
        self.scores = ScoresView(theme)
        self.subjects = SubjectsTable(theme)
        self.questions = QuestionsView(theme)
        self.account = ProtocolView()
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Parts of this run")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self._stack = TabStack()
        for name, tab in zip(TABS, (self.scores, self.subjects, self.questions, self.account), strict=True):
            self.tabs.addTab(name)
            self._stack.add_page(tab)
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)
        self._arrange()

    def say(self, sentence: str) -> None:
        """A piece of news about this run."""
        self.notice.say(sentence)

    def begin(self, request: EvaluationRequest) -> None:
        """A run was asked for; its questions are not known yet."""
        self._run, self._asked, self._protocol = None, {}, None
        self._start_afresh("")
        self._set_lanes(request)
        self.error.hide()
        self.notice.hide()
        self.bar.show_about("Reading the questions…")
        for card, lane in zip(self.lanes, request.lanes, strict=False):
            card.begin(lane.model)
        self._show_tabs(False)

    def show_plan(self, record: EvaluationRecord) -> None:
        """The questions are known; those answered already are among them."""
        self._shown = record.id
        self._take_record(record)
        self._show_scores(record.lanes)
        self._show_trace()

    def show_state(self, state: EvaluationState) -> None:
        """How the run stands."""
        self.bar.show_running(state)
        self.notice.say("" if state.state is RunState.PREPARING else state.notice)
        for lane in state.lanes:
            self._card(lane.label).show_progress(lane)
        for score in state.scores:
            self._card(score.label).show_score(score)
        self._decided_after = state.paired.decided_after if state.paired else None
        if len(self._names) > 1:
            self.verdict.show_verdict(state.paired, self._total, state.state)
        if state.scores:
            self._show_scores(state.scores)

    def take(self, label: str, results: tuple[ItemResult, ...]) -> None:
        """A lane has answered."""
        if self._run is not None:
            self._run.take(label, results)
            self._show_trace()
            self.questions.refresh_soon()

    def show_record(self, record: EvaluationRecord) -> None:
        """A run that is over."""
        if record.id != self._shown:
            self._start_afresh(record.id)
        self._set_lanes(record.request)
        self._take_record(record)
        for card, setup in zip(self.lanes, record.request.lanes, strict=False):
            card.begin(setup.model)
        for score in record.lanes:
            self._card(score.label).show_end(score, record.protocol.n)
        self._decided_after = record.paired.decided_after if record.paired else None
        if len(self._names) > 1:
            self.verdict.show_verdict(record.paired, self._total, record.state)
        self._show_scores(record.lanes)
        self._show_trace()
        self.bar.show_ended(record.state, format.moment(record.created), record.can_resume)

    def caption(self, title: str) -> Caption:
        """What stands around a picture of this run's chart."""
        models = tuple(zip(LABELS, self._names, strict=False))
        return Caption(title, models, "" if self.verdict.isHidden() else self.verdict.sentence, self._about)

    @property
    def _total(self) -> int:
        return len(self._run.items) if self._run else 0

    def _card(self, label: str) -> LaneCard:
        return self.lanes[LABELS.index(label)]

    def _set_lanes(self, request: EvaluationRequest) -> None:
        self._names = tuple(model_name(lane.model, label) for label, lane in zip(LABELS, request.lanes, strict=False))
        self.verdict.expect(self._names)
        self.lanes[1].setVisible(len(self._names) > 1)
        self.verdict.setVisible(len(self._names) > 1)

    def _start_afresh(self, identifier: str) -> None:
        """Another run: its first tab, and nothing of what was picked out of the last one."""
        self._shown = identifier
        self.tabs.setCurrentIndex(0)
        self.questions.show_all()

    def _take_record(self, record: EvaluationRecord) -> None:
        self._run = RunItems(record)
        self._asked = dict(sorted(Counter(item.question.subject for item in record.items).items()))
        self._protocol = record.protocol
        self.bar.show_about(run_line(record.protocol))
        self._about = f"{run_line(record.protocol)} · {format.moment(record.created)} · Weigh-In {__version__}"
        self.questions.show_run(self._run)
        self.account.show_record(record)
        self._show_tabs(True)

    def _show_scores(self, scores: tuple[LaneEvaluation, ...]) -> None:
        if self._protocol is not None:
            self.scores.show_scores(scores, self._protocol)
            self.subjects.show_scores(scores, self._asked)

    def _show_trace(self) -> None:
        if self._run is not None and self._run.paired:
            self.scores.show_trace(self._run.trace(self._decided_after), self._total)

    def _show_tabs(self, shown: bool) -> None:
        self.tabs.setVisible(shown)
        self._stack.setVisible(shown)

    def _arrange(self) -> None:
        lanes = QHBoxLayout()
        lanes.setSpacing(10)
        for card in self.lanes:
            lanes.addWidget(card, 1)
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.bar)
        layout.addWidget(self.error)
        layout.addWidget(self.notice)
        layout.addWidget(self.verdict)
        layout.addLayout(lanes)
        layout.addWidget(self.tabs)
        layout.addWidget(self._stack, 1)
        layout.addStretch(0)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(Scrolled(inner))
