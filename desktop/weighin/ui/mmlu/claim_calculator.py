"""Two published scores: could they be told apart at all?"""

from __future__ import annotations

import re

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from weighin.core.errors import AppError
from weighin.core.evaluations.text import MMLU_QUESTIONS, claim_sentences
from weighin.core.statistics.claims import check_claim
from weighin.core.statistics.power import TYPICAL_DISCORDANCE
from weighin.ui.compare.option_fields import OptionField, number, whole
from weighin.ui.widgets.label import PlainLabel

_SCORE = re.compile(r"(?<![\d.])(\d{2}\.\d{1,2})(?![\d.]|[BMKk])")
_DISAGREE = (
    "Share of the questions on which just one of the two is right. Seldom published: about 13 % for two models of "
    "similar strength, 2 to 5 % for two files of one model."
)


class ClaimCalculator(QFrame):
    """Says at once what the numbers that are typed can mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        owner = "claim calculator"
        self.first = OptionField("One score, %", "A published accuracy.", _percent, owner)
        self.second = OptionField("The other score, %", "A published accuracy.", _percent, owner)
        self.questions = OptionField("Questions", "How many questions both scores were measured on.", _questions, owner)
        self.disagree = OptionField("They disagree on, %", _DISAGREE, _percent, owner)
        self._verdict = PlainLabel(role="title", wrap=True)
        self._rest = PlainLabel(wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(6)
        layout.addWidget(PlainLabel("Could two scores be told apart?", role="muted"))
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
    value = whole(text.replace(",", "").replace(" ", ""))
    if not isinstance(value, int) or not 1 <= value <= 10_000_000:
        raise AppError("A whole number from 1 on.", kind="options")
    return value
