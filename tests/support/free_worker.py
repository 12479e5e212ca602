"""A worker of the program without its walls, to hold one with them against: python -m tests.support.free_worker."""

from __future__ import annotations

import sys

from weighin.confinement import entry
from weighin.confinement.confine import Walls
from weighin.confinement.rights import Rights


def _free(rights: Rights) -> Walls:
    return Walls(missing="not asked for")


if __name__ == "__main__":
    entry.confine = _free
    from weighin.workers.entry import main

    sys.exit(main(sys.argv[2:]))
