"""The tokens of a prompt with their boundaries."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from weighin.core.runs.answer import PromptProof
from weighin.core.safe_text import safe_text
from weighin.ui.theme import Theme

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
