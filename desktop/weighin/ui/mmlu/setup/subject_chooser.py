"""Which subjects are asked: a list to search and to tick."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QListView, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.evaluations.text import subject_name
from weighin.ui.widgets.search_line import SearchLine

_ROWS_SHOWN = 7
_NAME = Qt.ItemDataRole.UserRole


class SubjectChooser(QWidget):
    """All are ticked at first. The buttons tick what the search has left."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._quiet = False  # while many are ticked at once
        self._model = QStandardItemModel(self)
        self._filter = _Words(self)
        self._filter.setSourceModel(self._model)
        self.search = SearchLine("Search subjects")
        self.list = QListView()
        self.list.setModel(self._filter)
        self.list.setAccessibleName("Subjects that are asked")
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setUniformItemSizes(True)
        self.list.setProperty("role", "ticks")
        self._fit()
        all_, none = QPushButton("All"), QPushButton("None")
        all_.setAccessibleName("Tick all listed subjects")
        none.setAccessibleName("Untick all listed subjects")
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.search, 1)
        row.addWidget(all_)
        row.addWidget(none)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(row)
        layout.addWidget(self.list)
        self.search.textChanged.connect(self._filter.narrow)
        self._model.itemChanged.connect(lambda _item: self._changed())
        all_.clicked.connect(lambda: self._tick(Qt.CheckState.Checked))
        none.clicked.connect(lambda: self._tick(Qt.CheckState.Unchecked))

    @property
    def chosen(self) -> tuple[str, ...]:
        """Names of the ticked subjects."""
        return tuple(str(i.data(_NAME)) for i in self._items() if i.checkState() == Qt.CheckState.Checked)

    @property
    def count(self) -> int:
        """How many there are."""
        return self._model.rowCount()

    def show_subjects(self, counts: dict[str, int], chosen: tuple[str, ...] = ()) -> None:
        """Offer these, by name with their numbers of questions; `chosen`: those to tick. All, where none of those is
        there."""
        chosen = tuple(name for name in chosen if name in counts)
        self._quiet = True
        self._model.clear()
        for name, count in counts.items():
            item = QStandardItem(f"{subject_name(name)}  ({format.count(count)})")
            item.setData(name, _NAME)
            item.setCheckable(True)
            ticked = not chosen or name in chosen
            item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
            self._model.appendRow(item)
        self._quiet = False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        self.list.setMinimumHeight(_ROWS_SHOWN * (self.fontMetrics().height() + 8))

    def _items(self) -> list[QStandardItem]:
        return [self._model.item(row) for row in range(self._model.rowCount())]

    def _tick(self, state: Qt.CheckState) -> None:
        shown = [self._filter.mapToSource(self._filter.index(r, 0)).row() for r in range(self._filter.rowCount())]
        self._quiet = True
        for row in shown:
            self._model.item(row).setCheckState(state)
        self._quiet = False
        self.changed.emit()

    def _changed(self) -> None:
        if not self._quiet:
            self.changed.emit()


class _Words(QSortFilterProxyModel):
    """Rows that contain all words."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._wanted: list[str] = []

    def narrow(self, text: str) -> None:
        self._wanted = text.lower().split()
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: QModelIndex | QPersistentModelIndex) -> bool:
        text = str(self.sourceModel().index(row, 0, parent).data()).lower()
        return all(word in text for word in self._wanted)
