"""How many questions are asked."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import EvaluationChoice
from weighin.core.runs.options import whole
from weighin.ui.options.option_field import OptionField

_SIZES = (100, 285, 570, 1140, 5000)
# A set of up to so many is asked whole unless somebody wants less.
_WHOLE = 1000
_FEWER = 570
_HELP = "Questions asked of the chosen subjects, in proportion to their sizes. Blank: all of them."


class AmountBox(QWidget):
    """`n` is None for all. `changed`: another number. Where fewer questions are to be had than are wanted it shows as
    many as there are, and goes back to what is wanted when there are enough again."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most = 0
        self._wanted: int | None = None
        self._capping = False
        self.field = OptionField("Number of questions", _HELP, self._read, "this run")
        self.field.set_placeholder("all")
        self.field.keep_room()
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
        layout.addLayout(row)
        self.field.changed.connect(self._edited)

    @property
    def n(self) -> int | None:
        """The number, None for all."""
        value = self.field.value
        return value if isinstance(value, int) else None

    @property
    def wanted(self) -> int | None:
        """The number as it was chosen, also where there are fewer; None for all."""
        return self._wanted

    @property
    def is_valid(self) -> bool:
        """Whether so many can be asked."""
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

    def _edited(self) -> None:
        if not self._capping:
            self.changed.emit()

    def _read(self, text: str) -> object:
        # The choice itself refuses what is no number.
        n = EvaluationChoice(n=cast(int, whole(text))).n if text else None
        if not self._capping:
            self._wanted = n
        if self._most and n is not None and n > self._most:
            raise AppError(f"There are {format.plural(self._most, 'question')} to choose from.", kind="options")
        return n
