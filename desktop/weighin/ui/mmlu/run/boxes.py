"""The four boxes: who was right where. One model alone has two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.evaluations.evaluation import ScoredItem
from weighin.ui.mmlu.run.items import Box, RunItems, is_near_tie, is_unscored

ALL, NEAR_TIES, UNSCORED = "All questions", "Near ties", "Not scored"
_PAIRED = (Box.BOTH_RIGHT, Box.ONLY_A, Box.ONLY_B, Box.BOTH_WRONG)
_ALONE = (Box.RIGHT, Box.WRONG)


class Boxes(QWidget):
    """One choice among boxes and lists. `chosen_changed`: another one was chosen."""

    chosen_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        grid = QGridLayout()
        grid.setSpacing(6)
        for place, box in enumerate(_PAIRED):
            grid.addWidget(self._button(box.value, "box"), *divmod(place, 2))
        for place, box in enumerate(_ALONE):
            grid.addWidget(self._button(box.value, "box"), 2, place)
        others = QHBoxLayout()
        others.setSpacing(6)
        for name in (ALL, NEAR_TIES, UNSCORED):
            others.addWidget(self._button(name, "example"))
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
        return {name: button.text() for name, button in self._buttons.items() if not button.isHidden()}

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
            self._say(box.value, f"{box.value}\n{format.count(counts[box])}{share}", box in boxes)
        self._say(ALL, f"{ALL} {format.count(len(run.items))}", True)
        for name, holds in ((NEAR_TIES, is_near_tie), (UNSCORED, is_unscored)):
            found = sum(1 for item in run.items if holds(item))
            self._say(name, f"{name} {format.count(found)}", bool(found) or name == NEAR_TIES)
        if self._buttons[self.chosen].isHidden():
            self.choose(ALL)

    def _say(self, name: str, text: str, shown: bool) -> None:
        button = self._buttons[name]
        button.setText(text)
        button.setAccessibleName(text.replace("\n", ": "))
        button.setVisible(shown)

    def _button(self, name: str, role: str) -> QPushButton:
        button = QPushButton(name)
        button.setProperty("role", role)
        button.setCheckable(True)
        button.setAccessibleName(name)
        self._group.addButton(button)
        self._buttons[name] = button
        return button


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
