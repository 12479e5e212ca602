"""Graphics processors of NVIDIA, through the library that comes with their driver (NVML).

Names and structures: NVML API Reference, nvmlDeviceGetMemoryInfo and what it needs."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from typing import Any

from weighin.core.computer.hardware import Gpu
from weighin.core.safe_text import safe_name

_LIBRARIES = ("nvml.dll",) if sys.platform == "win32" else ("libnvidia-ml.so.1", "libnvidia-ml.so")
_NAME_BYTES = 96
_MOST_GPUS = 64


class _Memory(ctypes.Structure):
    _fields_ = (("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong))


def gpus() -> tuple[Gpu, ...]:
    """All that the driver shows; () without driver or GPU."""
    library = _library()
    return () if library is None else gpus_of(library)


def gpus_of(library: Any) -> tuple[Gpu, ...]:
    """The same, of an NVML that is loaded."""
    if library.nvmlInit_v2() != 0:
        return ()
    try:
        return tuple(_each(library))
    finally:
        library.nvmlShutdown()


def _each(library: Any) -> Iterator[Gpu]:
    count = ctypes.c_uint()
    if library.nvmlDeviceGetCount_v2(ctypes.byref(count)) != 0:
        return
    for number in range(min(count.value, _MOST_GPUS)):
        device, name, memory = ctypes.c_void_p(), ctypes.create_string_buffer(_NAME_BYTES), _Memory()
        if library.nvmlDeviceGetHandleByIndex_v2(ctypes.c_uint(number), ctypes.byref(device)) != 0:
            continue
        if library.nvmlDeviceGetName(device, name, ctypes.c_uint(_NAME_BYTES)) != 0:
            continue
        if library.nvmlDeviceGetMemoryInfo(device, ctypes.byref(memory)) == 0:
            yield Gpu(safe_name(name.value.decode("utf-8", "replace")), memory.total, memory.free)


def _library() -> Any | None:
    for name in _LIBRARIES:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None
