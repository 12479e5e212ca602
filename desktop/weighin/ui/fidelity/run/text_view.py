"""The whole text coloured by KLD, with a legend above and the chosen token below."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from weighin.core.fidelity.passages import ReadChunk
from weighin.ui.fidelity.run.heat_levels import HeatLegend
from weighin.ui.fidelity.run.heat_text import HeatText
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import PlainLabel

_HOW = "Click a token, or use ← and →, to see its KLD."
_EMPTY = "The text is shown once a chunk was read."


class TextView(QWidget):
    """Shows the chunks as one model read them."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.legend = HeatLegend(theme)
        self.text = HeatText(theme)
        self._told = PlainLabel(_HOW, wrap=True)
        self._empty = PlainLabel(_EMPTY, role="muted")
        self._told.setMinimumHeight(2 * self._told.fontMetrics().lineSpacing())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(6)
        for part in (self.legend, self._empty):
            layout.addWidget(part)
        layout.addWidget(self.text, 1)
        layout.addWidget(self._told)
        self.text.chosen_changed.connect(lambda place, token: self._told.say(self.text.told(place, token)))
        self.show_chunks(())

    @property
    def told(self) -> str:
        """What is said of the chosen token."""
        return self._told.text()

    def show_chunks(self, chunks: tuple[ReadChunk, ...]) -> None:
        """Show these."""
        self.text.show_chunks(chunks)
        for part in (self.legend, self.text, self._told):
            part.setVisible(bool(chunks))
        self._empty.setVisible(not chunks)
        chosen = self.text.chosen
        self._told.say(self.text.told(*chosen) if chosen else _HOW)
