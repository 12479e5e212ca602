"""The proof that both lanes saw the same prompt: what was given to each, and the tokens it became."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from weighin.core import format
from weighin.core.comparisons.comparison import Comparison, LaneResult
from weighin.core.comparisons.parity import differences, unknowns
from weighin.core.comparisons.proof import ProofRow, first_difference, proof_rows
from weighin.core.models.server import ON_THE_SERVER
from weighin.core.runs.answer import PromptProof
from weighin.core.runs.lane import EngineFacts
from weighin.core.safe_text import safe_name, safe_text
from weighin.ui.theme import Theme
from weighin.ui.widgets.icon_button import IconButton
from weighin.ui.widgets.label import PlainLabel, wrap_for


class ProofTable(QWidget):
    """Name, lane A, lane B; what is not the same in amber, with a mark."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(2, 1)
        self._labels: list[PlainLabel] = []

    @property
    def lines(self) -> tuple[str, ...]:
        """What stands there, a line each."""
        texts = [label.text() for label in self._labels]
        return tuple(" | ".join(texts[at : at + 3]) for at in range(0, len(texts), 3))

    def show_rows(self, rows: tuple[ProofRow, ...]) -> None:
        """Show these in place of those before."""
        for label in self._labels:
            label.setParent(None)
            label.deleteLater()
        self._labels = []
        for line, row in enumerate(rows):
            role = "warning" if row.differs else "small"
            name = f"⚠ {row.name}" if row.differs else row.name
            for column, text in enumerate((name, safe_name(row.a, 200), safe_name(row.b, 200))):
                label = PlainLabel(text, role=role, wrap=column > 0)
                self._grid.addWidget(label, line, column)
                self._labels.append(label)
        self.setAccessibleName("What both lanes were given")
        told = "; ".join(f"{'not the same: ' if r.differs else ''}{r.name}: {r.a} and {r.b}" for r in rows)
        self.setAccessibleDescription(told)


_NEWLINE = "↵\n"


