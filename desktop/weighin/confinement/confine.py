"""Takes the rights of this process away: once, before anything is imported that starts a thread."""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

from weighin.confinement import landlock, seccomp
from weighin.confinement.landlock import CHANGE, READ, PathRule
from weighin.confinement.places import gpu_libraries, gpu_rules, network_rules, program_rules
from weighin.confinement.rights import Rights

# Confine workers of an engine for GPUs too, by a list that nobody tried here.
TRY_WITH_GPU = "WEIGHIN_CONFINE_GPU"
_PR_GET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 21, 38
# The first version of Landlock that keeps files from being emptied.
_LEAST_FOR_TESTS = 3
_IN_MEMORY = "/dev/shm"
_TASKS = "/proc/self/task"
_NO_LANDLOCK = "this kernel has no Landlock"


@dataclass(frozen=True)
class Walls:
    """What holds. landlock: its version, 0 without; seccomp: whether calls are filtered; missing: why not all does."""

    landlock: int = 0
    seccomp: bool = False
    missing: str = ""

    def words(self) -> str:
        """In short, for reports: "Landlock 7, seccomp", or "none: " and why."""
        parts = [f"Landlock {self.landlock}"] if self.landlock else []
        parts += ["seccomp"] if self.seccomp else []
        if not parts:
            return f"none: {self.missing}"
        return ", ".join(parts) + (f" ({self.missing})" if self.missing else "")

    @property
    def why_no_tests(self) -> str:
        """One sentence where code that a model wrote must not run behind these walls, "" where it may."""
        if self.landlock >= _LEAST_FOR_TESTS and self.seccomp:
            return ""
        return f"Tests are not run here: this system cannot confine them ({self.words()})."


def leave_inherited() -> None:
    """Close every descriptor but the first three: whatever a shell or another program left open."""
    os.closerange(3, os.sysconf("SC_OPEN_MAX") if hasattr(os, "sysconf") else 4096)


def leave_folder() -> None:
    """Work in an empty folder, in memory and without a name: an engine looks for libraries in the current one, too."""
    try:
        empty = tempfile.mkdtemp(dir=_IN_MEMORY)
        os.chdir(empty)
        os.rmdir(empty)  # noqa: PTH106
    except OSError:
        os.chdir(os.path.dirname(__file__))  # noqa: PTH120 - another system: there are no libraries either


def confine(rights: Rights) -> Walls:
    """Keep `rights` and nothing else. What this system does not have is named, never skipped in silence."""
    if sys.platform != "linux":
        return _no_walls_here()
    on_gpu = bool(rights.read) and bool(gpu_libraries())
    if on_gpu and not os.environ.get(TRY_WITH_GPU):
        return Walls(missing="GPU: what its driver needs was not tried")
    tasks = len(os.listdir(_TASKS))  # noqa: PTH208 - pathlib would be one more import before the walls stand
    if tasks != 1:  # the others would stay free
        return Walls(missing=f"{tasks} threads were running already")
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return Walls(missing="the kernel refused to take privileges away")
    missing = []
    abi = landlock.version(libc)
    if abi:
        try:
            landlock.restrict(libc, abi, _rules(rights, on_gpu), _ports(rights))
        except OSError as error:
            abi = 0
            missing.append(f"Landlock failed: {error.strerror}")
    else:
        missing.append(_NO_LANDLOCK)
    filtered = False
    try:
        filtered = seccomp.restrict(libc, rights.network or on_gpu, bool(rights.write), rights.limits)
        if not filtered:
            missing.append(f"no list of calls for {os.uname().machine}")
    except OSError as error:
        missing.append(f"seccomp failed: {error.strerror}")
    return Walls(abi, filtered, ", ".join(missing))


def possible_walls() -> Walls:
    """What would hold in a child process without rights, asked of the kernel without giving anything up."""
    if sys.platform != "linux":
        return _no_walls_here()
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    abi = landlock.version(libc)
    filtered = libc.prctl(_PR_GET_SECCOMP, 0, 0, 0, 0) >= 0 and os.uname().machine in seccomp.MACHINES
    missing = [*([] if abi else [_NO_LANDLOCK]), *([] if filtered else ["calls cannot be filtered"])]
    return Walls(abi, filtered, ", ".join(missing))


def _no_walls_here() -> Walls:
    return Walls(missing=f"{sys.platform} has no way for a program to confine itself")


def _rules(rights: Rights, on_gpu: bool) -> Iterator[PathRule]:
    yield from program_rules()
    if on_gpu:
        yield from gpu_rules()
    if rights.network:
        yield from network_rules()
    for path in rights.read:
        yield PathRule(path, READ)
    for path in rights.write:
        yield PathRule(path, CHANGE)


def _ports(rights: Rights) -> tuple[int, ...] | None:
    """TCP ports that may be reached, None for all."""
    if not rights.network:
        return ()
    return rights.ports or None
