"""A comparison as JSON, Markdown and CSV: keys are a contract, unknown numbers are null."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from weighin.core import format
from weighin.core.comparisons.comparison import Comparison, LaneResult, Slowdown
from weighin.core.comparisons.conversation import turn_number
from weighin.core.comparisons.parity import unknowns
from weighin.core.comparisons.rounds import NUMBERS, Spread, spread
from weighin.core.comparisons.scale import verdict_sentence
from weighin.core.comparisons.slowdown import listed_characters, overlap
from weighin.core.comparisons.speed import shown_speed, speed_verdict
from weighin.core.comparisons.text import (
    AGAINST_ALONE,
    MODES,
    STOPS,
    WHILE_BOTH,
    conditions_words,
    different_words,
    is_partly_alone,
    overlap_words,
    rate_spread,
    rounds_words,
    slowdown_sentence,
    speed_test_words,
    spread_words,
    unknown_words,
    why_no_slowdown,
)
from weighin.core.csv_table import csv_table
from weighin.core.models.report import model_json
from weighin.core.models.server import BY_THIS_CLIENT, ON_THE_SERVER
from weighin.core.models.text import model_facts
from weighin.core.runs.answer import Answer, Counting, StopReason, Timing
from weighin.core.runs.lane import LaneSetup, Mode
from weighin.core.runs.report import engine_json, engine_words
from weighin.core.safe_text import safe_name

_ROLES = {"user": "prompt", "assistant": "answer"}

# Of a timing: more than a cell of a table holds.
_NESTED = ("conditions", "pace", "beside", "side_by_side")

COMPARE_SCHEMA = "weighin.compare/1"


def timing_json(timing: Timing) -> dict[str, Any]:
    """Seconds, counts and rates."""
    return {
        "load_s": timing.load_s,
        "prompt_tokens": timing.prompt_tokens,
        "cached_tokens": timing.cached_tokens,
        "prompt_s": timing.prompt_s,
        "prompt_tokens_per_s": timing.prompt_tokens_per_s,
        "first_token_s": timing.first_token_s,
        "first_answer_token_s": timing.first_answer_token_s,
        "generated_tokens": timing.generated_tokens,
        "reasoning_tokens": timing.reasoning_tokens,
        "thinking_cut": timing.thinking_cut,
        "generation_s": timing.generation_s,
        "generation_tokens_per_s": timing.generation_tokens_per_s,
        "characters_per_s": timing.characters_per_s,
        "total_s": timing.total_s,
        "major_faults": timing.major_faults,
        "threads": timing.threads,
        "disturbed": timing.disturbed,
        "counted_by": timing.counting.value,
        "position": timing.position,
        "energy_j": timing.joules,
        "energy_source": timing.energy.source if timing.energy else None,
        "conditions": _conditions(timing),
        "pace": asdict(timing.pace) if timing.pace else None,
        "beside": asdict(timing.beside) if timing.beside else None,
        "side_by_side": _side_by_side(timing),
    }


def _side_by_side(timing: Timing) -> dict[str, Any] | None:
    """What `pace` and `beside` say: seconds in which both lanes computed, and what of the answer that was."""
    found = overlap(timing)
    if found is None:
        return None
    writing = found.writing
    return {
        "seconds": found.seconds,
        "share": found.share,
        "tokens": writing.tokens if writing else 0,
        "writing_s": writing.seconds if writing else None,
        "writing_share": found.writing_share,
        "tokens_per_s": found.tokens_per_s,
        "reading_share": found.reading,
        "first_token_share": found.first_token,
    }


def _conditions(timing: Timing) -> dict[str, Any] | None:
    found = timing.conditions
    return {**asdict(found), "disturbances": list(found.disturbances)} if found else None


def _spreads(result: LaneResult) -> dict[str, Any]:
    """Median and range of every number over the rounds that count; null where none has it."""
    found = {name: spread(map(get, result.timings)) for name, get in NUMBERS.items()}
    for name in ("total_bytes", "peak_bytes"):
        found[f"memory_{name}"] = spread(getattr(receipt, name) for receipt in result.round_memory)
    return {name: asdict(one) if one else None for name, one in found.items()}


def options_json(setup: LaneSetup) -> dict[str, Any]:
    """All options of one lane in one object; how a server loads its model is unknown."""
    load: dict[str, Any] = asdict(setup.load)
    if setup.model.is_server:
        load = dict.fromkeys(load)
    return {**load, **asdict(setup.sampling), "stop": list(setup.sampling.stop)}


def lane_json(result: LaneResult, mode: Mode, slowdown: Slowdown | None = None) -> dict[str, Any]:
    """LANE of the contract."""
    answer = result.answer
    memory = answer.memory
    return {
        "lane": result.label,
        "model": model_json(result.setup.model),
        "options": options_json(result.setup),
        "context": answer.context,
        "answer": answer.text,
        "reasoning": answer.reasoning,
        "stop_reason": answer.stop_reason.value,
        "timing": timing_json(answer.timing),
        "memory": {
            "own_bytes": memory.own_bytes,
            "model_file_bytes": memory.model_file_bytes,
            "total_bytes": memory.total_bytes,
            "peak_bytes": memory.peak_bytes,
            "load_peak_bytes": memory.load_peak_bytes,
            "baseline_bytes": memory.baseline_bytes,
            "vram_bytes": memory.vram_bytes,
            "method": memory.method or None,
        },
        "rendered_prompt": answer.rendered_prompt or None,
        "prompt_proof": asdict(answer.proof) if answer.proof else None,
        "notices": list(answer.notices),
        "options_left_out": list(answer.left_out),
        "rounds": [timing_json(timing) for timing in result.rounds],
        "spoiled_rounds": [timing_json(timing) for timing in result.spoiled],
        "spread": _spreads(result),
        "speed_test": _speed_test(result),
        "slowdown": asdict(slowdown) if slowdown else None,
        "slowdown_missing": list(why_no_slowdown(result)) if mode is Mode.TOGETHER else [],
        "error": _error(answer),
    }


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """The one object that `weighin compare --json` prints."""
    request = comparison.request
    return {
        "schema": COMPARE_SCHEMA,
        "id": comparison.id,
        "created": comparison.created,
        "mode": request.mode.value,
        "prompt": request.prompt.text,
        "system": request.prompt.system,
        "raw": request.prompt.raw,
        "attachments": [asdict(file) for file in request.prompt.attachments],
        "follows": request.follows or None,
        "rounds_asked": request.repeat,
        "engine": engine_json(comparison.engine),
        "lanes": [
            {
                **lane_json(result, request.mode, comparison.slowdown(result.label)),
                "earlier_turns": [asdict(message) for message in request.thread(index)],
            }
            for index, result in enumerate(comparison.results)
        ],
        "parity": _parity(comparison),
        "speed": _speed(comparison),
    }


def _speed(comparison: Comparison) -> dict[str, Any] | None:
    """What may be said of the two speeds of writing; null where both ran at once."""
    verdict = speed_verdict(comparison)
    if verdict is None:
        return None
    speeds = verdict.speeds
    return {
        "sentence": verdict.sentence,
        "better": verdict.better or None,
        "is_measured": speeds is not None,
        "from_speed_test": verdict.tests,
        "tokens_per_s": [asdict(speed) for speed in speeds] if speeds else None,
    }


def _parity(comparison: Comparison) -> dict[str, Any]:
    # What the templates make of the same messages is among the differences.
    body = {"same_messages": comparison.request.same_messages, "differences": list(comparison.differences)}
    hidden = unknowns(comparison.results)
    return {**body, **({"unknown": list(hidden)} if hidden else {})}


def comparison_markdown(comparison: Comparison) -> str:
    """The comparison as a page to read."""
    request = comparison.request
    verdict = verdict_sentence(comparison)
    lines = [
        f"# Comparison of {format.moment(comparison.created)}",
        "",
        *([f"**{verdict}**", ""] if verdict else []),
        f"Mode: {MODES[request.mode]}" + (" (raw prompt, no chat template)" if request.prompt.raw else ""),
        "",
        *(["## System", "", _quote(request.prompt.system), ""] if request.prompt.system else []),
        "## Prompt" + (f" (turn {turn_number(request)} of a conversation)" if request.threads else ""),
        "",
        _quote(request.prompt.whole),
        "",
    ]
    for index, result in enumerate(comparison.results):
        answer = result.answer
        lines += [
            f"## {result.label}: {safe_name(result.setup.model.name)}",
            "",
            *_facts(result),
        ]
        for message in request.thread(index):
            lines += [f"### Earlier {_ROLES.get(message.role, message.role)}", "", _quote(message.content), ""]
        if answer.reasoning:
            lines += ["### Reasoning", "", _quote(answer.reasoning), ""]
        lines += [_quote(answer.text)] if answer.text else ["(no answer)"]
        if answer.failure:
            lines += ["", safe_name(answer.failure.message, 400)]
        lines.append("")
        lines += [f"- {line}" for line in number_lines(result, comparison)]
        lines.append("")
    if comparison.engine:
        lines.append(f"Engine: {engine_words(comparison.engine)}. Features: {comparison.engine.features}")
        if comparison.engine.confinement:
            lines.append(f"Confinement: {safe_name(comparison.engine.confinement, 200)}")
    if comparison.differences:
        lines.append(different_words(comparison.differences))
    if hidden := unknowns(comparison.results):
        lines.append(unknown_words(hidden))
    return "\n".join(lines) + "\n"


def _facts(result: LaneResult) -> list[str]:
    """A line on the model; none on a file that could not be read."""
    model = result.setup.model
    return [model_facts(model), ""] if model.is_server or model.file_bytes else []


def comparison_csv(comparison: Comparison) -> str:
    """One line a lane, with a header line: the answer that is kept with its own timing, and at the end the speed that
    lists show of the lane, over all rounds that count."""
    rows = []
    for result in comparison.results:
        body = lane_json(result, comparison.request.mode)
        flat = {
            "comparison": comparison.id, "created": comparison.created, "mode": comparison.request.mode.value,
            "lane": result.label, "model": result.setup.model.name, "prompt": comparison.request.prompt.text,
            "answer": result.answer.text, "stop_reason": result.answer.stop_reason.value,
            **{k: v for k, v in body["timing"].items() if k not in _NESTED},
            **{f"side_by_side_{k}": (body["timing"]["side_by_side"] or {}).get(k) for k in ("seconds", "tokens_per_s")},
            **{f"memory_{k}": v for k, v in body["memory"].items()},
            "rounds_counted": speed.n if (speed := shown_speed(result)) else 0,
            "median_generation_tokens_per_s": _middle(speed),
        }  # fmt: skip
        rows.append(flat)
    return csv_table([list(rows[0]) if rows else ["comparison"], *(row.values() for row in rows)])


def number_lines(result: LaneResult, comparison: Comparison) -> list[str]:
    """The numbers of one answer of `comparison` in words, "-" where one would be nonsense."""
    answer = result.answer
    timing = answer.timing
    cut = " · Thinking ended at its limit" if timing.thinking_cut else ""
    ended = f"Stop reason: {STOPS[answer.stop_reason]}{cut}"
    if answer.stop_reason is StopReason.FAILED and timing.prompt_tokens is None:
        return [ended]
    reading = f"{format.count(timing.prompt_tokens)} tok, {format.figure(_median(result, 'prompt_tokens_per_s'))} tok/s"
    speed = shown_speed(result)
    writing = f"{format.count(timing.generated_tokens)} tok, {format.figure(_middle(speed))} tok/s"
    characters = format.figure(_middle(spread(map(listed_characters, result.timings))))
    loading = "Connection time" if timing.is_remote else "Load time"
    partly = f" ({WHILE_BOTH})" if speed and is_partly_alone(result.timings) else ""
    lines = [
        f"Prompt {reading} · Time to first token {format.seconds(_median(result, 'first_token_s'))} · "
        f"Generated {writing}{partly} · {characters} characters/s{_how_counted(timing)}",
        f"Memory {_memory(result)} · {loading} {format.seconds(timing.load_s)} · "
        f"Total time {format.seconds(_median(result, 'total_s'))}{_energy(timing)}",
        ended + (f" · {format.plural(timing.threads, 'thread')}" if timing.threads else ""),
    ]
    if made := rounds_words(result, comparison.request.repeat):
        lines.insert(1, f"Rounds: {made}. Median and range: {_medians(result)}")
    if result.speed_test is not None:
        lines.append(speed_test_words(result.speed_test))
    if shared := overlap_words(result, comparison):
        lines.append(" ".join((f"Overlap: {shared}.", *why_no_slowdown(result))))
    if slowdown := comparison.slowdown(result.label):
        lines.append(f"{AGAINST_ALONE}: {slowdown_sentence(slowdown)}")
    if around := conditions_words((*result.rounds, *result.spoiled) or (timing,)):
        lines.append(f"Conditions: {around}")
    return lines


def _medians(result: LaneResult) -> str:
    found = {name: spread(map(get, result.timings)) for name, get in NUMBERS.items()}
    parts = (
        ("prompt speed", rate_spread(found["prompt_tokens_per_s"])),
        ("time to first token", spread_words(found["first_token_s"], format.seconds)),
        ("generation speed", rate_spread(shown_speed(result))),
        ("characters per second", rate_spread(spread(map(listed_characters, result.timings)), "")),
        ("total time", spread_words(found["total_s"], format.seconds)),
        ("memory", spread_words(spread(receipt.total_bytes for receipt in result.round_memory), format.size)),
    )
    return ", ".join(f"{name} {value}" for name, value in parts)


def _median(result: LaneResult, name: str) -> float | None:
    return _middle(spread(map(NUMBERS[name], result.timings)))


def _middle(found: Spread | None) -> float | None:
    return found.median if found else None


def _memory(result: LaneResult) -> str:
    if result.setup.model.is_server:
        return ON_THE_SERVER
    memory = result.answer.memory
    total, peak = (spread(getattr(one, name) for one in result.memory) for name in ("total_bytes", "peak_bytes"))
    said = [format.size(_middle(found)) for found in (total, peak)]
    split = ""
    if memory.own_bytes is not None or memory.model_file_bytes is not None:
        split = f" ({format.size(memory.own_bytes)} process + {format.size(memory.model_file_bytes)} model file)"
    return f"{said[0]}{split}, peak {said[1]}"


def _speed_test(result: LaneResult) -> dict[str, Any] | None:
    """A speed test in its own words; null where none was made."""
    test = result.speed_test
    if test is None:
        return None
    prompt = test.prompt
    return {
        "created": test.created,
        "threads": test.threads,
        "generate_tokens": test.generate_tokens,
        "generation_tokens_per_s": asdict(test.generation),
        "prompt_tokens": test.prompt_tokens,
        "prompt_tokens_per_s": asdict(prompt) if prompt else None,
    }


def _energy(timing: Timing) -> str:
    return f" · Energy per answer {format.joules(timing.joules)} ({timing.energy.source})" if timing.energy else ""


def _how_counted(timing: Timing) -> str:
    if not timing.is_remote:
        return ""
    pieces = "; pieces of text counted as tokens" if timing.counting is Counting.PIECES else ""
    return f" (measured {BY_THIS_CLIENT}{pieces})"


def _error(answer: Answer) -> dict[str, str] | None:
    return {"kind": answer.failure.kind, "message": answer.failure.message} if answer.failure else None


def _quote(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines()) or "> "
