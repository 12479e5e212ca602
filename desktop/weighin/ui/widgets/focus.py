"""Where the keyboard goes: never to wherever Qt finds the next widget because the one in use went away."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget
from shiboken6 import isValid


def take_focus_unless_typing(widget: QWidget) -> None:
    """Give `widget` the focus; while an edit has it, it stays there, for the next key belongs to what is typed."""
    at = QApplication.focusWidget()
    if not (isinstance(at, (QLineEdit, QPlainTextEdit, QTextEdit)) and not at.isReadOnly()):
        widget.setFocus()


def holds_focus(widget: QWidget) -> bool:
    """Whether `widget` or something in it has the keyboard of its window."""
    at = widget.window().focusWidget()
    return at is not None and (at is widget or widget.isAncestorOf(at))


def hand_on_focus(leaving: Iterable[QWidget], take: Callable[[], None]) -> None:
    """`leaving` are about to be hidden or disabled: where one of them holds the focus, `take` takes it."""
    if any(holds_focus(widget) for widget in leaving):
        take()


class FocusReturn(QObject):
    """When `opened` is closed with the keyboard in it, the keyboard goes back to where it was when that was opened, or
    `home` takes it where that is no longer to be seen."""

    def __init__(self, opened: QWidget, home: Callable[[], None]) -> None:
        super().__init__(opened)
        self._opened, self._home = opened, home
        self._was: QWidget | None = None
        self._is_open = False
        opened.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # What goes or comes with the page around it was neither closed nor opened.
        if event.type() == QEvent.Type.Show and not self._is_open:
            self._is_open, self._was = True, self._opened.window().focusWidget()
        elif event.type() == QEvent.Type.Hide and self._opened.isHidden():
            self._is_open = False
            if holds_focus(self._opened):
                self._give_back()
        return False

    def _give_back(self) -> None:
        was, beside = self._was, self._opened.parentWidget()
        usable = was is not None and isValid(was) and was.isVisible() and was.isEnabled()
        if was is not None and usable and beside is not None and beside.isAncestorOf(was) and not self._is_in(was):
            was.setFocus()
        else:
            self._home()

    def _is_in(self, widget: QWidget) -> bool:
        return widget is self._opened or self._opened.isAncestorOf(widget)


class KeepsOff(QObject):
    """Where Qt would move the keyboard on to `navigation`, or to nobody, because what had it was hidden or disabled,
    `home` takes it."""

    def __init__(self, navigation: QWidget, home: Callable[[], None]) -> None:
        super().__init__(navigation)
        self._navigation, self._home = navigation, home
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._look)

    def _look(self, old: QWidget | None, now: QWidget | None) -> None:
        if old is None or not isValid(old) or (old.isVisible() and old.isEnabled()):
            return
        window = self._navigation.window()
        lost = now is None or self._navigation.isAncestorOf(now)
        if lost and old.window() is window and window.isVisible():
            self._home()


def on_keys(widget: QWidget, keys: Iterable[str], action: Callable[[], None]) -> None:
    """Each of `keys`, such as "Ctrl+Return", does `action` while `widget` or something in it has the keyboard."""
    for sequence in keys:
        shortcut = QShortcut(QKeySequence(sequence), widget)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(action)
