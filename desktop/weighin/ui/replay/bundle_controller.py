"""Opens bundles on the Compare page and writes records to files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from weighin.core import format
from weighin.core.bundles.any_bundle import AnyBundle
from weighin.core.bundles.bundle import Bundle
from weighin.core.bundles.set_bundle import SetBundle
from weighin.core.comparisons.comparison import Comparison
from weighin.core.downloads.download import Transferred
from weighin.core.errors import AppError
from weighin.core.exports import EXPORTS, export_text
from weighin.core.fidelity.fidelity import FidelityRecord
from weighin.core.prompts.prompt_set import StoredRun
from weighin.paths import BUNDLE_SUFFIX
from weighin.services.bundles.replay import Replay
from weighin.ui.compare.compare_page import ComparePage
from weighin.ui.replay.replay_box import ReplayBox
from weighin.ui.theme import Theme
from weighin.ui.widgets.file_dialog import ANY, BUNDLES, FileDialog
from weighin.ui.widgets.focus import FocusReturn

if TYPE_CHECKING:
    from weighin.services.bundles.bundles import Bundles
    from weighin.services.comparisons.comparison_runner import ComparisonRunner
    from weighin.services.models.download_manager import DownloadManager
    from weighin.services.models.library import Library

BUNDLE = "bundle"
_ANY_BUNDLE = f"Weigh-In bundle (*{BUNDLE_SUFFIX})"
_BUNDLE_FILTER = f"Replayable bundle (*{BUNDLE_SUFFIX})"


class BundleController(QObject):
    """`opened`: a comparison stands on the Compare page. `measurement_opened` carries a FidelityRecord and
    `set_run_opened` a StoredRun without an id to show, `notice` a sentence about a file."""

    opened = Signal()
    measurement_opened = Signal(object)
    set_run_opened = Signal(object)
    notice = Signal(str)

    def __init__(
        self,
        theme: Theme,
        bundles: Bundles,
        downloads: DownloadManager,
        library: Library,
        runner: ComparisonRunner,
        compare: ComparePage,
    ) -> None:
        super().__init__(compare)
        self._theme, self._bundles, self._downloads = theme, bundles, downloads
        self._runner, self._compare = runner, compare
        self._replay: Replay | None = None
        self.box: ReplayBox | None = None
        library.changed.connect(self._look)
        runner.started.connect(lambda _: self._follow_runner(True))
        runner.finished.connect(lambda _: self._follow_runner(False))

    def ask_open(self, window: QWidget) -> None:
        """Let the user choose a bundle, and open it."""
        dialog = FileDialog.for_files(window, "Open a bundle", BUNDLES, (_ANY_BUNDLE, "JSON (*.json)", ANY))
        dialog.fileSelected.connect(self.open)
        dialog.open()

    def open(self, path: str) -> None:
        """Show the bundle in a file, or say why that cannot be."""
        name = Path(path).name
        self._bundles.open(path, self._opened, lambda error: self.notice.emit(f"{name}: {error.user_text}"))

    def ask_export(self, comparison: Comparison | StoredRun, kind: str, window: QWidget) -> None:
        """Let the user choose where a comparison or a run of a prompt set goes. kind: one of EXPORTS, or
        BUNDLE."""
        suffix = BUNDLE_SUFFIX if kind == BUNDLE else f".{kind}"
        what, record = ("set", comparison.run) if isinstance(comparison, StoredRun) else ("comparison", comparison)
        name = f"{what}-{record.created[:10]}-{record.id[:8]}"
        filters = {_BUNDLE_FILTER if kind == BUNDLE else f"{EXPORTS[kind]} (*{suffix})": suffix[1:]}
        dialog = FileDialog.to_save(window, f"Export the {what}", name, filters)
        dialog.fileSelected.connect(lambda path: self.export(comparison, kind, path))
        dialog.open()

    def export(self, comparison: Comparison | StoredRun, kind: str, path: str) -> None:
        """Write a record to `path`; `notice` tells how it went."""
        if kind == BUNDLE and isinstance(comparison, StoredRun):
            self._bundles.save_set_run(comparison, path, lambda _: self._written(path), self._failed)
            return
        if kind != BUNDLE or isinstance(comparison, StoredRun):
            self._bundles.write(path, export_text(comparison, kind), lambda _: self._written(path), self._failed)
            return
        self._bundles.make(
            comparison,
            lambda bundle: self._bundles.save(bundle, path, lambda _: self._written(path), self._failed),
            self._failed,
            self._tell,
        )

    def put_away(self) -> None:
        """Close the bundle that is open."""
        if self.box is not None:
            self.box.hide()
            self.box.deleteLater()
            self.box = None
        if self._replay is not None:
            self._replay.deleteLater()
            self._replay = None

    def _opened(self, found: AnyBundle) -> None:
        if isinstance(found, FidelityRecord):
            self.measurement_opened.emit(found)
        elif isinstance(found, SetBundle):
            self.set_run_opened.emit(found.to_look_at)
        else:
            self._show(found)

    def _show(self, bundle: Bundle) -> None:
        if self._compare.why_closed:
            self.notice.emit(self._compare.why_closed)
            return
        self.put_away()
        self._replay = replay = Replay(bundle, self._bundles, self._runner, self)
        self.box = box = ReplayBox(self._theme, replay, self._downloads)
        FocusReturn(box, self._compare.prompt.take_focus)
        box.fetch_pressed.connect(self._fetch)
        box.run_pressed.connect(self._run)
        box.show_pressed.connect(self._show_theirs)
        box.closed.connect(self.put_away)
        replay.found.connect(self._show_found)
        self._compare.show_above(box)
        self._show_theirs()
        self.opened.emit()
        replay.look()

    def _show_found(self) -> None:
        """The lanes hold the models that are here, unless something was run or is running by now."""
        if self._replay is not None and self._replay.outcome is None and not self._runner.running:
            self._show_theirs()

    def _show_theirs(self) -> None:
        if self._replay is not None and not self._runner.running:
            self._compare.show_comparison(self._replay.comparison, "From a bundle", made_here=False)

    def _look(self) -> None:
        if self._replay is not None and self._replay.reason:
            self._replay.look()

    def _fetch(self, lane: str) -> None:
        if self._replay is not None:
            try:
                self._replay.fetch(lane)
            except AppError as error:
                self._say(error)

    def _run(self) -> None:
        if why := self._compare.prompt.why_not:
            self._compare.options.show_wrong()
            self._say(AppError(why, kind="busy"))
        elif self._replay is not None:
            try:
                self._replay.run()
            except AppError as error:
                self._say(error)

    def _say(self, error: AppError) -> None:
        if self.box is not None:
            self.box.say(error.user_text)

    def _follow_runner(self, running: bool) -> None:
        if self.box is not None:
            self.box.set_running(running)

    def _tell(self, news: Transferred) -> None:
        self.notice.emit(f"Checking the model files: {format.size(news.done)} of {format.size(news.total)}")

    def _written(self, path: str) -> None:
        self.notice.emit(f"Saved: {Path(path).name}")

    def _failed(self, error: AppError) -> None:
        self.notice.emit(error.user_text)
