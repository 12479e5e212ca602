"""A comparison that is over, with what is known beside its answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from weighin.core.comparisons.comparison import Comparison
from weighin.core.comparisons.slowdown import against_alone
from weighin.core.comparisons.speed import needs_speed_tests
from weighin.core.computer.hardware import MachineFacts
from weighin.core.runs.lane import Mode


def finished(
    comparison: Comparison,
    machine: MachineFacts | None,
    alone_of: Callable[[Comparison], Comparison | None] = lambda _made: None,
    with_tests: Callable[[Comparison, MachineFacts | None], Comparison] = lambda made, _machine: made,
) -> Comparison:
    """The comparison with the computer it was made on (`machine`, where it names none), what running together cost, and
    the speed tests that are kept of its models, where its answers are too short.

    alone_of: what one that ran together is held against; with_tests: adds the tests that were made on a machine. Both
    may read a database: raises what they raise."""
    made = replace(comparison, machine=comparison.machine or machine)
    if made.request.mode is Mode.TOGETHER:
        made = against_alone(made, alone_of(made))
    return with_tests(made, made.machine) if needs_speed_tests(made) else made
