"""Everything both lanes were given, a line each."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from weighin.core.comparisons.proof import ProofRow
from weighin.core.safe_text import safe_name
from weighin.ui.widgets.label import PlainLabel


class ProofTable(QWidget):
    """Name, lane A, lane B; what is not the same in amber, with a mark."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(2, 1)
        self._labels: list[PlainLabel] = []

    @property
    def lines(self) -> tuple[str, ...]:
        """What stands there, a line each."""
        texts = [label.text() for label in self._labels]
        return tuple(" | ".join(texts[at : at + 3]) for at in range(0, len(texts), 3))

    def show_rows(self, rows: tuple[ProofRow, ...]) -> None:
        """Show these in place of those before."""
        for label in self._labels:
            label.setParent(None)
            label.deleteLater()
        self._labels = []
        for line, row in enumerate(rows):
            role = "warning" if row.differs else "small"
            name = f"⚠ {row.name}" if row.differs else row.name
            for column, text in enumerate((name, safe_name(row.a, 200), safe_name(row.b, 200))):
                label = PlainLabel(text, role=role, wrap=column > 0)
                self._grid.addWidget(label, line, column)
                self._labels.append(label)
        self.setAccessibleName("What both lanes were given")
        told = "; ".join(f"{'not the same: ' if r.differs else ''}{r.name}: {r.a} and {r.b}" for r in rows)
        self.setAccessibleDescription(told)
