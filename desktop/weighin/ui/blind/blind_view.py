"""Two answers without their authors, and the vote on them."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core.comparisons.blind import Choice, shown_characters
from weighin.ui.answer.answer_panel import AnswerPanel
from weighin.ui.theme import Theme
from weighin.ui.widgets.focus import take_focus_unless_typing
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.strip import Strip

# Whoever was pressing keys when the answers came did not mean to judge them.
_PATIENCE_MS = 700

_BUTTONS = (
    (Choice.A_BETTER, "A better"),
    (Choice.B_BETTER, "B better"),
    (Choice.TIE, "Tie"),
    (Choice.BOTH_BAD, "Both bad"),
)


class VoteBar(QWidget):
    """`chosen` carries a Choice, by a button or by the keys 1 to 4 of `owner`; `gave_up`: no vote is wanted.
    patience_ms: for so long after `open` nothing is taken for a vote."""

    chosen = Signal(object)
    gave_up = Signal()

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self.patience_ms = _PATIENCE_MS
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Which is better? Keys 1 to 4")
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(lambda: self._set_enabled(True))
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

    @property
    def is_open(self) -> bool:
        """Whether a vote would be taken now."""
        return not self.isHidden() and self._give_up.isEnabled()

    def open(self) -> None:
        """Appear, and take votes a moment later. The bar itself has the focus, no button: a space decides nothing."""
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


_TICK_MS = 80
_WORKING = "Both models are at work. Who they are, and all that could tell, stays hidden until you have voted."
_APPEARING = "Both answers are there and appear at the same pace, whoever wrote them faster."
_UNKNOWN = "by one of your two models"
_JUDGE = "Who wrote what is told after your vote, which is final."


class BlindView(QWidget):
    """`voted` carries a Choice; `gave_up`; `left`: who has seen the outcome wants the lanes back."""

    voted = Signal(object)
    gave_up = Signal()
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName("Blind round")
        self._texts = ("", "")
        self._series = ""
        self._fed = 0
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._show_more)
        self._strip = Strip()
        self._numbers = self._strip.add_button("Show the lanes", "Show both lanes with their names and numbers")
        self._numbers.clicked.connect(self.left)
        self._sides = tuple(_Side(theme, label) for label in ("A", "B"))
        self._bar = VoteBar(self)
        self._bar.chosen.connect(self.voted)
        self._bar.gave_up.connect(self.gave_up)
        row = QHBoxLayout()
        row.setSpacing(10)
        for side in self._sides:
            row.addWidget(side, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._strip)
        layout.addLayout(row, 1)
        layout.addWidget(self._bar)

    @property
    def sentence(self) -> str:
        """What stands above the answers."""
        return self._strip.label.text()

    @property
    def shown(self) -> tuple[str, str]:
        """What can be read now."""
        a, b = self._sides
        return a.panel.view.raw_text, b.panel.view.raw_text

    @property
    def authors(self) -> tuple[str, str]:
        """What stands over the answers."""
        a, b = self._sides
        return a.author, b.author

    @property
    def bar(self) -> VoteBar:
        """The four buttons; hidden while there is nothing to judge."""
        return self._bar

    @property
    def lanes_button(self) -> QPushButton:
        """Leads back to the lanes, once everything is told."""
        return self._numbers

    def begin(self, series: str = "") -> None:
        """A round begins: nothing to read yet. Who has just pressed Run is done with the prompt, so that the keys of
        the vote work without a click; who goes back to it keeps it. series: how far a series of rounds is, "" outside
        of one."""
        self.setFocus()
        self._timer.stop()
        self._series = f"{series}. " if series else ""
        for side in self._sides:
            side.begin()
        self._bar.hide()
        self._numbers.hide()
        self._strip.say(self._series + _WORKING)

    def appear(self, a: str, b: str) -> None:
        """Let both answers appear, a character of one for each of the other."""
        self._texts, self._fed = (a, b), 0
        self._strip.say(self._series + _APPEARING)
        self._clock.start()
        self._timer.start()

    def tell(self, a: str, b: str, sentence: str) -> None:
        """Say who wrote what, and what became of the round."""
        self._timer.stop()
        self._bar.hide()
        for side, author in zip(self._sides, (a, b), strict=True):
            side.tell(author)
        self._strip.say(sentence)
        self._numbers.show()
        take_focus_unless_typing(self._numbers)

    def add_to_sentence(self, more: str) -> None:
        """Say one thing more."""
        self._strip.say(f"{self.sentence} {more}")

    def _show_more(self) -> None:
        longest = max(map(len, self._texts))
        until = min(longest, shown_characters(self._clock.elapsed() / 1000, longest))
        for side, text in zip(self._sides, self._texts, strict=True):
            if more := text[self._fed : until]:
                side.panel.view.feed(more)
        self._fed = until
        if until >= longest:
            self._timer.stop()
            for side in self._sides:
                side.finish()
            self._strip.say(self._series + _JUDGE)
            self._bar.open()


class _Side(QFrame):
    """One answer under its letter."""

    def __init__(self, theme: Theme, label: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._author = PlainLabel(role="muted", wrap=True)
        self.panel = AnswerPanel(theme, f"Answer {label}")
        # What the models have written so far is kept back, so nothing can be said of it.
        self.panel.view.say_while_empty("Nothing to read yet.")
        self.panel.open_requested.connect(QDesktopServices.openUrl)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(6)
        layout.addWidget(PlainLabel(f"Answer {label}", role="title"))
        layout.addWidget(self._author)
        layout.addWidget(self.panel, 1)

    @property
    def author(self) -> str:
        return self._author.text()

    def begin(self) -> None:
        self.panel.begin()
        self._author.say(_UNKNOWN)

    def finish(self) -> None:
        self.panel.view.finish()

    def tell(self, author: str) -> None:
        self._author.say(author)
