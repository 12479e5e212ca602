"""Measurements of fidelity as files: exports to read, and the bundle that is opened again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from weighin.core.errors import AppError
from weighin.core.exports import EXPORTS
from weighin.core.fidelity.fidelity import FidelityRecord
from weighin.paths import BUNDLE_SUFFIX
from weighin.ui.widgets.saving import Say, ask_export

if TYPE_CHECKING:
    from weighin.services.bundles.bundles import Bundles
    from weighin.services.fidelity.fidelity_history import FidelityHistory

BUNDLE = BUNDLE_SUFFIX.lstrip(".")
FORMATS = {**EXPORTS, BUNDLE: "Weigh-In bundle"}


class MeasurementFiles:
    """Asks where a measurement shall go, and has it written. `bundles`: made when a bundle is first wanted."""

    def __init__(self, kept: FidelityHistory, bundles: Callable[[], Bundles]) -> None:
        self._kept, self._bundles = kept, bundles

    def ask(self, record: FidelityRecord, window: QWidget, said: Say, failed: Say) -> None:
        """Let the user choose place and format. `said`, `failed`: get a sentence."""
        ask_export(self, "measurement", record, window, said, failed, FORMATS)

    def export(
        self,
        record: FidelityRecord,
        kind: str,
        path: str,
        done: Callable[[None], None],
        failed: Callable[[AppError], None],
    ) -> None:
        """Write it to `path`. kind: one of FORMATS."""
        if kind == BUNDLE:
            self._bundles().save_fidelity(record, path, done, failed)
        else:
            self._kept.export(record, kind, path, done, failed)
