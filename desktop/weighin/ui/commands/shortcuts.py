"""The keys of the window, made from its commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence, QShortcut

from weighin.ui.commands.command import Command

if TYPE_CHECKING:
    from weighin.ui.main_window import MainWindow


class Shortcuts(QObject):
    """Each key does its command, or the window says why not."""

    def __init__(self, commands: Callable[[], tuple[Command, ...]], window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        for command in commands():
            if not command.is_local:
                for keys in command.keys:
                    shortcut = QShortcut(QKeySequence(keys), window)
                    shortcut.activated.connect(lambda which=command: self._do(which))

    def _do(self, command: Command) -> None:
        if reason := command.why_not():
            self._window.show_notice(reason)
        else:
            command.run()
