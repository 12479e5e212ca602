"""The head of a lane: its letter, its model, and what the model is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from weighin.core.models.model import ModelFacts
from weighin.core.models.text import TINY, checked, model_facts
from weighin.ui.pickers.model_picker import ModelPicker
from weighin.ui.theme import Theme
from weighin.ui.widgets.icon_button import IconButton
from weighin.ui.widgets.label import PlainLabel, plain_tooltip

_CHECKED = {
    True: "The sha256 of this file was compared with the one the hub states: they are the same.",
    False: "The sha256 of this file was not compared with the hub's. The Models page says whether that can be done.",
}

_SERVER = (
    "This model lives on a server. Its speeds are taken over the network and counted by this client; its file, its "
    "template and its memory are the server's own business."
)


class LaneHeader(QWidget):
    """`maximise_toggled` asks to show this lane alone, or both again."""

    maximise_toggled = Signal(bool)

    def __init__(self, theme: Theme, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = label
        self._hidden = False
        self._expected = ("", "", False)
        chip = PlainLabel(label, role="chip")
        chip.setProperty("lane", label)
        self.picker = ModelPicker(label)
        self._maximise = IconButton(theme, "maximise", f"Show lane {label} alone")
        self._maximise.setCheckable(True)
        self._badge = PlainLabel("server", role="badge")
        self._badge.hide()
        self._facts = PlainLabel(role="small", wrap=True)
        self._outlook = PlainLabel(role="small", wrap=True)
        self._outlook.hide()
        self._refusal = PlainLabel(role="error", wrap=True)
        self._refusal.hide()
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(chip)
        row.addWidget(self.picker, 1)
        row.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._maximise)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self._facts)
        layout.addWidget(self._outlook)
        layout.addWidget(self._refusal)
        layout.addStretch(1)
        self.picker.model_changed.connect(self._show_facts)
        self._maximise.toggled.connect(self._toggle)

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
        """What is expected of the model here, "" where nothing is known."""
        return "" if self._outlook.isHidden() else self._outlook.text()

    def show_outlook(self, sentence: str, tip: str, warns: bool) -> None:
        """Say what is expected of the model here; an empty sentence says nothing."""
        self._expected = (sentence, tip, warns)
        if self._hidden:
            return
        role = "warning" if warns else "small"
        if self._outlook.property("role") != role:
            self._outlook.setProperty("role", role)
            self._outlook.style().unpolish(self._outlook)
            self._outlook.style().polish(self._outlook)
        self._outlook.say_or_hide(sentence)
        self._outlook.setToolTip(plain_tooltip(tip) if tip else "")

    def set_locked(self, locked: bool) -> None:
        """While a comparison runs its models stay chosen."""
        self.picker.setEnabled(not locked)

    def set_hidden(self, hidden: bool) -> None:
        """While `hidden` nothing in here tells what the model is."""
        self._hidden = hidden
        self.picker.set_hidden(hidden)
        if hidden:
            self._badge.hide()
            for label in (self._facts, self._outlook, self._refusal):
                label.say_or_hide("")
                label.setToolTip("")
        elif self.picker.chosen is not None:
            self._facts.show()
            self._show_facts(self.picker.chosen)
            self.show_outlook(*self._expected)

    def set_maximised(self, alone: bool, possible: bool) -> None:
        """Show whether this lane is shown alone; where it cannot be otherwise, the button goes."""
        self._maximise.blockSignals(True)
        self._maximise.setChecked(alone)
        self._maximise.blockSignals(False)
        self._maximise.setVisible(possible)
        self._maximise.draw("restore" if alone else "maximise")
        self._maximise.rename("Show both lanes" if alone else f"Show lane {self._label} alone")

    def _toggle(self, alone: bool) -> None:
        self.maximise_toggled.emit(alone)

    def _show_facts(self, model: ModelFacts) -> None:
        if self._hidden:
            return
        self._refusal.hide()
        self._badge.setVisible(model.is_server)
        if model.is_server:
            self._facts.say(model_facts(model))
            self._facts.setToolTip(plain_tooltip(_SERVER))
            return
        note = TINY if model.starter else checked(model.verified)
        self._facts.say(f"{model_facts(model)} · {note}")
        self._facts.setToolTip("" if model.starter else plain_tooltip(_CHECKED[model.verified]))
