"""HTTP to one server: the key stays with it, everything read is bounded, everything that goes wrong is a sentence."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urljoin

import certifi
import httpx2

from weighin import __version__
from weighin.core.models.server import ServerAddress, parse_address
from weighin.endpoint import errors
from weighin.workers.engine import EngineError

_MOST_JSON = 8 << 20
_MOST_ERROR = 64 << 10
_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_REDIRECTS = 3
# What the header can carry: visible ASCII (RFC 9110, 5.5), as a copied line break or an umlaut is not.
_KEY = re.compile(r"[!-~]{1,8192}")
_T = TypeVar("_T")


@dataclass(frozen=True)
class Patience:
    """Seconds to wait: for a connection, for the first of an answer (a large model reads a long prompt for minutes),
    and then for the next."""

    connect_s: float = 10.0
    first_s: float = 900.0
    stall_s: float = 60.0


class Reply:
    """An open answer with status 200."""

    def __init__(self, response: httpx2.Response, host: str, patience: Patience) -> None:
        self._response, self._host, self._patience = response, host, patience
        # As sent, when it is sent: with a size given, httpx would wait until that much has come. And never unpacked: a
        # server that compresses although it was asked not to could send far more than it seems.
        self._bytes = response.aiter_raw()
        self._began = False

    @property
    def is_json(self) -> bool:
        """Whether one JSON object comes instead of a stream of events."""
        return "json" in self._type and "event-stream" not in self._type

    @property
    def is_web_page(self) -> bool:
        """Whether it is a page for people."""
        return "html" in self._type

    @property
    def _type(self) -> str:
        return self._response.headers.get("content-type", "").lower()

    async def pieces(self) -> AsyncIterator[bytes]:
        """The bytes as they come. Raises EngineError where they stop coming."""
        while True:
            wait = self._patience.stall_s if self._began else self._patience.first_s
            try:
                data = await within(anext(self._bytes, b""), wait)
            except asyncio.TimeoutError:
                raise errors.stalled(self._host, wait, self._began) from None
            except httpx2.HTTPError as error:
                raise errors.network_error(error, self._host, began=True) from None
            if not data:
                return
            self._began = True
            yield data

    async def whole(self, most: int) -> bytes:
        """All of it. Raises EngineError above `most` bytes."""
        body = bytearray()
        async for piece in self.pieces():
            body += piece
            if len(body) > most:
                raise errors.garbage(self._host, f"more than {most:,} bytes")
        return bytes(body)


class Endpoint:
    """The server at `address`. `key` goes to its own origin only, and certificates are always checked."""

    def __init__(self, address: ServerAddress, key: str | None, patience: Patience) -> None:
        self._address, self._key, self._patience = address, key, patience

    @property
    def host(self) -> str:
        """Name and port, for sentences."""
        return self._address.host

    async def get_json(self, path: str) -> Any:
        """What GET `path` gives, decoded. Raises EngineError."""
        async with self._open("GET", path, None) as reply:
            return await self._json(reply)

    async def post_json(self, path: str, body: dict[str, Any]) -> Any:
        """What POST `path` with `body` gives, decoded. Raises EngineError."""
        async with self._open("POST", path, body) as reply:
            return await self._json(reply)

    @asynccontextmanager
    async def stream(self, path: str, body: dict[str, Any]) -> AsyncIterator[Reply]:
        """An open answer to POST `path` with `body`; leaving the block closes the connection, which stops the server.
        Raises EngineError."""
        async with self._open("POST", path, body) as reply:
            if reply.is_web_page:
                raise errors.not_endpoint(self.host, "a web page")
            yield reply

    async def decoded(self, reply: Reply) -> Any:
        """The one JSON object of a reply that is no stream."""
        return await self._json(reply)

    async def _json(self, reply: Reply) -> Any:
        body = await reply.whole(_MOST_JSON)
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            found = "a web page" if reply.is_web_page or body.lstrip()[:1] == b"<" else "something that is no JSON"
            raise errors.not_endpoint(self.host, found) from None

    @asynccontextmanager
    async def _open(self, method: str, path: str, body: dict[str, Any] | None) -> AsyncIterator[Reply]:
        # The system's proxies are for other computers.
        ours = self._address.is_loopback
        client = httpx2.AsyncClient(
            verify=_certificates(),
            trust_env=not ours,
            follow_redirects=False,
            timeout=httpx2.Timeout(None, connect=self._patience.connect_s),
            headers=self._headers(),
        )
        async with client:
            response = await self._send(client, method, self._address.base + path, body)
            try:
                yield Reply(response, self.host, self._patience)
            finally:
                await response.aclose()

    async def _send(
        self, client: httpx2.AsyncClient, method: str, url: str, body: dict[str, Any] | None
    ) -> httpx2.Response:
        for _ in range(_MAX_REDIRECTS + 1):
            request = client.build_request(method, url, json=body)
            response = await self._patiently(client.send(request, stream=True))
            if response.status_code in _REDIRECTS:
                await response.aclose()
                url = self._same_server(url, response.headers.get("location", ""))
                continue
            if response.status_code != 200:
                refused = await self._refused(response)
                await response.aclose()
                raise refused
            return response
        raise errors.garbage(self.host, "the request round in circles")

    async def _patiently(self, work: Awaitable[_T]) -> _T:
        try:
            return await within(work, self._patience.first_s)
        except asyncio.TimeoutError:
            raise errors.stalled(self.host, self._patience.first_s, began=False) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, ssl.SSLError) as error:
            raise errors.network_error(error, self.host, began=False) from None

    def _same_server(self, url: str, location: str) -> str:
        """The address a redirect leads to. Raises EngineError where that is another server."""
        target = urljoin(url, location)
        try:
            same = parse_address(target).origin == self._address.origin
        except Exception:  # noqa: BLE001 - whatever stands there, it is not our server
            same = False
        if not same:
            raise errors.redirected(self.host, target)
        return target

    async def _refused(self, response: httpx2.Response) -> EngineError:
        reply = Reply(response, self.host, Patience(stall_s=self._patience.connect_s, first_s=self._patience.connect_s))
        try:
            body = await reply.whole(_MOST_ERROR)
        except EngineError:
            body = b""
        if self._key:
            # Some servers repeat the key they refuse: it must not get into a record.
            body = body.replace(self._key.encode(), b"(key)")
        wait = response.headers.get("retry-after", "")
        return errors.status_error(response.status_code, self.host, body, self._key is not None, wait)

    def _headers(self) -> dict[str, str]:
        headers = {"User-Agent": f"weighin/{__version__}", "Accept-Encoding": "identity"}
        if self._key:
            if not _KEY.fullmatch(self._key):
                raise errors.key_malformed(self.host)
            headers["Authorization"] = f"Bearer {self._key}"
        return headers


async def within(work: Awaitable[_T], seconds: float) -> _T:
    """What `work` gives. Raises asyncio.TimeoutError after `seconds`. Unlike asyncio.wait_for before Python 3.12 it
    loses no Stop that comes in the very moment in which `work` is done."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise asyncio.TimeoutError
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # looked at, so that nobody is told that it never was


def _certificates() -> ssl.SSLContext:
    """Certificates of the system, or those that SSL_CERT_FILE and SSL_CERT_DIR name in their place."""
    import os

    context = ssl.create_default_context()
    if not (os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")):
        context.load_verify_locations(certifi.where())
    return context
