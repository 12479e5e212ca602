"""What scoring needs of memory: the engine's own plan, or an estimate where it could not be asked."""

from __future__ import annotations

from dataclasses import dataclass

from weighin.core.computer.machine import WORKER_OVERHEAD
from weighin.core.evaluations.scoring import USUAL_CELLS, ScoreShape, kinds
from weighin.core.models.model import ModelFacts
from weighin.core.plans.plan import MemoryPlan, PlanLine, PlanMethod

# Cells that the engine is asked about: between these its buffers lie on or a little below the line.
PLANNED_CELLS = (1024, 2048, 4096, 8192)


@dataclass(frozen=True)
class ScoringPlan:
    """The needs of a worker that scores with `model`. plans: what the engine says of each of `shapes`; none where it
    could not be asked, for `reason`, one sentence. gpu_free_bytes: what was free on GPUs then, None without one.
    outputs: rows of logits in one go, as ScoreShape has them."""

    model: ModelFacts
    shapes: tuple[ScoreShape, ...] = ()
    plans: tuple[MemoryPlan, ...] = ()
    reason: str = ""
    gpu_free_bytes: int | None = None
    outputs: int = 0

    def at(self, shape: ScoreShape) -> MemoryPlan:
        """The plan for `shape`; an estimate where the engine was not asked about its kind."""
        kind = (shape.step, shape.sequences)
        known = zip(self.shapes, self.plans, strict=True)
        points = tuple(plan for planned, plan in known if (planned.step, planned.sequences) == kind)
        return PlanLine(points).at(shape.context) if points else estimated_plan(self.model, shape)

    def fits(self, shape: ScoreShape, free_bytes: int | None) -> bool:
        """Whether `shape` fits into `free_bytes` of main memory (None: unknown) and what was free on GPUs."""
        plan = self.at(shape)
        on_gpu = self.gpu_free_bytes is None or plan.gpu_bytes <= self.gpu_free_bytes
        return on_gpu and (free_bytes is None or plan.needed_bytes <= free_bytes)

    @property
    def usual(self) -> ScoreShape:
        """What is wanted of most sets, before anything is counted."""
        fastest = (self.shapes[0].step, self.shapes[0].sequences) if self.shapes else self._unplanned[0]
        return ScoreShape(USUAL_CELLS, *fastest, self.outputs)

    @property
    def least(self) -> ScoreShape:
        """What must fit, before anything is counted."""
        slowest = (self.shapes[-1].step, self.shapes[-1].sequences) if self.shapes else self._unplanned[-1]
        return ScoreShape(USUAL_CELLS, *slowest, self.outputs)

    @property
    def _unplanned(self) -> tuple[tuple[int, int], ...]:
        """What is tried of a model that the engine could not be asked about."""
        return kinds(recurrent=False, outputs=self.outputs)


def estimated_plan(model: ModelFacts, shape: ScoreShape) -> MemoryPlan:
    """KV cells of 16 bits, logits of one group twice, working buffers of one step: 16 floats an embedding value and
    token, what llama.cpp's graphs of dense models were seen to take, rounded up; states of recurrent layers are not in
    it."""
    kv = 0
    if model.layers and model.kv_heads and model.key_length:
        kv = model.layers * model.kv_heads * (model.key_length + (model.value_length or model.key_length)) * 2
    outputs = max(shape.sequences, shape.outputs) * (model.vocabulary or 0) * 4
    return MemoryPlan(
        context=shape.context,
        weights_bytes=model.file_bytes,
        mapped_bytes=model.file_bytes,
        kv_bytes=kv * shape.context,
        state_bytes=0,
        compute_bytes=shape.step * (model.embedding or 0) * 4 * 16 + outputs,
        output_bytes=outputs,
        overhead_bytes=WORKER_OVERHEAD,
        loading_peak_bytes=model.file_bytes + WORKER_OVERHEAD,
        method=PlanMethod.FORMULA,
    )
