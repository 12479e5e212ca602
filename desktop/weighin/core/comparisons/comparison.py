"""One prompt put to both lanes: what was asked, and what came back."""

from __future__ import annotations

from dataclasses import dataclass, field

from weighin.core.comparisons.rounds import undisturbed
from weighin.core.comparisons.speed_test import SpeedTest
from weighin.core.computer.hardware import MachineFacts
from weighin.core.runs.answer import Answer, MemoryReceipt, Timing
from weighin.core.runs.chat import Message, Prompt
from weighin.core.runs.lane import LABELS, EngineFacts, LaneSetup, Mode

# Load of other programs is counted in hundredths of seconds: below this it is not seen.
BRIEF_S = 0.5


@dataclass(frozen=True)
class ComparisonRequest:
    """What to compare. `repeat`: timed rounds; above 1 a warm-up is dropped and the order is A B B A.

    `try_anyway` skips the check whether memory suffices. A follow-up has `follows`, the id of the comparison it goes on
    from, and `threads`: of each lane its own conversation so far, without system text."""

    prompt: Prompt
    mode: Mode
    lanes: tuple[LaneSetup, LaneSetup]
    repeat: int = 1
    try_anyway: bool = False
    follows: str = ""
    threads: tuple[tuple[Message, ...], ...] = ()

    def thread(self, index: int) -> tuple[Message, ...]:
        """The earlier turns of lane `index`; () where this is the first one."""
        return self.threads[index] if self.threads else ()

    @property
    def same_messages(self) -> bool:
        """Whether both lanes are given the very same messages: not in a follow-up, where each has its own answers."""
        return len(set(self.threads)) < 2


@dataclass(frozen=True)
class LaneResult:
    """What one lane gave back; `rounds` are the timings of every timed round, the answer's own among them.

    spoiled: rounds that were disturbed and asked for again. round_memory: what each of several rounds cost.
    speed_test: of this model with these options here, where the answer is too short to tell its speed; None where none
    was made. kept_from: where only the other lane ran again, when this answer was given (ISO 8601 in UTC); "" for a
    result of the comparison itself."""

    label: str
    setup: LaneSetup
    answer: Answer
    rounds: tuple[Timing, ...] = ()
    spoiled: tuple[Timing, ...] = ()
    round_memory: tuple[MemoryReceipt, ...] = ()
    speed_test: SpeedTest | None = None
    kept_from: str = ""

    @property
    def timings(self) -> tuple[Timing, ...]:
        """Those that count: undisturbed rounds, or all where something disturbed each of them; the answer's own where
        there were no rounds. Every number of this lane is of these."""
        found = self.rounds or (self.answer.timing,)
        return undisturbed(found) or found

    @property
    def memory(self) -> tuple[MemoryReceipt, ...]:
        """What each round cost; what the answer cost where there was one only."""
        return self.round_memory or (self.answer.memory,)


@dataclass(frozen=True)
class Slowdown:
    """What was left of a model's speed while another one computed: shares of its speed alone, 1 where nothing was lost;
    None where it did so for too short a time.

    alone: id of the comparison that measured it alone; same_prompt: whether on the same prompt. The ranges are the
    least and the most that the rounds allow, None where each was measured once. shared_s, shared_share, shared_tokens:
    for how long both computed, what share of the answer's time that is (medians of the rounds), and how many tokens
    were written meanwhile (the fewest of a round); None in records of earlier versions, whose shares are of whole
    answers."""

    alone: str
    same_prompt: bool
    writing: float | None = None
    reading: float | None = None
    first_token: float | None = None
    writing_range: tuple[float, ...] | None = None
    reading_range: tuple[float, ...] | None = None
    first_token_range: tuple[float, ...] | None = None
    shared_s: float | None = None
    shared_share: float | None = None
    shared_tokens: int | None = None

    @property
    def is_brief(self) -> bool:
        """Whether both computed for so short a time that a moment of another program outweighs what they cost each
        other, and no system says that there was none."""
        return self.shared_s is not None and self.shared_s < BRIEF_S


@dataclass(frozen=True)
class Comparison:
    """A finished, stopped or failed comparison: the record that History keeps. created: ISO 8601 in UTC.

    slowdowns: of each lane, in mode TOGETHER where another comparison measured the same pair alone. machine:
    where it was made; None for this computer, before it is kept, and in records of earlier versions."""

    id: str
    created: str
    request: ComparisonRequest
    results: tuple[LaneResult, ...]
    engine: EngineFacts | None = None
    differences: tuple[str, ...] = field(default=())
    slowdowns: tuple[Slowdown | None, ...] = ()
    machine: MachineFacts | None = None

    def slowdown(self, label: str) -> Slowdown | None:
        """That of lane `label`; None where nothing is known."""
        return self.slowdowns[LABELS.index(label)] if self.slowdowns else None


@dataclass(frozen=True)
class HistoryRow:
    """One comparison in short. created: ISO 8601 in UTC; prompt and answers cut to 300 characters; rates None where
    they were nonsense; stop reasons as in StopReason. name: what the user calls it, "" for nothing. blind: it was voted
    on. rounds: asked for; None where the record cannot be read. follows: the id of the comparison it goes on from.
    set_run, set_name: the run of a prompt set it belongs to; "" where there is none."""

    id: str
    created: str
    prompt: str
    model_a: str
    model_b: str
    mode: str
    stop_a: str
    stop_b: str
    generation_tokens_per_s_a: float | None
    generation_tokens_per_s_b: float | None
    answer_a: str
    answer_b: str
    name: str = ""
    starred: bool = False
    blind: bool = False
    rounds: int | None = None
    follows: str = ""
    set_run: str = ""
    set_name: str = ""
