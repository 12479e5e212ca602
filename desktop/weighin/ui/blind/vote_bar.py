"""The vote on two answers."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QWidget

from weighin.core.comparisons.blind import Choice
from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.focus import take_focus_unless_typing
from weighin.ui.widgets.label import FlowingLabel

# Whoever was pressing keys when the answers came did not mean to judge them.
_PATIENCE_MS = 700

_BUTTONS = (
    (Choice.A_BETTER, "Left is better"),
    (Choice.B_BETTER, "Right is better"),
    (Choice.TIE, "Tie"),
    (Choice.BOTH_BAD, "Both bad"),
)


class VoteBar(QWidget):
    """`chosen` carries a Choice, by a button or by the keys 1 to 4 of `owner`; `gave_up`: no vote is wanted.
    patience_ms: for so long after `open` nothing is taken for a vote."""

    chosen = Signal(object)
    gave_up = Signal()

    def __init__(self, owner: QWidget) -> None:
        super().__init__()
        self.patience_ms = _PATIENCE_MS
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Which is better? Keys 1 to 4")
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(lambda: self._set_enabled(True))
        self.buttons: dict[Choice, QPushButton] = {}
        row = FlowLayout(self, spacing=8, centred=True)
        row.addWidget(FlowingLabel("Which is better?", role="strong"))
        for number, (choice, text) in enumerate(_BUTTONS, 1):
            button = QPushButton(f"{number}   {text}")
            button.setAccessibleName(f"{text}, key {number}")
            button.clicked.connect(lambda _checked=False, which=choice: self.chosen.emit(which))
            shortcut = QShortcut(QKeySequence(str(number)), owner)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda which=choice: self._press(which))
            self.buttons[choice] = button
            row.addWidget(button)
        self._give_up = QPushButton("Skip")
        self._give_up.setProperty("role", "quiet")
        self._give_up.setAccessibleName("Skip: end this round without a vote")
        self._give_up.clicked.connect(self.gave_up)
        row.addWidget(self._give_up)

    @property
    def is_open(self) -> bool:
        """Whether a vote would be taken now."""
        return self.isVisible() and self._give_up.isEnabled()

    def open(self) -> None:
        """Take votes a moment later. The bar itself has the focus, no button: a space decides nothing."""
        self._set_enabled(False)
        self.show()
        take_focus_unless_typing(self)
        self._patience.start(self.patience_ms)

    def _set_enabled(self, enabled: bool) -> None:
        for button in (*self.buttons.values(), self._give_up):
            button.setEnabled(enabled)

    def _press(self, choice: Choice) -> None:
        if self.is_open:
            self.chosen.emit(choice)
