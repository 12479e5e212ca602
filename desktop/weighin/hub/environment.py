"""The variables by which a user tells every program where the hub is and what it keeps."""

from __future__ import annotations

from collections.abc import MutableMapping

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
