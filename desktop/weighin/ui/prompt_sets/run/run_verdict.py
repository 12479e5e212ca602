"""What the marks of a run come to, in words."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from weighin.core.prompts.prompt_set import SetPrompt, StoredRun, is_graded
from weighin.core.prompts.set_marks import SetMarks
from weighin.core.prompts.verdict_text import (
    by_hand_sentence,
    json_sentence,
    method_sentences,
    no_answer_sentence,
    outlook_sentence,
    rates_sentence,
    reason_sentence,
    strict_sentence,
    tag_words,
    tokens_sentence,
    unmarked_sentence,
    verdict_sentence,
    warnings,
    winner,
)
from weighin.core.safe_text import safe_name
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.verdict_strip import VerdictStrip

_LONGEST_NAME = 40
_NO_WINNER = "No clear winner yet: A 999, B 999 of 999 right. Difference 99.9 points (-99.9 to 99.9)."
_UNGRADED = "This set does not say what a right answer looks like. Edit it to have answers marked."


class RunVerdict(QWidget):
    """Before a run: what the set can show. Then the verdict, live, with everything one has to know to believe it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.outlook = PlainLabel(role="muted", wrap=True)
        self.strip = VerdictStrip(theme)
        self._warnings = PlainLabel(role="warning", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for part in (self.outlook, self.strip, self._warnings):
            layout.addWidget(part)
        self.strip.keep_room_for((_NO_WINNER,))

    @property
    def warnings(self) -> str:
        """What makes the verdict doubtful, a line each."""
        return self._warnings.text()

    def show_outlook(self, prompts: tuple[SetPrompt, ...]) -> None:
        """Nothing was run: what the set can show."""
        graded = sum(is_graded(prompt) for prompt in prompts)
        self.outlook.say_or_hide(outlook_sentence(graded) if graded else _UNGRADED if prompts else "")
        self.strip.hide()
        self._warnings.hide()

    def show_marks(self, stored: StoredRun, marks: SetMarks) -> None:
        """What a run has come to so far."""
        names = [safe_name(setup.model.name, _LONGEST_NAME) for setup in stored.run.lanes]
        better = winner(marks)
        sentence = verdict_sentence(marks, stored, *(names if better else ("A", "B")))
        remarks = (
            no_answer_sentence(marks),
            unmarked_sentence(marks, stored),
            by_hand_sentence(marks),
            json_sentence(marks),
            strict_sentence(marks),
            rates_sentence(marks),
            tokens_sentence(marks),
        )
        self.outlook.hide()
        self.strip.show()
        self.strip.say(
            sentence,
            better,
            reason_sentence(marks, stored),
            " ".join(one for one in remarks if one),
            (*(tag_words(tag) for tag in marks.tags), *method_sentences(marks)) if marks.paired else (),
            "Details" if better else "Why?",
        )
        self._warnings.say_or_hide("\n".join(warnings(marks)))
