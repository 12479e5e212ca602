"""What an evaluation asks for, what it keeps, and what it says while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from weighin.core.evaluations.forms import LETTERS_FORM
from weighin.core.evaluations.questions import OPTION_LETTERS, Question
from weighin.core.models.model import ModelFacts
from weighin.core.plans.plan import MemoryPlan
from weighin.core.runs.answer import Failure, MemorySample
from weighin.core.runs.lane import EngineFacts, LaneSetup
from weighin.core.runs.options import check_whole
from weighin.core.runs.run_state import RunState
from weighin.core.statistics.paired import PairedResult

# A gap of the two best letters (in nats) below which rounding in another batch shape may turn the choice around.
NEAR_TIE = 0.02
STANDARD, CHAT = "standard", "chat"
MAX_SHOTS = 5


class Order(str, Enum):
    """ALTERNATING: the models take turns block by block, so that the comparison means something early."""

    ALTERNATING = "alternating"
    ONE_AFTER_THE_OTHER = "one_after_the_other"


@dataclass(frozen=True)
class EvaluationChoice:
    """What the user picks. protocol: STANDARD (raw completion) or CHAT (the model's template, thinking off).
    n: number of questions, None for all. subjects: names, empty for all. Raises AppError(kind="options")."""

    questions: str = "starter"
    protocol: str = STANDARD
    shots: int = MAX_SHOTS
    n: int | None = None
    seed: int = 42
    split: str = "test"
    subjects: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_whole("Shots", self.shots, 0, MAX_SHOTS)
        check_whole("Seed", self.seed, 0, 2**32 - 2)
        if self.n is not None:
            check_whole("Number of questions", self.n, 1, 1_000_000)


@dataclass(frozen=True)
class EvaluationRequest:
    """One or two models on the same questions. until_decided: stop as soon as the verdict is in."""

    lanes: tuple[LaneSetup, ...]
    choice: EvaluationChoice = EvaluationChoice()
    order: Order = Order.ALTERNATING
    until_decided: bool = False
    try_anyway: bool = False


@dataclass(frozen=True)
class EvaluationProtocol:
    """Everything that makes a score this score and no other. Two runs with different protocols are never mixed.

    name: STANDARD or CHAT. scoring and sampling: in words. n: questions asked of `population`. dataset: title of the
    set; is_mmlu: its rows are those of the released MMLU. form: of its questions (forms.py); note: what a score on
    them may be called, "" where is_mmlu says it."""

    name: str
    shots: int
    scoring: str
    sampling: str
    seed: int
    n: int
    split: str
    subjects: tuple[str, ...]
    dataset: str
    dataset_sha256: str
    population: int
    is_mmlu: bool
    form: str = LETTERS_FORM
    note: str = ""


@dataclass(frozen=True)
class ItemResult:
    """What one model said to one question. logprobs: natural logarithms of the probabilities of the four letters among
    all tokens, or of each ending; choice: index of the largest. Both are None with a `failure`, one sentence why it was
    not scored."""

    id: str
    choice: int | None
    logprobs: tuple[float, ...] | None
    failure: str = ""

    @property
    def margin(self) -> float | None:
        """How far the best option is ahead of the second, in nats."""
        if self.logprobs is None:
            return None
        best, second = sorted(self.logprobs, reverse=True)[:2]
        return best - second

    @property
    def near_tie(self) -> bool:
        """Whether another batch shape could have turned the choice around."""
        return self.margin is not None and self.margin < NEAR_TIE

    @property
    def letter(self) -> str | None:
        """The chosen letter."""
        return None if self.choice is None else OPTION_LETTERS[self.choice]


def normed_choice(question: Question, result: ItemResult) -> int | None:
    """The option with the largest log-probability for each byte of it; None where that says nothing."""
    lengths, logprobs = question.lengths, result.logprobs
    if lengths is None or logprobs is None or len(lengths) != len(logprobs):
        return None
    return max(range(len(lengths)), key=lambda i: logprobs[i] / lengths[i])


@dataclass(frozen=True)
class ScoredItem:
    """One question with what each lane said to it; None where it was not (yet) asked."""

    question: Question
    a: ItemResult | None = None
    b: ItemResult | None = None

    def right(self, label: str) -> bool | None:
        """Whether lane "A" or "B" chose the right letter; an item that could not be scored counts as wrong."""
        result = self.a if label == "A" else self.b
        return None if result is None else result.choice == self.question.answer


@dataclass(frozen=True)
class SubjectScore:
    """One model on one subject."""

    n: int
    correct: int

    @property
    def accuracy(self) -> float | None:
        """The share of right answers; None without answers."""
        return self.correct / self.n if self.n else None


@dataclass(frozen=True)
class LaneEvaluation:
    """One model's score. n: questions asked so far; accuracy and its Wilson interval (95 %): None while n is 0.

    tokens_evaluated: put through the model; unique_tokens: needed at least (each header and each question once, of
    endings each whole prompt). seconds: of scoring, without loading. peak_bytes: most memory of the worker while
    scoring; plan: what it was planned to need, None where that is unknown. letters: how often each was chosen.
    correct_norm: right by log-probability for each byte, None where the form of the questions has no acc_norm.
    near_ties, unscorable: numbers of such items. alarm: a sentence where the score looks like guessing."""

    label: str
    model: ModelFacts
    n: int
    correct: int
    accuracy: float | None
    interval: tuple[float, ...] | None
    subjects: dict[str, SubjectScore]
    letters: tuple[int, ...] = (0, 0, 0, 0)
    near_ties: int = 0
    unscorable: int = 0
    tokens_evaluated: int = 0
    unique_tokens: int = 0
    seconds: float = 0.0
    peak_bytes: int | None = None
    plan: MemoryPlan | None = None
    alarm: str = ""
    notices: tuple[str, ...] = ()
    failure: Failure | None = None
    correct_norm: int | None = None

    @property
    def acc_norm(self) -> float | None:
        """The share that is right by log-probability for each byte; None without answers or where there is none."""
        return None if self.correct_norm is None or not self.n else self.correct_norm / self.n


@dataclass(frozen=True)
class LaneProgress:
    """One lane while a run goes on. phase: "waiting", "loading", "scoring", "done" or "failed"; percent: of
    loading. tokens_per_s: over the last blocks; seconds_left: at that pace."""

    label: str
    phase: str
    done: int
    total: int
    percent: int = 0
    subject: str = ""
    tokens_per_s: float | None = None
    seconds_left: float | None = None
    memory: MemorySample = MemorySample()
    failure: Failure | None = None


@dataclass(frozen=True)
class EvaluationState:
    """Everything the live view shows. lanes: where each is; scores: what each has so far; paired: None with one
    model or before both have answered. seconds: of running, without pauses; seconds_left: None while unknown.
    notice: what the user should know, for instance why it paused by itself."""

    id: str
    state: RunState
    protocol: EvaluationProtocol | None
    lanes: tuple[LaneProgress, ...]
    scores: tuple[LaneEvaluation, ...] = ()
    paired: PairedResult | None = None
    seconds: float = 0.0
    seconds_left: float | None = None
    notice: str = ""


@dataclass(frozen=True)
class EvaluationRecord:
    """A run as History keeps it. created: ISO 8601 in UTC. items: in running order, also those not asked yet."""

    id: str
    created: str
    state: RunState
    request: EvaluationRequest
    protocol: EvaluationProtocol
    lanes: tuple[LaneEvaluation, ...]
    paired: PairedResult | None
    items: tuple[ScoredItem, ...] = field(default=(), repr=False)
    engine: EngineFacts | None = None

    @property
    def can_resume(self) -> bool:
        """Whether questions are left to ask, it did not end by a verdict, and nobody is asking them."""
        return self.state not in (RunState.FINISHED, RunState.RUNNING)
