"""Every word a window holds, shown or hidden, spoken or kept for a tooltip."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QTextEdit, QWidget

_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.EditRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.StatusTipRole,
    Qt.ItemDataRole.WhatsThisRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
    Qt.ItemDataRole.UserRole,
)
_PROPERTIES = (
    "text", "toolTip", "statusTip", "whatsThis", "accessibleName", "accessibleDescription", "windowTitle", "title",
    "placeholderText", "currentText", "plainText", "windowIconText", "iconText", "suffix", "prefix", "format",
)  # fmt: skip


def words_of(top: QWidget) -> Iterator[tuple[str, str]]:
    """(where, text) for everything in `top`, and for the title of the application and the clipboard."""
    for widget in (top, *top.findChildren(QWidget), *top.findChildren(QAction)):
        where = f"{type(widget).__name__} {widget.objectName()}"
        for name in _PROPERTIES:
            value = widget.property(name)
            if isinstance(value, str) and value:
                yield f"{where}.{name}", value
        if isinstance(widget, QTextEdit):
            yield f"{where}.html", widget.toHtml()
        model = getattr(widget, "model", None)
        if callable(model) and isinstance(found := model(), QAbstractItemModel):
            yield from _model_words(found, f"{where}.model")
    for model in top.findChildren(QAbstractItemModel):
        yield from _model_words(model, f"{type(model).__name__}")
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    yield "application", application.applicationDisplayName()
    yield "clipboard", application.clipboard().text()


def _model_words(model: Any, where: str) -> Iterator[tuple[str, str]]:
    for row in range(model.rowCount(QModelIndex())):
        columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())
        for column in range(columns):
            index = model.index(row, column)
            for role in _ROLES:
                value = model.data(index, role)
                if isinstance(value, str) and value:
                    yield f"{where}[{row},{column}].{role.name}", value
