"""weighin doctor: this computer and its engine, in one page to paste. No paths, no names, no secrets in it."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from PySide6.QtCore import QCoreApplication, QTimer

from weighin import __version__
from weighin.cli.console import Console
from weighin.core import words
from weighin.core.comparison import EngineFacts
from weighin.core.report import engine_json
from weighin.paths import Profile
from weighin.services.engine_probe import EngineProbe
from weighin.services.hardware import Hardware, probe


def run_doctor(options: argparse.Namespace, profile: Profile, console: Console) -> int:
    """Print the page; 1 where the engine does not start."""
    hardware = probe(profile.data)
    application = QCoreApplication.instance() or QCoreApplication(["weighin"])
    found: list[EngineFacts | str] = []
    engine_probe = EngineProbe()

    def settle(what: EngineFacts | str) -> None:
        found.append(what)
        application.quit()

    engine_probe.found.connect(settle)
    engine_probe.failed.connect(settle)
    QTimer.singleShot(0, engine_probe.start)
    application.exec()
    engine = found[0] if isinstance(found[0], EngineFacts) else None
    if engine is None:
        console.say(f"The engine did not start: {found[0]}")
    if options.json:
        console.json(
            {
                "schema": "weighin.doctor/1",
                "weighin": __version__,
                "machine": asdict(hardware),
                "engine": engine_json(engine),
            }
        )
    else:
        console.result(_page(hardware, engine))
    return 0 if engine else 1


def _page(hardware: Hardware, engine: EngineFacts | None) -> str:
    power: Any = {None: "no battery", True: "on battery: expect slower numbers", False: "mains"}[hardware.on_battery]
    lines = [
        f"Weigh-In     {__version__}",
        f"System       {hardware.system}",
        f"Processor    {hardware.processor}, {hardware.physical_cores} cores, {hardware.logical_cores} threads",
        f"Memory       {words.size(hardware.ram_total_bytes)}, {words.size(hardware.ram_available_bytes)} free now, "
        f"swap {words.size(hardware.swap_total_bytes)}",
        f"Disk         {words.size(hardware.disk_free_bytes)} free",
        f"Power        {power}",
    ]
    if engine:
        lines += [
            f"Engine       llama-cpp-python {engine.llama_cpp_python}, llama.cpp {engine.build}",
            f"Uses         {engine.features}",
            *(f"Device       {device}" for device in engine.devices),
            f"GPU offload  {'yes' if engine.gpu_offload else 'no: this build computes on the processor only'}",
        ]
    return "\n".join(lines)
