"""llama.cpp seen as a library: its log, its devices, and a stop flag its threads can read without Python."""

from __future__ import annotations

import ctypes
import re
import sys
from collections import deque
from typing import Any

import llama_cpp
import llama_cpp.llama_cpp as llama

from weighin.core.runs.lane import EngineFacts
from weighin.workers.engine import EngineError
from weighin.workers.llama.libraries import foreign_libraries
from weighin.workers.llama.libraries import native as libggml

# From the beginning of a line: further on stand names and texts of the file, which may say the same.
_BUFFER_LINE = re.compile(r"\w+: +(\S{1,60}) +(model|KV|RS|compute|output) buffer size = *(\d{1,12}\.\d\d) MiB")
# In a plan the "KV buffer" lines say 0.00: only these tell what a cache or a state would take.
_MEMORY_LINE = re.compile(r"(llama_kv_cache|llama_memory_recurrent)\w*: size = *(\d{1,12}\.\d\d) MiB")
_LONGEST_LINE = 2000  # characters; an entry of a header can have a million
_GPU_TYPES = (1, 2)  # GGML_BACKEND_DEVICE_TYPE_GPU, _IGPU
_WARNING = 3  # GGML_LOG_LEVEL_WARN
_MOST_WARNINGS = 200  # a file can have one for each of its tokens
_CONTINUATION = 5  # GGML_LOG_LEVEL_CONT


class NativeLog:
    """The last lines llama.cpp logged: the reason of every failure is only there.

    `buffers`: bytes of each buffer named since the last `clear`, for example {"CPU_Mapped model": 123456}.
    `memories`: bytes of "llama_kv_cache" and "llama_memory_recurrent", all caches of a model together."""

    def __init__(self, keep: int = 200) -> None:
        self._lines: deque[str] = deque(maxlen=keep)
        self._warnings: dict[str, None] = {}
        self.buffers: dict[str, int] = {}
        self.memories: dict[str, int] = {}
        self._callback = llama.llama_log_callback(self._on_line)
        llama.llama_log_set(self._callback, ctypes.c_void_p(0))

    def clear(self) -> None:
        """Forget what was logged so far."""
        self._lines.clear()
        self._warnings = {}
        self.buffers = {}
        self.memories = {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the engine warned of since the last `clear`, each line once."""
        return tuple(self._warnings)

    def tail(self, count: int = 50) -> str:
        """The last `count` lines."""
        return "\n".join(list(self._lines)[-count:])

    def _on_line(self, level: int, text: bytes, _: Any) -> None:
        line = text.decode("utf-8", "replace").rstrip("\n")[:_LONGEST_LINE]
        line = line.replace("\n", " ")  # a name with line breaks may not write lines of its own
        if level == _CONTINUATION and self._lines:
            self._lines[-1] = (self._lines[-1] + line)[:_LONGEST_LINE]
            return
        if line:
            self._lines.append(line)
            if match := _BUFFER_LINE.match(line):
                name = f"{match[1]} {match[2]}"
                self.buffers[name] = self.buffers.get(name, 0) + round(float(match[3]) * (1 << 20))
            elif match := _MEMORY_LINE.match(line):
                self.memories[match[1]] = self.memories.get(match[1], 0) + round(float(match[2]) * (1 << 20))
            if level == _WARNING and len(self._warnings) < _MOST_WARNINGS:
                self._warnings[line] = None
            if level >= _WARNING:
                # Also to the log pipe: after an abort only that is left.
                sys.stderr.write(line + "\n")
                sys.stderr.flush()


class AbortFlag:
    """A flag that llama.cpp asks before each operation.

    The callback is the C library's strlen: of "" it is 0, go on; of "x" it is 1, stop. A Python callback would take
    the interpreter lock some thousand times a token."""

    def __init__(self) -> None:
        self._text = ctypes.create_string_buffer(2)
        library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
        self.callback = ctypes.cast(library.strlen, llama.ggml_abort_callback)
        self.data = ctypes.cast(self._text, ctypes.c_void_p)

    @property
    def raised(self) -> bool:
        """Whether work should stop."""
        return self._text.raw[0] != 0

    def set(self) -> None:
        """Ask for a stop; from any thread."""
        self._text[0] = b"x"

    def clear(self) -> None:
        """Ready for the next job."""
        self._text[0] = b"\0"


class Devices:
    """The backends this build can compute with."""

    def __init__(self) -> None:
        libggml.ggml_backend_dev_count.restype = ctypes.c_size_t
        libggml.ggml_backend_dev_get.restype = ctypes.c_void_p
        libggml.ggml_backend_dev_get.argtypes = [ctypes.c_size_t]
        for name in ("name", "description"):
            function = getattr(libggml, f"ggml_backend_dev_{name}")
            function.restype, function.argtypes = ctypes.c_char_p, [ctypes.c_void_p]
        libggml.ggml_backend_dev_type.argtypes = [ctypes.c_void_p]
        libggml.ggml_backend_dev_memory.argtypes = [
            ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t), ctypes.POINTER(ctypes.c_size_t),
        ]  # fmt: skip
        self._devices = [libggml.ggml_backend_dev_get(i) for i in range(libggml.ggml_backend_dev_count())]

    def names(self) -> tuple[str, ...]:
        """One line each, for example "CPU: AMD EPYC"."""
        described = ((libggml.ggml_backend_dev_name(d), libggml.ggml_backend_dev_description(d)) for d in self._devices)
        return tuple(b": ".join(parts).decode("utf-8", "replace") for parts in described)

    def gpu_free_bytes(self) -> int | None:
        """Free memory of all GPUs together; None without one."""
        gpus = [d for d in self._devices if libggml.ggml_backend_dev_type(d) in _GPU_TYPES]
        if not gpus:
            return None
        total = 0
        for device in gpus:
            free, whole = ctypes.c_size_t(), ctypes.c_size_t()
            libggml.ggml_backend_dev_memory(device, ctypes.byref(free), ctypes.byref(whole))
            total += free.value
        return total


def engine_facts(devices: Devices, variant: str) -> EngineFacts:
    """Version, instruction sets and devices of the engine in this process; `variant`: which of it was loaded."""
    features = llama.llama_print_system_info().decode("utf-8", "replace")
    return EngineFacts(
        llama_cpp_python=llama_cpp.__version__,
        build=llama.llama_version().decode("utf-8", "replace"),
        features=" ".join(re.findall(r"(\w+) = 1", features)),
        devices=devices.names(),
        gpu_offload=llama.llama_supports_gpu_offload(),
        variant=variant,
        warning=foreign_libraries(),
    )


def check_writes_text(model: Any) -> None:
    """Raises EngineError of kind "kind", with the reason, for a llama_model that cannot be asked anything."""
    if llama.llama_model_has_encoder(model) or not llama.llama_model_has_decoder(model):
        raise EngineError("kind", "This model does not write text: it may be an embedding model.")
    if llama.llama_model_is_diffusion(model):
        raise EngineError("kind", "This is a diffusion model: it does not generate token by token.")
    if llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(model)) == 0:
        raise EngineError("kind", "This file has no tokenizer, so it cannot read a prompt.")
