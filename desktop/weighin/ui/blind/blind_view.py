"""Two answers without their authors."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core.comparisons.blind import shown_characters
from weighin.ui.answer.answer_panel import AnswerPanel
from weighin.ui.blind.blind_panel import BlindPanel
from weighin.ui.blind.vote_bar import VoteBar
from weighin.ui.theme import Theme
from weighin.ui.widgets.focus import take_focus_unless_typing
from weighin.ui.widgets.label import ElidedLabel

_TICK_MS = 80
_WORKING = "Generating; names stay hidden until you vote"
_APPEARING = "Both answers appear at the same pace"
_JUDGE = "Names appear after you vote. Votes are final."


class BlindView(QWidget):
    """The two sides; what is said and asked stands in `panel`. `voted` carries a Choice; `gave_up`; `left`: whoever has
    seen the outcome wants the lanes back."""

    voted = Signal(object)
    gave_up = Signal()
    left = Signal()

    def __init__(self, theme: Theme, owner: QWidget, parent: QWidget | None = None) -> None:
        """`owner`: while it or something in it has the keyboard, the keys 1 to 4 vote."""
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
        self.panel = BlindPanel(theme, owner)
        self.panel.bar.chosen.connect(self.voted)
        self.panel.bar.gave_up.connect(self.gave_up)
        self.panel.left.connect(self.left)
        self._sides = (_Side(theme, "Left"), _Side(theme, "Right"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for side in self._sides:
            row.addWidget(side, 1)

    @property
    def sentence(self) -> str:
        """What stands under the answers."""
        return self.panel.text

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
        return self.panel.bar

    @property
    def lanes_button(self) -> QPushButton:
        """Leads back to the lanes, once everything is told."""
        return self.panel.details

    def begin(self, series: str = "") -> None:
        """A round begins: nothing to read yet. Who has just pressed Run is done with the prompt, so that the keys of
        the vote work without a click; who goes back to it keeps it. series: how far a series of rounds is, "" outside
        of one."""
        self.setFocus()
        self._timer.stop()
        self._series = f"{series} · " if series else ""
        for side in self._sides:
            side.begin()
        self.panel.wait(self._series + _WORKING)

    def appear(self, a: str, b: str) -> None:
        """Let both answers appear, a character of one for each of the other."""
        self._texts, self._fed = (a, b), 0
        self.panel.wait(self._series + _APPEARING)
        self._clock.start()
        self._timer.start()

    def tell(self, a: str, b: str, line: str, name: str, lane: str) -> None:
        """Say who wrote what (a, b), what was voted (line), and which model that was (name, lane; "" for neither)."""
        self._timer.stop()
        for side, author in zip(self._sides, (a, b), strict=True):
            side.tell(author)
        self.panel.reveal(line, name, lane)
        take_focus_unless_typing(self.panel.details)

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
            self.panel.ask(self._series + _JUDGE)


class _Side(QFrame):
    """One answer, and where it stands."""

    def __init__(self, theme: Theme, place: str) -> None:
        super().__init__()
        self._place = place
        self._author = ElidedLabel(role="small")
        self.panel = AnswerPanel(theme, f"{place} answer")
        # What the models have written so far is kept back, so nothing can be said of it.
        self.panel.view.say_while_empty("Nothing to read yet")
        self.panel.open_requested.connect(QDesktopServices.openUrl)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 8, 2, 6)
        self.setProperty("role", place.lower())
        layout.setSpacing(4)
        self._author.setContentsMargins(14, 0, 10, 0)  # where the text of the answer begins
        layout.addWidget(self._author)
        layout.addWidget(self.panel, 1)

    @property
    def author(self) -> str:
        return self._author.text()

    def begin(self) -> None:
        self.panel.begin()
        self._author.say(self._place)

    def finish(self) -> None:
        self.panel.view.finish()

    def tell(self, author: str) -> None:
        self._author.say(f"{self._place} · {author}")
