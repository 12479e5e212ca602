"""What drops down under a picker: a search line, the models that match, and a way to open a file."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, QEvent, QModelIndex, QObject, QPoint, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from weighin.core import format
from weighin.core.models.model import ModelFacts
from weighin.core.safe_text import safe_name
from weighin.ui.compare.model_list import ModelDelegate, ModelList
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.question import Question

_LEAST_WIDTH, _MOST_WIDTH = 460, 760
_MOST_ROWS = 14
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ModelPopup(QFrame):
    """`chosen` carries ModelFacts. The search line keeps the focus: arrows move in the list, Enter chooses, Escape
    closes; Delete in the list forgets a model on a server, after asking (`forget_requested` carries its path)."""

    chosen = Signal(object)
    open_requested = Signal()
    server_requested = Signal()
    forget_requested = Signal(str)

    def __init__(self, label: str, picker: QWidget) -> None:
        # Not a child of the picker itself: what lies in a combo box Qt dresses as the combo box's own list.
        super().__init__(picker.parentWidget(), Qt.WindowType.Popup)
        self._picker = picker
        # A click beside it only closes it; on the picker it would open it again at once.
        self.setAttribute(Qt.WidgetAttribute.WA_NoMouseReplay)
        self.setProperty("role", "popup")
        self.setAccessibleName(f"Models for lane {label}")
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search by name, quantization or source")
        self.search.setAccessibleName(f"Search a model for lane {label}")
        self.search.setClearButtonEnabled(True)
        self.models = ModelList(self)
        self.list = QListView()
        self.list.setModel(self.models)
        self.list.setItemDelegate(ModelDelegate(self.list))
        self.list.setAccessibleName(f"Models that match, for lane {label}")
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.none = PlainLabel("No model matches.", role="muted")
        self.open = QPushButton("Open GGUF…")
        self.open.setAccessibleName(f"Open a GGUF file for lane {label}")
        self.confirm = Question("Remove", "Take this model off the list", "Keep this model on the list")
        self.server = QPushButton("Add a server…")
        self.server.setAccessibleName(f"Add a model on a server for lane {label}")
        buttons = QHBoxLayout()
        buttons.addWidget(self.open)
        buttons.addWidget(self.server)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self.search)
        layout.addWidget(self.none)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.confirm)
        layout.addLayout(buttons)
        self.none.hide()
        self.search.installEventFilter(self)
        self.list.installEventFilter(self)
        self.search.textChanged.connect(self._narrow)
        self.list.clicked.connect(self._take)
        self.list.selectionModel().currentChanged.connect(self._tell_current)
        self.open.clicked.connect(lambda: self._leave(self.open_requested))
        self.server.clicked.connect(lambda: self._leave(self.server_requested))

    def pop_up(
        self, models: tuple[ModelFacts, ...], sources: Mapping[str, str], current: ModelFacts | None, text: str
    ) -> None:
        """Show these below the picker, or above it where there is no room; `text` is typed already."""
        self.confirm.dismiss()
        self.models.set_models(models, sources)
        self.search.setText(text)
        self._narrow(text)
        if current is not None and not text:
            self._go_to(next((row for row, m in enumerate(self.models.shown) if m.path == current.path), 0))
        self._place(len(models))
        self.show()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)
        self.list.scrollTo(self.list.currentIndex(), QAbstractItemView.ScrollHint.PositionAtCenter)

    def forget(self) -> None:
        """Hold no names until it is shown again."""
        self.close()
        self.models.set_models((), {})
        self.search.clear()
        self.search.setAccessibleDescription("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _ENTER:
                self._take(self.list.currentIndex())
                return True
            if watched is self.list and event.key() == Qt.Key.Key_Delete:
                return self._forget()
            if watched is self.search and event.key() in _MOVES:
                QCoreApplication.sendEvent(self.list, event)
                return True
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # The page's own Escape, which stops a run, must not take the key that closes this.
            event.setAccepted(event.key() == Qt.Key.Key_Escape)
            return event.isAccepted()
        return super().event(event)

    def _narrow(self, text: str) -> None:
        self.models.narrow(text)
        self.none.setVisible(not self.models.shown)
        self._go_to(0)

    def _go_to(self, row: int) -> None:
        self.list.setCurrentIndex(self.models.index(row))
        self._tell_current()

    def _tell_current(self) -> None:
        """Say beside the search line, for a screen reader, where in the list one is."""
        index = self.list.currentIndex()
        count = format.plural(len(self.models.shown), "model")
        name = index.data(Qt.ItemDataRole.AccessibleTextRole) if index.isValid() else "none"
        self.search.setAccessibleDescription(f"{count}; chosen with Enter: {name}")

    def _take(self, index: QModelIndex) -> None:
        if index.isValid():
            model = self.models.shown[index.row()]
            self.close()
            self.chosen.emit(model)

    def _leave(self, wanted: SignalInstance) -> None:
        self.close()
        wanted.emit()

    def _forget(self) -> bool:
        """Ask whether to forget the current row, where it is a model on a server."""
        index = self.list.currentIndex()
        model = self.models.shown[index.row()] if index.isValid() else None
        if model is None or not model.is_server:
            return False

        def agreed() -> None:
            self.close()
            self.forget_requested.emit(model.path)

        self.confirm.ask(f"Take {safe_name(model.name, 60)} off this list? It can be added again.", agreed, self.list)
        return True

    def _place(self, count: int) -> None:
        picker = self._picker
        screen = picker.screen().availableGeometry()
        row = self.list.sizeHintForRow(0) if self.models.shown else self.fontMetrics().height()
        rows = max(1, min(count, _MOST_ROWS))
        rest = self.search.sizeHint().height() + self.open.sizeHint().height() + 36
        width = min(max(picker.width(), _LEAST_WIDTH), _MOST_WIDTH, screen.width())
        height = min(rows * row + rest, screen.height())
        corner = picker.mapToGlobal(QPoint(0, picker.height() + 2))
        if corner.y() + height > screen.bottom():
            corner = picker.mapToGlobal(QPoint(0, -height - 2))
        # Its right end stays within the window where that leaves room for it.
        right = min(screen.right(), max(picker.window().geometry().right(), picker.window().x() + width))
        x = max(screen.left(), min(corner.x(), right - width + 1))
        self.setGeometry(x, max(screen.top(), corner.y()), width, height)
