"""Measuring the memory in a worker of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from weighin.services.machine.memory_bandwidth import MemoryBandwidth
from weighin.services.settings import Settings


def print_line(text: str) -> list[str]:
    return [sys.executable, "-c", f"print({text!r})"]


def test_it_is_measured_once_and_kept_for_this_machine(qtbot: QtBot, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "s.json")
    bandwidth = MemoryBandwidth(settings)
    found: list[float | None] = []
    assert bandwidth.known is None
    bandwidth.need(found.append)
    bandwidth.measure(found.append)
    assert bandwidth.measuring
    qtbot.waitUntil(lambda: len(found) == 2, timeout=20_000)
    assert found[0] == found[1] and found[0] is not None and found[0] > 1e8
    later = MemoryBandwidth(Settings(tmp_path / "s.json"))
    later.need(found.append)
    assert found[2] == later.known == found[0]
    kept = settings.get("memory_bandwidth", {})
    settings.set("memory_bandwidth", kept | {"machine": "another"})
    assert MemoryBandwidth(settings).known is None


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-c", "raise SystemExit(3)"],
        print_line("nonsense"),
        print_line('{"type": "MemoryRead", "bytes_per_s": []}'),
        ["/no/such/program"],
    ],
)
def test_a_measurement_that_fails_is_unknown_and_the_old_one_stays(
    qtbot: QtBot, tmp_path: Path, command: list[str]
) -> None:
    settings = Settings(tmp_path / "s.json")
    first = MemoryBandwidth(settings, print_line('{"type": "MemoryRead", "bytes_per_s": [1e9, 3e9, 2e9]}'))
    found: list[float | None] = []
    first.measure(found.append)
    qtbot.waitUntil(lambda: found == [2e9])
    broken = MemoryBandwidth(settings, command)
    broken.measure(found.append)
    qtbot.waitUntil(lambda: found == [2e9, None])
    assert broken.known == 2e9


def test_closing_ends_the_worker(qtbot: QtBot, tmp_path: Path) -> None:
    bandwidth = MemoryBandwidth(Settings(tmp_path / "s.json"))
    found: list[float | None] = []
    bandwidth.measure(found.append)
    bandwidth.close()
    assert found == []
