"""The base and the models that are compared with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core.models.model import ModelFacts
from weighin.core.runs.lane import LaneSetup
from weighin.core.runs.options import LoadOptions
from weighin.ui.fidelity.setup.side_field import BASE, SideField
from weighin.ui.pickers.dropped_models import whole_models
from weighin.ui.pickers.picker_verdicts import judge_of, outlook_of
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import PlainLabel

if TYPE_CHECKING:
    from weighin.services.models.library import Library
    from weighin.services.plans.workstation import Workstation

# As many as a request takes.
MOST_OTHERS = 12
_SIDE_BY_SIDE = 780
_WHAT = "The file you trust most: usually the largest."
_SAME = "The same file under the same conditions: only the noise of the arithmetic is measured."
_SMALLER = "The base is smaller than a model it is compared with. Usually the largest file is the base."


class SidesBox(QWidget):
    """`changed`: other models or conditions."""

    changed = Signal()

    def __init__(self, theme: Theme, library: Library, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._library = theme, library
        self._workstation: Workstation | None = None
        self._quiet = False
        self.base = SideField(theme, BASE, library)
        self.others: list[SideField] = []
        self.add = QPushButton("Add model")
        self.add.setProperty("role", "example")
        self.add.setAccessibleName("Compare one more model with the base")
        self._note = PlainLabel(_WHAT, role="small", wrap=True)
        self._arrange()
        self.add.clicked.connect(self._add_next)
        self._watch(self.base)
        self._append()
        library.changed.connect(self._fill)
        self._fill()

    @property
    def fields(self) -> tuple[SideField, ...]:
        """The base, then the others."""
        return (self.base, *self.others)

    @property
    def models(self) -> tuple[ModelFacts, ...]:
        """All that are chosen, the base first."""
        return tuple(field.chosen for field in self.fields if field.chosen is not None)

    @property
    def setups(self) -> tuple[LaneSetup, ...] | None:
        """The base, then the others; None while something is missing or cannot be measured."""
        made = []
        for field in self.fields:
            model, load = field.chosen, field.load
            if model is None or model.is_server or load is None:
                return None
            made.append(LaneSetup(model, load))
        return tuple(made)

    @property
    def why_not(self) -> str:
        """What is missing, where its field does not say so; "" for nothing."""
        if any(field.chosen is None for field in self.fields):
            return "Choose the models first."
        return ""

    @property
    def note(self) -> str:
        """What is said of the base."""
        return self._note.text()

    def show_sides(self, sides: tuple[tuple[ModelFacts, LoadOptions | None], ...]) -> None:
        """Choose these, the base first; conditions None for those that are chosen there."""
        self._quiet = True
        while len(self.others) < min(len(sides) - 1, MOST_OTHERS):
            self._append()
        while len(self.others) > max(1, len(sides) - 1):
            self._drop_last()
        for field, (model, load) in zip(self.fields, sides, strict=False):
            field.choose(model, load)
        self._quiet = False
        self._changed()

    def choose(self, models: tuple[ModelFacts, ...]) -> None:
        """Compare the others with the largest of these files; all of them under usual conditions."""
        base = max(models, key=lambda model: model.file_bytes)
        rest = list(models)
        rest.remove(base)
        self.show_sides(tuple((model, LoadOptions()) for model in (base, *rest)))

    def judge_by(self, workstation: Workstation) -> None:
        """Say of each model whether it fits here."""
        self._workstation = workstation
        for field in self.fields:
            field.header.picker.set_judge(judge_of(workstation))
        for told in (workstation.changed, workstation.computer.memory_changed):
            told.connect(self._say_outlooks)
        self._plan()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        ways = QBoxLayout.Direction
        beside = event.size().width() >= _SIDE_BY_SIDE
        self._row.setDirection(ways.LeftToRight if beside else ways.TopToBottom)

    def _fill(self) -> None:
        models = tuple(model for model in self._library.models() if not model.is_server)
        sources = dict(self._library.sources())
        for field in self.fields:
            field.offer(models, sources)
        if models and self.base.chosen is None:
            self.choose(models[:2] if len(models) > 1 else (models[0], models[0]))

    def _add_next(self) -> None:
        """One more: a model that is not there yet, where there is one."""
        known = {model.path for model in self.models}
        offered = [model for model in self._library.models() if not model.is_server]
        fresh = next((model for model in offered if model.path not in known), offered[-1] if offered else None)
        field = self._append()
        if fresh is not None:
            field.choose(fresh)
        field.header.picker.setFocus()
        self._changed()

    def _append(self) -> SideField:
        field = SideField(self._theme, str(len(self.others) + 1), self._library)
        field.offer(tuple(m for m in self._library.models() if not m.is_server), dict(self._library.sources()))
        self.others.append(field)
        self._column.insertWidget(len(self.others) - 1, field)
        self._watch(field)
        if self._workstation is not None:
            field.header.picker.set_judge(judge_of(self._workstation))
        return field

    def _watch(self, field: SideField) -> None:
        field.changed.connect(self._changed)
        field.remove_wanted.connect(lambda: self._remove(field))
        field.dropped.connect(lambda paths: self._take_files(field, paths))

    def _remove(self, field: SideField) -> None:
        """The numbers stay in order: those after it move up."""
        left = [(one.chosen, one.load) for one in self.others if one is not field]
        sides = ((self.base.chosen, self.base.load), *left)
        self.show_sides(tuple((model, load) for model, load in sides if model is not None))
        self.add.setFocus(Qt.FocusReason.OtherFocusReason)

    def _drop_last(self) -> None:
        field = self.others.pop()
        self._column.removeWidget(field)
        field.hide()
        field.deleteLater()

    def _take_files(self, field: SideField, paths: list[str]) -> None:
        """The first into the field it was dropped on, the others below the last one."""
        first, *rest = whole_models(paths)
        room = MOST_OTHERS - len(self.others)
        if len(rest) > room:
            field.header.refuse(f"At most {MOST_OTHERS} models are compared with the base. Nothing was changed.")
            return

        def refuse(error: object) -> None:
            field.header.refuse(getattr(error, "user_text", ""))

        def append(model: ModelFacts) -> None:
            if len(self.others) < MOST_OTHERS:
                self._append().choose(model)

        take: Callable[[ModelFacts], None] = field.choose
        for path in (first, *rest):
            self._library.open_file(path, take, refuse)
            take = append

    def _changed(self) -> None:
        if self._quiet:
            return
        for field in self.others:
            field.remove.setVisible(len(self.others) > 1)
        self.add.setEnabled(len(self.others) < MOST_OTHERS)
        self._note.say(self._what())
        self._plan()
        self.changed.emit()

    def _what(self) -> str:
        """What to know of the base that is chosen."""
        base = self.base.chosen
        if base is None:
            return _WHAT
        others = [field for field in self.others if field.chosen is not None]
        if any((one.chosen.path, one.load) == (base.path, self.base.load) for one in others if one.chosen):
            return _SAME
        return _SMALLER if any(one.chosen.file_bytes > base.file_bytes for one in others if one.chosen) else _WHAT

    def _plan(self) -> None:
        if self._workstation is not None:
            for model in self.models:
                if not model.is_server:
                    self._workstation.plan(model)
            self._say_outlooks()

    def _say_outlooks(self) -> None:
        if self._workstation is not None:
            for field in self.fields:
                field.header.show_outlook(*outlook_of(self._workstation, field.chosen))

    def _arrange(self) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        self._column = QVBoxLayout()
        self._column.setSpacing(8)
        left.addWidget(PlainLabel("Base", role="muted"))
        left.addWidget(self.base)
        left.addWidget(self._note)
        left.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(self.add)
        row.addStretch(1)
        right.addWidget(PlainLabel("Compared with it", role="muted"))
        right.addLayout(self._column)
        right.addLayout(row)
        right.addStretch(1)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(12)
        self._row.addLayout(left, 1)
        self._row.addLayout(right, 1)
