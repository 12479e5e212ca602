"""What a model thinks before it answers, folded away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from weighin.core import format
from weighin.ui.theme import Theme
from weighin.ui.widgets.folded_section import FoldedSection

if TYPE_CHECKING:
    from weighin.ui.answer.answer_view import AnswerView

_HEIGHT = 150


class Reasoning(QWidget):
    """Hidden while there is none. The view is made when it is first unfolded: most never are, and rendering what nobody
    sees would take time from the models."""

    link_clicked = Signal(QUrl)

    def __init__(self, theme: Theme, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._label = label
        self._pieces: list[str] = []
        self._finished = True
        self._view: AnswerView | None = None
        self._section = FoldedSection(theme, "Reasoning", f"lane {label}", self._make_view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._section)
        self.hide()

    @property
    def text(self) -> str:
        """All of it, "" where there is none."""
        return "".join(self._pieces)

    @property
    def title(self) -> str:
        """What stands over it."""
        return self._section.title

    @property
    def is_open(self) -> bool:
        """Whether it is unfolded."""
        return self._section.is_open

    @property
    def shown(self) -> str:
        """The text in the view, "" while it was never unfolded."""
        return self._view.toPlainText() if self._view else ""

    def set_open(self, is_open: bool) -> None:
        """Unfold or fold it."""
        self._section.set_open(is_open)

    def begin(self) -> None:
        """A new answer begins: none yet."""
        self._pieces = []
        self._finished = False
        self._section.set_open(False)
        self.hide()
        if self._view:
            self._view.begin()

    def feed(self, text: str) -> None:
        """More of it."""
        self._pieces.append(text)
        self.show()
        if self._view:
            self._view.feed(text)

    def finish(self, text: str) -> None:
        """It is complete; this is what the record has."""
        self._finished = True
        self._pieces = [text] if text else []
        self.setVisible(bool(text))
        if self._view:
            self._view.complete(text)

    def count(self, tokens: int) -> None:
        """Say how many tokens it has."""
        self._section.set_title(f"Reasoning · {format.plural(tokens, 'token')}")

    def _make_view(self) -> QWidget:
        from weighin.ui.answer.answer_view import AnswerView

        self._view = view = AnswerView(self._theme, f"Reasoning of lane {self._label}")
        view.setFixedHeight(_HEIGHT)
        view.link_clicked.connect(self.link_clicked)
        if self._finished:
            view.show_answer(self.text)
        else:
            view.begin()
            view.feed(self.text)
        return view
