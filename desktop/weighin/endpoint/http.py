"""HTTP to one server: the key stays with it, everything read is bounded, everything that goes wrong is a sentence."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import urllib.request
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import certifi
import httpx2

from weighin import __version__
from weighin.core.models.server import ServerAddress, parse_address
from weighin.core.proxies import proxy_for, why_unusable
from weighin.core.retry_after import retry_after
from weighin.endpoint import errors
from weighin.endpoint.reply import Reply, ReplyTimeouts, within
from weighin.workers.engine import EngineError

_MOST_JSON = 8 << 20
_MOST_ERROR = 64 << 10
_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_REDIRECTS = 3
# What the header can carry: visible ASCII (RFC 9110, 5.5), as a copied line break or an umlaut is not.
_KEY = re.compile(r"[!-~]{1,8192}")
_T = TypeVar("_T")


class Endpoint:
    """The server at `address`. `key` goes to its own origin only, and certificates are always checked."""

    def __init__(self, address: ServerAddress, key: str | None, patience: ReplyTimeouts) -> None:
        self._address, self._key, self._patience = address, key, patience

    @property
    def host(self) -> str:
        """Name and port, for sentences."""
        return self._address.host

    async def get_json(self, path: str) -> Any:
        """What GET `path` gives, decoded; None where that is nothing. Raises EngineError."""
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
            yield reply

    async def _json(self, reply: Reply) -> Any:
        body = await reply.whole(_MOST_JSON)
        try:
            return json.loads(body) if body.strip() else None
        except (ValueError, RecursionError):
            page = reply.claims_web_page or body.lstrip()[:1] == b"<"
            found = "a web page" if page else "something that is not JSON"
            raise errors.not_endpoint(self.host, found) from None

    @asynccontextmanager
    async def _open(self, method: str, path: str, body: dict[str, Any] | None) -> AsyncIterator[Reply]:
        client = httpx2.AsyncClient(
            verify=_certificates(),
            trust_env=False,
            proxy=_proxy(self._address),
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
            if not response.is_success:
                refused = await self._refused(response)
                await response.aclose()
                raise refused
            return response
        raise errors.garbage(self.host, "redirects in a loop")

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
        reply = Reply(
            response, self.host, ReplyTimeouts(stall_s=self._patience.connect_s, first_s=self._patience.connect_s)
        )
        try:
            body = await reply.whole(_MOST_ERROR)
        except EngineError:
            body = b""
        if self._key:
            # Some servers repeat the key they refuse: it must not get into a record.
            body = body.replace(self._key.encode(), b"(key)")
        wait = retry_after(response.headers)
        return errors.status_error(response.status_code, self.host, body, self._key is not None, wait)

    def _headers(self) -> dict[str, str]:
        headers = {"User-Agent": f"weighin/{__version__}", "Accept-Encoding": "identity"}
        if self._key:
            if not _KEY.fullmatch(self._key):
                raise errors.key_malformed(self.host)
            headers["Authorization"] = f"Bearer {self._key}"
        return headers


def _proxy(address: ServerAddress) -> str | None:
    """The system's proxy on the way to `address`; those are for other computers. Raises EngineError where it is of a
    kind that cannot be used."""
    parts = urlsplit(address.base)
    proxy = proxy_for(urllib.request.getproxies(), parts.scheme)
    if proxy is None or address.is_loopback or urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    if sentence := why_unusable(proxy):
        raise EngineError("proxy", sentence)
    return proxy


def _certificates() -> ssl.SSLContext:
    """Certificates of the system, or those that SSL_CERT_FILE and SSL_CERT_DIR name in their place."""
    import os

    context = ssl.create_default_context()
    if not (os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")):
        context.load_verify_locations(certifi.where())
    return context
