"""Four buttons: the whole judgement on a blind round."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from weighin.core.comparisons.blind import Choice
from weighin.ui.widgets.label import PlainLabel

_BUTTONS = (
    (Choice.A_BETTER, "A better"),
    (Choice.B_BETTER, "B better"),
    (Choice.TIE, "Tie"),
    (Choice.BOTH_BAD, "Both bad"),
)


class VoteBar(QWidget):
    """`chosen` carries a Choice, by a button or by the keys 1 to 4 of `owner`; `gave_up`: no vote is wanted."""

    chosen = Signal(object)
    gave_up = Signal()

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self.buttons: dict[Choice, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(PlainLabel("Which is better?", role="muted"))
        for number, (choice, text) in enumerate(_BUTTONS, 1):
            button = QPushButton(f"{number}   {text}")
            button.setAccessibleName(f"{text}, key {number}")
            button.clicked.connect(lambda _checked=False, which=choice: self.chosen.emit(which))
            shortcut = QShortcut(QKeySequence(str(number)), owner)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda which=choice: self._press(which))
            self.buttons[choice] = button
            row.addWidget(button)
        row.addStretch(1)
        self._give_up = QPushButton("Give up")
        self._give_up.setAccessibleName("End this round without a vote")
        self._give_up.clicked.connect(self.gave_up)
        row.addWidget(self._give_up)

    def take_focus(self) -> None:
        """Ready for the keys."""
        self.buttons[Choice.A_BETTER].setFocus()

    def _press(self, choice: Choice) -> None:
        if not self.isHidden():
            self.chosen.emit(choice)
