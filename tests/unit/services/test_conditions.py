"""Watching what else happens: with made-up counters, and once with those of this computer."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest

from weighin.services.machine.conditions import ConditionSources, ConditionWatch, system_sources


class Machine:
    """A computer whose counters a test sets."""

    def __init__(self) -> None:
        self.now, self.busy, self.own, self.plugged, self.throttles = 0.0, 100.0, 10.0, True, 3

    @property
    def watch(self) -> ConditionWatch:
        return ConditionWatch(
            ConditionSources(
                lambda: self.busy, lambda _: self.own, lambda: self.plugged, lambda: self.throttles, lambda: self.now
            )
        )


def after(machine: Machine, **change: Any) -> Any:
    watch = machine.watch
    begin = watch.begin((1, 2))
    for name, value in change.items():
        setattr(machine, name, value)
    return watch.end(begin, 2.0, False)


def test_a_calm_round() -> None:
    found = after(Machine(), now=10.0, busy=131.0, own=40.0)
    assert found.other_cores == pytest.approx(0.1)
    assert (found.on_battery, found.power_changed, found.throttled, found.disturbances) == (False, False, False, ())


def test_sleep_that_no_clock_tells_is_not_denied() -> None:
    machine = Machine()
    watch = ConditionWatch(replace(machine.watch._sources, tells_sleep=False))
    assert watch.end(watch.begin((1,)), 1.0, False, 3.0).suspended is None
    assert watch.end(watch.begin((1,)), 1.0, True, 3.0).suspended is True
    assert machine.watch.end(machine.watch.begin((1,)), 1.0, False, 3.0).used_cores == 3.0


def test_other_programs() -> None:
    assert after(Machine(), now=10.0, busy=160.0, own=40.0).other_cores == pytest.approx(3.0)


def test_pulled_plug_and_heat() -> None:
    found = after(Machine(), now=10.0, plugged=False, throttles=5)
    assert found.on_battery and found.power_changed and found.throttled


@pytest.mark.parametrize("change", [{"now": 0.2}, {"now": 10.0, "own": None}, {"now": 10.0, "busy": None}])
def test_no_number_is_better_than_a_wrong_one(change: dict[str, Any]) -> None:
    assert after(Machine(), **change).other_cores is None


def test_what_this_computer_tells() -> None:
    sources = system_sources()
    assert (sources.busy_s() or 0) > 0
    assert (sources.own_s([os.getpid()]) or 0) > 0
    assert sources.own_s([2**22 + 12345]) is None
    assert sources.plugged() in (None, True, False)
