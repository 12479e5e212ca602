"""Which hub is asked: what the environment says, then what the user has set; damaged settings count as none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from weighin.core.downloads.hub_endpoint import typed_endpoint
from weighin.core.errors import AppError
from weighin.services.models.hub_access import HubAccess
from weighin.services.settings import Settings


@pytest.mark.parametrize(
    ("typed", "endpoint"),
    [
        ("", ""),
        ("  ", ""),
        ("huggingface.co", ""),
        ("https://HuggingFace.co/", ""),
        ("hf-mirror.example", "https://hf-mirror.example"),
        (" https://hf-mirror.example/ ", "https://hf-mirror.example"),
        ("https://hub.example:8443/hf", "https://hub.example:8443/hf"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_what_is_typed_is_understood(typed: str, endpoint: str) -> None:
    assert typed_endpoint(typed) == endpoint


@pytest.mark.parametrize(
    "typed",
    [
        "http://hf-mirror.example", "https://", "https:///x", "://", "ftp://hub.example", "two words.example",
        "https://user:secret@hub.example", "https://hub.example:0", "https://hub.example:99999", "https://[::1",
        "https://a\u202eb.example", "javascript://x",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_hub_is_refused(typed: str) -> None:
    with pytest.raises(AppError) as caught:
        typed_endpoint(typed)
    assert "secret" not in caught.value.user_text


@pytest.mark.parametrize("damaged", [7, None, ["x"], "http://plain.example", "nonsense here"])
def test_damaged_settings_count_as_none(tmp_path: Path, damaged: Any) -> None:
    settings = Settings(tmp_path / "s.json")
    settings.set("hub_endpoint", damaged)
    settings.set("hub_offline", damaged)
    access = HubAccess(settings, {})
    assert (access.endpoint, access.is_offline) == ("", False)
    assert access.variables() == {}


def test_the_environment_wins_and_an_empty_variable_says_nothing(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "s.json")
    HubAccess(settings, {}).set_endpoint("mine.example")
    HubAccess(settings, {}).set_offline(True)
    theirs = HubAccess(settings, {"HF_ENDPOINT": "https://theirs.example", "HF_HUB_OFFLINE": "0"})
    assert theirs.variables() == {}
    assert (theirs.endpoint, theirs.is_offline) == ("https://theirs.example", False)
    empty = HubAccess(settings, {"HF_ENDPOINT": "", "HF_HUB_OFFLINE": ""})
    assert empty.variables() == {"HF_ENDPOINT": "https://mine.example", "HF_HUB_OFFLINE": "1"}


def test_clearing_the_settings_asks_the_hub_itself_again(tmp_path: Path, qtbot: Any) -> None:
    settings = Settings(tmp_path / "s.json")
    access = HubAccess(settings, {})
    access.set_endpoint("mine.example")
    with qtbot.waitSignal(access.changed):
        settings.clear()
    assert access.endpoint == ""
