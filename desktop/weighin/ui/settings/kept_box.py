"""What is kept and where, and how it goes again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.safe_text import safe_name
from weighin.ui.theme import Theme
from weighin.ui.widgets.confirmation import Confirmation
from weighin.ui.widgets.label import ElidedLabel, PlainLabel
from weighin.ui.widgets.section import Section, button
from weighin.ui.widgets.strip import Strip

if TYPE_CHECKING:
    from weighin.services.kept_data import KeptData, KeptPlace

_MEASURED = (
    "Delete all comparisons, evaluations, fidelity measurements, votes, forecasts and speed tests? "
    "Saved prompts, settings and model files stay. This cannot be undone."
)
_SETTINGS = (
    "Forget chosen models, options, window, theme, servers, hub and defaults? "
    "History, saved prompts and model files stay. This cannot be undone."
)
_EVERYTHING = (
    "Delete history, measurements, saved prompts, model folders, settings and logs? "
    "Model files and question sets stay. This cannot be undone."
)


@dataclass(frozen=True)
class _Deletion:
    button: QPushButton
    question: str
    confirm: Confirmation
    act: Callable[[], None]


class KeptBox(Section):
    """Everything on this computer; what is deleted is asked for first."""

    def __init__(self, theme: Theme, kept: KeptData, parent: QWidget | None = None) -> None:
        super().__init__("What is kept", "All of it stays on this computer.", parent)
        self._kept = kept
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setColumnStretch(1, 1)
        self.column.addLayout(self._grid)
        self._rows: list[tuple[PlainLabel, QPushButton]] = []
        self.news = Strip()
        self.news.add_close(theme, "Close this message")
        self.error = Strip("red")
        self.error.add_close(theme, "Close this message")
        self.deletions = tuple(
            _Deletion(button(f"{name}…", role="danger"), question, Confirmation(yes, name, f"Do not {verb}"), act)
            for name, yes, verb, question, act in (
                ("Delete history and measurements", "Delete", "delete", _MEASURED, self._delete_measured),
                ("Reset settings", "Reset", "reset", _SETTINGS, self._reset),
                ("Delete everything", "Delete everything", "delete", _EVERYTHING, self._delete_all),
            )
        )
        self.refresh()
        self.add_buttons(*(deletion.button for deletion in self.deletions))
        for deletion in self.deletions:
            self.column.addWidget(deletion.confirm)
            deletion.button.clicked.connect(lambda _checked=False, which=deletion: self._ask(which))
        self.column.addWidget(self.news)
        self.column.addWidget(self.error)

    @property
    def places(self) -> tuple[QPushButton, ...]:
        """The buttons that open the folders."""
        return tuple(opens for _, opens in self._rows)

    def open_place(self, number: int) -> None:
        """Open the folder of one of PLACES, or say why not."""
        self._kept.places(lambda places: self._open(places[number]))

    def refresh(self) -> None:
        """Look again how much there is."""
        self._kept.places(self._show)

    def _show(self, places: tuple[KeptPlace, ...]) -> None:
        for place in places[len(self._rows) :]:
            self._add(place)
        for (size, _), place in zip(self._rows, places, strict=True):
            size.say(format.size(place.size))

    def _add(self, place: KeptPlace) -> None:
        row = self._grid.rowCount()
        size = PlainLabel()
        opens = button("Open folder", f"Open folder: {place.title}")
        opens.clicked.connect(lambda: self._open(place))
        self._grid.addWidget(PlainLabel(place.title), row, 0)
        self._grid.addWidget(ElidedLabel(safe_name(str(place.folder), 400), role="muted"), row, 1)
        self._grid.addWidget(size, row, 2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(opens, row, 3)
        self._rows.append((size, opens))

    def _open(self, place: KeptPlace) -> None:
        self.error.hide()
        folder = next((at for at in (place.folder, *place.folder.parents) if at.is_dir()), place.folder)
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.error.say(f"No program here opens folders: {safe_name(str(folder), 200)}")

    def _ask(self, deletion: _Deletion) -> None:
        for other in self.deletions:
            other.confirm.dismiss()
        self.news.hide()
        self.error.hide()
        if reason := self._kept.why_not_now:
            self.error.say(reason)
        else:
            deletion.confirm.ask(deletion.question, deletion.act, deletion.button)

    def _delete_measured(self) -> None:
        self._kept.delete_measured(lambda: self._done("History and measurements were deleted."), self._fail)

    def _reset(self) -> None:
        self._kept.reset_settings()
        self._done("Settings were reset. What you change from now on is kept again.")

    def _delete_all(self) -> None:
        self._kept.delete_all(
            lambda: self._done("Everything was deleted but model files and question sets."), self._fail
        )

    def _done(self, sentence: str) -> None:
        self.news.say(sentence)
        self.refresh()

    def _fail(self, error: AppError) -> None:
        self.error.say(error.user_text)
        self.refresh()
