"""How fast a model will be here: from runs of its shape, from timed slices, or from the bandwidth of memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from weighin.core.computer.machine import active_bytes
from weighin.core.errors import AppError
from weighin.core.models.model import ModelFacts
from weighin.core.plans.forecast import corrected, quick_forecast
from weighin.core.plans.plan import SpeedForecast
from weighin.core.plans.prediction import kind_of
from weighin.core.runs.answer import Failure
from weighin.core.runs.options import LoadOptions
from weighin.protocol.messages import Forecast, Forecasted
from weighin.services.machine.cpu import last_level_cache_bytes
from weighin.services.machine.memory import available_bytes
from weighin.services.plans.ledger import Ledger
from weighin.services.processes.worker_call import NewWorker, WorkerCall

_DEADLINE_MS = 90_000
_TIMED_S = 6.0
_MOST_BYTES = 3 << 30
_LEAST_BYTES = 256 << 20
_CACHES = 4  # a slice reads this many times the last-level cache for a token
_USUAL_CACHE = 32 << 20

Done = Callable[[SpeedForecast], None]
Failed = Callable[[AppError], None]


class Forecaster(QObject):
    """Times one slice after the other; a slice once timed is remembered as long as the program runs."""

    def __init__(
        self,
        new_worker: NewWorker,
        ledger: Ledger,
        bandwidth: Callable[[], float | None],
        threads: Callable[[ModelFacts], int],
        busy: Callable[[], bool] = lambda: False,
        parent: QObject | None = None,
    ) -> None:
        """`bandwidth`: of memory in bytes/s, None where not measured; `threads`: of a run; `busy`: whether models are
        running, which a slice would disturb and be disturbed by."""
        super().__init__(parent)
        self._new_worker, self._ledger, self._bandwidth = new_worker, ledger, bandwidth
        self._threads, self._busy = threads, busy
        self._timed: dict[tuple[Any, ...], SpeedForecast] = {}
        self._question: WorkerCall | None = None

    @property
    def timing(self) -> bool:
        """Whether a slice is being timed."""
        return self._question is not None

    def known(self, model: ModelFacts, options: LoadOptions) -> SpeedForecast | None:
        """The best forecast there is without measuring: runs of this shape, a slice timed before, bandwidth."""
        if (earlier := self._ledger.earlier_runs(model, options, self._threads(model))) is not None:
            return earlier
        if (timed := self._timed.get(_key(model, options))) is not None:
            return timed
        bandwidth = self._bandwidth()
        rough = quick_forecast(bandwidth, active_bytes(model))
        if rough is None or bandwidth is None:
            return None
        return corrected(rough, self._ledger.correction(kind_of(model), bandwidth))

    def forecast(self, model: ModelFacts, options: LoadOptions, done: Done, failed: Failed, stand_in: str = "") -> None:
        """Time slices of `model` in about ten seconds. `failed` says why there is none; `known` still has an answer.

        `stand_in`: a file with the header of a model that is not here."""
        if self.timing or self._busy():
            failed(AppError("Another measurement is running: try again when it is finished.", kind="busy"))
            return
        free = available_bytes()
        most = _MOST_BYTES if free is None else min(_MOST_BYTES, free // 3)
        if most < _LEAST_BYTES:
            failed(AppError("Not enough free memory to time a slice of this model.", kind="memory"))
            return
        least = _CACHES * (last_level_cache_bytes() or _USUAL_CACHE)
        try:
            folder = tempfile.TemporaryDirectory(prefix="weighin-slice-")
        except OSError as error:
            failed(AppError(f"A slice of this model could not be written: {error.strerror}.", str(error), "disk"))
            return
        request = Forecast(1, stand_in or model.path, options, self._threads(model), most, least, _TIMED_S, folder.name)

        def answered(answer: Forecasted | Failure) -> None:
            self._end_question()
            folder.cleanup()
            if isinstance(answer, Failure):
                failed(AppError(answer.message, answer.detail, answer.kind))
                return
            self._timed[_key(model, options)] = answer.forecast
            done(answer.forecast)

        self._question = WorkerCall(
            self._new_worker, request, Forecasted, _DEADLINE_MS, answered, self, write=(folder.name,)
        )
        self._question.start()

    def stop(self) -> None:
        """Stop timing; `failed` is called with kind "cancelled"."""
        if self._question is not None:
            self._question.cancel()

    def close(self) -> None:
        """End the worker without an answer."""
        if self._question is not None:
            self._question.close()

    def _end_question(self) -> None:
        if self._question is not None:
            self._question.deleteLater()
            self._question = None


def _key(model: ModelFacts, options: LoadOptions) -> tuple[Any, ...]:
    return (model.path, model.file_bytes, options.kv_types, options.flash_attn, options.gpu_layers)
