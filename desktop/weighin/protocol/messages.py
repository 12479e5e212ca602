"""Every message between the window and a model worker, as frozen dataclasses.

A request carries an id; every event of that request echoes it; each request ends in exactly one terminal event
(its own answer or Failed). Hello, Log and Pulse are not terminal. Sizes are bytes, times seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from weighin.core.comparisons.speed_test import BenchRounds
from weighin.core.evaluations.evaluation import ItemResult
from weighin.core.evaluations.mmlu_prompt import PromptBlock
from weighin.core.evaluations.scoring import ScoreShape
from weighin.core.plans.forecast import TimedSlice
from weighin.core.plans.plan import MemoryPlan, SpeedForecast
from weighin.core.runs.answer import MemoryReceipt, MemorySample, PromptProof, StopReason, Timing
from weighin.core.runs.chat import Message
from weighin.core.runs.lane import EngineFacts
from weighin.core.runs.options import MAX_CONTEXT, THREADS, LoadOptions, SamplingOptions, check_whole
from weighin.protocol.fidelity_messages import FIDELITY_EVENTS, FIDELITY_REQUESTS

PROTOCOL = 1


# ---------------------------------------------------------------- to the worker


@dataclass(frozen=True)
class Load:
    """Load the model at `path` (of a split model: its first part). `bare`: without a context, for Survey and Score,
    and for fidelity."""

    id: int
    path: str
    options: LoadOptions
    threads: int
    bare: bool = False

    def __post_init__(self) -> None:
        THREADS.check(self.threads)


@dataclass(frozen=True)
class Generate:
    """Answer `messages`; `raw` leaves the chat template out. `threads` is this worker's share of the cores."""

    id: int
    messages: tuple[Message, ...]
    sampling: SamplingOptions
    threads: int
    raw: bool = False

    def __post_init__(self) -> None:
        THREADS.check(self.threads)


@dataclass(frozen=True)
class Tokenize:
    """Render and count `messages` without answering."""

    id: int
    messages: tuple[Message, ...]
    raw: bool = False


@dataclass(frozen=True)
class CountTokens:
    """Count `text` as plain text, with the vocabulary of the model at `path`; nothing else of it is loaded."""

    id: int
    path: str
    text: str


@dataclass(frozen=True)
class Bench:
    """Read `prompt_tokens` random tokens and write `generate_tokens` greedy ones, `repeat` times after a warm-up."""

    id: int
    prompt_tokens: int
    generate_tokens: int
    repeat: int
    threads: int

    def __post_init__(self) -> None:
        for name in ("prompt_tokens", "generate_tokens", "repeat"):
            check_whole(name, getattr(self, name), 1, 1_000_000)
        THREADS.check(self.threads)


@dataclass(frozen=True)
class Plan:
    """What the model at `path` would need for each of `contexts`; its weights may be a hole behind the header.

    file_bytes: of all parts. scoring: for questions, in every kind of context that suits the model, instead of for
    a conversation, with `outputs` rows of logits in one go (as ScoreShape has them); reading: for chunks
    of text whose logits are wanted. Nothing is loaded and nothing big allocated, but for the states of recurrent
    models."""

    id: int
    path: str
    file_bytes: int
    options: LoadOptions
    contexts: tuple[int, ...]
    scoring: bool = False
    reading: bool = False
    outputs: int = 0

    def __post_init__(self) -> None:
        for context in self.contexts:
            check_whole("Context", context, 16, MAX_CONTEXT)


@dataclass(frozen=True)
class Survey:
    """Count the tokens of `block` without computing anything."""

    id: int
    block: PromptBlock


@dataclass(frozen=True)
class Score:
    """Log-probabilities of letters or endings for the questions of `block`, but those whose ids are in `done`; these
    still count for which questions are computed together. The context is made anew where `shape` is another."""

    id: int
    block: PromptBlock
    shape: ScoreShape
    threads: int
    done: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        THREADS.check(self.threads)


@dataclass(frozen=True)
class Forecast:
    """Time slices of the model at `path` (its weights may be a hole), at most `most_bytes` of them in `folder` ("" for
    the usual one), each reading at least `least_read_bytes` a token, for about `seconds`."""

    id: int
    path: str
    options: LoadOptions
    threads: int
    most_bytes: int
    least_read_bytes: int
    seconds: float
    folder: str = ""

    def __post_init__(self) -> None:
        THREADS.check(self.threads)


@dataclass(frozen=True)
class Cancel:
    """Stop request `target` in whatever phase it is; it still ends with its own terminal event."""

    id: int
    target: int


@dataclass(frozen=True)
class Shutdown:
    """Free everything and exit with 0."""

    id: int


# -------------------------------------------------------------- from the worker


@dataclass(frozen=True)
class Hello:
    """First message of every worker."""

    protocol: int
    pid: int
    engine: EngineFacts


