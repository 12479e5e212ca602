"""The verdict of a run: one sentence, its reason below, the method folded away."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from weighin.core.evaluations.verdict_text import (
    flips_sentence,
    is_decided,
    method_sentences,
    reason_sentence,
    verdict_sentence,
)
from weighin.core.runs.run_state import RunState
from weighin.core.safe_text import safe_name
from weighin.core.statistics.paired import PairedResult, Verdict
from weighin.ui.theme import Theme
from weighin.ui.widgets.fold_button import FoldButton
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.lane_chips import lane_chip

_LONGEST_NAME = 40
_NOTHING = "No clear winner yet: nothing is answered by both models."
# As long as usual verdicts get: their room is kept from the beginning of a run on.
_NO_WINNER = "No clear winner yet: A 999, B 999 of 999 right. Difference 99.9 points (-99.9 to 99.9)."
_WINNER = "{} is better: 999 of 999 right against 999. Difference 99.9 points (99.9 to 99.9), p < 0.0001."


class VerdictBox(QFrame):
    """The winner's chip stands before the sentence. What lies below does not move while a run goes on."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self._names: tuple[str, ...] = ()
        self._chips = {label: lane_chip(label) for label in "AB"}
        self._sentence = PlainLabel(role="title", wrap=True)
        self._reason = PlainLabel(role="small", wrap=True)
        self._flips = PlainLabel(" ", role="small", wrap=True)
        self._method = PlainLabel(role="small", wrap=True)
        self._fold = FoldButton(theme, "Details", "the verdict", self._method)
        head, below = QHBoxLayout(), QHBoxLayout()
        head.setSpacing(8)
        for chip in self._chips.values():
            head.addWidget(chip, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self._sentence, 1)
        below.addWidget(self._reason, 1)
        below.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 6)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addLayout(below)
        layout.addWidget(self._flips)
        layout.addWidget(self._method)
        self._say("", _NOTHING)

    @property
    def sentence(self) -> str:
        """The verdict."""
        return self._sentence.text()

    @property
    def reason(self) -> str:
        """What lies behind it."""
        return self._reason.text()

    @property
    def flips(self) -> str:
        """How many answers differ in being right."""
        return self._flips.text().strip()

    @property
    def method(self) -> str:
        """What is folded away."""
        return self._method.text()

    @property
    def winner(self) -> str:
        """The lane whose chip is shown, "" for none."""
        return next((label for label, chip in self._chips.items() if not chip.isHidden()), "")

    def set_open(self, is_open: bool) -> None:
        """Unfold the method, or fold it."""
        self._fold.setChecked(is_open)

    def expect(self, names: tuple[str, ...]) -> None:
        """A run of models with these names begins: keep room for what may be said of it."""
        self._names = tuple(safe_name(name, _LONGEST_NAME) for name in names)
        self._keep_room()

    def show_verdict(self, paired: PairedResult | None, total: int, state: RunState) -> None:
        """Say it; None: nothing is answered by both yet. `total`: questions of the run, which is in `state`."""
        if paired is None:
            self._say("", _NOTHING)
            return
        decided = is_decided(paired)
        winner = "" if not decided else "A" if paired.verdict is Verdict.A_BETTER else "B"
        # Only a winner needs its name: who is who stands in the cards below.
        shown = self._names if decided or paired.mute else ("A", "B")
        sentence = verdict_sentence(paired, state, *shown)
        reason, method = reason_sentence(paired, total, state), method_sentences(paired)
        self._say(winner, sentence, reason, flips_sentence(paired), method)
        self._fold.set_title("Details" if decided else "Why?")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._keep_room()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._keep_room()

    def _keep_room(self) -> None:
        """Room for usual verdicts and a reason of one line."""
        usual = (_NO_WINNER, *(_WINNER.format(name) for name in self._names))
        # A winner's chip takes some of the room.
        room = self.width() - 60
        self._sentence.setMinimumHeight(max(_height_of(self._sentence, text, room) for text in usual))
        self._reason.setMinimumHeight(self._fold.sizeHint().height())

    def _say(self, winner: str, sentence: str, reason: str = "", flips: str = "", method: tuple[str, ...] = ()) -> None:
        for label, chip in self._chips.items():
            chip.setVisible(label == winner)
        self._sentence.say(sentence)
        self._reason.say(reason)
        self._flips.say(flips or " ")  # its line stays: what lies below does not move
        self._method.say("\n".join(method))
        self._fold.setVisible(bool(method))
        if not method:
            self._fold.setChecked(False)


def _height_of(label: PlainLabel, text: str, width: int) -> int:
    flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
    return label.fontMetrics().boundingRect(0, 0, max(80, width), 10_000, int(flags), text).height()
