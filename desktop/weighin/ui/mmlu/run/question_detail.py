"""One question as it was put, with what each model made of it."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.evaluations.evaluation import ItemResult, ScoredItem, normed_choice
from weighin.core.evaluations.forms import ENDING_FORMS
from weighin.core.evaluations.questions import OPTION_LETTERS, Question
from weighin.core.evaluations.text import subject_name
from weighin.core.safe_text import safe_name
from weighin.ui.charts.chart import draw_bar, small
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.lane_chips import chip_width, draw_chip, lane_chip

NEAR = "≈"
_BAR = 9.0
_GAP = 5.0


class LetterBars(QWidget):
    """The probability of one option for each model that was asked, with the number beside the bar."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shares: tuple[tuple[str, float], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def shares(self) -> tuple[tuple[str, float], ...]:
        """Lane and probability, as drawn."""
        return self._shares

    def show_shares(self, shares: tuple[tuple[str, float], ...]) -> None:
        """Draw the share of each lane."""
        self._shares = shares
        self.setAccessibleName(", ".join(f"model {label} {format.percent(share, 1)}" for label, share in self._shares))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(170, round(max(1, len(self._shares)) * (self._line() + 2)))

    def minimumSizeHint(self) -> QSize:
        return QSize(110, self.sizeHint().height())

    def _line(self) -> float:
        return max(_BAR + _GAP, QFontMetricsF(small(self.font())).height() + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small(self.font()))
        metrics = QFontMetricsF(painter.font())
        side, number = chip_width(painter.font()) + 6, metrics.horizontalAdvance("100.0 % ")
        y = 0.0
        for label, share in self._shares:
            line = QRectF(0, y, self.width(), self._line())
            draw_chip(painter, 0, line.center().y(), label, colours)
            painter.setPen(QColor(colours.text))
            painter.drawText(
                line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, format.percent(share, 1)
            )
            track = QRectF(side, line.center().y() - _BAR / 2, max(10.0, self.width() - side - number - 2), _BAR)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.border), 1))
            painter.drawRect(track)
            draw_bar(painter, QRectF(track.left(), track.top(), share * track.width(), _BAR), colours, label)
            y += self._line() + 2
        painter.end()


_NONE = "Choose a question to read it."
_ENDINGS = (
    "Bars: how the options share their probability, each as likely as all tokens of its ending together. The likeliest "
    "is the model's answer."
)
_NUMBERS = (
    "Bars: the probability of each option's letter, among all tokens, where the answer begins. The largest of the four "
    "is the model's answer."
)


class QuestionDetail(QScrollArea):
    """Everything a stranger wrote is shown as plain text."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("The chosen question")
        self._where = PlainLabel(role="small", wrap=True)
        self._text = PlainLabel(wrap=True)
        self._options = tuple(_Option(theme, letter) for letter in OPTION_LETTERS)
        self._remarks = PlainLabel(role="small", wrap=True)
        inner = QFrame()
        inner.setProperty("role", "card")
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 3)
        grid.setColumnStretch(2, 2)
        for row, option in enumerate(self._options):
            grid.addWidget(option.letter, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(option.words, row, 1, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(option.bars, row, 2, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(8)
        layout.addWidget(self._where)
        layout.addWidget(self._text)
        layout.addLayout(grid)
        layout.addWidget(self._remarks)
        layout.addStretch(1)
        self.setWidget(inner)
        self.show_item(None)

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that is said, from the top."""
        options = [o.said for o in self._options if not o.words.isHidden()]
        return (self._where.text(), self._text.text(), *options, self._remarks.text())

    def bars(self, place: int) -> LetterBars:
        """The bars of one option."""
        return self._options[place].bars

    def show_item(self, item: ScoredItem | None) -> None:
        """Show it, or how to get there."""
        there = len(item.question.choices) if item is not None else 0
        for place, option in enumerate(self._options):
            option.setVisible(place < there)
        self._remarks.setVisible(item is not None)
        if item is None:
            self._where.say("")
            self._text.say(_NONE)
            self.setAccessibleDescription(_NONE)
            return
        question = item.question
        where = f"{subject_name(question.subject)} · {safe_name(question.id, 100)}"
        self._where.say(f"{where} · correct: {question.letter}")
        self._text.say(question.text)
        results = (("A", item.a), ("B", item.b))
        endings = question.form in ENDING_FORMS
        for place, (option, choice) in enumerate(zip(self._options, question.choices, strict=False)):
            shares = tuple((label, _share(result, place, endings)) for label, result in results if result)
            option.show_choice(choice, place == question.answer, place, results)
            option.bars.show_shares(tuple((label, share) for label, share in shares if share is not None))
        remarks = [line for label, result in results for line in _remarks(label, result, question)]
        self._remarks.say("\n".join([*remarks, _ENDINGS if endings else _NUMBERS]))
        self.setAccessibleDescription("\n".join(self.texts))
        self.verticalScrollBar().setValue(0)


