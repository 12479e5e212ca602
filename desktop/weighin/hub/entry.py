"""Start of the process that talks to the hub: `python -m weighin worker hub`."""

from __future__ import annotations

import os
import signal
from collections.abc import MutableMapping

from weighin.confinement.entry import confined_start

_PREFIXES = ("HF_", "HUGGINGFACE_")


def tidy(environment: MutableMapping[str, str]) -> None:
    """Unset the hub's variables that are set to nothing, as compose files do (NAME=${NAME:-}); take blanks away from
    the others. Before the hub's own client is imported: that takes "" for an address and for a folder. ALL_PROXY goes
    too where HTTPS_PROXY is there in its place: the client would not ask that proxy, and fails where it is SOCKS."""
    for name in [name for name in environment if name.startswith(_PREFIXES)]:
        if value := environment[name].strip():
            environment[name] = value
        else:
            del environment[name]
    if any(environment.get(name) for name in ("HTTPS_PROXY", "https_proxy")):
        for name in ("ALL_PROXY", "all_proxy"):
            environment.pop(name, None)


def main() -> int:
    """Serve requests until Shutdown or end of input; the exit status."""
    start = confined_start()
    if isinstance(start, int):
        return start
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the parent decides

    tidy(os.environ)

    from weighin.hub.hub_worker import HubWorker

    return HubWorker(read_descriptor=0, write_descriptor=start.wire).run()
