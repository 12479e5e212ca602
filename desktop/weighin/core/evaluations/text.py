"""What scores may and may not be said to mean, in sentences for page, command line and export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from weighin.core import format
from weighin.core.evaluations.evaluation import (
    CHAT,
    EvaluationProtocol,
    EvaluationRecord,
    LaneEvaluation,
    LaneProgress,
    Order,
    RunState,
    SubjectScore,
)
from weighin.core.evaluations.evaluation_outlook import likely_discordance
from weighin.core.evaluations.questions import LETTERS
from weighin.core.evaluations.stored_evaluation import EvaluationRow
from weighin.core.models.model import ModelFacts
from weighin.core.plans.plan import PlanMethod
from weighin.core.runs.answer import rate
from weighin.core.safe_text import safe_name
from weighin.core.statistics.claims import ClaimCheck
from weighin.core.statistics.paired import DECISIVE, PairedResult, Verdict
from weighin.core.statistics.power import (
    POWER,
    TYPICAL_DISCORDANCE,
    half_width,
    questions_needed,
    smallest_gap,
)

MMLU_QUESTIONS = 14_042

LABEL_ERRORS = (
    "About 6.5 % of MMLU's questions have a wrong or unclear key (MMLU-Redux, 5,700 questions looked at again): the "
    "best possible score is about 93 to 95 %, and scores above 90 % cannot be told apart on it."
)
NOT_MMLU = "These are not the questions of MMLU: the score is not comparable with any published one."

NO_WINNER = "No clear winner"
_LARGE_E = 1_000_000
_BROKEN_OFF = {RunState.STOPPED: "Stopped", RunState.FAILED: "Broken off", RunState.INTERRUPTED: "Interrupted"}

# (share, with what it stands for): lines to read an accuracy against. Sources: MMLU's paper, and 1/4.
REFERENCE_LINES = (
    (0.25, "25 % guessing"),
    (0.345, "34.5 % ordinary people"),
    (0.60, "60 % “competent generalist”"),
    (0.898, "89.8 % experts"),
)


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


@dataclass(frozen=True)
class Statistic:
    """A number of one model's answers, for every page and export. key: in JSON, where `value` is written; title and
    words: on pages."""

    key: str
    title: str
    value: Callable[[LaneEvaluation], object]
    words: Callable[[LaneEvaluation], str]


STATISTICS = (
    Statistic(
        "letters",
        "Letters chosen",
        lambda lane: dict(zip(LETTERS, lane.letters, strict=True)),
        lambda lane: ", ".join(f"{name} {format.count(n)}" for name, n in zip(LETTERS, lane.letters, strict=True)),
    ),
    Statistic("near_ties", "Near ties", lambda lane: lane.near_ties, lambda lane: format.count(lane.near_ties)),
    Statistic("unscorable", "Not scored", lambda lane: lane.unscorable, lambda lane: format.count(lane.unscorable)),
)


def state_words(run: EvaluationRecord | EvaluationRow) -> str:
    """How it stands, and whether it can be resumed."""
    return f"{STATES[run.state]}{', can be resumed' if run.can_resume else ''}"


def subject_name(name: str) -> str:
    """A subject as words."""
    return safe_name(name.replace("_", " "), 60)


def protocol_name(name: str, shots: int) -> str:
    """ "5-shot, standard"."""
    return f"{shots}-shot, {'chat' if name == CHAT else 'standard'}"


def run_title(protocol: EvaluationProtocol) -> str:
    """A run in a few words, for lists."""
    how = protocol_name(protocol.name, protocol.shots)
    return f"{safe_name(protocol.dataset, 80)} · {format.plural(protocol.n, 'question')} · {how}"


def run_line(protocol: EvaluationProtocol) -> str:
    """What was asked, in one line."""
    of = f"{format.count(protocol.n)} of {format.count(protocol.population)} {protocol.split} questions"
    subjects = f" · {format.plural(len(protocol.subjects), 'subject')}" if protocol.subjects else ""
    how = protocol_name(protocol.name, protocol.shots)
    return f"{safe_name(protocol.dataset, 80)} · {how} · {of}{subjects} · seed {protocol.seed}"


def lane_state(lane: LaneProgress) -> str:
    """What a lane does now."""
    if lane.phase == "loading" and lane.percent:
        return f"loading {format.percent(lane.percent / 100)}"
    if lane.phase == "scoring":
        return f"answering · {subject_name(lane.subject)}" if lane.subject else "answering"
    return lane.phase


def lane_numbers(lane: LaneProgress) -> str:
    """Questions, speed, time left and memory of a lane, as far as they are known."""
    parts = [f"{format.count(lane.done)} of {format.count(lane.total)} questions"] if lane.total else []
    if lane.tokens_per_s is not None:
        parts.append(f"{format.figure(lane.tokens_per_s)} tok/s")
    if lane.seconds_left is not None and lane.phase == "scoring":
        parts.append(f"{format.about(lane.seconds_left)} left")
    if lane.memory.total_bytes is not None:
        parts.append(f"RAM {format.size(lane.memory.total_bytes)}")
    return " · ".join(parts)


def score_words(lane: LaneEvaluation) -> str:
    """A model's score with its interval; "" before its first answer."""
    if lane.accuracy is None:
        return ""
    counts = f"{format.count(lane.correct)} of {format.count(lane.n)}"
    unscored = f", {format.count(lane.unscorable)} not scored" if lane.unscorable else ""
    return f"{format.accuracy(lane.accuracy)} right, {format.between(lane.interval, 1)} ({counts}{unscored})"


