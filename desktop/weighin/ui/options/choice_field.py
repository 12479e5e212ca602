"""One option that is a choice of a few words: its name and a list."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from weighin.ui.widgets.elided_combo_box import ElidedComboBox
from weighin.ui.widgets.label import PlainLabel, plain_tooltip

_LETTERS = 9


class ChoiceField(QWidget):
    """`choices`: values, and the words for them. `changed`: another one was chosen. Used like an OptionField."""

    changed = Signal()
    is_valid = True
    error = ""

    def __init__(
        self, title: str, help_text: str, choices: dict[str, str], owner: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._help = help_text
        self._box = ElidedComboBox()
        self._box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._box.setMinimumContentsLength(_LETTERS)
        self._box.setAccessibleName(f"{title}, {owner}")
        for value, words in choices.items():
            self._box.addItem(words, value)
        name = PlainLabel(title)
        name.setBuddy(self._box)
        self.setFocusProxy(self._box)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(name, 1)
        row.addWidget(self._box)
        self._box.currentIndexChanged.connect(self.changed)
        self.set_blocked("")

    @property
    def value(self) -> object:
        """The chosen one."""
        return self._box.currentData()

    def set_text(self, value: str) -> None:
        """Choose the one with this value; the first where there is none."""
        self._box.setCurrentIndex(max(0, self._box.findData(value)))

    def set_blocked(self, reason: str) -> None:
        """Nothing can be chosen, for this reason; "" for none."""
        self._box.setDisabled(bool(reason))
        self._box.setAccessibleDescription(reason or self._help)
        self.setToolTip(plain_tooltip(reason or self._help))
