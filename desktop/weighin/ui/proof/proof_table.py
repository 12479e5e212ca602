"""Everything both lanes were given, a line each, and the tokens of their prompts."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QWidget

from weighin.core.comparisons.proof import ProofRow
from weighin.core.runs.answer import PromptProof
from weighin.core.safe_text import safe_name, safe_text
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import PlainLabel


class ProofTable(QWidget):
    """Name, lane A, lane B; what is not the same in amber, with a mark."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(2, 1)
        self._labels: list[PlainLabel] = []

    @property
    def lines(self) -> tuple[str, ...]:
        """What stands there, a line each."""
        texts = [label.text() for label in self._labels]
        return tuple(" | ".join(texts[at : at + 3]) for at in range(0, len(texts), 3))

    def show_rows(self, rows: tuple[ProofRow, ...]) -> None:
        """Show these in place of those before."""
        for label in self._labels:
            label.setParent(None)
            label.deleteLater()
        self._labels = []
        for line, row in enumerate(rows):
            role = "warning" if row.differs else "small"
            name = f"⚠ {row.name}" if row.differs else row.name
            for column, text in enumerate((name, safe_name(row.a, 200), safe_name(row.b, 200))):
                label = PlainLabel(text, role=role, wrap=column > 0)
                self._grid.addWidget(label, line, column)
                self._labels.append(label)
        self.setAccessibleName("What both lanes were given")
        told = "; ".join(f"{'not the same: ' if r.differs else ''}{r.name}: {r.a} and {r.b}" for r in rows)
        self.setAccessibleDescription(told)


_NEWLINE = "↵\n"


class PromptTokens(QPlainTextEdit):
    """Each token on a ground of its own, by turns of two shades; the first that the other lane does not have stands in
    amber, between marks."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._proof: PromptProof | None = None
        self._differs: int | None = None
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAccessibleName(name)
        theme.changed.connect(lambda _: self._write())

    def show_proof(self, proof: PromptProof | None, differs: int | None) -> None:
        """Show the tokens of a prompt; `differs`: number of the first that the other lane does not have."""
        self._proof, self._differs = proof, differs
        self._write()

    def _write(self) -> None:
        self.clear()
        if self._proof is None:
            return
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for number, piece in enumerate(self._proof.pieces):
            shown = safe_text(piece).replace("\n", _NEWLINE) or "∅"
            if number == self._differs:
                shown = f"⚠{shown}"
            cursor.insertText(shown, self._format(number))
        cursor.endEditBlock()

    def _format(self, number: int) -> QTextCharFormat:
        colours = self._theme.colours
        made = QTextCharFormat()
        made.setForeground(QColor(colours.text))
        made.setBackground(QColor(colours.raised if number % 2 else colours.surface))
        if number == self._differs:
            made.setForeground(QColor(colours.amber))
            made.setBackground(QColor(colours.amber_surface))
        return made