class PromptTokens(QPlainTextEdit):
    """Each token on a ground of its own, by turns of two shades; the first that the other lane does not have stands in
    amber, between marks."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._proof: PromptProof | None = None
        self._differs: int | None = None
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAccessibleName(name)
        theme.changed.connect(lambda _: self._write())

    def show_proof(self, proof: PromptProof | None, differs: int | None) -> None:
        """Show the tokens of a prompt; `differs`: number of the first that the other lane does not have."""
        self._proof, self._differs = proof, differs
        self._write()

    def _write(self) -> None:
        self.clear()
        if self._proof is None:
            return
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for number, piece in enumerate(self._proof.pieces):
            shown = safe_text(piece).replace("\n", _NEWLINE) or "∅"
            if number == self._differs:
                shown = f"⚠{shown}"
            cursor.insertText(shown, self._format(number))
        cursor.endEditBlock()

    def _format(self, number: int) -> QTextCharFormat:
        colours = self._theme.colours
        made = QTextCharFormat()
        made.setForeground(QColor(colours.text))
        made.setBackground(QColor(colours.raised if number % 2 else colours.surface))
        if number == self._differs:
            made.setForeground(QColor(colours.amber))
            made.setBackground(QColor(colours.amber_surface))
        return made


# Of the window: the lanes above need their room too.
_SHARE, _LEAST_HEIGHT, _MOST_HEIGHT = 0.25, 150, 420
_TEXT_HEIGHT = 78
# Less is no room to read anything in.
_LOWEST = 80


class SamePrompt(QFrame):
    """One line after a run. Pressed, it shows what each model was really given: the prompt as its template made it, its
    tokens with their boundaries, and every option side by side."""

    def __init__(self, theme: Theme, spare_height: Callable[[], int], parent: QWidget | None = None) -> None:
        """`spare_height`: pixels that the lanes could give away."""
        super().__init__(parent)
        self._spare_height = spare_height
        self.setProperty("role", "strip")
        self._button = IconButton(theme, "folded", "Show what each model was given", " ")
        self._button.setCheckable(True)
        self._button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.table = ProofTable()
        self._engine = PlainLabel(role="small", wrap=True)
        self._titles: dict[str, PlainLabel] = {}
        self._texts: dict[str, QPlainTextEdit] = {}
        self._tokens: dict[str, PromptTokens] = {}
        inner = QWidget()
        inner.setObjectName("drawer")
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(6, 0, 6, 4)
        row = QHBoxLayout()
        row.setSpacing(10)
        for label in ("A", "B"):
            row.addLayout(self._column(theme, label))
        inside.addLayout(row)
        inside.addWidget(self.table)
        inside.addWidget(self._engine)
        inside.addStretch(1)
        self._proof = QScrollArea()
        self._proof.setWidgetResizable(True)
        self._proof.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._proof.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._proof.setWidget(inner)
        self._proof.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 1, 2, 1)
        layout.setSpacing(2)
        layout.addWidget(self._button)
        layout.addWidget(self._proof)
        self._proof.hide()
        self._button.toggled.connect(self._unfold)
        self.hide()

    @property
    def sentence(self) -> str:
        """The line shown, "" where there is none."""
        return "" if self.isHidden() else self._button.text()

    def rendered(self, label: str) -> str:
        """The rendered prompt shown for a lane."""
        return self._texts[label].toPlainText()

    def tokens(self, label: str) -> str:
        """The tokens shown for a lane, one after the other."""
        return self._tokens[label].toPlainText()

    def clear(self) -> None:
        """Nothing to prove, and nothing left of what was proved before."""
        self._button.setChecked(False)
        self._button.setText(" ")
        self._button.rename("")
        self._engine.say("")
        self.table.show_rows(())
        for label, title in self._titles.items():
            title.say("")
            self._texts[label].clear()
            self._tokens[label].show_proof(None, None)
        self.hide()

    def show_comparison(self, comparison: Comparison) -> None:
        """Compare what the lanes were given."""
        if len(comparison.results) != 2:
            self.clear()
            return
        sentence, same = same_prompt_words(comparison)
        self._button.setText(sentence if same else f"⚠ {sentence}")
        self._button.setAccessibleName(f"{sentence} Show what each model was given")
        self._button.setToolTip(sentence)
        self._tint("" if same else "amber")
        self._engine.say_or_hide(_engine_words(comparison.engine))
        self.table.show_rows(proof_rows(comparison))
        differs = first_difference(*(result.answer.proof for result in comparison.results))
        for result in comparison.results:
            self._titles[result.label].say(_title(result, differs))
            rendered = safe_text(result.answer.rendered_prompt)
            wrap_for(self._texts[result.label], rendered)
            self._texts[result.label].setPlainText(rendered)
            self._tokens[result.label].show_proof(result.answer.proof, differs)
            self._tokens[result.label].setVisible(result.answer.proof is not None)
        self.show()

    def _tint(self, tone: str) -> None:
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            for widget in (self, self._button):
                widget.style().unpolish(widget)
                widget.style().polish(widget)

    def _column(self, theme: Theme, label: str) -> QVBoxLayout:
        self._titles[label] = PlainLabel(role="small", wrap=True)
        text = QPlainTextEdit()
        text.setReadOnly(True)
        text.setTabChangesFocus(True)
        text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        text.setAccessibleName(f"What the model of lane {label} was given")
        self._texts[label] = text
        self._tokens[label] = PromptTokens(theme, f"Tokens of the prompt of lane {label}")
        column = QVBoxLayout()
        column.addWidget(self._titles[label])
        for box in (text, self._tokens[label]):
            box.setFixedHeight(_TEXT_HEIGHT)
            column.addWidget(box)
        column.addStretch(1)
        return column

    def fit(self) -> None:
        """The window has another height. No number above is to be cut off for this."""
        wanted = max(_LEAST_HEIGHT, min(int(self.window().height() * _SHARE), _MOST_HEIGHT))
        room = self._spare_height() + (0 if self._proof.isHidden() else self._proof.height())
        self._proof.setFixedHeight(max(_LOWEST, min(wanted, room)))

    def _unfold(self, is_open: bool) -> None:
        self.fit()
        self._proof.setVisible(is_open)
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
    # Records of earlier versions name no differences of a lane that failed.
    if different := comparison.differences or differences(comparison.results, comparison.request.same_messages):
        return (f"Not the same for both: {safe_name(', '.join(different), 200)}.", False)
    if failed := [result.label for result in comparison.results if _lacks_part(result)]:
        return (f"Same prompt text. {' and '.join(failed)} failed before the rest could be compared.", False)
    tokens = format.plural(comparison.results[0].answer.timing.prompt_tokens or 0, "token")
    return (f"Both saw the same prompt: {tokens}, same template, same options.", True)


def _lacks_part(result: LaneResult) -> bool:
    """Whether a lane failed and something of what it was given is not known."""
    answer = result.answer
    return answer.failure is not None and None in (answer.context, answer.timing.prompt_tokens, answer.timing.threads)


def _server_words(different: tuple[str, ...], hidden: tuple[str, ...]) -> str:
    same = "Same messages, same options."
    found = f"Not the same for both: {safe_name(', '.join(different), 200)}." if different else same
    return f"{found} On the server, so not known: {', '.join(hidden)}."


def _engine_words(engine: EngineFacts | None) -> str:
    if engine is None:
        return ""
    devices = ", ".join(engine.devices) or "processor only"
    parts = (f"llama-cpp-python {engine.llama_cpp_python}", engine.build, engine.features, devices)
    return "Engine: " + " · ".join(safe_name(part, 300) for part in parts if part)


def _title(result: LaneResult, differs: int | None) -> str:
    if result.setup.model.is_server:
        return f"{result.label} · rendered and cut into tokens {ON_THE_SERVER}, which does not show them"
    proof, count = result.answer.proof, format.plural(result.answer.timing.prompt_tokens or 0, "token")
    if proof is None:
        return f"{result.label} · {count}"
    shown = f", the first {format.count(len(proof.pieces))} of them below"
    more = shown if len(proof.pieces) < (result.answer.timing.prompt_tokens or 0) else ""
    parted = f" · parts from the other at token {differs + 1}" if differs is not None else ""
    return f"{result.label} · as the template made it, and cut into {count}{more}{parted}"