class _Option:
    """One option: its letter, its text with marks below, the bars."""

    def __init__(self, theme: Theme, letter: str) -> None:
        self._name = letter
        self._marks: list[str] = []
        self.letter = PlainLabel(letter)
        self.words = QWidget()
        self._text = PlainLabel(wrap=True)
        self._right = PlainLabel("✓ right", role="small")
        self._by = PlainLabel("chosen by", role="small")
        self._chips = {label: lane_chip(label) for label in "AB"}
        marks = QHBoxLayout()
        marks.setSpacing(6)
        for part in (self._right, self._by, *self._chips.values()):
            marks.addWidget(part)
        marks.addStretch(1)
        column = QVBoxLayout(self.words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._text)
        column.addLayout(marks)
        self.bars = LetterBars(theme)

    @property
    def said(self) -> str:
        """The option in words."""
        marks = f" ({', '.join(self._marks)})" if self._marks else ""
        return f"{self.letter.text()} {self._text.text()}{marks}"

    def setVisible(self, visible: bool) -> None:
        for widget in (self.letter, self.words, self.bars):
            widget.setVisible(visible)

    def show_choice(
        self, text: str, right: bool, place: int, results: tuple[tuple[str, ItemResult | None], ...]
    ) -> None:
        chosen = [label for label, result in results if result is not None and result.choice == place]
        by = [f"chosen by {' and '.join(f'model {label}' for label in chosen)}"] if chosen else []
        self._marks = [*(["right"] if right else []), *by]
        self.letter.say(f"{self._name}{' ✓' if right else ''}")
        self._text.say(text)
        self._right.setVisible(right)
        self._by.setVisible(bool(chosen))
        for label, chip in self._chips.items():
            chip.setVisible(label in chosen)


def _share(result: ItemResult, place: int, endings: bool) -> float | None:
    """The probability of a letter among all tokens; of an ending among those of its question."""
    if result.logprobs is None:
        return None
    if not endings:
        return math.exp(result.logprobs[place])
    best = max(result.logprobs)
    return math.exp(result.logprobs[place] - best) / sum(math.exp(value - best) for value in result.logprobs)


def _remarks(label: str, result: ItemResult | None, question: Question) -> list[str]:
    """What is worth knowing about one answer."""
    if result is None:
        return []
    if result.logprobs is None:
        return [f"Model {label} was not scored, which counts as wrong: {result.failure or 'no reason is known.'}"]
    lines = []
    if question.form not in ENDING_FORMS:
        rest = max(0.0, 1 - sum(math.exp(value) for value in result.logprobs))
        lines = [f"Model {label} puts {format.percent(rest, 1)} on tokens other than the four letters."]
    normed = normed_choice(question, result)
    if normed is not None and normed != result.choice:
        lines.append(f"Model {label} chooses {OPTION_LETTERS[normed]} by acc_norm.")
    if result.near_tie and result.margin is not None:
        lines.append(
            f"{NEAR} Near tie of model {label}: its two best options are {result.margin:.3f} nats apart. "
            "Rounding could change this answer."
        )
    return lines
