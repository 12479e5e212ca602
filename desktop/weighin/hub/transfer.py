"""One file from the hub onto the disk: resumed, checked, put in its place. The only writer of part files."""

from __future__ import annotations

import errno
import hashlib
import http.client
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from weighin.core import format
from weighin.core.downloads.download import LOW_SPACE, PASSING, Transferred, WantedFile
from weighin.core.downloads.hub_names import DATA_SETS, is_sha256
from weighin.core.downloads.sidecar import Sidecar
from weighin.core.errors import AppError
from weighin.core.gguf.reader import what_else
from weighin.hub import transfer as fallback
from weighin.hub.cache import CachePlaces, places, publish, sweep
from weighin.hub.client import is_newest, translated
from weighin.hub.errors import HubError
from weighin.hub.http import Http, HubReply, RetryPolicy, broken, check_endpoint
from weighin.hub.part_file import HELD, PartFile
from weighin.hub.receipt import receipt_of
from weighin.hub.writer_lock import WriterLock

# Large, because each is handed from one thread to another: on a busy computer that costs more than the bytes in it.
_PIECE = 4 << 20
# One being filled, the others with the part file.
_RING = 1 + HELD
_TRIES = 7
# Less than this from one try is no progress: it does not shorten the wait before the next.
_USEFUL = 1 << 20
# Shorter waits need no announcement.
_LONG_WAIT_S = 10.0
_WAIT_FOR_WRITER_S = 0.5


class StoppedError(Exception):
    """The user paused or cancelled; what came is kept."""


@dataclass
class Ground:
    """Where and how files are fetched. `free_bytes` tells the free space of a folder's disk; `patient`: trouble that
    passes by itself is waited for as long as it takes."""

    endpoint: str
    cache: Path
    token: str | None = field(default=None, repr=False)
    patience: RetryPolicy = field(default_factory=RetryPolicy)
    free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free
    patient: bool = False