@dataclass(frozen=True)
class LoadProgress:
    """`fraction` of the weights in place, 0..1."""

    id: int
    fraction: float


@dataclass(frozen=True)
class Loaded:
    """Terminal: the model is ready. `context`: tokens it really has, None where a server does not say; `template`:
    "model", "chatml" or "none".

    buffers: llama.cpp's own figures in bytes by name (for example "CPU compute")."""

    id: int
    load_s: float
    context: int | None
    template: str
    memory: MemoryReceipt
    buffers: dict[str, int]
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class PromptRead:
    """The prompt was rendered: its text and its number of tokens; reading begins."""

    id: int
    rendered: str
    tokens: int


@dataclass(frozen=True)
class Tokens:
    """A piece of the answer: `count` tokens whose text is `text`. `kind`: "answer" or "reasoning"."""

    id: int
    text: str
    count: int
    kind: str


@dataclass(frozen=True)
class WasReasoning:
    """All text of the answer that was sent so far is its reasoning: a mark came that closes what nobody saw opened."""

    id: int


@dataclass(frozen=True)
class Pulse:
    """Sign of life while a request runs, twice a second or more. `phase`: "loading", "reading", "writing",
    "scoring" or "text" (a chunk of a text).

    done and total count tokens in phase "reading", "text" and "writing" (total then is the limit)."""

    id: int
    phase: str
    done: int
    total: int
    memory: MemorySample


@dataclass(frozen=True)
class Generated:
    """Terminal: the answer is complete, for whatever reason. left_out: options that a server did not take."""

    id: int
    stop_reason: StopReason
    timing: Timing
    memory: MemoryReceipt
    notices: tuple[str, ...] = ()
    proof: PromptProof | None = None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tokenized:
    """Terminal: the rendered prompt and its tokens."""

    id: int
    rendered: str
    tokens: tuple[int, ...]


@dataclass(frozen=True)
class Counted:
    """Terminal: how many tokens the text has."""

    id: int
    tokens: int


@dataclass(frozen=True)
class Benched:
    """Terminal."""

    id: int
    rounds: BenchRounds


@dataclass(frozen=True)
class Planned:
    """Terminal: the engine's own plan for each context asked for, and what the formula says of the same.
    gpu_free_bytes: of all GPUs the engine can use, None without one. shapes: of scoring, one for each plan; there the
    formula says nothing."""

    id: int
    plans: tuple[MemoryPlan, ...]
    formula: tuple[MemoryPlan, ...]
    gpu_free_bytes: int | None = None
    shapes: tuple[ScoreShape, ...] = ()


@dataclass(frozen=True)
class Surveyed:
    """Terminal: tokens of the header that is read once, of each question in order; the context the model was trained
    for, 0 where it does not say; whether it keeps a state that can only be copied whole. longest: tokens of the longest
    prompt where a question is several whole prompts, else 0."""

    id: int
    header: int
    questions: tuple[int, ...]
    trained: int
    recurrent: bool
    longest: int = 0


@dataclass(frozen=True)
class Scored:
    """Questions that were computed together. tokens and seconds: of this request so far."""

    id: int
    results: tuple[ItemResult, ...]
    tokens: int
    seconds: float


@dataclass(frozen=True)
class ScoreDone:
    """Terminal: the whole block is scored. tokens: put through the model for it; seconds: what that took."""

    id: int
    tokens: int
    seconds: float
    memory: MemoryReceipt
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Forecasted:
    """Terminal: what the slices say of the whole model, which reads `read_bytes` for a token; it took `seconds`."""

    id: int
    forecast: SpeedForecast
    small: TimedSlice
    large: TimedSlice
    read_bytes: float
    seconds: float


@dataclass(frozen=True)
class Failed:
    """Terminal: `kind` is a stable word, `message` one sentence, `detail` the last native log lines."""

    id: int
    kind: str
    message: str
    detail: str = ""


@dataclass(frozen=True)
class Log:
    """One line for the log file."""

    level: str
    text: str


REQUESTS: tuple[type, ...] = (
    Load, Generate, Tokenize, CountTokens, Bench, Plan, Forecast, Survey, Score, *FIDELITY_REQUESTS, Cancel, Shutdown,
)  # fmt: skip
EVENTS: tuple[type, ...] = (
    Hello, LoadProgress, Loaded, PromptRead, Tokens, WasReasoning, Pulse, Generated, Tokenized, Counted, Benched,
    Planned, Forecasted, Surveyed, Scored, ScoreDone, *FIDELITY_EVENTS, Failed, Log,
)  # fmt: skip
TERMINAL: tuple[type, ...] = (
    Loaded, Generated, Tokenized, Counted, Benched, Planned, Forecasted, Surveyed, ScoreDone, *FIDELITY_EVENTS, Failed,
)  # fmt: skip
