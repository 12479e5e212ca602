"""The rights of a child process, as its parent tells it in the first line of its input."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass

_LONGEST = 1 << 20


class RightsError(Exception):
    """The first line is no rights: nothing may be done."""


@dataclass(frozen=True)
class Rights:
    """read: files, and folders with all they hold; write: folders in which files may be made, changed and removed too.
    network: whether sockets may be made; ports: the only TCP ports that may be reached, () for all. limits: whether it
    may change the limits it has. Paths that are absolute, with links followed; names need not be UTF-8."""

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    network: bool = False
    ports: tuple[int, ...] = ()
    limits: bool = True

    def line(self) -> bytes:
        """One line to send."""
        return json.dumps({"rights": asdict(self)}).encode("ascii") + b"\n"

    @classmethod
    def of(cls, line: bytes) -> Rights:
        """What a line says. Raises RightsError."""
        try:
            told = json.loads(line)["rights"]
            rights = cls(
                tuple(told["read"]), tuple(told["write"]), told["network"], tuple(told["ports"]), told["limits"]
            )
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise RightsError(f"no rights were told ({type(error).__name__})") from None
        paths_good = all(isinstance(path, str) and path.startswith("/") for path in (*rights.read, *rights.write))
        ports_good = all(type(port) is int and 0 < port < 65536 for port in rights.ports)
        switches_good = isinstance(rights.network, bool) and isinstance(rights.limits, bool)
        if not (paths_good and ports_good and switches_good):
            raise RightsError("rights of an unknown kind were told")
        return rights


NO_RIGHTS = Rights()


def read_rights(descriptor: int) -> Rights:
    """The rights in the first line that comes, nothing behind it is read. Raises RightsError, EOFError at its end."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(descriptor, 1)
        if not byte:
            raise EOFError
        line += byte
        if len(line) > _LONGEST:
            raise RightsError("the line with the rights has no end")
    return Rights.of(bytes(line))
