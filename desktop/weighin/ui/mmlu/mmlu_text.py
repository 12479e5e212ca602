"""How scores, times and states of an evaluation are said on this page."""

from __future__ import annotations

from weighin.core import format
from weighin.core.evaluations.evaluation import CHAT, EvaluationProtocol, LaneEvaluation, LaneProgress, Order, RunState
from weighin.core.evaluations.report import memory_taken
from weighin.core.evaluations.text import basis_sentence
from weighin.core.runs.answer import rate
from weighin.core.safe_text import safe_name
from weighin.core.statistics.paired import PairedResult

STATES = {
    RunState.PREPARING: "preparing",
    RunState.RUNNING: "running",
    RunState.PAUSED: "paused",
    RunState.STOPPING: "stopping",
    RunState.FINISHED: "finished",
    RunState.STOPPED: "stopped by you",
    RunState.FAILED: "failed",
    RunState.INTERRUPTED: "interrupted",
}
ELSEWHERE = "running in another window"
ORDERS = {
    Order.ALTERNATING: "Taking turns, block by block",
    Order.ONE_AFTER_THE_OTHER: "One after the other",
}
_PHASES = {
    "waiting": "waiting",
    "checking": "taking the file's checksum",
    "loading": "loading",
    "scoring": "answering",
    "done": "done",
    "failed": "failed",
}


def percent(value: float | None) -> str:
    """A share 0..1: "62.3 %"."""
    return format.NONE if value is None else f"{100 * value:.1f} %"


def between(interval: tuple[float, ...] | None) -> str:
    """An interval of shares: "57.1 to 67.2 %"."""
    return format.NONE if interval is None else f"{100 * interval[0]:.1f} to {100 * interval[1]:.1f} %"


def points(value: float) -> str:
    """A difference of shares in points, with its sign."""
    return f"{100 * value:+.1f}"


def about(seconds: float | None) -> str:
    """A time to come, as exact as it can be known: "about 3 min"."""
    if seconds is None:
        return format.NONE
    if seconds < 10:
        return "a few seconds"
    if seconds < 90:
        return f"about {round(seconds / 5) * 5} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"about {minutes} min"
    return f"about {minutes // 60} h {minutes % 60:02d} min"


def subject(name: str) -> str:
    """A subject as words."""
    return safe_name(name.replace("_", " "), 60)


def protocol_name(name: str, shots: int) -> str:
    """ "standard, 5 shots"."""
    return f"{'chat' if name == CHAT else 'standard'}, {format.plural(shots, 'shot')}"


def run_line(protocol: EvaluationProtocol) -> str:
    """What was asked, in one line."""
    of = f"{format.count(protocol.n)} of {format.count(protocol.population)} {protocol.split} questions"
    subjects = f" · {format.plural(len(protocol.subjects), 'subject')}" if protocol.subjects else ""
    named = safe_name(protocol.dataset, 80)
    how = protocol_name(protocol.name, protocol.shots)
    return f"{named} · {how} · {of}{subjects} · seed {protocol.seed}"


def lane_state(lane: LaneProgress) -> str:
    """What a lane does now."""
    state = _PHASES.get(lane.phase, lane.phase)
    if lane.phase in ("checking", "loading") and lane.percent:
        state += f" {lane.percent} %"
    if lane.phase == "scoring" and lane.subject:
        state += f" · {subject(lane.subject)}"
    return state


def lane_numbers(lane: LaneProgress) -> str:
    """Questions, speed, time left and memory of a lane, as far as they are known."""
    parts = [f"{format.count(lane.done)} of {format.count(lane.total)} questions"] if lane.total else []
    if lane.tokens_per_s is not None:
        parts.append(f"{format.figure(lane.tokens_per_s)} tok/s")
    if lane.seconds_left is not None and lane.phase == "scoring":
        parts.append(f"{about(lane.seconds_left)} left")
    if lane.memory.total_bytes is not None:
        parts.append(f"RAM {format.size(lane.memory.total_bytes)}")
    return " · ".join(parts)


def score(lane: LaneEvaluation) -> str:
    """A model's score with its interval."""
    if lane.accuracy is None:
        return ""
    counts = f"{format.count(lane.correct)} of {format.count(lane.n)}"
    unscored = f", {format.count(lane.unscorable)} not scored" if lane.unscorable else ""
    return f"{percent(lane.accuracy)} right, {between(lane.interval)} ({counts}{unscored})"


def evidence(paired: PairedResult) -> str:
    """How many questions the verdict rests on, and which test."""
    return f"{format.count(paired.n)} asked of both{_fell(paired)} · {basis_sentence(paired)}"


def _fell(paired: PairedResult) -> str:
    return f" · decided after {format.count(paired.decided_after)}" if paired.decided_after else ""


def cost(lane: LaneEvaluation) -> str:
    """Tokens, time and memory a score took."""
    if not lane.n:
        return ""
    parts = [f"{format.count(lane.tokens_evaluated or None)} tokens in {format.seconds(lane.seconds)}"]
    speed = rate(lane.tokens_evaluated, lane.seconds)
    if speed is not None:
        parts.append(f"{format.figure(speed)} tok/s")
    if lane.peak_bytes is not None:
        parts.append(f"RAM {memory_taken(lane)}")
    return " · ".join(parts)


def elapsed(seconds: float) -> str:
    """A time that has passed: "42 s", "2 min 05 s", "3 h 02 min"."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
