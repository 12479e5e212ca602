"""How long a server asks to wait before it is asked again."""

from __future__ import annotations

import email.utils
import math
import re
import time
from collections.abc import Mapping

_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, by Retry-After (a number or a date), its variant in milliseconds, or the RateLimit header; None where
    none of them says. Names of `headers` in lower case."""
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        text = headers.get(name, "").strip()
        if _NUMBER.fullmatch(text):
            return float(text) * unit
    if text := headers.get("retry-after", "").strip():
        return _until(text)
    for part in headers.get("ratelimit", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == "t" and _NUMBER.fullmatch(value):
            return float(value)
    return None


def _until(date: str) -> float | None:
    """Seconds until an HTTP date, which may be over; None where it is none."""
    try:
        moment = email.utils.parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, moment - time.time()) if math.isfinite(moment) else None
