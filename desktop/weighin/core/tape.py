"""The tale of the tape: two models side by side in a dozen numbers and one sentence, each with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median

from weighin.core import format
from weighin.core.comparisons.blind import Tally, contender
from weighin.core.comparisons.comparison import Comparison, Slowdown
from weighin.core.comparisons.rounds import spread
from weighin.core.comparisons.scale import (
    ScaleRow,
    energy_row,
    first_token_row,
    generation_row,
    memory_claim,
    memory_row,
    prompt_row,
    shares,
)
from weighin.core.comparisons.slowdown import against_alone, asked_the_same, in_company
from weighin.core.comparisons.speed import shown_speed, speed_verdict
from weighin.core.comparisons.text import BRIEF, conditions_words, rate_spread
from weighin.core.computer.hardware import UNKNOWN_MACHINE, MachineFacts
from weighin.core.evaluations.stored_evaluation import EvaluationRow
from weighin.core.evaluations.verdict_text import verdict_sentence
from weighin.core.models.model import ModelFacts
from weighin.core.runs.lane import EngineFacts
from weighin.core.safe_text import safe_name
from weighin.core.statistics.paired import Verdict


@dataclass(frozen=True)
class TapeSources:
    """What is known of a pair. alone, together: the comparisons whose numbers are told, None where there is none.
    tally: blind votes; evaluation: the latest of both models. version: of this program."""

    alone: Comparison | None
    together: Comparison | None
    tally: Tally | None
    evaluation: EvaluationRow | None
    machine: MachineFacts
    version: str

    @property
    def main(self) -> Comparison:
        """The comparison that gives names, memory, date. At least one of the two must be there."""
        found = self.alone or self.together
        assert found is not None
        return found

    @property
    def same_prompt(self) -> bool:
        """Whether both comparisons asked the same; so too where there is one only."""
        return not self.alone or not self.together or asked_the_same(self.alone, self.together)


@dataclass(frozen=True)
class Side:
    """A model: its name, and one line of what it is."""

    name: str
    kind: str


@dataclass(frozen=True)
class Tape:
    """Everything that is painted and printed."""

    a: Side
    b: Side
    lines: tuple[ScaleRow, ...]
    verdict: str
    footer: tuple[str, ...]


def tape_of(sources: TapeSources) -> Tape:
    """The tape of a pair."""
    if sources.together is not None:
        sources = replace(sources, together=_in_order_of(sources.together, sources.main))
    a, b = (result.setup.model for result in sources.main.results)
    lines = [
        ScaleRow("Parameters", _parameters(a), _parameters(b)),
        ScaleRow("File", _file(a), _file(b)),
        memory_row(sources.main),
        *_alone(sources.alone),
        _together(sources),
        energy_row(sources.alone),
        _mmlu(sources, a),
        _votes(sources.tally, a),
    ]
    told = tuple(line for line in lines if line is not None)
    return Tape(_side(a), _side(b), told, _verdict(sources, told), _footer(sources))


def tape_markdown(tape: Tape) -> str:
    """The tape as a page."""
    rows = [f"| {_cell(line.label)} | {_cell(line.a)} | {_cell(line.b)} | {_cell(line.note)} |" for line in tape.lines]
    return "\n".join(
        [
            f"# {_cell(tape.a.name)} and {_cell(tape.b.name)}",
            "",
            f"**{_cell(tape.verdict)}**",
            "",
            f"| | A: {_cell(tape.a.name)} | B: {_cell(tape.b.name)} | |",
            "|---|---:|---:|---|",
            f"| | {_cell(tape.a.kind)} | {_cell(tape.b.kind)} | |",
            *rows,
            "",
            *tape.footer,
            "",
        ]
    )


def _side(model: ModelFacts) -> Side:
    kind = f"mixture of {model.experts} experts, {model.experts_used or format.NONE} used" if model.is_moe else "dense"
    if model.is_server:
        kind = "on a server"
    elif model.starter:
        kind = f"{kind} · tiny teaching model"
    return Side(safe_name(model.name, 120), kind)


def _parameters(model: ModelFacts) -> str:
    if not model.parameters:
        return format.NONE
    return format.weights(model.parameters, model.active_parameters if model.is_moe else None)


def _file(model: ModelFacts) -> str:
    return f"{safe_name(model.quantization, 24)}, {format.size(model.file_bytes)}" if model.file_bytes else format.NONE


def _alone(comparison: Comparison | None) -> list[ScaleRow]:
    """Speeds of each model on its own, where something is known of them."""
    rows = [row(comparison) for row in (first_token_row, prompt_row, generation_row)] if comparison else []
    return [row for row in rows if {row.a, row.b} != {format.NONE}]


def _together(sources: TapeSources) -> ScaleRow | None:
    """Speeds while both wrote, with what is left of those alone; of a record that does not say when that was, speeds of
    whole answers with nothing beside them."""
    together = sources.together
    if together is None:
        return None
    companies = [in_company(result) for result in together.results]
    rates = [spread(shared.tokens_per_s for _, shared in rounds) for rounds in companies]
    seconds = [shared.seconds for rounds in companies for _, shared in rounds]
    note = f"overlap {format.seconds(median(seconds))}" if seconds else "overlap not recorded"
    if not seconds:
        rates = [shown_speed(result) for result in together.results]
    if not any(rates):
        return None
    held = against_alone(together, sources.alone)
    if any(slowdown is not None and slowdown.is_brief for slowdown in held.slowdowns):
        note += f", {BRIEF}"
    said = [
        f"{rate_spread(values)}{_change(held.slowdown(result.label))}"
        for result, values in zip(together.results, rates, strict=True)
    ]
    lengths = shares(*(found.median if found else None for found in rates))
    if not sources.same_prompt:
        note += ", another prompt"
    return ScaleRow("Generation speed, simultaneous", said[0], said[1], note, *lengths)


def _change(slowdown: Slowdown | None) -> str:
    """ ", -18 %" of the speed alone; "" where it is not known."""
    if slowdown is None or slowdown.writing is None:
        return ""
    return f", {format.change(slowdown.writing - 1)}"


def _mmlu(sources: TapeSources, a: ModelFacts) -> ScaleRow | None:
    found = sources.evaluation
    if found is None or len(found.lanes) != 2:
        return None
    lanes = found.lanes
    swapped = contender(lanes[0].model).key != contender(a).key
    first, second = (lanes[1], lanes[0]) if swapped else (lanes[0], lanes[1])
    said = [
        f"{format.accuracy(lane.accuracy)} ({format.between(lane.interval, 1)})" if lane.interval else format.NONE
        for lane in (first, second)
    ]
    verdict = found.paired.verdict if found.paired else Verdict.CANNOT_TELL
    better = {Verdict.A_BETTER: "BA"[not swapped], Verdict.B_BETTER: "AB"[not swapped]}.get(verdict, "")
    asked = format.plural(min(lane.n for lane in lanes), "question")
    note = f"{asked}, {found.shots}-shot, 95 %"
    return ScaleRow(safe_name(found.dataset, 30), said[0], said[1], note, first.accuracy, second.accuracy, better)


def _votes(tally: Tally | None, a: ModelFacts) -> ScaleRow | None:
    if tally is None or not tally.n:
        return None
    swapped = tally.one.key != contender(a).key
    for_a, for_b = (tally.for_two, tally.for_one) if swapped else (tally.for_one, tally.for_two)
    better = ("A" if for_a > for_b else "B") if tally.is_settled else ""
    note = f"of {format.plural(tally.n, 'blind vote')}, {'settled' if better else 'not settled'}"
    if tally.interval is not None:
        interval = (1 - tally.interval[1], 1 - tally.interval[0]) if swapped else tally.interval
        note += f"; A {format.between(interval)}"
    return ScaleRow("Preferred", str(for_a), str(for_b), note, *shares(for_a, for_b), better)


def _verdict(sources: TapeSources, lines: tuple[ScaleRow, ...]) -> str:
    """What can be said, in at most four short sentences."""
    found = {line.label: line for line in lines}
    said = [_speed_sentence(sources.alone), memory_claim(sources.main)]
    first = contender(sources.main.results[0].setup.model).key
    if (found_row := sources.evaluation) is not None and found_row.paired is not None:
        names = ("A", "B") if contender(found_row.lanes[0].model).key == first else ("B", "A")
        verdict = verdict_sentence(found_row.paired, found_row.state, *names)
        said.append(f"{safe_name(found_row.dataset, 30)}: {verdict}")
    if "Preferred" in found:
        said.append(_votes_sentence(found["Preferred"]))
    return " ".join(sentence for sentence in said if sentence)


def _speed_sentence(comparison: Comparison | None) -> str:
    verdict = speed_verdict(comparison) if comparison is not None else None
    return "Speeds are not comparable: the models did not run sequentially." if verdict is None else verdict.sentence


def _votes_sentence(line: ScaleRow) -> str:
    if not line.better:
        return "Blind votes: not settled."
    return f"Blind votes prefer {line.better}, {max(int(line.a), int(line.b))} of {int(line.a) + int(line.b)}."


def _footer(sources: TapeSources) -> tuple[str, ...]:
    machine = sources.machine
    where = [f"{safe_name(machine.processor, 80)}, {format.plural(machine.physical_cores, 'core')}"]
    if machine == UNKNOWN_MACHINE:
        where = ["unknown computer"]
    if machine.ram_total_bytes:
        where.append(f"{format.size(machine.ram_total_bytes)} RAM")
    where += [safe_name(gpu, 60) for gpu in machine.gpus[:3]]
    main = sources.main
    what = [format.moment(main.created), _engine(main.engine), f"Weigh-In {sources.version}"]
    lines = (" · ".join(where), " · ".join(part for part in what if part))
    meanwhile = _meanwhile(sources)
    return (*lines, f"Conditions: {meanwhile}") if meanwhile else lines


def _meanwhile(sources: TapeSources) -> str:
    """What else happened on the computer: heat, load, battery, sleep; "" where nothing is known."""
    measured = [
        timing
        for comparison in (sources.alone, sources.together)
        if comparison is not None
        for result in comparison.results
        for timing in (*(result.rounds or (result.answer.timing,)), *result.spoiled)
    ]
    said = conditions_words(tuple(measured))
    if any(timing.disturbed for timing in measured) and "slept" not in said:
        return f"{said}, the computer slept" if said else "the computer slept"
    return said


def _in_order_of(other: Comparison, shown: Comparison) -> Comparison:
    """`other` with its lanes as they stand in `shown`."""
    first, second = (contender(result.setup.model).key for result in shown.results)
    if first == second or contender(other.results[0].setup.model).key == first:
        return other
    a, b = other.results
    return replace(other, results=(replace(b, label=a.label), replace(a, label=b.label)))


def _engine(engine: EngineFacts | None) -> str:
    return f"llama.cpp {safe_name(engine.build, 60)}" if engine else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
