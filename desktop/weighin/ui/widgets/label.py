"""Labels and tooltips that show text as text, and whether its words are too long to be wrapped."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QSizePolicy, QWidget

from weighin.core.safe_text import safe_text

# QLabel breaks lines between words only. A word longer than this may need to be broken itself.
_LONG_WORD = 16
# What a label with such a word asks for at least, in average letters.
_LEAST_LETTERS = 20


class PlainLabel(QLabel):
    """A label that never reads its text as HTML: for every string that comes from a model, a file or an error. Where it
    wraps, a word wider than the label is broken.

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

    def heightForWidth(self, width: int) -> int:
        around = self.height() - self.contentsRect().height()
        inner = width - (self.width() - self.contentsRect().width())
        if not self._breaks_words(inner):
            return super().heightForWidth(width)
        return round(self._laid_out(inner).boundingRect().height()) + around

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        most = _LEAST_LETTERS * self.fontMetrics().averageCharWidth()
        if hint.width() <= most or not self._breaks_words(most):
            return hint
        return QSize(most, self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        room = self.contentsRect()
        if not self._breaks_words(room.width()):
            super().paintEvent(event)
            return
        layout = self._laid_out(room.width())
        spare = 0.0 if self.alignment() & Qt.AlignmentFlag.AlignTop else room.height() - layout.boundingRect().height()
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        layout.draw(painter, QPointF(room.topLeft()) + QPointF(0, max(0.0, spare / 2)))
        painter.end()

    def _breaks_words(self, width: int) -> bool:
        """Whether a word has to be broken to fit into `width` pixels."""
        selectable = self.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
        if not self.wordWrap() or selectable or width <= 0:
            return False
        metrics = self.fontMetrics()
        return any(metrics.horizontalAdvance(w) > width for w in self.text().split() if len(w) > _LONG_WORD)

    def _laid_out(self, width: int) -> QTextLayout:
        """The text in lines of `width` pixels."""
        option = QTextOption(self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout = QTextLayout(self.text().replace("\n", "\u2028"), self.font())
        layout.setTextOption(option)
        layout.beginLayout()
        below = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, below))
            below += line.height()
        layout.endLayout()
        return layout

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

    def say(self, text: str) -> None:
        super().say(text)
        self._tell()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._tell()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), self.alignment(), self._shown())
        painter.end()

    def _shown(self) -> str:
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width())

    def _tell(self) -> None:
        """The whole text in the tooltip, where not all of it is shown."""
        # A tooltip is rich text when it looks like HTML; ours never may.
        self.setToolTip(plain_tooltip(self.text()) if self._shown() != self.text() else "")


class FlowingLabel(PlainLabel):
    """A label for a FlowLayout: one line where there is room for it, as many as it takes where there is not."""

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, role, wrap=True, parent=parent)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 2, metrics.height())


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
