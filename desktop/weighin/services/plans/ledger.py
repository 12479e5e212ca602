"""Keeps what was promised and holds it against what was measured."""

from __future__ import annotations

import datetime
import logging
import uuid
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Any

from PySide6.QtCore import QObject, Signal

from weighin.core.comparisons.comparison import Comparison, LaneResult
from weighin.core.comparisons.rounds import spread, undisturbed
from weighin.core.comparisons.speed import measured_prompt_speed, shown_speed, speed_with_source
from weighin.core.computer.machine import active_bytes
from weighin.core.errors import AppError
from weighin.core.models.model import ModelFacts
from weighin.core.plans.forecast import from_history, quick_forecast
from weighin.core.plans.plan import MemoryPlan, SpeedForecast
from weighin.core.plans.prediction import Measured, Prediction, kind_of
from weighin.core.runs.answer import StopReason
from weighin.core.runs.lane import Mode
from weighin.core.runs.options import LoadOptions
from weighin.services.records import Records

log = logging.getLogger(__name__)

_LATEST_RUNS = 9
_AT_THE_HUB = "hub:"


class Ledger(QObject):
    """`changed` follows every new promise and every measurement.

    A promise is open until a model is run with the same file and options; made again before that it is replaced."""

    changed = Signal()

    def __init__(self, records: Records, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._records = records
        self._predictions: dict[str, Prediction] = {}
        # Made from the predictions when they are first wanted: a page asks for thousands of models at once.
        self._sorted: tuple[Prediction, ...] | None = None
        self._runs: dict[tuple[Any, ...], list[Measured]] | None = None
        self._corrections: dict[tuple[str, float], float] = {}

    def restore(self, done: Callable[[], None] = lambda: None) -> None:
        """Read what earlier runs of the program kept, then `done`."""

        def read(found: tuple[Prediction, ...]) -> None:
            self._predictions = {p.id: p for p in (*found, *self.predictions())}
            self._forget_order()
            self.changed.emit()
            done()

        def unread(error: AppError) -> None:
            log.error("the ledger cannot be read: %s", error.user_text)
            done()

        self._records.run(lambda stores: stores.predictions.latest(), read, unread)

    def forget(self) -> None:
        """All of them were deleted from what is kept."""
        self._predictions = {}
        self._forget_order()
        self.changed.emit()

    def predictions(self) -> tuple[Prediction, ...]:
        """Everything known, the latest first."""
        if self._sorted is None:
            self._sorted = tuple(sorted(self._predictions.values(), key=lambda p: p.created, reverse=True))
        return self._sorted

    def promise(
        self, model: ModelFacts, load: LoadOptions, plan: MemoryPlan, forecast: SpeedForecast | None, threads: int
    ) -> None:
        """Keep what was said of `model` before it runs."""
        earlier = self._open(model, load)
        identifier = earlier.id if earlier else uuid.uuid4().hex
        created = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
        best = forecast or (earlier.forecast if earlier else None)
        self._keep(Prediction(identifier, created, model, load, plan, best, threads))

    def settle(self, comparison: Comparison) -> None:
        """Put what a comparison measured beside what was promised of its models; again where a speed test of it came
        later."""
        for result in comparison.results:
            setup = result.setup
            promised = self._settled(setup.model, setup.load, comparison) or self._open(setup.model, setup.load)
            measured = _measured(result, comparison)
            if promised is not None and measured is not None and promised.measured != measured:
                # A promise about a file at the hub is about this one now.
                self._keep(replace(promised, model=result.setup.model, measured=measured))

    def earlier_runs(self, model: ModelFacts, load: LoadOptions, threads: int) -> SpeedForecast | None:
        """The forecast from the latest measurements of the same shape and types with the same cache, GPU layers and
        threads; None where no run was long and quiet enough to be one."""
        if self._runs is None:
            self._runs = {}
            for p in self.predictions():
                if p.measured:
                    self._runs.setdefault((p.threads, *_kept_where(p.load), *_shape(p.model)), []).append(p.measured)
        runs = self._runs.get((threads, *_kept_where(load), *_shape(model)), [])
        chosen = [run for run in runs if run.speed][:_LATEST_RUNS]
        rates = tuple(run.speed for run in chosen if run.speed)
        if not rates:
            return None
        return from_history(rates, tuple(run.prompt_tokens_per_s for run in chosen if run.prompt_tokens_per_s))

    def correction(self, kind: str, bandwidth: float) -> float:
        """Measured speed over the one bandwidth promises, for models of `kind`; 1 where nothing was measured."""
        if (cached := self._corrections.get((kind, bandwidth))) is not None:
            return cached
        shares = [
            p.measured.speed / rough.generation_tokens_per_s
            for p in self._predictions.values()
            if p.measured
            and p.measured.speed
            and not p.plan.gpu_bytes
            and kind_of(p.model) == kind
            and (rough := quick_forecast(bandwidth, active_bytes(p.model))) is not None
        ]
        found = median(shares) if shares else 1.0
        self._corrections[kind, bandwidth] = found
        return found

    def _open(self, model: ModelFacts, load: LoadOptions) -> Prediction | None:
        open_ones = (p for p in self.predictions() if not p.measured)
        return next((p for p in open_ones if _same_run(p, model, load)), None)

    def _settled(self, model: ModelFacts, load: LoadOptions, comparison: Comparison) -> Prediction | None:
        """What this very comparison has settled before."""
        settled = (p for p in self.predictions() if p.measured and p.measured.comparison == comparison.id)
        return next((p for p in settled if _same_run(p, model, load)), None)

    def _keep(self, prediction: Prediction) -> None:
        self._predictions[prediction.id] = prediction
        self._forget_order()

        def failed(error: AppError) -> None:
            log.error("a prediction was not kept: %s", error.detail or error.user_text)

        self._records.run(lambda stores: stores.predictions.keep(prediction), lambda _: None, failed)
        self.changed.emit()

    def _forget_order(self) -> None:
        self._sorted = self._runs = None
        self._corrections.clear()


def _measured(result: LaneResult, comparison: Comparison) -> Measured | None:
    """What a lane measured; None where it did not run to an end that counts."""
    answer, memory = result.answer, spread(receipt.total_bytes for receipt in result.memory)
    if answer.failure or answer.stop_reason is StopReason.FAILED or memory is None:
        return None
    if comparison.request.mode is not Mode.ALONE:
        return Measured(round(memory.median), None, None, comparison=comparison.id, at=comparison.created)
    (speed, test), shown = speed_with_source(result), shown_speed(result)
    said, prompt = speed or shown, measured_prompt_speed(result) or (test.prompt if test else None)
    return Measured(
        round(memory.median),
        said.median if said else None,
        prompt.median if prompt else None,
        disturbed=not undisturbed(result.timings),
        is_measured=speed is not None,
        from_test=test is not None,
        tested=test.created if test else "",
        comparison=comparison.id,
        at=comparison.created,
    )


def _same_run(one: Prediction, model: ModelFacts, load: LoadOptions) -> bool:
    """Whether a promise was about this run: the same file, and the options as the model allows them. What was promised
    of a model at the hub is about the file of the same size and shape once that is here."""
    if _allowed(one.model, one.load) != _allowed(model, load):
        return False
    if one.model.path == model.path:
        return True
    return one.model.path.startswith(_AT_THE_HUB) and _bytes_and_shape(one.model) == _bytes_and_shape(model)


def _allowed(model: ModelFacts, load: LoadOptions) -> LoadOptions:
    return replace(load, context=min(load.context, model.context_length or load.context))


def _bytes_and_shape(model: ModelFacts) -> tuple[Any, ...]:
    return model.file_bytes, model.vocabulary, model.template_sha256, *_shape(model)


def _shape(model: ModelFacts) -> tuple[Any, ...]:
    """What speed depends on: not the template or the vocabulary's texts, in which a fine-tuned model may differ."""
    names = ("architecture", "quantization", "parameters", "active_parameters", "layers", "embedding")
    return tuple(getattr(model, name) for name in names)


def _kept_where(load: LoadOptions) -> tuple[Any, ...]:
    return load.kv_types, load.flash_attn, load.gpu_layers
