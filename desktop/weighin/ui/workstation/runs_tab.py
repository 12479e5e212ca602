"""What fits here: the table with its filters, and what is chosen in it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QSplitter, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.models.catalogue import Catalogue
from weighin.core.plans.candidates import Candidate, Origin
from weighin.core.plans.plan import VerdictKind
from weighin.core.plans.text import measured_speed, needs_words, speed_band
from weighin.core.plans.verdict import kind_words
from weighin.core.plans.workstation import WorkstationRow, context_stops, rows_of
from weighin.core.runs.options import KV_TYPES
from weighin.core.safe_text import safe_name
from weighin.services.plans.workstation import Workstation
from weighin.ui.theme import Theme
from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.search_line import SearchLine
from weighin.ui.widgets.strip import Strip
from weighin.ui.widgets.table import Column, RowTable
from weighin.ui.workstation.detail_pane import ContextSlider, DetailPane
from weighin.ui.workstation.row_detail import Offers

_SIDE_BY_SIDE = 1400
_ROOM_FOR_DETAILS = 1300
_LEGEND = "~ estimated   ? rough guess   - unknown   (in brackets: the range to expect)"


class RunsTab(QWidget):
    """`compare_wanted` carries a tuple of ModelFacts; `get_wanted` a Candidate."""

    compare_wanted = Signal(object)
    get_wanted = Signal(object)

    def __init__(
        self, theme: Theme, workstation: Workstation, catalogue: Catalogue, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._workstation, self._catalogue = workstation, catalogue
        self._candidates: tuple[Candidate, ...] = ()
        self._rows: tuple[WorkstationRow, ...] = ()
        self.search = SearchLine("Search models")
        self.search.setMaximumWidth(360)
        self.origin = QComboBox()
        self.origin.setAccessibleName("Where the models are")
        self.only_running = QCheckBox("Only what fits")
        self.only_running.setAccessibleName("Show only models that fit here")
        self.slider = ContextSlider()
        self.slider.setMaximumWidth(420)
        self.kv_type = QComboBox()
        self.kv_type.addItems([f"KV cache {name}" for name in KV_TYPES])
        self.kv_type.setAccessibleName("Type of the KV cache")
        self.table = RowTable(
            "Models and whether they fit here",
            _columns(theme),
            lambda row: row.candidate.key,
            lambda row: row.sentence(self._workstation.computer.budget),
            several=True,
        )
        self.detail = DetailPane(theme)
        self.error = Strip("amber")
        self.error.add_close(theme, "Close this message")
        self._looking = ""
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._divided: list[int] = []
        self._arrange()
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Take what is known now: other candidates, plans or measurements."""
        self._candidates = self._workstation.candidates(self._catalogue)
        self._fill_origins()
        self.slider.set_stops(context_stops(self._candidates))
        self._judge()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= _SIDE_BY_SIDE
        orientation = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if self._splitter.orientation() != orientation or not self._divided:
            self._splitter.setOrientation(orientation)
            self._divided = [3 * self.width(), 2 * self.width()] if wide else [6 * self.height(), 5 * self.height()]
            self._divide()
        elif self.detail.is_empty:
            self._divide()

    def _divide(self) -> None:
        """The room as it was divided last; below each other the table gets nearly all while nothing is chosen."""
        below = self._splitter.orientation() == Qt.Orientation.Vertical
        self._splitter.setSizes([self.height(), 1] if below and self.detail.is_empty else self._divided)

    def _arrange(self) -> None:
        self.search.setMinimumWidth(190)
        top = QWidget()
        flow = FlowLayout(top, spacing=14)
        for part in (self.search, self.origin, self.only_running, self.slider, self.kv_type):
            flow.addWidget(part)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.table)
        self._splitter.addWidget(self.detail)
        self._splitter.setHandleWidth(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(top)
        layout.addWidget(self.error)
        layout.addWidget(self._splitter, 1)
        layout.addWidget(PlainLabel(_LEGEND, role="small", wrap=True))

    def _connect(self) -> None:
        self._workstation.changed.connect(self.refresh)
        self._workstation.computer.memory_changed.connect(self._judge)
        self._workstation.computer.changed.connect(self._judge)
        self.kv_type.currentIndexChanged.connect(lambda n: self._workstation.set_kv_type(KV_TYPES[n]))
        self.slider.changed.connect(lambda _context: self._judge())
        self.search.textChanged.connect(lambda _text: self._filter())
        self.origin.currentIndexChanged.connect(lambda _index: self._filter())
        self.only_running.toggled.connect(lambda _on: self._filter())
        self.table.follow_search(self.search)
        self.table.chosen_changed.connect(self._show_chosen)
        self.table.opened.connect(self._open)
        self.detail.row.compare_wanted.connect(lambda facts: self.compare_wanted.emit((facts,)))
        self.detail.row.get_wanted.connect(self.get_wanted)
        self.detail.row.slice_wanted.connect(self._time_slice)
        self.detail.row.stop_wanted.connect(lambda _candidate: self._workstation.stop_slice())
        self.detail.row.look_wanted.connect(self._look)
        self.detail.pair.compare_wanted.connect(lambda a, b: self.compare_wanted.emit((a, b)))

    def _judge(self) -> None:
        """Everything again, at the context chosen and with the memory that is free now."""
        self._rows = rows_of(self._candidates, self._workstation.conditions(self.slider.context))
        self._filter()

    def _filter(self) -> None:
        wanted, origin, only = (
            self.search.text().lower().split(),
            self.origin.currentData(),
            self.only_running.isChecked(),
        )

        def shows(row: WorkstationRow) -> bool:
            candidate = row.candidate
            if (origin and candidate.origin != origin) or (only and row.kind is VerdictKind.NO):
                return False
            text = f"{candidate.name} {candidate.quantization} {candidate.repo}".lower()
            return all(word in text for word in wanted)

        self.table.show_records(tuple(row for row in self._rows if shows(row)))
        self._show_chosen()

    def _fill_origins(self) -> None:
        listing = self._workstation.offered.listing
        entries: list[tuple[str, Any]] = [("Everywhere", None), ("On this computer", Origin.HERE)]
        entries += [(safe_name(listing.repo, 40), Origin.HUB)] if listing else []
        entries.append(("Catalogue", Origin.CATALOGUE))
        shown = [(self.origin.itemText(n), self.origin.itemData(n)) for n in range(self.origin.count())]
        if entries != shown:
            kept = self.origin.currentData()
            self.origin.blockSignals(True)
            self.origin.clear()
            for text, data in entries:
                self.origin.addItem(text, data)
            self.origin.setCurrentIndex(max(0, self.origin.findData(kept)))
            self.origin.blockSignals(False)

    def _show_chosen(self) -> None:
        station = self._workstation
        chosen = self.table.all_chosen
        offers = self._offers(chosen[0].candidate) if len(chosen) == 1 else Offers()
        was_empty = self.detail.is_empty
        if not was_empty:
            self._divided = self._splitter.sizes()
        self.detail.show_chosen(chosen, station.computer.budget, station.computer.bandwidth.known, offers)
        if was_empty != self.detail.is_empty:
            self._divide()
            self.table.scrollTo(self.table.currentIndex())
        if len(chosen) == 1 and chosen[0].candidate.facts is not None:
            station.plan(chosen[0].candidate.facts)

    def _offers(self, candidate: Candidate) -> Offers:
        """What can be done about it now: one thing at a time."""
        station = self._workstation
        if candidate.key == self._looking:
            return Offers(news="Reading the file's header from the hub…")
        if candidate.key == station.slicing:
            return Offers(stop=True, news="Timing a slice of the model: about ten seconds…")
        return Offers(
            slice=station.can_slice(candidate) and not station.slicing, look=station.offered.can_look_into(candidate)
        )

    def _time_slice(self, candidate: Candidate) -> None:
        self.error.hide()
        self._workstation.time_slice(candidate, self._fail)

    def _look(self, candidate: Candidate) -> None:
        self.error.hide()
        self._looking = candidate.key
        self._show_chosen()
        self._workstation.offered.look_into(candidate, self._looked, self._fail)

    def _looked(self) -> None:
        self._looking = ""
        self._show_chosen()

    def _fail(self, error: AppError) -> None:
        self.error.say(error.user_text)
        self._looked()

    def _open(self) -> None:
        chosen = self.table.all_chosen
        here = tuple(row.candidate.facts for row in chosen if row.candidate.facts is not None)
        if len(chosen) == len(here) in (1, 2):
            self.compare_wanted.emit(here)
        elif len(chosen) == 1 and chosen[0].candidate.repo:
            self.get_wanted.emit(chosen[0].candidate)


def _columns(theme: Theme) -> tuple[Column, ...]:
    def tone(row: WorkstationRow) -> str:
        return str(getattr(theme.colours, _TONES[row.kind])) if row.kind else ""

    room = _ROOM_FOR_DETAILS
    return (
        Column("Model", lambda r: safe_name(r.candidate.name), "Qwen3-30B-A3B-Instruct", 0.55, order=_name),
        Column("Quantization", _quantization, "Q4_K_M", 0.1, order=_quantization),
        Column("Kind", _shape, "MoE 397B, 17B active", 0.25, order=lambda r: r.candidate.parameters),
        Column("Needs", needs_words, "~18.6 GB", number=True, order=lambda r: r.needs),
        Column("Weights", lambda r: format.size(_weights(r)), "18.6 GB", number=True, room=room, order=_weights),
        Column("KV cache", lambda r: format.size(_kv(r)), "384 MB", number=True, room=room, order=_kv),
        Column("Buffers", lambda r: format.size(_working(r)), "384 MB", number=True, room=room, order=_working),
        Column("Fits?", lambda r: kind_words(r.kind), "Does not fit", colour=tone, order=lambda r: _ORDER[r.kind]),
        Column("Speed, tok/s", _forecast, "~ 1 234 (1 100 to 1 360)", number=True, order=_speed),
        Column("Measured", lambda r: measured_speed(r.measured), "12.3", number=True, order=_measured),
    )


_TONES = {VerdictKind.RUNS: "green", VerdictKind.TIGHT: "amber", VerdictKind.NO: "red"}
_ORDER = {VerdictKind.RUNS: 0, VerdictKind.TIGHT: 1, VerdictKind.NO: 2, None: 3}


def _name(row: WorkstationRow) -> str:
    return row.candidate.name.lower()


def _quantization(row: WorkstationRow) -> str:
    return safe_name(row.candidate.quantization, 24)


def _shape(row: WorkstationRow) -> str:
    return row.candidate.shape


def _weights(row: WorkstationRow) -> int:
    return row.plan.weights_bytes - row.plan.idle_bytes


def _kv(row: WorkstationRow) -> int:
    return row.plan.kv_bytes


def _working(row: WorkstationRow) -> int:
    return row.plan.working_bytes - row.plan.kv_bytes


def _forecast(row: WorkstationRow) -> str:
    return speed_band(row.forecast)


def _speed(row: WorkstationRow) -> float | None:
    return row.forecast.generation_tokens_per_s if row.forecast else None


def _measured(row: WorkstationRow) -> float | None:
    return row.measured.speed if row.measured else None
