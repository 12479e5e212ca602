"""What is measured: the base, the models compared with it, the text, and what that takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core.errors import AppError
from weighin.core.fidelity.fidelity import FidelityRequest
from weighin.core.models.model import ModelFacts
from weighin.services.run_defaults import KeptRunDefaults
from weighin.ui.fidelity.remembered_fidelity import RememberedFidelity
from weighin.ui.fidelity.setup.sides_box import SidesBox
from weighin.ui.fidelity.setup.takes_box import TakesBox
from weighin.ui.fidelity.setup.text_box import TextBox
from weighin.ui.theme import Theme
from weighin.ui.widgets.folded_section import FoldedSection
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.scrolled import Scrolled
from weighin.ui.widgets.strip import Strip

if TYPE_CHECKING:
    from weighin.services.models.library import Library
    from weighin.services.plans.workstation import Workstation
    from weighin.services.settings import Settings

_LEAD = (
    "How much does a smaller file of a model lose? All models read the same text, and their predictions of each next "
    "token are compared with those of the base."
)
# Refusals of these kinds are said where the text is chosen.
_OF_TEXT = ("text",)


class SetupView(QWidget):
    """`compared`: the models chosen on the Compare page. `changed`: something else is chosen."""

    changed = Signal()

    def __init__(
        self,
        theme: Theme,
        library: Library,
        settings: Settings,
        workstation: Workstation,
        compared: Callable[[], tuple[ModelFacts | None, ...]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._library, self._compared = library, compared
        self._run_defaults = KeptRunDefaults(settings, self)
        self.sides = SidesBox(theme, library)
        self.take_over = QPushButton("Use the models of Compare")
        self.take_over.setProperty("role", "example")
        self.take_over.setAccessibleName("Measure the models chosen on the Compare page")
        self._options = FoldedSection(theme, "Text", "what is read", lambda: self.text)
        self.text = TextBox(self._options)
        self.text.hide()
        self.takes = TakesBox(workstation)
        self.missing = PlainLabel(role="muted", wrap=True)
        self.error = Strip("red")
        self.error.add_close(theme, "Close this message")
        self._arrange()
        self.sides.judge_by(workstation)
        self._remembered = RememberedFidelity(settings, self, library)
        if not self._remembered.has_models:
            self._take_over()
        for part in (self.sides, self.text):
            part.changed.connect(self._say)
        for told in (workstation.changed, workstation.computer.memory_changed):
            told.connect(self._say)
        self.take_over.clicked.connect(self._take_over)
        self._say()

    @property
    def request(self) -> FidelityRequest | None:
        """What stands there; None while something is missing or makes no sense."""
        setups = self.sides.setups
        if setups is None or not self.text.is_valid:
            return None
        defaults = self._run_defaults.value
        own = [replace(one, load=defaults.load(one.load), threads=defaults.threads) for one in setups]
        try:
            return FidelityRequest(own[0], tuple(own[1:]), self.text.path, self.text.amount, self.text.tokens)
        except AppError:
            return None

    @property
    def wanted(self) -> FidelityRequest | None:
        """The same to begin with: what is known to be wrong with a file goes along."""
        request = self.request
        if request is None:
            return None
        base, *others = (
            replace(one, refusal=self._library.refusal(one.model)) for one in (request.base, *request.others)
        )
        return replace(request, base=base, others=tuple(others))

    @property
    def has_compared(self) -> bool:
        """Whether the models are those of Compare, and follow it the next time."""
        pair = {model.path for model in self._pair}
        return bool(pair) and pair == {model.path for model in self.sides.models}

    def show_request(self, request: FidelityRequest) -> None:
        """Show what was asked before, to ask it again or otherwise."""
        sides = (request.base, *request.others)
        self.sides.show_sides(tuple((side.model, side.load) for side in sides))
        if request.text:
            self.text.choose(request.text)
        self.text.show_amount(request.chunks, request.context)

    def measure(self, base: ModelFacts, other: ModelFacts) -> None:
        """Put these two there."""
        self.sides.show_sides(((base, None), (other, None)))

    def refuse(self, error: AppError) -> None:
        """Say why it cannot begin, where it belongs."""
        if error.kind in _OF_TEXT:
            self._options.set_open(True)
            self.text.refuse(error.user_text)
        else:
            self.error.say(error.user_text)

    def forget_refusals(self) -> None:
        """It is tried again."""
        self.error.hide()
        self.text.refuse("")

    def take_focus(self) -> None:
        """Be ready for the keyboard."""
        self.sides.base.header.picker.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._offer_compared()

    @property
    def _pair(self) -> tuple[ModelFacts, ...]:
        """The models of Compare that are files, () where one is missing."""
        pair = tuple(model for model in self._compared() if model is not None and not model.is_server)
        return pair if len(pair) > 1 else ()

    def _take_over(self) -> None:
        if pair := self._pair:
            self.sides.choose(pair)
        self._offer_compared()

    def _offer_compared(self) -> None:
        self.take_over.setVisible(bool(self._pair) and not self.has_compared)

    def _say(self) -> None:
        request = self.request
        self._options.set_title(f"Text: {self.text.summary}")
        self.takes.show_request(request)
        self.missing.say_or_hide("" if request is not None else self.sides.why_not)
        self._offer_compared()
        self.changed.emit()

    def _arrange(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.take_over)
        card = QFrame()
        card.setProperty("role", "card")
        options = QVBoxLayout(card)
        options.setContentsMargins(12, 8, 12, 8)
        options.addWidget(self._options)
        column.addWidget(PlainLabel(_LEAD, role="muted", wrap=True))
        column.addWidget(self.sides)
        column.addLayout(row)
        column.addWidget(card)
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(Scrolled(inner), 1)
        layout.addWidget(self.takes)
        layout.addWidget(self.missing)
        layout.addWidget(self.error)
