"""The process that talks to the hub asks the one that is set, from the next question on."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from tests.support.loopback_hub import LoopbackHub

from weighin.paths import Profile
from weighin.services.settings import Settings
from weighin.wiring.services import Services


@pytest.fixture(autouse=True)
def _nothing_said_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.delenv("HF_ENDPOINT", raising=False)


def searched(qtbot: Any, services: Services) -> Any:
    """What a search finds, or the error."""
    came: list[Any] = []
    services.models.hub.search("model", came.append, came.append)
    qtbot.waitUntil(lambda: bool(came), timeout=30_000)
    return came[0]


def test_another_hub_then_none_then_the_same_again(qtbot: Any, tiny: Any) -> None:
    settings = Settings(Profile.locate().settings)
    with LoopbackHub() as hub, contextlib.closing(Services(Profile.locate(), settings)) as services:
        hub.add("owner/model-GGUF", {"tiny-F32.gguf": tiny.read_bytes()})
        access = services.models.access
        access.set_endpoint(hub.url)
        assert services.models.hub.mirror == hub.url
        assert [one.repo for one in searched(qtbot, services)] == ["owner/model-GGUF"]
        access.set_offline(True)
        assert searched(qtbot, services).kind == "offline_mode"
        access.set_offline(False)
        assert [one.repo for one in searched(qtbot, services)] == ["owner/model-GGUF"]


def test_what_was_asked_before_is_answered_all_the_same(qtbot: Any, tiny: Any) -> None:
    settings = Settings(Profile.locate().settings)
    with LoopbackHub() as hub, contextlib.closing(Services(Profile.locate(), settings)) as services:
        hub.add("owner/model-GGUF", {"tiny-F32.gguf": tiny.read_bytes()})
        access = services.models.access
        access.set_endpoint(hub.url)
        before: list[Any] = []
        services.models.hub.search("model", before.append, before.append)
        access.set_offline(True)
        assert searched(qtbot, services).kind == "offline_mode"
        qtbot.waitUntil(lambda: bool(before), timeout=30_000)
        assert [one.repo for one in before[0]] == ["owner/model-GGUF"]
