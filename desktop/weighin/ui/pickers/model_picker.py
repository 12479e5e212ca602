"""Chooses the model of a lane."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

from weighin.core.models.model import ModelFacts
from weighin.core.models.text import shown_name
from weighin.core.safe_text import safe_name
from weighin.ui.widgets.elided_combo_box import ElidedComboBox
from weighin.ui.widgets.label import plain_tooltip

if TYPE_CHECKING:
    from weighin.ui.pickers.model_popup import ModelPopup

HIDDEN = "Hidden until you vote"
_SLACK = 6
_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End)
_TYPING = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)


class ModelPicker(ElidedComboBox):
    """Shows the chosen model; what drops down can be searched. `model_changed` carries ModelFacts,
    `forget_requested` the path of a model on a server that shall not be offered any longer.

    To Qt it is a combo box of one entry, so that it looks like one and screen readers take it for one."""

    model_changed = Signal(object)
    open_requested = Signal()
    server_requested = Signal()
    forget_requested = Signal(str)

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = label
        self._models: list[ModelFacts] = []
        self._sources: Mapping[str, str] = {}
        self._chosen: ModelFacts | None = None
        self._popup: ModelPopup | None = None
        self._hidden = False
        self._judge: Callable[[ModelFacts], str] = lambda _model: ""
        self.setAccessibleName(f"Model of lane {label}")
        self.setPlaceholderText("Choose a model")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setMinimumContentsLength(8)

    @property
    def chosen(self) -> ModelFacts | None:
        """The chosen model."""
        return self._chosen

    @property
    def models(self) -> tuple[ModelFacts, ...]:
        """All models that can be chosen."""
        return tuple(self._models)

    @property
    def popup(self) -> ModelPopup:
        """What drops down, made when it is first wanted."""
        if self._popup is None:
            from weighin.ui.pickers.model_popup import ModelPopup

            self._popup = ModelPopup(self._label, self)
            self._popup.models.set_judge(lambda model: self._judge(model))
            self._popup.chosen.connect(self.choose)
            self._popup.open_requested.connect(self.open_requested)
            self._popup.server_requested.connect(self.server_requested)
            self._popup.forget_requested.connect(self.forget_requested)
        return self._popup

    def set_models(self, models: tuple[ModelFacts, ...], sources: Mapping[str, str]) -> None:
        """Offer these; `sources` tells where each was found, by its path. A chosen model stays chosen, and stays in the
        list, even where it is not among them."""
        self._models = list(models)
        self._sources = sources
        if self._chosen is None:
            return
        fresh = next((m for m in models if m.path == self._chosen.path), None)
        if fresh is None:
            self._models.append(self._chosen)
        else:
            self.choose(fresh)

    def choose(self, model: ModelFacts) -> None:
        """Choose `model`, adding it to the list where it is new."""
        if all(known.path != model.path for known in self._models):
            self._models.append(model)
        changed = model != self._chosen
        self._chosen = model
        self._show_chosen()
        if changed:
            self.model_changed.emit(model)

    def set_judge(self, judge: Callable[[ModelFacts], str]) -> None:
        """`judge` says in a word whether a model runs here."""
        self._judge = judge

    def set_hidden(self, hidden: bool) -> None:
        """While `hidden` nothing in here tells which model is chosen, or which there are."""
        self._hidden = hidden
        if hidden and self._popup is not None:
            self._popup.forget()
        self._show_chosen()

    def showPopup(self) -> None:
        self._pop_up("")

    def hidePopup(self) -> None:
        if self._popup is not None:
            self._popup.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text()
        if event.key() in _KEYS:
            self.showPopup()
        elif text.isprintable() and text.strip() and event.modifiers() in _TYPING:
            self._pop_up(text)
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        # Qt measures the ink of a name, which may be a little narrower than the name.
        return super().sizeHint() + QSize(_SLACK, 0)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()  # its name takes another width now; Qt does not tell the layout

    def paintEvent(self, event: QPaintEvent) -> None:
        """As Qt paints it, but a name that is too long ends in "…"."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        parts = QStyle.SubControl
        field = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, parts.SC_ComboBoxEditField, self)
        said = option.currentText or self.placeholderText()
        option.currentText = self.fontMetrics().elidedText(said, Qt.TextElideMode.ElideRight, field.width() - 2)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def _pop_up(self, text: str) -> None:
        if self._hidden:
            return
        self.popup.pop_up(self.models, self._sources, self._chosen, text)

    def _show_chosen(self) -> None:
        self.clear()
        self.setToolTip("")
        if self._hidden:
            self.addItem(HIDDEN)
            self.setCurrentIndex(0)
            self.setToolTip(plain_tooltip(HIDDEN))
        elif self._chosen is not None:
            self.addItem(shown_name(self._chosen))
            self.setCurrentIndex(0)
            told = (shown_name(self._chosen, 400), safe_name(self._chosen.path, 300))
            self.setToolTip(plain_tooltip("\n".join(told)))
