"""Keeps the view of a measurement in step with the runner."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from weighin.core.fidelity.fidelity import FidelityRecord, FidelityRequest
from weighin.ui.fidelity.run.run_view import RunView

if TYPE_CHECKING:
    from weighin.services.fidelity.fidelity_runner import FidelityRunner


class RunPresenter(QObject):
    """`started`: a measurement is shown; `ended`: it is over; `refused` carries the AppError because of which none
    began; `run_wanted` a FidelityRequest that shall be tried once more."""

    started = Signal()
    ended = Signal()
    refused = Signal(object)
    run_wanted = Signal(object)

    def __init__(self, runner: FidelityRunner, view: RunView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner, self._view = runner, view
        self._record: FidelityRecord | None = None
        self.request: FidelityRequest | None = None
        runner.started.connect(self._began)
        runner.progressed.connect(view.show_state)
        runner.finished.connect(self._ended)
        runner.failed.connect(self.refused)
        view.sentences.try_anyway.connect(self._insist)

    @property
    def identifier(self) -> str:
        """Of the measurement that is shown."""
        return self._record.id if self._record else ""

    @property
    def running_id(self) -> str:
        """Of the one that goes on now, "" for none."""
        return self.identifier if self._runner.running else ""

    @property
    def record(self) -> FidelityRecord | None:
        """The one that is shown, when it is over."""
        return None if self._runner.running else self._record

    @property
    def has_record(self) -> bool:
        """Whether the view shows one that exists."""
        return self._record is not None

    def run(self, request: FidelityRequest) -> None:
        """Begin. Raises AppError where the runner refuses."""
        self._runner.run(request)
        self.request, self._record = request, None
        self._view.begin(request)
        self.started.emit()

    def resume(self, identifier: str) -> None:
        """Go on with a stored one. Raises AppError where the runner refuses."""
        self._runner.resume(identifier)

    def show_record(self, record: FidelityRecord) -> None:
        """Show one that is over; what one from elsewhere asked for cannot be asked again here."""
        self._record, self.request = record, None if record.machine else record.request
        self._view.show_record(record)

    def _began(self, record: FidelityRecord) -> None:
        self._record, self.request = record, record.request
        if self._runner.state is not None:
            self._view.show_state(self._runner.state)
        self.started.emit()

    def _ended(self, record: FidelityRecord) -> None:
        self.show_record(record)
        self.ended.emit()

    def _insist(self) -> None:
        """Run the same again although memory may not suffice."""
        if self.request is not None and not self._runner.running:
            self.run_wanted.emit(replace(self.request, try_anyway=True))
