"""A process of the program that judges answers, with other walls or limits: to hold one with them against.

python free_grader.py free|bare|hasty worker tests|grader; free: no walls, no limits, but it says it has them; bare: no
walls, and says so; hasty: with both, and one second of processor time for tests."""

from __future__ import annotations

import sys

from weighin.confinement import entry as start
from weighin.confinement.confine import Walls
from weighin.confinement.rights import Rights
from weighin.grader import entry, limits


def _pretended(rights: Rights) -> Walls:
    return Walls(7, True)


def _none(rights: Rights) -> Walls:
    return Walls(missing="not asked for")


if __name__ == "__main__":
    how, _, kind = sys.argv[1:]
    if how == "free":
        start.confine = _pretended
        limits.limit_tests = limits.limit_memory = lambda: None
    elif how == "bare":
        start.confine = _none
    else:
        limits.TESTS_S = 1
    sys.exit(entry.main(kind))
