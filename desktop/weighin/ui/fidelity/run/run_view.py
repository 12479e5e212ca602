"""A measurement as it goes on and after it: the sentences, the ladder, and behind tabs what lies behind them."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QTabBar, QVBoxLayout, QWidget

from weighin import __version__
from weighin.core import format
from weighin.core.bundles.fidelity_bundle import origin_words
from weighin.core.fidelity.fidelity import FidelityRecord, FidelityRequest, FidelityState, OtherFidelity
from weighin.core.fidelity.names import other_names, side_name
from weighin.core.fidelity.passages import read_chunks
from weighin.core.fidelity.published import MODEL
from weighin.core.models.text import shown_name
from weighin.core.runs.run_state import RunState
from weighin.core.safe_text import safe_name
from weighin.ui.charts.chart_picture import Caption
from weighin.ui.fidelity.run.failing_view import FailingView
from weighin.ui.fidelity.run.ladder import Ladder
from weighin.ui.fidelity.run.run_bar import RunBar
from weighin.ui.fidelity.run.scale_view import ScaleView
from weighin.ui.fidelity.run.sentences import Sentences
from weighin.ui.fidelity.run.tables import DetailsView, KindsView
from weighin.ui.fidelity.run.text_view import TextView
from weighin.ui.theme import Theme
from weighin.ui.widgets.elided_combo_box import ElidedComboBox
from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.roomy_delegate import RoomyDelegate
from weighin.ui.widgets.scrolled import Scrolled
from weighin.ui.widgets.strip import Strip
from weighin.ui.widgets.tab_stack import TabStack

TABS = ("Published scale", "Where it fails", "Text", "Kinds of text", "All figures")
SCALE, FAILING, TEXT, KINDS, FIGURES = range(5)


class RunView(QWidget):
    """Shows what it is told; its buttons are in `bar`. What lies behind the tabs is of the model that is chosen in the
    ladder, or beside the tabs."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._record: FidelityRecord | None = None
        self._shown = ""
        self._counted = (-1, -1, -1)
        self.bar = RunBar()
        self.error = Strip("red")
        self.error.add_close(theme, "Close this message")
        self.origin = Strip()
        self.notice = Strip()
        self.sentences = Sentences(theme)
        self.ladder = Ladder()
        self.scale = ScaleView(theme)
        self.failing = FailingView(theme)
        self.text = TextView(theme)
        self.kinds = KindsView()
        self.figures = DetailsView()
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Parts of this measurement")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.which: QComboBox = ElidedComboBox()
        self.which.setAccessibleName("Model that is shown below")
        self.which.setItemDelegate(RoomyDelegate(self.which))
        self.which.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.which.setMinimumContentsLength(14)
        self.which.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._stack = TabStack()
        views = (self.scale, self.failing, self.text, self.kinds, self.figures)
        for name, tab in zip(TABS, views, strict=True):
            self.tabs.addTab(name)
            self._stack.add_page(tab)
        self._arrange()
        self.tabs.currentChanged.connect(self._turn)
        self.which.currentIndexChanged.connect(lambda _place: self._show_other())
        self.ladder.chosen_changed.connect(self._follow_ladder)
        self.failing.text_wanted.connect(self._show_in_text)

    @property
    def other(self) -> OtherFidelity | None:
        """The model that is shown below the ladder."""
        place = max(0, self.which.currentIndex())
        others = self._record.others if self._record else ()
        return others[place] if place < len(others) else None

    def say(self, sentence: str) -> None:
        """A piece of news about this measurement."""
        self.notice.say(sentence)

    def begin(self, request: FidelityRequest) -> None:
        """A measurement was asked for; nothing is known yet."""
        for strip in (self.error, self.origin, self.notice):
            strip.hide()
        self._start_afresh("")
        self._record = None
        self.sentences.expect(tuple(shown_name(other.model, 60) for other in request.others))
        for part in (self.sentences, self.ladder):
            part.hide()
        self._show_tabs(False)
        self.bar.show_state(FidelityState(None, RunState.PREPARING))

    def show_state(self, state: FidelityState) -> None:
        """How it stands."""
        self.bar.show_state(state)
        self.origin.hide()
        self.notice.say("" if state.state is RunState.PREPARING else state.notice)
        if state.record is not None:
            self._take(state.record, running=True)
            self.ladder.show_record(state.record, state.sides, state.chunks_wanted)

    def show_record(self, record: FidelityRecord) -> None:
        """One that is over."""
        for strip in (self.error, self.notice):
            strip.hide()
        origin = origin_words(record)
        self.origin.say(f"Bundle of {origin}. It is not saved in History." if origin else "")
        self._counted = (-1, -1, -1)
        self._take(record, running=False)
        self.ladder.show_record(record)
        self.bar.show_ended(record)

    def caption(self) -> Caption:
        """What stands around a picture of the scale."""
        record = self._record
        if record is None:
            return Caption(TABS[SCALE], (), "", "")
        base = f"{shown_name(record.base.model, 80)}, {safe_name(record.base.model.quantization, 24)}"
        text = safe_name(record.text.name, 80)
        scale = f"dashed: {MODEL}, published by llama.cpp"
        about = f"Base: {base} · {text} · {scale} · {format.moment(record.created)} · Weigh-In {__version__}"
        return Caption("Fidelity", (), "\n".join(self.sentences.texts), about)

    def _take(self, record: FidelityRecord, running: bool) -> None:
        if record.id != self._shown:
            self._start_afresh(record.id)
        self._record = record
        names = other_names(record)
        self.sentences.expect(names)
        self.sentences.show_record(record, running)
        for part in (self.sentences, self.ladder):
            part.show()
        self._show_tabs(True)
        if tuple(self.which.itemText(n) for n in range(self.which.count())) != names:
            self.which.blockSignals(True)
            self.which.clear()
            self.which.addItems(list(names))
            self.which.blockSignals(False)
        self.which.setVisible(len(names) > 1)
        self._show_other()

    def _start_afresh(self, identifier: str) -> None:
        """Another one: its first tab, and nothing of what was picked out of the last one."""
        self._shown = identifier
        self._counted = (-1, -1, -1)
        self.tabs.setCurrentIndex(0)
        self.which.clear()
        self.text.show_chunks(())
        self.ladder.clearSelection()

    def _turn(self, tab: int) -> None:
        self._stack.setCurrentIndex(tab)
        self._counted = (-1, -1, -1)
        self._show_other()

    def _show_other(self) -> None:
        """The tab in sight, of the model that is chosen; again only when there is more to show."""
        record, other, tab = self._record, self.other, self.tabs.currentIndex()
        if record is None or other is None:
            return
        place = max(0, self.which.currentIndex())
        counted = (tab, place, other.summary.positions if other.summary else 0)
        if tab == SCALE:
            self.scale.show_record(record)
        if counted == self._counted:
            return
        self._counted = counted
        if tab in (FAILING, TEXT):
            chunks = read_chunks(record.chunks, other.chunks)
            if tab == TEXT:
                self.text.show_chunks(chunks)
            else:
                names = (side_name(record, 0), side_name(record, place + 1))
                self.failing.show_worst(other.summary.worst if other.summary else (), chunks, names)
        elif tab == KINDS:
            self.kinds.show_summary(other.summary, bool(record.request.text))
        elif tab == FIGURES:
            self.figures.show_summary(other.summary)

    def _follow_ladder(self) -> None:
        row = self.ladder.chosen
        if row is not None and row.number:
            self.which.setCurrentIndex(row.number - 1)

    def _show_in_text(self, chunk: int, token: int) -> None:
        self.tabs.setCurrentIndex(TEXT)
        self.text.text.choose(chunk, token)
        self.text.text.setFocus()

    def _show_tabs(self, shown: bool) -> None:
        for part in (self._tabs_row, self._stack):
            part.setVisible(shown)

    def _arrange(self) -> None:
        self._tabs_row = QWidget()
        flow = FlowLayout(self._tabs_row, spacing=12)
        flow.addWidget(self.tabs)
        flow.addWidget(self.which)
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(8)
        for part in (self.origin, self.bar, self.error, self.notice, self.sentences, self.ladder, self._tabs_row):
            layout.addWidget(part)
        layout.addWidget(self._stack, 1)
        layout.addStretch(0)
        page = QHBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(Scrolled(inner))
