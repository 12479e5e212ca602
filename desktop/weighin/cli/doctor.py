"""weighin doctor: this computer and its engine, in one page to paste. No paths, no names, no secrets in it."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from weighin import __version__
from weighin.cli.console import Console
from weighin.cli.loop import InterruptedByUserError, wait_for
from weighin.core.computer.hardware import machine_json
from weighin.core.computer.report import machine_lines, page
from weighin.core.runs.lane import EngineFacts
from weighin.core.runs.report import engine_json
from weighin.services.machine.hardware import probe
from weighin.services.processes.engine_probe import EngineProbe
from weighin.wiring.services import Services


def run_doctor(options: argparse.Namespace, services: Services, console: Console) -> int:
    """Print the page; 1 where the engine does not start."""
    hardware = probe(services.profile.hub_cache)
    try:
        engine, speed = _ask(services)
    except InterruptedByUserError:
        return 130
    if isinstance(engine, str):
        console.say(f"The engine did not start: {engine}")
    facts = engine if isinstance(engine, EngineFacts) else None
    if options.json:
        machine: dict[str, Any] = asdict(hardware) | machine_json(hardware, speed)
        body = {"schema": "weighin.doctor/1", "weighin": __version__, "machine": machine, "engine": engine_json(facts)}
        console.json(body)
    else:
        console.result(page(__version__, machine_lines(hardware, speed, facts)))
    return 0 if facts else 1


def _ask(services: Services) -> tuple[EngineFacts | str, float | None]:
    """The engine or why it did not start, then the memory's speed: one after the other, undisturbed."""
    engine_probe, bandwidth = EngineProbe(), services.bandwidth

    def start(done: Callable[[EngineFacts | str], None], _: object) -> None:
        engine_probe.found.connect(done)
        engine_probe.failed.connect(done)
        engine_probe.start()

    with contextlib.closing(engine_probe):
        engine = wait_for(start)
    return engine, wait_for(lambda done, _: bandwidth.measure(lambda found: done((found,))))[0]
