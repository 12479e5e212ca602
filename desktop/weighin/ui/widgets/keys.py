"""Keys that do something wherever in a part of the window one is."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget


def on_keys(widget: QWidget, keys: Iterable[str], action: Callable[[], None]) -> None:
    """Each of `keys`, such as "Ctrl+Return", does `action` while `widget` or something in it has the keyboard."""
    for sequence in keys:
        shortcut = QShortcut(QKeySequence(sequence), widget)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(action)
