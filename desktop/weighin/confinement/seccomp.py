"""A filter of calls: what this process may ask the kernel for, whatever runs in it.

https://docs.kernel.org/userspace-api/seccomp_filter.html; the program of the filter: linux/filter.h (classic BPF).
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from dataclasses import dataclass

from weighin.confinement import denied_calls as calls

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_SET_MODE_FILTER = 1
# Threads that are there already follow; and no kernel slows speculation down for it (before 5.16 that was the default).
_TSYNC, _SPEC_ALLOW = 1, 4

# struct seccomp_data: int nr; u32 arch; u64 instruction_pointer; u64 args[6], little endian.
_NUMBER, _ARCHITECTURE = 0, 4
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
_X32 = 0x40000000
_CLONE_THREAD = 0x00010000
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_AF_UNIX, _AF_INET, _AF_INET6, _AF_NETLINK = 1, 2, 10, 16


@dataclass(frozen=True)
class Machine:
    """A processor's name for the kernel, its column in the lists, and the calls that are looked into."""

    audit: int
    column: int
    seccomp: int
    clone: int
    clone3: int
    kill: int
    tgkill: int
    prlimit64: int
    setpriority: int
    ioctl: int
    socket: int


MACHINES = {
    "x86_64": Machine(0xC000003E, 0, 317, 56, 435, 62, 234, 302, 141, 16, 41),
    "aarch64": Machine(0xC00000B7, 1, 277, 220, 435, 129, 131, 261, 140, 29, 198),
}


def restrict(libc: ctypes.CDLL, network: bool, writes: bool, limits: bool = True) -> bool:
    """Filter every call from now on; False where the list for this machine is missing. `network`: sockets to elsewhere
    stay; `writes`: modes and times of files may be set (Landlock says where files may be); `limits`: so may its own.
    Raises OSError."""
    machine = MACHINES.get(os.uname().machine)
    if machine is None or struct.calcsize("P") != 8:
        return False
    code = program(machine, os.getpid(), network, writes, limits)
    buffer = ctypes.create_string_buffer(code, len(code))
    filtered = struct.pack("<HxxxxxxQ", len(code) // 8, ctypes.addressof(buffer))
    if libc.syscall(machine.seccomp, _SET_MODE_FILTER, _TSYNC | _SPEC_ALLOW, filtered) == 0:
        return True
    if libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, filtered, 0, 0) == 0:
        return True
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def program(machine: Machine, own: int, network: bool, writes: bool, limits: bool = True) -> bytes:
    """The filter for a process with the id `own`, 8 bytes an instruction."""
    refused = _ERRNO | errno.EPERM
    absent = _ERRNO | errno.ENOSYS
    code = [
        _word(_LOAD, _ARCHITECTURE),
        _word(_EQUAL, machine.audit, 1, 0),
        _word(_RETURN, _KILL_PROCESS),
        _word(_LOAD, _NUMBER),
    ]
    if machine.column == 0:
        code += [_word(_AT_LEAST, _X32, 0, 1), _word(_RETURN, absent)]
    # glibc falls back to clone, whose flags can be looked at; EPERM would end every thread.
    code += [_word(_EQUAL, machine.clone3, 0, 1), _word(_RETURN, absent)]
    for number in _numbers(machine, network, writes, limits):
        code += [_word(_EQUAL, number, 0, 1), _word(_RETURN, refused)]
    code += _if_call(machine.clone, [_argument(0), _word(_ANY_BIT, _CLONE_THREAD, 1, 0), _word(_RETURN, refused)])
    # abort() signals itself; a limit or priority of another process could end or starve it.
    for call, argument, allowed in (
        (machine.kill, 0, (own,)),
        (machine.tgkill, 0, (own,)),
        (machine.setpriority, 1, (0, own)),
    ):
        code += _if_call(call, [_argument(argument), *_unless(allowed, refused)])
    # Asking for a limit names no new one.
    only_asks = [] if limits else [_argument(2), *_unless((0,), refused), _upper_half(2), *_unless((0,), refused)]
    code += _if_call(machine.prlimit64, [*only_asks, _argument(0), *_unless((0, own), refused)])
    # Typing into the terminal of another program.
    code += _if_call(
        machine.ioctl,
        [
            _argument(1),
            _word(_EQUAL, _TIOCSTI, 1, 0),
            _word(_EQUAL, _TIOCLINUX, 0, 1),
            _word(_RETURN, refused),
        ],
    )
    if network:
        families = (_AF_UNIX, _AF_INET, _AF_INET6, _AF_NETLINK)
        code += _if_call(machine.socket, [_argument(0), *_unless(families, refused)])
    code.append(_word(_RETURN, _ALLOW))
    return b"".join(code)


def _numbers(machine: Machine, network: bool, writes: bool, limits: bool) -> list[int]:
    """Calls that are refused whatever their arguments."""
    groups = [
        calls.SERVING if network else calls.SOCKETS,
        calls.PROGRAMS,
        calls.OTHER_PROCESSES,
        calls.FILE_SYSTEMS,
        calls.KERNEL,
        calls.CLOCK_AND_NAME,
        calls.IDENTITY,
        calls.QUEUES,
        *([] if writes else [calls.ATTRIBUTES]),
        *([] if limits else [calls.LIMITS]),
    ]
    found = (numbers[machine.column] for group in groups for numbers in group.values())
    return sorted({number for number in found if number is not None})


def _argument(index: int) -> bytes:
    """Load the lower half of an argument: process ids, flags and families are 32 bits wide."""
    return _word(_LOAD, 16 + 8 * index)


def _upper_half(index: int) -> bytes:
    """Load the other half of an argument: addresses are 64 bits wide."""
    return _word(_LOAD, 20 + 8 * index)


def _if_call(number: int, check: list[bytes]) -> list[bytes]:
    """`check` for this call only; whatever passes it is allowed."""
    return [
        _word(_LOAD, _NUMBER),
        _word(_EQUAL, number, 0, len(check) + 1),
        *check,
        _word(_RETURN, _ALLOW),
    ]


def _unless(allowed: tuple[int, ...], refused: int) -> list[bytes]:
    """Refuse any value but these."""
    left = len(allowed)
    tests = [_word(_EQUAL, value, left - i, 0) for i, value in enumerate(allowed)]
    return [*tests, _word(_RETURN, refused)]


def _word(operation: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", operation, if_true, if_false, value)
