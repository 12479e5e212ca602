"""`weighin`: a worker, a command, or the window. Decided before Qt or llama.cpp is imported."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence


def main() -> int:
    """The exit status of whatever the arguments ask for."""
    arguments = sys.argv[1:]
    if arguments[:2] == ["worker", "hub"]:
        from weighin.hub.entry import main as downloader

        return downloader()
    if arguments[:2] == ["worker", "server"]:
        from weighin.endpoint.entry import main as server_worker

        return server_worker()
    if arguments[:2] in (["worker", "grader"], ["worker", "tests"]):
        from weighin.grader.entry import main as grader

        return grader(arguments[1])
    if arguments[:1] == ["worker"]:
        from weighin.workers.entry import main as worker

        return worker(arguments[1:])
    if not arguments:
        return _window(None, ())  # the parser of all commands takes a twentieth of the way to the first paint
    from weighin.cli.parser import parse

    options = parse(arguments)
    if options.command is None:
        return _window(options.profile, ())
    if options.command == "open":
        return _window(options.profile, options.files)
    from weighin.start import start_command

    try:
        return start_command(options)
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted before anything was measured.\n")
        return 130


def _window(profile: str | None, files: Sequence[str]) -> int:
    # Start-up makes thousands of objects that stay: collecting among them only delays the first paint. The window
    # switches it on again.
    gc.disable()
    from weighin.start import start_window

    return start_window(profile, files)


if __name__ == "__main__":
    sys.exit(main())
