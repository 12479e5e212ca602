"""Chooses the model of a lane."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from weighin.core.model import ModelFacts
from weighin.core.safe_text import safe_name
from weighin.ui.widgets.label import plain_tooltip
from weighin.ui.widgets.roomy_delegate import RoomyDelegate

_OPEN = "Open GGUF…"
_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End)


class ModelPicker(QComboBox):
    """The known models, and a last entry that asks for a file. `model_changed` carries ModelFacts."""

    model_changed = Signal(object)
    open_requested = Signal()

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models: list[ModelFacts] = []
        self._chosen: ModelFacts | None = None
        self.setAccessibleName(f"Model of lane {label}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setItemDelegate(RoomyDelegate(self))
        self.activated.connect(self._activate)
        self._fill()

    @property
    def chosen(self) -> ModelFacts | None:
        """The chosen model."""
        return self._chosen

    def set_models(self, models: tuple[ModelFacts, ...]) -> None:
        """Offer these. A chosen model stays chosen, and stays in the list, even where it is not among them."""
        self._models = list(models)
        if self._chosen is not None:
            fresh = next((m for m in models if m.path == self._chosen.path), None)
            if fresh is None:
                self._models.append(self._chosen)
            else:
                self._chosen = fresh
        self._fill()

    def choose(self, model: ModelFacts) -> None:
        """Choose `model`, adding it to the list where it is new."""
        if all(known.path != model.path for known in self._models):
            self._models.append(model)
        changed = model != self._chosen
        self._chosen = model
        self._fill()
        if changed:
            self.model_changed.emit(model)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # In a closed list these keys would step through the models and at the end ask for a file, unasked.
        if event.key() in _KEYS:
            self.showPopup()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def _fill(self) -> None:
        self.clear()
        for model in self._models:
            self.addItem(safe_name(model.name))
            self.setItemData(self.count() - 1, plain_tooltip(safe_name(model.path, 300)), Qt.ItemDataRole.ToolTipRole)
        if self._models:
            self.insertSeparator(self.count())
        self.addItem(_OPEN)
        self._show_chosen()

    def _show_chosen(self) -> None:
        path = self._chosen.path if self._chosen else None
        index = next((i for i, model in enumerate(self._models) if model.path == path), -1)
        self.setCurrentIndex(index)
        if index < 0:
            self.setPlaceholderText("Choose a model")

    def _activate(self, index: int) -> None:
        if index < len(self._models):
            self.choose(self._models[index])
            return
        self._show_chosen()
        self.open_requested.emit()
