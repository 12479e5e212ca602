"""This computer in one card."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin import __version__
from weighin.core.computer.hardware import Hardware
from weighin.core.computer.report import machine_lines, page
from weighin.core.runs.confinement import is_confined
from weighin.core.runs.lane import EngineFacts
from weighin.ui.theme import Theme
from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.folded_section import FoldedSection
from weighin.ui.widgets.label import PlainLabel

# Said at once; everything else is folded away.
_FIRST = ("Processor", "Memory", "Memory bandwidth", "GPU", "Disk", "Power", "This computer")
# Worth nobody's attention.
_USUAL = (("Power", "No battery"), ("Power", "Mains"))
_COLUMN = 210


class MachineCard(QFrame):
    """`measure_wanted`: the memory shall be measured again."""

    measure_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._page = ""
        self._facts: list[_Fact] = []
        grid = QWidget()
        self._flow = FlowLayout(grid, spacing=14, column=_COLUMN)
        self._rest = PlainLabel(role="small", wrap=True)
        self.more = FoldedSection(theme, "More", "this computer", lambda: self._rest)
        self.measure = QPushButton("Measure again")
        self.measure.setAccessibleName("Measure the memory bandwidth again")
        self.copy = QPushButton("Copy")
        self.copy.setAccessibleName("Copy the facts of this computer")
        buttons = QVBoxLayout()
        buttons.addWidget(self.measure)
        buttons.addWidget(self.copy)
        buttons.addStretch(1)
        facts = QVBoxLayout()
        facts.setSpacing(6)
        facts.addWidget(grid)
        facts.addWidget(self.more)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(14)
        row.addLayout(facts, 1)
        row.addLayout(buttons)
        self.measure.clicked.connect(self.measure_wanted)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._page))
        self.show_machine(None, None, None, measuring=False)

    @property
    def facts(self) -> dict[str, str]:
        """What is said, by its heading."""
        return {fact.title: fact.value for fact in self._facts if not fact.isHidden()}

    def show_machine(
        self, hardware: Hardware | None, bandwidth: float | None, engine: EngineFacts | None, measuring: bool
    ) -> None:
        """Show this; `hardware` None: nobody has looked yet."""
        lines = machine_lines(hardware, bandwidth, engine) if hardware else (("This computer", "Looking…"),)
        self._page = page(__version__, lines)
        wanted = _FIRST if engine is None or is_confined(engine) else (*_FIRST, "Confinement")
        first = [(name, text) for name, text in lines if name in wanted and (name, text) not in _USUAL]
        while len(self._facts) < len(first):
            fact = _Fact()
            self._facts.append(fact)
            self._flow.addWidget(fact)
        for fact in self._facts[len(first) :]:
            fact.hide()
        for fact, (name, text) in zip(self._facts, first, strict=False):
            fact.say(name, "Measuring…" if measuring and name == "Memory bandwidth" else text)
        self._rest.say("\n".join(f"{name}: {text}" for name, text in lines if (name, text) not in first))
        self.more.setVisible(hardware is not None)
        self.measure.setEnabled(hardware is not None and not measuring)
        self.copy.setEnabled(hardware is not None)


class _Fact(QWidget):
    """A heading with what is said under it."""

    def __init__(self) -> None:
        super().__init__()
        self._title, self._value = PlainLabel(role="small"), PlainLabel(wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self._title)
        column.addWidget(self._value)

    @property
    def title(self) -> str:
        return self._title.text()

    @property
    def value(self) -> str:
        return self._value.text()

    def say(self, title: str, value: str) -> None:
        self._title.say(title)
        self._value.say(value)
        self.show()
