"""What one lane gave back for one prompt: text, timing, memory, and why it ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from weighin.core.runs.conditions import Conditions
from weighin.core.runs.energy import Energy
from weighin.core.runs.pace import Beside, Pace

MIN_TOKENS_FOR_RATE = 8
MOST_PIECES = 4000
# What is worth nothing where the computer slept meanwhile.
_TIMES = ("prompt_s", "first_token_s", "first_answer_token_s", "generation_s", "total_s", "pace", "beside")


class StopReason(str, Enum):
    """Why an answer ended; the values are those of the command line's JSON."""

    END = "end"
    LENGTH = "length"
    CONTEXT = "context"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Counting(str, Enum):
    """Who counted: WORKER: the process that computes, its own tokens by its own clock. SERVER: a server counted the
    tokens, this client took the time over the network. PIECES: the server gave no numbers, so each piece of text that
    came is taken for a token."""

    WORKER = "worker"
    SERVER = "server"
    PIECES = "pieces"


def rate(count: float | None, seconds: float | None) -> float | None:
    """`count` per second, or None where either is unknown or not positive."""
    return count / seconds if count and seconds and count > 0 and seconds > 0 else None


@dataclass(frozen=True)
class Timing:
    """Seconds and counts, taken in the worker with a monotonic clock; None where a number would be nonsense.

    load_s: of the load this answer ran on. prompt_s: reading the prompt. first_token_s: from the request to the first
    non-empty text; first_answer_token_s: to the first text that is not reasoning. generation_s: from the first to the
    last generated token. generated_tokens: without the end token; reasoning_tokens are among them.
    characters: of answer and reasoning together. major_faults: pages read from disk while answering.
    disturbed: the computer slept meanwhile, so no time of this answer is worth anything, and none is kept.
    counting: who counted; over a network, times are those of this client. conditions: what else happened on this
    computer. position: which answer of its comparison this was, warm-ups included, counted from 0. energy: what was
    used from the request to the end, None where nothing counts it or another model ran at the same time. pace: when
    what was written. beside: when the other lane computed meanwhile; None where the lanes took turns, or nobody knows.
    thinking_cut: thinking was ended at its limit; the tokens that ended it count nowhere.
    """

    load_s: float | None = None
    prompt_tokens: int | None = None
    cached_tokens: int = 0
    prompt_s: float | None = None
    first_token_s: float | None = None
    first_answer_token_s: float | None = None
    generated_tokens: int = 0
    reasoning_tokens: int = 0
    generation_s: float | None = None
    characters: int = 0
    total_s: float | None = None
    major_faults: int | None = None
    threads: int | None = None
    disturbed: bool = False
    counting: Counting = Counting.WORKER
    conditions: Conditions | None = None
    position: int | None = None
    energy: Energy | None = None
    pace: Pace | None = None
    beside: Beside | None = None
    thinking_cut: bool = False

    @property
    def joules(self) -> float | None:
        """Energy in joules; None where none was counted, or the computer slept."""
        return self.energy.joules if self.energy and not self.disturbed else None

    def __post_init__(self) -> None:
        if self.disturbed:
            for name in _TIMES:
                object.__setattr__(self, name, None)

    @property
    def is_remote(self) -> bool:
        """Whether the answer came over a network."""
        return self.counting is not Counting.WORKER

    @property
    def prompt_tokens_per_s(self) -> float | None:
        """Prompt tokens that were really read, a second."""
        return None if self.prompt_tokens is None else rate(self.prompt_tokens - self.cached_tokens, self.prompt_s)

    @property
    def generation_tokens_per_s(self) -> float | None:
        """(generated - 1) / (last - first); None below MIN_TOKENS_FOR_RATE, where the quotient says little."""
        if self.generated_tokens < MIN_TOKENS_FOR_RATE:
            return None
        return rate(self.generated_tokens - 1, self.generation_s)

    @property
    def characters_per_s(self) -> float | None:
        """Characters of text a second while writing: comparable across tokenizers, as tokens are not."""
        if self.generated_tokens < MIN_TOKENS_FOR_RATE:
            return None
        return rate(self.characters * (self.generated_tokens - 1) / self.generated_tokens, self.generation_s)


@dataclass(frozen=True)
class MemorySample:
    """Memory of one worker at one moment, in bytes; None where this system does not tell.

    own_bytes: anonymous resident memory and swap. model_file_bytes: resident pages of the mapped model file.
    """

    own_bytes: int | None = None
    model_file_bytes: int | None = None

    @property
    def total_bytes(self) -> int | None:
        """Model RAM: own memory and mapped file together."""
        if self.own_bytes is None or self.model_file_bytes is None:
            return None
        return self.own_bytes + self.model_file_bytes


@dataclass(frozen=True)
class MemoryReceipt:
    """What one answer cost in memory, in bytes. `baseline_bytes` is the worker itself before the model was loaded and
    is contained in own_bytes. `method` says in words how it was counted. peak_bytes is of answering, load_peak_bytes
    of loading."""

    own_bytes: int | None = None
    model_file_bytes: int | None = None
    total_bytes: int | None = None
    peak_bytes: int | None = None
    load_peak_bytes: int | None = None
    baseline_bytes: int | None = None
    vram_bytes: int | None = None
    method: str = ""


@dataclass(frozen=True)
class PromptProof:
    """What a model was really given. template: "own", "chatml" (in place of a broken one), "none" (it has none) or
    "raw" (left out on purpose). tokens and pieces: number and text of each token, of the first MOST_PIECES; bytes that
    are no whole character are written as \\x escapes."""

    template: str
    tokens: tuple[int, ...] = ()
    pieces: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failure:
    """Why a lane could not do its work: `kind` is a stable word, `message` one sentence for the user, `detail` the
    native lines behind it."""

    kind: str
    message: str
    detail: str = ""


@dataclass(frozen=True)
class Answer:
    """Everything one lane gave back for one prompt. A stopped or failed answer keeps the text written so far.

    context: tokens the worker really had, which may be fewer than asked for; None where none was loaded. proof: None
    where no answer was finished, or a server does not tell. left_out: names of options that a server did not take, as
    they stand among the differences."""

    text: str
    reasoning: str
    stop_reason: StopReason
    timing: Timing
    memory: MemoryReceipt
    rendered_prompt: str = ""
    context: int | None = None
    notices: tuple[str, ...] = ()
    failure: Failure | None = None
    proof: PromptProof | None = None
    left_out: tuple[str, ...] = ()
