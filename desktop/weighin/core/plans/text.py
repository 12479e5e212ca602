"""What plans, forecasts and measurements say of themselves."""

from __future__ import annotations

from weighin.core import format
from weighin.core.plans.candidates import Origin
from weighin.core.plans.plan import MemoryPlan, PlanMethod, SpeedForecast, SpeedMethod
from weighin.core.plans.prediction import Errors, Measured, Prediction
from weighin.core.plans.workstation import WorkstationRow
from weighin.core.safe_text import safe_name

_MARKS = {SpeedMethod.SLICE: "~", SpeedMethod.HISTORY: "~", SpeedMethod.BANDWIDTH: "?"}
_METHODS = {
    SpeedMethod.SLICE: "from a timed slice of the model",
    SpeedMethod.HISTORY: "from earlier runs here",
    SpeedMethod.BANDWIDTH: "from memory bandwidth",
}
ORIGINS = {Origin.HERE: "on this computer", Origin.CATALOGUE: "catalogue", Origin.HUB: "hub"}


def needs_words(row: WorkstationRow) -> str:
    """ "~18.6 GB"."""
    return f"{row.mark}{format.size(row.needs)}"


def speed_band(forecast: SpeedForecast | None) -> str:
    """ "~ 12.3 (11.0 to 13.6)"; the mark says how sure it is."""
    if forecast is None:
        return format.NONE
    low, high = format.figure(forecast.low), format.figure(forecast.high)
    return f"{_MARKS[forecast.method]} {format.figure(forecast.generation_tokens_per_s)} ({low} to {high})"


def measured_speed(taken: Measured | None) -> str:
    """ "12.3"; "-" where no run was long and quiet enough to be a measurement."""
    if taken is None or taken.speed is None:
        return format.NONE
    return format.figure(taken.speed)


def source_of(taken: Measured) -> str:
    """ "in a speed test of 2026-11-29 16:28" where a speed comes from one; "" otherwise."""
    if not taken.speed or not taken.from_test:
        return ""
    return f"in a speed test of {format.moment(taken.tested)}"


def measured_line(row: WorkstationRow) -> str:
    """What the last run here took; "" where there was none."""
    taken = row.measured
    if taken is None:
        return ""
    rate = f"{format.figure(taken.speed)} tok/s" if taken.speed else ""
    memory = format.size(taken.memory_bytes) if taken.memory_bytes is not None else ""
    if not rate and not memory:
        return ""
    rate = f"{rate} {source_of(taken)}".rstrip()
    lacking = "" if rate else " No run was long and undisturbed enough to measure speed."
    return f"Measured: {', '.join(part for part in (rate, memory) if part)}.{lacking}"


def prediction_name(prediction: Prediction) -> str:
    """Which model a prediction is about."""
    return f"{safe_name(prediction.model.name, 60)} · {safe_name(prediction.model.quantization, 24)}"


def memory_words(plan: MemoryPlan) -> str:
    """What a plan says, part by part, in two lines and its notices."""
    mark = "~" if plan.method is PlanMethod.FORMULA else ""
    state = f", state {format.size(plan.state_bytes)}" if plan.state_bytes else ""
    parts = (
        f"weights {format.size(plan.weights_bytes)} ({format.size(plan.mapped_bytes)} mapped from the file), "
        f"KV cache {format.size(plan.kv_bytes)}{state}, "
        f"buffers {format.size(plan.compute_bytes + plan.output_bytes)}, "
        f"process {format.size(plan.overhead_bytes)}"
    )
    lines = [f"Memory {mark}{format.size(plan.total_bytes)}: {parts}"]
    lines.append(f"Peak while loading {format.size(plan.loading_peak_bytes)}")
    return "\n".join([*lines, *plan.notices])


def speed_words(forecast: SpeedForecast | None, refined: bool = False) -> str:
    """ "Generation speed ~ 12.3 (10.8 to 13.8) tok/s, prompt speed ~ 140 tok/s, from a timed slice of the model"; ""
    where there is none. refined: corrected by how wrong such forecasts were before."""
    if forecast is None:
        return ""
    prompt = forecast.prompt_tokens_per_s
    reads = f", prompt speed ~ {format.figure(prompt)} tok/s" if prompt else ""
    how = f"{_METHODS[forecast.method]}{', corrected by earlier runs here' if refined else ''}"
    return f"Generation speed {speed_band(forecast)} tok/s{reads}, {how}{disturbed_words(forecast)}"


def error_percent(share: float | None) -> str:
    """ "+1.2 %", "+174 %": predicted more than was measured."""
    return format.NONE if share is None else format.change(share, _digits(share))


def errors_lines(errors: tuple[Errors, ...]) -> tuple[str, ...]:
    """ "dense: memory median 1.2 %, worst 3.4 % in 12 runs · speed median ...", a line for each kind of model."""
    kinds: dict[str, list[str]] = {}
    for one in errors:
        middle, worst = (format.percent(share, _digits(share)) for share in (one.median, one.worst))
        said = f"{one.what} median {middle}, worst {worst} in {format.plural(one.runs, 'run')}"
        kinds.setdefault(one.kind, []).append(said)
    return tuple(f"{kind}: {' · '.join(said)}" for kind, said in kinds.items())


def _digits(share: float) -> int:
    return 0 if abs(share) >= 1 else 1


def disturbed_words(forecast: SpeedForecast) -> str:
    """ " (other programs kept 1.0 cores busy; may be faster when idle)"; "" where nothing disturbed."""
    if not forecast.disturbances:
        return ""
    return f" ({', '.join(forecast.disturbances)}; may be faster when idle)"
