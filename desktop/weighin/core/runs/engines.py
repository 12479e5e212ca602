"""Whether a run may go on with another engine than it began with."""

from __future__ import annotations

from weighin.core.runs.answer import Failure
from weighin.core.runs.lane import EngineFacts


def other_engine(begun: EngineFacts | None, now: EngineFacts, results: str = "answers") -> Failure | None:
    """Why a run that `begun` with one engine does not go on with another; None where it may. results: what it keeps."""
    if begun is None or (begun.llama_cpp_python, begun.build) == (now.llama_cpp_python, now.build):
        return None
    text = (
        f"This run started with {_engine_name(begun)}; this is {_engine_name(now)}. {results.capitalize()} of two "
        f"engines are not mixed. Start a new run, or reinstall the earlier engine and resume. The {results} so far are "
        "kept."
    )
    return Failure("engine", text)


def _engine_name(engine: EngineFacts) -> str:
    return f"llama-cpp-python {engine.llama_cpp_python} (llama.cpp {engine.build})"
