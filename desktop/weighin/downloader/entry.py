"""Start of the process that talks to the hub: `python -m weighin worker hub`."""

from __future__ import annotations

import os
import signal


def main() -> int:
    """Serve requests until Shutdown or end of input; the exit status."""
    # Before anything can print: the real stdout becomes the wire, descriptors 1 and 2 become the log pipe.
    wire_descriptor = os.dup(1)
    os.dup2(2, 1)
    os.set_inheritable(wire_descriptor, False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the parent decides

    from weighin.hub.environment import tidy

    tidy(os.environ)

    from weighin.downloader.serve import Server

    return Server(read_descriptor=0, write_descriptor=wire_descriptor).run()
