"""What drops down under a picker: a search line, the models that match, and a way to open a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
    SignalInstance,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from weighin.core import format
from weighin.core.models.model import ModelFacts
from weighin.core.models.names import Rank, rank
from weighin.core.safe_text import safe_name
from weighin.ui.widgets.confirmation import Confirmation
from weighin.ui.widgets.label import PlainLabel, plain_tooltip
from weighin.ui.widgets.search_line import SearchLine

_Index = QModelIndex | QPersistentModelIndex
_DETAILS = Qt.ItemDataRole.UserRole
_ROOM, _SIDE, _GAP = 12, 10, 16


class ModelList(QAbstractListModel):
    """The models that match what is typed: the best match first, equally good ones in the order they were given."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[ModelFacts, ...] = ()
        self._sources: Mapping[str, str] = {}
        self._wanted: list[str] = []
        self._judge: Callable[[ModelFacts], str] = lambda _model: ""
        self.shown: tuple[ModelFacts, ...] = ()

    def set_models(self, models: tuple[ModelFacts, ...], sources: Mapping[str, str]) -> None:
        """Offer these. `sources`: where each was found, by its path."""
        self._all, self._sources = models, sources
        self._filter()

    def set_judge(self, judge: Callable[[ModelFacts], str]) -> None:
        """`judge` says in a word whether a model runs here; only rows that are looked at are judged."""
        self._judge = judge

    def narrow(self, text: str) -> None:
        """Show only models whose name, quantization or source contains every word of `text`."""
        self._wanted = text.lower().split()
        self._filter()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        model = self.shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return safe_name(model.name)
        if role == _DETAILS:
            return self._details(model)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{safe_name(model.name)}, {self._details(model).replace(' · ', ', ')}"
        if role == Qt.ItemDataRole.ToolTipRole:
            note = "\nDelete removes it from the list." if model.is_server else ""
            return plain_tooltip(safe_name(model.path, 300) + note)
        return None

    def _filter(self) -> None:
        self.beginResetModel()
        ranked = [(found, model) for model in self._all if (found := self._rank(model)) is not None]
        self.shown = tuple(model for _, model in sorted(ranked, key=lambda one: one[0]))
        self.endResetModel()

    def _rank(self, model: ModelFacts) -> Rank | None:
        return rank(self._wanted, model.name, f"{model.quantization} {self._sources.get(model.path, '')}")

    def _details(self, model: ModelFacts) -> str:
        parts = (
            self._judge(model),
            safe_name(model.quantization, 24),
            "" if model.is_server else format.size(model.file_bytes),
            safe_name(self._sources.get(model.path, ""), 40),
        )
        return " · ".join(part for part in parts if part)


class ModelDelegate(QStyledItemDelegate):
    """Paints a row: the details keep their room, the name ends in "…" where there is too little."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(super().sizeHint(option, index).width(), option.fontMetrics.height() + _ROOM)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        palette, metrics = option.palette, option.fontMetrics
        if selected:
            painter.fillRect(option.rect, palette.color(QPalette.ColorRole.Highlight))
        room = option.rect.adjusted(_SIDE, 0, -_SIDE, 0)
        details = metrics.elidedText(str(index.data(_DETAILS)), Qt.TextElideMode.ElideRight, room.width() // 2)
        right = QRect(room)
        right.setLeft(room.right() - metrics.horizontalAdvance(details))
        left = QRect(room)
        left.setRight(right.left() - _GAP)
        name = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideMiddle, left.width())
        text = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        quiet = text if selected else QPalette.ColorRole.PlaceholderText
        for rect, words_, role, side in (
            (left, name, text, Qt.AlignmentFlag.AlignLeft),
            (right, details, quiet, Qt.AlignmentFlag.AlignRight),
        ):
            painter.setPen(palette.color(role))
            painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter, words_)


# In average letters.
_LEAST_WIDTH, _MOST_WIDTH = 62, 104
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
        self.setAccessibleName(f"Models for {label}")
        self.search = SearchLine("Search by name, quantization or source", f"Search models for {label}")
        self.models = ModelList(self)
        self.list = QListView()
        self.list.setModel(self.models)
        self.list.setItemDelegate(ModelDelegate(self.list))
        self.list.setAccessibleName(f"Matching models for {label}")
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.none = PlainLabel("No model matches.", role="muted")
        self.open = QPushButton("Open GGUF…")
        self.open.setAccessibleName(f"Open a GGUF file for {label}")
        self.confirm = Confirmation("Remove", "Remove from the list", "Keep in the list")
        self.server = QPushButton("Add a server…")
        self.server.setAccessibleName(f"Connect to a server for {label}")
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

        self.confirm.ask(f"Remove {safe_name(model.name, 60)} from the list? It can be added again.", agreed, self.list)
        return True

    def _place(self, count: int) -> None:
        picker = self._picker
        screen = picker.screen().availableGeometry()
        row = self.list.sizeHintForRow(0) if self.models.shown else self.fontMetrics().height()
        rows = max(1, min(count, _MOST_ROWS))
        rest = self.search.sizeHint().height() + self.open.sizeHint().height() + 36
        letter, head = self.fontMetrics().averageCharWidth(), picker.parentWidget() or picker
        width = min(max(head.width(), _LEAST_WIDTH * letter), _MOST_WIDTH * letter, screen.width())
        height = min(rows * row + rest, screen.height())
        corner = picker.mapToGlobal(QPoint(0, picker.height() + 2))
        if corner.y() + height > screen.bottom():
            corner = picker.mapToGlobal(QPoint(0, -height - 2))
        # Its right end stays within the window where that leaves room for it.
        right = min(screen.right(), max(picker.window().geometry().right(), picker.window().x() + width))
        x = max(screen.left(), min(corner.x(), right - width + 1))
        self.setGeometry(x, max(screen.top(), corner.y()), width, height)
