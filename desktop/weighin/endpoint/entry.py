"""Start of a worker whose model lives on a server: `python -m weighin worker server`."""

from __future__ import annotations

import os


def main() -> int:
    """Serve requests until Shutdown or end of input; the exit status."""
    # Before anything can print: the real stdout becomes the wire, descriptors 1 and 2 become the log pipe.
    wire_descriptor = os.dup(1)
    os.dup2(2, 1)
    os.set_inheritable(wire_descriptor, False)

    from weighin.endpoint.engine import ServerEngine
    from weighin.endpoint.key import find_key
    from weighin.endpoint.serve import EndpointServer
    from weighin.workers.system import harden

    harden()
    return EndpointServer(ServerEngine(find_key), read_descriptor=0, write_descriptor=wire_descriptor).run()
