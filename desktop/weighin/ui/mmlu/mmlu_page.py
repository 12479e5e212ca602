"""The MMLU page: ask, look, look again, and what others claim."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import EvaluationRecord, EvaluationRequest
from weighin.core.models.catalogue import Catalogue, Claim
from weighin.core.models.model import ModelFacts
from weighin.ui.charts.picture_export import PictureExport
from weighin.ui.mmlu.claims_tab import ClaimsTab
from weighin.ui.mmlu.past_tab import PastTab
from weighin.ui.mmlu.run.run_presenter import RunPresenter
from weighin.ui.mmlu.run.run_view import RunView
from weighin.ui.mmlu.setup.past_scores import PastScores
from weighin.ui.mmlu.setup.setup_view import SetupView
from weighin.ui.theme import Theme
from weighin.ui.widgets.focus import holds_focus
from weighin.ui.widgets.page_head import PageHead
from weighin.ui.widgets.saving import ask_export

if TYPE_CHECKING:
    from weighin.services.lanes.servers import Servers
    from weighin.services.models.library import Library
    from weighin.services.plans.workstation import Workstation
    from weighin.services.settings import Settings
    from weighin.ui.charts.chart import Chart
    from weighin.wiring.evaluations import EvaluationServices

TABS = ("Evaluate", "Past runs", "Claims")
EVALUATE, PAST, CLAIMS = range(3)


class MmluPage(QWidget):
    """`system_wanted` carries a System whose facts shall be shown; `ended`: a run is over. `busy`: why nothing may run
    now, "" where it may; `compared`: the models chosen on the Compare page."""

    system_wanted = Signal(object)
    ended = Signal()

    def __init__(
        self,
        theme: Theme,
        library: Library,
        servers: Servers,
        settings: Settings,
        evaluations: EvaluationServices,
        catalogue: Catalogue,
        workstation: Workstation,
        busy: Callable[[], str],
        compared: Callable[[], tuple[ModelFacts | None, ...]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._busy, self._theme = busy, theme
        self._runner, self._kept = evaluations.runner, evaluations.kept
        scores = PastScores(lambda model: _reading_speed(workstation, model), self)
        self.setup = SetupView(theme, library, servers, evaluations.sets, settings, scores, compared)
        self.setup.judge_by(workstation)
        self.run = RunView(theme)
        self._presenter = RunPresenter(evaluations.runner, self.run, self)
        self.pictures = PictureExport(evaluations.kept, self.run.say, self.run.error.say)
        self.past = PastTab(theme, evaluations.kept, lambda: self._presenter.running_id)
        self.claims = ClaimsTab(catalogue)
        self._evaluate = QStackedWidget()
        self._evaluate.addWidget(self.setup)
        self._evaluate.addWidget(self.run)
        head = PageHead("MMLU", TABS)
        self.tabs = head.tabs
        self._stack = QStackedWidget()
        for tab in (self._evaluate, self.past, self.claims):
            self._stack.addWidget(tab)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(8)
        layout.addWidget(head)
        layout.addWidget(self._stack, 1)
        self._connect(scores)
        self.past.refresh()

    @property
    def shows_run(self) -> bool:
        """Whether a run is shown, not the choice of one."""
        return self._evaluate.currentWidget() is self.run

    @property
    def running(self) -> bool:
        """Whether a run goes on, or rests."""
        return self._runner.running

    @property
    def running_id(self) -> str:
        """Of the run that goes on, "" for none."""
        return self._presenter.running_id

    def resume(self, identifier: str) -> None:
        """Go on with a stored run."""
        self._resume(identifier)

    def stop(self) -> None:
        """End the run; what was answered is kept. `ended` follows."""
        self._runner.stop()

    def take_focus(self) -> None:
        """Be ready for the keyboard."""
        tab = self._stack.currentWidget()
        if tab is self.past:
            self.past.take_focus()
        elif tab is self.claims:
            self.claims.search.setFocus()
        elif self.shows_run:
            self.run.tabs.setFocus()
        else:
            self.setup.take_focus()

    def show_claim(self, claim: Claim) -> None:
        """Show a claim beside the calculator."""
        self.tabs.setCurrentIndex(CLAIMS)
        self.claims.show_claim(claim)

    def show_record(self, record: EvaluationRecord) -> None:
        """Show a stored run."""
        if self._runner.running:
            self.past.error.say("An evaluation is running. Stop it first, then open this one.")
            return
        self._presenter.show_record(record)
        self._show_run()

    def _connect(self, scores: PastScores) -> None:
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)
        self.setup.run_wanted.connect(self._start)
        self.past.opened.connect(self.show_record)
        self.past.resume_wanted.connect(self._resume)
        self.past.rows_changed.connect(scores.show_rows)
        self.claims.system_wanted.connect(self.system_wanted)
        self._runner.finished.connect(lambda _record: self.ended.emit())
        self._runner.failed.connect(lambda _error: self.ended.emit())
        self._presenter.started.connect(self._show_run)
        self._presenter.refused.connect(self._show_refusal)
        self._presenter.run_wanted.connect(self._start)
        bar = self.run.bar
        bar.new.connect(self._show_setup)
        bar.resume.connect(lambda: self._resume(self._presenter.identifier))
        bar.export.connect(self._export)
        self.run.scores.picture_wanted.connect(self._save_picture)

    def _start(self, request: EvaluationRequest) -> None:
        self._begin(lambda: self._presenter.run(request))

    def _resume(self, identifier: str) -> None:
        self._begin(lambda: self._presenter.resume(identifier))

    def _begin(self, begin: Callable[[], None]) -> None:
        """Begin unless something else runs; say it where the button was pressed."""
        reason = self._busy()
        if reason:
            self._refuse(reason)
            return
        try:
            begin()
        except AppError as error:
            self._refuse(error.user_text)

    def _refuse(self, sentence: str) -> None:
        if self._stack.currentWidget() is self.past:
            self.past.error.say(sentence)
        elif self.shows_run:
            self.run.error.say(sentence)
        else:
            self.setup.refuse(sentence)

    def _show_refusal(self, error: AppError) -> None:
        """It could not even begin: back to where it was asked for."""
        if not self._presenter.has_record:
            self._show_setup()
        if error.kind != "stopped":
            self._refuse(error.user_text)
        self.past.refresh()  # why it was refused may be what another window does

    def _show_run(self) -> None:
        came_from_here = holds_focus(self) and not (self.shows_run and holds_focus(self.run))
        self.tabs.setCurrentIndex(EVALUATE)
        self._evaluate.setCurrentWidget(self.run)
        if came_from_here:
            self.run.bar.take_focus()

    def _show_setup(self) -> None:
        if self._presenter.request is not None:
            self.setup.show_request(self._presenter.request)
        came_from_here = holds_focus(self)
        self._evaluate.setCurrentWidget(self.setup)
        if came_from_here:
            self.setup.take_focus()

    def _export(self) -> None:
        record = self._presenter.record
        if record is not None:
            ask_export(self._kept, "evaluation", record, self.window(), self.run.say, self.run.error.say)

    def _save_picture(self, chart: Chart, title: str) -> None:
        self.pictures.ask(chart, self.run.caption(title), self._theme.colours, self.window())


def _reading_speed(workstation: Workstation, model: ModelFacts) -> float | None:
    """Tokens of a prompt read a second, as forecast for this computer."""
    forecast = workstation.judge_file(model).forecast
    return forecast.prompt_tokens_per_s if forecast else None
