"""What a measurement of fidelity asks for, what it keeps of each chunk of text, and what it says while it runs.

A text is cut into chunks of `context` tokens. BASE reads each chunk, then every OTHER reads the same tokens; what they
predict at the positions of the second half is compared. Probabilities are shares of 1, logarithms natural, sizes bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from weighin.core.computer.hardware import MachineFacts
from weighin.core.models.model import ModelFacts
from weighin.core.runs.answer import Failure, MemorySample
from weighin.core.runs.lane import EngineFacts, LaneSetup
from weighin.core.runs.options import check_whole
from weighin.core.runs.run_state import RunState

CONTEXT = 512
# Shorter halves say nothing; longer chunks would not fit into one message.
LEAST_CONTEXT, MOST_CONTEXT = 32, 8192
# Below this many chunks there is no interval worth showing.
FEWEST_CHUNKS = 10
# "auto" ends where the interval of the mean KLD is within this share of it.
WANTED_SHARE = 0.1
WORST_KEPT = 20
LIKELIEST_KEPT = 5
BUILT_IN_TEXT = ""


@dataclass(frozen=True)
class FidelityRequest:
    """text: path of a text file, BUILT_IN_TEXT for the texts that come along. chunks: how many, from the beginning of
    a file, of every kind of the texts that come along; None for as many as it takes, in an order drawn by `seed`. A
    side's options come with its setup. Raises AppError(kind="options")."""

    base: LaneSetup
    others: tuple[LaneSetup, ...]
    text: str = BUILT_IN_TEXT
    chunks: int | None = None
    context: int = CONTEXT
    seed: int = 42
    try_anyway: bool = False

    def __post_init__(self) -> None:
        check_whole("Models to hold against the base", len(self.others), 1, 12)
        check_whole("Context", self.context, LEAST_CONTEXT, MOST_CONTEXT)
        check_whole("Seed", self.seed, 0, 2**32 - 2)
        if self.chunks is not None:
            check_whole("Number of chunks", self.chunks, 1, 1_000_000)

    @property
    def positions(self) -> int:
        """Positions that are compared in each chunk: those of its second half that have a next token."""
        return self.context - 1 - self.context // 2


@dataclass(frozen=True)
class TextPart:
    """One text of one kind ("prose", "code" ...; "" for the user's own file), and what is left of it in chunks."""

    kind: str
    tokens: int
    chunks: int


@dataclass(frozen=True)
class TextFacts:
    """What is read. name: as shown; sha256: of its bytes, all parts in order; parts: in order; notices: what one should
    know of it (only its beginning was read, say). tokens_sha256: of the tokens of all chunks as BASE cut them."""

    name: str
    sha256: str
    parts: tuple[TextPart, ...]
    notices: tuple[str, ...] = ()
    tokens_sha256: str = ""

    @property
    def chunks(self) -> int:
        """Chunks in all."""
        return sum(part.chunks for part in self.parts)

    @property
    def tokens(self) -> int:
        """Tokens in all, also those left over behind the last whole chunk."""
        return sum(part.tokens for part in self.parts)


@dataclass(frozen=True)
class BaseChunk:
    """One chunk as BASE read it. number: among all chunks of the text, from 0; kind: of its text part.

    pieces: the text of every token of the chunk, one entry each (a part of a character shows as U+FFFD).
    nll: -log p of the true next token at each position compared. seconds: of reading."""

    number: int
    kind: str
    pieces: tuple[str, ...] = field(repr=False)
    nll: tuple[float, ...] = field(repr=False)
    seconds: float = 0.0


@dataclass(frozen=True)
class LikelyToken:
    """A token's text with its probability."""

    text: str
    probability: float


@dataclass(frozen=True)
class WorstPosition:
    """Where the predictions differ most. position: index of the token in its chunk after which is predicted; token: the
    true next one. base and other: their likeliest tokens, likeliest first."""

    chunk: int
    position: int
    kld: float
    token: str
    base: tuple[LikelyToken, ...]
    other: tuple[LikelyToken, ...]


@dataclass(frozen=True)
class OtherChunk:
    """One chunk as an OTHER read it, each list with one entry for each position compared.

    kld: sum over v of p_base(v) (log p_base(v) - log p_other(v)), for log p_base(v) > -16. nll: -log p of the true next
    token; delta_p: its probability here minus that of BASE. same_top: whether both find the same token likeliest.
    worst: of this chunk, at most WORST_KEPT, largest KLD first. seconds: of reading the chunk, without comparing."""

    number: int
    kld: tuple[float, ...] = field(repr=False)
    nll: tuple[float, ...] = field(repr=False)
    delta_p: tuple[float, ...] = field(repr=False)
    same_top: tuple[bool, ...] = field(repr=False)
    worst: tuple[WorstPosition, ...] = field(default=(), repr=False)
    seconds: float = 0.0


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval (95 %); the ends are None where there are too few chunks for one."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class KldSummary:
    """KLD over all positions. The interval is clustered by chunk, and is that of texts of these kinds in these shares;
    in "auto" it holds however often one looks."""

    mean: Estimate
    median: float
    p90: float
    p95: float
    p99: float
    p999: float
    maximum: float


