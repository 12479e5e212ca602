"""A hub on 127.0.0.1 for tests: speaks the real one's API well enough for huggingface_hub, and fails on purpose.

Two servers: the hub itself, and the host of big files it redirects to, on another port.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
_PIECE = 256 << 10


class Bytes:
    """Content held in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self.size = len(data)
        self.sha256 = hashlib.sha256(data).hexdigest()

    def read(self, start: int, count: int) -> memoryview:
        return self._data[start : start + count]


class Repeated:
    """`size` bytes: `head`, then the same piece over and over. For files that need not fit anywhere."""

    def __init__(self, size: int, sha256: str, head: bytes = b"GGUF") -> None:
        self.size, self.sha256, self._head = size, sha256, head
        self._piece = bytes(_PIECE)

    def read(self, start: int, count: int) -> bytes:
        if start < len(self._head):
            return self._head[start : start + count]
        return self._piece[: min(count, self.size - start)]


@dataclass
class Fault:
    """What goes wrong with a file's bytes, for the next `times` answers (-1: always). Places count from its start.

    drop_at / stall_at: the connection closes, or goes silent, there (drop_every: after so many bytes of each answer).
    reset_at: the connection is reset there. cap: an answer to a Range has so many bytes at most. star: a Content-Range
    that does not know the size.
    wrong_byte_at: one byte is another. ignore_range: 200 with everything. content_range: this text instead of the true
    one. other: these bytes instead (a changed file). html: a web page with 200. rate: bytes a second. status, headers:
    an error instead, from the hub itself or (`on_files`) from the host of big files."""

    times: int = 1
    drop_at: int | None = None
    drop_every: int | None = None
    stall_at: int | None = None
    reset_at: int | None = None
    cap: int | None = None
    star: bool = False
    wrong_byte_at: int | None = None
    ignore_range: bool = False
    content_range: str | None = None
    other: bytes | None = None
    html: bool = False
    rate: int | None = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    on_files: bool = False


@dataclass
class Repo:
    """One repository. `gated`: False, "auto" or "manual"; `private`: shown only to `token`."""

    files: dict[str, Any]
    gated: str | bool = False
    private: bool = False
    license: str = "apache-2.0"
    downloads: int = 100
    gguf: dict[str, Any] | None = None
    commit: str = COMMIT
    sizes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """A request that came in: `host` is "hub" or "files"."""

    host: str
    method: str
    path: str
    headers: dict[str, str]


class LoopbackHub:
    """`url` is what HF_ENDPOINT takes. Use as a context manager.

    relative: redirects name a place on the same host. lower_case: names of headers are written small. page: so many
    entries of a tree in one answer.
    sent: bytes of files sent so far. spans: of each answer with bytes of a file, [first byte, end of what was sent]."""

    def __init__(self, token: str | None = None, redirect: bool = True) -> None:
        self.repos: dict[str, Repo] = {}
        self.faults: dict[str, Fault] = {}
        self.seen: list[Seen] = []
        self.sent = 0
        self.spans: list[list[int]] = []
        self.token = token
        self.redirect = redirect
        self.redirect_to: str | None = None
        self.relative = False
        self.lower_case = False
        self.page: int | None = None
        self.silent = threading.Event()
        self._lock = threading.Lock()
        self._hub = _server(self, "hub")
        self._files = _server(self, "files")
        self.url = f"http://127.0.0.1:{self._hub.server_address[1]}"
        self.files_url = f"http://127.0.0.1:{self._files.server_address[1]}"

    def __enter__(self) -> LoopbackHub:
        for server in (self._hub, self._files):
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.silent.set()
        for server in (self._hub, self._files):
            server.shutdown()
            server.server_close()

    def add(self, name: str, files: dict[str, bytes | Repeated | Bytes], **more: Any) -> Repo:
        """A repository with these files."""
        made = Repo({p: Bytes(c) if isinstance(c, bytes) else c for p, c in files.items()}, **more)
        self.repos[name] = made
        return made

    def fail(self, path: str, **how: Any) -> None:
        """Switch a fault on for the file `path` ("api" for the API)."""
        self.faults[path] = Fault(**how)

    def take_fault(self, path: str, on_files: bool) -> Fault | None:
        """The fault for this answer, if any; counts it."""
        with self._lock:
            fault = self.faults.get(path)
            if fault is None or fault.times == 0 or (fault.status is not None and fault.on_files != on_files):
                return None
            if fault.status is None and not on_files and self.redirect and path != "api":
                return None
            fault.times -= 1 if fault.times > 0 else 0
            return fault

    def requests(self, host: str = "files", method: str = "GET") -> list[Seen]:
        """Requests that came to `host`."""
        return [s for s in self.seen if s.host == host and s.method == method]

    def count(self, size: int) -> None:
        """Bytes of files sent."""
        with self._lock:
            self.sent += size


