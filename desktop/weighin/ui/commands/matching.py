"""How well a command fits what is typed."""

from __future__ import annotations

from collections.abc import Sequence

from weighin.ui.commands.command import Command

_STARTS_NAME, _STARTS_WORD, _INSIDE, _GROUP, _LETTERS = range(5)


def matching(commands: Sequence[Command], typed: str) -> tuple[Command, ...]:
    """The commands that fit, the best first, equally good ones in their order; all where nothing is typed."""
    words = typed.lower().split()
    scored = [(score, command) for command in commands if (score := _score(command, words)) is not None]
    return tuple(command for _, command in sorted(scored, key=lambda one: one[0]))


def _score(command: Command, words: Sequence[str]) -> tuple[int, int] | None:
    """The worst of the words decides, then all of them; None where one does not fit."""
    found = [_place(word, command.name.lower(), command.group.lower()) for word in words]
    places = [place for place in found if place is not None]
    return (max(places, default=0), sum(places)) if len(places) == len(found) else None


def _place(word: str, name: str, group: str) -> int | None:
    if name.startswith(word):
        return _STARTS_NAME
    if any(part.startswith(word) for part in name.replace("-", " ").split()):
        return _STARTS_WORD
    if word in name:
        return _INSIDE
    if word in group:
        return _GROUP
    letters = iter(name)
    return _LETTERS if name[0] == word[0] and all(letter in letters for letter in word) else None
