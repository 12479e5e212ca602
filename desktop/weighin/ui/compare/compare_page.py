"""The Compare page: wires its parts to the runner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.comparisons.comparison import Comparison, ComparisonRequest
from weighin.core.comparisons.conversation import threads_after
from weighin.core.errors import AppError
from weighin.core.runs.chat import Prompt
from weighin.core.runs.lane import LABELS, LaneSetup
from weighin.ui.answer.answer_view import warm_up
from weighin.ui.blind.blind_controller import BlindController
from weighin.ui.compare.first_run import FirstRun
from weighin.ui.compare.follow_up import why_no_follow_up
from weighin.ui.compare.lanes_area import LanesArea
from weighin.ui.compare.measure_alone import MEASURED, MEASURING, NO_MEASURE, MeasureAlone
from weighin.ui.compare.options_news import OptionsNews
from weighin.ui.compare.prompt_box import PromptBox
from weighin.ui.compare.proof_panel import ProofPanel
from weighin.ui.compare.question_box import QuestionBox
from weighin.ui.compare.remark import Remark
from weighin.ui.compare.speed_line import SpeedLine
from weighin.ui.lane.lane_pane import LanePane
from weighin.ui.lane.lane_presenter import LanePresenter
from weighin.ui.options.run_options import RunOptions
from weighin.ui.pickers.model_choice import ModelChoice
from weighin.ui.theme import Theme
from weighin.ui.widgets.chart_scale import ChartScale
from weighin.ui.widgets.focus import FocusReturn, hand_on_focus, on_keys
from weighin.ui.widgets.live_chart import ChartScales

if TYPE_CHECKING:
    from weighin.services.comparisons.comparison_runner import ComparisonRunner, RoundStart
    from weighin.services.models.library import Library
    from weighin.services.settings import Settings
    from weighin.ui.options.options_drawer import OptionsDrawer
    from weighin.ui.parts import Parts

_WARM_UP_MS = 250
_VOTE_FIRST = "Vote on the blind round first: this could tell which model is which."
_RUNNING = "A comparison is running. Stop it or let it finish first."


class ComparePage(QWidget):
    """One prompt, two lanes. `options_changed`: something was edited beside the prompt. `tape_wanted` and
    `differences_wanted` carry the Comparison that is shown, `measured_alone` one that ran together and the one that
    says what that cost."""

    options_changed = Signal()
    tape_wanted = Signal(object)
    differences_wanted = Signal(object)
    measured_alone = Signal(object, object)

    def __init__(
        self,
        theme: Theme,
        runner: ComparisonRunner,
        library: Library,
        settings: Settings,
        parts: Parts,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._theme = theme
        self._runner = runner
        self._blind, self._run_defaults = parts.blind, parts.run_defaults
        self._library = library
        self._request: ComparisonRequest | None = None
        self._has_results = False
        self._shows_history = False
        self._is_from_elsewhere = False
        self.scales = ChartScales(ChartScale(self), ChartScale(self))
        self.panes = (LanePane(theme, "A", self.scales), LanePane(theme, "B", self.scales))
        self._presenters = tuple(
            LanePresenter(lane, pane, self) for lane, pane in zip(runner.lanes, self.panes, strict=True)
        )
        self.choice = ModelChoice(library, parts.models.servers, self.panes, self)
        self._hint = FirstRun()
        self._remark = Remark()
        self.question = QuestionBox()
        self.lanes_area = LanesArea(self.panes)
        self._blind_place = QWidget()
        self.desk = BlindController(theme, parts.blind, parts.votes, self._blind_place, self._hide_lanes, self)
        self.alone = MeasureAlone(lambda: _RUNNING if runner.running else runner.reason_to_wait(), self.checked)
        self.speed_line = SpeedLine()
        self.proof = ProofPanel(theme, self.lanes_area.spare_height)
        self.same_prompt, self.tape, self.differences = self.proof.same_prompt, self.proof.tape, self.proof.differences
        self._shown: Comparison | None = None
        self.prompt = PromptBox(theme, lambda: parts.attached_files)
        self.options_news = OptionsNews(self, self._remark)
        self._drawer: OptionsDrawer | None = None
        self._arrange()
        self._connect()
        self._follow_models()
        self._show_hint()

    @property
    def hint_is_shown(self) -> bool:
        """Whether the sentence for newcomers stands there."""
        return not self._hint.isHidden()

    @property
    def history_label(self) -> str:
        """Which record is shown, "" while it is not one from History."""
        return self.remark if self._shows_history else ""

    @property
    def remark(self) -> str:
        """What is said about what is shown, "" where it speaks for itself."""
        return self._remark.text

    @property
    def drawer(self) -> OptionsDrawer:
        """The drawer of options, made when it is first wanted: the first paint need not wait for its many fields."""
        if self._drawer is None:
            from weighin.ui.options.options_drawer import OptionsDrawer

            self._drawer = drawer = OptionsDrawer(self._theme, self._run_defaults)
            drawer.hide()
            drawer.close_requested.connect(lambda: self.prompt.set_options_open(False))
            FocusReturn(drawer, self.prompt.take_focus)
            drawer.changed.connect(self.options_changed)
            self._row.addWidget(drawer)
        return self._drawer

    @property
    def why_closed(self) -> str:
        """Why no other comparison can be shown now, nor more of this one; "" where it can."""
        if self._blind.hides:
            return _VOTE_FIRST
        return _RUNNING if self._runner.running else ""

    @property
    def run_options(self) -> RunOptions:
        """What is asked beside the prompt: of each field what made sense last."""
        return self._drawer.values if self._drawer else RunOptions()

    @property
    def option_problem(self) -> str:
        """What is wrong with the options, "" where all make sense."""
        return self._drawer.problem if self._drawer else ""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Importing the Markdown parser takes a tenth of a second: now, while nobody waits, not at the first word.
        QTimer.singleShot(_WARM_UP_MS, self, warm_up)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.same_prompt.fit()

    def run(self) -> None:
        """Put the prompt to both lanes."""
        if not self.prompt.can_run:
            self.prompt.refuse(self.prompt.why_not)
            self.options_news.show_wrong()
            return
        try:
            self._start(self._with_what_goes_along(self.request(self.prompt.text)))
        except AppError as error:
            self.prompt.refuse(error.user_text)

    def request(self, text: str) -> ComparisonRequest:
        """What lanes, mode and options ask for, with this prompt. Raises AppError where a lane has no model."""
        models = [pane.header.picker.chosen for pane in self.panes]
        for pane, model in zip(self.panes, models, strict=True):
            if model is None:
                raise AppError(f"Choose a model for lane {pane.label} first.", kind="options")
        options, defaults = self.run_options, self._run_defaults.value
        a, b = (model for model in models if model is not None)
        return ComparisonRequest(
            Prompt(text, options.system, options.raw),
            self.prompt.mode.mode,
            (self._checked(options.a.setup(a, defaults)), self._checked(options.b.setup(b, defaults))),
            options.rounds,
        )

    def _with_what_goes_along(self, request: ComparisonRequest) -> ComparisonRequest:
        """The same with the attached files, and with what was said before where this is a follow-up."""
        request = replace(request, prompt=replace(request.prompt, attachments=self.prompt.attached.files))
        if not self.prompt.follow.isChecked() or self._shown is None:
            return request
        return replace(request, follows=self._shown.id, threads=threads_after(self._shown))

    def stop(self) -> None:
        """Stop both lanes; what was written stays."""
        if self._runner.running:
            if not self._blind.hides:
                for presenter in self._presenters:
                    presenter.stop()
            self._runner.stop()

    def show_above(self, widget: QWidget) -> None:
        """Put something that concerns what is shown above the lanes."""
        self._column.insertWidget(0, widget)

    def show_beside(self, widget: QWidget) -> None:
        """Put a drawer at the right; it gets a quarter of the room, within its own limits."""
        self._row.setStretch(0, 3)
        self._row.addWidget(widget, 1)

    def show_comparison(self, comparison: Comparison, source: str = "From History", made_here: bool = True) -> None:
        """Show a record as it was; `source` says where it comes from, `made_here` whether that is this computer. The
        options of the next run stay those of the page. Nothing happens while `why_closed` says so."""
        if self.why_closed:
            return
        request = comparison.request
        self.desk.leave()
        self._request = request
        self._is_from_elsewhere = not made_here
        self.prompt.set_text(request.prompt.text)
        self.prompt.attached.set_files(request.prompt.attachments)
        self.scales.reset()
        for presenter, pane, setup in zip(self._presenters, self.panes, request.lanes, strict=True):
            pane.header.picker.choose(setup.model)
            presenter.show_empty()
        self._show_results(comparison)
        self._shows_history = True
        self._remark.say(f"{source}, {format.moment(comparison.created)}", request)
        self.options_news.follow()

    def _arrange(self) -> None:
        self._column = column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(self._hint)
        column.addWidget(self._remark)
        column.addWidget(self.question)
        column.addWidget(self.lanes_area, 1)
        column.addWidget(self._blind_place, 1)
        column.addWidget(self.speed_line)
        column.addWidget(self.alone)
        column.addWidget(self.proof)
        column.addWidget(self.prompt)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 12, 14, 12)
        self._row.setSpacing(10)
        self._row.addLayout(column, 1)

    def _connect(self) -> None:
        self._runner.started.connect(self._began)
        self._runner.round_started.connect(self._round_began)
        self._blind.revealed.connect(self._ended)
        self._blind.void.connect(self._remark.say)
        self.desk.changed.connect(self._follow_blind)
        self.alone.pressed.connect(self._measure_alone)
        self.speed_line.again_wanted.connect(self._run_again)
        self.differences.clicked.connect(lambda: self.differences_wanted.emit(self._shown))
        self.tape.clicked.connect(lambda: self.tape_wanted.emit(self._shown))
        for presenter in self._presenters:
            presenter.activity_changed.connect(self._tell_each_other)
            presenter.try_anyway.connect(self._insist)
        FocusReturn(self._blind_place, self.prompt.take_focus)
        self.choice.changed.connect(self._show_hint)
        self.choice.changed.connect(self._follow_models)
        self.prompt.blind.toggled.connect(lambda _: self._offer_follow_up())
        self._hint.chosen.connect(self._try_example)
        self.prompt.run_requested.connect(self.run)
        self.prompt.stop_requested.connect(self.stop)
        self.prompt.options_toggled.connect(lambda is_open: self.drawer.setVisible(is_open))
        on_keys(self, ("Ctrl+Return", "Ctrl+Enter"), self.run)
        on_keys(self, ("Escape",), self.stop)

    def checked(self, lanes: tuple[LaneSetup, LaneSetup]) -> tuple[LaneSetup, LaneSetup]:
        """The same lanes, refused where a model's file is not what it was."""
        a, b = (self._checked(setup) for setup in lanes)
        return a, b

    def _checked(self, setup: LaneSetup) -> LaneSetup:
        """The same, refused where the model's file is not what it was."""
        return replace(setup, refusal=self._library.refusal(setup.model))

    def _start(self, request: ComparisonRequest) -> None:
        try:
            (self._blind.run if self.prompt.blind.isChecked() else self._runner.run)(request)
        except AppError as error:
            self.prompt.refuse(error.user_text)

    def _insist(self) -> None:
        """Run the same again although memory may not suffice."""
        if self._request is not None and not self._runner.running:
            self._start(replace(self._request, try_anyway=True))

    def _run_again(self, comparison: Comparison) -> None:
        """The same once more, for its speed; never blind: who wrote what is known."""
        request = comparison.request
        self._measure_alone(replace(request, lanes=self.checked(request.lanes)))

    def _measure_alone(self, request: ComparisonRequest) -> None:
        """Never blind: who wrote what is known by now."""
        try:
            self._runner.run(request)
        except AppError as error:
            self.prompt.refuse(error.user_text)

    def _began(self, request: ComparisonRequest) -> None:
        going = [part for pane in self.panes for part in (pane.header.picker, pane.failure)]
        hand_on_focus([*going, self.alone], self.prompt.take_focus)
        self._request = request
        self._shows_history = self._is_from_elsewhere = False
        self._shown = None
        self._remark.say(MEASURING if self.alone.begins(request) else "")
        self.question.show_prompt(request.prompt)
        self.alone.hide()
        self.speed_line.clear()
        self.proof.clear()
        self.scales.reset()
        self.prompt.set_running(True)
        if self._blind.hides:
            return
        self.desk.leave()
        for presenter, setup in zip(self._presenters, request.lanes, strict=True):
            presenter.begin(setup.model)
        self._show_threads(request)
        self._tell_each_other()

    def _hide_lanes(self, hidden: bool) -> None:
        for presenter in self._presenters:
            presenter.set_blind(hidden)

    def _follow_blind(self) -> None:
        """Give the room to whoever is to be seen, and hold the prompt while a vote is awaited."""
        self.lanes_area.setVisible(not self.desk.is_open)
        self._offer_alone()
        self._show_hint()
        if self._blind.awaits_vote:
            self.prompt.set_running(False)
        self.prompt.set_held(self._blind.awaits_vote)

    def _round_began(self, start: RoundStart) -> None:
        if self._blind.hides:
            return
        self._presenters[LABELS.index(start.label)].begin_round(start)
        self._tell_each_other()

    def _ended(self, comparison: Comparison) -> None:
        self.prompt.set_running(False)
        for presenter in self._presenters:
            presenter.end()
        together, serves = self.alone.ended(comparison)
        if together is None or not serves:
            self._show_results(comparison)
            if together is not None:
                self._remark.say(NO_MEASURE)
            return
        self._request = together.request
        for presenter in self._presenters:
            presenter.show_empty()
        self._show_results(together)
        self._remark.say(MEASURED)
        self.measured_alone.emit(together, comparison)

    def _show_results(self, comparison: Comparison) -> None:
        if self._blind.hides:
            return
        for result in comparison.results:
            self._presenters[LABELS.index(result.label)].show_result(result, comparison)
        self._show_threads(comparison.request)
        self.question.show_prompt(comparison.request.prompt)
        self.proof.show_comparison(comparison)
        self.speed_line.show_comparison(comparison, not self._is_from_elsewhere)
        self._shown = comparison
        # Whoever has seen a result needs the room for results.
        self._has_results = True
        self._show_hint()
        self._offer_follow_up()
        self._offer_alone()

    def _offer_alone(self) -> None:
        """Not while a vote is awaited, nor for what was run elsewhere."""
        self.alone.offer(None if self._is_from_elsewhere or self._blind.hides else self._shown)
        self.alone.setVisible(bool(self.alone.sentence) and not self.desk.is_open)

    def _show_threads(self, request: ComparisonRequest) -> None:
        for index, pane in enumerate(self.panes):
            pane.earlier.show_thread(request.thread(index))

    def _follow_models(self) -> None:
        """Another model was chosen: other tokens, and perhaps nobody who could go on."""
        self.prompt.attached.set_models(tuple(pane.header.picker.chosen for pane in self.panes))
        self._offer_follow_up()

    def _offer_follow_up(self) -> None:
        chosen = [pane.header.picker.chosen for pane in self.panes]
        self.prompt.set_follow_refusal(why_no_follow_up(self._shown, chosen, self.prompt.blind.isChecked()))

    def show_testing(self, is_pending: Callable[[str], bool], waits: bool = False) -> None:
        """A speed test began, waits or ended; `is_pending`: whether there is one for the comparison with this id."""
        self.speed_line.show_testing(self._shown is not None and is_pending(self._shown.id), waits)

    def complete(self, comparison: Comparison) -> None:
        """More is known of a comparison now; where it is the one that is shown, show that too."""
        if self._shown is not None and self._shown.id == comparison.id:
            self._show_results(comparison)

    def _tell_each_other(self) -> None:
        a, b = self._presenters
        a.wait(b.is_active)
        b.wait(a.is_active)

    def _try_example(self, text: str) -> None:
        self.prompt.set_text(text)
        self.prompt.take_focus()

    def _show_hint(self) -> None:
        models = [pane.header.picker.chosen for pane in self.panes]
        starters = all(model is not None and model.starter for model in models)
        self._hint.setVisible(starters and not self._has_results and not self.desk.is_open)
