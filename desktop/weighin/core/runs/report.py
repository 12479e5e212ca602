"""The engine in JSON."""

from __future__ import annotations

from typing import Any

from weighin.core.runs.lane import EngineFacts


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
    }
