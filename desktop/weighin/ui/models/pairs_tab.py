"""Pairs worth comparing, by the memory of the computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from weighin.core.models.catalogue import Catalogue, Pair, System
from weighin.core.models.shelf import ShelfModel
from weighin.ui.models import words as said
from weighin.ui.models.verdicts import Verdicts
from weighin.ui.widgets.label import PlainLabel

if TYPE_CHECKING:
    from weighin.services.models.shelf import Shelf


class PairsTab(QWidget):
    """`wanted` carries the System somebody wants to get, and the quantization ("" for the usual one);
    `compare_wanted` two ModelFacts; `page_wanted` a System."""

    wanted = Signal(object, str)
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
        self._too_large = [s for name in catalogue.too_large if (s := catalogue.system(name)) is not None]
        self._refused: list[PlainLabel] = []
        self._add_too_large(column)
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

    def _add_too_large(self, column: QVBoxLayout) -> None:
        if self._too_large:
            column.addWidget(PlainLabel("Too large for most desks", role="muted"))
        for system in self._too_large:
            card = QFrame()
            card.setProperty("role", "card")
            inner = QVBoxLayout(card)
            inner.setContentsMargins(12, 8, 12, 8)
            inner.setSpacing(4)
            inner.addWidget(PlainLabel(f"{system.name} ({said.system_kind(system)})", wrap=True))
            self._refused.append(PlainLabel(role="small", wrap=True))
            inner.addWidget(self._refused[-1])
            column.addWidget(card)

    @property
    def refused(self) -> tuple[str, ...]:
        """What is said of those that are too large."""
        return tuple(label.text() for label in self._refused)

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
        for label, system in zip(self._refused, self._too_large, strict=True):
            label.say_or_hide(self._verdicts.arithmetic(system))


class _Card(QFrame):
    wanted = Signal(object, str)
    compare_wanted = Signal(object, object)
    page_wanted = Signal(object)

    def __init__(self, pair: Pair, systems: tuple[System, System]) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._systems = systems
        self._quantizations = pair.quantizations
        self._names = tuple(f"{s.name} {q}".strip() for s, q in zip(systems, pair.quantizations, strict=True))
        self._in_turn = pair.one_after_the_other
        self._here: tuple[ShelfModel | None, ...] = (None, None)
        self._buttons = []
        a, b = systems
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(4)
        layout.addWidget(
            PlainLabel(
                f"{self._names[0]} ({said.system_kind(a)})  and  {self._names[1]} ({said.system_kind(b)})", wrap=True
            )
        )
        layout.addWidget(PlainLabel(pair.why, role="small", wrap=True))
        self.verdict = PlainLabel(role="small", wrap=True)
        layout.addWidget(self.verdict)
        row = QHBoxLayout()
        row.addStretch(1)
        for number, name in enumerate(self._names):
            button = QPushButton(f"Get {name}")
            button.clicked.connect(lambda _checked=False, which=number: self._press(which))
            row.addWidget(button)
            self._buttons.append(button)
        self.compare = QPushButton("Compare")
        self.compare.setAccessibleName(f"Compare {self._names[0]} and {self._names[1]}")
        self.compare.clicked.connect(self._compare)
        row.addWidget(self.compare)
        layout.addLayout(row)

    def show_state(self, models: tuple[ShelfModel, ...], verdicts: Verdicts) -> None:
        """Offer to get what is missing, or to compare where both are here; say whether both run."""
        a, b = (_on_shelf(models, *side) for side in zip(self._systems, self._quantizations, strict=True))
        self._here = (a[0] if a else None, b[0] if b else None)
        for button, name, here in zip(self._buttons, self._names, self._here, strict=True):
            button.setText(f"{name} is here" if here else f"Get {name}…")
            button.setAccessibleName(f"About {name}, which is here" if here else f"Get {name}")
        self.compare.setEnabled(all(self._here))
        usual = "Too large together: one after the other." if self._in_turn else ""
        self.verdict.say_or_hide(verdicts.of_pair(self._systems, self._quantizations, self._here) or usual)

    def _press(self, number: int) -> None:
        if self._here[number]:
            self.page_wanted.emit(self._systems[number])
        else:
            self.wanted.emit(self._systems[number], self._quantizations[number])

    def _compare(self) -> None:
        a, b = self._here
        if a is not None and b is not None:
            self.compare_wanted.emit(a.facts, b.facts)


def _on_shelf(models: tuple[ShelfModel, ...], system: System, quantization: str) -> list[ShelfModel]:
    """Models of a system that are here, those from the most trusted repository first; only those in `quantization`
    where one is meant."""
    repos = [source.repo for source in system.repositories]
    found = [m for m in models if m.repo in repos and (not quantization or _quantization(m) == quantization)]
    return sorted(found, key=lambda m: repos.index(m.repo or ""))


def _quantization(model: ShelfModel) -> str:
    return model.facts.quantization if model.facts else ""


def _class_of(memory_bytes: int | None) -> int:
    """The memory class of a computer; firmware and graphics keep some of what was bought."""
    gigabytes = (memory_bytes or 0) / 1e9
    return next((size for size in (64, 32, 16) if gigabytes >= size * 0.93), 8)


def _order(pairs: tuple[Pair, ...], memory_bytes: int | None) -> list[int]:
    """This computer's class first, then smaller ones, then those it cannot hold."""
    mine = _class_of(memory_bytes)
    return sorted({pair.memory_gb for pair in pairs}, key=lambda size: (size > mine, -size if size <= mine else size))
