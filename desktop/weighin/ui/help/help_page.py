"""The Help page, one part below the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from weighin.core.glossary import GLOSSARY
from weighin.ui.commands.command import Command
from weighin.ui.commands.palette import shown_keys
from weighin.ui.help.about import About
from weighin.ui.help.terms import Terms
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.reading_column import ReadingColumn
from weighin.ui.widgets.section import Section

if TYPE_CHECKING:
    from weighin.services.libraries import Libraries
    from weighin.services.plans.workstation import Workstation

_WHAT = (
    "Weigh-In puts two language models on the scale: one prompt, two answers, and what each of them cost. "
    "Everything runs on this computer, and every number is measured here."
)
_READING = (
    ("The sentence", "It says which model was faster, by how much, and whether that is certain."),
    ("Bars", "A is at the left, B at the right. The longer the bar, the larger the number."),
    ("Bold", "The better side of a row. Where neither is bold, they are about the same."),
    ("↓", "Less is better: time to first token and memory."),
    ("Amber line", "The measurement was disturbed or too short. Measure again before you trust it."),
    ("-", "Not known. It is never counted as 0."),
    ("Blind", "Names stay hidden until you vote, so that you judge the answer and not the name."),
)


class HelpPage(ReadingColumn):
    """`commands`: those of the window; the keys shown are theirs. `busy`: whether something runs that must not be
    disturbed."""

    def __init__(
        self,
        theme: Theme,
        commands: Callable[[], tuple[Command, ...]],
        workstation: Workstation,
        libraries: Libraries,
        busy: Callable[[], bool],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Help", parent)
        self._workstation, self._busy = workstation, busy
        what = Section("What it is")
        what.column.addWidget(PlainLabel(_WHAT, wrap=True))
        reading = Section("How to read a comparison")
        reading.column.addWidget(Terms(_READING))
        self.keys = Section("Shortcuts")
        self.keys.column.addWidget(Terms((shown_keys(one), one.name) for one in commands() if one.keys))
        glossary = Section("Glossary")
        glossary.column.addWidget(Terms(GLOSSARY.items()))
        self.about = About(theme, workstation.computer, libraries)
        for part in (what, reading, self.keys, glossary, self.about):
            self.add(part)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._workstation.computer.engine is None and not self._busy():
            self._workstation.computer.look(measure=False)

    def take_focus(self) -> None:
        """Arrows and Page Down move the page, from where it was left."""
        self.setFocus()
        self.come_back()

    def show_shortcuts(self) -> None:
        """Bring the keys into sight."""
        self.show_part(self.keys)

    def show_licences(self) -> None:
        """Open the list of libraries, in sight."""
        self.about.licences.set_open(True)
        self.show_part(self.about)

    def show_about(self) -> None:
        """Bring the versions into sight."""
        self.show_part(self.about)
