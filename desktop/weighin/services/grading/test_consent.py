"""Whether the tests of a prompt set may be run: asked once for a set, and again when its tests are others."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import cached_property

from weighin.core.prompts.prompt_set import SetPrompt
from weighin.services.settings import Settings

_SETTING = "allowed_tests"


class TestConsent:
    """Tests are known by their text: a set from elsewhere is not allowed because its name or its prompts are."""

    def __init__(self, settings: Settings, ours: Callable[[], Iterable[str]] = tuple) -> None:
        """ours: tells the keys of the sets that come along, when tests are first to be run; these are allowed from the
        start."""
        self._settings, self._tell_ours = settings, ours

    @cached_property
    def _ours(self) -> frozenset[str]:
        return frozenset(self._tell_ours())

    @staticmethod
    def key_of(prompts: Iterable[SetPrompt]) -> str:
        """sha256 over all tests of a set, in whatever order; "" where it has none."""
        tests = {expected.tests for prompt in prompts for expected in prompt.expect if expected.tests is not None}
        if not tests:
            return ""
        digests = sorted(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in tests)
        return hashlib.sha256("\n".join(digests).encode()).hexdigest()

    def allowed(self, key: str) -> bool:
        """Whether the user agreed to these tests; there is nothing to ask where there are none."""
        return not key or key in self._ours or key in self._settings.get(_SETTING, [])

    def allow(self, key: str) -> None:
        """Keep that the user agreed."""
        if not self.allowed(key):
            self._settings.set(_SETTING, [*self._settings.get(_SETTING, []), key])
