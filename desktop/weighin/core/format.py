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


def elapsed(number: float) -> str:
    """A long time that has passed: "42 s", "2 min 05 s", "3 h 02 min"."""
    whole = int(number)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def about(number: float | None) -> str:
    """A time to come, as exact as it can be known: "about 3 min"."""
    if number is None:
        return NONE
    if number < 10:
        return "a few seconds"
    if number < 90:
        return f"about {round(number / 5) * 5} s"
    minutes = round(number / 60)
    return f"about {minutes} min" if minutes < 90 else f"about {minutes // 60} h {minutes % 60:02d} min"


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


def weights(total: int, active: int | None = None) -> str:
    """Parameters of a model: "4.0B"; with those that work on one token: "30.5B, 3.3B active"."""
    return parameters(total) if active is None else f"{parameters(total)}, {parameters(active)} active"


def shape(total: int | None, active: int | None, is_moe: bool) -> str:
    """ "dense 4.0B", "MoE 30.5B, 3.3B active"; `active` None where that is not known."""
    if total is None:
        return NONE
    return f"MoE {weights(total, active)}" if is_moe else f"dense {parameters(total)}"


def moment(iso: str) -> str:
    """An ISO 8601 moment in UTC as local date and time, "2026-11-22 10:31"; unreadable text as it is."""
    try:
        parsed = datetime.fromisoformat(iso.replace("Z", "+00:00"))
        if parsed.tzinfo is None:
            parsed = parsed.replace(tzinfo=timezone.utc)
        return parsed.astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):  # the latter: what no clock of this system can show
        return safe_name(iso, 40)


def percent(share: float | None, digits: int = 0) -> str:
    """A share of 1: "43 %", "< 1 %"; with `digits` decimals."""
    if share is None:
        return NONE
    least = 10.0**-digits
    if 0 < 100 * share < least / 2:
        return f"< {least:.{digits}f} %"
    return f"{round(100 * share, digits) + 0.0:,.{digits}f} %".replace(",", "\u202f")  # + 0.0: never "-0"


def change(share: float, digits: int = 0) -> str:
    """A share by which something is more or less: "+12 %", "-18 %"."""
    return f"{'+' if share > 0 else ''}{percent(share, digits)}"


def accuracy(share: float | None) -> str:
    """A share of right answers: "62.3 %", as exact as thousands of questions tell it."""
    return percent(share, 1)


def between(interval: tuple[float, ...] | None, digits: int = 0) -> str:
    """An interval of shares of 1: "57 to 67 %"."""
    return NONE if interval is None else f"{100 * interval[0]:.{digits}f} to {percent(interval[1], digits)}"


def points(difference: float, digits: int = 1, sign: str = "+") -> str:
    """A difference of two shares of 1 in points: "+3.1"; `sign` "-" for a size, which has none: "3.1"."""
    return f"{round(100 * difference, digits) + 0.0:{sign}.{digits}f}"


def p_value(p: float) -> str:
    """A p-value as exact as it means something: "= 0.01", "< 0.0001"."""
    if p < 0.0001:
        return "< 0.0001"
    if p < 0.01:
        return f"= {p:.4f}"
    # Close to the line one can see on which side of it.
    return f"= {p:.3f}" if f"{p:.2f}" == "0.05" else f"= {p:.2f}"


def times(ratio: float) -> str:
    """ "1.3 times", "1.08 times", "240 times"; never "1.0 times"."""
    if ratio >= 99.95:
        return f"{count(round(ratio))} times"
    return f"{ratio:.2f} times" if ratio < 1.15 else f"{ratio:.1f} times"


def two_figures(number: int) -> int:
    """A whole number rounded to what an estimate knows of it."""
    unit: int = 10 ** max(0, len(str(number)) - 2)
    return round(number / unit) * unit


def plural(number: int, one: str) -> str:
    """ "1 comparison", "3 comparisons"."""
    return f"{count(number)} {one}" if number == 1 else f"{count(number)} {one}s"
