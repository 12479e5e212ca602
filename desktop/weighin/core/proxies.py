"""The proxy that a user's variables or system settings name for an address."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from weighin.core.safe_text import safe_name

_VARIABLES = "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY"


def proxy_for(known: Mapping[str, str], scheme: str) -> str | None:
    """Of the proxies `known` by scheme, "all" being for those without one of their own: that for addresses of `scheme`.
    Without a scheme of its own it is an http one."""
    address = known.get(scheme) or known.get("all")
    return f"http://{address}" if address and "://" not in address else address or None


def why_unusable(proxy: str) -> str:
    """A sentence where a proxy is of a kind that cannot be used, or no address, else "". A password in it is not
    repeated."""
    try:
        parts = urlsplit(proxy)
        kind, named = parts.scheme, bool(parts.hostname) and parts.port != 0
    except ValueError:
        kind, named = "http", False
    if kind != "http":
        return f"The proxy in {_VARIABLES} is of an unsupported kind ({safe_name(kind, 20)}): use an http proxy."

    return "" if named else f"The proxy in {_VARIABLES} is not an address: write http://HOST:PORT."
