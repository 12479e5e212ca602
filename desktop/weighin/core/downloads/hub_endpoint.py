"""Which addresses a hub may have: encrypted, or on this very computer, for the user's token goes there."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from weighin.core.errors import AppError
from weighin.core.safe_text import safe_name

HUGGING_FACE = "https://huggingface.co"


def is_loopback(host: str | None) -> bool:
    """Whether `host` is this very computer."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def check_endpoint(endpoint: str, name: str = "HF_ENDPOINT") -> None:
    """Raises AppError of kind "endpoint" where `endpoint` is no address, "downgrade" where a request could be read on
    the way, with the token in it. name: what stated it, as the sentence says."""
    shown = safe_name(endpoint.rpartition("@")[2], 80)  # what stands before is a user's password
    try:
        parts = urlsplit(endpoint)
        known = parts.scheme in ("https", "http") and parts.hostname and parts.port != 0
    except ValueError:
        known = None
    if not known:
        raise AppError(f"{name} is {shown}, which is not an address: it must begin with https://.", kind="endpoint")
    if parts.scheme != "https" and not is_loopback(parts.hostname):
        raise AppError(f"{name} is {shown}, which is not encrypted: use https://. Nothing was sent.", kind="downgrade")


def typed_endpoint(text: str) -> str:
    """The address that somebody typed, "" for the hub itself; a bare name gets the https:// it lacks. Raises
    AppError."""
    typed = text.strip()
    if typed.lower().rstrip("/") in ("", HUGGING_FACE, HUGGING_FACE.partition("//")[2]):
        return ""
    if "://" not in typed:
        typed = f"https://{typed}"
    if any(character.isspace() or not character.isprintable() for character in typed) or "@" in typed:
        raise AppError("This is not the address of a hub: write https:// and a name.", kind="endpoint")
    check_endpoint(typed, "This address")
    return typed.rstrip("/")
