"""How rows of the Workstation page are said in a few words."""

from __future__ import annotations

from weighin.core import format
from weighin.core.plans.candidates import Candidate, Origin
from weighin.core.plans.plan import SpeedForecast, SpeedMethod
from weighin.core.plans.prediction import Errors, Measured, Prediction
from weighin.core.plans.report import disturbed_words
from weighin.core.plans.workstation import WorkstationRow
from weighin.core.safe_text import safe_name

MEASURED = "✓"
_MARKS = {SpeedMethod.SLICE: "~", SpeedMethod.HISTORY: "~", SpeedMethod.BANDWIDTH: "?"}
_METHODS = {
    SpeedMethod.SLICE: "from a slice of it, timed here",
    SpeedMethod.HISTORY: "from earlier runs here",
    SpeedMethod.BANDWIDTH: "from the speed of this computer's memory",
}
ORIGINS = {Origin.HERE: "on this computer", Origin.CATALOGUE: "catalogue", Origin.HUB: "the hub"}


def shape(candidate: Candidate) -> str:
    """ "dense 4.0B" or "MoE 30.5B, 3.3B active"."""
    if candidate.parameters is None:
        return format.NONE
    total = format.parameters(candidate.parameters)
    if candidate.is_moe and candidate.active is not None:
        return f"MoE {total}, {format.parameters(candidate.active)} active"
    return f"dense {total}"


def needs(row: WorkstationRow) -> str:
    """ "~18.6 GB"."""
    return f"{row.mark}{format.size(row.needs)}"


def speed(forecast: SpeedForecast | None) -> str:
    """ "~ 12.3 (11.0 to 13.6)"; the mark says how sure it is."""
    if forecast is None:
        return format.NONE
    low, high = format.figure(forecast.low), format.figure(forecast.high)
    return f"{_MARKS[forecast.method]} {format.figure(forecast.generation_tokens_per_s)} ({low} to {high})"


def measured(row: WorkstationRow) -> str:
    """Tokens a second as they were measured, with the mark."""
    return measured_speed(row.measured)


def measured_speed(taken: Measured | None) -> str:
    """ "✓ 12.3"; "-" where no run was long and quiet enough to be a measurement."""
    if taken is None or taken.speed is None:
        return format.NONE
    return f"{MEASURED} {format.figure(taken.speed)}"


def source_of(taken: Measured) -> str:
    """ "in a speed test of 2026-11-29 16:28" where a speed comes from one; "" otherwise."""
    if not taken.speed or not taken.from_test:
        return ""
    return f"in a speed test of {format.moment(taken.tested)}"


def forecast_line(row: WorkstationRow) -> str:
    """The forecast in a sentence, with its method; "" where there is none."""
    forecast = row.forecast
    if forecast is None:
        return ""
    reading = ""
    if forecast.prompt_tokens_per_s is not None:
        reading = f" Reading about {format.figure(forecast.prompt_tokens_per_s)} tokens/s."
    refined = ", corrected by earlier runs here" if row.refined else ""
    told = f"{_METHODS[forecast.method]}{refined}{disturbed_words(forecast)}"
    return f"Writing {speed(forecast)} tokens/s, {told}.{reading}"


def measured_line(row: WorkstationRow) -> str:
    """What the last run here took; "" where there was none."""
    taken = row.measured
    if taken is None:
        return ""
    rate = f"{format.figure(taken.speed)} tokens/s" if taken.speed else ""
    memory = format.size(taken.memory_bytes) if taken.memory_bytes is not None else ""
    if not rate and not memory:
        return ""
    rate = f"{rate} {source_of(taken)}".rstrip()
    lacking = "" if rate else " No run was long and undisturbed enough for its speed."
    return f"Measured: {', '.join(part for part in (rate, memory) if part)} {MEASURED}.{lacking}"


def errors_lines(errors: tuple[Errors, ...]) -> tuple[str, ...]:
    """ "dense: memory median 1.2 %, worst 3.4 % over 12 runs · speed median ...", a line for each kind of model."""
    kinds = dict.fromkeys(one.kind for one in errors)
    return tuple(f"{kind}: {' · '.join(_error_words(e) for e in errors if e.kind == kind)}" for kind in kinds)


def _error_words(errors: Errors) -> str:
    runs = format.plural(errors.runs, "run")
    return f"{errors.what} median {_percent(errors.median)}, worst {_percent(errors.worst)} over {runs}"


def prediction_name(prediction: Prediction) -> str:
    """Which model a promise was about."""
    return f"{safe_name(prediction.model.name, 60)} · {safe_name(prediction.model.quantization, 24)}"


def error(share: float | None) -> str:
    """ "+1.2 %": promised more than was measured."""
    return format.NONE if share is None else f"{'+' if share > 0 else ''}{_percent(share)}"


def _percent(share: float) -> str:
    """ "1.2 %", "174 %"."""
    number = share * 100
    return f"{number:.0f}\u202f%" if abs(number) >= 100 else f"{number:.1f}\u202f%"
