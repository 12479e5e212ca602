"""Whether other programs leave this computer alone just now."""

from __future__ import annotations

import os
from typing import Any

from weighin.services.machine.conditions import ConditionWatch


class QuietWatch:
    """Looks from one question to the next: `begin`, then ask every second or so."""

    def __init__(self, watch: ConditionWatch | None = None) -> None:
        """`watch`: who counts what others do."""
        self._watch = watch or ConditionWatch()
        self._since: Any = None

    def begin(self) -> None:
        """Look from now on."""
        self._since = self._watch.begin([os.getpid()])

    def is_quiet(self) -> bool:
        """Whether nothing disturbed since the last question; True too where this system does not tell."""
        since, self._since = self._since, self._watch.begin([os.getpid()])
        return since is not None and not self._watch.end(since, 0.0, False).disturbances
