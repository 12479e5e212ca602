"""Start of a worker whose model lives on a server: `python -m weighin worker server`."""

from __future__ import annotations

import os
from typing import Any

from weighin.confinement.entry import confined_start
from weighin.confinement.harden import harden
from weighin.core.models.server import KEY_VARIABLE, TYPED_KEY_VARIABLE, ServerAddress
from weighin.endpoint.letters import CHAT, COMPLETIONS, test_letters
from weighin.endpoint.models import offered
from weighin.endpoint.server_engine import ServerEngine
from weighin.protocol.server_messages import SERVER_REQUESTS, LettersTested, ListModels, ModelsListed, TestLetters
from weighin.workers.model_worker import ModelWorker

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


class EndpointServer(ModelWorker):
    """Carries requests to a ServerEngine."""

    requests = (*ModelWorker.requests, *SERVER_REQUESTS)

    def __init__(
        self, engine: ServerEngine, read_descriptor: int, write_descriptor: int, confinement: str = ""
    ) -> None:
        super().__init__(engine, read_descriptor, write_descriptor, confinement)
        self._server = engine

    def run_job(self, request: Any) -> Any:
        """The terminal event of `request`."""
        if isinstance(request, ListModels):
            endpoint, _ = self._server.endpoint(request.address)
            found = self._server.run(offered(endpoint), "Asking was stopped.")
            return ModelsListed(request.id, tuple(model.name for model in found.models))
        if isinstance(request, TestLetters):
            endpoint, address = self._server.endpoint(request.address)
            ways = (request.way,) if request.way else (COMPLETIONS, CHAT)
            test = self._server.run(test_letters(endpoint, address.model, ways), "The test was stopped.")
            return LettersTested(request.id, test)
        return super().run_job(request)


def main() -> int:
    """Serve requests until Shutdown or end of input; the exit status."""
    harden()
    start = confined_start()
    if isinstance(start, int):
        return start

    from weighin.endpoint.server_engine import ServerEngine

    return EndpointServer(ServerEngine(find_key), 0, start.wire, start.walls.words()).run()
