"""Models as rows of a list: the name on the left, what tells it from its brothers on the right."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from weighin.core import format
from weighin.core.models.model import ModelFacts
from weighin.core.models.names import Rank, rank
from weighin.core.safe_text import safe_name
from weighin.ui.widgets.label import plain_tooltip

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
            note = "\nDelete takes it off this list." if model.is_server else ""
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
