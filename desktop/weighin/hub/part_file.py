"""A half-finished file on disk, with the note that tells its good bytes from torn ones."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import queue
import threading
from collections.abc import Callable
from dataclasses import replace
from io import FileIO
from pathlib import Path

from weighin.core.downloads.sidecar import CHUNK, Sidecar, Tail, decode, marks

_PIECE = 1 << 20
_QUEUED = 2
# Pieces given to `write` whose bytes are still needed: those queued and the one being hashed.
HELD = _QUEUED + 1
_MAX_SIDECAR = 16 << 20


class PartFile:
    """Bytes from 0 to `length`, hashed while they come. Not for two threads; `lock.py` keeps other programs away.

    Hashing and syncing are done by threads of its own, so that they overlap with reading the network and writing.
    """

    def __init__(self, place: Path, identity: Sidecar) -> None:
        self.place = place
        self.note = note_of(place)
        self._identity = identity
        self._digests: list[str] = []
        self._hash = hashlib.sha256()
        self._file: FileIO | None = None
        self._hasher = OrderedThread(_QUEUED)
        # One note behind at most, so that a slow disk slows the download instead of piling up.
        self._noter = OrderedThread(1)
        self.length = 0

    def open(self, checked: Callable[[int], bool]) -> None:
        """Take up what is there: every byte is read again, and what no digest vouches for is cut off.

        `checked` hears how many bytes are found good, and says whether to go on. Raises OSError."""
        self.place.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        self._file = FileIO(os.open(self.place, flags, 0o644), "r+b")
        known = _read_note(self.note)
        same = known is not None and (known.sha256, known.size) == (self._identity.sha256, self._identity.size)
        if known is not None and same:
            self._take_up(known, checked)
        self._cut()

    def write(self, data: memoryview) -> None:
        """Append. `data` must not change until HELD more were given or `drain` came back. Raises OSError (ENOSPC among
        them), of this call or of a note kept meanwhile; what is noted stays good."""
        while data:
            count = min(len(data), CHUNK - self.length % CHUNK)
            piece, data = data[:count], data[count:]
            self._write(piece)
            self._hasher.then(functools.partial(self._hash.update, piece))
            self.length += count
            if self.length % CHUNK == 0:
                self._hasher.then(self._note_chunk)
        self._check()

    def drain(self) -> None:
        """Wait until all that was given is hashed. Raises OSError."""
        self._hasher.drain()
        self._check()

    def restart(self) -> None:
        """Throw away what is here and begin again."""
        self.drain()
        self._noter.drain()
        self._digests, self._hash, self.length = [], hashlib.sha256(), 0
        self._cut()

    def digest(self) -> str:
        """sha256 of all bytes so far."""
        self.drain()
        return self._hash.copy().hexdigest()

    def close(self) -> None:
        """Stop in order: the note then vouches for every byte that is kept."""
        if self._file is None:
            return
        self._hasher.drain()
        with contextlib.suppress(OSError):
            tail = Tail(self.length, self._hash.copy().hexdigest()) if self.length % CHUNK else None
            # After a write that failed half-way more may lie there than was counted.
            self._file.truncate(self.length)
            self._noter.drain()
            self._keep(replace(self._sidecar(), tail=tail))
        self._stop()
        if self.length == 0:
            self.place.unlink(missing_ok=True)
            self.note.unlink(missing_ok=True)

    def finish(self, final: Path) -> None:
        """Make it durable under its final name and forget the note. Raises OSError."""
        assert self._file is not None
        self.drain()
        os.fsync(self._file.fileno())
        self._stop()
        self.place.replace(final)
        sync_folder(final.parent)
        self.note.unlink(missing_ok=True)

    def set_aside(self, bad: Path) -> None:
        """Keep wrong bytes for whoever wants to look at them, under a name nothing uses."""
        self._stop()
        self.place.replace(bad)
        self.note.unlink(missing_ok=True)

    def _stop(self) -> None:
        for line in (self._hasher, self._noter):
            line.close()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _take_up(self, known: Sidecar, checked: Callable[[int], bool]) -> None:
        assert self._file is not None
        running = hashlib.sha256()
        buffer = memoryview(bytearray(_PIECE))
        at = 0
        for length, digest in marks(known):
            while at < length and (count := self._file.readinto(buffer[: min(_PIECE, length - at)])):
                running.update(buffer[:count])
                at += count
            if at < length or running.hexdigest() != digest:
                return
            self.length, self._hash = length, running.copy()
            if length % CHUNK == 0:
                self._digests.append(digest)
            if not checked(length):
                return

    def _cut(self) -> None:
        assert self._file is not None
        self._file.truncate(self.length)
        self._file.seek(self.length)

    def _write(self, piece: memoryview) -> None:
        assert self._file is not None
        while piece:
            piece = piece[self._file.write(piece) :]

    def _note_chunk(self) -> None:
        """On the hashing thread, when all bytes of a chunk are hashed."""
        self._digests.append(self._hash.copy().hexdigest())
        self._noter.then(functools.partial(self._keep, self._sidecar()))

    def _keep(self, sidecar: Sidecar) -> None:
        """Make the data durable, then the note that vouches for it. Raises OSError."""
        assert self._file is not None
        getattr(os, "fdatasync", os.fsync)(self._file.fileno())
        write_durably(self.note, sidecar.encode())

    def _check(self) -> None:
        if self._noter.error is not None:
            raise self._noter.error

    def _sidecar(self) -> Sidecar:
        return replace(self._identity, digests=tuple(self._digests), tail=None)


class OrderedThread:
    """Does one thing after the other on a thread of its own; after the first OSError nothing more."""

    def __init__(self, length: int) -> None:
        self._work: queue.Queue[Callable[[], object] | None] = queue.Queue(length)
        self._thread: threading.Thread | None = None
        self.error: OSError | None = None

    def then(self, work: Callable[[], object]) -> None:
        """Do `work` after all that was given before; waits where the line is full."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        self._work.put(work)

    def drain(self) -> None:
        """Wait until everything is done."""
        self._work.join()

    def close(self) -> None:
        """End the thread when everything is done."""
        if self._thread is not None:
            self._work.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while True:
            work = self._work.get()
            try:
                if work is not None and self.error is None:
                    work()
            except OSError as error:
                self.error = error
            finally:
                self._work.task_done()
            if work is None:
                return


def note_of(place: Path) -> Path:
    """The note beside the part file at `place`."""
    return place.with_name(place.name + ".json")


def write_durably(path: Path, data: bytes) -> None:
    """Replace the file at `path` whole or not at all. Raises OSError."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make names in `folder` durable, where the system knows how."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _read_note(path: Path) -> Sidecar | None:
    try:
        if path.stat().st_size > _MAX_SIDECAR:
            return None
        return decode(path.read_bytes())
    except OSError:
        return None
