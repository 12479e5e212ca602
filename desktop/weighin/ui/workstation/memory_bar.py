"""A memory plan as a bar with its legend, beside the memory that is free."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.plans.plan import MemoryPlan
from weighin.ui.theme import Theme
from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.stacked_bar import BarPart, StackedBar

_SWATCH = 11
# What is less of the whole can neither be seen nor matters.
_LEAST_SHARE = 0.001


class MemoryBar(QWidget):
    """The bar, and below it what its colours mean with the numbers."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.bar = StackedBar(theme, name)
        self._legend = QWidget()
        self._flow = FlowLayout(self._legend, spacing=14)
        self._entries: list[_Entry] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.bar)
        layout.addWidget(self._legend)

    @property
    def legend(self) -> tuple[str, ...]:
        """What is said below the bar."""
        return tuple(entry.label.text() for entry in self._entries if not entry.isHidden())

    def show_parts(self, parts: tuple[BarPart, ...], free: int | None) -> None:
        """Draw these beside `free` bytes."""
        whole = sum(part.value for part in parts)
        shown = tuple(part for part in parts if part.value > whole * _LEAST_SHARE)
        self.bar.show_parts(shown, float(free or 0))
        said: list[tuple[str, BarPart | None]] = [(f"{part.label} {format.size(part.value)}", part) for part in shown]
        if free is not None:
            said.append((f"{format.size(free)} free now", None))
        while len(self._entries) < len(said):
            entry = _Entry(self._theme)
            self._entries.append(entry)
            self._flow.addWidget(entry)
        for entry in self._entries[len(said) :]:
            entry.hide()
        for entry, (text, part) in zip(self._entries, said, strict=False):
            entry.show_part(text, part)
        self.bar.setAccessibleDescription(", ".join(text for text, _ in said))


class _Entry(QWidget):
    """A swatch, or the mark of what is free, and what it stands for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._swatch = _Swatch(theme)
        self.label = PlainLabel(role="small")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        row.addWidget(self._swatch)
        row.addWidget(self.label)

    def show_part(self, text: str, part: BarPart | None) -> None:
        self.label.say(text)
        self._swatch.part = part
        self._swatch.update()
        self.show()


class _Swatch(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.part: BarPart | None = None
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(_SWATCH, _SWATCH)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.part is None:
            painter = QPainter(self)
            painter.fillRect(QRectF(_SWATCH / 2 - 1, 0, 2, self.height()), QColor(self._theme.colours.text))
            painter.end()
            return
        colour = QColor(getattr(self._theme.colours, self.part.colour))
        style = Qt.BrushStyle.BDiagPattern if self.part.hatched else Qt.BrushStyle.SolidPattern
        painter = QPainter(self)
        painter.fillRect(QRectF(0, (self.height() - _SWATCH) / 2, _SWATCH, _SWATCH), QBrush(colour, style))
        painter.end()


def parts_of(plan: MemoryPlan) -> tuple[BarPart, ...]:
    """Main memory of one model by what it is for. Where a part lies on GPUs nobody knows which part of what does, so
    only the weights in the file are told apart."""
    mapped = BarPart("Weights (mapped)", plan.mapped_bytes - plan.idle_bytes, "lane_a")
    idle = BarPart("File pages that can be freed", plan.idle_bytes, "lane_a", hatched=True)
    if plan.gpu_bytes:
        return (mapped, BarPart("Everything else in main memory", plan.ram_bytes - plan.mapped_bytes, "amber"), idle)
    return (
        mapped,
        BarPart("Weights (copied)", plan.weights_bytes - plan.mapped_bytes, "accent"),
        BarPart("KV cache", plan.kv_bytes, "lane_b"),
        BarPart("State", plan.state_bytes, "green"),
        BarPart("Buffers", plan.compute_bytes + plan.output_bytes, "amber"),
        BarPart("Process", plan.overhead_bytes, "muted"),
        idle,
    )
