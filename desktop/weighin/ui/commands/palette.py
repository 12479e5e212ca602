"""The command palette: find any action by a few letters, and do it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from weighin.core import format
from weighin.core.safe_text import safe_name
from weighin.ui.commands.command import Command
from weighin.ui.commands.matching import matching
from weighin.ui.widgets.focus import FocusReturn
from weighin.ui.widgets.label import PlainLabel, plain_tooltip
from weighin.ui.widgets.search_line import SearchLine

if TYPE_CHECKING:
    from weighin.ui.main_window import MainWindow

_Index = QModelIndex | QPersistentModelIndex
_GROUP, _ASIDE = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_ROOM, _SIDE, _GAP = 12, 10, 16
_WIDTH, _MOST_ROWS, _TOP, _EDGE = 640, 12, 60, 24
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def shown_keys(command: Command) -> str:
    """The key that does it, as this system writes it; "" for none."""
    if not command.keys:
        return ""
    # Keyboards say Enter; Qt calls the key Return.
    return QKeySequence(command.keys[0]).toString(QKeySequence.SequenceFormat.NativeText).replace("Return", "Enter")


class CommandList(QAbstractListModel):
    """The commands that fit what is typed, each with why it cannot be done now."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[Command, ...] = ()
        self.shown: tuple[Command, ...] = ()

    def offer(self, commands: tuple[Command, ...]) -> None:
        """Offer these."""
        self._all = commands

    def narrow(self, typed: str) -> None:
        """Show those that fit."""
        self.beginResetModel()
        self.shown = matching(self._all, typed)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.shown)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        # One that cannot be done can be read all the same: it says why not.
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        command = self.shown[index.row()]
        reason = command.why_not()
        if role == Qt.ItemDataRole.DisplayRole:
            return safe_name(command.name, 160)
        if role == _GROUP:
            return command.group
        if role == _ASIDE:
            return reason or shown_keys(command)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            state = f"not available: {reason}" if reason else shown_keys(command)
            return ", ".join(part for part in (safe_name(command.name, 160), command.group, state) if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(f"{safe_name(command.name, 600)}\n{reason}".rstrip())
        if role == Qt.ItemDataRole.ForegroundRole:
            return Qt.GlobalColor.gray if reason else None
        return None


class _Row(QStyledItemDelegate):
    """Name and group at the left, keys or the reason why not at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(0, option.fontMetrics.height() + _ROOM)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        palette, metrics = option.palette, option.fontMetrics
        if selected:
            painter.fillRect(option.rect, palette.color(QPalette.ColorRole.Highlight))
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        quiet = role if selected else QPalette.ColorRole.PlaceholderText
        off = index.data(Qt.ItemDataRole.ForegroundRole) is not None
        room = option.rect.adjusted(_SIDE, 0, -_SIDE, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        aside = metrics.elidedText(str(index.data(_ASIDE)), Qt.TextElideMode.ElideRight, room.width() // 2)
        painter.setPen(palette.color(quiet))
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | middle, aside)
        left = QRect(room)
        left.setRight(room.right() - metrics.horizontalAdvance(aside) - _GAP)
        name = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideMiddle, left.width())
        painter.setPen(palette.color(quiet if off else role))
        painter.drawText(left, Qt.AlignmentFlag.AlignLeft | middle, name)
        left.setLeft(left.left() + metrics.horizontalAdvance(name) + _GAP)
        group = metrics.elidedText(str(index.data(_GROUP)), Qt.TextElideMode.ElideRight, max(0, left.width()))
        painter.setPen(palette.color(quiet))
        painter.drawText(left, Qt.AlignmentFlag.AlignLeft | middle, group)


class Palette(QFrame):
    """Lies over the window. The line keeps the keyboard: arrows move in the list, Enter does the command, Escape closes
    and the keyboard is where it was."""

    def __init__(self, commands: Callable[[], tuple[Command, ...]], window: MainWindow) -> None:
        super().__init__(window)
        self._commands, self._window = commands, window
        self.setProperty("role", "popup")
        self.setAccessibleName("Commands")
        self.search = SearchLine("Type a command", "Find a command")
        self.list = QListView()
        self.rows = CommandList(self)
        self.list.setModel(self.rows)
        self.list.setItemDelegate(_Row(self.list))
        self.list.setAccessibleName("Commands that match")
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._none = PlainLabel("No command matches.", role="muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        for part in (self.search, self._none, self.list):
            layout.addWidget(part, 1 if part is self.list else 0)
        layout.addStretch(0)
        self.hide()
        FocusReturn(self, window.take_focus)
        self.search.installEventFilter(self)
        window.installEventFilter(self)
        self.search.textChanged.connect(self._narrow)
        self.list.clicked.connect(self._do)
        self.list.selectionModel().currentChanged.connect(self._tell_current)

    def toggle(self) -> None:
        """Open it, or close it where it is open."""
        if self.isVisible():
            self.hide()
            return
        self.rows.offer(self._commands())
        self.search.clear()
        self._narrow("")
        self._place()
        self.show()
        self.raise_()
        self.search.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window:
            if event.type() == QEvent.Type.Resize and self.isVisible():
                self._place()
            return False
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                return self._pressed(event)
        if event.type() == QEvent.Type.FocusOut and self._window.isActiveWindow():
            self.hide()
        return False

    def _pressed(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        elif event.key() in _ENTER:
            self._do(self.list.currentIndex())
        elif event.key() in _MOVES:
            QCoreApplication.sendEvent(self.list, event)
        elif event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            pass  # there is nowhere to go: the list moves by the arrows
        else:
            return False
        return True

    def _narrow(self, text: str) -> None:
        self.rows.narrow(text)
        self._none.setVisible(not self.rows.shown)
        self.list.setVisible(bool(self.rows.shown))
        self.list.setCurrentIndex(self.rows.index(0))
        self._tell_current()

    def _tell_current(self) -> None:
        """Say beside the line, for a screen reader, where in the list one is."""
        index = self.list.currentIndex()
        name = index.data(Qt.ItemDataRole.AccessibleTextRole) if index.isValid() else "none"
        count = format.plural(len(self.rows.shown), "command")
        self.search.setAccessibleDescription(f"{count}; done with Enter: {name}")

    def _do(self, index: QModelIndex) -> None:
        """Do the command of a row; one that cannot be done stays, with its reason."""
        if index.isValid() and not (command := self.rows.shown[index.row()]).why_not():
            self.hide()
            command.run()

    def _place(self) -> None:
        room = self._window.size()
        row = self.fontMetrics().height() + _ROOM
        width = min(max(_WIDTH, self.fontMetrics().averageCharWidth() * 80), room.width() - 2 * _EDGE)
        height = self.search.sizeHint().height() + _MOST_ROWS * row + 30
        self.setGeometry((room.width() - width) // 2, _TOP, width, min(height, room.height() - _TOP - _EDGE))
