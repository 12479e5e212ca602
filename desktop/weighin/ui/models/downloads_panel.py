"""Downloads: a row each, with what to do beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.downloads.download import DownloadState, DownloadView
from weighin.core.downloads.text import download_line, overall_line
from weighin.core.safe_text import safe_name
from weighin.ui.widgets.confirmation import Confirmation
from weighin.ui.widgets.label import ElidedLabel, PlainLabel

if TYPE_CHECKING:
    from weighin.services.models.download_manager import DownloadManager

_STEPS = 1000


class DownloadsPanel(QWidget):
    """Hidden while there is nothing to show."""

    def __init__(self, downloads: DownloadManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._downloads = downloads
        self.rows: dict[str, DownloadRow] = {}
        self._overall = PlainLabel(role="muted")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self._overall)
        downloads.changed.connect(self._follow)
        for view in downloads.views():
            self._follow(view.id)
        self.setVisible(bool(self.rows))

    @property
    def overall(self) -> str:
        """The line above the rows."""
        return self._overall.text()

    def _follow(self, identifier: str) -> None:
        view = self._downloads.view(identifier)
        row = self.rows.get(identifier)
        if view is None:
            if row is not None:
                self.rows.pop(identifier).deleteLater()
        elif row is None:
            row = self.rows[identifier] = DownloadRow(self._downloads, view)
            self._column.addWidget(row)
        else:
            row.show_view(view)
        self._overall.say(overall_line(self._downloads.views()))
        self.setVisible(bool(self.rows))


class DownloadRow(QFrame):
    """One download."""

    def __init__(self, downloads: DownloadManager, view: DownloadView) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._downloads, self._id = downloads, view.id
        name = safe_name(view.plan.name, 120)
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(f"Progress of {name}")
        self.line = PlainLabel(role="small")
        self.note = PlainLabel(role="warning", wrap=True)
        self.again = QPushButton("Try now")
        self.again.setAccessibleName(f"Try the download of {name} again now")
        self.hold = QPushButton()
        self.cancel = QPushButton("Cancel…")
        self.cancel.setAccessibleName(f"Cancel the download of {name}, after asking")
        self.confirm = Confirmation("Delete", f"Delete what came of {name}", f"Keep what came of {name}")
        self._done = view.done
        self._name = name
        row = QHBoxLayout()
        row.addWidget(ElidedLabel(name), 2)
        row.addWidget(self.line, 2)
        row.addWidget(self.again)
        row.addWidget(self.hold)
        row.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 8)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self.bar)
        layout.addWidget(self.note)
        layout.addWidget(self.confirm)
        self.again.clicked.connect(lambda: self._downloads.resume(self._id))
        self.hold.clicked.connect(self._press)
        self.cancel.clicked.connect(self._ask)
        self.show_view(view)

    def show_view(self, view: DownloadView) -> None:
        """Show where it stands now."""
        self._done = view.done
        self.bar.setValue(view.done * _STEPS // view.plan.size)
        self.line.say(download_line(view))
        self.note.say_or_hide(view.note)
        self.again.setVisible(view.state is DownloadState.RUNNING and view.phase == "waiting")
        waits = view.state in (DownloadState.PAUSED, DownloadState.FAILED)
        self._waits = waits
        word = {DownloadState.PAUSED: "Resume", DownloadState.FAILED: "Try again"}.get(view.state, "Pause")
        if self.hold.text() != word:
            self.hold.setText(word)
            self.hold.setAccessibleName(f"{word} the download of {self._name}")

    def _ask(self) -> None:
        """Nothing is lost where nothing came yet."""
        if not self._done:
            self._downloads.cancel(self._id)
            return
        sentence = f"Cancel this download and delete the {format.size(self._done)} that came? It cannot be undone."
        self.confirm.ask(sentence, lambda: self._downloads.cancel(self._id), self.cancel)

    def _press(self) -> None:
        (self._downloads.resume if self._waits else self._downloads.pause)(self._id)
