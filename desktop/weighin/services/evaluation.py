"""Runs the same questions on one or two models, each in its own worker, and keeps every answer as it comes."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from weighin.core.evaluation import EvaluationRequest, EvaluationState


class EvaluationRunner(QObject):
    """One evaluation at a time. Each `run` or `resume` ends in exactly one `finished` or `failed`."""

    started = Signal(object)  # EvaluationRecord: the plan, no answers yet (after resume: those kept so far)
    progressed = Signal(object)  # EvaluationState, a few times a second
    scored = Signal(str, object)  # label "A" or "B", tuple of ItemResult: one block
    finished = Signal(object)  # EvaluationRecord: state FINISHED, STOPPED or FAILED (what was answered is in it)
    failed = Signal(object)  # AppError: it could not even begin

    @property
    def running(self) -> bool:
        """Whether an evaluation is under way (also when paused)."""
        raise NotImplementedError

    @property
    def state(self) -> EvaluationState | None:
        """What was said last, None before the first run."""
        raise NotImplementedError

    def run(self, request: EvaluationRequest) -> None:
        """Begin. Refused with AppError while another evaluation runs."""
        raise NotImplementedError

    def resume(self, identifier: str) -> None:
        """Go on with a stopped, failed or interrupted run where it ended. Ends in `failed` where a model file, the
        questions or the protocol are no longer the same."""
        raise NotImplementedError

    def pause(self) -> None:
        """Rest after what is being computed; the models stay loaded."""
        raise NotImplementedError

    def go_on(self) -> None:
        """End a pause."""
        raise NotImplementedError

    def stop(self) -> None:
        """End the run; what was answered is kept, and it can be resumed."""
        raise NotImplementedError

    def close(self) -> None:
        """End the workers; only for the end of the program."""
        raise NotImplementedError
