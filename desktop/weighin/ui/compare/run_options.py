"""What is asked beside the prompt: the values that the drawer of options holds."""

from __future__ import annotations

from dataclasses import dataclass, field

from weighin.core.models.model import ModelFacts
from weighin.core.runs.lane import LaneSetup
from weighin.core.runs.options import LoadOptions, SamplingOptions


@dataclass(frozen=True)
class LaneValues:
    """Options of one lane."""

    load: LoadOptions = field(default_factory=LoadOptions)
    sampling: SamplingOptions = field(default_factory=SamplingOptions)
    threads: int | None = None

    def setup(self, model: ModelFacts) -> LaneSetup:
        """A lane with this model and these options."""
        return LaneSetup(model, self.load, self.sampling, self.threads)


@dataclass(frozen=True)
class RunOptions:
    """Options of a run. `raw`: without chat template; `rounds`: how often each lane answers."""

    system: str = ""
    raw: bool = False
    rounds: int = 1
    a: LaneValues = field(default_factory=LaneValues)
    b: LaneValues = field(default_factory=LaneValues)
