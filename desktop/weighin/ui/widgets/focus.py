"""Taking the keyboard, where nobody is typing."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget


def take_focus_unless_typing(widget: QWidget) -> None:
    """Give `widget` the focus; while an edit has it, it stays there, for the next key belongs to what is typed."""
    at = QApplication.focusWidget()
    if not (isinstance(at, (QLineEdit, QPlainTextEdit, QTextEdit)) and not at.isReadOnly()):
        widget.setFocus()
