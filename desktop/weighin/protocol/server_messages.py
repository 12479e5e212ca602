"""What a worker for servers understands beside the messages of every worker."""

from __future__ import annotations

from dataclasses import dataclass

from weighin.core.models.server import LetterTest


@dataclass(frozen=True)
class ListModels:
    """Which models the server at `address` offers."""

    id: int
    address: str


@dataclass(frozen=True)
class TestLetters:
    """Find out whether the model at `address` can be scored by the log-probabilities of four letters. way:
    "completions" or "chat", "" to try both."""

    id: int
    address: str
    way: str = ""


@dataclass(frozen=True)
class ModelsListed:
    """Terminal: names as the server gives them."""

    id: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class LettersTested:
    """Terminal."""

    id: int
    test: LetterTest


SERVER_REQUESTS: tuple[type, ...] = (ListModels, TestLetters)
SERVER_EVENTS: tuple[type, ...] = (ModelsListed, LettersTested)
