"""The Compare page: wires its parts to the runner."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.comparisons.comparison import Comparison, ComparisonRequest, LaneResult
from weighin.core.errors import AppError
from weighin.core.runs.lane import LABELS, Mode
from weighin.ui.blind.blind_controller import BlindController
from weighin.ui.compare.comparison_card import ComparisonCard
from weighin.ui.compare.follow_up import conversation_tokens, why_no_follow_up
from weighin.ui.compare.heads_row import HeadsRow
from weighin.ui.compare.options_desk import OptionsDesk
from weighin.ui.compare.prompt_box import RUNNING, PromptBox
from weighin.ui.compare.requests import Requests
from weighin.ui.lane.lane_pair import LanePair
from weighin.ui.options.run_options import RunOptions
from weighin.ui.pickers.model_choice import ModelChoice
from weighin.ui.scale.measure_alone import MEASURED, MEASURING, NO_MEASURE, MeasureAlone
from weighin.ui.theme import Theme
from weighin.ui.widgets.focus import hand_on_focus, on_keys
from weighin.ui.widgets.overlay import Overlay

if TYPE_CHECKING:
    from weighin.services.comparisons.comparison_runner import ComparisonRunner, RoundStart
    from weighin.services.models.library import Library
    from weighin.services.settings import Settings
    from weighin.ui.options.options_drawer import OptionsDrawer
    from weighin.ui.parts import Parts
    from weighin.ui.scale.scale_presenter import ScalePresenter

_WARM_UP_MS = 250
_VOTE_FIRST = "Vote on the blind round first: this could tell which model is which."


class ComparePage(QWidget):
    """One prompt, two lanes. `options_changed`: something was edited beside the prompt. `tape_wanted` and
    `differences_wanted` carry the Comparison that is shown, `export_wanted` it and a format, `measured_alone` one that
    ran together and the one that says what that cost. `find_models_wanted`: models that fit this computer."""

    options_changed = Signal()
    tape_wanted = Signal(object)
    differences_wanted = Signal(object)
    export_wanted = Signal(object, str)
    measured_alone = Signal(object, object)
    find_models_wanted = Signal()

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
        self._runner, self._blind, self._parts = runner, parts.blind, parts
        self._request: ComparisonRequest | None = None
        self._shown: Comparison | None = None
        self._kept = ""
        self._is_from_elsewhere = False
        self._lanes = LanePair(theme, runner, self)
        self.panes, self.scales = self._lanes.panes, self._lanes.scales
        self.choice = ModelChoice(library, parts.models.servers, self.panes, self)
        self.heads = HeadsRow(theme, (self.panes[0].header, self.panes[1].header))
        self.card = ComparisonCard(theme, self.panes)
        self.question, self._remark, self.panel = self.card.question, self.card.question.remark, self.card.panel
        self.desk = BlindController(
            theme,
            parts.blind,
            parts.votes,
            self.card.blind_place,
            self.card.vote_place,
            self.card,
            self._hide_lanes,
            self,
        )
        self.prompt = PromptBox(theme, lambda: parts.attached_files)
        self.requests = Requests(self.panes, self.prompt, lambda: self.run_options, parts.run_defaults, library)
        self.alone = MeasureAlone(lambda: RUNNING if runner.running else runner.reason_to_wait(), self.requests.checked)
        self.options = OptionsDesk(theme, self.prompt, self._remark, parts, self)
        self._arrange()
        self._connect()
        self._follow_models()

    @property
    def shown(self) -> Comparison | None:
        """The comparison whose answers are shown; None while one runs, and before the first."""
        return self._shown

    @property
    def remark(self) -> str:
        """What is said about what is shown, "" where it speaks for itself."""
        return self._remark.text

    @cached_property
    def scale(self) -> ScalePresenter:
        """Says what is known on the scale; made at the first run: the first paint shows no scale."""
        from weighin.ui.scale.scale_presenter import ScalePresenter

        made = ScalePresenter(self.panel, self._runner, self.alone, self._parts.speed_tests, self)
        made.again_wanted.connect(lambda request: self._start(self.requests.again(request)))
        made.alone_wanted.connect(self._start)
        return made

    @property
    def drawer(self) -> OptionsDrawer:
        """The drawer of options."""
        return self.options.drawer

    @property
    def why_closed(self) -> str:
        """Why no other comparison can be shown now, nor more of this one; "" where it can."""
        if self._blind.hides:
            return _VOTE_FIRST
        return RUNNING if self._runner.running else ""

    @property
    def run_options(self) -> RunOptions:
        """What is asked beside the prompt: of each field what made sense last."""
        return self.options.values

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(_WARM_UP_MS, self, self._lanes.warm_up)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        below = self.prompt.heightForWidth(self._column.contentsRect().width())
        self.card.fit(self.height() - self.heads.sizeHint().height() - below)

    def run(self) -> None:
        """Put the prompt to both lanes."""
        if not self.prompt.can_run:
            self.prompt.refuse(self.prompt.why_not)
            self.options.show_wrong()
            return
        try:
            request = self.requests.following(self._shown)
            (self._blind.run if self.prompt.blind.isChecked() else self._runner.run)(request)
            self.prompt.clear()
        except AppError as error:
            self.prompt.refuse(error.user_text)

    def stop(self) -> None:
        """Stop both lanes; what was written stays."""
        if self._runner.running:
            if not self._blind.hides:
                self._lanes.stop()
            self._runner.stop()

    def _escape(self) -> None:
        """What lies over the page goes first; with nothing open, Esc stops the run."""
        if not (self.prompt.close_drawers() or self.card.close_find()):
            self.stop()

    def run_again(self, new_seed: bool = False) -> None:
        """The shown question once more, with the same options; never blind: who wrote what is known."""
        if self._shown is not None:
            self._start(self.requests.again(self._shown.request, new_seed))

    def rerun(self, label: str) -> None:
        """One side once more; the answer of the other stays."""
        if self._shown is not None and not self._runner.running:
            request, kept = self.requests.one_side(self._shown, label)
            self._kept = kept.label
            self._start(request, kept)
            self._kept = ""

    def swap_models(self) -> None:
        """A's model becomes B's, and B's becomes A's."""
        a, b = (pane.header.picker for pane in self.panes)
        first, second = a.chosen, b.chosen
        if first is not None and second is not None and a.isEnabled():
            a.choose(second)
            b.choose(first)

    def edit_question(self) -> None:
        """Put the shown question into the composer, with its files."""
        if self._request is not None:
            self.prompt.set_text(self._request.prompt.text)
            self.prompt.attached.set_files(self._request.prompt.attachments)
        self.prompt.take_focus()

    def new_conversation(self) -> None:
        """Begin anew: nothing is shown, and the next prompt follows nothing up."""
        if not self.why_closed:
            self._shown = self._request = None
            self.desk.leave()
            self.scale.clear()
            self.card.show_first_start()
            self._offer()
            self.prompt.take_focus()

    def show_details(self) -> None:
        """All numbers, or the answers again."""
        if self._shown is not None and not self._blind.hides:
            self.panel.details.toggle()

    def show_differences(self) -> None:
        """Both answers word by word."""
        if self._shown is not None and not self.why_closed:
            self.differences_wanted.emit(self._shown)

    def share(self) -> None:
        """Offer where the shown comparison can go."""
        from weighin.ui.compare.share_menu import ShareMenu

        if self._shown is not None and not self.why_closed:
            ShareMenu(self._shown, self.tape_wanted, self.export_wanted, self).pop_up(self.panel.share)

    def find_words(self) -> None:
        """Look for words in both answers."""
        if self._shown is not None and not self._blind.hides:
            self.card.find_words()

    def copy_answer(self, label: str) -> None:
        """The answer of a lane, as the model wrote it."""
        if not self._blind.hides:
            self.panes[LABELS.index(label)].copy_answer()

    def show_above(self, widget: QWidget) -> None:
        """Put something that concerns what is shown above the lanes."""
        self._column.insertWidget(0, widget)

    def show_beside(self, widget: QWidget, width: int) -> None:
        """Put a drawer over the right side of the page, above the composer."""
        Overlay(self, widget, width, lambda: self.prompt.y())

    def show_comparison(self, comparison: Comparison, source: str = "From History", made_here: bool = True) -> None:
        """Show a record as it was; `source` says where it comes from, `made_here` whether that is this computer. The
        options of the next run stay those of the page. Nothing happens while `why_closed` says so."""
        if self.why_closed:
            return
        request = comparison.request
        self.desk.leave()
        self._request = request
        self._is_from_elsewhere = not made_here
        self.scales.reset()
        for pane, setup in zip(self.panes, request.lanes, strict=True):
            pane.header.picker.choose(setup.model)
        self._lanes.show_empty()
        self._show_results(comparison)
        self._remark.say(f"{source}, {format.moment(comparison.created)}", request)
        self.options.follow()

    def _arrange(self) -> None:
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addWidget(self.heads)
        column.addWidget(self.card, 1)
        column.addWidget(self.prompt)

    def _connect(self) -> None:
        self._runner.started.connect(self._began)
        self._runner.round_started.connect(self._round_began)
        self._blind.revealed.connect(self._ended)
        self._blind.void.connect(self._remark.say)
        self.desk.changed.connect(self._follow_blind)
        self.heads.swap_wanted.connect(self.swap_models)
        self.question.edit_wanted.connect(self.edit_question)
        self.question.again_wanted.connect(self.run_again)
        self.panel.differences_wanted.connect(self.show_differences)
        self.panel.share_wanted.connect(self.share)
        self.card.first_start.asked.connect(self._ask)
        self.card.first_start.open_wanted.connect(self.panes[0].header.picker.open_requested)
        self.card.first_start.find_wanted.connect(self.find_models_wanted)
        self.card.link_clicked.connect(lambda address: self.panes[0].answer.ask_to_open(address))
        self._lanes.try_anyway.connect(self._insist)
        for pane in self.panes:
            pane.rerun.clicked.connect(lambda _=False, which=pane.label: self.rerun(which))
        self.choice.changed.connect(self._follow_models)
        self.options.changed.connect(self.options_changed)
        self.options.changed.connect(self._count_tokens)
        self.prompt.blind.toggled.connect(lambda _: self._offer())
        self.prompt.follow.toggled.connect(lambda _: self._count_tokens())
        self.prompt.run_requested.connect(self.run)
        self.prompt.stop_requested.connect(self.stop)
        on_keys(self, ("Ctrl+Return", "Ctrl+Enter"), self.run)
        on_keys(self, ("Escape",), self._escape)

    def _start(self, request: ComparisonRequest, kept: LaneResult | None = None) -> None:
        """Never blind: who wrote what is known by now."""
        try:
            self._runner.run(request, kept) if kept else self._runner.run(request)
        except AppError as error:
            self.prompt.refuse(error.user_text)

    def _ask(self, text: str) -> None:
        """A question of the first start: asked at once."""
        self.prompt.set_text(text)
        self.run()

    def _insist(self) -> None:
        """Run the same again although memory may not suffice."""
        if self._request is not None and not self._runner.running:
            self._start(replace(self._request, try_anyway=True))

    def _began(self, request: ComparisonRequest) -> None:
        going = [part for pane in self.panes for part in (pane.header.picker, pane.failure, pane.state)]
        hand_on_focus([*going, *self.card.leaving], self.prompt.take_focus)
        self._request = request
        self._is_from_elsewhere = False
        self._shown = None
        self._remark.say(MEASURING if self.alone.begins(request) else "")
        self.card.begin(request)
        if not self._kept:
            self.scales.reset()
        self.prompt.set_running(True)
        self._offer()
        if self._blind.hides:
            return
        self.desk.leave()
        self.scale.begin(request, self._kept)
        self._lanes.begin(request, self._kept)

    def _hide_lanes(self, hidden: bool) -> None:
        self._lanes.set_blind(hidden)
        if hidden:
            self.card.forget_details()
            self.scale.clear()

    def _follow_blind(self) -> None:
        """Give the room to whoever is to be seen, and hold the prompt while a vote is awaited."""
        if not self.desk.is_open:
            hand_on_focus([self.card.blind_place, self.card.vote_place], self.prompt.take_focus)
        self.card.show_blind(self.desk.is_open)
        if self._blind.awaits_vote:
            self.prompt.set_running(False)
        self.prompt.set_held(self._blind.awaits_vote)
        self._offer()

    def _round_began(self, start: RoundStart) -> None:
        if self._blind.hides:
            return
        self._lanes.begin_round(start)
        self.scale.begin_round(start)

    def _ended(self, comparison: Comparison) -> None:
        self.prompt.set_running(False)
        self._lanes.end()
        together, serves = self.alone.ended(comparison)
        if together is None or not serves:
            self._show_results(comparison)
            if together is not None:
                self._remark.say(NO_MEASURE)
            # Whoever follows up once goes on with the conversation.
            self.prompt.follow.setChecked(bool(comparison.request.follows) and self.prompt.follow.isEnabled())
            return
        self._request = together.request
        self._lanes.show_empty()
        self._show_results(together)
        self._remark.say(MEASURED)
        self.measured_alone.emit(together, comparison)

    def _show_results(self, comparison: Comparison) -> None:
        if self._blind.hides:
            return
        self._lanes.show_results(comparison)
        self._shown = comparison
        self.card.show_comparison(comparison)
        self.scale.show_comparison(comparison, not self._is_from_elsewhere)
        self._offer()

    def _follow_models(self) -> None:
        """Another model was chosen: other tokens, and perhaps nobody who could go on."""
        models = tuple(pane.header.picker.chosen for pane in self.panes)
        self.prompt.attached.set_models(models)
        self.prompt.tokens.set_models(models)
        self.card.first_start.show_models(all(model is not None and model.starter for model in models))
        self._count_tokens()
        self._offer()

    def _count_tokens(self) -> None:
        """The room that the prompt has."""
        options = self.run_options
        follows = self._shown is not None and self.prompt.follow.isChecked()
        before = conversation_tokens(self._shown) if follows and self._shown is not None else 0
        self.prompt.tokens.set_room((options.a.load.context, options.b.load.context), before)

    def _offer(self) -> None:
        """What can be done with what is shown."""
        chosen = [pane.header.picker.chosen for pane in self.panes]
        self.prompt.set_follow_refusal(why_no_follow_up(self._shown, chosen, self.prompt.blind.isChecked()))
        idle = self._shown is not None and not self._runner.running and not self._blind.hides
        self.prompt.set_next_round(self.desk.is_open and not self._blind.hides and self.prompt.blind.isChecked())
        self.question.allow(again=idle and not self._is_from_elsewhere)
        self.heads.swap.setEnabled(not self._runner.running and not self._blind.hides)
        one_by_one = self._shown is not None and self._shown.request.mode is Mode.ALONE
        for pane in self.panes:
            pane.rerun.setVisible(idle and one_by_one and not self._is_from_elsewhere)

    def complete(self, comparison: Comparison) -> None:
        """More is known of a comparison now; where it is the one that is shown, show that too."""
        if self._shown is not None and self._shown.id == comparison.id:
            self._show_results(comparison)
