"""Starts the window or a command; where Qt cannot start here, one sentence says why, and the exit status is 1."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from weighin.display.trouble import import_trouble, look_for_display
from weighin.logs import start_logging
from weighin.paths import Profile


def start_window(profile_directory: str | None, files: Sequence[str] = ()) -> int:
    """Open the window with `files` in it and run until it is closed; the exit status. Where a window is open already,
    the files go there."""
    if trouble := _packaged_trouble(window=True):
        return _give_up(trouble)
    try:
        profile = Profile.locate(profile_directory)
    except OSError as error:
        sys.stderr.write(f"Cannot use the profile folder: {error}\n")
        return 1
    start_logging(profile.logs)
    if files and _taken_over(profile, files):
        return 0
    import weighin.before_qt  # noqa: F401

    verdict = look_for_display()
    trouble = verdict.trouble
    if not trouble:
        try:
            from weighin.app import run_window

            return run_window(profile, verdict, files)
        except ImportError as error:
            trouble = _why(error, window=True)
    logging.getLogger("weighin").critical("%s", trouble)
    return _give_up(trouble)


def start_command(options: argparse.Namespace) -> int:
    """Carry out a command; the exit status. It needs no display, and of the system's libraries only Qt's core."""
    if trouble := _packaged_trouble(window=False):
        return _give_up(trouble)
    try:
        from weighin.cli.run import run_command

        return run_command(options)
    except ImportError as error:
        return _give_up(_why(error, window=False))


def _packaged_trouble(window: bool) -> str:
    """Why a package cannot run here; "" where it can, and then with what it brings along, or where this is none."""
    if not getattr(sys, "frozen", False):
        return ""
    from weighin import packaged

    if not (trouble := packaged.trouble()):
        packaged.settle(window)
    return trouble


def _taken_over(profile: Profile, files: Sequence[str]) -> bool:
    try:
        from weighin.services.processes.open_windows import OpenWindows
        from weighin.services.processes.opened_files import hand_over
    except ImportError:
        return False  # what Qt lacks is said where the window is to open
    return hand_over(OpenWindows(profile.windows), [str(Path(file).absolute()) for file in files])


def _why(error: ImportError, window: bool) -> str:
    """The sentence for a library of the system that is missing. Raises the error again where it is none."""
    sentence = import_trouble(error, window)
    if not sentence:
        raise error
    return sentence


def _give_up(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1
