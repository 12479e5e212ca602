"""From what the engine logged and how a process ended to a sentence a person understands."""

from __future__ import annotations

import re
import signal

from weighin.core.gguf.kinds import why_no_architecture
from weighin.core.runs.answer import Failure

_LONGEST_LINE = 2000  # characters


def load_failure(log: str, build: str) -> Failure:
    """Why llama.cpp did not load a model. `log`: its last lines; `build`: of the engine, named where it matters."""
    if re.search(r"--mmproj", log):
        return Failure("kind", why_no_architecture("clip"), log)
    if match := re.search(r"unknown model architecture: '([^']*)'", log):
        if reason := why_no_architecture(match[1]):
            return Failure("kind", reason, log)
        text = f"This engine build ({build}) does not support the architecture “{match[1]}”. A newer llama.cpp may."
        return Failure("architecture", text, log)
    if re.search(r"unknown pre-tokenizer type|unknown tokenizer", log):
        return Failure("tokenizer", f"This engine build ({build}) does not support this model's tokenizer.", log)
    if re.search(r"data is not within the file bounds|unexpectedly reached end of file|failed to read", log):
        return Failure("truncated", "The file is incomplete: it ends before its weights do.", log)
    if re.search(r"invalid split file name", log):
        return Failure("parts", "This part of a split model was renamed: the engine cannot find the others.", log)
    if re.search(r"invalid magic", log):
        return Failure("not_gguf", "This file is not a GGUF model.", log)
    if re.search(r"failed to allocate|unable to allocate|out of memory|cudaMalloc failed", log, re.IGNORECASE):
        return Failure("memory", "Not enough memory to load this model with these options.", log)
    reasons = re.findall(r"error loading model[^:]*: (.+)", log) or re.findall(r"(?:error|failed): (.+)", log)
    reason = f" It says: {reasons[-1].strip()[:300]}" if reasons else ""
    return Failure("load", f"The engine could not load this file.{reason}", log)


_OF_THE_MODEL = frozenset(
    {"architecture", "tokenizer", "truncated", "not_gguf", "load", "kind", "engine_abort", "engine_crash", "cpu"}
)


def is_of_the_model(failure: Failure) -> bool:
    """Whether `failure` would come again with this model and engine: nothing that happened to a worker from outside."""
    return failure.kind in _OF_THE_MODEL


_SIGNALS = {
    "SIGABRT": (
        "engine_abort",
        "The engine aborted (SIGABRT): it did not accept something in this file or request.",
    ),
    "SIGSEGV": ("engine_crash", "The engine crashed (SIGSEGV)."),
    "SIGILL": (
        "cpu",
        "This engine build does not fit this processor (SIGILL): it needs instructions the processor lacks.",
    ),
    "SIGBUS": ("file_changed", "The model file changed or shrank on disk (SIGBUS)."),
    "SIGFPE": ("engine_crash", "The engine crashed on a calculation (SIGFPE)."),
    "SIGTERM": ("ended", "Another program ended the model process (SIGTERM)."),
}


# GCC 12 drops stores to the tile configuration of llama.cpp's AMX code (ggml-org/llama.cpp, issue 20824).
_AMX = "AMX_INT8"
_AMX_HINT = " It uses AMX, which some compilers get wrong: rebuild it as the README describes."


def process_failure(
    crashed: bool, code: int, doing: str, log: str, memory_was_low: bool = False, features: str = ""
) -> Failure:
    """Why a worker process is gone though nobody asked it to go.

    crashed: by a signal, whose number is `code`; else `code` is its exit status. doing: "loading", "reading",
    "writing", "scoring" or "" for idle. log: the last lines it printed. memory_was_low: before it died."""
    when = {
        "loading": " while loading",
        "reading": " while reading the prompt",
        "writing": " while generating",
        "scoring": " while scoring questions",
    }.get(doing, "")
    last = _last_assert(log)
    if crashed:
        try:
            name = signal.Signals(code).name
        except ValueError:
            name = f"signal {code}"
        if name == "SIGKILL":
            kind, text = "killed", "The model process was killed (SIGKILL)."
            if memory_was_low:
                kind, text = "out_of_memory", "The model process was killed (SIGKILL), probably because memory ran out."
        else:
            kind, text = _SIGNALS.get(name, ("engine_crash", f"The engine crashed ({name})."))
    elif code == 0:
        kind, text = "gone", "The model process ended without a message: a bug in Weigh-In or in the engine."
    else:
        kind, text = "exit", f"The model process ended with status {code}."
    sentence = text[:-1] + when + "." if when and text.endswith(".") and ":" not in text else text
    hint = _AMX_HINT if crashed and kind in ("engine_crash", "cpu") and _AMX in features else ""
    return Failure(kind, sentence + (f" {last}" if last else "") + hint, log)


def _last_assert(log: str) -> str:
    """The last native line that says what went wrong, cut to a readable length."""
    for line in reversed(log.splitlines()):
        if match := re.search(r"GGML_ASSERT\(.{0,500}\) failed", line[:_LONGEST_LINE]):  # without the path of whoever built the engine
            return f"It said: {match[0][:200]}."
        if "terminate called" in line or "what():" in line or "error:" in line.lower():
            return f"It said: {line.strip()[:200]}."
    return ""
