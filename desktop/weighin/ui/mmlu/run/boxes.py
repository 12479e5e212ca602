"""The four boxes: who was right where. One model alone has two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.evaluations.evaluation import ScoredItem
from weighin.core.runs.lane import LABELS
from weighin.ui.mmlu.run.items import Box, RunItems, is_near_tie, is_unscored
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.lane_chips import lane_chip

ALL, NEAR_TIES, UNSCORED = "All questions", "Near ties", "Not scored"
_PAIRED = (Box.BOTH_RIGHT, Box.ONLY_A, Box.ONLY_B, Box.BOTH_WRONG)
_ALONE = (Box.RIGHT, Box.WRONG)


class Boxes(QWidget):
    """One choice among boxes and lists. `chosen_changed`: another one was chosen."""

    chosen_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, BoxButton | _ListButton] = {}
        self._group = QButtonGroup(self)
        grid = QGridLayout()
        grid.setSpacing(6)
        for place, box in enumerate(_PAIRED):
            grid.addWidget(self._add(BoxButton(box.value)), *divmod(place, 2))
        for place, box in enumerate(_ALONE):
            grid.addWidget(self._add(BoxButton(box.value)), 2, place)
        others = QHBoxLayout()
        others.setSpacing(6)
        for name in (ALL, NEAR_TIES, UNSCORED):
            others.addWidget(self._add(_ListButton(name)))
        others.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(grid)
        layout.addLayout(others)
        self._buttons[ALL].setChecked(True)
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

    def show_items(self, run: RunItems) -> None:
        """Count again."""
        counts = Counter(run.box(item) for item in run.items)
        answered = sum(count for box, count in counts.items() if box is not None)
        boxes = _PAIRED if run.paired else _ALONE
        for box in (*_PAIRED, *_ALONE):
            share = f" · {format.accuracy(counts[box] / answered)}" if answered else ""
            self._say(box.value, f"{format.count(counts[box])}{share}", box in boxes)
        self._say(ALL, format.count(len(run.items)), True)
        for name, holds in ((NEAR_TIES, is_near_tie), (UNSCORED, is_unscored)):
            found = sum(1 for item in run.items if holds(item))
            self._say(name, format.count(found), bool(found) or name == NEAR_TIES)
        if self._buttons[self.chosen].isHidden():
            self.choose(ALL)

    def _say(self, name: str, count: str, shown: bool) -> None:
        self._buttons[name].say(count)
        self._buttons[name].setVisible(shown)

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


def chosen_items(run: RunItems, name: str) -> list[ScoredItem]:
    """The questions of one box or list, in running order."""
    if name == ALL:
        return list(run.items)
    holds: Callable[[ScoredItem], bool]
    if name == NEAR_TIES:
        holds = is_near_tie
    elif name == UNSCORED:
        holds = is_unscored
    else:
        box = Box(name)
        holds = lambda item: run.box(item) is box  # noqa: E731 - three ways to say which
    return [item for item in run.items if holds(item)]
