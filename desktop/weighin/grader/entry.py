"""Start of the processes that judge answers: `python -m weighin worker grader|tests`."""

from __future__ import annotations

from weighin.confinement.entry import confined_start
from weighin.confinement.harden import harden


def main(kind: str) -> int:
    """Serve requests until the end of input; the exit status."""
    from weighin.grader.limits import limit_memory, limit_tests

    harden()
    (limit_tests if kind == "tests" else limit_memory)()
    start = confined_start()
    if isinstance(start, int):
        return start
    if kind == "tests":
        from weighin.grader import test_process

        return test_process.serve(0, start.wire, start.walls)
    from weighin.grader import judging

    return judging.serve(0, start.wire)
