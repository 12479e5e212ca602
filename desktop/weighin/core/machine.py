"""How many threads whom: pure arithmetic on the number of physical cores."""

from __future__ import annotations


def threads_per_lane(physical_cores: int, lanes_at_once: int, wanted: int | None = None) -> int:
    """Threads for each of `lanes_at_once` workers so that together they never exceed the physical cores.

    One core stays free for the window where there are more than two. `wanted` (a user's own number) is honoured up to
    the share of the physical cores. With fewer cores than lanes each lane still gets one thread: it cannot have none.
    """
    usable = physical_cores - 1 if physical_cores > 2 else physical_cores
    share = max(1, usable // lanes_at_once)
    if wanted is None:
        return share
    return max(1, min(wanted, physical_cores // lanes_at_once))
