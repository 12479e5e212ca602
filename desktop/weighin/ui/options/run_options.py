"""What is asked beside the prompt: the values that the drawer of options holds, and how two such differ."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from weighin.core import format
from weighin.core.comparisons.comparison import ComparisonRequest
from weighin.core.models.model import ModelFacts
from weighin.core.runs.defaults import RunDefaults
from weighin.core.runs.lane import LABELS, LaneSetup
from weighin.core.runs.options import SAMPLING_OPTIONS, LoadOptions, SamplingOptions
from weighin.core.safe_text import safe_name

_NAMES = {option.name: option.difference for option in SAMPLING_OPTIONS}
_TEXTS = [option.name for option in SAMPLING_OPTIONS if option.text]


@dataclass(frozen=True)
class LaneValues:
    """Options of one lane."""

    load: LoadOptions = field(default_factory=LoadOptions)
    sampling: SamplingOptions = field(default_factory=SamplingOptions)
    threads: int | None = None

    def setup(self, model: ModelFacts, defaults: RunDefaults) -> LaneSetup:
        """A lane with this model and these options, with `defaults` for what they leave open."""
        return LaneSetup(model, defaults.load(self.load), self.sampling, defaults.threads_of(self.threads))


@dataclass(frozen=True)
class RunOptions:
    """Options of a run. `raw`: without chat template; `rounds`: how often each lane answers."""

    system: str = ""
    raw: bool = False
    rounds: int = 1
    a: LaneValues = field(default_factory=LaneValues)
    b: LaneValues = field(default_factory=LaneValues)


def options_of(request: ComparisonRequest) -> RunOptions:
    """What was asked beside the prompt."""
    a, b = (_values(setup) for setup in request.lanes)
    return RunOptions(request.prompt.system, request.prompt.raw, request.repeat, a, b)


def option_differences(theirs: RunOptions, other: RunOptions) -> tuple[str, ...]:
    """What is otherwise in `theirs`, each in a few words: "5 rounds", "temperature 0.7", "lane B: seed 7"."""
    said = []
    if theirs.rounds != other.rounds:
        said.append(format.plural(theirs.rounds, "round"))
    if theirs.raw != other.raw:
        said.append("raw" if theirs.raw else "with chat template")
    if theirs.system != other.system:
        said.append(f"system prompt “{safe_name(theirs.system, 40)}”" if theirs.system else "no system prompt")
    a, b = _lane(theirs.a, other.a), _lane(theirs.b, other.b)
    both = [text for text in a if text in b]
    own = (
        f"lane {label}: {text}" for label, lane in zip(LABELS, (a, b), strict=True) for text in lane if text not in both
    )
    return (*said, *both, *own)


def _lane(theirs: LaneValues, other: LaneValues) -> list[str]:
    said = []
    for mine, its in ((theirs.load, other.load), (theirs.sampling, other.sampling)):
        for known in fields(mine):
            value = getattr(mine, known.name)
            if value != getattr(its, known.name):
                said.append(f"{_NAMES.get(known.name, known.name.replace('_', ' '))} {_shown(known.name, value)}")
    if theirs.threads != other.threads:
        said.append("automatic threads" if theirs.threads is None else format.plural(theirs.threads, "thread"))
    return said


def _shown(name: str, value: object) -> str:
    if isinstance(value, tuple):  # stop strings
        return safe_name(", ".join(repr(text) for text in value), 40) or format.NONE
    if name in _TEXTS:
        return f"of {format.plural(len(str(value)), 'character')}" if value else format.NONE
    return f"{value:g}" if isinstance(value, float) else str(value)


def _values(setup: LaneSetup) -> LaneValues:
    return LaneValues(setup.load, setup.sampling, setup.threads)
