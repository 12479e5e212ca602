"""From timed slices or earlier runs to tokens a second, with a band the truth should lie in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import fmean, median

from weighin.core.computer.machine import TINY_MODEL_BYTES
from weighin.core.plans.plan import SpeedForecast, SpeedMethod
from weighin.core.runs.conditions import Conditions

# Half-widths of the bands as shares of the forecast; a slice's own spread widens its band.
_SLICE_BAND = 0.12
_HISTORY_BAND = 0.08


@dataclass(frozen=True)
class TimedSlice:
    """One slice: weights in bytes read for a token, and seconds of every timed round, for one token written and for
    one prompt token read."""

    blocks: int
    read_bytes: float
    token_s: tuple[float, ...]
    prompt_token_s: tuple[float, ...]


def from_slices(small: TimedSlice, large: TimedSlice, read_bytes: float, blocks: int) -> SpeedForecast:
    """The forecast for a model of `blocks` blocks of which `read_bytes` are read for a token.

    Writing costs time for each byte read, reading a prompt for each block (of the output only one row is computed)."""
    token = _extrapolated(small.token_s, large.token_s, small.read_bytes, large.read_bytes, read_bytes)
    prompt = _extrapolated(small.prompt_token_s, large.prompt_token_s, small.blocks, large.blocks, blocks)
    band = _SLICE_BAND + _spread(large.token_s)
    speed = 1 / token
    return SpeedForecast(speed, speed / (1 + band), speed * (1 + band), 1 / prompt, SpeedMethod.SLICE)


def measured_beside(forecast: SpeedForecast, other_cores: float | None, used_cores: float) -> SpeedForecast:
    """`forecast` as it stands where other programs kept `other_cores` busy (None: unknown) beside the `used_cores` of
    the measurement: alone the model may be faster, at most by what they took."""
    disturbances = Conditions(other_cores=other_cores, used_cores=used_cores).disturbances
    if not disturbances or other_cores is None:
        return forecast
    return replace(forecast, high=forecast.high * (1 + other_cores / used_cores), disturbances=disturbances)


def from_history(rates: tuple[float, ...], prompt_rates: tuple[float, ...]) -> SpeedForecast:
    """The forecast from tokens a second of earlier runs of this file here."""
    speed = median(rates)
    band = _HISTORY_BAND + _spread(rates)
    prompt = median(prompt_rates) if prompt_rates else None
    return SpeedForecast(speed, speed / (1 + band), speed * (1 + band), prompt, SpeedMethod.HISTORY)


def corrected(forecast: SpeedForecast, factor: float) -> SpeedForecast:
    """`forecast` times `factor`, by which earlier ones of its kind were too low (above 1) or too high here."""
    speed, low, high = forecast.generation_tokens_per_s, forecast.low, forecast.high
    return replace(forecast, generation_tokens_per_s=speed * factor, low=low * factor, high=high * factor)


def _extrapolated(
    small: tuple[float, ...], large: tuple[float, ...], small_size: float, large_size: float, whole: float
) -> float:
    """Seconds for a model of size `whole` on the line through two slices; what noise tilts it by beyond a fifth of the
    larger slice's own proportion is not believed.

    The level is a mean, not a median: an answer is written through every short pause that the machine makes."""
    level = _trimmed_mean(large)
    proportional = level * whole / large_size
    if whole <= large_size or large_size <= small_size:
        return proportional
    # Rounds were taken in turns: the difference of each pair knows nothing of the machine's drift.
    slope = median(b - a for a, b in zip(small, large, strict=True)) / (large_size - small_size)
    line = level + slope * (whole - large_size)
    return min(max(line, proportional * 0.8), proportional * 1.2)


def _trimmed_mean(values: tuple[float, ...]) -> float:
    """Without the lowest and the highest tenth, in which something else happened."""
    ordered, cut = sorted(values), len(values) // 10
    return fmean(ordered[cut : len(ordered) - cut])


def _spread(values: tuple[float, ...]) -> float:
    """Half the distance of the quartiles as a share of the median."""
    if len(values) < 4:
        return 0.05
    ordered = sorted(values)
    quarter = len(ordered) // 4
    return (ordered[-1 - quarter] - ordered[quarter]) / 2 / median(ordered)


# Share of the measured reading speed that llama.cpp reaches while writing on a processor, seen from 0.4 (few cores,
# types that take much arithmetic) to 1 (Q8_0).
EFFICIENCY, _LEAST, _MOST = 0.75, 0.4, 1.1


def quick_forecast(bandwidth: float | None, active_bytes: float | None) -> SpeedForecast | None:
    """Tokens a second = bandwidth x efficiency / bytes read for a token; None where one of them is unknown, and for
    tiny models, which stay in the processor's caches.

    bandwidth: bytes a second, measured. active_bytes: weights that work on one token (a short context adds little)."""
    if not bandwidth or not active_bytes or active_bytes < TINY_MODEL_BYTES:
        return None
    most = bandwidth / active_bytes
    return SpeedForecast(most * EFFICIENCY, most * _LEAST, most * _MOST, None, SpeedMethod.BANDWIDTH)
