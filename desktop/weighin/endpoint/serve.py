"""The loop of a worker for servers: that of every worker, and two questions more."""

from __future__ import annotations

from typing import Any

from weighin.endpoint.engine import ServerEngine
from weighin.endpoint.letters import CHAT, COMPLETIONS, test_letters
from weighin.endpoint.models import offered
from weighin.protocol.server_messages import SERVER_REQUESTS, LettersTested, ListModels, ModelsListed, TestLetters
from weighin.workers.serve import Server


class EndpointServer(Server):
    """Carries requests to a ServerEngine."""

    requests = (*Server.requests, *SERVER_REQUESTS)

    def __init__(self, engine: ServerEngine, read_descriptor: int, write_descriptor: int) -> None:
        super().__init__(engine, read_descriptor, write_descriptor)
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
            return LettersTested(request.id, test.via, test.sentence)
        return super().run_job(request)
