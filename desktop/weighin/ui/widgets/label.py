"""Labels and tooltips that show text as text, and whether its words are too long to be wrapped."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QTextOption
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QSizePolicy, QWidget

from weighin.core.safe_text import safe_text


class PlainLabel(QLabel):
    """A label that never reads its text as HTML: for every string that comes from a model, a file or an error.

    `role` picks the look from the style sheet: "", "muted", "small", "title", "error", "warning", "chip".
    """

    def __init__(self, text: str = "", role: str = "", wrap: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        if role:
            self.setProperty("role", role)
        self.say(text)

    def say(self, text: str) -> None:
        """Show `text`."""
        self.setText(safe_text(text))

    def say_or_hide(self, text: str) -> None:
        """Show `text`, or nothing at all where it is empty."""
        self.say(text)
        self.setVisible(bool(text))


class ElidedLabel(PlainLabel):
    """A label on one line that ends in "…" where it is too narrow; the whole text is its tooltip."""

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, role, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(24)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        metrics = self.fontMetrics()
        room = self.contentsRect()
        shown = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment(), shown)
        painter.end()
        # A tooltip is rich text when it looks like HTML; ours never may.
        self.setToolTip(plain_tooltip(self.text()) if shown != self.text() else "")


def plain_tooltip(text: str) -> str:
    """`text` as a tooltip that is wrapped, and never read as HTML even where it looks like it."""
    escaped = safe_text(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
    return f"<qt>{escaped}</qt>"


# Qt looks through a whole word for a place to break its line, again for each line: seconds for a quarter of a million.
_LONGEST = 4000


def wrap_for(edit: QPlainTextEdit, text: str) -> None:
    """Have `edit` break lines between words, or anywhere where `text`, about to be put in, holds a word so long that
    looking for its end would stop the window."""
    long = max(map(len, text.split()), default=0) > _LONGEST
    mode = QTextOption.WrapMode.WrapAnywhere if long else QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
    if edit.wordWrapMode() is not mode:
        edit.setWordWrapMode(mode)
