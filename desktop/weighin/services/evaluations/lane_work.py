"""What one lane of an evaluation still has to do, what it took so far, and how fast it goes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from weighin.core.evaluations.evaluation import LaneProgress
from weighin.core.evaluations.mmlu_prompt import PromptBlock
from weighin.core.evaluations.sample import Block
from weighin.core.evaluations.scoring import ScoreShape, TokenSurvey
from weighin.core.evaluations.scoring_plan import ScoringPlan
from weighin.core.evaluations.stored_evaluation import StoredLane
from weighin.core.evaluations.tally import LaneTally
from weighin.core.runs.answer import Failure, MemorySample
from weighin.core.runs.lane import LaneSetup
from weighin.protocol.messages import Scored, ScoreDone, Surveyed

# Groups of questions over which the speed is taken.
_RECENT = 12
_ESTIMATED = "The memory for scoring is an estimate: the engine could not plan it."


class LaneWork:
    """Bookkeeping of one lane over the blocks of a run; it talks to nobody."""

    def __init__(
        self,
        label: str,
        setup: LaneSetup,
        blocks: tuple[Block, ...],
        prompts: tuple[PromptBlock, ...],
        tally: LaneTally,
        shape: ScoreShape | None,
    ) -> None:
        self.label, self.setup, self.shape = label, setup, shape
        self.plan: ScoringPlan | None = None
        self.phase, self.percent = "waiting", 0
        self.failure: Failure | None = None
        self.was_loaded = False
        self._blocks, self._prompts, self._tally = blocks, prompts, tally
        self._places = {q.id: (i, q.subject) for i, block in enumerate(blocks) for q in block.questions}
        self._surveys: list[Surveyed] = []
        self._base = tally.costs
        self._tails: dict[str, int] = {}
        self._seen: set[str] = set()
        self._recent: deque[tuple[int, float]] = deque(maxlen=_RECENT)
        self._last = (0, 0.0)

    @property
    def next_block(self) -> int | None:
        """Index of the first block with a question left, None when all are answered."""
        results = self._tally.results
        for index in range(len(self._blocks)):
            if any(q.id not in results for q in self._blocks[index].questions):
                return index
        return None

    @property
    def active(self) -> bool:
        """Whether something is left that this lane can do."""
        return self.failure is None and self.next_block is not None

    @property
    def to_survey(self) -> PromptBlock | None:
        """The next block whose tokens are not counted yet."""
        return self._prompts[len(self._surveys)] if len(self._surveys) < len(self._prompts) else None

    def prompts_of(self, index: int) -> tuple[PromptBlock, tuple[str, ...]]:
        """A block to score, and the ids of it that are answered already."""
        block = self._prompts[index]
        return block, tuple(item.id for item in block.items if item.id in self._tally.results)

    def surveyed(self, survey: Surveyed) -> None:
        """Take the counts of the next block."""
        block = self._prompts[len(self._surveys)]
        self._surveys.append(survey)
        for item, tokens in zip(block.items, survey.questions, strict=True):
            self._tails[item.id] = tokens
        if self.to_survey is None:
            self._tally.costs = replace(self._tally.costs, unique=0)
            self._count_unique(self._tally.results)

    def survey(self) -> TokenSurvey:
        """All counts together."""
        return TokenSurvey(
            header=max(s.header for s in self._surveys),
            prompt=max(s.longest or s.header + max(s.questions) for s in self._surveys),
            question=max(max(s.questions) for s in self._surveys),
            unique=sum(self._header_tokens(i) for i in range(len(self._surveys))) + sum(self._tails.values()),
            trained=max(s.trained for s in self._surveys),
            recurrent=any(s.recurrent for s in self._surveys),
        )

    def choose(self, shape: ScoreShape) -> None:
        """From now on questions are scored in `shape`; what that is planned to need is kept."""
        self.shape = shape
        if self.plan is not None:
            self._tally.plan = self.plan.at(shape)
            if self.plan.reason:
                self.notice((f"{_ESTIMATED} {self.plan.reason}",))

    def begin(self) -> None:
        """A block is sent to the worker now."""
        self._base = self._tally.costs
        self._last = (0, 0.0)

    def scored(self, event: Scored) -> None:
        """Note what the answers of `event`, already in the tally, took."""
        self._note(event.tokens, event.seconds)
        self._recent.append((event.tokens - self._last[0], event.seconds - self._last[1]))
        self._last = (event.tokens, event.seconds)
        self._count_unique(result.id for result in event.results)

    def finished(self, event: ScoreDone) -> None:
        """Note the end of a block."""
        self._note(event.tokens, event.seconds)
        costs = self._tally.costs
        notices = costs.notices + tuple(n for n in event.notices if n not in costs.notices)
        peak = max(costs.peak_bytes or 0, event.memory.peak_bytes or 0) or None
        self._tally.costs = replace(costs, notices=notices, peak_bytes=peak)

    def fail(self, failure: Failure | None) -> None:
        """This lane cannot go on; None: it can again."""
        self.failure = failure
        self._tally.costs = replace(self._tally.costs, failure=failure)
        self.phase = "failed" if failure else "waiting"

    def notice(self, texts: tuple[str, ...]) -> None:
        """Keep what the worker wants to be known."""
        costs = self._tally.costs
        self._tally.costs = replace(costs, notices=costs.notices + tuple(n for n in texts if n not in costs.notices))

    def stored(self) -> StoredLane:
        """What is kept of this lane beside its answers."""
        return StoredLane(self.label, self._tally.costs, self.shape, self._tally.plan)

    def progress(self, memory: MemorySample) -> LaneProgress:
        """Where this lane is."""
        index = self.next_block
        phase = "done" if index is None and self.failure is None else self.phase
        return LaneProgress(
            label=self.label,
            phase=phase,
            done=len(self._tally.results),
            total=sum(len(block.questions) for block in self._blocks),
            percent=self.percent if phase == "loading" else 0,
            subject=self._blocks[index].subject if index is not None and phase == "scoring" else "",
            tokens_per_s=self._rate(),
            seconds_left=self._seconds_left(),
            memory=memory,
            failure=self.failure,
        )

    def _note(self, tokens: int, seconds: float) -> None:
        costs = self._tally.costs
        self._tally.costs = replace(costs, tokens=self._base.tokens + tokens, seconds=self._base.seconds + seconds)

    def _count_unique(self, names: Iterable[str]) -> None:
        """Add the questions `names`, and the headers of subjects not counted yet, to the tokens needed at least."""
        added = 0
        for name in names:
            index, subject = self._places[name]
            if subject not in self._seen:
                self._seen.add(subject)
                added += self._surveys[index].header
            added += self._tails.get(name, 0)
        self._tally.costs = replace(self._tally.costs, unique=self._tally.costs.unique + added)

    def _header_tokens(self, index: int) -> int:
        """Tokens of the header before block `index`: none where the block before it has the same one."""
        if index and self._blocks[index - 1].subject == self._blocks[index].subject:
            return 0
        return self._surveys[index].header

    def _rate(self) -> float | None:
        tokens, seconds = (sum(values) for values in zip(*self._recent, strict=True)) if self._recent else (0, 0.0)
        return tokens / seconds if tokens > 0 and seconds > 0 else None

    def _seconds_left(self) -> float | None:
        if self.to_survey is None and not any(self._tails.values()):
            return self._seconds_left_by_questions()
        rate = self._rate()
        if rate is None or self.to_survey is not None:
            return None
        left = sum(tokens for name, tokens in self._tails.items() if name not in self._tally.results)
        first = self.next_block
        if first is not None:
            left += sum(self._header_tokens(i) for i in range(first, len(self._surveys)))
        return left / rate

    def _seconds_left_by_questions(self) -> float | None:
        """Where nobody counts tokens beforehand; a server is asked one question at a time."""
        if not self._recent:
            return None
        left = len(self._tails) - len(self._tally.results)
        return left * sum(seconds for _, seconds in self._recent) / len(self._recent)
