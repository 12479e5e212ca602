"""One option: its name, a box, and a sentence where the value makes no sense."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from weighin.core.errors import AppError
from weighin.ui.widgets.label import PlainLabel, plain_tooltip

# How wide a box is, in average letters.
_LETTERS = 18


class OptionField(QWidget):
    """`read` turns what is typed into a value, or raises AppError whose sentence is then shown. `changed`: it was
    edited."""

    changed = Signal()

    def __init__(
        self, title: str, help_text: str, read: Callable[[str], object], owner: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._read, self._help = read, help_text
        self._value: object = None
        self._edit = QLineEdit()
        self._edit.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._edit.setAccessibleName(f"{title}, {owner}")
        self._edit.setAccessibleDescription(help_text)
        self._error = PlainLabel(role="error", wrap=True)
        self._error.hide()
        name = PlainLabel(title)
        name.setBuddy(self._edit)
        self.setFocusProxy(self._edit)
        self.setToolTip(plain_tooltip(help_text))
        row = QHBoxLayout()
        row.addWidget(name, 1)
        row.addWidget(self._edit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(row)
        layout.addWidget(self._error)
        self._edit.textChanged.connect(self.check)
        self._fit()

    @property
    def value(self) -> object:
        """The value typed last that made sense."""
        return self._value

    @property
    def is_valid(self) -> bool:
        """Whether what stands there makes sense."""
        return not self._edit.property("invalid")

    @property
    def error(self) -> str:
        """The sentence shown, "" where all is well."""
        return "" if self.is_valid else self._error.text()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        self._edit.setMaximumWidth(self.fontMetrics().averageCharWidth() * _LETTERS)

    def keep_room(self) -> None:
        """Leave room for the sentence while there is none: what lies below never moves."""
        policy = self._error.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._error.setSizePolicy(policy)

    def set_blocked(self, reason: str) -> None:
        """Nothing can be typed, for this reason; "" for none."""
        self._edit.setDisabled(bool(reason))
        self._edit.setAccessibleDescription(reason or self._help)
        self.setToolTip(plain_tooltip(reason or self._help))

    def set_text(self, text: str) -> None:
        """Put a value in."""
        self._edit.setText(text)
        self.check()

    def set_placeholder(self, text: str) -> None:
        """What a blank box means."""
        self._edit.setPlaceholderText(text)

    def check(self) -> None:
        """Read what stands there, again where what makes sense has changed."""
        sentence = ""
        try:
            self._value = self._read(self._edit.text().strip())
        except AppError as error:
            sentence = error.user_text
        self._error.say_or_hide(sentence)
        if bool(self._edit.property("invalid")) != bool(sentence):
            self._edit.setProperty("invalid", bool(sentence))
            self._edit.style().unpolish(self._edit)
            self._edit.style().polish(self._edit)
        self.changed.emit()
