"""Which models a server offers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from weighin.core.models.server import ServerAddress
from weighin.core.runs.options import MAX_CONTEXT
from weighin.core.safe_text import safe_name
from weighin.endpoint import errors
from weighin.endpoint.chunks import failure_in
from weighin.endpoint.http import Endpoint
from weighin.workers.engine import EngineError

_MOST = 2000
_MOST_PAGES = 20
_LONGEST_NAME = 500
_MOST_NAMED = 6
_LISTS = ("data", "models", "model_list", "result", "results", "items")
_NAMES = ("id", "name", "model", "model_id", "model_name", "key", "slug")
_CONTEXTS = (
    "loaded_context_length", "max_model_len", "context_length", "max_context_length", "context_window",
    "max_input_tokens", "inputTokenLimit",
)  # fmt: skip
# What a server answers that has no list of models; a page for people instead is another kind of server.
_NO_LIST = (400, 404, 405, 410, 501)
_NARROW_KEY = re.compile(r"scope|permission", re.IGNORECASE)


@dataclass(frozen=True)
class ServedModel:
    """A model as the server names it. context: tokens it says it has room for, None where it does not say."""

    name: str
    context: int | None = None


@dataclass(frozen=True)
class ServedModels:
    """What a server lists; `has_list`: whether it has a list at all."""

    models: tuple[ServedModel, ...] = ()
    has_list: bool = True

    @property
    def sentence(self) -> str:
        """What there is, for an error or a notice."""
        if not self.has_list:
            return "It lists no models."
        if not self.models:
            return "It has no models."
        names = [safe_name(model.name, 60) for model in self.models[:_MOST_NAMED]]
        more = f" and {len(self.models) - _MOST_NAMED} more" if len(self.models) > _MOST_NAMED else ""
        return f"It has: {', '.join(names)}{more}."

    def find(self, address: ServerAddress) -> ServedModel | None:
        """The model of `address`; None where it is not listed. Raises EngineError where none is named."""
        if not address.model:
            text = f"Add the model's name to the address: {address.base}#NAME. {self.sentence}"
            raise EngineError("no_model", text)
        return next((model for model in self.models if model.name == address.model), None)

    def unlisted(self, address: ServerAddress) -> str:
        """The notice on a model that is asked for although it is not listed."""
        name = safe_name(address.model, 80)
        return f"{address.host} does not list a model “{name}”; it is used anyway. {self.sentence}"


async def offered(endpoint: Endpoint) -> ServedModels:
    """What /models lists, all its pages. Raises EngineError where it lists nothing readable."""
    found: dict[str, ServedModel] = {}
    query = ""
    for _ in range(_MOST_PAGES):
        try:
            body = await endpoint.get_json(f"/models{query}")
        except EngineError as error:
            if query:  # what was listed so far is of use without the rest
                break
            if isinstance(error, errors.StatusError) and _has_no_list(error):
                return ServedModels(has_list=False)
            raise
        if body is None:
            return ServedModels(has_list=False)
        entries = _entries(body)
        if entries is None and not query:
            said = failure_in(body) if isinstance(body, dict) else None
            if said:
                raise errors.failed_inside(endpoint.host, said)
            raise errors.not_endpoint(endpoint.host, "JSON without a list of models")
        new = [model for entry in entries or [] if (model := _model(entry)) and model.name not in found]
        found.update((model.name, model) for model in new)
        query = _next_page(body)
        if not query or not new or len(found) > _MOST:
            break
    return ServedModels(tuple(found.values())[:_MOST])


def _has_no_list(error: errors.StatusError) -> bool:
    """Whether the server may well answer although it does not list its models; a key may be for answers only."""
    return error.status in _NO_LIST or (error.status == 403 and bool(_NARROW_KEY.search(error.detail)))


def _entries(body: Any) -> list[Any] | None:
    """The list in what /models answered; None where there is none."""
    if isinstance(body, list):
        return body
    if not isinstance(body, dict):
        return None
    for name in _LISTS:
        value = body.get(name)
        if isinstance(value, list):
            return value
        if isinstance(value, dict):  # the names are its keys, or the list lies one deeper
            return _entries(value) or [{"id": key} for key in value]
    empty = body.get("object") == "list" or any(name in body and body[name] is None for name in _LISTS)
    return [] if empty else None


def _next_page(body: Any) -> str:
    """The query of the next page, "" where this is the last one."""
    if not isinstance(body, dict):
        return ""
    token = body.get("nextPageToken") or body.get("next_page_token")
    if isinstance(token, str):
        return f"?pageToken={quote(token[:_LONGEST_NAME], safe='')}"
    last = body.get("last_id")
    if body.get("has_more") is True and isinstance(last, str) and last:
        return f"?after_id={(named := quote(last[:_LONGEST_NAME], safe=''))}&after={named}"
    return ""


def _model(entry: Any) -> ServedModel | None:
    if isinstance(entry, str):
        entry = {"id": entry}
    if not isinstance(entry, dict):
        return None
    name = next((entry[name] for name in _NAMES if isinstance(entry.get(name), str) and entry[name]), "")
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        return None
    return ServedModel(name, _context(entry))


def _context(entry: dict[str, Any]) -> int | None:
    """Most say it in a field of their own; llama-server says n_ctx in "meta", where it says anything."""
    meta = entry.get("meta")
    places = [entry.get(name) for name in _CONTEXTS] + [meta.get("n_ctx") if isinstance(meta, dict) else None]
    good = (v for v in places if isinstance(v, int) and not isinstance(v, bool) and 0 < v <= MAX_CONTEXT)
    return next(good, None)
