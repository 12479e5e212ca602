"""One model of a measurement with the conditions it runs under."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from weighin.core.errors import AppError
from weighin.core.models.model import ModelFacts
from weighin.core.runs.options import FLASH_ATTENTION, KV_TYPES, LoadOptions
from weighin.ui.pickers.file_drop import FileDrop
from weighin.ui.pickers.lane_header import LaneHeader
from weighin.ui.theme import Theme
from weighin.ui.widgets.file_dialog import FileDialog
from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.folded_section import FoldedSection
from weighin.ui.widgets.icon_button import IconButton
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.roomy_delegate import RoomyDelegate

if TYPE_CHECKING:
    from weighin.services.models.library import Library

BASE = "Base"
_CACHE, _FLASH = "KV cache", "Flash attention"
SERVER = "A server does not return the probabilities of all tokens. Choose a model file."


class SideField(QWidget):
    """`label`: BASE, or the number of one that is compared with it. `changed`: another model or other conditions;
    `dropped` carries the paths of files dropped on it; `remove_wanted`: it shall not be measured."""

    changed = Signal()
    dropped = Signal(list)
    remove_wanted = Signal()

    def __init__(self, theme: Theme, label: str, library: Library, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = label
        self._library = library
        self._given = LoadOptions()
        self.header = LaneHeader(theme, label)
        self.header.picker.setAccessibleName("Base model" if label == BASE else f"Model {label} to compare")
        self.remove = IconButton(theme, "close", f"Remove model {label}")
        if label == BASE:
            self.remove.hide()
        self._cache = _combo(f"{_CACHE} of {label}", KV_TYPES)
        self._flash = _combo(f"{_FLASH} of {label}", FLASH_ATTENTION)
        self._error = PlainLabel(role="error", wrap=True)
        self._error.hide()
        self._inner = QWidget(self)
        self._inner.hide()
        self.conditions = FoldedSection(theme, "Conditions", f"conditions of {label}", lambda: self._inner)
        self._arrange()
        self._connect()
        self._say()

    @property
    def chosen(self) -> ModelFacts | None:
        """The model, None where there is none to choose."""
        return self.header.picker.chosen

    @property
    def load(self) -> LoadOptions | None:
        """The conditions; None where they contradict each other, which is said here."""
        try:
            return self._typed()
        except AppError:
            return None

    @property
    def error(self) -> str:
        """How the conditions contradict each other, "" where they do not."""
        return "" if self._error.isHidden() else self._error.text()

    def choose(self, model: ModelFacts, load: LoadOptions | None = None) -> None:
        """Choose it, under these conditions."""
        self.header.picker.choose(model)
        if load is not None:
            self.show_conditions(load)

    def show_conditions(self, load: LoadOptions) -> None:
        """Choose these; what differs from usual is unfolded."""
        self._given = load
        self._cache.setCurrentText(load.kv_type)
        self._flash.setCurrentText(load.flash_attn)
        if (load.kv_types, load.flash_attn) != (LoadOptions.kv_type, LoadOptions.flash_attn):
            self.conditions.set_open(True)
        self._say()

    def offer(self, models: tuple[ModelFacts, ...], sources: dict[str, str]) -> None:
        """Offer these models."""
        self.header.picker.set_models(models, sources)

    def _connect(self) -> None:
        picker = self.header.picker
        picker.open_requested.connect(self._ask)
        picker.model_changed.connect(lambda _model: self._say())
        for combo in (self._cache, self._flash):
            combo.currentTextChanged.connect(lambda _text: self._say())
        self.remove.clicked.connect(self.remove_wanted)
        FileDrop(self).dropped.connect(self.dropped)

    def _typed(self) -> LoadOptions:
        """The conditions, with what was given besides and has no field here. Raises AppError."""
        cache, given = self._cache.currentText(), self._given
        values = given.v_type if cache == given.kv_type else ""
        return replace(given, kv_type=cache, v_type=values, flash_attn=self._flash.currentText())

    def _say(self) -> None:
        cache, flash, error = self._cache.currentText(), self._flash.currentText(), ""
        try:
            cache = self._typed().kv_types
        except AppError as refused:
            error = refused.user_text
        self.conditions.set_title(f"Conditions: {cache} cache, flash attention {flash}")
        self._error.say_or_hide(error)
        if self.chosen is not None and self.chosen.is_server:
            self.header.refuse(SERVER)
        self.changed.emit()

    def _open(self, path: str) -> None:
        self.header.refuse("")
        self._library.open_file(path, self.choose, lambda error: self.header.refuse(error.user_text))

    def _ask(self) -> None:
        which = "the base" if self.label == BASE else "comparison with the base"
        dialog = FileDialog.for_models(self.window(), f"Open a model for {which}")
        dialog.fileSelected.connect(self._open)
        dialog.open()

    def _arrange(self) -> None:
        flow = FlowLayout(self._inner, spacing=16)
        for name, combo in ((_CACHE, self._cache), (_FLASH, self._flash)):
            pair = QWidget()
            row = QHBoxLayout(pair)
            row.setContentsMargins(0, 2, 0, 2)
            row.addWidget(PlainLabel(name))
            row.addWidget(combo)
            flow.addWidget(pair)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.header, 1)
        head.addWidget(self.remove)
        below = QVBoxLayout()
        below.setContentsMargins(12, 0, 0, 0)
        below.setSpacing(2)
        below.addWidget(self.conditions)
        below.addWidget(self._error)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addLayout(below)


def _combo(name: str, words: tuple[str, ...]) -> QComboBox:
    combo = QComboBox()
    combo.setAccessibleName(name)
    combo.setItemDelegate(RoomyDelegate(combo))
    combo.addItems(list(words))
    return combo
