"""Where and when something from elsewhere was made, in words."""

from __future__ import annotations

from weighin.core import format
from weighin.core.computer.hardware import UNKNOWN_MACHINE, MachineFacts
from weighin.core.runs.lane import EngineFacts
from weighin.core.safe_text import safe_name


def made_words(created: str, machine: MachineFacts | None, engine: EngineFacts | None) -> str:
    """ "2026-11-22 10:31 on AMD Ryzen 7, 8 cores · llama.cpp b6900"; what is not known is left out."""
    parts = [format.moment(created)]
    if machine is not None and machine != UNKNOWN_MACHINE:
        parts[0] += f" on {safe_name(machine.processor, 80)}, {format.plural(machine.physical_cores, 'core')}"
        parts += [safe_name(gpu, 60) for gpu in machine.gpus[:4]]
    if engine is not None:
        parts.append(f"llama.cpp {safe_name(engine.build, 60)}")
    return " · ".join(parts)
