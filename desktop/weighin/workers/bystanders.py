"""What other programs do while this process times something."""

from __future__ import annotations

import contextlib
import time

import psutil

# On Linux the time of guests is contained in that of the user.
_NO_WORK = ("idle", "iowait", "guest", "guest_nice")
# Counters of the system count hundredths of seconds: below this they say too little.
_SHORTEST_S = 0.5


class Bystanders:
    """Counts from the moment it is made."""

    def __init__(self) -> None:
        self._begin = time.monotonic()
        self._others_s = _others_s()

    def cores(self) -> float | None:
        """How many cores other processes kept busy on average since then; None where the system does not tell."""
        seconds, now = time.monotonic() - self._begin, _others_s()
        if self._others_s is None or now is None or seconds < _SHORTEST_S:
            return None
        return max(0.0, now - self._others_s) / seconds


def _others_s() -> float | None:
    """Seconds all cores together have worked so far for others than this process."""
    with contextlib.suppress(OSError, psutil.Error, AttributeError):
        times, own = psutil.cpu_times(), psutil.Process().cpu_times()
        busy = sum(value for name, value in times._asdict().items() if name not in _NO_WORK)
        return float(busy - own.user - own.system)
    return None
