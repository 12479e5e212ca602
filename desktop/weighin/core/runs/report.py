"""The engine in JSON and in words."""

from __future__ import annotations

from typing import Any

from weighin.core.runs.lane import EngineFacts
from weighin.core.safe_text import safe_name


def engine_words(engine: EngineFacts) -> str:
    """Which engine, in one line: versions, the variant for this processor where there are several, what is wrong."""
    parts = [f"llama-cpp-python {engine.llama_cpp_python}", f"llama.cpp {engine.build}"]
    parts += [f"variant {safe_name(engine.variant, 60)}"] if engine.variant else []
    return ", ".join(parts) + (f". {safe_name(engine.warning, 300)}" if engine.warning else "")


def engine_json(engine: EngineFacts | None) -> dict[str, Any] | None:
    """Which engine, None where none started."""
    if engine is None:
        return None
    return {
        "llama_cpp_python": engine.llama_cpp_python,
        "build": engine.build,
        "features": engine.features,
        "devices": list(engine.devices),
        "gpu_offload": engine.gpu_offload,
        "confinement": engine.confinement or None,
        "variant": engine.variant or None,
        "warning": engine.warning or None,
    }
