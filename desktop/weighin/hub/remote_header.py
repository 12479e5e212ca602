"""What a model at the hub is, from its header alone: a few MB by Range instead of 20 GB."""

from __future__ import annotations

import io
from collections.abc import Callable
from urllib.parse import quote

from weighin.core.downloads.repository import Variant
from weighin.core.errors import AppError
from weighin.core.gguf.facts import facts_of_headers
from weighin.core.gguf.reader import MAX_HEADER, Header, read_header
from weighin.core.models.model import ModelFacts
from weighin.hub.errors import HubError
from weighin.hub.http import Http

# Most headers of today are 2 to 16 MB, nearly all of it vocabulary.
_FIRST = 2 << 20
# What follows in the other parts of a split model is no more than their tables of tensors.
_FIRST_OF_OTHERS = 128 << 10
_MOST_AT_ONCE = 4 << 20
_MOST_SHARDS = 64


class RangeStream(io.RawIOBase):
    """The first bytes of a remote file as a stream, fetched as it is read."""

    def __init__(self, http: Http, url: str, size: int, repo: str, first: int = _FIRST) -> None:
        """`first`: bytes to fetch at the first step; every further step is twice as long."""
        self._http, self._url, self._size, self._repo = http, url, size, repo
        self._step = first
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
        reply = self._http.get(self._url, start, end, self._repo)
        try:
            found = reply.headers.get("content-range", "")
            if reply.status == 206 and found != f"bytes {start}-{end - 1}/{self._size}":
                raise HubError("The server sends other bytes than were asked for.", "range", detail=found)
            if reply.status == 200 and start:
                raise HubError("The server cannot send a part of a file, so its header cannot be shown.", "range")
            data = reply.read(end - start)
        finally:
            self._http.close()
        if not data:
            raise HubError("The connection broke.", "connection", True)
        self._data += data
        self._step = min(2 * self._step, _MOST_AT_ONCE)


def remote_facts(
    http: Http, endpoint: str, repo: str, commit: str, variant: Variant, on_header: Callable[[bytes, int], None]
) -> ModelFacts:
    """Facts of a model at the hub. `on_header` gets the first bytes of each file and its size. Raises AppError."""
    if variant.problem:
        raise AppError(variant.problem, kind="parts")
    if len(variant.files) > _MOST_SHARDS:
        raise AppError(f"This model has {len(variant.files)} parts, more than can be looked into.", kind="parts")
    headers: list[Header] = []
    for file in variant.files:
        url = f"{endpoint}/{repo}/resolve/{commit}/{quote(file.path)}"
        stream = RangeStream(http, url, file.size, repo, _FIRST_OF_OTHERS if headers else _FIRST)
        header = read_header(stream)  # type: ignore[arg-type]
        if header.needed_bytes > file.size:
            missing = header.needed_bytes - file.size
            text = f"{file.path.rsplit('/', 1)[-1]} at the hub is incomplete: {missing:,} bytes are missing."
            raise AppError(text, kind="truncated")
        headers.append(header)
        on_header(stream.fetched, file.size)
    facts = facts_of_headers(headers, variant.name)
    first = f"hub:{repo}/{variant.files[0].path}"
    return ModelFacts(path=first, file_bytes=variant.size, sha256=variant.files[0].sha256, **facts)
