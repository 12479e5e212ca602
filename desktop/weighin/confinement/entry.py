"""The first steps of every child process: its wire, its rights, its walls."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from weighin.confinement.confine import Walls, confine, leave_folder, leave_inherited
from weighin.confinement.rights import RightsError, read_rights

_BAD_INPUT = 65


@dataclass(frozen=True)
class Start:
    """wire: the descriptor that messages go to; what is printed goes to the log. walls: what holds from now on."""

    wire: int
    walls: Walls


def confined_start() -> Start | int:
    """Read the rights and keep no others. An exit status where none are told, or nobody is there to tell them."""
    leave_inherited()
    leave_folder()
    # Before anything can print: the real stdout becomes the wire, descriptors 1 and 2 become the log pipe.
    wire = os.dup(1)
    os.dup2(2, 1)
    os.set_inheritable(wire, False)
    try:
        rights = read_rights(0)
    except EOFError:
        return 0
    except RightsError as error:
        sys.stderr.write(f"{error}\n")
        return _BAD_INPUT
    return Start(wire, confine(rights))
