"""Landlock: which files may be opened and which TCP ports reached, for this thread and all it starts from now on.

https://docs.kernel.org/userspace-api/landlock.html
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import struct
from collections.abc import Iterable
from dataclasses import dataclass

# The same numbers on every machine with the generic table and on x86_64.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH, _NET_PORT = 1, 2

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = (1 << bit for bit in range(4))
REMOVE_DIR, REMOVE_FILE, MAKE_CHAR, MAKE_DIR, MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK, MAKE_SYM = (
    1 << bit for bit in range(4, 13)
)
REFER, TRUNCATE, IOCTL_DEV = (1 << bit for bit in range(13, 16))
_OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
READ = READ_FILE | READ_DIR
# Nothing may be executed anywhere: mapping a library asks for no more than reading it.
CHANGE = READ | WRITE_FILE | TRUNCATE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | MAKE_SYM | REFER
REWRITE = WRITE_FILE | TRUNCATE

_BIND_TCP, _CONNECT_TCP = 1, 2
_SCOPES = 3  # abstract unix sockets, signals
_TCP_SINCE, _SCOPES_SINCE = 4, 6


@dataclass(frozen=True)
class PathRule:
    """Of a file, or of a folder and all beneath it."""

    path: str
    access: int


def version(libc: ctypes.CDLL) -> int:
    """The version of Landlock that this kernel has; 0 where it has none, or it is switched off."""
    return max(0, libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _ASK_VERSION))


def restrict(libc: ctypes.CDLL, abi: int, rules: Iterable[PathRule], ports: Iterable[int] | None) -> None:
    """Allow what `rules` name and no other file, and TCP to `ports` only (None: to all; no port is ever bound). Paths
    that are not there count for nothing. Raises OSError where the kernel refuses."""
    handled = _handled(abi)
    net = 0 if abi < _TCP_SINCE else _BIND_TCP | (_CONNECT_TCP if ports is not None else 0)
    attributes = struct.pack("<QQQ", handled, net, _SCOPES if abi >= _SCOPES_SINCE else 0)
    size = 8 if abi < _TCP_SINCE else 16 if abi < _SCOPES_SINCE else 24
    ruleset = _checked(libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0))
    try:
        for rule in rules:
            _allow(libc, ruleset, rule, handled)
        for port in ports or ():
            if net & _CONNECT_TCP:
                to_port = struct.pack("<QQ", _CONNECT_TCP, port)
                _checked(libc.syscall(_ADD_RULE, ruleset, _NET_PORT, to_port, 0))
        _checked(libc.syscall(_RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)


def _handled(abi: int) -> int:
    """Every kind of access that this version can refuse."""
    bits = 13 if abi < 2 else 14 if abi < 3 else 15 if abi < 5 else 16
    return (1 << bits) - 1


def _allow(libc: ctypes.CDLL, ruleset: int, rule: PathRule, handled: int) -> None:
    try:
        descriptor = os.open(os.fsencode(rule.path), os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        access = rule.access & handled
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            access &= _OF_FILES
        if access:
            _checked(libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("<Qi", access, descriptor), 0))
    finally:
        os.close(descriptor)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno() or errno.EINVAL
        raise OSError(number, os.strerror(number))
    return result
