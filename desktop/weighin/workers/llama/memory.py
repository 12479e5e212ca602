"""Memory of this very process: anonymous memory and resident pages of the mapped model, never mixed."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from weighin.core.runs.answer import MemoryReceipt, MemorySample

LINUX = (
    "RssAnon + swap for own memory; resident pages of the mapped GGUF (smaps); peak from VmHWM, reset before each phase"
)
OTHER = "psutil memory_full_info: unique memory for own; resident minus unique for the mapped model"


def _status() -> dict[str, int]:
    """Fields of /proc/self/status that are sizes, in bytes."""
    fields = {}
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if value.endswith(" kB"):
            fields[name] = int(value.split()[0]) * 1024
    return fields


def inodes_of(paths: tuple[str, ...]) -> frozenset[int]:
    """Inodes of files: names in smaps are escaped, and change when a file is renamed or deleted while it is mapped."""
    found = set()
    for path in paths:
        with contextlib.suppress(OSError):
            found.add(os.stat(path).st_ino)  # noqa: PTH116 - a path that need not be valid UTF-8
    return frozenset(found)


def mapped_bytes(smaps: str, inodes: frozenset[int]) -> int:
    """Resident bytes of the mappings of files with these `inodes` in the text of a smaps file."""
    total, inside = 0, False
    for line in smaps.splitlines():
        first = line.split(maxsplit=1)[0] if line else ""
        if "-" in first and not first.endswith(":"):
            fields = line.split(maxsplit=5)
            inside = len(fields) == 6 and int(fields[4]) in inodes
        elif inside and first == "Rss:":
            total += int(line.split()[1]) * 1024
    return total


class OwnMemory:
    """Counts this process. Made before a model is loaded, so that it knows the worker's own baseline."""

    def __init__(self) -> None:
        self._linux = sys.platform == "linux" and Path("/proc/self/status").exists()
        self._file_offset = 0
        self._peak = 0
        self.load_peak: int | None = None
        self.baseline: int | None = None
        if self._linux:
            status = _status()
            self._file_offset = status.get("RssFile", 0)
            self.baseline = status.get("RssAnon", 0)
        else:
            self.baseline = self.sample(frozenset()).own_bytes

    def begin_phase(self) -> None:
        """Forget the peak so far: loading and answering have peaks of their own."""
        self._peak = 0
        if self._linux:
            with contextlib.suppress(OSError):
                Path("/proc/self/clear_refs").write_text("5")

    def sample(self, inodes: frozenset[int]) -> MemorySample:
        """Memory now: cheap, for live display. The mapped part is resident file pages beyond those of the program."""
        if self._linux:
            status = _status()
            own = status.get("RssAnon", 0) + status.get("VmSwap", 0) + status.get("RssShmem", 0)
            mapped = max(0, status.get("RssFile", 0) - self._file_offset) if inodes else 0
            sample = MemorySample(own, mapped)
        else:
            sample = self._psutil_sample()
        self._peak = max(self._peak, sample.total_bytes or 0)
        return sample

    def calibrate(self, inodes: frozenset[int]) -> None:
        """After a load: learn how many resident file pages are not the model's, so that live samples are exact."""
        if self._linux:
            self._file_offset = max(0, _status().get("RssFile", 0) - self._mapped(inodes))

    def receipt(self, inodes: frozenset[int], vram: int | None) -> MemoryReceipt:
        """The exact account at the end of a phase. Walks the page tables: about 6 ms a mapped gigabyte."""
        sample = self.sample(inodes)
        mapped = self._mapped(inodes) if self._linux else sample.model_file_bytes
        own = sample.own_bytes
        total = own + mapped if own is not None and mapped is not None else None
        peak: int | None = max(self._peak, total or 0) or None
        if self._linux:
            peak = max(_status().get("VmHWM", 0) - self._file_offset, total or 0)
        return MemoryReceipt(
            own, mapped, total, peak, self.load_peak, self.baseline, vram, LINUX if self._linux else OTHER
        )

    @staticmethod
    def _mapped(inodes: frozenset[int]) -> int:
        return mapped_bytes(Path("/proc/self/smaps").read_text(errors="replace"), inodes) if inodes else 0

    @staticmethod
    def _psutil_sample() -> MemorySample:
        import psutil

        try:
            info = psutil.Process().memory_full_info()
        except psutil.Error:
            return MemorySample()
        return MemorySample(info.uss, max(0, info.rss - info.uss))
