"""What scores may and may not be said to mean, in sentences for page, command line and export."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from weighin.core import format
from weighin.core.evaluations.evaluation import (
    CHAT,
    EvaluationProtocol,
    EvaluationRecord,
    LaneEvaluation,
    LaneProgress,
    Order,
    SubjectScore,
)
from weighin.core.evaluations.evaluation_outlook import likely_discordance
from weighin.core.evaluations.forms import WINOGRANDE
from weighin.core.evaluations.questions import OPTION_LETTERS
from weighin.core.evaluations.stored_evaluation import EvaluationRow
from weighin.core.models.model import ModelFacts
from weighin.core.plans.plan import PlanMethod
from weighin.core.runs.answer import rate
from weighin.core.runs.run_state import STATES
from weighin.core.safe_text import safe_name
from weighin.core.statistics.claims import ClaimCheck
from weighin.core.statistics.power import (
    POWER,
    TYPICAL_DISCORDANCE,
    half_width,
    questions_needed,
    smallest_gap,
)

MMLU_QUESTIONS = 14_042

LABEL_ERRORS = (
    "About 6.5 % of MMLU's answer keys are wrong or unclear (MMLU-Redux, 5\u202f700 questions). The best possible "
    "score is about 93 to 95 %; scores above 90 % cannot be ranked."
)
NOT_MMLU = "Not MMLU questions: the score cannot be compared with published ones."

# (share, with what it stands for): lines to read an accuracy against. Sources: MMLU's paper, and 1/4.
REFERENCE_LINES = (
    (0.25, "25 % guessing"),
    (0.345, "34.5 % non-experts"),
    (0.60, "60 % “competent generalist”"),
    (0.898, "89.8 % experts"),
)
_OF_TWO = ((0.5, "50 % guessing"),)


ELSEWHERE = "Running in another window"
ORDERS = {
    Order.ALTERNATING: "Alternating",
    Order.ONE_AFTER_THE_OTHER: "Sequential",
}


@dataclass(frozen=True)
class Statistic:
    """A number of one model's answers, for every page and export. key: in JSON, where `value` is written; title and
    words: on pages."""

    key: str
    title: str
    value: Callable[[LaneEvaluation], object]
    words: Callable[[LaneEvaluation], str]


def _chosen(lane: LaneEvaluation) -> Iterable[tuple[str, int]]:
    """Each option with how often it was chosen."""
    return zip(OPTION_LETTERS, lane.letters, strict=False)


STATISTICS = (
    Statistic(
        "letters",
        "Options chosen",
        lambda lane: dict(_chosen(lane)),
        lambda lane: ", ".join(f"{name} {format.count(n)}" for name, n in _chosen(lane)),
    ),
    Statistic("near_ties", "Near ties", lambda lane: lane.near_ties, lambda lane: format.count(lane.near_ties)),
    Statistic("unscorable", "Not scored", lambda lane: lane.unscorable, lambda lane: format.count(lane.unscorable)),
)


def state_words(run: EvaluationRecord | EvaluationRow) -> str:
    """How it stands, and whether it can be resumed."""
    return f"{STATES[run.state]}{', can be resumed' if run.can_resume else ''}"


def caveat(protocol: EvaluationProtocol) -> str:
    """What a score may be called, and how far it can be compared."""
    return protocol.note or (LABEL_ERRORS if protocol.is_mmlu else NOT_MMLU)


def reference_lines(protocol: EvaluationProtocol) -> tuple[tuple[float, str], ...]:
    """Lines to read scores against. Those that stand for people were drawn on MMLU."""
    if protocol.is_mmlu:
        return REFERENCE_LINES
    return _OF_TWO if protocol.form == WINOGRANDE else REFERENCE_LINES[:1]


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


def model_name(model: ModelFacts, label: str = "", limit: int = 120) -> str:
    """A model's name for one line; one without a name is called by its lane."""
    return safe_name(model.name, limit).strip() or f"Model {label}".strip()


