"""Pairs worth comparing, by the memory of the computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core.models.catalogue import Catalogue, Pair, System
from weighin.core.models.shelf import ShelfModel
from weighin.core.models.text import system_kind
from weighin.core.plans.plan import PairKind
from weighin.ui.models.verdicts import Verdicts
from weighin.ui.widgets.label import PlainLabel, plain_tooltip
from weighin.ui.widgets.lane_chips import lane_chip
from weighin.ui.widgets.scrolled import Scrolled

if TYPE_CHECKING:
    from weighin.services.models.shelf import Shelf

_FITS = {
    PairKind.TOGETHER: "Both fit in memory",
    PairKind.ONE_AFTER_THE_OTHER: "Fit one at a time",
    PairKind.NOT_HERE: "Do not fit in memory",
}


class PairsTab(QWidget):
    """`wanted` carries the System somebody wants to get; `compare_wanted` two ModelFacts."""

    wanted = Signal(object)
    compare_wanted = Signal(object, object)

    def __init__(
        self,
        catalogue: Catalogue,
        shelf: Shelf,
        memory_bytes: int | None,
        verdicts: Verdicts,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._catalogue, self._shelf, self._verdicts = catalogue, shelf, verdicts
        self.cards: list[PairCard] = []
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        for memory in _order(catalogue.pairs, memory_bytes):
            mine = " (this computer)" if memory == _class_of(memory_bytes) else ""
            column.addWidget(PlainLabel(f"For {memory} GB of memory{mine}", role="muted"))
            for pair in catalogue.pairs:
                if pair.memory_gb == memory:
                    card = self._card(pair)
                    self.cards.append(card)
                    column.addWidget(card)
        column.addWidget(PlainLabel("Too large for any workstation", role="muted"))
        for entry in catalogue.refused:
            system = catalogue.system(entry.system)
            name = system.name if system else entry.system
            column.addWidget(PlainLabel(f"{name}: {entry.arithmetic}", role="small", wrap=True))
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addWidget(Scrolled(content))
        shelf.changed.connect(self._follow)
        verdicts.changed.connect(self._follow)
        self._follow()

    def _card(self, pair: Pair) -> PairCard:
        systems = tuple(s for name in (pair.a, pair.b) if (s := self._catalogue.system(name)) is not None)
        card = PairCard(pair, (systems[0], systems[1]))
        card.wanted.connect(self.wanted)
        card.compare_wanted.connect(self.compare_wanted)
        return card

    def _follow(self) -> None:
        models = tuple(model for model in self._shelf.models() if model.is_intact)
        for card in self.cards:
            card.show_state(models, self._verdicts)


class PairCard(QFrame):
    """Two models, why they make a pair, whether they fit, and the next step: to get one of them, or to compare."""

    wanted = Signal(object)
    compare_wanted = Signal(object, object)

    def __init__(self, pair: Pair, systems: tuple[System, System]) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._quantizations = (pair.a_quantization, pair.b_quantization)
        self._systems = (systems[0].at(pair.a_quantization), systems[1].at(pair.b_quantization))
        sides = zip(systems, self._quantizations, strict=True)
        self._names = tuple(f"{system.name} {quantization}".strip() for system, quantization in sides)
        self._here: tuple[ShelfModel | None, ...] = (None, None)
        self.title = PlainLabel(" vs ".join(self._names), role="strong", wrap=True)
        self.models = tuple(PlainLabel(wrap=True) for _ in range(2))
        self.verdict = PlainLabel(role="badge")
        self.button = QPushButton()
        self.button.clicked.connect(self._press)
        said = QVBoxLayout()
        said.setSpacing(4)
        said.addWidget(self.title)
        for label, line in zip("AB", self.models, strict=True):
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(lane_chip(label), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(line, 1)
            said.addLayout(row)
        said.addWidget(PlainLabel(pair.why, role="muted", wrap=True))
        step = QVBoxLayout()
        step.addWidget(self.verdict, 0, Qt.AlignmentFlag.AlignRight)
        step.addStretch(1)
        step.addWidget(self.button, 0, Qt.AlignmentFlag.AlignRight)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(16)
        layout.addLayout(said, 1)
        layout.addLayout(step)

    def show_state(self, models: tuple[ShelfModel, ...], verdicts: Verdicts) -> None:
        """Offer to get what is missing, or to compare where both are here; say whether both fit."""
        sides = zip(self._systems, self._quantizations, strict=True)
        self._here = tuple(next(iter(_on_shelf(models, *side)), None) for side in sides)
        for number, (system, line) in enumerate(zip(self._systems, self.models, strict=True)):
            gated = ", gated" if system.gated else ""
            here = "on this computer" if self._here[number] else ""
            size = verdicts.size_of(self._systems, self._here, number)
            parts = (self._names[number], system_kind(system), size, f"{system.license}{gated}", here)
            line.say(" · ".join(part for part in parts if part))
        found = verdicts.of_pair(self._systems, self._here)
        self.verdict.say_or_hide(_FITS[found.kind] if found else "")
        self.verdict.setToolTip(plain_tooltip(found.sentence) if found else "")
        missing = self._missing
        self.button.setText("Compare" if missing is None else "Get model A…" if missing == 0 else "Get model B…")
        what = f"Compare {' and '.join(self._names)}" if missing is None else f"Get {self._names[missing]}"
        self.button.setAccessibleName(what)
        self.button.setToolTip(plain_tooltip(what))

    @property
    def _missing(self) -> int | None:
        """The first of the two that is not here."""
        return next((number for number, model in enumerate(self._here) if model is None), None)

    def _press(self) -> None:
        a, b = self._here
        if self._missing is not None:
            self.wanted.emit(self._systems[self._missing])
        elif a is not None and b is not None:
            self.compare_wanted.emit(a.facts, b.facts)


def _on_shelf(models: tuple[ShelfModel, ...], system: System, quantization: str) -> list[ShelfModel]:
    """Files of the system that are here, of `quantization` where that is stated, the most trusted first."""
    repos = [source.repo for source in system.repositories]
    found = (m for m in models if m.repo in repos and m.facts is not None)
    meant = (m for m in found if m.facts and quantization in ("", m.facts.quantization))
    return sorted(meant, key=lambda m: repos.index(m.repo or ""))


def _class_of(memory_bytes: int | None) -> int:
    """The memory class of a computer; firmware and graphics keep some of what was bought."""
    gigabytes = (memory_bytes or 0) / 1e9
    return next((size for size in (64, 32, 16) if gigabytes >= size * 0.93), 8)


def _order(pairs: tuple[Pair, ...], memory_bytes: int | None) -> list[int]:
    """This computer's class first, then smaller ones, then those it cannot hold."""
    mine = _class_of(memory_bytes)
    return sorted({pair.memory_gb for pair in pairs}, key=lambda size: (size > mine, -size if size <= mine else size))
