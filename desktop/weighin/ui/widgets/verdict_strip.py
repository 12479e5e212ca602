"""A verdict: one sentence, its reason below, the method folded away."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from weighin.ui.theme import Theme
from weighin.ui.widgets.fold_button import FoldButton
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.lane_chips import lane_chip


class VerdictStrip(QFrame):
    """The winner's chip stands before the sentence. What lies below does not move while a run goes on."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self._usual: tuple[str, ...] = ()
        self._chips = {label: lane_chip(label) for label in "AB"}
        self._sentence = PlainLabel(role="title", wrap=True)
        self._reason = PlainLabel(role="small", wrap=True)
        self._remark = PlainLabel(" ", role="small", wrap=True)
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
        layout.addWidget(self._remark)
        layout.addWidget(self._method)

    @property
    def sentence(self) -> str:
        """The verdict."""
        return self._sentence.text()

    @property
    def reason(self) -> str:
        """What lies behind it."""
        return self._reason.text()

    @property
    def remark(self) -> str:
        """What else there is to say."""
        return self._remark.text().strip()

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

    def keep_room_for(self, usual: tuple[str, ...]) -> None:
        """Keep room for sentences as long as these."""
        self._usual = usual
        self._keep_room()

    def say(
        self,
        sentence: str,
        winner: str = "",
        reason: str = "",
        remark: str = "",
        method: tuple[str, ...] = (),
        fold: str = "Details",
    ) -> None:
        """Say it. winner: "A" or "B", "" for none; method: lines that `fold` unfolds."""
        for label, chip in self._chips.items():
            chip.setVisible(label == winner)
        self._sentence.say(sentence)
        self._reason.say(reason)
        self._remark.say(remark or " ")  # its line stays: what lies below does not move
        self._method.say("\n".join(method))
        self._fold.setVisible(bool(method))
        if method:
            self._fold.set_title(fold)
        else:
            self._fold.setChecked(False)

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
        # A winner's chip takes some of the room.
        room = self.width() - 60
        heights = [_height_of(self._sentence, text, room) for text in self._usual]
        self._sentence.setMinimumHeight(max(heights, default=0))
        self._reason.setMinimumHeight(self._fold.sizeHint().height())


def _height_of(label: PlainLabel, text: str, width: int) -> int:
    flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
    return label.fontMetrics().boundingRect(0, 0, max(80, width), 10_000, int(flags), text).height()
