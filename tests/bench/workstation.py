"""The table of what runs here, calculated again as the slider moves: how long the window would stand still."""

from __future__ import annotations

import sys
import time
from statistics import median

from weighin.core.candidates import of_catalogue
from weighin.core.catalogue import load_catalogue
from weighin.core.verdict import Budget
from weighin.core.workstation import Conditions, context_stops, rows_of
from weighin.paths import resources

ROUNDS = 5
_BUDGET = Budget(20 * 10**9, 32 * 10**9)


def main() -> None:
    """Print the time of a step of the slider for 500 rows (target: under 100 ms) and what ten times as many cost."""
    candidates = of_catalogue(load_catalogue(resources()), ())
    stops = context_stops(candidates)
    taken = {}
    for count in (500, 5000):
        chosen = (candidates * (count // len(candidates) + 1))[:count]
        times = []
        for _ in range(ROUNDS):
            for context in stops:
                begin = time.perf_counter()
                rows_of(chosen, Conditions(context, _BUDGET, 40e9, {}, {}))
                times.append(time.perf_counter() - begin)
        taken[count] = median(times)
    sys.stdout.write(f"workstation: 500 rows for another context: {taken[500] * 1000:.1f} ms (target under 100)\n")
    sys.stdout.write(f"workstation: 5000 rows / 500 rows = {taken[5000] / taken[500]:.1f}\n")
