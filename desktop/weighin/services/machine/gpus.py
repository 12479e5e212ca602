"""Graphics processors of NVIDIA, through the library that comes with their driver (NVML).

Names and structures: NVML API Reference, nvmlDeviceGetMemoryInfo and what it needs."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable, Iterator
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


class GpuCounters:
    """What each GPU has used since its driver was loaded. The driver is opened once, in a thread of its own, for that
    can take a second; until then nothing is known."""

    def __init__(self, library: Callable[[], Any | None] | None = None) -> None:
        self._find = library or _library
        self._library: Any | None = None
        self._opening: threading.Thread | None = None

    def millijoules(self) -> tuple[int, ...]:
        """Of each GPU in their order; () where one does not tell, for the model may lie there, or not yet."""
        if self._opening is None:
            self._opening = threading.Thread(target=self._open, name="weighin-nvml", daemon=True)
            self._opening.start()
        return () if self._library is None else _millijoules_of(self._library)

    def wait_opened(self) -> None:
        """Wait until it is known whether there is a driver; not from the window's thread."""
        if self._opening is not None:
            self._opening.join()

    def _open(self) -> None:
        library = self._find()
        if library is not None and library.nvmlInit_v2() == 0:
            self._library = library


def _millijoules_of(library: Any) -> tuple[int, ...]:
    found = []
    try:
        for device in _devices(library):
            used = ctypes.c_ulonglong()
            if library.nvmlDeviceGetTotalEnergyConsumption(device, ctypes.byref(used)) != 0:
                return ()
            found.append(used.value)
    except AttributeError:  # a driver from before 2018
        return ()
    return tuple(found)


def _each(library: Any) -> Iterator[Gpu]:
    for device in _devices(library):
        name, memory = ctypes.create_string_buffer(_NAME_BYTES), _Memory()
        if library.nvmlDeviceGetName(device, name, ctypes.c_uint(_NAME_BYTES)) != 0:
            continue
        if library.nvmlDeviceGetMemoryInfo(device, ctypes.byref(memory)) == 0:
            yield Gpu(safe_name(name.value.decode("utf-8", "replace")), memory.total, memory.free)


def _devices(library: Any) -> Iterator[ctypes.c_void_p]:
    count = ctypes.c_uint()
    if library.nvmlDeviceGetCount_v2(ctypes.byref(count)) != 0:
        return
    for number in range(min(count.value, _MOST_GPUS)):
        device = ctypes.c_void_p()
        if library.nvmlDeviceGetHandleByIndex_v2(ctypes.c_uint(number), ctypes.byref(device)) == 0:
            yield device


def _library() -> Any | None:
    for name in _LIBRARIES:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None
