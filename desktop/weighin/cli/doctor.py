"""weighin doctor: this computer and its engine, in one page to paste. No paths, no names, no secrets in it."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from PySide6.QtCore import QCoreApplication, QTimer

from weighin import __version__
from weighin.cli.console import Console
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
    engine, speed = _ask(services)
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
    application = QCoreApplication.instance() or QCoreApplication(["weighin"])
    engine: list[EngineFacts | str] = []
    speed: list[float | None] = []
    engine_probe, bandwidth = EngineProbe(), services.bandwidth

    def measured(found: float | None) -> None:
        speed.append(found)
        application.quit()

    def started(what: EngineFacts | str) -> None:
        engine.append(what)
        bandwidth.measure(measured)

    engine_probe.found.connect(started)
    engine_probe.failed.connect(started)
    QTimer.singleShot(0, engine_probe.start)
    application.exec()
    return engine[0], speed[0]