@dataclass(frozen=True)
class PerplexitySummary:
    """exp of the mean nll. ratio: other / base, interval clustered by chunk; correlation: of the two means, None where
    one does not vary."""

    base: float
    other: float
    ratio: Estimate
    correlation: float | None


@dataclass(frozen=True)
class ToolErrors:
    """The ± that llama.cpp's tool prints, which takes positions as independent."""

    kld: float
    same_top: float
    rms_delta_p: float
    perplexity_base: float
    perplexity_other: float
    perplexity_ratio: float | None = None
    mean_delta_p: float | None = None


@dataclass(frozen=True)
class KindSummary:
    """One kind of text."""

    kind: str
    positions: int
    kld_mean: float
    same_top: float
    chunks: int = 0


@dataclass(frozen=True)
class FidelitySummary:
    """Every figure of one OTHER against BASE. same_top: share 0..1; rms_delta_p and mean_delta_p: of 1.
    settled: the mean KLD is known to within WANTED_SHARE of itself."""

    chunks: int
    positions: int
    kld: KldSummary
    same_top: Estimate
    mean_delta_p: Estimate
    rms_delta_p: Estimate
    perplexity: PerplexitySummary
    tool: ToolErrors
    kinds: tuple[KindSummary, ...]
    worst: tuple[WorstPosition, ...]
    settled: bool


@dataclass(frozen=True)
class SideFacts:
    """One model of a measurement. read_tokens_per_s: of whole chunks; write_tokens_per_s: token by token, timed on the
    same text; both None before they were measured. peak_bytes: most memory of its process; planned_bytes: what it was
    planned to need, with the rows it keeps."""

    setup: LaneSetup
    read_tokens_per_s: float | None = None
    write_tokens_per_s: float | None = None
    peak_bytes: int | None = None
    planned_bytes: int | None = None
    notices: tuple[str, ...] = ()
    failure: Failure | None = None

    @property
    def model(self) -> ModelFacts:
        """The model."""
        return self.setup.model


@dataclass(frozen=True)
class OtherFidelity:
    """One OTHER: what it is, what was found (None before its first chunk), and the chunks it was found in."""

    side: SideFacts
    summary: FidelitySummary | None = None
    chunks: tuple[OtherChunk, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class FidelityRecord:
    """A measurement as History keeps it. created: ISO 8601 in UTC. chunks: as BASE read them, in the order of reading;
    others: in the order they were asked for. seconds: of work. turns: the models did not fit at once. machine: None for
    this one; a record from elsewhere says where it was made, and is only looked at."""

    id: str
    created: str
    state: RunState
    request: FidelityRequest
    text: TextFacts
    base: SideFacts
    others: tuple[OtherFidelity, ...]
    chunks: tuple[BaseChunk, ...] = field(default=(), repr=False)
    engine: EngineFacts | None = None
    seconds: float = 0.0
    turns: bool = False
    machine: MachineFacts | None = None

    @property
    def can_resume(self) -> bool:
        """Whether there is something left to measure, and nobody is at it."""
        return self.machine is None and self.state not in (RunState.FINISHED, RunState.RUNNING)


@dataclass(frozen=True)
class SideProgress:
    """One model while a run goes on. phase: "waiting", "checking", "loading", "reading", "done" or "failed". percent:
    of loading; chunks: read so far."""

    phase: str
    chunks: int = 0
    percent: int = 0
    memory: MemorySample = MemorySample()


@dataclass(frozen=True)
class FidelityState:
    """Everything the live view shows. record: what is measured so far, with the summaries; sides: BASE first, then the
    others. chunks_wanted: the most that will be read; seconds_left: None while unknown. plan: what memory and disk it
    takes, in words. notice: what the user should know now."""

    record: FidelityRecord | None
    state: RunState
    sides: tuple[SideProgress, ...] = ()
    chunks_done: int = 0
    chunks_wanted: int = 0
    seconds_left: float | None = None
    plan: str = ""
    notice: str = ""


@dataclass(frozen=True)
class FidelityRow:
    """A record in a line of a list: without chunks. elsewhere: another process works on it."""

    id: str
    created: str
    state: RunState
    text: str
    chunks: int
    base: ModelFacts
    others: tuple[OtherFidelity, ...]
    can_resume: bool
    elsewhere: bool = False
