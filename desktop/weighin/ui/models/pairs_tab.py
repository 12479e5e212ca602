"""Pairs worth comparing, by the memory of the computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from weighin.core.models.catalogue import Catalogue, Pair, System
from weighin.core.models.shelf import ShelfModel
from weighin.core.models.text import system_kind
from weighin.ui.models.verdicts import Verdicts
from weighin.ui.widgets.label import PlainLabel

if TYPE_CHECKING:
    from weighin.services.models.shelf import Shelf


class PairsTab(QWidget):
    """`wanted` carries the System somebody wants to get; `compare_wanted` two ModelFacts; `page_wanted` a System."""

    wanted = Signal(object)
    compare_wanted = Signal(object, object)
    page_wanted = Signal(object)

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
        self._cards: list[_Card] = []
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        for memory in _order(catalogue.pairs, memory_bytes):
            mine = " · this computer" if memory == _class_of(memory_bytes) else ""
            column.addWidget(PlainLabel(f"{memory} GB of memory{mine}", role="muted"))
            for pair in catalogue.pairs:
                if pair.memory_gb == memory:
                    card = self._card(pair)
                    self._cards.append(card)
                    column.addWidget(card)
        column.addWidget(PlainLabel("Beyond any workstation, with the arithmetic", role="muted"))
        for entry in catalogue.refused:
            system = catalogue.system(entry.system)
            name = system.name if system else entry.system
            column.addWidget(PlainLabel(f"{name}: {entry.arithmetic}", role="small", wrap=True))
        column.addStretch(1)
        area = QScrollArea()
        area.setAccessibleName("Pairs worth comparing")
        area.setWidgetResizable(True)
        area.setWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addWidget(area)
        shelf.changed.connect(self._follow)
        verdicts.changed.connect(self._follow)
        self._follow()

    def _card(self, pair: Pair) -> _Card:
        systems = tuple(s for name in (pair.a, pair.b) if (s := self._catalogue.system(name)) is not None)
        card = _Card(pair, (systems[0], systems[1]))
        card.wanted.connect(self.wanted)
        card.page_wanted.connect(self.page_wanted)
        card.compare_wanted.connect(self.compare_wanted)
        return card

    def _follow(self) -> None:
        models = tuple(model for model in self._shelf.models() if model.is_intact)
        for card in self._cards:
            card.show_state(models, self._verdicts)


class _Card(QFrame):
    wanted = Signal(object)
    compare_wanted = Signal(object, object)
    page_wanted = Signal(object)

    def __init__(self, pair: Pair, systems: tuple[System, System]) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._quantizations = (pair.a_quantization, pair.b_quantization)
        self._systems = (systems[0].at(pair.a_quantization), systems[1].at(pair.b_quantization))
        self._names = tuple(
            f"{system.name} {quantization}".strip()
            for system, quantization in zip(systems, self._quantizations, strict=True)
        )
        self._in_turn = pair.one_after_the_other
        self._here: tuple[ShelfModel | None, ...] = (None, None)
        self._buttons = []
        a, b = systems
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(4)
        first, second = self._names
        title = f"{first} ({system_kind(a)})  and  {second} ({system_kind(b)})"
        layout.addWidget(PlainLabel(title, wrap=True))
        layout.addWidget(PlainLabel(pair.why, role="small", wrap=True))
        layout.addWidget(PlainLabel(_licences(a, b), role="small", wrap=True))
        self.verdict = PlainLabel(role="small", wrap=True)
        layout.addWidget(self.verdict)
        row = QHBoxLayout()
        row.addStretch(1)
        for number in range(2):
            button = QPushButton(f"Get {self._names[number]}")
            button.clicked.connect(lambda _checked=False, which=number: self._press(which))
            row.addWidget(button)
            self._buttons.append(button)
        self.compare = QPushButton("Compare")
        self.compare.setAccessibleName(f"Compare {first} and {second}")
        self.compare.clicked.connect(self._compare)
        row.addWidget(self.compare)
        layout.addLayout(row)

    def show_state(self, models: tuple[ShelfModel, ...], verdicts: Verdicts) -> None:
        """Offer to get what is missing, or to compare where both are here; say whether both run."""
        sides = zip(self._systems, self._quantizations, strict=True)
        self._here = tuple(next(iter(_on_shelf(models, *side)), None) for side in sides)
        for button, name, here in zip(self._buttons, self._names, self._here, strict=True):
            button.setText(f"{name} is here" if here else f"Get {name}…")
            button.setAccessibleName(f"About {name}, which is here" if here else f"Get {name}")
        self.compare.setEnabled(all(self._here))
        usual = "Too large together: one after the other." if self._in_turn else ""
        self.verdict.say_or_hide(verdicts.of_pair(self._systems, self._here) or usual)

    def _press(self, number: int) -> None:
        (self.page_wanted if self._here[number] else self.wanted).emit(self._systems[number])

    def _compare(self) -> None:
        a, b = self._here
        if a is not None and b is not None:
            self.compare_wanted.emit(a.facts, b.facts)


def _on_shelf(models: tuple[ShelfModel, ...], system: System, quantization: str) -> list[ShelfModel]:
    """Files of the system that are here, of `quantization` where that is stated, the most trusted first."""
    repos = [source.repo for source in system.repositories]
    found = (m for m in models if m.repo in repos and m.facts is not None)
    meant = (m for m in found if m.facts and quantization in ("", m.facts.quantization))
    return sorted(meant, key=lambda m: repos.index(m.repo or ""))


def _licences(a: System, b: System) -> str:
    """Under which licences the two stand, and whether their owners ask for consent first."""
    said_of = [f"{s.license}{', the original is gated' if s.gated else ''}" for s in (a, b)]
    return f"Licence: {said_of[0]}" if said_of[0] == said_of[1] else f"Licences: {said_of[0]} · {said_of[1]}"


def _class_of(memory_bytes: int | None) -> int:
    """The memory class of a computer; firmware and graphics keep some of what was bought."""
    gigabytes = (memory_bytes or 0) / 1e9
    return next((size for size in (64, 32, 16) if gigabytes >= size * 0.93), 8)


def _order(pairs: tuple[Pair, ...], memory_bytes: int | None) -> list[int]:
    """This computer's class first, then smaller ones, then those it cannot hold."""
    mine = _class_of(memory_bytes)
    return sorted({pair.memory_gb for pair in pairs}, key=lambda size: (size > mine, -size if size <= mine else size))
