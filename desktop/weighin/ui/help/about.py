"""Versions and licences, to read and to copy."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QApplication, QWidget

from weighin import __version__
from weighin.core import format
from weighin.services.libraries import version_of
from weighin.ui.help.terms import Terms
from weighin.ui.theme import Theme
from weighin.ui.widgets.folded_section import FoldedSection
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.section import Section, button
from weighin.ui.widgets.table import Column, RowTable

if TYPE_CHECKING:
    from weighin.core.runs.lane import EngineFacts
    from weighin.services.libraries import Libraries, Library
    from weighin.services.machine.this_computer import ThisComputer

_LICENCE = "Weigh-In is free software under the MIT licence. Its libraries have licences of their own."
_ENGINE = "Engine"
_ROWS = 10


class About(Section):
    """The engine says what it is when it was asked once."""

    def __init__(
        self, theme: Theme, computer: ThisComputer, libraries: Libraries, parent: QWidget | None = None
    ) -> None:
        super().__init__("About", parent=parent)
        self._computer, self._libraries = computer, libraries
        self._versions = Terms(self._known())
        columns = (
            Column("Library", lambda library: library.name, "llama-cpp-python-x", share=1),
            Column("Version", lambda library: library.version, "00.00.00.00"),
            Column("Licence", lambda library: library.licence or "see its own page", "x" * 36, share=2, least="x" * 12),
        )
        self.table = RowTable("Libraries and their licences", columns, lambda library: str(library.name), _tip)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.copy = button("Copy", "Copy versions")
        self.column.addWidget(PlainLabel(_LICENCE, wrap=True))
        self.column.addWidget(self._versions)
        self.add_row(self.copy)
        self.licences = FoldedSection(theme, "Libraries and licences", "about", self._list_libraries)
        self.column.addWidget(self.licences)
        self.copy.clicked.connect(self.copy_versions)
        computer.changed.connect(self._show_engine)
        self._show_engine()

    @property
    def text(self) -> str:
        """What is copied."""
        return "\n".join(f"{name} {version}" for name, version in self._known())

    def copy_versions(self) -> None:
        """Put the versions on the clipboard."""
        QApplication.clipboard().setText(self.text)

    def _known(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Weigh-In", __version__),
            ("llama-cpp-python", version_of("llama-cpp-python")),
            ("Qt", qVersion()),
            ("Python", platform.python_version()),
            ("System", platform.platform()),
            (_ENGINE, self._engine),
        )

    @property
    def _engine(self) -> str:
        engine: EngineFacts | None = self._computer.engine
        return f"llama.cpp {engine.build}, {engine.features}" if engine else format.NONE

    def _show_engine(self) -> None:
        self._versions.say(_ENGINE, self._engine)

    def _list_libraries(self) -> QWidget:
        rows = self.table.verticalHeader().defaultSectionSize()
        self.table.setFixedHeight((_ROWS + 1) * rows)
        self._libraries.find(self.table.show_records)
        return self.table


def _tip(library: Library) -> str:
    return f"{library.name} {library.version}\n{library.licence}".rstrip()
