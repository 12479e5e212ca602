"""The most that a process which judges answers may take. Set before the walls stand: then none can be changed."""

from __future__ import annotations

import signal
import sys

MEMORY_BYTES = 1 << 30
# Of processor time: how busy the computer is must not change a mark.
JUDGING_S = 2
TESTS_S = 10
OUTPUT_BYTES = 4 << 20
_DESCRIPTORS = 64


def limit_memory() -> None:
    """What is asked for beyond it is refused."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def limit_tests() -> None:
    """Of a process that runs code: SIGXCPU at the end of its time, SIGXFSZ for a file that grows too large."""
    limit_memory()
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (TESTS_S, TESTS_S + 1))
        resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT_BYTES, OUTPUT_BYTES))
        resource.setrlimit(resource.RLIMIT_NOFILE, (_DESCRIPTORS, _DESCRIPTORS))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it


def start_clock() -> None:
    """SIGPROF ends this process when it has worked JUDGING_S from now on."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, JUDGING_S)


def stop_clock() -> None:
    """What was begun is done."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, 0)
