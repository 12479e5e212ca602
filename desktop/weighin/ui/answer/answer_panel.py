"""An answer with what may have to be said about it: kept-back text, and links that want to be opened."""

from __future__ import annotations

from PySide6.QtCore import QUrl, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.safe_text import safe_name
from weighin.ui.answer.answer_view import AnswerView
from weighin.ui.theme import Theme
from weighin.ui.widgets.strip import Strip

OPENABLE = ("http", "https", "mailto")


class AnswerPanel(QWidget):
    """`open_requested` carries the QUrl that the user, having read it, agreed to open."""

    open_requested = Signal(QUrl)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = AnswerView(theme, name)
        self._address = QUrl()
        self._link = Strip("amber")
        self._yes = self._link.add_button("Open", "Open this address in the browser")
        self._no = self._link.add_button("Don’t open", "Do not open this address")
        self._more = Strip()
        self._all = self._more.add_button("Show all", "Show the whole answer as plain text")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.view, 1)
        layout.addWidget(self._more)
        layout.addWidget(self._link)
        self.view.overflowed.connect(self._say_more)
        self.view.link_clicked.connect(self.ask_to_open)
        self._all.clicked.connect(self.view.show_all)
        self._yes.clicked.connect(self._open)
        self._no.clicked.connect(self._link.hide)

    @property
    def link_question(self) -> str:
        """What is asked or said about a link, "" where nothing is."""
        return "" if self._link.isHidden() else self._link.label.text()

    @property
    def overflow_notice(self) -> str:
        """What is said about text that is kept back, "" where none is."""
        return "" if self._more.isHidden() else self._more.label.text()

    def begin(self) -> None:
        """Empty everything for a new answer."""
        self._link.hide()
        self.view.begin()

    def copy(self) -> None:
        """Put exactly what the model wrote on the clipboard."""
        self.view.copy_answer()

    def _say_more(self, kept_back: int) -> None:
        self._more.say(f"{format.plural(kept_back, 'more character')} not shown." if kept_back else "")

    def ask_to_open(self, address: QUrl) -> None:
        """Show where a link leads. The address is spelt as it will be asked for, so that look-alike names show."""
        self._address = address
        shown = safe_name(address.toString(QUrl.ComponentFormattingOption.FullyEncoded), 300)
        allowed = address.scheme().lower() in OPENABLE
        self._yes.setVisible(allowed)
        self._link.say(f"Open {shown} ?" if allowed else f"Not opened, it is not a web or mail address: {shown}")

    def _open(self) -> None:
        self._link.hide()
        self.open_requested.emit(self._address)