class Transfer:
    """Fetches one file. `run` once, from one thread; `stop` from any."""

    def __init__(
        self, ground: Ground, repo: str, commit: str, file: WantedFile, progress: Callable[[Transferred], None]
    ) -> None:
        self._ground = ground
        self._repo, self._commit, self._file = repo, commit, file
        self._tell = progress
        self._places = places(ground.cache, repo, commit, file.path, file.sha256)
        self._http = Http(ground.endpoint, ground.token, ground.patience)
        self._stop = threading.Event()
        self._received = 0
        self._brought = False
        self._stretches = 0
        self._began_again = False

    @property
    def places(self) -> CachePlaces:
        """Where it is written."""
        return self._places

    @property
    def received(self) -> int:
        """Bytes that came over the network."""
        return self._received

    @property
    def brought(self) -> bool:
        """Whether the finished file was fetched by this program; False where it lay here already."""
        return self._brought

    def stop(self) -> None:
        """Break off now, keeping what came."""
        self._stop.set()
        self._http.abort()

    def run(self) -> Path:
        """The path of the finished, checked file. Raises StoppedError or AppError with one sentence."""
        lock = WriterLock(self._places.lock)
        try:
            while not lock.acquire():
                self._report(0, "waiting", "Another program is downloading this file.")
                self._pause(_WAIT_FOR_WRITER_S)
            try:
                if not self._is_here():
                    self._fetch_somehow()
                    self._brought = True
                path = publish(
                    self._ground.cache, self._repo, self._commit, self._file.path, self._file.sha256, self._is_newest
                )
                sweep(self._places)
                return path
            finally:
                lock.release()
        except OSError as error:
            raise disk_error(error, self._places.part.parent) from error

    def _is_newest(self) -> bool:
        return is_newest(self._ground.endpoint, self._ground.token, self._repo, self._commit)

    def _is_here(self) -> bool:
        """Whether the finished file lies in the cache already; its bytes are read and checked, not believed, unless
        this very download did that before."""
        blob = self._places.blob
        if not blob.is_file() and self._places.snapshot.is_file() and not self._places.snapshot.is_symlink():
            blob = self._places.snapshot
        if not blob.is_file() or blob.stat().st_size != self._file.size:
            return False
        if (receipt := receipt_of(self._places, blob)) is not None:
            self._brought = receipt.brought
            return True

        def report(done: int) -> None:
            self._report(done, "checking")
            self._check_stop()

        if sha256_of(blob, report) == self._file.sha256:
            return True
        blob.replace(self._places.bad)
        return False

    def _fetch_somehow(self) -> None:
        """By plain ranges; where the server wants none of that, by the hub's own client."""
        try:
            self._fetch()
        except HubError as error:
            # A host of files that goes on refusing fresh addresses may still serve the hub's own client.
            if error.kind not in ("status", "expired"):
                raise
            self._fetch_whole()
            if not self._is_here():
                self._places.snapshot.unlink(missing_ok=True)
                text = "The download is damaged (sha256 mismatch) and is not used."
                raise AppError(text, kind="damaged") from error

    def _fetch_whole(self) -> None:
        failures, ground = 0, self._ground
        while True:
            self._report(0, "loading", fallback.NOTE)
            try:
                fallback.fetch_whole(ground.endpoint, ground.token, ground.cache, self._repo, self._commit, self._file)
                return
            except HubError as error:
                failures += 1
                self._wait_or_give_up(error, failures, 0)

    def _fetch(self) -> None:
        identity = Sidecar(self._repo, self._file.path, self._commit, self._file.size, self._file.sha256)
        part = PartFile(self._places.part, identity)
        settled = False
        try:
            part.open(self._on_checked)
            self._check_stop()
            while True:
                self._receive(part)
                if part.digest() == self._file.sha256:
                    break
                if self._stretches < 2 or self._began_again:
                    settled = True
                    self._refuse_bytes(part)
                # Put together from several attempts: perhaps the file changed between them. Once more from the start.
                self._began_again = True
                part.restart()
            part.finish(self._places.blob)
            settled = True
        finally:
            if not settled:
                part.close()
            self._http.close()

    def _refuse_bytes(self, part: PartFile) -> None:
        digest = part.digest()
        again = self._places.bad.exists() and sha256_of(self._places.bad) == digest
        part.set_aside(self._places.bad)
        if again:
            text = "Two downloads gave the same wrong bytes: the file does not match the hub's own checksum."
            raise AppError(text, f"sha256 {digest}", "damaged")
        text = "The download is damaged (sha256 mismatch) and is not used. Download it again."
        raise AppError(text, f"sha256 {digest}", "damaged")

    def _receive(self, part: PartFile) -> None:
        """Fetch until the file is full, trying again as long as something comes."""
        failures = 0
        if part.length:
            self._stretches += 1
        while part.length < self._file.size:
            before = self._received
            self._stretches += 1
            try:
                self._attempt(part)
                if part.length < self._file.size and self._received - before < _USEFUL:
                    raise HubError("The server sends only a few bytes at a time.", "range", True)
                failures = 0
            except HubError as error:
                self._check_stop()
                failures = 1 if self._received - before >= _USEFUL else failures + 1
                self._wait_or_give_up(error, failures, part.length)

    def _attempt(self, part: PartFile) -> None:
        url = f"{self._ground.endpoint}/{self._repo}/resolve/{self._commit}/{quote(self._file.path)}"
        reply = self._http.get(url, part.length, repo=self._repo)
        if part.length and reply.status == 200:
            part.restart()
            self._stretches = 1
        end = self._check_reply(reply, part.length)
        ring = [memoryview(bytearray(_PIECE)) for _ in range(_RING)]
        turn = 0
        while part.length < end:
            buffer = ring[turn % _RING]
            turn += 1
            filled = self._fill(reply, buffer, end - part.length)
            if filled == 0:
                raise HubError("The connection was lost.", "connection", True)
            if part.length == 0:
                self._check_head(bytes(buffer[: min(filled, 512)]))
            self._check_space(part)
            part.write(buffer[:filled])
            self._report(part.length, "loading")

    def _fill(self, reply: HubReply, buffer: memoryview, wanted: int) -> int:
        """Read what comes without waiting for more than one byte, 0 at the end; raises StoppedError or HubError."""
        filled, limit = 0, min(wanted, len(buffer))
        try:
            filled = reply.readinto(buffer[:limit])
            while filled < limit and reply.ready and (more := reply.readinto(buffer[filled:limit])):
                filled += more
        except (OSError, ValueError, http.client.HTTPException) as error:
            self._check_stop()
            # What came before the connection broke is good; reading again will say what happened.
            if not filled:
                raise broken(error) from error
        self._check_stop()
        self._received += filled
        return filled

    def _check_reply(self, reply: HubReply, start: int) -> int:
        """Where the bytes of this answer end; raises HubError where they are not those asked for, as far as headers
        can tell."""
        size = self._file.size
        if reply.headers.get("content-encoding", "identity") not in ("identity", ""):
            raise HubError("The server sends the file compressed although it was asked not to.", "encoding")
        etag = reply.linked.get("x-linked-etag", "").strip('W/"')
        if is_sha256(etag) and etag != self._file.sha256:
            raise HubError("The file on the hub has changed: list it again.", "changed")
        if reply.status == 206:
            return reply.part(start, size)
        if reply.length is not None and reply.length != size:
            what = what_else(reply.read(512)) or "its size differs"
            text = f"The server sends {format.count(reply.length)} bytes instead of {format.count(size)}: {what}."
            raise HubError(text, "not_the_file")
        return size

    def _check_head(self, head: bytes) -> None:
        if self._file.path.lower().endswith(".gguf") and len(head) >= 4 and (what := what_else(head)):
            raise HubError(f"The server does not send a GGUF model: {what}.", "not_the_file")

    def _check_space(self, part: PartFile) -> None:
        if part.length % (4 * _PIECE) < _PIECE and self._ground.free_bytes(self._places.part.parent) < LOW_SPACE:
            raise disk_full()

    def _wait_or_give_up(self, error: HubError, failures: int, done: int) -> None:
        """Pause before the next try; raises `error` where there is to be none."""
        endless = self._ground.patient and error.kind in PASSING
        if not error.retry or (failures >= _TRIES and not endless):
            raise error
        pause = self._ground.patience.pause(failures)
        note = error.user_text
        if error.wait_s is not None:
            pause = max(pause, error.wait_s)
        elif pause >= _LONG_WAIT_S:
            note += f" Next try in {format.seconds(pause)}."
        self._report(done, "waiting", note)
        self._pause(pause)

    def _pause(self, seconds: float) -> None:
        self._stop.wait(seconds)
        self._check_stop()

    def _check_stop(self) -> None:
        if self._stop.is_set():
            raise StoppedError

    def _on_checked(self, length: int) -> bool:
        self._report(length, "checking")
        return not self._stop.is_set()

    def _report(self, done: int, phase: str, note: str = "") -> None:
        size = self._file.size
        self._tell(Transferred(done, size, self._received, phase, self._file.path, done, size, note))


