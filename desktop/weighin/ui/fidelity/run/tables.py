"""The tables behind the ladder: by kind of text, and every figure beside that of llama.cpp's tool."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.fidelity.fidelity import FidelitySummary
from weighin.core.fidelity.figures import figure_rows
from weighin.core.fidelity.passages import kind_name
from weighin.core.fidelity.text import TOOL, figure
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.table import Column, RowTable

_NOTHING = "Nothing is measured yet."
_ONE_KIND = "A text of your own has no kinds. The included texts are reported by kind."

_KINDS = (
    Column("Kind of text", lambda r: kind_name(r.kind), "second language", 1.0, order=lambda r: r.kind),
    Column("Positions", lambda r: format.count(r.positions), "123 456", number=True, order=lambda r: r.positions),
    Column("Mean KLD", lambda r: figure(r.kld_mean), "0.00123", number=True, order=lambda r: r.kld_mean),
    Column("Same top", lambda r: format.percent(r.same_top, 1), "100.0 %", number=True, order=lambda r: r.same_top),
)
_FIGURES = (
    Column("Figure", lambda r: r.name, "Perplexity of the base", 1.0),
    Column("Value", lambda r: r.value, "12.345 %", number=True),
    Column("95 % interval", lambda r: r.interval, "12.345 to 12.345 %", number=True),
    Column("± of llama.cpp", lambda r: r.tool, "± 0.000123", number=True),
)


class KindsView(QWidget):
    """What each kind of text costs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = RowTable("Fidelity by kind of text", _KINDS, lambda row: row.kind)
        self._empty = PlainLabel(role="muted", wrap=True)
        _stack(self, self._empty, self.table)

    def show_summary(self, found: FidelitySummary | None, own_text: bool) -> None:
        """Show it; None: nothing is measured yet."""
        kinds = found.kinds if found is not None and not own_text else ()
        self.table.show_records(kinds)
        self.table.setVisible(bool(kinds))
        self._empty.say_or_hide("" if kinds else _ONE_KIND if own_text else _NOTHING)


class DetailsView(QWidget):
    """Every figure. The tool's ± takes positions as independent; ours is clustered by chunk."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = RowTable("All figures", _FIGURES, lambda row: row.name)
        self._empty = PlainLabel(role="muted", wrap=True)
        self._about = PlainLabel(f"Intervals are clustered by chunk. {TOOL}.", role="small", wrap=True)
        _stack(self, self._empty, self.table, self._about)

    @property
    def lines(self) -> tuple[str, ...]:
        """What stands there, a line each."""
        return tuple(f"{r.name} | {r.value} | {r.interval} | {r.tool}" for r in self.table.records)

    def show_summary(self, found: FidelitySummary | None) -> None:
        """Show it; None: nothing is measured yet."""
        self.table.show_records(figure_rows(found) if found is not None else ())
        for part in (self.table, self._about):
            part.setVisible(found is not None)
        self._empty.say_or_hide("" if found is not None else _NOTHING)


def _stack(view: QWidget, *parts: QWidget) -> None:
    layout = QVBoxLayout(view)
    layout.setContentsMargins(0, 6, 0, 0)
    layout.setSpacing(6)
    for part in parts:
        layout.addWidget(part, 1 if isinstance(part, RowTable) else 0)
    layout.addStretch(0)
