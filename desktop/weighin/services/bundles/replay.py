"""One opened bundle: which of its models are here, fetching the others when asked, running it again, the outcome."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from weighin.core.bundles.bundle import Bundle
from weighin.core.bundles.replay import Replayed, cannot_run, replayed, shown_here
from weighin.core.comparisons.comparison import Comparison, ComparisonRequest
from weighin.core.downloads.download import Transferred
from weighin.core.errors import AppError
from weighin.services.bundles.bundles import Bundles, Here
from weighin.services.comparisons.comparison_runner import ComparisonRunner


class Replay(QObject):
    """`found`: what is here was looked up (again). `progress` carries a Transferred while files are hashed.
    `finished` carries a Replayed."""

    found = Signal()
    progress = Signal(object)
    finished = Signal(object)

    def __init__(
        self, bundle: Bundle, bundles: Bundles, runner: ComparisonRunner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.bundle = bundle
        self.here: Here = {}
        self.outcome: Replayed | None = None
        self._bundles, self._runner = bundles, runner
        self._looking = self._look_again = False
        self._request: ComparisonRequest | None = None
        runner.finished.connect(self._on_finished)

    @property
    def comparison(self) -> Comparison:
        """The record as it was, with the models of this computer where they are the same files."""
        return shown_here(self.bundle, self.here)

    @property
    def reason(self) -> str:
        """Why it cannot be run again here, "" where it can."""
        return cannot_run(self.bundle, self.here)

    def look(self) -> None:
        """Look up which models are here; `found` follows."""
        if self._looking:
            self._look_again = True
            return
        self._looking = True
        self._bundles.find(self.bundle, self._on_found, self._on_progress)

    def fetch(self, lane: str) -> None:
        """Download the files of a lane. Raises AppError."""
        self._bundles.fetch(next(model for model in self.bundle.models if model.lane == lane))

    def run(self) -> None:
        """Run it again with the same options; `finished` follows. Raises AppError where that cannot be."""
        if self.reason:
            raise AppError(f"Cannot be replayed: {self.reason}", kind="replay")
        self._request = request = self.comparison.request
        try:
            self._runner.run(request)
        except AppError:
            self._request = None
            raise

    def _on_found(self, here: Here) -> None:
        self._looking = False
        self.here = here
        self.found.emit()
        if self._look_again:
            self._look_again = False
            self.look()

    def _on_progress(self, news: Transferred) -> None:
        self.progress.emit(news)

    def _on_finished(self, ours: Comparison) -> None:
        # Whatever else was run meanwhile is no replay.
        if self._request is not None and ours.request == self._request:
            self._request = None
            self.outcome = replayed(self.bundle, ours)
            self.finished.emit(self.outcome)
