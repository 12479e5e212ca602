"""Server-sent events out of a stream of bytes."""

from __future__ import annotations

MAX_LINE = 1 << 20


class OverlongError(Exception):
    """A line without end."""


class EventReader:
    """Gives the data of each event; comments and fields other than data are left out.

    The format: WHATWG HTML, "Server-sent events"; lines end with LF, CR LF or CR."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._data: list[bytes] = []
        self._size = 0
        self._after_return = False

    def feed(self, piece: bytes) -> list[bytes]:
        """The data of all events that `piece` completes. Raises OverlongError where one is not complete after MAX_LINE
        bytes."""
        found = []
        if self._after_return and piece[:1] == b"\n":
            piece = piece[1:]
        if piece:
            self._after_return = piece[-1:] == b"\r"
        if len(self._line) + self._size + len(piece) > MAX_LINE:
            raise OverlongError
        *lines, rest = (bytes(self._line) + piece).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._line = bytearray(rest)
        for line in lines:
            if line.startswith(b"data:"):
                self._data.append(line[5:].removeprefix(b" "))
                self._size += len(line)
            elif not line and self._data:
                found.append(self._take())
        return found

    def finish(self) -> bytes:
        """The data of an event whose empty line never came; b"" where there is none."""
        if self._line.startswith(b"data:"):
            self._data.append(bytes(self._line[5:]).removeprefix(b" "))
            self._line.clear()
        return self._take()

    def _take(self) -> bytes:
        data, self._data, self._size = b"\n".join(self._data), [], 0
        return data
