"""How a child process says that something failed: always short enough to be sent."""

from __future__ import annotations

from weighin.protocol.messages import Failed

_MOST_WORDS = 1000
_MOST_DETAIL = 100_000


def failed(number: int, kind: str, message: str, detail: str = "") -> Failed:
    """The end of request `number`. Too long a `message` is cut in its middle, `detail` (a log) at its beginning."""
    return Failed(number, kind, _cut(message), detail[-_MOST_DETAIL:])


def _cut(text: str) -> str:
    half = _MOST_WORDS // 2
    return text if len(text) <= _MOST_WORDS else f"{text[:half]}…{text[1 - half :]}"
