"""One prompt put to both lanes: what was asked, and what came back."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from weighin.core.comparisons.answer import Answer, Failure, MemoryReceipt, Timing
from weighin.core.comparisons.chat import Message, Prompt
from weighin.core.comparisons.options import LoadOptions, SamplingOptions
from weighin.core.comparisons.rounds import undisturbed
from weighin.core.comparisons.speed_test import SpeedTest
from weighin.core.comparisons.thinking import thinking_words
from weighin.core.computer.machine_facts import MachineFacts
from weighin.core.models.model import ModelFacts

LABELS = ("A", "B")
# Load of other programs is counted in hundredths of seconds: below this it is not seen.
BRIEF_S = 0.5


class Mode(str, Enum):
    """ALONE: one after the other, each with the whole machine. TOGETHER: at once, sharing the cores."""

    ALONE = "alone"
    TOGETHER = "together"


@dataclass(frozen=True)
class LaneSetup:
    """A model with its options. `threads`: a wish, None for this lane's share of the cores. `refusal`: why this lane
    cannot even be tried (its file is no model, say); the other lane still runs."""

    model: ModelFacts
    load: LoadOptions = LoadOptions()
    sampling: SamplingOptions = SamplingOptions()
    threads: int | None = None
    refusal: Failure | None = None


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
class EngineFacts:
    """Which engine gave the answers."""

    llama_cpp_python: str
    build: str
    features: str
    devices: tuple[str, ...] = ()
    gpu_offload: bool = False


@dataclass(frozen=True)
class LaneResult:
    """What one lane gave back; `rounds` are the timings of every timed round, the answer's own among them.

    spoiled: rounds that were disturbed and asked for again. round_memory: what each of several rounds cost.
    speed_test: of this model with these options here, where the answer is too short to tell its speed; None where none
    was made."""

    label: str
    setup: LaneSetup
    answer: Answer
    rounds: tuple[Timing, ...] = ()
    spoiled: tuple[Timing, ...] = ()
    round_memory: tuple[MemoryReceipt, ...] = ()
    speed_test: SpeedTest | None = None

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


# Not known of an answer that did not come to its end.
_MAY_LACK = ("rendered prompt", "template used")
# What a server keeps to itself; its answers say how many tokens the prompt had, if anything.
_HIDDEN = (
    "chat template", "template used", "thinking", "rendered prompt", "context", "batch", "KV cache type", "GPU layers",
    "threads",
)  # fmt: skip


def unknowns(results: tuple[LaneResult, ...]) -> tuple[str, ...]:
    """Names of what cannot be compared because a model lives on a server, which does not tell."""
    if not any(result.setup.model.is_server for result in results):
        return ()
    hidden: tuple[str, ...] = _HIDDEN
    if any(result.setup.model.is_server and result.answer.reasoning for result in results):
        hidden = tuple(name for name in hidden if name != "thinking")
    if all(result.answer.timing.prompt_tokens is not None for result in results):
        return hidden
    return (*hidden, "prompt tokens")


def _same_boundaries(a: Answer, b: Answer) -> bool:
    """Whether the same text in as many tokens is cut at the same places, as far as is known."""
    one, other = (answer.proof.pieces if answer.proof else () for answer in (a, b))
    if not one or not other or a.rendered_prompt != b.rendered_prompt:
        return True
    return a.timing.prompt_tokens != b.timing.prompt_tokens or one == other


def _thinking(result: LaneResult, results: tuple[LaneResult, ...]) -> str:
    """How a model thinks; beside one on a server, whose template nobody sees, only whether it does."""
    said = thinking_words(result.answer.rendered_prompt, result.answer.reasoning)
    if any(other.setup.model.is_server for other in results):
        return "on" if result.answer.reasoning else "none seen"
    return said


def _read_its_prompt(result: LaneResult) -> bool:
    return result.setup.model.is_server or result.answer.timing.prompt_tokens is not None


def differences(results: tuple[LaneResult, ...], same_messages: bool = True) -> tuple[str, ...]:
    """Names of everything but the model that was not the same for both lanes (the same-prompt proof), as far as both
    got; () where one never read its prompt."""
    if len(results) != 2 or not all(_read_its_prompt(result) for result in results):
        return ()
    a, b = results
    pairs = {
        "earlier turns": (True, same_messages),
        "context": (a.answer.context, b.answer.context),
        "batch": (a.setup.load.batch, b.setup.load.batch),
        "KV cache type": (a.setup.load.kv_type, b.setup.load.kv_type),
        "GPU layers": (a.setup.load.gpu_layers, b.setup.load.gpu_layers),
        "threads": (a.answer.timing.threads, b.answer.timing.threads),
        "chat template": (a.setup.model.template_sha256, b.setup.model.template_sha256),
        "template used": tuple(r.answer.proof.template if r.answer.proof else "" for r in results),
        "thinking": tuple(_thinking(r, results) for r in results),
        "rendered prompt": (a.answer.rendered_prompt, b.answer.rendered_prompt),
        "prompt tokens": (a.answer.timing.prompt_tokens, b.answer.timing.prompt_tokens),
        "tokens": (True, _same_boundaries(a.answer, b.answer)),
    }
    for name in ("max_tokens", "temperature", "top_k", "top_p", "min_p", "repeat_penalty", "seed", "stop"):
        said = name.replace("_", " ")
        pairs[said] = tuple(None if said in r.answer.left_out else getattr(r.setup.sampling, name) for r in results)
    hidden = unknowns(results)
    failed = any(result.answer.failure for result in results)
    lacking = ("", None) if failed else ("",)
    may_lack = pairs if failed else _MAY_LACK
    known = {n: pair for n, pair in pairs.items() if not (n in may_lack and any(one in lacking for one in pair))}
    return tuple(name for name, (one, other) in known.items() if one != other and name not in hidden)
