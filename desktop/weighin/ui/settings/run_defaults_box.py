"""What runs take where a lane leaves it open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget

from weighin.core.runs.defaults import AUTOMATIC
from weighin.core.runs.options import LOAD_OPTIONS, THREADS, whole
from weighin.ui.options.option_field import OptionField
from weighin.ui.widgets.section import Section

if TYPE_CHECKING:
    from weighin.services.run_defaults import KeptRunDefaults

_ABOUT = "For new runs in this window. A lane's own options come first. Leave a field empty for automatic."
_LAYERS = next(option for option in LOAD_OPTIONS if option.name == "gpu_layers")
# How wide a field is with its name, in average letters.
_LETTERS = 46


class RunDefaultsBox(Section):
    """A value that makes no sense is not taken, and said."""

    def __init__(self, kept: KeptRunDefaults, parent: QWidget | None = None) -> None:
        super().__init__("Defaults for runs", _ABOUT, parent)
        self._kept = kept
        self.threads = OptionField(THREADS.title, THREADS.help, _threads, "default")
        self.layers = OptionField(_LAYERS.title, _LAYERS.help, _layers, "default")
        for field in (self.threads, self.layers):
            field.set_placeholder("automatic")
            self.add_row(field)
        self._fit()
        self._show()
        for field in (self.threads, self.layers):
            field.changed.connect(self._take)
        kept.changed.connect(self._show)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        for field in (self.threads, self.layers):
            field.setMinimumWidth(self.fontMetrics().averageCharWidth() * _LETTERS)

    def _take(self) -> None:
        before = made = self._kept.value
        threads, layers = self.threads.value, self.layers.value
        if self.threads.is_valid:
            made = replace(made, threads=threads if isinstance(threads, int) else None)
        if self.layers.is_valid and isinstance(layers, int):
            made = replace(made, gpu_layers=layers)
        if made != before:
            self._kept.set(made)

    def _show(self) -> None:
        now = self._kept.value
        for field, value, text in (
            (self.threads, now.threads, str(now.threads or "")),
            (self.layers, now.gpu_layers, "" if now.gpu_layers == AUTOMATIC else str(now.gpu_layers)),
        ):
            if field.value != value or not field.is_valid:
                field.set_text(text)


def _threads(text: str) -> object:
    if text.lower() in ("", "auto", "automatic"):
        return None
    value = whole(text)
    THREADS.check(value)
    return value


def _layers(text: str) -> object:
    if text.lower() in ("", "auto", "automatic"):
        return AUTOMATIC
    value = whole(text)
    _LAYERS.check(value)
    return value
