"""From what the engine logged and how a process ended to a sentence a person understands."""

from __future__ import annotations

import re
import signal

from weighin.core import format
from weighin.core.gguf.kinds import why_no_architecture
from weighin.core.runs.answer import Failure
from weighin.core.safe_text import safe_name

_LONGEST_LINE = 2000  # characters
_LONGEST_REASON = 300  # the same
_FUNCTION = re.compile(r"\w{1,80}: ")
# What it says of an entry of the header, which is a stranger's text.
_ENTRY = re.compile(r"llama_model_loader: - ")
_HEADER_REFUSED = re.compile(r"gguf_\w{1,60}: ")
# Said of every header that is refused; why stands in the line before.
_AFTER_THE_REASON = re.compile(r"failed to read (?:key-value pairs|tensor info|tensor data)")
_NO_MEMORY = re.compile(
    r"failed to allocate|unable to allocate|cannot allocate memory|bad_alloc|out ?of ?(?:device ?|host ?)?memory|"
    r"memory allocation of size|(?:cuda|hip|musa)Malloc failed",
    re.IGNORECASE,
)
_PATH = re.compile(r"(?<![\w/\\])(?:[A-Za-z]:)?[\\/].*?(?=: |[)'\"]|$)")


def load_failure(log: str, build: str) -> Failure:
    """Why llama.cpp did not load a model. `log`: its last lines; `build`: of the engine, named where it matters."""
    lines = [line for line in log.splitlines() if not _ENTRY.match(line)]
    said = "\n".join(lines)
    plain = re.sub(r"'[^'\n]*'", "''", said)  # names in the file say nothing of what went wrong
    if re.search(r"--mmproj", plain):
        return Failure("kind", why_no_architecture("clip"), log)
    if match := re.search(r"unknown model architecture: '([^']*)'", said):
        if reason := why_no_architecture(match[1]):
            return Failure("kind", reason, log)
        name = safe_name(match[1], 60)
        text = f"This engine build ({build}) does not support the architecture “{name}”. A newer llama.cpp may."
        return Failure("architecture", text, log)
    if re.search(r"unknown pre-tokenizer type|unknown tokenizer", plain):
        return Failure("tokenizer", f"This engine build ({build}) does not support this model's tokenizer.", log)
    if re.search(r"data is not within the file bounds|unexpectedly reached end of file|failed to read magic", plain):
        return Failure("truncated", "The file is incomplete: it ends before its weights do.", log)
    if re.search(r"invalid split file name", plain):
        return Failure("parts", "This part of a split model was renamed: the engine cannot find the others.", log)
    if re.search(r"invalid magic", plain):
        return Failure("not_gguf", "This file is not a GGUF model.", log)
    if _NO_MEMORY.search(plain):
        return Failure("memory", "Not enough memory to load this model with these options.", log)
    if about_header := [line.split(": ", 1)[1] for line in lines if _HEADER_REFUSED.match(line)]:
        return _header_failure(about_header, build, log)
    reason = f" It says: {quoted}" if (quoted := _quoted(_last_reason(said))) else ""
    return Failure("load", f"The engine could not load this file.{reason}", log)


def _header_failure(said: list[str], build: str, log: str) -> Failure:
    """Why the engine refused a header, of which it `said` these lines."""
    reason = next((line for line in reversed(said) if not _AFTER_THE_REASON.match(line)), "")
    if match := re.search(r"(?:invalid ggml type (-?\d{1,10})\b|of type (\d{1,10}) \(DEPRECATED\))", reason):
        kind = format.count(int(match[1] or match[2]) & 0xFFFFFFFF)
        text = (
            f"This file has tensors of type {kind}, which this engine build ({build}) does not know. A newer one may."
        )
        if match[2]:
            text = f"This file has tensors of type {kind}, which llama.cpp no longer supports."
        return Failure("tensor_type", text, log)
    if match := re.match(r"tensor '(.*)' has offset \d+, expected \d+", reason):
        reason = f"tensor “{safe_name(match[1], 60)}” does not lie where the one before it ends."
    elif match := re.match(r"tensor '(.*)' of type \d+ \(.*\) has (-?\d+) elements per row", reason):
        reason = f"tensor “{safe_name(match[1], 60)}” has rows of {match[2]} weights, which its type does not divide."
    why = f": {quoted}" if (quoted := _quoted(reason)) else "."
    return Failure("header", f"The header of this file is damaged{why}", log)


def _last_reason(said: str) -> str:
    """The engine's last words on why it does not load a model."""
    found = re.findall(r"error loading model[^:\n]*: (.+)", said) or re.findall(r"(?:error|failed): (.+)", said)
    return found[-1] if found else ""


def _quoted(reason: str) -> str:
    """The engine's `reason` as (the end of) a sentence, without the path of the file and the engine's own functions."""
    reason = _PATH.sub("the file", reason.strip())
    while match := _FUNCTION.match(reason):
        reason = reason[match.end() :]
    return safe_name(reason, _LONGEST_REASON)


_OF_THE_MODEL = frozenset(
    {
        "architecture",
        "tokenizer",
        "tensor_type",
        "header",
        "truncated",
        "not_gguf",
        "load",
        "kind",
        "engine_abort",
        "engine_crash",
        "cpu",
    }
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
    "writing", "scoring", "text" or "" for idle. log: the last lines it printed. memory_was_low: before it died."""
    when = {
        "loading": " while loading",
        "reading": " while reading the prompt",
        "writing": " while generating",
        "scoring": " while scoring questions",
        "text": " while reading the text",
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
        if match := re.search(
            r"GGML_ASSERT\(.{0,500}\) failed", line[:_LONGEST_LINE]
        ):  # without the path of whoever built the engine
            return f"It said: {safe_name(match[0], 200)}."
        if "terminate called" in line or "what():" in line or "error:" in line.lower():
            return f"It said: {safe_name(_PATH.sub('the file', line[:_LONGEST_LINE].strip()), 200)}."
    return ""
