"""What the user wants of every run that does not ask for something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from weighin.core.jsonable import salvaged, to_plain
from weighin.core.runs.defaults import RunDefaults

if TYPE_CHECKING:
    from weighin.services.settings import Settings

_SETTING = "run_defaults"


class KeptRunDefaults(QObject):
    """`changed`: others from now on."""

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        settings.cleared.connect(self.changed)

    @property
    def value(self) -> RunDefaults:
        """Those of now; what was kept and makes no sense counts as not chosen."""
        return salvaged(RunDefaults(), self._settings.get(_SETTING, {}))

    def set(self, defaults: RunDefaults) -> None:
        """Take these, and keep them."""
        self._settings.set(_SETTING, to_plain(defaults))
        self.changed.emit()
