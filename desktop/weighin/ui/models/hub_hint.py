"""What stands on the hub tab before anything was searched: what to type, with examples to click."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from weighin.ui.widgets.elided_button import ElidedButton
from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.label import PlainLabel

EXAMPLES = ("Qwen3 4B", "Gemma 3", "Llama 3.2", "OLMoE", "bartowski/Qwen_Qwen3-0.6B-GGUF")
_WHAT = "Search the Hugging Face hub for GGUF models"
_HOW = "Type a model's name or OWNER/REPOSITORY, or paste an address from huggingface.co."
_QUIET = "Nothing is sent until you search."


class HubHint(QFrame):
    """`chosen` carries the example that was clicked."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        examples = FlowLayout()
        self.examples = tuple(ElidedButton(text) for text in EXAMPLES)
        for text, button in zip(EXAMPLES, self.examples, strict=True):
            button.setProperty("role", "example")
            button.setAccessibleName(f"Search for {text}")
            button.clicked.connect(lambda _checked=False, text=text: self.chosen.emit(text))
            examples.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(8)
        layout.addWidget(PlainLabel(_WHAT, role="strong", wrap=True))
        layout.addWidget(PlainLabel(_HOW, wrap=True))
        layout.addLayout(examples)
        layout.addWidget(PlainLabel(_QUIET, role="small", wrap=True))
