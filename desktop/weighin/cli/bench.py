"""weighin bench: prompt and generation speed of one model on this computer."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict, replace
from statistics import median
from typing import Any

from weighin.cli.console import Console
from weighin.cli.loop import run_until
from weighin.cli.models import resolve
from weighin.cli.options import load_options, threads
from weighin.core import format
from weighin.core.computer.machine import memory_needed, memory_refusal, threads_per_lane
from weighin.core.errors import AppError
from weighin.core.models.report import model_json
from weighin.core.runs.answer import Failure
from weighin.core.runs.progress import state_words
from weighin.core.safe_text import safe_name
from weighin.services.lanes.lane import Lane
from weighin.services.machine.hardware import available_bytes, physical_cores
from weighin.wiring.lanes import new_worker
from weighin.wiring.services import Services

BENCH_SCHEMA = "weighin.bench/1"


def run_bench(options: argparse.Namespace, services: Services, console: Console) -> int:
    """Measure and print. The exit status of the contract."""
    for name in ("prompt_tokens", "generate_tokens", "repeat"):
        if not 1 <= getattr(options, name) <= 1_000_000:
            raise AppError(f"--{name.replace('_', '-')} must be from 1 to 1,000,000.", kind="usage")
    model = resolve(options.model, services)
    least = max(options.prompt_tokens, options.generate_tokens, 256)
    load, wanted = load_options(options), threads(options)
    load = replace(load, context=least if options.context is None else max(least, load.context))
    refusal = memory_refusal(memory_needed(model, load), available_bytes())
    if refusal and not options.try_anyway:
        raise AppError(f"{refusal.message} Use --try-anyway to load it anyway.", kind=refusal.kind)
    cores = threads_per_lane(physical_cores(), 1, model, wanted)
    lane = Lane("A", new_worker)

    def begin(done: Callable[[Any], None], _: object) -> None:
        lane.loaded.connect(
            lambda _: lane.measure(options.prompt_tokens, options.generate_tokens, options.repeat, cores)
        )
        for ended in (lane.load_failed, lane.measure_failed, lane.measured):
            ended.connect(done)
        lane.load(model.path, load, cores)

    lane.status_changed.connect(lambda status: console.progress(state_words(status)))
    try:
        measured, interrupted = run_until(begin, lane.stop)
    finally:
        lane.close()
        console.end_progress()
    if interrupted:
        return 130
    if isinstance(measured, Failure):
        raise AppError(measured.message, kind=measured.kind)
    body = {
        "schema": BENCH_SCHEMA,
        "model": model_json(model),
        "prompt": _rates(measured.prompt_tokens, measured.prompt_s),
        "generation": _rates(measured.generate_tokens, measured.generation_s),
        "threads": cores,
        "options": asdict(load),
    }
    if options.json:
        console.json(body)
    else:
        console.result(_page(body, options.repeat))
    return 0


def _rates(tokens: int, seconds: tuple[float, ...]) -> dict[str, Any]:
    """Median, least and most tokens a second over the rounds."""
    rates = [tokens / s for s in seconds if s > 0]
    return {
        "tokens": tokens,
        "tokens_per_s": median(rates) if rates else None,
        "min": min(rates, default=None),
        "max": max(rates, default=None),
    }


def _page(body: dict[str, Any], rounds: int) -> str:
    lines = [safe_name(body["model"]["name"])]
    for name, title in (("prompt", "Prompt speed"), ("generation", "Generation speed")):
        part = body[name]
        lines.append(
            f"   {title}: {format.figure(part['tokens_per_s'])} tok/s ({format.plural(part['tokens'], 'token')}, "
            f"median of {rounds}, {format.figure(part['min'])} to {format.figure(part['max'])})"
        )
    return "\n".join([*lines, f"   {format.plural(body['threads'], 'thread')}, warm-up and loading not counted"])
