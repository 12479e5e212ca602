"""python -m tests.fuzz SECONDS [NAME ...]: random inputs for the readers named in targets.py, all of them without NAME,
for so many seconds together. What it finds is printed, and tried first the next time; it ends with status 1 then."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from hypothesis import HealthCheck, given, seed, settings

from tests.fuzz.targets import TARGETS, Target

_ROUND = 200  # inputs between two looks at the clock
_LONGEST_S = 20


class _TooSlowError(AssertionError):
    """One input took longer than anything may."""


def _too_slow(number: int, frame: FrameType | None) -> None:
    raise _TooSlowError(f"one input took longer than {_LONGEST_S} seconds")


def _timed(check: Callable[[Any], None], tried: list[int]) -> Callable[[Any], None]:
    def check_in_time(value: Any) -> None:
        tried[0] += 1
        signal.alarm(_LONGEST_S)
        try:
            check(value)
        finally:
            signal.alarm(0)

    return check_in_time


def _fuzz(target: Target, seconds: float) -> int:
    """How many inputs were tried. Raises what the first of them brought about that nothing may."""
    tried = [0]
    examples = _ROUND // 10 if target.slow else _ROUND
    one_round = settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        # Seeded, Hypothesis would not remember what it found: so only the first round looks at what it remembers.
        test = given(target.inputs)(_timed(target.check, tried))
        one_round(seed(time.monotonic_ns())(test) if tried[0] else test)()
    return tried[0]


def main(arguments: list[str]) -> int:
    """The exit status."""
    names = arguments[1:] or [target.name for target in TARGETS]
    chosen = [target for target in TARGETS if target.name in names]
    if not arguments or len(chosen) < len(names):
        sys.stderr.write(f"{__doc__}\nreaders: {', '.join(target.name for target in TARGETS)}\n")
        return 2
    signal.signal(signal.SIGALRM, _too_slow)
    for target in chosen:
        count = _fuzz(target, float(arguments[0]) / len(chosen))
        sys.stdout.write(f"{target.name:10} {count} inputs\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
