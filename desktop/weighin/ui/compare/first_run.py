"""What a newcomer reads first."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.label import PlainLabel

_SENTENCE = "These two tiny teaching models came with the program: type a question and press Run."
EXAMPLES = ("What is seven plus five?", "What town is Magda Gardner from?", "Tell me a short story.")


class FirstRun(QWidget):
    """One sentence and three prompts to try. `chosen` carries the prompt."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = FlowLayout(self, spacing=8)
        sentence = PlainLabel(_SENTENCE)
        sentence.setContentsMargins(0, 4, 4, 4)
        layout.addWidget(sentence)
        for example in EXAMPLES:
            button = QPushButton(example)
            button.setProperty("role", "example")
            button.setAccessibleName(f"Try the prompt: {example}")
            button.clicked.connect(lambda _checked=False, text=example: self.chosen.emit(text))
            layout.addWidget(button)
