"""How well what is typed fits a model: what its name says comes before what is merely known of it."""

from __future__ import annotations

from collections.abc import Sequence

_STARTS_WORD, _INSIDE_NAME, _ELSEWHERE = range(3)

Rank = tuple[int, int, bool]


def rank(wanted: Sequence[str], name: str, more: str) -> Rank | None:
    """How well a model fits the words `wanted`, all in lower case; the least fits best, None does not fit.

    name: of the model; more: what else may be searched. A word that begins a word of the name fits better than one
    inside it, and that better than one found in `more` only. The worst of the words decides, then all of them, then
    whether the name begins with the first one."""
    name, more = name.lower(), more.lower()
    found = [_place(word, name, more) for word in wanted]
    places = [place for place in found if place is not None]
    if len(places) < len(found):
        return None
    begins = not wanted or name.startswith(wanted[0])
    return max(places, default=_STARTS_WORD), sum(places), not begins


def _place(word: str, name: str, more: str) -> int | None:
    at = name.find(word)
    if at < 0:
        return _ELSEWHERE if word in more else None
    while at >= 0:
        if at == 0 or not name[at - 1].isalnum():
            return _STARTS_WORD
        at = name.find(word, at + 1)
    return _INSIDE_NAME
