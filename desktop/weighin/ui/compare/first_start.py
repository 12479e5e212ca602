"""What stands in place of answers before the first question: what the program is for, and three questions to try."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core.safe_text import safe_name
from weighin.ui.widgets.elided_button import ElidedButton
from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.label import FlowingLabel, PlainLabel

TITLE = "Two models, one question, measured fairly"
_SENTENCE = (
    "Ask both models the same thing and see their answers side by side, with what each one costs in speed and memory "
    "on this computer."
)
STARTER_EXAMPLES = ("What is seven plus five?", "What town is Magda Gardner from?", "Tell me a short story.")
EXAMPLES = (
    "Explain in two sentences why the sky is blue.",
    "Write a Python function that reverses the words of a sentence.",
    "Plan a rainy Sunday for a family of four.",
)
# Of an average letter: about what fits into a line that is read with ease.
_LETTERS = 90


class FirstStart(QFrame):
    """`asked` carries a question that is to be run at once; `open_wanted` and `find_wanted`: ways to real models."""

    asked = Signal(str)
    open_wanted = Signal()
    find_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = PlainLabel(TITLE, role="headline", wrap=True)
        sentence = PlainLabel(_SENTENCE, role="lead", wrap=True)
        for label in (title, sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._examples = QWidget()
        self._flow = FlowLayout(self._examples, spacing=8, centred=True)
        self._ways = QWidget()
        ways = FlowLayout(self._ways, spacing=2, centred=True)
        self._included = FlowingLabel(role="small")
        ways.addWidget(self._included)
        self._recent = QWidget()
        self._recent_flow = FlowLayout(self._recent, spacing=8, centred=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(12)
        column.addStretch(1)
        self._words = QWidget()
        inside = QVBoxLayout(self._words)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(12)
        for part in (title, sentence):
            inside.addWidget(part)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._words, 100)
        middle.addStretch(1)
        column.addLayout(middle)
        for row in (self._examples, self._recent, self._ways):
            column.addWidget(row)
        column.addStretch(1)
        self._recent.hide()
        self._fit_words()
        self.show_models(starters=True)
        for before, text, name, wanted in (
            ("", "Open a file…", "Open a model file for lane A", self.open_wanted),
            ("or", "Find models that fit this computer", "Find models that fit this computer", self.find_wanted),
        ):
            if before:
                ways.addWidget(PlainLabel(before, role="small"))
            button = QPushButton(text)
            button.setProperty("role", "link")
            button.setAccessibleName(name)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(lambda _checked=False, which=wanted: which.emit())
            ways.addWidget(button)

    @property
    def examples(self) -> tuple[str, ...]:
        """The questions that one click asks."""
        return tuple(button.whole for button in self._examples.findChildren(ElidedButton))

    def show_models(self, starters: bool) -> None:
        """Offer questions that the chosen models can answer. starters: both are the tiny ones that came along."""
        wanted = STARTER_EXAMPLES if starters else EXAMPLES
        self._included.say(
            "These two tiny teaching models are included. For real ones:" if starters else "More models:"
        )
        if self.examples != wanted:
            _fill(self._flow, [(text, f"Ask: {text}", self._asking(text)) for text in wanted])

    def show_recent(self, pairs: Sequence[tuple[str, Callable[[], None]]]) -> None:
        """Offer pairs of models that were compared before: what stands on the button, and what chooses them."""
        lead = FlowingLabel("Recent pairs:", role="small")
        _fill(
            self._recent_flow, [(safe_name(text, 80), f"Compare {text} again", choose) for text, choose in pairs], lead
        )
        self._recent.setVisible(bool(pairs))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_words"):
            self._fit_words()

    def _fit_words(self) -> None:
        self._words.setMaximumWidth(self.fontMetrics().averageCharWidth() * _LETTERS)

    def _asking(self, text: str) -> Callable[[], None]:
        return lambda: self.asked.emit(text)


def _fill(
    flow: FlowLayout, buttons: Sequence[tuple[str, str, Callable[[], None]]], lead: QWidget | None = None
) -> None:
    while (item := flow.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.setParent(None)
            widget.deleteLater()
    if lead is not None:
        flow.addWidget(lead)
    for text, name, action in buttons:
        button = ElidedButton(text)
        button.setProperty("role", "example")
        button.setAccessibleName(name)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(lambda _checked=False, press=action: press())
        flow.addWidget(button)
