"""Dense against mixture of experts: what each holds in memory, reads for a token, and gets out of this computer."""

from __future__ import annotations

from dataclasses import dataclass

from weighin.core.plans.workstation import Row


@dataclass(frozen=True)
class Cost:
    """One model. memory: bytes it needs, or took where `measured`. read: bytes of weights for one token. speed: tokens
    a second while writing. used: share of this computer's measured memory bandwidth that this speed takes, 0..1.

    None where unknown; measured: memory and speed were measured here, else they are planned and forecast (marked ~)."""

    name: str
    memory: int
    read: float | None
    speed: float | None
    used: float | None
    measured: bool


def cost(row: Row, bandwidth: float | None) -> Cost:
    """The cost of one row: as measured where it has run here, as planned elsewhere."""
    taken = row.measured
    measured = taken is not None and taken.memory_bytes is not None and taken.speed is not None
    memory, speed = row.needs, row.forecast.generation_tokens_per_s if row.forecast else None
    if measured:
        assert taken is not None and taken.memory_bytes is not None
        # Pages of which the engine keeps a copy were resident, but give way: the plan leaves them out as well.
        memory, speed = max(0, taken.memory_bytes - row.plan.idle_bytes), taken.speed
    read = row.candidate.read_bytes
    used = speed * read / bandwidth if speed and read and bandwidth else None
    return Cost(row.candidate.name, memory, read, speed, used, measured)


def sentence(rows: tuple[Row, Row], costs: tuple[Cost, Cost]) -> str:
    """ "The MoE needs 4.0 times the memory and is 1.1 times as fast per token." The mixture comes first where there is
    exactly one; else the one that needs more memory is compared with the other. "~" where something is not measured."""
    first = int(rows[1].candidate.is_moe and not rows[0].candidate.is_moe)
    if rows[0].candidate.is_moe == rows[1].candidate.is_moe:
        first = int(costs[1].memory > costs[0].memory)
        who = costs[first].name
    else:
        who = "The MoE"
    one, other = costs[first], costs[1 - first]
    mark = "" if one.measured and other.measured else "~"
    text = f"{who} needs {mark}{_times(one.memory / max(1, other.memory))} the memory"
    if one.speed and other.speed:
        text += f" and is {mark}{_times(one.speed / other.speed)} as fast per token"
    return text + "."


def _times(ratio: float) -> str:
    return f"{ratio:.1f} times" if ratio < 99.95 else f"{ratio:.0f} times"
