"""The head of a lane: its letter, the name people know its model by, one line of facts, and whether it fits here."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core.models.model import ModelFacts
from weighin.core.models.text import head_facts, head_rows
from weighin.ui.pickers.model_picker import ModelPicker
from weighin.ui.theme import Theme
from weighin.ui.widgets.icon_button import IconButton
from weighin.ui.widgets.label import ElidedLabel, PlainLabel, plain_tooltip

_WIDTH = 420
# How the word on memory is coloured: by what it says.
TONES = ("", "good", "amber", "red")
_BLIND = "Blind round"


class LaneHeader(QFrame):
    """Two lines of constant height; everything else is behind its button. `asked`: the question was, that
    `offer_question` put there."""

    asked = Signal()

    def __init__(self, theme: Theme, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._label = label
        self._hidden = False
        self._expected = ("", "", "")
        self._question = ""
        chip = PlainLabel(label, role="chip")
        chip.setProperty("lane", label)
        chip.setProperty("large", True)
        chip.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picker = ModelPicker(label)
        self.picker.setProperty("role", "head")
        self._facts = ElidedLabel(role="small")
        self._fit = PlainLabel(role="fit")
        self._refusal = PlainLabel(role="error", wrap=True)
        self._refusal.hide()
        self._more = IconButton(theme, "info", f"About the model of {label}")
        self._more.clicked.connect(self._show_more)
        line = QHBoxLayout()
        line.setContentsMargins(6, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self._facts)
        line.addWidget(self._fit)
        line.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.picker)
        words.addLayout(line)
        words.addWidget(self._refusal)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 6, 6, 8)
        row.setSpacing(6)
        row.addWidget(chip, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        row.addWidget(self._more, 0, Qt.AlignmentFlag.AlignVCenter)
        # The facts take the width they need, and give way where there is less.
        self._facts.setSizePolicy(self._fit.sizePolicy().Policy.Maximum, self._fit.sizePolicy().Policy.Fixed)
        self.picker.model_changed.connect(self._show_facts)

    @property
    def facts(self) -> str:
        """The line that says what the model is."""
        return self._facts.text()

    @property
    def refusal(self) -> str:
        """Why a file was not taken, "" where there is nothing to say."""
        return "" if self._refusal.isHidden() else self._refusal.text()

    def refuse(self, sentence: str) -> None:
        """Say why a file was not taken; an empty sentence says nothing."""
        if self._hidden:
            return
        self._refusal.say_or_hide(sentence)

    @property
    def outlook(self) -> str:
        """Whether the model fits here, "" where nothing is known."""
        return self._fit.text().removeprefix(" · ")

    @property
    def outlook_tip(self) -> str:
        """What that word rests on."""
        return self._expected[1]

    def show_outlook(self, word: str, tip: str, tone: str) -> None:
        """Say whether the model fits here; an empty word says nothing. tone: one of TONES."""
        self._expected = (word, tip, tone)
        if self._hidden:
            return
        if self._fit.property("tone") != tone:
            self._fit.setProperty("tone", tone)
            self._fit.style().unpolish(self._fit)
            self._fit.style().polish(self._fit)
        self._fit.say(f" · {word}" if word else "")
        self._fit.setToolTip(plain_tooltip(tip) if tip else "")

    def offer_question(self, question: str) -> None:
        """Offer this one where the model is told about."""
        self._question = question

    def set_locked(self, locked: bool) -> None:
        """While a comparison runs its models stay chosen."""
        self.picker.setEnabled(not locked)

    def set_hidden(self, hidden: bool) -> None:
        """While `hidden` nothing in here tells what the model is."""
        self._hidden = hidden
        self.picker.set_hidden(hidden)
        self._more.setEnabled(not hidden)
        if hidden:
            for label, said in ((self._facts, _BLIND), (self._fit, "")):
                label.say(said)
                label.setToolTip("")
            self._refusal.say_or_hide("")
        elif self.picker.chosen is not None:
            self._show_facts(self.picker.chosen)
            self.show_outlook(*self._expected)

    def show_drop(self, over: bool) -> None:
        """Show that a file held over this lane would be taken."""
        if bool(self.property("drop")) != over:
            self.setProperty("drop", over)
            self.style().unpolish(self)
            self.style().polish(self)

    def _show_facts(self, model: ModelFacts) -> None:
        if self._hidden:
            return
        self._refusal.hide()
        self._facts.say(head_facts(model))

    def _show_more(self) -> None:
        model = self.picker.chosen
        if model is None or self._hidden:
            return
        rows = [*head_rows(model)]
        if self._expected[1]:
            rows.append(("Memory here", self._expected[1]))
        popover = ModelPopover(rows, self, self._question)
        popover.asked.connect(self.asked)
        popover.pop_up(self.mapToGlobal(QPoint(0, self.height() + 4)))


class ModelPopover(QFrame):
    """Everything else about a model, a line each, and below them a question that can be asked, if there is one. Esc and
    a click elsewhere close it."""

    asked = Signal()

    def __init__(self, rows: list[tuple[str, str]], parent: QWidget, question: str = "") -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("About the model")
        self.setAccessibleDescription("; ".join(f"{name}: {text}" for name, text in rows))
        grid = QGridLayout(self)
        grid.setContentsMargins(14, 12, 14, 12)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for number, (name, text) in enumerate(rows):
            title, value = PlainLabel(name, role="small"), PlainLabel(text, wrap=True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            for column, label in enumerate((title, value)):
                label.setAlignment(Qt.AlignmentFlag.AlignTop)
                grid.addWidget(label, number, column)
        self.rows = tuple(rows)
        self.question = QPushButton(question, self)
        self.question.setProperty("role", "example")
        self.question.setAccessibleName(question or "No question")
        self.question.setVisible(bool(question))
        self.question.clicked.connect(self._ask)
        grid.addWidget(self.question, len(rows), 0, 1, 2, Qt.AlignmentFlag.AlignLeft)

    def pop_up(self, place: QPoint) -> None:
        """Show it there, as far as it fits on the screen."""
        self.setFixedWidth(_WIDTH)
        self.adjustSize()
        room = self.screen().availableGeometry()
        place.setX(max(room.left(), min(place.x(), room.right() - self.width())))
        place.setY(max(room.top(), min(place.y(), room.bottom() - self.height())))
        self.move(place)
        self.show()
        self.setFocus()

    def _ask(self) -> None:
        self.close()
        self.asked.emit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # Esc closes this here; on the page it would stop a run
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.close()
        else:
            super().keyPressEvent(event)