def disk_full() -> AppError:
    """The disk takes no more."""
    text = "The disk is full: the download is paused. Free some space to resume it."
    return AppError(text, kind="disk_full")


def disk_error(error: OSError, folder: Path) -> AppError:
    """The sentence for a failure of the disk."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full()
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return AppError(f"Cannot write to {folder}: it is read-only or not yours.", str(error), "read_only")
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EIO, errno.ESTALE, errno.ENODEV):
        return AppError(f"The folder {folder} is gone or cannot be read: is its disk still there?", str(error), "disk")
    if error.errno == errno.ELOOP:
        return AppError(
            f"There is a link where a file should be written in {folder}; it is not followed.", str(error), "disk"
        )
    return AppError(f"The disk said: {error.strerror or error}.", str(error), "disk")


def sha256_of(path: Path, report: Callable[[int], None] = lambda _: None) -> str:
    """Of the bytes of a file. `report` gets how many were read so far, and may raise to break off. Raises OSError."""
    running, done, buffer = hashlib.sha256(), 0, memoryview(bytearray(_PIECE))
    with path.open("rb", buffering=0) as stream:
        while count := stream.readinto(buffer):
            running.update(buffer[:count])
            done += count
            report(done)
    return running.hexdigest()


NOTE = "Fetched by the hub's own client: no progress, no resume."


def fetch_whole(endpoint: str, token: str | None, cache: Path, repo: str, commit: str, file: WantedFile) -> None:
    """Fetch one file into the cache, from the start. What came is not checked yet. Raises AppError or OSError."""
    check_endpoint(endpoint)
    from huggingface_hub import hf_hub_download

    translated(
        repo,
        lambda: hf_hub_download(
            repo.removeprefix(DATA_SETS),
            file.path,
            repo_type="dataset" if repo.startswith(DATA_SETS) else "model",
            revision=commit,
            cache_dir=cache,
            endpoint=endpoint,
            token=token or False,
            library_name="weighin",
        ),
    )
