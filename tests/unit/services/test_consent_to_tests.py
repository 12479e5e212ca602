"""Tests of a prompt set run when the user agreed to these very tests."""

from __future__ import annotations

from pathlib import Path

from weighin.core.grading.expectation import Expectation
from weighin.core.prompts.prompt_set import SetPrompt
from weighin.services.grading import test_consent
from weighin.services.settings import Settings

Consent = test_consent.TestConsent


def prompts(*tests: str) -> tuple[SetPrompt, ...]:
    return tuple(
        SetPrompt(f"prompt {text}", expect=(Expectation(tests=text), Expectation(regex="x"))) for text in tests
    )


def test_a_key_is_that_of_the_tests_in_whatever_order() -> None:
    key = Consent.key_of(prompts("assert a", "assert b"))
    assert len(key) == 64
    assert Consent.key_of(prompts("assert b", "assert a", "assert a")) == key
    assert Consent.key_of(prompts("assert b")) != key
    assert Consent.key_of(prompts("assert a", "assert b", "assert c")) != key
    assert Consent.key_of(prompts("assert a\nassert b")) != key
    assert Consent.key_of(prompts("\ud800")) != key  # what comes from a file need not be text


def test_nothing_is_to_ask_without_tests() -> None:
    assert Consent.key_of((SetPrompt("x", expect=(Expectation(exact="x"),)), SetPrompt("y"))) == ""
    assert Consent(Settings(Path("/nowhere/x.json"))).allowed("")


def test_only_what_was_agreed_to_is_allowed_and_that_is_kept(tmp_path: Path) -> None:
    ours, mine, other = (Consent.key_of(prompts(text)) for text in ("assert ours", "assert mine", "assert other"))
    consent = Consent(Settings(tmp_path / "settings.json"), lambda: (ours,))
    assert consent.allowed(ours)
    assert not consent.allowed(mine)
    consent.allow(mine)
    consent.allow(mine)
    again = Settings(tmp_path / "settings.json")
    assert Consent(again).allowed(mine)
    assert not Consent(again).allowed(ours)
    assert not Consent(again).allowed(other)
    assert again.get("allowed_tests", []) == [mine]


def test_damaged_settings_allow_nothing(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    key = Consent.key_of(prompts("assert x"))
    for damaged in (key, {key: True}, 1, None):
        settings.set("allowed_tests", damaged)
        assert not Consent(settings).allowed(key)
    Consent(settings).allow(key)
    assert Consent(settings).allowed(key)
