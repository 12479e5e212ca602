"""How numbers and facts are said, in the window and in the terminal. "-" where there is no honest number."""

from __future__ import annotations

from datetime import datetime, timezone

from weighin.core.safe_text import safe_name

NONE = "-"


def count(number: int | None) -> str:
    """A whole number with thousands separated by a thin space."""
    return NONE if number is None else f"{number:,}".replace(",", "\u202f")


def figure(number: float | None) -> str:
    """A measured number with three figures, as many as a measurement on a desktop can mean."""
    if number is None:
        return NONE
    if number >= 100:
        return count(round(number))
    return f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def seconds(number: float | None) -> str:
    """A duration: "42 ms", "1.25 s", "12.3 s", "2 min 05 s"."""
    if number is None:
        return NONE
    if number < 1:
        return f"{number * 1000:.0f} ms" if number >= 0.01 else f"{number * 1000:.1f} ms"
    if number < 10:
        return f"{number:.2f} s"
    if number < 120:
        return f"{number:.1f} s"
    return f"{int(number) // 60} min {int(number) % 60:02d} s"


def joules(number: float | None) -> str:
    """Energy: "0.42 J", "12.3 J", "4.5 kJ"."""
    if number is None:
        return NONE
    return f"{figure(number)} J" if number < 1000 else f"{figure(number / 1000)} kJ"


def size(number: float | None) -> str:
    """Bytes in decimal units, as file managers and shops count them."""
    if number is None:
        return NONE
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= factor:
            value = number / factor
            return f"{value:.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"
    return f"{number:.0f} bytes"


def parameters(number: int) -> str:
    """A number of weights: "4.1M", "27B"."""
    for unit, factor in (("T", 1e12), ("B", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= factor:
            value = number / factor
            return f"{value:.0f}{unit}" if value >= 100 else f"{value:.1f}{unit}"
    return str(number)


def moment(iso: str) -> str:
    """An ISO 8601 moment in UTC as local date and time, "2026-11-22 10:31"; unreadable text as it is."""
    try:
        parsed = datetime.fromisoformat(iso.replace("Z", "+00:00"))
        if parsed.tzinfo is None:
            parsed = parsed.replace(tzinfo=timezone.utc)
        return parsed.astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):  # the latter: what no clock of this system can show
        return safe_name(iso, 40)


def percent(share: float) -> str:
    """A share of 1 as "43 %"."""
    return f"{100 * share:.0f} %"


def plural(number: int, one: str) -> str:
    """ "1 comparison", "3 comparisons"."""
    return f"{count(number)} {one}" if number == 1 else f"{count(number)} {one}s"
