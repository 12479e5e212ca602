"""Which models a server offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from weighin.core.comparisons.options import MAX_CONTEXT
from weighin.endpoint import errors
from weighin.endpoint.http import Endpoint

_MOST = 2000
_LONGEST_NAME = 500


@dataclass(frozen=True)
class Offered:
    """A model as the server names it. context: tokens it says it has room for, None where it does not say."""

    name: str
    context: int | None = None


async def offered(endpoint: Endpoint) -> tuple[Offered, ...]:
    """What /models lists. Raises EngineError where it lists nothing readable."""
    body = await endpoint.get_json("/models")
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, list):
        raise errors.not_endpoint(endpoint.host, "JSON that lists no models")
    found = (_model(entry) for entry in data[:_MOST])
    return tuple(model for model in found if model is not None)


def _model(entry: Any) -> Offered | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or not entry["id"]:
        return None
    if len(entry["id"]) > _LONGEST_NAME:
        return None
    return Offered(entry["id"], _context(entry))


def _context(entry: dict[str, Any]) -> int | None:
    """vLLM and SGLang say max_model_len; llama-server says n_ctx in "meta", where it says anything."""
    meta = entry.get("meta")
    stated = entry.get("max_model_len") or (meta.get("n_ctx") if isinstance(meta, dict) else None)
    good = isinstance(stated, int) and not isinstance(stated, bool) and 0 < stated <= MAX_CONTEXT
    return stated if good else None
