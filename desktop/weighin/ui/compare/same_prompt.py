"""The proof that both lanes saw the same prompt."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from weighin.core import words
from weighin.core.comparison import Comparison, EngineFacts, LaneResult, unknowns
from weighin.core.safe_text import safe_name, safe_text
from weighin.ui.theme import Theme
from weighin.ui.widgets.button import IconButton
from weighin.ui.widgets.label import PlainLabel


class SamePrompt(QFrame):
    """One line after a run. Pressed, it shows what each model was really given."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self._button = IconButton(theme, "folded", "Show what each model was given", " ")
        self._button.setCheckable(True)
        self._button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._prompts = QWidget()
        self._engine = PlainLabel(role="small", wrap=True)
        row = QHBoxLayout()
        inside = QVBoxLayout(self._prompts)
        inside.setContentsMargins(6, 0, 6, 4)
        inside.addLayout(row)
        inside.addWidget(self._engine)
        self._titles: dict[str, PlainLabel] = {}
        self._texts: dict[str, QPlainTextEdit] = {}
        for label in ("A", "B"):
            row.addLayout(self._column(label))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 1, 2, 1)
        layout.setSpacing(2)
        layout.addWidget(self._button)
        layout.addWidget(self._prompts)
        self._prompts.hide()
        self._button.toggled.connect(self._unfold)
        self.hide()

    @property
    def sentence(self) -> str:
        """The line shown, "" where there is none."""
        return "" if self.isHidden() else self._button.text()

    def rendered(self, label: str) -> str:
        """The rendered prompt shown for a lane."""
        return self._texts[label].toPlainText()

    def clear(self) -> None:
        """Nothing to prove."""
        self._button.setChecked(False)
        self._button.setText(" ")
        self._button.setAccessibleName("")
        self._engine.say("")
        for label, title in self._titles.items():
            title.say("")
            self._texts[label].clear()
        self.hide()

    def show_comparison(self, comparison: Comparison) -> None:
        """Compare what the lanes were given."""
        if len(comparison.results) != 2:
            self.clear()
            return
        sentence, same = same_prompt_words(comparison)
        self._button.setText(sentence if same else f"⚠ {sentence}")
        self._button.setAccessibleName(f"{sentence} Show what each model was given")
        tone = "" if same else "amber"
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            for widget in (self, self._button):
                widget.style().unpolish(widget)
                widget.style().polish(widget)
        self._engine.say_or_hide(_engine_words(comparison.engine))
        for result in comparison.results:
            self._titles[result.label].say(_title(result))
            self._texts[result.label].setPlainText(safe_text(result.answer.rendered_prompt))
        self.show()

    def _column(self, label: str) -> QVBoxLayout:
        self._titles[label] = PlainLabel(role="small", wrap=True)
        text = QPlainTextEdit()
        text.setReadOnly(True)
        text.setTabChangesFocus(True)
        text.setFixedHeight(110)
        text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        text.setAccessibleName(f"What the model of lane {label} was given")
        self._texts[label] = text
        column = QVBoxLayout()
        column.addWidget(self._titles[label])
        column.addWidget(text)
        return column

    def _unfold(self, is_open: bool) -> None:
        self._prompts.setVisible(is_open)
        self._button.draw("unfolded" if is_open else "folded")


def same_prompt_words(comparison: Comparison) -> tuple[str, bool]:
    """The sentence, and whether all was the same."""
    hidden = unknowns(comparison.results)
    if hidden and not any(result.answer.failure for result in comparison.results):
        return (_server_words(comparison.differences, hidden), not comparison.differences)
    without = [result.label for result in comparison.results if not result.answer.rendered_prompt]
    if without:
        lanes = "Neither lane" if len(without) == 2 else f"Lane {without[0]} never"
        return (f"{lanes} got as far as the prompt.", False)
    if comparison.differences:
        return (f"Not the same for both: {safe_name(', '.join(comparison.differences), 200)}.", False)
    tokens = words.plural(comparison.results[0].answer.timing.prompt_tokens or 0, "token")
    return (f"Both saw the same prompt: {tokens}, same template, same options.", True)


def _server_words(different: tuple[str, ...], hidden: tuple[str, ...]) -> str:
    found = (
        f"Not the same for both: {safe_name(', '.join(different), 200)}."
        if different
        else "Same messages, same options."
    )
    return f"{found} On the server, so not known: {', '.join(hidden)}."


def _engine_words(engine: EngineFacts | None) -> str:
    if engine is None:
        return ""
    devices = ", ".join(engine.devices) or "processor only"
    parts = (f"llama-cpp-python {engine.llama_cpp_python}", engine.build, engine.features, devices)
    return "Engine: " + " · ".join(safe_name(part, 300) for part in parts if part)


def _title(result: LaneResult) -> str:
    setup, timing = result.setup, result.answer.timing
    if setup.model.is_server:
        return (
            f"{result.label} · {words.count(timing.prompt_tokens)} tokens by the server's count · template, context "
            f"and threads on the server · seed {setup.sampling.seed} · temperature {setup.sampling.temperature:g}"
        )
    template = (setup.model.template_sha256 or "none")[:12]
    return (
        f"{result.label} · {words.plural(timing.prompt_tokens or 0, 'token')} · template {template} · "
        f"context {words.count(result.answer.context or setup.load.context)} · seed {setup.sampling.seed} · "
        f"temperature {setup.sampling.temperature:g} · {words.plural(timing.threads or 0, 'thread')}"
    )
