"""Plain HTTP for big files: the token stays with the hub whatever it redirects to, and reads can be broken off.

The hub's own client reads a third as fast as a bare socket; a download of 250 GB is worth its own hundred lines.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import os
import random
import re
import select
import socket
import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from weighin import __version__
from weighin.core.downloads import hub_endpoint
from weighin.core.downloads.hub_endpoint import is_loopback
from weighin.core.errors import AppError
from weighin.core.proxies import proxy_for, why_unusable
from weighin.hub.errors import HubError, network_error, status_error

_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_REDIRECTS = 8
_MOST_DOUBLINGS = 16
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)", re.IGNORECASE)
# What may stand in an address as it is; anything else a redirect brings is written as %XX.
_SAFE = "!#$%&'()*+,/:;=?@[]~"
_AGENT = f"weighin/{__version__}"


@dataclass(frozen=True)
class RetryPolicy:
    """Seconds to wait: for a connection, for the next byte, and before the first new try (doubling up to the last)."""

    connect_s: float = 10.0
    stall_s: float = 30.0
    backoff_s: float = 1.0
    longest_s: float = 30.0

    def pause(self, failures: int) -> float:
        """Seconds before the next try after so many failures, spread so that not all come back at once."""
        doubled = self.backoff_s * 2 ** min(max(0, failures - 1), _MOST_DOUBLINGS)
        return min(doubled, self.longest_s) * random.uniform(0.75, 1.25)


class HubReply:
    """An open answer. `headers` of the last hop by lower-case name; `linked`: those the hub itself sent."""

    def __init__(
        self,
        response: http.client.HTTPResponse,
        headers: dict[str, str],
        linked: dict[str, str],
        channel: socket.socket | None,
    ) -> None:
        self._response, self._channel = response, channel
        self.status = response.status
        self.headers = headers
        self.linked = linked
        self._left = response.length

    @property
    def length(self) -> int | None:
        """Bytes still to come as announced; None where the server does not say."""
        return self._left

    @property
    def ready(self) -> bool:
        """Whether more has come already, so that reading it would not wait. Raises OSError."""
        if self._channel is None or not self._left:
            return False
        if isinstance(self._channel, ssl.SSLSocket) and self._channel.pending():
            return True
        return bool(select.select([self._channel], [], [], 0)[0])

    def readinto(self, buffer: memoryview) -> int:
        """Fill the beginning of `buffer` with what has come, waiting for at least one byte; 0 at the end."""
        if self._left is None:
            data = self._response.read1(len(buffer))
            buffer[: len(data)] = data
            return len(data)
        if self._left == 0:
            return 0
        # The response's own readinto would wait until the buffer is full, and lose it when time runs out.
        count = self._response.fp.readinto1(buffer[: min(len(buffer), self._left)])
        self._left -= count
        return int(count)

    def read(self, limit: int) -> bytes:
        """At most `limit` bytes. Raises HubError where nothing came before the connection broke."""
        buffer = bytearray(limit)
        filled = 0
        try:
            while filled < limit and (count := self.readinto(memoryview(buffer)[filled:])):
                filled += count
        except (OSError, ValueError, http.client.HTTPException) as error:
            if not filled:
                raise broken(error) from error
        return bytes(buffer[:filled])

    def part(self, start: int, size: int) -> int:
        """Of an answer 206 to a request for what begins at `start` of a file of `size` bytes: where it ends, which may
        be earlier than asked. Raises HubError where these are other bytes."""
        found = self.headers.get("content-range", "")
        match = _CONTENT_RANGE.fullmatch(found.strip())
        end = int(match[2]) + 1 if match else 0
        if match is None or int(match[1]) != start or not start < end <= size or match[3] not in ("*", str(size)):
            raise HubError("The server sends other bytes than requested.", "range", True, detail=found)
        return end


class Http:
    """One connection at a time. The token goes to the endpoint's own origin only."""

    def __init__(self, endpoint: str, token: str | None = None, patience: RetryPolicy | None = None) -> None:
        self._endpoint = urlsplit(endpoint)
        self._token = token
        self._patience = patience or RetryPolicy()
        self._connection: http.client.HTTPConnection | None = None
        self._socket: socket.socket | None = None
        self._response: http.client.HTTPResponse | None = None
        self._aborted = False
        check_endpoint(endpoint)

    @property
    def patience(self) -> RetryPolicy:
        """How long it waits."""
        return self._patience

    def get(self, url: str, start: int = 0, end: int | None = None, repo: str = "") -> HubReply:
        """The answer (200 or 206) for the bytes from `start` to before `end`. Raises HubError for anything else."""
        linked: dict[str, str] = {}
        before: SplitResult | None = None
        for _ in range(_MAX_REDIRECTS):
            parts = _split(url)
            _check_scheme(parts, before)
            response = self._send(parts, start, end)
            headers = {name.lower(): value for name, value in response.getheaders()}
            if _origin(parts) == _origin(self._endpoint):
                linked.update(headers)
            if response.status not in _REDIRECTS:
                if response.status in (200, 206):
                    return HubReply(response, headers, linked, self._socket)
                self.close()
                if response.status == 403 and _origin(parts) != _origin(self._endpoint):
                    # Signed addresses run out; the next try asks the hub for a new one.
                    raise HubError("The download address expired: asking for a new one.", "expired", True)
                raise status_error(response.status, headers, repo)
            self.close()
            before, url = parts, _joined(url, headers.get("location", ""))
        raise HubError("The hub redirects in circles.", "redirects")

    def abort(self) -> None:
        """From another thread: end what is being read, now and for good."""
        self._aborted = True
        if (current := self._socket) is not None:
            with contextlib.suppress(OSError):
                current.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        if self._response is not None:
            # It keeps the socket open where the server said that it would hang up.
            self._response.close()
        if self._connection is not None:
            self._connection.close()
        if self._socket is not None:
            self._socket.close()
        self._connection = self._socket = self._response = None

    def _send(self, parts: SplitResult, start: int, end: int | None) -> http.client.HTTPResponse:
        self.close()
        headers = {"User-Agent": _AGENT, "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
        if start or end is not None:
            headers["Range"] = f"bytes={start}-{'' if end is None else end - 1}"
        if self._token and _origin(parts) == _origin(self._endpoint):
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            self._connection, target, more = _connection(parts, self._patience.connect_s)
            self._connection.response_class = self._answer  # type: ignore[assignment]
            self._connection.connect()
            self._socket = self._connection.sock
            if self._aborted:
                self.abort()
            self._socket.settimeout(self._patience.stall_s)
            self._connection.request("GET", target, headers={**headers, **more})
            return self._connection.getresponse()
        except http.client.InvalidURL as error:
            self.close()
            raise _no_address(error) from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise network_error(error, parts.hostname or "") from error
        except ValueError as error:
            self.close()
            raise _no_address(error) from error

    def _answer(self, *arguments: Any, **names: Any) -> http.client.HTTPResponse:
        """An answer that `close` closes: a proxy's too, which Python 3.10 leaves open where it refuses a tunnel."""
        self._response = http.client.HTTPResponse(*arguments, **names)
        return self._response


def broken(error: Exception) -> HubError:
    """The sentence for an answer that broke off."""
    known = isinstance(error, (OSError, http.client.HTTPException))
    return network_error(error if known else OSError(str(error)), "")


def _split(url: str) -> SplitResult:
    """The parts of an address. Raises HubError where it is none."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - only now the number is looked at
    except ValueError as error:
        raise _no_address(error) from error
    return parts


def _joined(url: str, location: str) -> str:
    """Where a redirect leads; what is no ASCII in it stands for the bytes that came."""
    try:
        return urljoin(url, quote(location.encode("latin-1"), safe=_SAFE))
    except ValueError as error:
        raise _no_address(error) from error


def _no_address(error: Exception) -> HubError:
    return HubError("The hub redirects to an invalid address.", "answer", detail=f"{type(error).__name__}: {error}")


def check_endpoint(endpoint: str) -> None:
    """Raises HubError where HF_ENDPOINT is no address, or where a request could be read on the way, with the token in
    it."""
    try:
        hub_endpoint.check_endpoint(endpoint)
    except AppError as error:
        raise HubError(error.user_text, error.kind) from None


def check_proxy(endpoint: str) -> None:
    """Raises HubError where the way to the hub leads over a proxy of a kind that cannot be used."""
    parts = urlsplit(endpoint)
    _proxy(parts.scheme, parts.hostname or "")


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _check_scheme(parts: SplitResult, before: SplitResult | None) -> None:
    """https, or http on this very computer; never from https down to http."""
    if parts.scheme == "https" and parts.hostname:
        return
    downgrade = before is not None and before.scheme == "https"
    if parts.scheme == "http" and is_loopback(parts.hostname) and not downgrade:
        return
    raise HubError("The hub redirects to an unencrypted address: not followed.", "downgrade")


def _connection(parts: SplitResult, timeout: float) -> tuple[http.client.HTTPConnection, str, Mapping[str, str]]:
    """A connection (not opened), what to ask on it, and headers for a proxy in between."""
    host = parts.hostname or ""
    port = _origin(parts)[2]
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    proxy = _proxy(parts.scheme, host)
    if parts.scheme == "https":
        if proxy is None:
            return http.client.HTTPSConnection(host, port, timeout=timeout, context=_tls()), target, {}
        tunnel = http.client.HTTPSConnection(proxy.hostname or "", proxy.port or 80, timeout=timeout, context=_tls())
        tunnel.set_tunnel(host, port, headers=_proxy_headers(proxy))
        return tunnel, target, {}
    if proxy is None:
        return http.client.HTTPConnection(host, port, timeout=timeout), target, {}
    relay = http.client.HTTPConnection(proxy.hostname or "", proxy.port or 80, timeout=timeout)
    return relay, parts.geturl(), _proxy_headers(proxy)


def _proxy(scheme: str, host: str) -> SplitResult | None:
    """The proxy for `host` by the environment or the system's settings."""
    proxy = proxy_for(urllib.request.getproxies(), scheme)
    if proxy is None or urllib.request.proxy_bypass(host):
        return None
    if sentence := why_unusable(proxy):
        raise HubError(sentence, "proxy")
    return urlsplit(proxy)


def _proxy_headers(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}".encode()
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}


def _tls() -> ssl.SSLContext:
    """Certificates of the system, or those SSL_CERT_FILE and SSL_CERT_DIR name instead."""
    context = ssl.create_default_context()
    if not (os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")):
        import certifi

        context.load_verify_locations(certifi.where())
    return context
