"""What a model at the hub is, from its header alone: a few MB by Range instead of 20 GB."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from urllib.parse import quote

from weighin.core import format
from weighin.core.downloads.repository import RemoteFile, Variant
from weighin.core.errors import AppError
from weighin.core.gguf.cursor import MAX_HEADER
from weighin.core.gguf.reader import Header, check_nothing_behind, check_together, read_header
from weighin.core.models.header_facts import facts_of_headers
from weighin.core.models.model import ModelFacts
from weighin.hub.errors import HubError
from weighin.hub.http import Http, HubReply

# Most headers of today are 2 to 16 MB, nearly all of it vocabulary.
_FIRST = 2 << 20
# What follows in the other parts of a split model is no more than their tables of tensors.
_FIRST_OF_OTHERS = 128 << 10
_MOST_AT_ONCE = 4 << 20
_MOST_SHARDS = 64
_TRIES = 4
# Somebody waits for the answer: what takes longer is said instead.
_LONGEST_WAIT_S = 10.0


class RangeStream(io.RawIOBase):
    """The first bytes of a remote file as a stream, fetched as it is read."""

    def __init__(self, http: Http, url: str, size: int, repo: str, first: int = _FIRST) -> None:
        """`first`: bytes to fetch at the first step; every further step is twice as long."""
        self._http, self._url, self._size, self._repo = http, url, size, repo
        self._step = first
        self._whole: HubReply | None = None
        self._data = bytearray()
        self._at = 0

    @property
    def fetched(self) -> bytes:
        """All that was fetched so far, from the beginning of the file."""
        return bytes(self._data)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes from the current place; raises HubError."""
        if self._at == len(self._data):
            self._fetch()
        piece = bytes(self._data[self._at : self._at + size] if size >= 0 else self._data[self._at :])
        self._at += len(piece)
        return piece

    def _fetch(self) -> None:
        start = len(self._data)
        end = min(start + self._step, self._size, MAX_HEADER)
        if end <= start:
            return
        failures = 0
        while True:
            try:
                self._data += self._piece(start, end)
                break
            except HubError as error:
                self._whole = None
                failures += 1
                if not error.retry or failures >= _TRIES or (error.wait_s or 0) > _LONGEST_WAIT_S:
                    raise
                threading.Event().wait(max(self._http.patience.pause(failures), error.wait_s or 0))
        self._step = min(2 * self._step, _MOST_AT_ONCE)

    def _piece(self, start: int, end: int) -> bytes:
        """What comes of the bytes from `start` to before `end`, some of them at least."""
        if self._whole is None:
            reply = self._http.get(self._url, start, end, self._repo)
            if reply.status == 206:
                data = reply.read(min(end, reply.part(start, self._size)) - start)
                self._http.close()
                return self._some(data)
            # A server that sends no parts: read on in the one answer, and stop when the header is there.
            passed = 0
            while passed < start:
                passed += len(self._some(reply.read(min(_MOST_AT_ONCE, start - passed))))
            self._whole = reply
        return self._some(self._whole.read(end - start))

    @staticmethod
    def _some(data: bytes) -> bytes:
        if not data:
            raise HubError("The connection was lost.", "connection", True)
        return data


def remote_facts(
    http: Http, endpoint: str, repo: str, commit: str, variant: Variant, on_header: Callable[[bytes, int], None]
) -> ModelFacts:
    """Facts of a model at the hub. `on_header` gets the first bytes of each file and its size. Raises AppError."""
    if variant.problem:
        raise AppError(variant.problem, kind="parts")
    if len(variant.files) > _MOST_SHARDS:
        raise AppError(f"This model has {len(variant.files)} parts, more than can be looked into.", kind="parts")
    try:
        address = f"{endpoint}/{repo}/resolve/{commit}"
        headers: list[Header] = []
        for file in variant.files:
            first = _FIRST_OF_OTHERS if headers else _FIRST
            headers.append(_header(http, address, file, repo, on_header, first))
            check_together(sum(header.data_start for header in headers))
    finally:
        http.close()
    facts = facts_of_headers(headers, variant.name)
    where = f"hub:{repo}/{variant.files[0].path}"
    return ModelFacts(path=where, file_bytes=variant.size, sha256=variant.files[0].sha256, **facts)


def _header(
    http: Http, address: str, file: RemoteFile, repo: str, on_header: Callable[[bytes, int], None], first: int
) -> Header:
    """The header of one part. `first`: bytes to fetch at the first step."""
    stream = RangeStream(http, f"{address}/{quote(file.path)}", file.size, repo, first)
    header = read_header(stream)  # type: ignore[arg-type]
    if header.needed_bytes > file.size:
        missing = header.needed_bytes - file.size
        text = f"{file.path.rsplit('/', 1)[-1]} on the hub is incomplete: {format.count(missing)} bytes are missing."
        raise AppError(text, kind="truncated")
    check_nothing_behind(header, file.size)
    on_header(stream.fetched, file.size)
    return header
