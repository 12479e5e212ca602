"""A lane as it is asked for, the mode both run in, and the engine that answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from weighin.core.models.model import ModelFacts
from weighin.core.runs.answer import Failure
from weighin.core.runs.options import LoadOptions, SamplingOptions

LABELS = ("A", "B")


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
class EngineFacts:
    """Which engine gave the answers. variant: the one for this processor, where it comes in several ("zen4"). warning:
    why it is not the engine that was installed, "" where it is. confinement: what its process was kept from doing, ""
    where that is not known; no number depends on it."""

    llama_cpp_python: str
    build: str
    features: str
    devices: tuple[str, ...] = ()
    gpu_offload: bool = False
    variant: str = ""
    warning: str = ""
    confinement: str = field(default="", compare=False)
