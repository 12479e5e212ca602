"""A replay in sentences and in the JSON of the command line."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from weighin.core import words
from weighin.core.bundles.bundle import Bundle, BundleModel
from weighin.core.bundles.replay import LaneReplay, Replayed, Verdict, fetchable
from weighin.core.comparisons.report import comparison_json
from weighin.core.evaluations.evaluation_words import run_title
from weighin.core.models.model import ModelFacts
from weighin.core.safe_text import safe_name, safe_text

REPLAY_SCHEMA = "weighin.replay/1"


def origin_words(bundle: Bundle) -> str:
    """Where and when a bundle was made: "2026-11-22 10:31 on AMD Ryzen 7 · llama.cpp b6900"."""
    engine, machine = bundle.comparison.engine, bundle.machine
    parts = [words.moment(bundle.comparison.created)]
    if machine is not None:
        parts[0] += f" on {safe_name(machine.processor, 80)}, {words.plural(machine.physical_cores, 'core')}"
        parts += [safe_name(gpu, 60) for gpu in machine.gpus[:4]]
    if engine is not None:
        parts.append(f"llama.cpp {safe_name(engine.build, 60)}")
    return " · ".join(parts)


def votes_words(bundle: Bundle) -> str:
    """What was voted there, "" where nothing was."""
    said = {"a": "A is better", "b": "B is better", "tie": "a tie", "both_bad": "both are bad"}
    return f"Voted blind there: {', '.join(said[vote.choice] for vote in bundle.votes[:5])}." if bundle.votes else ""


def model_words(model: BundleModel, facts: ModelFacts, is_here: bool) -> str:
    """Whether the very file of a lane is on this computer, and where it could be had."""
    name = f"{model.lane} ({safe_name(facts.name, 60)})"
    if is_here:
        return f"{name}: the very same file is here."
    if not model.files:
        return f"{name}: the bundle names no file."
    if model.digests is None:
        return f"{name}: the bundle has no sha256 of its file, so no file can be told to be the same."
    if fetchable(model):
        return f"{name}: not here; {words.size(model.size)} from {safe_name(model.repo or '')} at the hub."
    return f"{name}: not here, and the bundle does not say where it came from: {safe_name(model.files[0].name, 80)}."


def verdict_words(replay: Replayed) -> str:
    """The outcome in one sentence."""
    if replay.verdict is Verdict.REPLICATED:
        return "Replicated: both answers are the same, letter by letter."
    if replay.verdict is Verdict.DIFFERS:
        lanes = " and ".join(lane.label for lane in replay.lanes if lane.verdict is Verdict.DIFFERS)
        return f"Differs here: the answer of {lanes} is another one."
    return "Cannot be replayed, because of what is said below."


def lane_words(lane: LaneReplay) -> str:
    """The outcome of one lane."""
    if lane.verdict is Verdict.CANNOT:
        return f"{lane.label}: cannot be compared, because {safe_text(lane.reason)}"
    if lane.parting is None:
        sentence = f"{lane.label}: the same text."
    else:
        where = "in its reasoning " if lane.parting.in_reasoning else ""
        theirs, ours = safe_name(lane.parting.theirs, 100), safe_name(lane.parting.ours, 100)
        sentence = f"{lane.label}: parts {where}after {words.plural(lane.parting.at, 'character')}: "
        sentence += f"there “{theirs}”, here “{ours}”."
        different = "; ".join(lane.differences) or "nothing that is recorded"
        sentence += f" What differs: {different}."
    speeds = [
        f"{name} {ratio:.2f} times as fast"
        for name, ratio in (("writes", lane.writing_ratio), ("reads", lane.reading_ratio))
        if ratio is not None
    ]
    return f"{sentence} It {', '.join(speeds)} here." if speeds else sentence


def replay_json(bundle: Bundle, here: dict[str, ModelFacts], reason: str, replay: Replayed | None) -> dict[str, Any]:
    """The one object `weighin replay --json` prints. `reason`: why it was not run, "" where it was."""
    sentence = verdict_words(replay) if replay else f"Cannot be replayed, because {reason}"
    return {
        "schema": REPLAY_SCHEMA,
        "verdict": replay.verdict.value if replay else Verdict.CANNOT.value,
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
        "same_text": lane.verdict is Verdict.REPLICATED,
        "parting": asdict(lane.parting) if lane.parting else None,
        "differences": list(lane.differences),
        "writing_ratio": lane.writing_ratio,
        "reading_ratio": lane.reading_ratio,
        "reason": lane.reason or None,
    }


def questions_words(bundle: Bundle) -> str:
    """What both models said to questions, "" where the bundle holds none."""
    asked = bundle.questions
    if asked is None or not asked.items:
        return ""
    shares = (words.percent(sum(bool(item.right(label)) for item in asked.items) / len(asked.items)) for label in "AB")
    said = ", ".join(f"{label} {share}" for label, share in zip("AB", shares, strict=True))
    return (
        f"With {words.count(len(asked.items))} questions ({safe_name(run_title(asked.protocol), 120)}): {said} right."
    )
