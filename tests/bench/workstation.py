"""The table of what runs here as the slider moves: how long the window stands still, calculating and painting."""

from __future__ import annotations

import os
import sys
import time
from statistics import median
from typing import Any

from weighin.core.models.catalogue import load_catalogue
from weighin.core.plans.candidates import Candidate, of_catalogue
from weighin.core.plans.verdict import Budget
from weighin.core.plans.workstation import FitConditions, context_stops, rows_of
from weighin.paths import resources

ROUNDS = 5
_BUDGET = Budget(20 * 10**9, 32 * 10**9)


def main() -> None:
    """Print what a step of the slider takes for 500 rows (target: under 100 ms) and what ten times as many cost."""
    calculated = {count: _calculation(count) for count in (500, 5000)}
    moved = _in_the_window(500)
    sys.stdout.write(f"workstation: 500 rows calculated for another context: {calculated[500] * 1000:.1f} ms\n")
    sys.stdout.write(
        f"workstation: the slider's step in the window, painted: {moved * 1000:.1f} ms (target under 100)\n"
    )
    sys.stdout.write(f"workstation: 5000 rows / 500 rows = {calculated[5000] / calculated[500]:.1f}\n")


def _candidates(count: int) -> tuple[Candidate, ...]:
    found = of_catalogue(load_catalogue(resources()), ())
    return (found * (count // len(found) + 1))[:count]


def _calculation(count: int) -> float:
    chosen = _candidates(count)
    times = []
    for _ in range(ROUNDS):
        for context in context_stops(chosen):
            begin = time.perf_counter()
            rows_of(chosen, FitConditions(context, _BUDGET, 40e9, {}, {}))
            times.append(time.perf_counter() - begin)
    return median(times)


def _in_the_window(count: int) -> float:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from dataclasses import replace

    from PySide6.QtWidgets import QApplication

    from tests.ui.fakes import FakeLibrary, FakeModels, FakeSettings
    from tests.ui.workstation_fakes import new_station
    from weighin.ui import theme as themes
    from weighin.ui.workstation.runs_tab import RunsTab

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme = themes.apply(application, FakeSettings())
    station: Any = new_station(FakeLibrary(), FakeModels()).workstation
    chosen = tuple(replace(candidate, key=str(n)) for n, candidate in enumerate(_candidates(count)))
    station.candidates = lambda _catalogue: chosen
    tab = RunsTab(theme, station, load_catalogue(resources()))
    theme.dress()
    tab.resize(1400, 900)
    tab.show()
    slider = tab.slider.slider
    times = []
    for step in range(ROUNDS * 10):
        begin = time.perf_counter()
        slider.setValue(step % (slider.maximum() + 1))
        tab.grab()
        times.append(time.perf_counter() - begin)
    station.close()
    return median(times)