_PHASES = {"waiting": "Waiting", "loading": "Loading", "scoring": "Answering", "done": "Finished", "failed": "Failed"}


def lane_state(lane: LaneProgress) -> str:
    """What a lane does now."""
    said = _PHASES.get(lane.phase, lane.phase)
    if lane.phase == "loading" and lane.percent:
        return f"{said} {format.percent(lane.percent / 100)}"
    return f"{said} · {subject_name(lane.subject)}" if lane.phase == "scoring" and lane.subject else said


def lane_numbers(lane: LaneProgress) -> str:
    """Questions, speed, time left and memory of a lane, as far as they are known."""
    parts = [f"{format.count(lane.done)} of {format.count(lane.total)} questions"] if lane.total else []
    if lane.tokens_per_s is not None:
        parts.append(f"{format.figure(lane.tokens_per_s)} tok/s")
    if lane.seconds_left is not None and lane.phase == "scoring":
        parts.append(f"{format.about(lane.seconds_left)} left")
    if lane.memory.total_bytes is not None:
        parts.append(f"memory {format.size(lane.memory.total_bytes)}")
    return " · ".join(parts)


def score_words(lane: LaneEvaluation) -> str:
    """A model's score with its interval; "" before its first answer."""
    if lane.accuracy is None:
        return ""
    counts = f"{format.count(lane.correct)} of {format.count(lane.n)}"
    unscored = f", {format.count(lane.unscorable)} not scored" if lane.unscorable else ""
    right = f"{format.accuracy(lane.accuracy)} right, {format.between(lane.interval, 1)} ({counts}{unscored})"
    return f"{right}{_norm_words(lane, ', ')}"


def _norm_words(lane: LaneEvaluation, before: str) -> str:
    """ "acc_norm 41.2 %" behind `before`; "" where the form of the questions has none."""
    return "" if lane.acc_norm is None else f"{before}acc_norm {format.accuracy(lane.acc_norm)}"


def scores(row: EvaluationRow) -> str:
    """The scores of a run, for lists: "62.3 % / 61.1 %"."""
    return " / ".join(format.accuracy(lane.accuracy) for lane in row.lanes)


def subject_score(score: SubjectScore | None) -> str:
    """A model's score on one subject: "62.5 % (12 of 34)"; "-" without answers."""
    if score is None or score.accuracy is None:
        return format.NONE
    return f"{format.accuracy(score.accuracy)} ({format.count(score.correct)} of {format.count(score.n)})"


def cost_words(lane: LaneEvaluation) -> str:
    """Tokens, time, speed and memory a score took; "" before its first answer."""
    if not lane.n:
        return ""
    speed = rate(lane.tokens_evaluated, lane.seconds)
    parts = [f"{format.count(lane.tokens_evaluated or None)} tokens in {format.seconds(lane.seconds)}"]
    parts += [f"{format.figure(speed)} tok/s"] if speed is not None else []
    return " · ".join([*parts, *([f"memory {format.size(lane.peak_bytes)}"] if lane.peak_bytes is not None else [])])


def memory_taken(lane: LaneEvaluation) -> str:
    """The most memory a worker took, beside what it was planned to take (~ by an estimate)."""
    most = f"{format.size(lane.peak_bytes)} peak"
    if lane.plan is None:
        return most
    mark = "~" if lane.plan.method is PlanMethod.FORMULA else ""
    return f"{most} ({mark}{format.size(lane.plan.ram_bytes)} planned)"


def score_share(lane: LaneEvaluation) -> str:
    """ "62 of 100 right · 95 % interval 52.2 to 70.9 %"; "" before the first answer."""
    if lane.accuracy is None:
        return ""
    unscored = f" · {format.count(lane.unscorable)} not scored" if lane.unscorable else ""
    right = f"{format.count(lane.correct)} of {format.count(lane.n)} right"
    return f"{right} · 95 % interval {format.between(lane.interval, 1)}{_norm_words(lane, ' · ')}{unscored}"


