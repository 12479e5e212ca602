"""Watches what else happens on the computer while models answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from weighin.core.runs.conditions import Conditions
from weighin.services.machine.sources import attempt, number_in, psutil

# Below this the counters of the system, which count hundredths of seconds, say too little.
_SHORTEST_S = 0.5
_THROTTLES = "cpu[0-9]*/thermal_throttle/*_throttle_count"


@dataclass(frozen=True)
class ConditionSources:
    """Where the numbers come from; each gives None where this system has none.

    busy_s: seconds all cores together have worked so far. own_s: those of the processes with these ids. plugged:
    whether there is mains power. throttles: how often the processor was slowed down for heat so far.
    tells_sleep: whether the worker can see that the computer slept."""

    busy_s: Callable[[], float | None]
    own_s: Callable[[Sequence[int]], float | None]
    plugged: Callable[[], bool | None]
    throttles: Callable[[], int | None]
    clock: Callable[[], float] = field(default=time.monotonic)
    tells_sleep: bool = True


@dataclass(frozen=True)
class _Moment:
    seconds: float
    busy_s: float | None
    own_s: float | None
    plugged: bool | None
    throttles: int | None
    pids: tuple[int, ...]


class ConditionWatch:
    """`begin` before an answer, `end` after it; of two answers at once each has its own."""

    def __init__(self, sources: ConditionSources | None = None) -> None:
        self._sources = sources or system_sources()

    def begin(self, pids: Sequence[int]) -> _Moment:
        """Now; `pids`: processes whose work is the measurement itself."""
        read = self._sources
        own = read.own_s(pids)
        return _Moment(read.clock(), read.busy_s(), own, read.plugged(), read.throttles(), tuple(pids))

    def end(self, begin: _Moment, spare_cores: float, suspended: bool, used_cores: float = 0.0) -> Conditions:
        """What happened since `begin`. used_cores, spare_cores: those the models use and leave idle."""
        now = self.begin(begin.pids)
        throttled = None if None in (begin.throttles, now.throttles) else begin.throttles != now.throttles
        return Conditions(
            on_battery=None if now.plugged is None else not now.plugged,
            power_changed=now.plugged != begin.plugged,
            throttled=throttled,
            suspended=suspended or (False if self._sources.tells_sleep else None),
            other_cores=_others(begin, now),
            spare_cores=max(0.0, spare_cores),
            used_cores=used_cores,
        )


def system_sources() -> ConditionSources:
    """Those of this computer."""
    return ConditionSources(_busy_s, _own_s, _plugged, _throttles, tells_sleep=hasattr(time, "CLOCK_BOOTTIME"))


def _others(begin: _Moment, now: _Moment) -> float | None:
    """Cores that neither stood still nor worked for the measurement."""
    seconds = now.seconds - begin.seconds
    if seconds < _SHORTEST_S or begin.busy_s is None or now.busy_s is None or begin.own_s is None or now.own_s is None:
        return None
    return max(0.0, (now.busy_s - begin.busy_s) - (now.own_s - begin.own_s)) / seconds


def _busy_s() -> float | None:
    times = attempt(lambda: psutil().cpu_times())
    if times is None:
        return None
    # On Linux the time of guests is contained in that of the user.
    idle = ("idle", "iowait", "guest", "guest_nice")
    return sum(value for name, value in times._asdict().items() if name not in idle)


def _own_s(pids: Sequence[int]) -> float | None:
    """None where one of them has left meanwhile: its work cannot be told from that of others."""

    def read() -> float:
        times = [psutil().Process(pid).cpu_times() for pid in pids]
        return float(sum(each.user + each.system for each in times))

    return attempt(read)


def _plugged() -> bool | None:
    battery = attempt(lambda: psutil().sensors_battery())
    return battery.power_plugged if battery is not None else None


def _throttles() -> int | None:
    counts = [number_in(path) for path in Path("/sys/devices/system/cpu").glob(_THROTTLES)]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
