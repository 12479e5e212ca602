"""The state of one evaluation while it goes on."""

from __future__ import annotations

import time
from typing import Any

from weighin.core.evaluations.ending_prompt import ending_block
from weighin.core.evaluations.evaluation import EvaluationState, ItemResult
from weighin.core.evaluations.forms import ENDING_FORMS
from weighin.core.evaluations.mmlu_prompt import PromptBlock, prompt_block
from weighin.core.evaluations.sample import Block, blocks_of
from weighin.core.evaluations.scoring import ENDING_OUTPUTS
from weighin.core.evaluations.stored_evaluation import StoredEvaluation
from weighin.core.runs.options import LoadOptions
from weighin.core.runs.run_state import RunState
from weighin.core.statistics.paired import Verdict
from weighin.services.evaluations.lane_work import LaneWork


class EvaluationRun:
    """One evaluation: what is asked, what was answered, where each lane is. It talks to nobody.

    busy: the lane that something is waited for of, None for none. unsaved: answers the disk did not take."""

    def __init__(self, stored: StoredEvaluation) -> None:
        self.stored = stored
        self.protocol, self.order = stored.protocol, stored.request.order
        self.state = RunState.RUNNING
        self.busy: int | None = None
        self.notice = ""
        self.unsaved: list[tuple[int, tuple[ItemResult, ...]]] = []
        self.tally = stored.tally()
        blocks = blocks_of(stored.questions)
        prompts = tuple(self._prompts(block) for block in blocks)
        self.works: list[LaneWork] = []
        for index, (lane, setup) in enumerate(zip(stored.lanes, stored.request.lanes, strict=True)):
            work = LaneWork(lane.label, setup, blocks, prompts, self.tally.lanes[index], lane.shape)
            work.fail(setup.refusal)
            if setup.load.kv_types != LoadOptions.kv_type and not setup.model.is_server:
                work.notice((f"The KV cache type is {setup.load.kv_types}, which can change answers.",))
            self.works.append(work)
        self._seconds = sum(lane.costs.seconds for lane in stored.lanes)
        self._since: float | None = time.monotonic()

    def go(self) -> None:
        """Work, and let time count."""
        self.state = RunState.RUNNING
        self._since = time.monotonic()

    def rest(self, state: RunState) -> None:
        """Work no more; time does not count."""
        self._seconds, self._since = self.seconds, None
        self.state = state

    @property
    def seconds(self) -> float:
        """Time of work."""
        return self._seconds + (time.monotonic() - self._since if self._since is not None else 0.0)

    @property
    def outputs(self) -> int:
        """Rows of logits that are wanted in one go, as ScoreShape has them."""
        return ENDING_OUTPUTS if self.protocol.form in ENDING_FORMS else 0

    @property
    def level(self) -> bool:
        """Whether all lanes have answered the same blocks."""
        return len({work.next_block for work in self.works}) == 1

    @property
    def decided(self) -> bool:
        """Whether the verdict is in."""
        paired = self.tally.paired()
        return paired is not None and paired.verdict is not Verdict.CANNOT_TELL

    def snapshot(self, memory: list[Any]) -> EvaluationState:
        """What to show now."""
        lanes = tuple(work.progress(memory[i]) for i, work in enumerate(self.works))
        left = [lane.seconds_left for lane in lanes if lane.phase not in ("done", "failed")]
        return EvaluationState(
            id=self.stored.id,
            state=self.state,
            protocol=self.protocol,
            lanes=lanes,
            scores=tuple(lane.evaluation() for lane in self.tally.lanes),
            paired=self.tally.paired(),
            seconds=self.seconds,
            seconds_left=None if None in left else sum(value for value in left if value is not None),
            notice=self.notice,
        )

    def _prompts(self, block: Block) -> PromptBlock:
        examples = [q for q in self.stored.examples if q.subject == block.subject]
        if self.protocol.form in ENDING_FORMS:
            return ending_block(examples, self.protocol.shots, block.questions)
        return prompt_block(self.protocol.name, block.subject, examples, self.protocol.shots, block.questions)