def scores(row: EvaluationRow) -> str:
    """The scores of a run, for lists: "62.3 % / 61.1 %"."""
    return " / ".join(format.accuracy(lane.accuracy) for lane in row.lanes)


def subject_score(score: SubjectScore | None) -> str:
    """A model's score on one subject: "62.5 % (12 of 34)"; "-" without answers."""
    if score is None or score.accuracy is None:
        return format.NONE
    return f"{format.accuracy(score.accuracy)} ({format.count(score.correct)} of {format.count(score.n)})"


def cost_words(lane: LaneEvaluation) -> str:
    """Tokens, time and memory a score took; "" before its first answer."""
    if not lane.n:
        return ""
    needed = f" ({format.count(lane.unique_tokens)} needed)" if lane.unique_tokens else ""
    read = f"{format.count(lane.tokens_evaluated or None)} tokens{needed} in {format.seconds(lane.seconds)}"
    speed = rate(lane.tokens_evaluated, lane.seconds)
    parts = [read, *([f"{format.figure(speed)} tok/s"] if speed is not None else [])]
    return " · ".join([*parts, *([f"RAM {memory_taken(lane)}"] if lane.peak_bytes is not None else [])])


def memory_taken(lane: LaneEvaluation) -> str:
    """The most memory a worker took, beside what it was planned to take (~ by an estimate)."""
    most = f"{format.size(lane.peak_bytes)} at most"
    if lane.plan is None:
        return most
    mark = "~" if lane.plan.method is PlanMethod.FORMULA else ""
    return f"{most} ({mark}{format.size(lane.plan.ram_bytes)} planned)"


def sample_sentence(protocol: EvaluationProtocol) -> str:
    """Whether the score is of a sample or of all questions."""
    share = f"{format.count(protocol.n)} of {format.count(protocol.population)} questions"
    if protocol.n == protocol.population:
        return f"All {format.count(protocol.n)} questions, no sample of them: the interval is for questions like these."
    return f"A sample, proportional to the subjects ({share}, seed {protocol.seed}): the interval is part of the score."


def power_sentence(n: int, discordance: float = TYPICAL_DISCORDANCE) -> str:
    """What `n` questions can show, said before the run. discordance: expected share on which just one is right."""
    gap = smallest_gap(n, discordance)
    needed = questions_needed(0.004, max(discordance, 0.005))
    one = score_sentence(n)
    asked = format.plural(n, "question")
    if gap is None:
        return f"{asked} cannot show which of two models is better. {one}"
    more = f"; 84.1 against 83.7 would need {format.count(needed)}" if needed else ""
    exist = f", more than MMLU's {format.count(MMLU_QUESTIONS)}" if needed and needed > MMLU_QUESTIONS else ""
    found = f"{asked} find a gap of {format.points(gap, sign='-')} points ({format.percent(POWER)} of the time)"
    return f"{found}{more}{exist}. {one}"


def before_run(n: int, models: Sequence[ModelFacts], scores: tuple[float | None, ...] = (None, None)) -> str:
    """What a run of `n` questions can show, and on what assumption. scores: of earlier runs, as far as known."""
    if len(models) < 2:
        return score_sentence(n)
    likely = likely_discordance(models[0], models[1], (scores[0], scores[1]))
    return f"{power_sentence(n, likely.discordance)} Assumed: {likely.why}."


def score_sentence(n: int) -> str:
    """How exactly `n` questions tell one model's score, said before the run."""
    return f"One model's score is known to about ±{format.points(half_width(0.6, n), sign='-')} points."


