"""What was said before in the conversation of one lane, folded away."""

from __future__ import annotations

from PySide6.QtCore import QUrl, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.comparisons.conversation import turns
from weighin.core.runs.chat import Message
from weighin.ui.answer.answer_view import AnswerView
from weighin.ui.theme import Theme
from weighin.ui.widgets.folded_section import FoldedSection

_MOST_HEIGHT = 180


class EarlierTurns(QWidget):
    """Hidden where the prompt is the first."""

    link_clicked = Signal(QUrl)

    def __init__(self, theme: Theme, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._label = label
        self._thread: tuple[Message, ...] = ()
        self._view: AnswerView | None = None
        self._section = FoldedSection(theme, "Earlier turns", f"lane {label}", self._make_view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._section)
        self.hide()

    @property
    def title(self) -> str:
        """What stands over them, "" where there are none."""
        return self._section.title if self._thread else ""

    @property
    def shown(self) -> str:
        """The text in the view, "" while it was never unfolded."""
        return self._view.toPlainText() if self._view else ""

    def set_open(self, is_open: bool) -> None:
        """Unfold or fold them."""
        self._section.set_open(is_open)

    def show_thread(self, thread: tuple[Message, ...]) -> None:
        """Show these turns."""
        self._thread = thread
        self.setVisible(bool(thread))
        self._section.set_title(format.plural(turns(thread), "earlier turn"))
        if not thread:
            self._section.set_open(False)
        if self._view:
            self._view.show_answer(_markdown(thread))

    def _make_view(self) -> QWidget:
        self._view = view = AnswerView(self._theme, f"Earlier turns of lane {self._label}")
        layout = view.document().documentLayout()
        layout.documentSizeChanged.connect(lambda size: view.setFixedHeight(min(_MOST_HEIGHT, int(size.height()) + 12)))
        view.link_clicked.connect(self.link_clicked)
        view.show_answer(_markdown(self._thread))
        return view


def _markdown(thread: tuple[Message, ...]) -> str:
    """Prompts as quotations, answers as they are."""
    said = []
    for message in thread:
        if message.role == "user":
            said.append("\n".join(f"> {line}" for line in message.content.splitlines()))
        else:
            said.append(message.content)
    return "\n\n".join(said)
