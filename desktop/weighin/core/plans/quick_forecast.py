"""How fast a model will write, from nothing but the speed of memory: the weakest of the forecasts, with a wide band."""

from __future__ import annotations

from weighin.core.computer.machine import TINY_MODEL_BYTES
from weighin.core.plans.plan import SpeedForecast, SpeedMethod

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
