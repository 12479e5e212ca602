"""Times two slices of a model in turns, with the very engine and options that will run the model."""

from __future__ import annotations

import contextlib
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as llama
import psutil

from weighin.core.errors import AppError
from weighin.core.gguf.reader import read_headers_of
from weighin.core.gguf.slice import Cutter, Slice, SliceSizes, choose_sizes
from weighin.core.models.model import shard_paths
from weighin.core.plans.forecast import TimedSlice, from_slices, measured_beside
from weighin.core.runs.failures import load_failure
from weighin.protocol.messages import Forecast, Forecasted
from weighin.workers.engine import EngineError
from weighin.workers.llama.context_params import context_params, gpu_layers, new_context
from weighin.workers.llama.decoder import CancelledError, Decoder
from weighin.workers.llama.native import AbortFlag, NativeLog
from weighin.workers.planning.real_weights import RealWeights
from weighin.workers.planning.slice_file import slice_file

# On Linux the time of guests is contained in that of the user.
_NO_WORK = ("idle", "iowait", "guest", "guest_nice")
# Counters of the system count hundredths of seconds: below this they say too little.
_SHORTEST_S = 0.5


class Bystanders:
    """Counts from the moment it is made."""

    def __init__(self) -> None:
        self._begin = time.monotonic()
        self._others_s = _others_s()

    def cores(self) -> float | None:
        """How many cores other processes kept busy on average since then; None where the system does not tell."""
        seconds, now = time.monotonic() - self._begin, _others_s()
        if self._others_s is None or now is None or seconds < _SHORTEST_S:
            return None
        return max(0.0, now - self._others_s) / seconds


def _others_s() -> float | None:
    """Seconds all cores together have worked so far for others than this process."""
    with contextlib.suppress(OSError, psutil.Error, AttributeError):
        times, own = psutil.cpu_times(), psutil.Process().cpu_times()
        busy = sum(value for name, value in times._asdict().items() if name not in _NO_WORK)
        return float(busy - own.user - own.system)
    return None


_CONTEXT = 1024
_WRITTEN = 8  # tokens a round
_FEW_TOKENS = 256  # every vocabulary has as many
_PROMPTS = (512, 256, 128, 64, 32)
_PROMPT_ROUNDS = 3
_LEAST_ROUNDS, _MOST_ROUNDS = 4, 24
SetProgress = Callable[[str, int, int], None]


