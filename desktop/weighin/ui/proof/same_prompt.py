"""What each model was really given: the prompt as its template made it, its tokens, and every option side by side."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from weighin.core import format
from weighin.core.comparisons.comparison import Comparison, LaneResult
from weighin.core.comparisons.proof import ProofRow, first_difference, parity_words, proof_rows
from weighin.core.runs.answer import PromptProof
from weighin.core.runs.lane import LABELS, EngineFacts
from weighin.core.safe_text import safe_name, safe_text
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import PlainLabel, wrap_for
from weighin.ui.widgets.lane_columns import set_lane_columns


class ProofTable(QWidget):
    """Name, lane A, lane B; what is not the same in amber, with a mark."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(3)
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
        set_lane_columns(self._grid, self)
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


_TEXT_HEIGHT = 110


class SamePrompt(QFrame):
    """The prompts and the table, one under the other."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = PlainLabel(role="strong", wrap=True)
        self.table = ProofTable()
        self._engine = PlainLabel(role="small", wrap=True)
        self._titles: dict[str, PlainLabel] = {}
        self._texts: dict[str, QPlainTextEdit] = {}
        self._tokens: dict[str, PromptTokens] = {}
        row = QHBoxLayout()
        row.setSpacing(16)
        for label in LABELS:
            row.addLayout(self._column(theme, label))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._sentence)
        layout.addWidget(self.table)
        layout.addLayout(row)
        layout.addWidget(self._engine)

    @property
    def sentence(self) -> str:
        """Whether both were given the same."""
        return self._sentence.text()

    def rendered(self, label: str) -> str:
        """The rendered prompt shown for a lane."""
        return self._texts[label].toPlainText()

    def tokens(self, label: str) -> str:
        """The tokens shown for a lane, one after the other."""
        return self._tokens[label].toPlainText()

    def clear(self) -> None:
        """Nothing to show, and nothing left of what was shown before."""
        self._sentence.say("")
        self._engine.say("")
        self.table.show_rows(())
        for label, title in self._titles.items():
            title.say("")
            self._texts[label].clear()
            self._tokens[label].show_proof(None, None)

    def show_comparison(self, comparison: Comparison) -> None:
        """Compare what the lanes were given."""
        if len(comparison.results) != len(LABELS):
            self.clear()
            return
        sentence, same = parity_words(comparison)
        self._sentence.say(f"{sentence}." if same else f"⚠ {sentence}.")
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


def _engine_words(engine: EngineFacts | None) -> str:
    if engine is None:
        return ""
    devices = ", ".join(engine.devices) or "processor only"
    parts = (f"llama-cpp-python {engine.llama_cpp_python}", engine.build, engine.features, devices, engine.confinement)
    return "Engine: " + " · ".join(safe_name(part, 300) for part in parts if part)


def _title(result: LaneResult, differs: int | None) -> str:
    if result.setup.model.is_server:
        return f"{result.label}: the server renders the prompt and does not show it"
    proof, count = result.answer.proof, format.plural(result.answer.timing.prompt_tokens or 0, "token")
    if proof is None:
        return f"{result.label}: {count}"
    more = ""
    if len(proof.pieces) < (result.answer.timing.prompt_tokens or 0):
        more = f", the first {format.count(len(proof.pieces))} shown"
    parted = f"; differs from token {differs + 1}" if differs is not None else ""
    return f"{result.label}: rendered by the template, {count}{more}{parted}"
