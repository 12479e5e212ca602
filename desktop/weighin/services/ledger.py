"""Keeps what was promised and holds it against what was measured."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from weighin.core.prediction import Prediction


class Ledger(QObject):
    """`changed` follows every new promise and every measurement."""

    changed = Signal()

    def predictions(self) -> tuple[Prediction, ...]:
        """Everything kept, the latest first."""
        raise NotImplementedError
