"""Server-sent events out of a stream of bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass

MAX_LINE = 1 << 20
DONE = b"[DONE]"
# One object that is no stream may be longer: a whole answer, with all that stands around it.
_MAX_BARE = 8 << 20
_JSON = (b"{", b"[")
# Of so many lines it is tried whether they are complete already; more wait for the empty line, or the end.
_MOST_LINES = 100
_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")


class OverlongError(Exception):
    """A line without end."""


@dataclass(frozen=True)
class Event:
    """What an event carries, and its name, "" where it has none."""

    data: bytes
    name: str = ""


class EventReader:
    """Gives the events of a stream, and JSON that stands in it without being one.

    The format: WHATWG HTML, "Server-sent events"; lines end with LF, CR LF or CR. Beyond it: some servers part events
    by one line end only, so that an event is complete once its data is; some send lines of JSON, or one object."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._data, self._bare = _Lines(), _Lines()
        self._name = ""
        self._after_return = False

    def feed(self, piece: bytes) -> list[Event]:
        """All events that `piece` completes. Raises OverlongError where one is not complete after MAX_LINE bytes."""
        if self._after_return and piece[:1] == b"\n":
            piece = piece[1:]
        if piece:
            self._after_return = piece[-1:] == b"\r"
        self._line += piece
        bare = self._bare.count or self._line.startswith(_JSON)
        if len(self._line) + len(self._data.text) + len(self._bare.text) > (_MAX_BARE if bare else MAX_LINE):
            raise OverlongError
        if b"\n" not in piece and b"\r" not in piece:
            return []
        *lines, rest = bytes(self._line).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._line = bytearray(rest)
        return [event for line in lines for event in self._take_line(line)]

    def finish(self) -> list[Event]:
        """What is left at the end of the stream: the last event may lack its empty line."""
        rest, self._line = bytes(self._line), bytearray()
        return self._take_line(rest) + self._take_line(b"") + self._take_bare()

    def _take_line(self, line: bytes) -> list[Event]:
        if self._bare.count and not line.startswith(_FIELDS):
            return self._add_bare(line)
        found = self._take_bare()
        if not line:
            found += self._take()
            self._name = ""
        elif line.startswith(_JSON):
            found += self._take() + self._add_bare(line)
        else:
            found += self._take_field(line)
        return found

    def _take_field(self, line: bytes) -> list[Event]:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"event":
            self._name = value.decode("utf-8", "replace")
            return []
        if name.lower() == b"error":  # as llama-server says it where it fails in the middle
            return [*self._take(), Event(value, "error")]
        if name != b"data":
            return []
        plain = self._data.count and not self._data.text[:9].lstrip().startswith(_JSON)
        found = self._take() if plain and _is_whole(value) else []
        self._data.add(value)
        return found + (self._take() if self._data.is_whole else [])

    def _add_bare(self, line: bytes) -> list[Event]:
        """A line of JSON outside of any event: complete by itself, or one of several."""
        self._bare.add(line)
        return self._take_bare() if self._bare.is_whole else []

    def _take_bare(self) -> list[Event]:
        data = self._bare.take().strip()
        return [Event(data)] if data else []

    def _take(self) -> list[Event]:
        """The event so far; none where it has no data, as a sign of life has not."""
        data = self._data.take()
        name, self._name = self._name, "" if data else self._name
        return [Event(data, name)] if data.strip() else []


class _Lines:
    """Lines that may be one event together."""

    def __init__(self) -> None:
        self.text = bytearray()
        self.count = 0

    @property
    def is_whole(self) -> bool:
        """Whether they are complete without an empty line."""
        return self.count <= _MOST_LINES and _is_whole(bytes(self.text))

    def add(self, line: bytes) -> None:
        """One more."""
        self.text += b"\n" * bool(self.count) + line
        self.count += 1

    def take(self) -> bytes:
        """All of them; none are left."""
        text, self.text, self.count = bytes(self.text), bytearray(), 0
        return text


def is_done(data: bytes) -> bool:
    """Whether this is the mark behind the last event."""
    return data.strip().upper() == DONE


def _is_whole(data: bytes) -> bool:
    """Whether nothing that follows can belong to it any more."""
    text = data.strip()
    if is_done(text):
        return True
    if not text.startswith(_JSON) or not text.endswith((b"}", b"]")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