class Slicing:
    """One forecast. Nothing is left of the slices when it is over, however it ends."""

    def __init__(self, request: Forecast, log: NativeLog, abort: AbortFlag, set_progress: SetProgress) -> None:
        self._request, self._log, self._abort, self._set_progress = request, log, abort, set_progress
        self._draw = random.Random(0)

    def run(self) -> Forecasted:
        """The forecast. Raises EngineError with the reason where none can be made from slices."""
        begin = time.perf_counter()
        path = Path(self._request.path)
        try:
            parts = [Path(part) for part in shard_paths(path)]
            headers = read_headers_of(parts)
            with path.open("rb") as stream:
                cutter = Cutter(headers, lambda start, end: _span(stream, start, end))
                sizes = choose_sizes(cutter, self._request.most_bytes, self._request.least_read_bytes)
                if not sizes.large:
                    raise EngineError("slice", f"Cannot time a slice of this model: {sizes.reason}.")
                slices = [cutter.cut(k) for k in (sizes.small, sizes.large)]
        except AppError as error:
            raise EngineError(error.kind, error.user_text) from None
        except (KeyError, ValueError, OverflowError) as error:
            raise EngineError("slice", f"Cannot make a slice of this model: {error}.") from None
        timed, beside = self._time(slices, sizes, RealWeights(parts, headers))
        forecast = from_slices(timed[0], timed[-1], cutter.read_bytes, cutter.blocks.count)
        forecast = measured_beside(forecast, beside, self._request.threads)
        took = time.perf_counter() - begin
        return Forecasted(self._request.id, forecast, timed[0], timed[-1], cutter.read_bytes, took)

    def _time(
        self, slices: list[Slice], sizes: SliceSizes, weights: RealWeights
    ) -> tuple[list[TimedSlice], float | None]:
        """The timings, and how many cores other programs kept busy meanwhile."""
        if sizes.small == sizes.large:
            slices = slices[:1]
        with contextlib.ExitStack() as stack:
            decoders = []
            for number, cut in enumerate(slices):
                self._set_progress("slicing", number, len(slices))
                try:
                    file = stack.enter_context(slice_file(cut, self._request.folder or None, weights))
                except OSError as error:
                    raise EngineError("disk", f"No disk space for a slice: {error.strerror or error}.") from None
                decoders.append(self._open(stack, file))
            bystanders = Bystanders()
            try:
                return self._rounds(decoders, slices), bystanders.cores()
            except CancelledError:
                raise EngineError("cancelled", "The measurement was stopped.") from None

    def _open(self, stack: contextlib.ExitStack, file: str) -> Decoder:
        self._log.clear()
        params = llama.llama_model_default_params()
        params.n_gpu_layers = gpu_layers(self._request.options)
        model = llama.llama_model_load_from_file(os.fsencode(file), params)
        if not model:
            failure = load_failure(self._log.tail(), "llama.cpp")
            text = f"The engine cannot load a slice of this model. {failure.message}"
            raise EngineError("slice", text, failure.detail)
        stack.callback(llama.llama_model_free, model)
        context = context_params(self._request.options, _CONTEXT, self._request.threads)
        context.abort_callback = self._abort.callback
        context.abort_callback_data = self._abort.data
        pointer, _ = new_context(model, context, self._request.options)
        if not pointer:
            raise EngineError(
                "slice", "The engine cannot set up a context for a slice of this model.", self._log.tail()
            )
        decoder = Decoder(pointer, _CONTEXT, self._request.options.batch, self._abort)
        stack.callback(decoder.close)
        decoder.warm_up()
        return decoder

    def _rounds(self, decoders: list[Decoder], slices: list[Slice]) -> list[TimedSlice]:
        """In turns, so that the machine's drift meets all slices alike; the first round is dropped."""
        written: list[list[float]] = [[] for _ in decoders]
        read: list[list[float]] = [[] for _ in decoders]
        begin = time.perf_counter()
        prompt = self._prompt_length(decoders[-1])
        for number in range(_PROMPT_ROUNDS + 1):
            for decoder, times in zip(decoders, read, strict=True):
                self._set_progress("reading", number, _PROMPT_ROUNDS)
                seconds = self._read(decoder, prompt)
                if number:
                    times.append(seconds / prompt)
        for decoder in decoders:
            decoder.clear()  # a speed of writing is that at the beginning of a conversation
        for number in range(_MOST_ROUNDS + 1):
            if number > _LEAST_ROUNDS and time.perf_counter() - begin > self._request.seconds:
                break
            for decoder, times in zip(decoders, written, strict=True):
                self._set_progress("writing", number, _MOST_ROUNDS)
                seconds = self._write(decoder)
                if number:
                    times.append(seconds / _WRITTEN)
        return [
            TimedSlice(cut.blocks, cut.read_bytes, tuple(w), tuple(r))
            for cut, w, r in zip(slices, written, read, strict=True)
        ]

    def _prompt_length(self, decoder: Decoder) -> int:
        """As long as a prompt can be that is read in a tenth of the time there is."""
        least = _PROMPTS[-1]
        per_token = self._read(decoder, least) / least
        room = self._request.seconds / 10
        return next((count for count in _PROMPTS if count * per_token <= room), least)

    def _read(self, decoder: Decoder, count: int) -> float:
        decoder.clear()
        tokens = [self._draw.randrange(_FEW_TOKENS) for _ in range(count)]
        begin = time.perf_counter()
        decoder.read(tokens, lambda _: None)
        decoder.synchronize()
        return time.perf_counter() - begin

    def _write(self, decoder: Decoder) -> float:
        if decoder.position + _WRITTEN > _CONTEXT:
            decoder.clear()
        tokens = [self._draw.randrange(_FEW_TOKENS) for _ in range(_WRITTEN)]
        begin = time.perf_counter()
        for token in tokens:
            decoder.read_one(token)
            decoder.synchronize()
        return time.perf_counter() - begin


def _span(stream: Any, start: int, end: int) -> bytes:
    stream.seek(start)
    return bytes(stream.read(end - start))
