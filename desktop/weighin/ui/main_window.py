"""The window: a rail, pages, and one quiet line for news. It shows pages and closes in order, and does nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QIcon, QPaintEvent
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from weighin import paths
from weighin.core.comparisons.comparison import Comparison
from weighin.core.errors import AppError
from weighin.ui import theme as themes
from weighin.ui.notice_bar import NoticeBar
from weighin.ui.pages import COMPARE, FIDELITY, HISTORY, KEYS, MMLU, MODELS, PAGES, WORK, WORKSTATION, Pages
from weighin.ui.pickers.file_drop import FileDrop
from weighin.ui.rail import Rail
from weighin.ui.remembered_window import RememberedWindow
from weighin.ui.widgets.file_dialog import Folders
from weighin.ui.widgets.focus import KeepsOff
from weighin.ui.widgets.tab_order import go_on
from weighin.ui.window_place import FirstPlace
from weighin.ui.work.closing import Closing
from weighin.ui.work.end_notice import EndNotice
from weighin.ui.work.running_work import RunningWork

if TYPE_CHECKING:
    from weighin.core.tape import Tape
    from weighin.services.comparisons.comparison_runner import ComparisonRunner
    from weighin.services.comparisons.history import History
    from weighin.services.models.library import Library
    from weighin.services.settings import Settings
    from weighin.ui.commands.command import Command
    from weighin.ui.commands.palette import Palette
    from weighin.ui.compare.compare_page import ComparePage
    from weighin.ui.fidelity.fidelity_page import FidelityPage
    from weighin.ui.history.history_page import HistoryPage
    from weighin.ui.mmlu.mmlu_page import MmluPage
    from weighin.ui.models.models_page import ModelsPage
    from weighin.ui.parts import Parts
    from weighin.ui.prompt_sets.sets_controller import SetsController
    from weighin.ui.replay.bundle_controller import BundleController
    from weighin.ui.workstation.workstation_page import WorkstationPage

__all__ = ["COMPARE", "FIDELITY", "HISTORY", "MMLU", "MODELS", "PAGES", "WORKSTATION", "MainWindow"]

_GEOMETRY = "window_geometry"
_SIZE, _LEAST = QSize(1280, 820), QSize(640, 560)
_VOTE_FIRST = "Vote first: other pages could tell which model is which."


class MainWindow(QMainWindow):
    """`theme.apply` must have been called before. `page_shown` carries its number in PAGES."""

    page_shown = Signal(int)

    def __init__(
        self,
        runner: ComparisonRunner,
        library: Library,
        history: History,
        settings: Settings,
        parts: Parts,
    ) -> None:
        super().__init__()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.theme = themes.current(app)
        self.runner = runner
        self._history = history
        self._settings = settings
        self.parts = parts
        Folders(settings, self)
        self.setWindowTitle("Weigh-In")
        self.setWindowIcon(QIcon(str(paths.resources() / "icons" / "weighin.svg")))
        self.setMinimumSize(_LEAST)
        self.pages = Pages(self.theme, runner, library, history, settings, parts, self)
        self.compare: ComparePage = self.pages.compare
        self._page = COMPARE
        self._rail = Rail(self.theme, tuple(zip(PAGES, KEYS, strict=True)), len(PAGES) - len(WORK))
        self._work = RunningWork(runner, parts.blind, self)
        self._closing = Closing(self, runner)
        self._palette: Palette | None = None
        self._has_keys = False
        self._arrange()
        self._connect()
        self.go_to(COMPARE)
        RememberedWindow(settings, self, library, WORK, self.go_to)
        self._restore_geometry()
        self.theme.dress()

    @property
    def history_page(self) -> HistoryPage:
        """The History page, made when it is first wanted, as are the next ones."""
        return self.pages.history

    @property
    def models_page(self) -> ModelsPage:
        """The Models page."""
        return self.pages.models

    @property
    def workstation_page(self) -> WorkstationPage:
        """The Workstation page."""
        return self.pages.workstation

    @property
    def mmlu_page(self) -> MmluPage:
        """The MMLU page."""
        return self.pages.mmlu

    @property
    def fidelity_page(self) -> FidelityPage:
        """The Fidelity page."""
        return self.pages.fidelity

    @property
    def bundle_controller(self) -> BundleController:
        """Opens and writes bundles."""
        return self.pages.bundles

    @property
    def sets_controller(self) -> SetsController:
        """Prompt sets beside the lanes."""
        return self.pages.sets

    @property
    def palette_of_commands(self) -> Palette:
        """Finds and runs every command, made when it is first wanted."""
        if self._palette is None:
            from weighin.ui.commands.palette import Palette

            self._palette = Palette(self.commands, self)
        return self._palette

    @property
    def notice(self) -> str:
        """The application-wide sentence shown, "" where there is none."""
        return self._notice.text

    @property
    def page(self) -> int:
        """Number of the page shown."""
        return self._page

    @property
    def why_hidden(self) -> str:
        """Why other pages cannot be shown now, "" where they can: they could tell what a blind round hides."""
        return _VOTE_FIRST if self.parts.blind.hides else ""

    def why_not_shown(self, number: int) -> str:
        """Why the page with this number in PAGES cannot be shown now, "" where it can."""
        return self.why_hidden if COMPARE < number < len(WORK) else ""

    def commands(self) -> tuple[Command, ...]:
        """Everything that can be done now, or cannot and why."""
        from weighin.ui.commands.table import window_commands  # not before the first paint

        return window_commands(self)

    def show_page(self, number: int) -> None:
        """Show the page with this number in PAGES."""
        if reason := self.why_not_shown(number):
            self.show_notice(reason)
            number = COMPARE
        try:
            self.pages.show(number)
            self._page = number
            self.page_shown.emit(number)
        except AppError as error:
            self.show_notice(error.user_text)
        self._rail.show_chosen(self._page)

    def go_to(self, number: int) -> None:
        """Show a page, ready to type."""
        self.show_page(number)
        self.take_focus()

    def show_notice(self, text: str) -> None:
        """Say something that concerns the whole application, in a line that can be closed."""
        self._notice.say(text)

    def add_notice(self, text: str) -> None:
        """Say something more of the whole application: what stands there stays."""
        self._notice.add(text)

    def open_bundle(self, path: str) -> None:
        """Open a comparison or a measurement of fidelity from elsewhere."""
        self.bundle_controller.open(path)

    def open_files(self, files: list[str], lane: int = 0) -> None:
        """Open model files, the first in lane number `lane`, or a bundle."""
        if len(files) == 1 and files[0].endswith(paths.BUNDLE_SUFFIX):
            self.open_bundle(files[0])
            return
        if self.compare.why_closed:
            self.show_notice(self.compare.why_closed)
            return
        if self._page != COMPARE:
            self.go_to(COMPARE)
        self.compare.choice.take(self.compare.panes[lane], files)

    def toggle_full_screen(self) -> None:
        """Take the whole screen, or give it back."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def close_now(self) -> None:
        """Close without asking, as when the session ends: what runs is stopped and kept."""
        self._closing.be_sure()
        self.close()

    def end_session(self) -> None:
        """The session ends: the next try to close the window is not asked about."""
        self._closing.be_sure()

    def focusNextPrevChild(self, next: bool) -> bool:
        return go_on(self, self.focusWidget(), next) or super().focusNextPrevChild(next)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._has_keys:
            self._has_keys = True
            QTimer.singleShot(0, self, self._take_keys)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._settings.set(_GEOMETRY, bytes(self.saveGeometry().toBase64().data()).decode("ascii"))
        if not self._closing.allows():
            event.ignore()
            return
        self.parts.blind.give_up()  # an answer that nobody has judged is kept all the same
        super().closeEvent(event)

    def _arrange(self) -> None:
        content = QWidget()
        content.setObjectName("content")
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.pages.stack, 1)
        self._notice = NoticeBar(self.theme, content)
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail)
        row.addWidget(content, 1)
        self.setCentralWidget(whole)

    def _connect(self) -> None:
        self._rail.chosen.connect(self.show_page)
        self.pages.wanted.connect(self.go_to)
        self.pages.notice.connect(self.show_notice)
        self.pages.tape_wanted.connect(self._show_tape)
        self.pages.evaluations_made.connect(self._work.watch_evaluations)
        self.pages.fidelity_made.connect(self._work.watch_fidelity)
        self.pages.sets_made.connect(self._work.watch_sets)
        self._work.changed.connect(self._show_work)
        EndNotice(self._work, self.parts, self)
        self._history.completed.connect(self.compare.complete)
        self.compare.measured_alone.connect(self._hold_against_alone)
        self.parts.blind.began.connect(self._put_names_away)
        # Files dropped beside the panes go to the lanes in their order; on a pane, that pane takes the first.
        FileDrop(self).dropped.connect(self.open_files)
        self.compare.tape_wanted.connect(self._show_tape)
        self.compare.export_wanted.connect(self.pages.export)
        self.compare.find_models_wanted.connect(self.pages.find_models)
        self.compare.heads.fidelity_wanted.connect(self.pages.measure_fidelity)
        self.compare.differences_wanted.connect(self._show_differences)
        KeepsOff(self._rail, self.take_focus)
        self.compare.prompt.sets_toggled.connect(lambda is_open: self.sets_controller.show_drawer(is_open))
        self.compare.prompt.models_dropped.connect(self.open_files)
        self.compare.choice.bundle_dropped.connect(self.open_bundle)

    def _take_keys(self) -> None:
        """From the first paint on, which waits for none of them."""
        from weighin.ui.commands.shortcuts import Shortcuts

        Shortcuts(self.commands, self)

    def take_focus(self) -> None:
        """The page that is shown is ready for the keyboard."""
        self.pages.take_focus(self._page)

    def _show_differences(self, comparison: Comparison) -> None:
        from weighin.ui.reading.reading_window import ReadingWindow

        if self._may_tell():
            ReadingWindow(self.theme, comparison, self).show()

    def _show_tape(self, comparison: Comparison) -> None:
        from weighin.ui.tape.tape_window import TapeWindow

        if not self._may_tell():
            return
        tapes = self.parts.tapes

        def show(tape: Tape) -> None:
            if self._may_tell():
                TapeWindow(self.theme, tapes, tape, self).show()

        tapes.make(comparison, show, lambda error: self.show_notice(error.user_text))

    def _may_tell(self) -> bool:
        """Whether a window may name the models; otherwise it is said why not."""
        if self.parts.blind.hides:
            self.show_notice(self.compare.why_closed)
        return not self.parts.blind.hides

    def _put_names_away(self) -> None:
        """A bundle and the windows beside this one name the models that a blind round hides."""
        self.pages.put_bundle_away()
        for dialog in self.findChildren(QDialog):
            dialog.close()

    def _show_work(self) -> None:
        # Qt puts the program's name behind every title that does not end with it.
        self.setWindowTitle(f"{self._work.text} – Weigh-In" if self._work.text else "Weigh-In")

    def _hold_against_alone(self, together: Comparison, alone: Comparison) -> None:
        self._history.hold_against(together, alone, lambda error: self.show_notice(error.user_text))

    def _restore_geometry(self) -> None:
        FirstPlace(self, _SIZE)
        stored = self._settings.get(_GEOMETRY, "")
        if isinstance(stored, str) and stored.isascii() and stored:
            self.restoreGeometry(QByteArray.fromBase64(stored.encode("ascii")))
