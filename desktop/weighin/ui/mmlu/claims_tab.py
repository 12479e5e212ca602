"""Published claims: what was said, what is true, and whether such a gap could be told at all."""

from __future__ import annotations

import re

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from weighin.core.errors import AppError
from weighin.core.evaluations.text import MMLU_QUESTIONS, claim_sentences
from weighin.core.models.catalogue import Catalogue, Claim
from weighin.core.runs.options import number, whole
from weighin.core.statistics.claims import check_claim
from weighin.core.statistics.power import TYPICAL_DISCORDANCE
from weighin.ui.options.option_field import OptionField
from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.scrolled import Scrolled
from weighin.ui.widgets.search_line import SearchLine
from weighin.ui.widgets.table import Column, RowTable

_COLUMNS = (
    Column("Claim", lambda c: str(c.claim), "Llama-3.1-405B is an MoE with 397B", 1.0),
    Column("Verdict", lambda c: str(c.verdict).capitalize(), "Vendor claim"),
)


class ClaimsTable(RowTable):
    """Wherever claims are listed."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, _COLUMNS, lambda c: str(c.claim), lambda c: f"{c.fact}\n{c.source}", parent=parent)

    def show_matching(self, claims: tuple[Claim, ...], text: str) -> None:
        """Show those of `claims` that contain all words of `text`."""
        wanted = text.lower().split()
        self.show_records(tuple(c for c in claims if all(w in f"{c.claim} {c.fact}".lower() for w in wanted)))


def claim_page(claim: Claim) -> str:
    """All that is known of a claim."""
    return f"{claim.claim}\n\n{claim.verdict.upper()}\n\n{claim.fact}\n\nSource: {claim.source}"


_SCORE = re.compile(r"(?<![\d.])(\d{2}\.\d{1,2})(?![\d.]|[BMKk])")
_DISAGREE = (
    "Share of questions on which just one of the two is right. Seldom published: about 13 % for two models of similar "
    "strength, 2 to 5 % for two files of one model."
)


class ClaimCalculator(QFrame):
    """Says at once what the numbers that are typed can mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        owner = "claim calculator"
        self.first = OptionField("One score, %", "A published accuracy.", _percent, owner)
        self.second = OptionField("Other score, %", "A published accuracy.", _percent, owner)
        self.questions = OptionField("Questions", "Questions behind both scores.", _questions, owner)
        self.disagree = OptionField("Disagree on, %", _DISAGREE, _percent, owner)
        self._verdict = PlainLabel(role="title", wrap=True)
        self._rest = PlainLabel(wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(6)
        layout.addWidget(PlainLabel("Is the difference significant?", role="muted"))
        fields = ((self.first, "84.1"), (self.second, "83.7"), (self.questions, str(MMLU_QUESTIONS)))
        for field, text in (*fields, (self.disagree, f"{100 * TYPICAL_DISCORDANCE:.0f}")):
            field.set_text(text)
            layout.addWidget(field)
            field.changed.connect(self._say)
        layout.addSpacing(4)
        layout.addWidget(self._verdict)
        layout.addWidget(self._rest)
        layout.addStretch(1)
        self._say()

    @property
    def text(self) -> str:
        """What it says."""
        return f"{self._verdict.text()}\n{self._rest.text()}".strip()

    def take_scores(self, text: str) -> None:
        """Take the first two scores that stand in `text`, where there are two; of MMLU, with all its questions."""
        found = _SCORE.findall(text)
        if len(found) >= 2:
            self.first.set_text(found[0])
            self.second.set_text(found[1])
            if "MMLU" in text:
                self.questions.set_text(str(MMLU_QUESTIONS))

    def _say(self) -> None:
        fields = (self.first, self.second, self.questions, self.disagree)
        values = [field.value for field in fields if field.is_valid]
        if len(values) < len(fields):
            self._show("", "")
            return
        a, b, n, disagree = values
        assert isinstance(n, int)
        try:
            first, *rest = claim_sentences(check_claim(_share(a), _share(b), n, _share(disagree)), n)
        except AppError as error:
            self._show("", error.user_text)
            return
        self._show(first, "\n".join(rest))

    def _show(self, verdict: str, rest: str) -> None:
        self._verdict.say_or_hide(verdict)
        self._rest.say(rest)


def _share(percent: object) -> float:
    assert isinstance(percent, float)
    return percent / 100


def _percent(text: str) -> object:
    value = number(text)
    if not isinstance(value, float) or not 0 <= value <= 100:
        raise AppError("A number from 0 to 100.", kind="options")
    return value


def _questions(text: str) -> object:
    value = whole("".join(text.replace(",", "").split()))
    if not isinstance(value, int) or not 1 <= value <= 10_000_000:
        raise AppError("A whole number from 1.", kind="options")
    return value


_SIDE_BY_SIDE = 820
_LEAST_LINES = 7


class ClaimsTab(QWidget):
    """`system_wanted` carries the System whose facts shall be shown."""

    system_wanted = Signal(object)

    def __init__(self, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self.search = SearchLine("Search claims")
        self.claims = ClaimsTable("Published claims")
        self.page = QPlainTextEdit()
        self.page.setReadOnly(True)
        self.page.setTabChangesFocus(True)
        self.page.setAccessibleName("About the chosen claim")
        self._links = QWidget()
        self._flow = FlowLayout(self._links, spacing=6)
        self.calculator = ClaimCalculator()
        self._arrange()
        self.search.textChanged.connect(lambda _text: self._fill())
        self.claims.chosen_changed.connect(self._show)
        self._fill()
        self.claims.selectRow(0)

    def show_claim(self, claim: Claim) -> None:
        """Choose one."""
        self.search.clear()
        if claim in self.claims.records:
            self.claims.selectRow(self.claims.records.index(claim))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        ways = QBoxLayout.Direction
        beside = event.size().width() >= _SIDE_BY_SIDE
        self._both.setDirection(ways.LeftToRight if beside else ways.TopToBottom)

    def _fill(self) -> None:
        self.claims.show_matching(self._catalogue.claims, self.search.text())

    def _show(self) -> None:
        claim: Claim | None = self.claims.chosen
        self.page.setPlainText(claim_page(claim) if claim else "")
        while self._flow.count():
            item = self._flow.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        before: QWidget = self.page
        for name in claim.systems if claim else ():
            before = self._add_link(name, before)
        if claim is not None:
            self.calculator.take_scores(claim.claim)

    def _add_link(self, name: str, before: QWidget) -> QWidget:
        """Tab leads there from `before`; the widget it goes on from."""
        system = self._catalogue.system(name)
        if system is None:
            return before
        button = QPushButton(system.name)
        button.setProperty("role", "example")
        button.setAccessibleName(f"Facts of {system.name} on the Models page")
        button.clicked.connect(lambda: self.system_wanted.emit(system))
        self._flow.addWidget(button)
        QWidget.setTabOrder(before, button)
        return button

    def _arrange(self) -> None:
        left, right = QVBoxLayout(), QWidget()
        left.setSpacing(8)
        left.addWidget(self.search)
        left.addWidget(self.claims, 1)
        self.page.setMinimumHeight(_LEAST_LINES * self.fontMetrics().lineSpacing())
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.page, 1)
        column.addWidget(self._links)
        column.addWidget(self.calculator)
        self._both = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._both.setContentsMargins(0, 6, 0, 0)
        self._both.setSpacing(10)
        self._both.addLayout(left, 5)
        self._both.addWidget(Scrolled(right), 4)
