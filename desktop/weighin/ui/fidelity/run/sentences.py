"""What was found of each model, in one sentence, and how sure that is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from weighin.core.fidelity.fidelity import FidelityRecord, OtherFidelity, SideFacts
from weighin.core.fidelity.text import certainty_sentence, meaning_sentence, record_notices
from weighin.ui.lane.failure_box import FailureBox
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import PlainLabel

# As long as usual sentences get: their room is kept from the beginning on.
_USUAL = (
    "{} picks another word in 99.9 of 100 places. KLD 0.0313 ± 0.0031, not settled: between what Q5_K_M and Q4_K_M "
    "cost on Llama-3-8B. 9.99 times smaller, generation 9.99 times as fast here."
)
# More sentences than this are not as large.
_MOST_LARGE = 1


class OtherSentence(QWidget):
    """One model's sentence, above the line that says how sure it is. `try_anyway`: run although memory may not
    suffice."""

    try_anyway = Signal()

    def __init__(self, theme: Theme, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = PlainLabel(role="title", wrap=True)
        self._certainty = PlainLabel(" ", role="small", wrap=True)
        self.failure = FailureBox(theme, label)
        self._usual = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for part in (self._sentence, self._certainty, self.failure):
            column.addWidget(part)
        self.failure.try_anyway.connect(self.try_anyway)

    @property
    def text(self) -> str:
        """The sentence."""
        return self._sentence.text()

    @property
    def certainty(self) -> str:
        """How sure it is, and until when it goes on."""
        return self._certainty.text()

    def expect(self, name: str, large: bool) -> None:
        """A model of this name is measured: keep room for what may be said of it."""
        role = "title" if large else "verdict"
        if self._sentence.property("role") != role:
            self._sentence.setProperty("role", role)
            self._sentence.style().unpolish(self._sentence)
            self._sentence.style().polish(self._sentence)
        self._usual = _USUAL.format(name)
        self._keep_room()

    def show_other(self, record: FidelityRecord, other: OtherFidelity, running: bool) -> None:
        """Say what is known."""
        self._sentence.say(meaning_sentence(record, other))
        self._certainty.say(certainty_sentence(record, other, running) or " ")
        _show_failure(self.failure, other.side, record)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._keep_room()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._keep_room()

    def _keep_room(self) -> None:
        self._sentence.ensurePolished()
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
        metrics = self._sentence.fontMetrics()
        room = max(80, self.width() - 4)
        self._sentence.setMinimumHeight(metrics.boundingRect(0, 0, room, 10_000, int(flags), self._usual).height())


class Sentences(QFrame):
    """One for each model compared with the base, in their order; below them what holds for all. `try_anyway`: run
    although memory may not suffice."""

    try_anyway = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self._theme = theme
        self.others: list[OtherSentence] = []
        self._notices = PlainLabel(role="small", wrap=True)
        self._notices.hide()
        self.base_failure = FailureBox(theme, "Base")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 8, 12, 8)
        self._column.setSpacing(8)
        self._column.addWidget(self._notices)
        self._column.addWidget(self.base_failure)
        self.base_failure.try_anyway.connect(self.try_anyway)

    @property
    def texts(self) -> tuple[str, ...]:
        """The sentences."""
        return tuple(other.text for other in self.others)

    @property
    def notices(self) -> str:
        """What holds for all of them, "" for nothing."""
        return "" if self._notices.isHidden() else self._notices.text()

    def expect(self, names: tuple[str, ...]) -> None:
        """Models of these names are compared with the base."""
        while len(self.others) < len(names):
            made = OtherSentence(self._theme, str(len(self.others) + 1))
            made.try_anyway.connect(self.try_anyway)
            self._column.insertWidget(len(self.others), made)
            self.others.append(made)
        while len(self.others) > len(names):
            gone = self.others.pop()
            self._column.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for other, name in zip(self.others, names, strict=True):
            other.expect(name, len(names) <= _MOST_LARGE)

    def show_record(self, record: FidelityRecord, running: bool) -> None:
        """Say what is known of each."""
        for shown, other in zip(self.others, record.others, strict=True):
            shown.show_other(record, other, running)
        self._notices.say_or_hide("\n".join(record_notices(record)))
        _show_failure(self.base_failure, record.base, record)


def _show_failure(box: FailureBox, side: SideFacts, record: FidelityRecord) -> None:
    """Anew only where it is another one: its details may be open."""
    wanted = (side.failure, record.machine is None)
    if box.shown != wanted:
        box.show_failure(*wanted)
