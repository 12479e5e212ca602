"""One action of the window, as a menu would offer it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _now() -> str:
    return ""


@dataclass(frozen=True)
class Command:
    """name: as a menu would say it; group: the part of the window it belongs to; run: does it. keys: as Qt writes them,
    the first is shown. why_not: why it cannot be done now, in a sentence, "" where it can. is_local: a page listens for
    the keys itself, where it has the keyboard."""

    name: str
    group: str
    run: Callable[[], object]
    keys: tuple[str, ...] = ()
    why_not: Callable[[], str] = _now
    is_local: bool = False
