"""Work of others is told from one's own: with made-up counters."""

from __future__ import annotations

from types import SimpleNamespace
from typing import NamedTuple

import pytest

from weighin.workers.planning import slicing as module
from weighin.workers.planning.slicing import Bystanders


class Times(NamedTuple):
    user: float
    system: float
    idle: float
    guest: float = 0.0


class Machine:
    """Counters that a test moves."""

    def __init__(self) -> None:
        self.now, self.system, self.own = 100.0, Times(50.0, 10.0, 1000.0), Times(5.0, 1.0, 0.0)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()
    monkeypatch.setattr(module.time, "monotonic", lambda: made.now)
    monkeypatch.setattr(module.psutil, "cpu_times", lambda: made.system)
    monkeypatch.setattr(module.psutil, "Process", lambda: SimpleNamespace(cpu_times=lambda: made.own))
    return made


def test_what_others_did_is_what_cores_worked_beyond_this_process(machine: Machine) -> None:
    watch = Bystanders()
    machine.now, machine.system, machine.own = 110.0, Times(75.0, 15.0, 1e6, guest=9.0), Times(24.0, 2.0, 0.0)
    assert watch.cores() == pytest.approx((30 - 20) / 10)


def test_nothing_is_said_of_a_moment_too_short_for_the_counters(machine: Machine) -> None:
    watch = Bystanders()
    machine.now += 0.3
    assert watch.cores() is None


def test_a_system_that_does_not_tell_is_no_quiet_one(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> Times:
        raise PermissionError

    monkeypatch.setattr(module.psutil, "cpu_times", refused)
    watch = Bystanders()
    machine.now += 10
    assert watch.cores() is None
