"""Keeps the view of a run in step with the runner."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import EvaluationRecord, EvaluationRequest, EvaluationState, ItemResult
from weighin.ui.mmlu.run.run_view import RunView

if TYPE_CHECKING:
    from weighin.services.evaluations.evaluation_runner import EvaluationRunner


class RunPresenter(QObject):
    """`started`: a run is shown; `refused` carries the AppError because of which none began; `run_wanted` carries an
    EvaluationRequest that shall be tried once more."""

    started = Signal()
    refused = Signal(object)
    run_wanted = Signal(object)

    def __init__(self, runner: EvaluationRunner, view: RunView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner, self._view = runner, view
        self._record: EvaluationRecord | None = None
        self.request: EvaluationRequest | None = None
        runner.started.connect(self._began)
        runner.progressed.connect(self._progressed)
        runner.scored.connect(self._scored)
        runner.finished.connect(self._ended)
        runner.failed.connect(self._failed)
        view.bar.pause.connect(runner.pause)
        view.bar.go_on.connect(runner.go_on)
        view.bar.stop.connect(runner.stop)
        for card in view.lanes:
            card.try_anyway.connect(self._insist)

    @property
    def identifier(self) -> str:
        """Of the run that is shown."""
        return self._record.id if self._record else ""

    @property
    def running_id(self) -> str:
        """Of the run that goes on now, "" for none."""
        return self.identifier if self._runner.running else ""

    @property
    def record(self) -> EvaluationRecord | None:
        """The run that is shown, when it is over."""
        return None if self._runner.running else self._record

    @property
    def has_record(self) -> bool:
        """Whether the view shows a run that exists."""
        return self._record is not None

    def run(self, request: EvaluationRequest) -> None:
        """Begin. Raises AppError where the runner refuses."""
        self._runner.run(request)
        self.request, self._record = request, None
        self._view.begin(request)
        if self._runner.state is not None:
            self._progressed(self._runner.state)
        self.started.emit()

    def resume(self, identifier: str) -> None:
        """Go on with a stored run. Raises AppError where the runner refuses."""
        self._runner.resume(identifier)

    def show_record(self, record: EvaluationRecord) -> None:
        """Show a run that is over."""
        self._record, self.request = record, record.request
        self._view.show_record(record)

    def _began(self, record: EvaluationRecord) -> None:
        self._record, self.request = record, record.request
        self._view.begin(record.request)
        self._view.show_plan(record)
        if self._runner.state is not None:
            self._progressed(self._runner.state)
        self.started.emit()

    def _progressed(self, state: EvaluationState) -> None:
        self._view.show_state(state)

    def _scored(self, label: str, results: tuple[ItemResult, ...]) -> None:
        self._view.take(label, results)

    def _ended(self, record: EvaluationRecord) -> None:
        self.show_record(record)

    def _failed(self, error: AppError) -> None:
        self.refused.emit(error)

    def _insist(self) -> None:
        """Run the same again although memory may not suffice."""
        if self.request is not None and not self._runner.running:
            self.run_wanted.emit(replace(self.request, try_anyway=True))
