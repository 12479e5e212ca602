"""Downloads: a row each, with what to do beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.downloads.download import DownloadState, DownloadView
from weighin.core.downloads.text import download_line, overall_line
from weighin.core.safe_text import safe_name
from weighin.ui.widgets.confirmation import Confirmation
from weighin.ui.widgets.label import ElidedLabel, PlainLabel
from weighin.ui.widgets.scrolled import Scrolled

if TYPE_CHECKING:
    from weighin.services.models.download_manager import DownloadManager

_STEPS = 1000
_LEAST_HEIGHT = 120


class DownloadsPanel(QWidget):
    """Hidden while there is nothing to show; a third of the window high at most, beyond that its rows scroll."""

    def __init__(self, downloads: DownloadManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._downloads = downloads
        self.rows: dict[str, DownloadRow] = {}
        self._overall = PlainLabel(role="muted", wrap=True)
        rows = QWidget()
        self._column = QVBoxLayout(rows)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._list = RowsArea(rows)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._overall)
        layout.addWidget(self._list)
        downloads.changed.connect(self._follow)
        for view in downloads.views():
            self._follow(view.id)
        self.setVisible(bool(self.rows))

    @property
    def overall(self) -> str:
        """The line above the rows."""
        return self._overall.text()

    def fit(self) -> None:
        """The window has another height."""
        self._list.updateGeometry()

    def _follow(self, identifier: str) -> None:
        view = self._downloads.view(identifier)
        row = self.rows.get(identifier)
        if view is None:
            if row is not None:
                self._column.removeWidget(self.rows.pop(identifier))
                row.hide()
                row.deleteLater()
        elif row is None:
            row = self.rows[identifier] = DownloadRow(self._downloads, view)
            self._column.addWidget(row)
        else:
            row.show_view(view)
        self._overall.say(overall_line(self._downloads.views()))
        self.setVisible(bool(self.rows))


class RowsArea(Scrolled):
    """As high as its rows; a third of the window at most."""

    def __init__(self, rows: QWidget) -> None:
        super().__init__(rows)
        self._rows = rows
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        rows = self._rows
        wanted = rows.heightForWidth(max(1, self.width())) if rows.hasHeightForWidth() else rows.sizeHint().height()
        most = max(_LEAST_HEIGHT, self.window().height() // 3)
        return QSize(super().sizeHint().width(), min(wanted, most))

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self.updateGeometry()
        return super().eventFilter(watched, event)


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
        self.line = PlainLabel(role="small", wrap=True)
        self.note = PlainLabel(role="warning", wrap=True)
        self.again = QPushButton("Retry now")
        self.again.setAccessibleName(f"Retry the download of {name} now")
        self.hold = QPushButton()
        self.cancel = QPushButton("Cancel…")
        self.cancel.setAccessibleName(f"Cancel the download of {name}, after asking")
        self.confirm = Confirmation(
            "Delete", f"Delete the downloaded part of {name}", f"Keep the downloaded part of {name}"
        )
        self._done = view.done
        self._name = name
        row = QHBoxLayout()
        row.addWidget(ElidedLabel(f"{name} · {view.plan.repo}"), 1)
        row.addWidget(self.again)
        row.addWidget(self.hold)
        row.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 8)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self.bar)
        layout.addWidget(self.line)
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
        word = {DownloadState.PAUSED: "Resume", DownloadState.FAILED: "Retry"}.get(view.state, "Pause")
        if self.hold.text() != word:
            self.hold.setText(word)
            self.hold.setAccessibleName(f"{word} the download of {self._name}")

    def _ask(self) -> None:
        """Nothing is lost where nothing came yet."""
        if not self._done:
            self._downloads.cancel(self._id)
            return
        sentence = f"Cancel and delete the {format.size(self._done)} downloaded so far? This cannot be undone."
        self.confirm.ask(sentence, lambda: self._downloads.cancel(self._id), self.cancel)

    def _press(self) -> None:
        (self._downloads.resume if self._waits else self._downloads.pause)(self._id)
