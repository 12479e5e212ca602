"""Plans and forecasts as the JSON and the page of `weighin plan`: keys are a contract, unknown numbers are null."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from weighin.core.computer.hardware import Hardware, machine_json
from weighin.core.models.model import ModelFacts
from weighin.core.models.report import model_json
from weighin.core.models.text import model_facts
from weighin.core.plans.plan import FitVerdict, MemoryPlan, PairVerdict, SpeedForecast
from weighin.core.plans.text import memory_words, speed_words
from weighin.core.runs.options import LoadOptions
from weighin.core.safe_text import safe_name

PLAN_SCHEMA = "weighin.plan/1"


@dataclass(frozen=True)
class PlannedModel:
    """One model with everything that is said of it before it runs. refusal: why this engine cannot run it, or ""."""

    model: ModelFacts
    plan: MemoryPlan
    verdict: FitVerdict
    forecast: SpeedForecast | None
    refusal: str = ""


def plan_json(
    hardware: Hardware,
    bandwidth: float | None,
    models: tuple[PlannedModel, ...],
    pair: PairVerdict | None,
    load: LoadOptions,
    lanes: int = 1,
) -> dict[str, Any]:
    """The whole object. `bandwidth`: of memory in bytes/s. `load`: as all was planned; `lanes`: workers with each model
    at once."""
    return {
        "schema": PLAN_SCHEMA,
        "kv_type": load.kv_type,
        "v_type": load.values_type,
        "flash_attn": load.flash_attn,
        "batch": load.batch,
        "gpu_layers": load.gpu_layers,
        "lanes": lanes,
        "machine": machine_json(hardware, bandwidth),
        "models": [_model_json(found) for found in models],
        "pair": None if pair is None else _pair_json(pair),
    }


def plan_lines(models: tuple[PlannedModel, ...], pair: PairVerdict | None) -> list[str]:
    """The page, a line each."""
    lines = []
    for found in models:
        lines += [safe_name(found.model.name), f"   {model_facts(found.model)}", f"   {found.verdict.sentence}"]
        if not found.refusal:
            lines += [f"   {line}" for line in memory_words(found.plan).splitlines()]
        if found.forecast:
            lines.append(f"   {speed_words(found.forecast)}")
    return [*lines, pair.sentence] if pair else lines


def _model_json(found: PlannedModel) -> dict[str, Any]:
    plan, forecast = found.plan, found.forecast
    speed = None
    if forecast is not None:
        speed = {
            "generation_tokens_per_s": forecast.generation_tokens_per_s,
            "low": forecast.low,
            "high": forecast.high,
            "prompt_tokens_per_s": forecast.prompt_tokens_per_s,
            "method": forecast.method.value,
            "disturbances": list(forecast.disturbances),
        }
    return {
        "model": model_json(found.model),
        "context": plan.context,
        "weights_bytes": plan.weights_bytes,
        "mapped_bytes": plan.mapped_bytes,
        "kv_bytes": plan.kv_bytes,
        "state_bytes": plan.state_bytes,
        "compute_bytes": plan.compute_bytes,
        "output_bytes": plan.output_bytes,
        "overhead_bytes": plan.overhead_bytes,
        "total_bytes": plan.total_bytes,
        "gpu_bytes": plan.gpu_bytes,
        "loading_peak_bytes": plan.loading_peak_bytes,
        "method": plan.method.value,
        "notices": list(plan.notices),
        "supported": not found.refusal,
        "speed": speed,
        "verdict": found.verdict.kind.value if found.verdict.kind else None,
        "largest_context": found.verdict.largest_context,
        "sentence": found.verdict.sentence,
    }


def _pair_json(pair: PairVerdict) -> dict[str, Any]:
    return {
        "verdict": pair.kind.value,
        "total_bytes": pair.total_bytes,
        "largest_context": pair.largest_context,
        "sentence": pair.sentence,
    }
