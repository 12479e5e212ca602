"""Where the key of a server comes from. It goes nowhere but into the header of a request to that server."""

from __future__ import annotations

import os

from weighin.core.models.server import KEY_VARIABLE, TYPED_KEY_VARIABLE, ServerAddress

# The service under which the keyring keeps keys; the user name is the server's origin.
SERVICE = "weighin"


def find_key(address: ServerAddress) -> str | None:
    """The key that was typed for this very server, else the keyring's, else that of the environment, else None."""
    typed, general = (os.environ.get(name, "").strip() for name in (TYPED_KEY_VARIABLE, KEY_VARIABLE))
    return typed or _from_keyring(address.origin) or general or None


def _from_keyring(origin: str) -> str | None:
    try:
        import keyring
    except ImportError:  # it is no dependency: who wants it installs it
        return None
    try:
        return keyring.get_password(SERVICE, origin)
    except Exception:  # noqa: BLE001 - a keyring that is locked or broken, in whichever way its system has
        return None
