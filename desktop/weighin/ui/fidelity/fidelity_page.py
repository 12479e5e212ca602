"""The Fidelity page: is this quantization good enough?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from weighin.core.errors import AppError
from weighin.core.fidelity.fidelity import FidelityRecord, FidelityRequest
from weighin.core.models.model import ModelFacts
from weighin.core.runs.run_state import RunState
from weighin.ui.charts.picture_export import PictureExport
from weighin.ui.fidelity.measurement_files import MeasurementFiles
from weighin.ui.fidelity.past_tab import PastTab
from weighin.ui.fidelity.run.run_presenter import RunPresenter
from weighin.ui.fidelity.run.run_view import RunView
from weighin.ui.fidelity.setup.setup_view import SetupView
from weighin.ui.theme import Theme
from weighin.ui.widgets.focus import holds_focus
from weighin.ui.widgets.page_head import PageHead

if TYPE_CHECKING:
    from weighin.services.models.library import Library
    from weighin.services.plans.workstation import Workstation
    from weighin.services.settings import Settings
    from weighin.wiring.fidelity import FidelityServices

TABS = ("Measure", "Past measurements")
MEASURE, PAST = range(2)
RUN, STOP = "Run the measurement", "Stop the measurement; what was read is kept"
_AROUND = 28  # around the words of a button, in pixels
_RUNNING = "A measurement is running. Stop it first, then open this one."


class FidelityPage(QWidget):
    """`ended`: a measurement is over. `busy`: why nothing may run now, "" where it may; `compared`: the models chosen
    on the Compare page."""

    ended = Signal()

    def __init__(
        self,
        theme: Theme,
        library: Library,
        settings: Settings,
        fidelity: FidelityServices,
        files: MeasurementFiles,
        workstation: Workstation,
        busy: Callable[[], str],
        compared: Callable[[], tuple[ModelFacts | None, ...]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._busy, self._theme = busy, theme
        self._runner, self._files = fidelity.runner, files
        self.setup = SetupView(theme, library, settings, workstation, compared)
        self.run = RunView(theme)
        self._presenter = RunPresenter(fidelity.runner, self.run, self)
        self.pictures = PictureExport(fidelity.kept, self.run.say, self.run.error.say, "fidelity")
        self.past = PastTab(theme, fidelity.kept, files, lambda: self._presenter.running_id)
        self.go = QPushButton("Run")
        self.go.setProperty("role", "primary")
        policy = self.go.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.go.setSizePolicy(policy)
        self._measure = QStackedWidget()
        for part in (self.setup, self.run):
            self._measure.addWidget(part)
        head = PageHead("Fidelity", TABS)
        self.tabs = head.tabs
        self._stack = QStackedWidget()
        for tab in (self._measure, self.past):
            self._stack.addWidget(tab)
        row = QHBoxLayout()
        row.addWidget(head, 1)
        row.addWidget(self.go, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self._stack, 1)
        self._connect()
        self._offer()

    @property
    def shows_run(self) -> bool:
        """Whether a measurement is shown, not the choice of one."""
        return self._measure.currentWidget() is self.run

    @property
    def running(self) -> bool:
        """Whether one goes on."""
        return self._runner.running

    @property
    def running_id(self) -> str:
        """Of the measurement that goes on, "" for none."""
        return self._presenter.running_id

    def start(self) -> None:
        """Measure what is chosen."""
        self.tabs.setCurrentIndex(MEASURE)
        if not self.running:
            if self.shows_run:
                self.show_setup()
            self._start()

    def resume(self, identifier: str) -> None:
        """Go on with a stored measurement."""
        self._begin(lambda: self._presenter.resume(identifier))

    def stop(self) -> None:
        """End the measurement; what was read is kept. `ended` follows."""
        self._runner.stop()
        self._offer()

    def take_focus(self) -> None:
        """Be ready for the keyboard."""
        if self._stack.currentWidget() is self.past:
            self.past.take_focus()
        elif self.shows_run:
            self.run.ladder.setFocus()
        else:
            self.setup.take_focus()

    def measure(self, base: ModelFacts, other: ModelFacts) -> None:
        """Offer to measure these two, unless one is measured now."""
        self.tabs.setCurrentIndex(MEASURE)
        if not self.running:
            self.show_setup()
            self.setup.measure(base, other)

    def show_record(self, record: FidelityRecord) -> None:
        """Show a stored measurement, or one from a bundle."""
        if self._runner.running:
            self._refuse(AppError(_RUNNING, kind="busy"))
            return
        self._presenter.show_record(record)
        self._show_run()

    def show_setup(self) -> None:
        """Choose what to measure."""
        if self._presenter.request is not None:
            self.setup.show_request(self._presenter.request)
        came_from_here = holds_focus(self)
        self._measure.setCurrentWidget(self.setup)
        self._offer()
        if came_from_here:
            self.setup.take_focus()

    def export(self) -> None:
        """Ask where to write the measurement that is shown."""
        record = self._presenter.record
        if record is not None:
            self._files.ask(record, self.window(), self.run.say, self.run.error.say)

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self._turn)
        self.go.clicked.connect(lambda: self.stop() if self.running else self._start())
        self.setup.changed.connect(self._offer)
        self.past.opened.connect(self.show_record)
        self.past.resume_wanted.connect(self.resume)
        self._runner.progressed.connect(lambda _state: self._offer())
        self._presenter.started.connect(self._show_run)
        self._presenter.ended.connect(self._end)
        self._presenter.refused.connect(self._show_refusal)
        self._presenter.run_wanted.connect(lambda request: self._begin(lambda: self._presenter.run(request)))
        bar = self.run.bar
        bar.new.connect(self.show_setup)
        bar.resume.connect(lambda: self.resume(self._presenter.identifier))
        bar.export.connect(self.export)
        self.run.scale.picture_wanted.connect(self._save_picture)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "go"):
            self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As wide as the longer of its two words: what is beside it stays."""
        self.go.ensurePolished()
        words = max(self.go.fontMetrics().horizontalAdvance(word) for word in ("Run", "Stop"))
        self.go.setMinimumWidth(words + _AROUND)

    def _turn(self, tab: int) -> None:
        self._stack.setCurrentIndex(tab)
        self._offer()

    def _offer(self) -> None:
        """The one button: Run, or Stop while something runs; away where it would do nothing."""
        running = self._runner.running
        stopping = running and self._runner.state is not None and self._runner.state.state is RunState.STOPPING
        self.go.setText("Stop" if running else "Run")
        self.go.setAccessibleName(STOP if running else RUN)
        setting_up = self._stack.currentWidget() is self._measure and not self.shows_run
        self.go.setVisible(running or setting_up)
        self.go.setEnabled(not stopping if running else self.setup.request is not None)

    def _start(self) -> None:
        self.setup.forget_refusals()
        request: FidelityRequest | None = self.setup.wanted
        if request is not None:
            self._begin(lambda: self._presenter.run(request))

    def _begin(self, begin: Callable[[], None]) -> None:
        """Begin unless something else runs; say it where the button was pressed."""
        reason = self._busy()
        if reason:
            self._refuse(AppError(reason, kind="busy"))
            return
        try:
            begin()
        except AppError as error:
            self._refuse(error)
        self._offer()

    def _refuse(self, error: AppError) -> None:
        if self._stack.currentWidget() is self.past:
            self.past.error.say(error.user_text)
        elif self.shows_run:
            self.run.error.say(error.user_text)
        else:
            self.setup.refuse(error)

    def _show_refusal(self, error: AppError) -> None:
        """It could not even begin: back to where it was asked for."""
        if not self._presenter.has_record:
            self.show_setup()
        if error.kind != "stopped":
            self._refuse(error)
        self._offer()
        self.past.refresh()  # why it was refused may be what another window does
        self.ended.emit()

    def _end(self) -> None:
        had = holds_focus(self.go)
        self._offer()
        if had:
            self.run.bar.take_focus()
        self.ended.emit()

    def _show_run(self) -> None:
        came_from_here = holds_focus(self) and not holds_focus(self.run)
        self.tabs.setCurrentIndex(MEASURE)
        self._measure.setCurrentWidget(self.run)
        self._offer()
        if came_from_here:
            (self.go if self.running else self.run.ladder).setFocus()

    def _save_picture(self) -> None:
        self.pictures.ask(self.run.scale.chart, self.run.caption(), self._theme.colours, self.window())
