"""A model behind an OpenAI-compatible server: its address, and the little that can be known of it from here."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from weighin.core.errors import AppError
from weighin.core.models.model import SERVER_SCHEMES, ModelFacts
from weighin.core.safe_text import safe_name

KEY_VARIABLE = "WEIGHIN_API_KEY"
# A key that was just typed, for the one process that speaks to its server.
TYPED_KEY_VARIABLE = "WEIGHIN_TYPED_API_KEY"
# What stands for everything that only the server could tell.
ON_THE_SERVER = "on the server"
BY_THIS_CLIENT = "over the network, by this client"

_LONGEST = 2000
# What people copy from a manual: the address of a call in place of the address of the server.
_CALLS = ("/chat/completions", "/completions", "/models")


@dataclass(frozen=True)
class ServerAddress:
    """base: http(s)://HOST[:PORT]/PATH without a slash at its end, mostly ending in /v1. model: as the server calls it,
    "" where none is named."""

    base: str
    model: str = ""

    def __str__(self) -> str:
        return f"{self.base}#{self.model}"

    @property
    def host(self) -> str:
        """Name and port, as typed."""
        return urlsplit(self.base).netloc

    @property
    def origin(self) -> str:
        """scheme://host:port, which is what a key belongs to."""
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"

    @property
    def is_loopback(self) -> bool:
        """Whether it is this very computer."""
        name = urlsplit(self.base).hostname or ""
        try:
            return name == "localhost" or ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False

    @property
    def is_readable(self) -> bool:
        """Whether others on the way can read what is said: http to another computer."""
        return self.base.startswith("http://") and not self.is_loopback


def parse_address(text: str) -> ServerAddress:
    """The address in `text`, http(s)://HOST/v1 with #MODEL behind it or not; a missing /v1 is added.

    Raises AppError(kind="address") with one sentence."""
    text = text.strip()
    where, _, model = text.partition("#")
    if not where.lower().startswith(SERVER_SCHEMES):
        raise _wrong("The address must start with http:// or https://, for example http://127.0.0.1:8080/v1.")
    if len(text) > _LONGEST or re.search(r"[\x00-\x20\x7f]", where) or re.search(r"[\x00-\x1f\x7f]", model):
        raise _wrong("This address is too long, or contains spaces or control characters.")
    try:
        parts = urlsplit(where)
        host = _host(parts)
    except ValueError:
        raise _wrong(f"{safe_name(where)} is not an address.") from None
    if parts.username is not None or parts.password is not None:
        raise _wrong(f"An address must not contain a name or password. Put a key in {KEY_VARIABLE} or the keyring.")
    if parts.query or not host:
        raise _wrong("The address must not contain a question mark: http(s)://HOST/PATH.")
    path = parts.path.rstrip("/")
    for call in _CALLS:
        path = path.removesuffix(call)
    return ServerAddress(f"{parts.scheme}://{host}{path or '/v1'}", model.strip())


def server_facts(address: ServerAddress) -> ModelFacts:
    """What stands for the model in a lane: its name and where it is. Sizes are 0, which is shown as unknown."""
    return ModelFacts(address.model, str(address), 0, "", "", 0, 0)


def server_of(model: ModelFacts) -> str:
    """Name and port of the server `model` lives on; "" for a file."""
    return parse_address(model.path).host if model.is_server else ""


def _host(parts: SplitResult) -> str:
    """Host and port in lower case. Raises ValueError for a port that is none."""
    name = parts.hostname or ""
    bracketed = f"[{name}]" if ":" in name else name
    return f"{bracketed}:{parts.port}" if parts.port is not None else bracketed


def _wrong(sentence: str) -> AppError:
    return AppError(sentence, kind="address")


@dataclass(frozen=True)
class LetterTest:
    """Whether a model on a server can be scored by the log-probabilities of four letters. via: "completions" or "chat",
    the call that returns usable ones, "" where neither does. sentence: what was found."""

    via: str
    sentence: str
