"""How many questions are asked."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.evaluations.evaluation import EvaluationChoice
from weighin.core.runs.options import whole
from weighin.ui.options.option_field import OptionField
from weighin.ui.widgets.label import PlainLabel

_SIZES = (100, 285, 570, 1140, 5000)
# A set of up to so many is asked whole unless somebody wants less.
_WHOLE = 1000
_FEWER = 570
_HELP = "Drawn from the chosen subjects in proportion to their sizes. Blank: all of them."


class AmountBox(QWidget):
    """`n` is None for all. `changed`: another number. Where there are fewer questions than are wanted all of them are
    asked, a sentence says so, and what is wanted comes back when there are enough again."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most = 0
        self._wanted: int | None = None
        self._capping = False
        self.field = OptionField("Number of questions", _HELP, self._read, "this run")
        self.field.set_placeholder("all")
        self._note = PlainLabel(role="small", wrap=True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._buttons = {size: QPushButton(format.count(size)) for size in (*_SIZES, 0)}
        self._buttons[0].setText("all")
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addStretch(1)
        for size, button in self._buttons.items():
            button.setProperty("role", "example")
            button.setAccessibleName(f"Ask {size} questions" if size else "Ask all questions")
            button.clicked.connect(lambda _checked=False, n=size: self.choose(n or None))
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.field)
        layout.addWidget(self._note)
        layout.addLayout(row)
        self.field.changed.connect(self._edited)

    @property
    def n(self) -> int | None:
        """The number, None for all."""
        value = self.field.value
        if not isinstance(value, int):
            return None
        return min(value, self._most) if self._most else value

    @property
    def note(self) -> str:
        """How many questions there are, and whether all of them are asked because there are no more."""
        return self._note.text()

    @property
    def wanted(self) -> int | None:
        """The number as it was chosen, also where there are fewer; None for all."""
        return self._wanted

    @property
    def is_valid(self) -> bool:
        """Whether what is typed is a number."""
        return self.field.is_valid

    def choose(self, n: int | None) -> None:
        """Ask `n`, or all."""
        self._wanted = n
        self._show_wanted()
        self.changed.emit()

    def suggest(self, most: int) -> None:
        """A number that suits a set of `most` questions."""
        self.choose(None if most <= _WHOLE else _FEWER)

    def show_most(self, most: int) -> None:
        """There are `most` questions to choose from; 0: nobody knows yet."""
        if most != self._most:
            self._most = most
            for size, button in self._buttons.items():
                button.setVisible(not size or not most or size < most)
            self._show_wanted()

    def _show_wanted(self) -> None:
        n = self._wanted
        self._capping = True
        self.field.set_text("" if n is None else str(min(n, self._most) if self._most else n))
        self._capping = False
        self._say()

    def _say(self) -> None:
        most, wanted = self._most, self._wanted
        self._note.setVisible(self.field.is_valid)  # in its place stands what is wrong
        if not most:
            self._note.say("")
        elif wanted is not None and wanted > most:
            self._note.say(f"Only {format.plural(most, 'question')} in the chosen subjects: all are asked.")
        else:
            self._note.say(f"of {format.plural(most, 'question')} in the chosen subjects")

    def _edited(self) -> None:
        if not self._capping:
            self._say()
            self.changed.emit()

    def _read(self, text: str) -> object:
        # The choice itself refuses what is no number.
        n = EvaluationChoice(n=cast(int, whole(text))).n if text else None
        if not self._capping:
            self._wanted = n
        return n
