"""What to ask whom: models, questions, protocol, and what that can show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from weighin.core.evaluations.evaluation import EvaluationChoice, EvaluationRequest
from weighin.core.evaluations.forms import ENDING_FORMS, LETTERS_FORM
from weighin.core.models.model import ModelFacts
from weighin.core.runs.lane import LABELS, LaneSetup
from weighin.core.runs.options import LoadOptions
from weighin.services.run_defaults import KeptRunDefaults
from weighin.ui.mmlu.remembered_setup import RememberedSetup, Wanted
from weighin.ui.mmlu.setup.amount_box import AmountBox
from weighin.ui.mmlu.setup.forecast_box import ForecastBox
from weighin.ui.mmlu.setup.model_field import ModelField
from weighin.ui.mmlu.setup.past_scores import PastScores
from weighin.ui.mmlu.setup.protocol_box import ProtocolBox
from weighin.ui.mmlu.setup.set_box import SetBox
from weighin.ui.mmlu.setup.subject_chooser import SubjectChooser
from weighin.ui.pickers.dropped_models import DroppedModels, whole_models
from weighin.ui.pickers.picker_verdicts import judge_of, outlook_of
from weighin.ui.theme import Theme
from weighin.ui.widgets.folded_section import FoldedSection
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.scrolled import Scrolled
from weighin.ui.widgets.strip import Strip

if TYPE_CHECKING:
    from weighin.services.evaluations.question_sets import QuestionSets
    from weighin.services.lanes.servers import Servers
    from weighin.services.models.library import Library
    from weighin.services.plans.workstation import Workstation
    from weighin.services.settings import Settings

_SIDE_BY_SIDE = 780
# Letters: what is chosen beside the models is mostly words.
_WORDS_SIDE_BY_SIDE = 105


class SetupView(QWidget):
    """`compared`: the models chosen on the Compare page. `run_wanted` carries an EvaluationRequest; `changed`:
    something else is chosen."""

    run_wanted = Signal(object)
    changed = Signal()

    def __init__(
        self,
        theme: Theme,
        library: Library,
        servers: Servers,
        sets: QuestionSets,
        settings: Settings,
        past: PastScores,
        compared: Callable[[], tuple[ModelFacts | None, ...]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._library, self._compared = library, compared
        self._run_defaults = KeptRunDefaults(settings, self)
        self._taken_over: tuple[str, ...] = ()
        self._subjects_of: tuple[str, str] | None = None
        self._subjects_wanted: tuple[str, ...] = ()
        self._suggested_for, self._form = "", LETTERS_FORM
        self.models = tuple(ModelField(theme, label, library, servers) for label in LABELS)
        self._dropped = DroppedModels(library, [field.header for field in self.models])
        self.second = QCheckBox("Compare with a second model")
        self.second.setAccessibleName("Compare with a second model")
        self.second.setChecked(True)
        self.take_over = QPushButton("Use the models of Compare")
        self.take_over.setProperty("role", "example")
        self.take_over.setAccessibleName("Use the models chosen on the Compare page")
        self.set = SetBox(sets)
        self.amount = AmountBox()
        # What is folded has its place in the Tab order from the beginning.
        self._subjects_section = FoldedSection(theme, "Subjects", "questions", lambda: self.subjects)
        self.subjects = SubjectChooser(self._subjects_section)
        self.subjects.hide()
        self.protocol = ProtocolBox()
        self._defaults = PlainLabel(role="small", wrap=True)
        self._method = FoldedSection(theme, "More options", "method", lambda: self._more)
        self._more = QWidget(self._method)
        self._more.hide()
        self.forecast = ForecastBox(theme, past)
        self.start = QPushButton("Start")
        self.start.setAccessibleName("Start the evaluation")
        self.start.setProperty("role", "primary")
        self.until_decided = QCheckBox("Stop as soon as there is a winner")
        self.until_decided.setAccessibleName("Stop as soon as there is a winner")
        self.missing = PlainLabel(role="muted", wrap=True)
        self.error = Strip("red")
        self.error.add_close(theme, "Close this message")
        self._arrange()
        self._connect()
        self._set_changed()
        self._remembered = RememberedSetup(settings, self, library)
        if not self._remembered.has_models:
            self._take_over()

    @property
    def has_own_models(self) -> bool:
        """Whether other models are chosen than those taken over from Compare."""
        return tuple(field.chosen.path for field in self.models if field.chosen) != self._taken_over

    @property
    def wanted(self) -> Wanted:
        """What stands there beside the models, as far as it makes sense."""
        choice = replace(self._choice(self.amount.wanted), shots=self.protocol.wanted_shots)
        return Wanted(choice, self.protocol.order, self.second.isChecked(), self._stops)

    @property
    def request(self) -> EvaluationRequest | None:
        """What stands there; None while something is missing or makes no sense."""
        models = [field.chosen for field in self._lanes]
        ready = self.amount.is_valid and self.protocol.seed.is_valid and self.set.questions is not None
        if not ready or None in models or not self.subjects.chosen:
            return None
        defaults = self._run_defaults.value
        load, threads = defaults.load(LoadOptions()), defaults.threads
        lanes = tuple(LaneSetup(model, load, threads=threads) for model in models if model is not None)
        decided = self._stops and len(lanes) > 1
        return EvaluationRequest(lanes, self._choice(self.amount.n), self.protocol.order, decided)

    def judge_by(self, workstation: Workstation) -> None:
        """Say of the models whether they run here: in a word where they are chosen, in a sentence under them."""

        def say() -> None:
            for field in self.models:
                field.header.show_outlook(*outlook_of(workstation, field.chosen))

        def ask() -> None:
            for field in self.models:
                if field.chosen is not None and not field.chosen.is_server:
                    workstation.plan(field.chosen)
            say()

        for field in self.models:
            field.header.picker.set_judge(judge_of(workstation))
            field.changed.connect(ask)
        workstation.changed.connect(say)
        workstation.computer.memory_changed.connect(say)
        ask()

    def show_request(self, request: EvaluationRequest) -> None:
        """Show what was asked before, to ask it again or otherwise."""
        for field, lane in zip(self.models, request.lanes, strict=False):
            field.choose(lane.model)
        self.show_wanted(Wanted(request.choice, request.order, len(request.lanes) > 1, request.until_decided))

    def show_wanted(self, wanted: Wanted) -> None:
        """Show what was chosen before beside the models."""
        choice = wanted.choice
        self.second.setChecked(wanted.second)
        self.until_decided.setChecked(wanted.until_decided)
        self._suggested_for = choice.questions
        self._subjects_of, self._subjects_wanted = None, choice.subjects
        self.amount.choose(choice.n)
        self.protocol.show_choice(choice, wanted.order)
        self.set.choose(choice.questions, choice.split)

    def refuse(self, sentence: str) -> None:
        """Say why it cannot begin."""
        self.error.say(sentence)

    def take_focus(self) -> None:
        """Be ready for the keyboard."""
        self.models[0].header.picker.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        ways = QBoxLayout.Direction
        models, words = self._rows
        room = _WORDS_SIDE_BY_SIDE * self.fontMetrics().averageCharWidth()
        for row, least in ((models, _SIDE_BY_SIDE), (words, max(room, _SIDE_BY_SIDE))):
            row.setDirection(ways.LeftToRight if event.size().width() >= least else ways.TopToBottom)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._offer_compared()

    @property
    def _pair(self) -> tuple[ModelFacts, ...]:
        """The models of Compare, () where one is missing."""
        pair = self._compared()
        return tuple(model for model in pair if model is not None) if None not in pair else ()

    def _take_over(self) -> None:
        pair = self._pair
        for field, model in zip(self.models, pair, strict=False):
            field.choose(model)
        self._taken_over = tuple(model.path for model in pair)
        self.second.setChecked(True)
        self._offer_compared()

    def _offer_compared(self) -> None:
        pair = self._pair
        chosen = tuple(field.chosen.path for field in self.models if field.chosen)
        self.take_over.setVisible(bool(pair) and tuple(model.path for model in pair) != chosen)

    @property
    def _lanes(self) -> tuple[ModelField, ...]:
        return self.models if self.second.isChecked() else self.models[:1]

    @property
    def _stops(self) -> bool:
        return self.until_decided.isChecked()

    def _choice(self, n: int | None) -> EvaluationChoice:
        seed, chosen = self.protocol.seed.value, self.subjects.chosen
        return EvaluationChoice(
            questions=self.set.key,
            protocol=self.protocol.protocol,
            shots=self.protocol.shots,
            n=n,
            seed=seed if isinstance(seed, int) else 0,
            split=self.set.split,
            subjects=() if len(chosen) == self.subjects.count else chosen,
        )

    def _connect(self) -> None:
        for lane, field in enumerate(self.models):
            field.changed.connect(self._say)
            field.changed.connect(self._offer_compared)
            field.dropped.connect(lambda paths, which=lane: self._take_files(which, paths))
        self.amount.changed.connect(self._say)
        self.protocol.changed.connect(self._say)
        self.subjects.changed.connect(self._subjects_changed)
        self.set.changed.connect(self._set_changed)
        self.second.toggled.connect(self._show_second)
        self.until_decided.toggled.connect(self._say)
        self.take_over.clicked.connect(self._take_over)
        self._method.toggled.connect(lambda is_open: self._defaults.setVisible(not is_open))
        self.start.clicked.connect(self._start)
        self.forecast.past_changed.connect(self._say)

    def _take_files(self, lane: int, paths: list[str]) -> None:
        """Who drops two models wants both asked."""
        if len(whole_models(paths)) == len(self.models):
            self.second.setChecked(True)
        self._dropped.take(lane, paths)

    def _show_second(self, paired: bool) -> None:
        self.models[1].setVisible(paired)
        self.protocol.show_pair(paired)
        self.until_decided.setVisible(paired)
        self._say()

    def _set_changed(self) -> None:
        """Other questions: their subjects and their worked examples."""
        questions, of = self.set.questions, (self.set.key, self.set.split)
        subjects = questions.subjects(self.set.split) if questions else {}
        if questions is None or of != self._subjects_of:
            self.subjects.show_subjects(subjects, self._subjects_wanted)
        if questions is not None:
            if of != self._subjects_of:
                self._subjects_of, self._subjects_wanted = of, ()
            self.protocol.show_form(questions.form in ENDING_FORMS)
            if self._suggested_for != self.set.key:
                self._suggested_for = self.set.key
                self.amount.suggest(sum(subjects.values()))
                if (questions.form in ENDING_FORMS) != (self._form in ENDING_FORMS):
                    self.protocol.suggest_shots()
            self._form = questions.form
            self.protocol.show_examples(min((len(questions.examples(name)) for name in subjects), default=0))
        self._subjects_changed()

    def _subjects_changed(self) -> None:
        chosen, count = self.subjects.chosen, self.subjects.count
        how_many = (
            "none chosen" if not chosen else f"all {count}" if len(chosen) == count else f"{len(chosen)} of {count}"
        )
        self._subjects_section.set_title(f"Subjects: {how_many}")
        self._subjects_section.setVisible(count > 1)
        questions = self.set.questions
        sizes = questions.subjects(self.set.split) if questions else {}
        self.amount.show_most(sum(sizes.get(name, 0) for name in chosen))
        self._say()

    def _say(self) -> None:
        request = self.request
        self.start.setEnabled(request is not None)
        self._defaults.say(self._summary())
        self.missing.say(self._what_is_missing() if request is None else "")
        self.forecast.show_request(request, self.set.questions)
        self.changed.emit()

    def _summary(self) -> str:
        """Everything that is folded away, in one line."""
        stops = ", stops at a winner" if self._stops and self.second.isChecked() else ""
        return f"{self.protocol.summary}{stops}."

    def _what_is_missing(self) -> str:
        """Why it cannot begin, where nothing else on the page says so."""
        if any(field.chosen is None for field in self._lanes):
            return "Choose a model first."
        if self.set.questions is None:
            return self.set.waiting
        return "" if self.subjects.chosen else "Tick at least one subject."

    def _start(self) -> None:
        self.error.hide()
        request = self.request
        if request is not None:
            lanes = tuple(replace(lane, refusal=self._library.refusal(lane.model)) for lane in request.lanes)
            self.run_wanted.emit(replace(request, lanes=lanes))

    def _arrange(self) -> None:
        models, questions = QBoxLayout(QBoxLayout.Direction.LeftToRight), QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._rows = (models, questions)
        for row in self._rows:
            row.setSpacing(10)
        for field in self.models:
            models.addWidget(field, 1)
        questions.addWidget(_card("Questions", self.set, self.amount, self._subjects_section), 1)
        questions.addWidget(_card("Method", self._defaults, self._method), 1)
        more = QVBoxLayout(self._more)
        more.setContentsMargins(0, 4, 0, 0)
        more.setSpacing(8)
        more.addWidget(self.protocol)
        more.addWidget(self.until_decided)
        second = QHBoxLayout()
        second.addWidget(self.second)
        second.addStretch(1)
        second.addWidget(self.take_over)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(models)
        column.addLayout(second)
        column.addLayout(questions)
        column.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addWidget(self.start)
        buttons.addWidget(self.missing, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(Scrolled(inner), 1)
        layout.addWidget(self.forecast)
        layout.addWidget(self.error)
        layout.addLayout(buttons)


def _card(title: str, *parts: QWidget) -> QFrame:
    card = QFrame()
    card.setProperty("role", "card")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(12, 10, 12, 10)
    layout.setSpacing(10)
    layout.addWidget(PlainLabel(title, role="muted"))
    for part in parts:
        layout.addWidget(part)
    layout.addStretch(1)
    return card
