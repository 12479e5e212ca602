"""Whether running a bundle again gave the same texts, or where they differ and what was different."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import Enum
from typing import Any

from weighin.core import format
from weighin.core.bundles.bundle import Bundle, BundleModel
from weighin.core.bundles.origin import made_words
from weighin.core.comparisons.comparison import Comparison, ComparisonRequest, LaneResult
from weighin.core.comparisons.report import comparison_json
from weighin.core.comparisons.rounds import Spread, spread
from weighin.core.comparisons.speed import shown_speed
from weighin.core.computer.hardware import UNKNOWN_MACHINE
from weighin.core.evaluations.text import run_title
from weighin.core.models.model import ModelFacts
from weighin.core.runs.answer import Answer, StopReason
from weighin.core.runs.lane import EngineFacts
from weighin.core.safe_text import safe_name, safe_text

# How many characters are shown on both sides of the place where two texts part.
_AROUND = 40
# A path at which no file can be: a model that is not here must not be looked for under its bare name.
_ABSENT = "not-here:"


class ReplayVerdict(str, Enum):
    """REPLICATED: the same texts. DIFFERS: they part somewhere. CANNOT: there is nothing to hold against them."""

    REPLICATED = "replicated"
    DIFFERS = "differs"
    CANNOT = "cannot"


@dataclass(frozen=True)
class Parting:
    """Where two texts part: after `at` characters, with the text around that place in each. in_reasoning: whether that
    is in the reasoning, which comes before the answer."""

    at: int
    theirs: str
    ours: str
    in_reasoning: bool = False


@dataclass(frozen=True)
class LaneReplay:
    """One lane run again. differences: what else was not the same. *_ratio: our speed by theirs, None where either has
    none. reason: why there is nothing to compare, "" otherwise."""

    label: str
    verdict: ReplayVerdict
    parting: Parting | None = None
    differences: tuple[str, ...] = ()
    writing_ratio: float | None = None
    reading_ratio: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Replayed:
    """Both lanes run again; `verdict` is that of the lane that went worse."""

    verdict: ReplayVerdict
    lanes: tuple[LaneReplay, ...]
    ours: Comparison


def shown_here(bundle: Bundle, here: dict[str, ModelFacts]) -> Comparison:
    """The bundle's comparison, its models replaced by those of this computer (`here`, by lane); a model that is not
    here keeps its facts, but no path that could be opened and no claim to be verified. It names the machine it was made
    on, so that nothing of this one is told of it."""
    comparison = bundle.comparison

    def local(label: str, model: ModelFacts) -> ModelFacts:
        absent = replace(model, path=model.path if model.is_server else f"{_ABSENT}{model.path}", verified=False)
        return here.get(label, absent)

    results = tuple(replace(r, setup=replace(r.setup, model=local(r.label, r.setup.model))) for r in comparison.results)
    request = replace(_request(comparison.request, results), try_anyway=False)
    machine = bundle.machine or UNKNOWN_MACHINE
    return replace(comparison, request=request, results=results, machine=machine)


def cannot_run(bundle: Bundle, here: dict[str, ModelFacts]) -> str:
    """Why the bundle cannot be run again on this computer, in one sentence; "" where it can."""
    for result, model in zip(bundle.comparison.results, bundle.models, strict=True):
        if result.label in here:
            continue
        facts = result.setup.model
        name = f"{result.label} ({safe_name(facts.name, 60)})"
        if facts.is_server:
            return f"model {name} ran on a server."
        if model.digests is None:
            return f"the bundle does not identify the file of model {name}."
        return f"model {name} is not on this computer."
    return ""


def replayed(bundle: Bundle, ours: Comparison) -> Replayed:
    """What came of running `bundle` again."""
    pairs = zip(bundle.comparison.results, ours.results, strict=True)
    lanes = tuple(_lane(a, b, bundle.comparison.engine, ours.engine) for a, b in pairs)
    worst = max((lane.verdict for lane in lanes), key=list(ReplayVerdict).index)
    return Replayed(worst, lanes, ours)


def first_parting(theirs: str, ours: str) -> int | None:
    """Number of characters both begin with alike; None where they are the same."""
    if theirs == ours:
        return None
    pairs = enumerate(zip(theirs, ours, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(theirs), len(ours)))


def fetchable(model: BundleModel) -> bool:
    """Whether the bundle says where at the hub exactly these files are."""
    return model.plan() is not None


def _request(request: ComparisonRequest, results: tuple[LaneResult, ...]) -> ComparisonRequest:
    a, b = (
        replace(lane, model=result.setup.model, refusal=None)
        for lane, result in zip(request.lanes, results, strict=True)
    )
    return replace(request, lanes=(a, b))


def _lane(theirs: LaneResult, ours: LaneResult, before: EngineFacts | None, now: EngineFacts | None) -> LaneReplay:
    label = theirs.label
    if reason := _nothing_to_compare(theirs.answer, ours.answer):
        return LaneReplay(label, ReplayVerdict.CANNOT, reason=reason)
    parting = _parting(theirs.answer, ours.answer)
    return LaneReplay(
        label,
        ReplayVerdict.DIFFERS if parting else ReplayVerdict.REPLICATED,
        parting,
        _differences(theirs, ours, before, now),
        _ratio(shown_speed(ours), shown_speed(theirs)),
        _ratio(*(spread(timing.prompt_tokens_per_s for timing in each.timings) for each in (ours, theirs))),
    )


def _nothing_to_compare(theirs: Answer, ours: Answer) -> str:
    for answer, whose in ((theirs, "in the bundle"), (ours, "here")):
        if answer.stop_reason is StopReason.FAILED:
            said = f": {answer.failure.message}" if answer.failure else "."
            return f"it failed {whose}{said}"
        if answer.stop_reason is StopReason.CANCELLED:
            return f"it was stopped {whose}."
    return ""


def _parting(theirs: Answer, ours: Answer) -> Parting | None:
    for a, b, in_reasoning in ((theirs.reasoning, ours.reasoning, True), (theirs.text, ours.text, False)):
        if (at := first_parting(a, b)) is not None:
            start = max(0, at - _AROUND)
            return Parting(at, a[start : at + _AROUND], b[start : at + _AROUND], in_reasoning)
    return None


def _differences(
    theirs: LaneResult, ours: LaneResult, before: EngineFacts | None, now: EngineFacts | None
) -> tuple[str, ...]:
    """Names of what may turn a text around, with both values."""
    a, b = theirs.answer, ours.answer
    pairs = {
        "engine build": (before.build if before else None, now.build if now else None),
        "llama-cpp-python": (before.llama_cpp_python if before else None, now.llama_cpp_python if now else None),
        "engine variant": (before.variant if before else None, now.variant if now else None),
        "instructions": (before.features if before else None, now.features if now else None),
        "devices": (before.devices if before else None, now.devices if now else None),
        "threads": (a.timing.threads, b.timing.threads),
        "context": (a.context, b.context),
        "prompt tokens": (a.timing.prompt_tokens, b.timing.prompt_tokens),
    }
    named = [f"{name} {_said(one)} → {_said(two)}" for name, (one, two) in pairs.items() if one != two]
    if a.rendered_prompt != b.rendered_prompt:
        named.append("the rendered prompt")
    return tuple(named)


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return safe_name(", ".join(map(str, value)) or "processor only", 80)
    return format.NONE if value is None else safe_name(str(value), 80)


def _ratio(ours: Spread | None, theirs: Spread | None) -> float | None:
    return ours.median / theirs.median if ours and theirs else None


REPLAY_SCHEMA = "weighin.replay/1"


def origin_words(bundle: Bundle) -> str:
    """Where and when a bundle was made: "2026-11-22 10:31 on AMD Ryzen 7 · llama.cpp b6900"."""
    return made_words(bundle.comparison.created, bundle.machine, bundle.comparison.engine)


def votes_words(bundle: Bundle) -> str:
    """What was voted there, "" where nothing was."""
    said = {"a": "A is better", "b": "B is better", "tie": "tie", "both_bad": "both bad"}
    return f"Blind vote: {', '.join(said[vote.choice] for vote in bundle.votes[:5])}." if bundle.votes else ""


def model_words(model: BundleModel, facts: ModelFacts, is_here: bool) -> str:
    """Whether the very file of a lane is on this computer, and where it could be had."""
    name = f"{model.lane} ({safe_name(facts.name, 60)})"
    if is_here:
        return f"{name}: same file found."
    if not model.files:
        return f"{name}: no file named in the bundle."
    if model.digests is None:
        return f"{name}: no sha256 in the bundle, so the file cannot be identified."
    if fetchable(model):
        return f"{name}: not on this computer; {format.size(model.size)} from {safe_name(model.repo or '')} on the hub."
    return f"{name}: not on this computer, and its source is unknown: {safe_name(model.files[0].name, 80)}."


def verdict_words(replay: Replayed) -> str:
    """The outcome in one sentence."""
    if replay.verdict is ReplayVerdict.REPLICATED:
        return "Replicated: both answers are the same, character for character."
    if replay.verdict is ReplayVerdict.DIFFERS:
        lanes = " and ".join(lane.label for lane in replay.lanes if lane.verdict is ReplayVerdict.DIFFERS)
        return f"Not replicated: the answer of {lanes} differs."
    return "Cannot be compared: see below."


def lane_words(lane: LaneReplay) -> str:
    """The outcome of one lane."""
    if lane.verdict is ReplayVerdict.CANNOT:
        return f"{lane.label}: cannot be compared: {safe_text(lane.reason)}"
    if lane.parting is None:
        sentence = f"{lane.label}: same text."
    else:
        where = "its reasoning differs" if lane.parting.in_reasoning else "differs"
        theirs, ours = safe_name(lane.parting.theirs, 100), safe_name(lane.parting.ours, 100)
        sentence = f"{lane.label}: {where} after {format.plural(lane.parting.at, 'character')}: "
        sentence += f"original “{theirs}”, here “{ours}”."
        different = "; ".join(lane.differences) or "none recorded"
        sentence += f" Differences in setup: {different}."
    speeds = [
        f"{name} {format.times(ratio)}"
        for name, ratio in (("generation", lane.writing_ratio), ("prompt", lane.reading_ratio))
        if ratio is not None
    ]
    return f"{sentence} Speed compared with the original: {', '.join(speeds)}." if speeds else sentence


def replay_json(bundle: Bundle, here: dict[str, ModelFacts], reason: str, replay: Replayed | None) -> dict[str, Any]:
    """The one object `weighin replay --json` prints. `reason`: why it was not run, "" where it was."""
    sentence = verdict_words(replay) if replay else f"Cannot be replayed: {reason}"
    return {
        "schema": REPLAY_SCHEMA,
        "verdict": replay.verdict.value if replay else ReplayVerdict.CANNOT.value,
        "sentence": sentence,
        "bundle": {
            "created": bundle.created,
            "program": bundle.program,
            "machine": asdict(bundle.machine) if bundle.machine else None,
            "votes": [asdict(vote) for vote in bundle.votes],
            "models": [
                {**asdict(model), "here": model.lane in here, "can_be_fetched": fetchable(model)}
                for model in bundle.models
            ],
            "comparison": comparison_json(bundle.comparison),
        },
        "lanes": [_lane_json(lane) for lane in replay.lanes] if replay else [],
        "comparison": comparison_json(replay.ours) if replay else None,
    }


def _lane_json(lane: LaneReplay) -> dict[str, Any]:
    return {
        "lane": lane.label,
        "verdict": lane.verdict.value,
        "same_text": lane.verdict is ReplayVerdict.REPLICATED,
        "parting": asdict(lane.parting) if lane.parting else None,
        "differences": list(lane.differences),
        "writing_ratio": lane.writing_ratio,
        "reading_ratio": lane.reading_ratio,
        "reason": lane.reason or None,
    }


def questions_words(bundle: Bundle) -> str:
    """How many of its questions each model answered right, "" where the bundle holds none."""
    asked = bundle.questions
    if asked is None or not asked.items:
        return ""
    n = len(asked.items)
    right = ((label, sum(bool(item.right(label)) for item in asked.items)) for label in "AB")
    said = ", ".join(f"{label} {format.accuracy(found / n)}" for label, found in right)
    return f"{said} right on {format.plural(n, 'question')} ({run_title(asked.protocol)})."