def sample_sentence(protocol: EvaluationProtocol) -> str:
    """Whether the score is of a sample or of all questions."""
    if protocol.n == protocol.population:
        return f"All {format.plural(protocol.n, 'question')}. The interval applies to questions like these."
    share = f"{format.count(protocol.n)} of {format.count(protocol.population)} questions"
    return f"A sample of {share}, in proportion to the subjects (seed {protocol.seed})."


def power_sentence(n: int, discordance: float = TYPICAL_DISCORDANCE) -> str:
    """What `n` questions can show of two models, said before the run. discordance: expected share on which just one is
    right."""
    gap = smallest_gap(n, discordance)
    asked = format.plural(n, "question")
    if gap is None:
        return f"Too few questions: {format.count(n)} cannot show which model is better."
    return f"{asked} detect{'s' if n == 1 else ''} gaps of about {format.points(gap, sign='-')} points."


def before_run(n: int, models: Sequence[ModelFacts], scores: tuple[float | None, ...] = (None, None)) -> str:
    """What a run of `n` questions can show, in one sentence. scores: of earlier runs, as far as known."""
    if len(models) < 2:
        return score_sentence(n)
    return power_sentence(n, likely_discordance(models[0], models[1], (scores[0], scores[1])).discordance)


def behind_power(
    n: int, models: Sequence[ModelFacts], scores: tuple[float | None, ...] = (None, None)
) -> tuple[str, ...]:
    """What stands behind `before_run`: how often, on what assumption, and what a small gap would take."""
    if len(models) < 2:
        return ("Half of a 95 % interval, for a score near 60 %.",)
    likely = likely_discordance(models[0], models[1], (scores[0], scores[1]))
    lines = []
    if smallest_gap(n, likely.discordance) is not None:
        lines.append(f"A gap of that size is found {format.percent(POWER)} of the time; smaller ones less often.")
    lines.append(f"Assumed: {likely.why}.")
    needed = questions_needed(0.004, max(likely.discordance, 0.005))
    if needed:
        exist = f", more than MMLU's {format.count(MMLU_QUESTIONS)}" if needed > MMLU_QUESTIONS else ""
        lines.append(f"84.1 against 83.7 would need {format.count(needed)} questions{exist}.")
    return (*lines, score_sentence(n))


def score_sentence(n: int) -> str:
    """How exactly `n` questions tell one model's score, said before the run."""
    asked = format.plural(n, "question")
    within = format.points(half_width(0.6, n), sign="-")
    return f"{asked} give{'s' if n == 1 else ''} a score to within about ±{within} points."


def claim_sentences(check: ClaimCheck, n: int) -> tuple[str, ...]:
    """The verdict on a gap measured on `n` questions, what it rests on, and what it would take."""
    questions = f"{'all ' if n == MMLU_QUESTIONS else ''}{format.plural(n, 'question')}"
    # Published scores have two decimals.
    low, high = (format.points(end, 2) for end in check.interval)
    rests = (
        f"Difference {format.points(check.difference, 2)} points (95 % interval {low} to {high}), "
        f"p {format.p_value(check.p)}."
    )
    return (
        f"{'Significant' if check.told_apart else 'Not significant'} on {questions}.",
        rests,
        *_what_it_takes(check),
    )


def _what_it_takes(check: ClaimCheck) -> tuple[str, ...]:
    if check.told_apart or not check.difference:
        return ()
    share = format.percent(check.largest_discordance, 2)
    least = f"Significant only if the models disagreed on less than {share} of the questions."
    if check.needed is None:
        return (least,)
    beyond = ", more than MMLU has" if check.needed > MMLU_QUESTIONS else ""
    return (least, f"A gap of this size needs about {format.count(check.needed)} questions{beyond}.")