def verdict_sentence(paired: PairedResult, planned: int, state: RunState, name_a: str = "A", name_b: str = "B") -> str:
    """Which model is better, as far as a run of `planned` questions in `state` can tell: a whole sample is judged, a
    verdict on the way fell or not, and a run that ended before says so."""
    if paired.mute:
        who = " and ".join({"A": name_a, "B": name_b}[label] for label in paired.mute)
        return f"{who} gave no answer that could be scored: the models cannot be compared."
    decided = paired.verdict is not Verdict.CANNOT_TELL
    better = f"{name_a if paired.verdict is Verdict.A_BETTER else name_b} is better"
    points = _points(paired, decided, name_a, name_b)
    after = f"{format.count(paired.n)} of {format.count(planned)} questions"
    if paired.whole:
        return f"{better if decided else NO_WINNER}: {points}, p {format.p_value(paired.mcnemar_p)}."
    if state in _BROKEN_OFF:
        so_far = better if decided else f"{NO_WINNER[0].lower()}{NO_WINNER[1:]} so far"
        return f"{_BROKEN_OFF[state]} after {after}, {so_far}: {points}."
    if decided:
        return f"{better}, decided after {after}: {points}."
    more = paired.more_questions
    if more is None:
        return f"Cannot tell yet: {points}."
    if more > planned - paired.n:
        return f"Cannot tell yet, at the earliest when all {format.count(planned)} are asked: {points}."
    return f"Cannot tell yet, about {format.count(format.two_figures(more))} more questions: {points}."


def verdict_label(paired: PairedResult, state: RunState) -> str:
    """The verdict in two or three words, for tables."""
    if paired.mute:
        return "not scored"
    if paired.verdict is not Verdict.CANNOT_TELL:
        return "A better" if paired.verdict is Verdict.A_BETTER else "B better"
    ended = paired.whole or state in _BROKEN_OFF or state is RunState.FINISHED
    return NO_WINNER.lower() if ended else "cannot tell yet"


def basis_sentence(paired: PairedResult) -> str:
    """What the verdict rests on: how many questions, and which test."""
    fell = f" · decided after {format.count(paired.decided_after)}" if paired.decided_after else ""
    counts = zip("AB", paired.unscored, strict=False)
    unscored = [f"{format.count(number)} of {label}" for label, number in counts if number]
    wrong = f"Not scored, counted as wrong: {', '.join(unscored)}." if unscored else ""
    test = "" if paired.mute else _test_sentence(paired)
    return f"{format.count(paired.n)} asked of both{fell} · {' '.join(part for part in (test, wrong) if part)}"


def _test_sentence(paired: PairedResult) -> str:
    if paired.whole:
        asked = format.plural(paired.n, "question")
        return f"Judged once, by the exact McNemar test of all {asked}: p {format.p_value(paired.mcnemar_p)}."
    e = f"above {format.count(_LARGE_E)}" if paired.e_value > _LARGE_E else format.figure(paired.e_value)
    return (
        f"e-value {e}: decides at {DECISIVE:.0f} where whole subjects agree, whenever one looks. The exact McNemar "
        "test judges the whole sample only."
    )


def _points(paired: PairedResult, decided: bool, name_a: str, name_b: str) -> str:
    """How far the one in front is ahead, and the interval of that, in points."""
    difference, (low, high) = paired.difference, paired.interval
    if difference < 0:
        difference, low, high = -difference, -high, -low
    interval = f"{format.points(low, sign='-')} to {format.points(high, sign='-')}"
    if not difference:
        return f"the same score, {interval} points"
    ahead = f"{format.points(difference, sign='-')} points"
    in_front = name_a if paired.difference > 0 else name_b
    return f"{ahead if decided else f'{in_front} is {ahead} ahead'}, {interval}"


def claim_sentences(check: ClaimCheck, n: int) -> tuple[str, ...]:
    """The verdict on a gap measured on `n` questions, what it rests on, and what it would take."""
    questions = f"{'all ' if n == MMLU_QUESTIONS else ''}{format.plural(n, 'question')}"
    could = "could be told apart" if check.told_apart else "could not be told apart"
    # Published scores have two decimals.
    low, high = (format.points(end, 2) for end in check.interval)
    rests = (
        f"The difference is {format.points(check.difference, 2)} points, its 95 % interval {low} to {high}, "
        f"p {format.p_value(check.p)}."
    )
    return (f"They {could} on {questions}.", rests, *_what_it_takes(check))


def _what_it_takes(check: ClaimCheck) -> tuple[str, ...]:
    if check.told_apart or not check.difference:
        return ()
    least = f"They could only if the two disagreed on less than {format.percent(check.largest_discordance, 2)} of them."
    if check.needed is None:
        return (least,)
    beyond = ", more than MMLU has" if check.needed > MMLU_QUESTIONS else ""
    return (least, f"For a gap of this size about {format.count(check.needed)} questions are needed{beyond}.")
