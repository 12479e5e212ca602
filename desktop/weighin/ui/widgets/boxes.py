"""Boxes and lists with counts, one of which is chosen: who was right where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.runs.lane import LABELS
from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.lane_chips import lane_chip


class Box(str, Enum):
    """Where a question falls. With one model only RIGHT and WRONG are used, with two the other four."""

    BOTH_RIGHT = "Both right"
    ONLY_A = "Only A right"
    ONLY_B = "Only B right"
    BOTH_WRONG = "Both wrong"
    RIGHT = "Right"
    WRONG = "Wrong"


PAIRED = (Box.BOTH_RIGHT, Box.ONLY_A, Box.ONLY_B, Box.BOTH_WRONG)


def paired_box(a: bool, b: bool) -> Box:
    """The box of a question to which A is right or not, and B."""
    return (Box.BOTH_WRONG, Box.ONLY_B, Box.ONLY_A, Box.BOTH_RIGHT)[2 * a + b]


class Boxes(QWidget):
    """One choice among boxes and, below them, lists; the first list holds everything. `chosen_changed`: another one was
    chosen. columns: boxes in a line."""

    chosen_changed = Signal()

    def __init__(
        self, boxes: Sequence[str], lists: Sequence[str], columns: int = 2, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._buttons: dict[str, BoxButton | _ListButton] = {}
        self._group = QButtonGroup(self)
        self._boxes, self._all = tuple(boxes), lists[0]
        grid = QGridLayout()
        grid.setSpacing(6)
        for place, box in enumerate(boxes):
            grid.addWidget(self._add(BoxButton(box)), *divmod(place, columns))
        others = QWidget()
        flow = FlowLayout(others, spacing=6)
        for name in lists:
            flow.addWidget(self._add(_ListButton(name)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(grid)
        layout.addWidget(others)
        self._buttons[self._all].setChecked(True)
        self._group.buttonClicked.connect(lambda _button: self.chosen_changed.emit())

    @property
    def chosen(self) -> str:
        """The words of the chosen one."""
        return next(name for name, button in self._buttons.items() if button.isChecked())

    @property
    def texts(self) -> dict[str, str]:
        """What stands on each that is shown."""
        return {name: button.said for name, button in self._buttons.items() if not button.isHidden()}

    def choose(self, name: str) -> None:
        """Choose one, as a click would."""
        self._buttons[name].click()

    def choose_all(self) -> None:
        """Pick nothing out."""
        self.choose(self._all)

    def show_counts(self, counts: Mapping[str, int | None]) -> None:
        """How many each holds; those that are None or missing are not shown. Of boxes also the share of all in them."""
        total = sum(counts.get(name) or 0 for name in self._boxes)
        for name, button in self._buttons.items():
            count = counts.get(name)
            share = f" · {format.accuracy((count or 0) / total)}" if total and name in self._boxes else ""
            button.say(f"{format.count(count or 0)}{share}")
            button.setVisible(count is not None)
        if self._buttons[self.chosen].isHidden():
            self.choose_all()

    def _add(self, button: BoxButton | _ListButton) -> QPushButton:
        self._group.addButton(button)
        self._buttons[button.name] = button
        return button


class _ListButton(QPushButton):
    """A list of questions with how many they are."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
        self.setProperty("role", "example")
        self.setCheckable(True)
        self.say("")

    @property
    def said(self) -> str:
        """What stands on it."""
        return self.text()

    def say(self, count: str) -> None:
        """Show `count` behind the name."""
        self.setText(f"{self.name} {count}".strip())
        self.setAccessibleName(self.text())


class BoxButton(QPushButton):
    """A box with its count below its name, in which a lane is shown by its chip."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.setProperty("role", "box")
        self.setCheckable(True)
        self._count = PlainLabel(role="small")
        words = QHBoxLayout()
        words.setSpacing(6)
        words.addStretch(1)
        for word in _words(name):
            words.addWidget(lane_chip(word) if word in LABELS else PlainLabel(word))
        words.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 6)
        column.setSpacing(2)
        column.addLayout(words)
        column.addWidget(self._count, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in self.findChildren(PlainLabel):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.say("")

    @property
    def said(self) -> str:
        """What stands on it."""
        return f"{self.name}\n{self._count.text()}"

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint() if layout else super().minimumSizeHint()

    def say(self, count: str) -> None:
        """Show `count`."""
        self._count.say(count)
        self.setAccessibleName(f"{self.name}: {count}")


def _words(name: str) -> list[str]:
    """The name in parts, each lane's letter one of its own: "Only", "A", "right"."""
    parts: list[str] = []
    for word in name.split():
        if word in LABELS or not parts or parts[-1] in LABELS:
            parts.append(word)
        else:
            parts[-1] += f" {word}"
    return parts