def _server(hub: LoopbackHub, name: str) -> ThreadingHTTPServer:
    handler = type(f"_{name}", (_Handler,), {"hub": hub, "host_name": name})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    return server


class _Handler(BaseHTTPRequestHandler):
    hub: LoopbackHub
    host_name: str
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        return

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.hub.seen.append(Seen(self.host_name, self.command, self.path, headers))
        with contextlib.suppress(ConnectionError, TimeoutError):
            parts = urlsplit(self.path)
            if self.host_name == "files":
                self._big_file(unquote(parts.path))
            elif parts.path.startswith("/files/"):
                self._big_file(unquote(parts.path).removeprefix("/files"))
            elif parts.path.startswith("/api/models"):
                self._api(parts.path.removeprefix("/api/models").strip("/"), parse_qs(parts.query))
            elif parts.path.startswith("/api/datasets/"):
                self._api(parts.path.removeprefix("/api/"), parse_qs(parts.query))
            elif match := re.fullmatch(r"/((?:datasets/)?[^/]+/[^/]+)/resolve/([^/]+)/(.+)", parts.path):
                self._resolve(match[1], match[2], unquote(match[3]))
            else:
                self._error(404, "EntryNotFound")

    # ---------------------------------------------------------------- API

    def _api(self, path: str, query: dict[str, list[str]]) -> None:
        fault = self.hub.take_fault("api", False)
        if fault is not None and fault.status:
            self._error(fault.status, "", fault.headers)
        elif fault is not None and fault.html:
            self._send(200, b"<!DOCTYPE html><html>Log in</html>", {"Content-Type": "text/html"})
        elif not path:
            self._json([_model(name, repo) for name, repo in self.hub.repos.items() if _matches(name, query)])
        else:
            data_set, path = path.startswith("datasets/"), path.removeprefix("datasets/")
            parts = path.split("/")
            name = ("datasets/" if data_set else "") + "/".join(parts[:2])
            repo = self._known(name)
            if repo is None:
                return
            revision = parts[3] if len(parts) > 3 else "main"
            if revision not in ("main", repo.commit):
                self._error(404, "RevisionNotFound")
            elif len(parts) > 2 and parts[2] == "tree":
                self._tree([_entry(path, content, repo) for path, content in repo.files.items()], query)
            else:
                self._json(_model(name, repo))

    def _tree(self, entries: list[dict[str, Any]], query: dict[str, list[str]]) -> None:
        """All entries, or a page of them and where the next one is."""
        first = int(query.get("cursor", ["0"])[0])
        end = len(entries) if self.hub.page is None else first + self.hub.page
        more = {}
        if end < len(entries):
            here = urlsplit(self.path).path
            more["Link"] = f'<{self.hub.url}{here}?recursive=True&cursor={end}>; rel="next"'
        self._send(200, json.dumps(entries[first:end]).encode(), {"Content-Type": "application/json", **more})

    def send_header(self, keyword: str, value: str) -> None:
        super().send_header(keyword.lower() if self.hub.lower_case else keyword, value)

    def _known(self, name: str) -> Repo | None:
        """The repository, or an answer like the real hub's where it may not be shown."""
        authorised = self.hub.token and self.headers.get("Authorization") == f"Bearer {self.hub.token}"
        given = self.headers.get("Authorization")
        repo = self.hub.repos.get(name)
        if given and self.hub.token and not authorised:
            self._error(401, "", {"X-Error-Message": "Invalid credentials in Authorization header"})
        elif repo is None or (repo.private and not authorised):
            self._error(404 if authorised else 401, "RepoNotFound")
        else:
            return repo
        return None

    # -------------------------------------------------------------- files

    def _resolve(self, name: str, revision: str, path: str) -> None:
        repo = self._known(name)
        if repo is None:
            return
        if revision not in ("main", repo.commit):
            self._error(404, "RevisionNotFound")
            return
        authorised = self.hub.token and self.headers.get("Authorization") == f"Bearer {self.hub.token}"
        if repo.gated and not authorised:
            self._error(401 if not self.headers.get("Authorization") else 403, "GatedRepo")
            return
        content = repo.files.get(path)
        if content is None:
            self._error(404, "EntryNotFound")
            return
        fault = self.hub.take_fault(path, False)
        if fault is not None and fault.status:
            self._error(fault.status, "", fault.headers)
            return
        linked = {
            "X-Repo-Commit": repo.commit,
            "X-Linked-Etag": f'"{content.sha256}"',
            "X-Linked-Size": str(content.size),
        }
        if self.hub.redirect:
            target = (
                self.hub.redirect_to or f"{'/files' if self.hub.relative else self.hub.files_url}/{name}/{quote(path)}"
            )
            self._send(302, b"", {**linked, "Location": target, "ETag": '"pointer"'})
        else:
            self._content(content, fault, linked)

    def _big_file(self, path: str) -> None:
        prefix = "datasets/" if path.startswith("/datasets/") else ""
        owner, name, rest = path.removeprefix(f"/{prefix}").split("/", 2)
        repo = self.hub.repos.get(f"{prefix}{owner}/{name}")
        fault = self.hub.take_fault(rest, True)
        if repo is None or rest not in repo.files:
            self._error(404, "")
        elif fault is not None and fault.status:
            self._error(fault.status, "", fault.headers)
        else:
            self._content(repo.files[rest], fault, {})

    def _content(self, content: Any, fault: Fault | None, headers: dict[str, str]) -> None:
        fault = fault or Fault()
        if fault.html:
            self._send(200, b"<!DOCTYPE html><html>Log in</html>", {"Content-Type": "text/html"})
            return
        if fault.other is not None:
            content = Bytes(fault.other)
        start, end, status = 0, content.size, 200
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if asked and not fault.ignore_range:
            start, status = int(asked[1]), 206
            end = min(int(asked[2]) + 1, content.size) if asked[2] else content.size
            end = end if fault.cap is None else min(end, start + fault.cap)
            total = "*" if fault.star else content.size
            headers["Content-Range"] = fault.content_range or f"bytes {start}-{end - 1}/{total}"
        self.send_response(status)
        for key, value in {"Accept-Ranges": "bytes", "ETag": f'"{content.sha256}"', **headers}.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(end - start))
        self.end_headers()
        if self.command == "GET":
            self._body(content, fault, start, end)

    def _body(self, content: Any, fault: Fault, start: int, end: int) -> None:
        at = start
        span = [start, start]
        self.hub.spans.append(span)
        stop = fault.drop_at if fault.drop_every is None else start + fault.drop_every
        while at < end:
            if stop is not None and at >= stop:
                self._hang_up()
                return
            if fault.stall_at is not None and at >= fault.stall_at:
                self.hub.silent.wait(60)
                self._hang_up()
                return
            if fault.reset_at is not None and at >= fault.reset_at:
                # With nothing to linger for, closing sends a reset instead of an end.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self._hang_up()
                return
            places = (stop, fault.stall_at, fault.reset_at)
            until = min([end, at + _PIECE, *(x for x in places if x is not None and x > at)])
            piece = content.read(at, until - at)
            if fault.wrong_byte_at is not None and at <= fault.wrong_byte_at < at + len(piece):
                piece = bytearray(piece)
                piece[fault.wrong_byte_at - at] ^= 0xFF
            self.wfile.write(piece)
            self.hub.count(len(piece))
            at += len(piece)
            span[1] = at
            if fault.rate:
                time.sleep(len(piece) / fault.rate)

    def _hang_up(self) -> None:
        self.wfile.flush()
        self.close_connection = True
        self.connection.close()

    # -------------------------------------------------------------- answers

    def _json(self, body: Any) -> None:
        self._send(200, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def _error(self, status: int, code: str, headers: dict[str, str] | None = None) -> None:
        more = {"X-Error-Code": code} if code else {}
        self._send(status, json.dumps({"error": code or "no"}).encode(), {**more, **(headers or {})})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


def _matches(name: str, query: dict[str, list[str]]) -> bool:
    return query.get("search", [""])[0].lower() in name.lower()


def _model(name: str, repo: Repo) -> dict[str, Any]:
    return {
        "_id": "1",
        "id": name,
        "sha": repo.commit,
        "private": repo.private,
        "gated": repo.gated,
        "downloads": repo.downloads,
        "likes": 7,
        "tags": ["gguf", f"license:{repo.license}"],
        "gguf": repo.gguf or {"total": 1000, "architecture": "llama", "context_length": 512},
        "siblings": [{"rfilename": path} for path in repo.files],
    }


def _entry(path: str, content: Any, repo: Repo) -> dict[str, Any]:
    size = repo.sizes.get(path, content.size)
    entry: dict[str, Any] = {"type": "file", "path": path, "size": size, "oid": "a" * 40}
    if path.lower().endswith((".gguf", ".bin", ".tar", ".parquet")) or ".part" in path:
        entry["lfs"] = {"oid": content.sha256, "size": size, "pointerSize": 130}
    return entry


@contextlib.contextmanager
def loopback_hub(**how: Any) -> Iterator[LoopbackHub]:
    """A running hub."""
    with LoopbackHub(**how) as hub:
        yield hub
