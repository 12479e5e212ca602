"""The method: protocol, few-shot examples, order, seed."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.evaluations.evaluation import CHAT, MAX_SHOTS, STANDARD, EvaluationChoice, Order
from weighin.core.evaluations.text import ORDERS
from weighin.core.runs.options import whole
from weighin.ui.options.option_field import OptionField
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.roomy_delegate import RoomyDelegate

_LETTERS = "Raw text as in lm-evaluation-harness; compares the probabilities of the four letters."
_ENDINGS = "Raw text as in lm-evaluation-harness; compares the probabilities of the endings."
_PROTOCOLS = {
    STANDARD: ("Standard", _LETTERS),
    CHAT: ("Chat", "Through the model's own template, thinking off. Not comparable with Standard."),
}
_INDENT = 28
_SEED_HELP = "Draws the questions and their order. Same seed, same questions."


class ProtocolBox(QWidget):
    """`changed`: something was edited."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._protocols = _Radios("Protocol", _PROTOCOLS)
        self._orders = _Radios("Order", {order.value: (text, "") for order, text in ORDERS.items()})
        self.seed = OptionField("Seed", _SEED_HELP, _seed, "both models")
        self.seed.set_text("42")
        self._wanted = MAX_SHOTS
        self._endings = False
        self._shots = QComboBox()
        self._shots.setAccessibleName("Few-shot examples before each question")
        self._shots.setItemDelegate(RoomyDelegate(self._shots))
        self._examples = PlainLabel(role="warning", wrap=True)
        shots = QHBoxLayout()
        name = PlainLabel("Few-shot examples")
        name.setBuddy(self._shots)
        shots.addWidget(name, 1)
        shots.addWidget(self._shots)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._protocols)
        layout.addLayout(shots)
        layout.addWidget(self._examples)
        layout.addWidget(self.seed)
        layout.addWidget(self._orders)
        self.show_examples(MAX_SHOTS)
        for part in (self._protocols, self._orders, self.seed):
            part.changed.connect(self.changed)
        self._shots.activated.connect(lambda _row: self._choose_shots())

    @property
    def protocol(self) -> str:
        """STANDARD or CHAT; endings are scored as raw text only."""
        return STANDARD if self._endings else self._protocols.chosen

    @property
    def shots(self) -> int:
        """Worked examples before each question."""
        return int(self._shots.currentData() or 0)

    @property
    def wanted_shots(self) -> int:
        """As they were chosen, also where there are fewer worked examples."""
        return self._wanted

    @property
    def order(self) -> Order:
        """Who goes when."""
        return Order(self._orders.chosen)

    @property
    def summary(self) -> str:
        """What is chosen, in one line."""
        examples = format.plural(self.shots, "few-shot example") if self.shots else "no few-shot examples"
        parts = [_PROTOCOLS[self.protocol][0], examples]
        parts += [ORDERS[self.order].lower()] if not self._orders.isHidden() else []
        return ", ".join([*parts, f"seed {self.seed.value}"])

    def show_choice(self, choice: EvaluationChoice, order: Order) -> None:
        """Show what was chosen before."""
        self._protocols.choose(choice.protocol if choice.protocol in _PROTOCOLS else STANDARD)
        self._orders.choose(order.value)
        self.seed.set_text(str(choice.seed))
        self._wanted = choice.shots
        self._shots.setCurrentIndex(min(choice.shots, self._shots.count() - 1))

    def show_form(self, endings: bool) -> None:
        """Whether the options of the questions are endings, which no chat template is for."""
        self._endings = endings
        self._protocols.explain(STANDARD, _ENDINGS if endings else _LETTERS)
        self._protocols.offer(CHAT, not endings)

    def suggest_shots(self) -> None:
        """As many as are usual with questions of this form."""
        self._wanted = 0 if self._endings else MAX_SHOTS

    def show_examples(self, most: int) -> None:
        """Offer as many shots as there are worked examples; what was chosen holds as far as that goes."""
        least = min(most, MAX_SHOTS)
        self._shots.clear()
        for shots in range(least + 1):
            self._shots.addItem(str(shots), shots)
        self._shots.setCurrentIndex(min(self._wanted, least))
        text = "" if least == MAX_SHOTS else f"This set has only {format.plural(least, 'example')} per subject."
        text = text if least else "This set has no few-shot examples."
        # With endings none is the usual number.
        self._examples.say_or_hide("" if self._endings else text)

    def _choose_shots(self) -> None:
        self._wanted = self.shots
        self.changed.emit()

    def show_pair(self, paired: bool) -> None:
        """One model alone has no order."""
        self._orders.setVisible(paired)


class _Radios(QWidget):
    """One of several, each with its name and what it means."""

    changed = Signal()

    def __init__(self, title: str, texts: dict[str, tuple[str, str]]) -> None:
        super().__init__()
        self._buttons: dict[str, QRadioButton] = {}
        self._meanings: dict[str, PlainLabel] = {}
        group = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(PlainLabel(title))
        for key, (name, meaning) in texts.items():
            button = QRadioButton(name)
            button.setAccessibleName(f"{title}: {name}")
            button.setAccessibleDescription(meaning)
            group.addButton(button)
            layout.addWidget(button)
            if meaning:
                explained = PlainLabel(meaning, role="small", wrap=True)
                explained.setIndent(_INDENT)
                layout.addWidget(explained)
                self._meanings[key] = explained
            self._buttons[key] = button
        next(iter(self._buttons.values())).setChecked(True)
        group.buttonClicked.connect(lambda _button: self.changed.emit())

    @property
    def chosen(self) -> str:
        return next(key for key, button in self._buttons.items() if button.isChecked())

    def choose(self, key: str) -> None:
        self._buttons[key].setChecked(True)

    def explain(self, key: str, meaning: str) -> None:
        """What one of them means now."""
        self._meanings[key].say(meaning)
        self._buttons[key].setAccessibleDescription(meaning)

    def offer(self, key: str, offered: bool) -> None:
        """Whether one of them is there to choose."""
        self._buttons[key].setVisible(offered)
        self._meanings[key].setVisible(offered)


def _seed(text: str) -> object:
    return EvaluationChoice(seed=cast(int, whole(text))).seed  # which refuses what is no number
