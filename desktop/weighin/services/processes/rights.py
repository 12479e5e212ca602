"""What each kind of child process is allowed to read, write and reach."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

from weighin.confinement.rights import NO_RIGHTS, Rights
from weighin.core.models.model import SERVER_SCHEMES, shard_paths

_DNS = 53
_USUAL_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


def model_rights(path: str, also: Rights = NO_RIGHTS) -> Rights:
    """Of a worker: to read every part of the model at `path`, wherever its links lead, and what `also` lets it read and
    change. A model on a server: to reach that server."""
    if path.startswith(SERVER_SCHEMES):
        return network_rights((path,), read=_keyring_folders())
    parts = tuple(os.path.realpath(part) for part in shard_paths(Path(path)))
    read, write = (tuple(os.path.realpath(folder) for folder in folders) for folders in (also.read, also.write))
    return Rights((*parts, *read), write)


def network_rights(addresses: Iterable[str], read: Iterable[Path] = (), write: Iterable[Path] = ()) -> Rights:
    """Of a process that speaks to `addresses` (to any where none is named), directly or by the proxies of this user."""
    wanted = tuple(addresses)
    ports = {_DNS, *(_port(url) for url in (*wanted, *getproxies().values()))} if wanted else set()
    return Rights(
        tuple(os.path.realpath(path) for path in read),
        tuple(os.path.realpath(path) for path in write),
        network=True,
        ports=tuple(sorted(port for port in ports if port)),
    )


def _keyring_folders() -> tuple[Path, ...]:
    """Where the keyring library keeps its settings, and keys where the system has no keyring."""
    config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return tuple(Path(folder) / "python_keyring" for folder in (config, data))


def _port(url: str) -> int:
    """The port of an address; 0 where it has none that can be told."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        return parts.port or _USUAL_PORTS.get(parts.scheme, 0)
    except ValueError:
        return 0
