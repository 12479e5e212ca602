from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.core.bundles.test_replay import ENGINE, record

from weighin.core.comparisons.blind import Contender, Tally, contender
from weighin.core.comparisons.comparison import Comparison
from weighin.core.comparisons.scale import ScaleRow
from weighin.core.computer.hardware import UNKNOWN_MACHINE, MachineFacts
from weighin.core.evaluations.evaluation import LaneEvaluation
from weighin.core.evaluations.stored_evaluation import EvaluationRow
from weighin.core.models.model import ModelFacts
from weighin.core.runs.answer import Timing
from weighin.core.runs.chat import Prompt
from weighin.core.runs.conditions import Conditions
from weighin.core.runs.energy import Energy
from weighin.core.runs.lane import Mode
from weighin.core.runs.pace import Beside, Pace
from weighin.core.runs.run_state import RunState
from weighin.core.statistics.intervals import wilson
from weighin.core.statistics.paired import compare
from weighin.core.tape import Tape, TapeSources, tape_markdown, tape_of

DENSE = ModelFacts(
    "Qwen3.5-27B-Instruct-2507", "/m/d.gguf", 16_500_000_000, "qwen35", "Q4_K_M", 27_000_000_000, 27_000_000_000
)
LONG = "Qwen3.5-397B-A17B-Thinking-Very-Long-Name-Of-A-Fine-Tune-By-Somebody-With-Patience-v2.1-imatrix-GGUF"
MOE = replace(DENSE, name=LONG, path="/m/m.gguf", file_bytes=243_000_000_000, parameters=397_000_000_000,
              active_parameters=17_000_000_000, experts=512, experts_used=10)  # fmt: skip
MACHINE = MachineFacts("AMD Ryzen Threadripper PRO 7995WX", "Linux", 96, 512_000_000_000, ("NVIDIA RTX 6000 Ada",))


def timings(rate: float, *spread: float) -> tuple[Timing, ...]:
    """Rounds whose writing speed is `rate` times each of `spread`, with the other lane beside them to the end."""
    made = []
    for part in spread:
        seconds, first = 100 / (rate * part), 0.3 / part
        pace = Pace(0.0, 0.0, tuple(first + seconds * n / 100 for n in range(101)), tuple(range(1, 102)))
        made.append(
            Timing(prompt_tokens=512, prompt_s=1 / part, first_token_s=first, generated_tokens=101,
                   generation_s=seconds, total_s=first + seconds, pace=pace, beside=Beside(0.0, first + seconds))
        )  # fmt: skip
    return tuple(made)


def counted(made: Comparison, a: float | None, b: float | None) -> Comparison:
    """The same with so many joules an answer."""
    results = tuple(
        replace(result, rounds=tuple(
            replace(t, energy=None if joules is None else Energy(joules * (1 + n / 100), "RAPL: processor"))
            for n, t in enumerate(result.rounds)))
        for result, joules in zip(made.results, (a, b), strict=True)
    )  # fmt: skip
    return replace(made, results=results)


def pair(a: float, b: float, *spread: float, mode: Mode = Mode.ALONE) -> Comparison:
    """Both models with these speeds."""
    made = record()
    results = tuple(
        replace(
            result,
            setup=replace(result.setup, model=model),
            answer=replace(result.answer, timing=rounds[0], memory=replace(result.answer.memory, peak_bytes=peak)),
            rounds=rounds,
        )
        for result, model, rounds, peak in zip(
            made.results,
            (DENSE, MOE),
            (timings(a, *spread), timings(b, *spread)),
            (18_400_000_000, 251_000_000_000),
            strict=True,
        )
    )
    return replace(made, request=replace(made.request, mode=mode), results=results, engine=ENGINE)


def evaluation(first: ModelFacts = DENSE, second: ModelFacts = MOE) -> EvaluationRow:
    """A made-up score of both."""
    lanes = tuple(
        LaneEvaluation(label, model, 400, right, right / 400, wilson(right, 400), {})
        for label, model, right in (("A", first, 300), ("B", second, 340))
    )
    paired = compare(290, 10, 50, 50)
    return EvaluationRow(
        "e", "2026", RunState.FINISHED, "mmlu", "MMLU", "standard", 5, "test", 400, lanes, paired, False
    )


def big(**changes: Any) -> TapeSources:
    """Everything there can be."""
    tally = Tally(contender(MOE), contender(DENSE), 15, 5, 2)
    alone, together = pair(31.0, 12.4, 1.0, 1.02, 0.99), pair(18.0, 9.0, 1.0, mode=Mode.TOGETHER)
    return replace(TapeSources(alone, together, tally, evaluation(), MACHINE, "1.0"), **changes)


def lines(tape: Tape) -> dict[str, tuple[str, str, str]]:
    return {line.label: (line.a, line.b, line.better) for line in tape.lines}


def test_every_number_of_both() -> None:
    told = lines(tape_of(big()))
    assert told["Parameters"] == ("27.0B", "397B, 17.0B active", "")
    assert told["Memory"] == ("18.4 GB", "251 GB", "A")
    assert told["Generation speed"] == ("31.0 (30.7–31.6) tok/s", "12.4 (12.3–12.6) tok/s", "A")
    assert told["Generation speed, simultaneous"] == ("18.0 tok/s, -42 %", "9.00 tok/s, -27 %", "")
    assert told["MMLU"][:2] == ("75.0 % (70.5 to 79.0 %)", "85.0 % (81.2 to 88.2 %)")
    assert told["MMLU"][2] == "B"
    assert told["Preferred"] == ("5", "15", "B")


def test_the_verdict_says_only_what_was_shown() -> None:
    verdict = tape_of(big()).verdict
    assert verdict.startswith("A writes 2.5 times as fast. A needs 233 GB less memory.")
    assert "MMLU: B is better" in verdict and verdict.endswith("Blind votes prefer B, 15 of 20.")
    close = tape_of(big(alone=pair(31.0, 30.0, 1.0), tally=None, evaluation=None))
    assert lines(close)["Generation speed"][2] == ""
    assert close.verdict.startswith("Both write about equally fast.")


@pytest.mark.parametrize(("spread", "better"), [((1.0,), ""), ((0.99, 1.0, 1.01), "A"), ((0.9, 1.0, 1.1), "")])
def test_a_difference_within_the_noise_is_none(spread: tuple[float, ...], better: str) -> None:
    assert lines(tape_of(big(alone=pair(33.0, 30.0, *spread))))["Generation speed"][2] == better


def test_what_is_not_known_is_left_out() -> None:
    little = tape_of(big(alone=None, tally=None, evaluation=None))
    assert set(lines(little)) == {"Parameters", "File", "Memory", "Generation speed, simultaneous", "Energy per answer"}
    assert lines(little)["Generation speed, simultaneous"][:2] == ("18.0 tok/s", "9.00 tok/s")
    assert "the models did not run sequentially" in little.verdict
    short = tape_of(big(alone=replace(big().main, results=record(timing=Timing()).results), together=None))
    assert "Generation speed" not in lines(short)


def test_an_evaluation_with_the_models_the_other_way_round() -> None:
    told = lines(tape_of(big(evaluation=evaluation(MOE, DENSE))))
    assert "MMLU: A is better" not in tape_of(big()).verdict
    assert told["MMLU"] == ("85.0 % (81.2 to 88.2 %)", "75.0 % (70.5 to 79.0 %)", "A")


def test_a_page_that_hostile_names_cannot_break() -> None:
    evil = replace(DENSE, name="a | b\n# <script>")
    alone = big().main
    results = (replace(alone.results[0], setup=replace(alone.results[0].setup, model=evil)), alone.results[1])
    page = tape_markdown(tape_of(big(alone=replace(alone, results=results), tally=None, evaluation=None)))
    assert "<script>" not in page and "\n# &lt;" not in page
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert {row.replace("\\|", "").count("|") for row in rows} == {5}


def test_votes_with_their_interval() -> None:
    (line,) = (line for line in tape_of(big()).lines if line.label == "Preferred")
    assert line.note == "of 22 blind votes, settled; A 9 to 49 %"


def test_lanes_of_the_other_mode_stand_as_they_are_shown() -> None:
    together = big().together
    a, b = together.results
    swapped = replace(together, results=(replace(b, label="A"), replace(a, label="B")))
    assert lines(tape_of(big(together=swapped))) == lines(tape_of(big()))


def test_another_prompt_is_said() -> None:
    together = big().together
    other = replace(together, request=replace(together.request, prompt=Prompt("Something else")))
    notes = {line.label: line.note for line in tape_of(big(together=other)).lines}
    assert notes["Generation speed, simultaneous"].endswith(", another prompt")


def test_speeds_together_are_those_while_both_computed() -> None:
    """B ends after a third of A's answer: what A wrote after that counts for nothing."""
    together = big().together
    one = replace(together.results[0].rounds[0], beside=Beside(0.0, 0.3 + 33 / 18.0 + 0.01))
    slow = replace(one, pace=replace(one.pace, mark_s=(*(0.3 + n / 18 for n in range(34)), *(
        0.3 + 33 / 18 + n / 90 for n in range(1, 68)))))  # fmt: skip
    shown = replace(together, results=(replace(together.results[0], rounds=(slow,)), together.results[1]))
    line = next(line for line in tape_of(big(together=shown)).lines if line.label == "Generation speed, simultaneous")
    assert line.a == "18.0 tok/s, -42 %"
    assert line.note.startswith("overlap ")
    bare = tuple(
        replace(result, rounds=tuple(replace(t, pace=None, beside=None) for t in result.rounds))
        for result in together.results
    )
    told = tape_of(big(together=replace(together, results=bare)))
    old = next(line for line in told.lines if line.label == "Generation speed, simultaneous")
    assert (old.a, old.note) == ("18.0 tok/s", "overlap not recorded")


def test_a_moment_together_is_said_to_be_too_short() -> None:
    together = big().together
    results = tuple(
        replace(result, rounds=tuple(replace(t, beside=Beside(0.0, 0.45)) for t in result.rounds))
        for result in together.results
    )
    quick = replace(results[0].rounds[0].pace, mark_s=tuple(0.3 + n / 100 for n in range(101)))
    results = tuple(replace(r, rounds=tuple(replace(t, pace=quick) for t in r.rounds)) for r in results)
    notes = {line.label: line.note for line in tape_of(big(together=replace(together, results=results))).lines}
    assert notes["Generation speed, simultaneous"].endswith("run too short")
    assert "too short" not in {line.label: line.note for line in tape_of(big()).lines}["Generation speed, simultaneous"]


def test_energy_of_an_answer_with_its_source() -> None:
    def energy(a: float | None, b: float | None) -> ScaleRow:
        tape = tape_of(big(alone=counted(pair(31.0, 12.4, 1.0, 1.01, 1.02), a, b)))
        assert "| Energy per answer |" in tape_markdown(tape)
        return next(line for line in tape.lines if line.label == "Energy per answer")

    line = energy(12.0, 260.0)
    assert (line.a, line.b, line.better) == ("12.1 J (12.0 J–12.2 J)", "263 J (260 J–265 J)", "A")
    assert line.note == "RAPL: processor"
    half = energy(None, 260.0)
    assert (half.a, half.better, half.share_a) == ("-", "", None)
    none = energy(None, None)
    assert (none.a, none.b, none.note) == ("-", "-", "not counted here")
    alone = next(line for line in tape_of(big(alone=None)).lines if line.label == "Energy per answer")
    assert (alone.a, alone.note) == ("-", "not measured alone")


def test_what_disturbed_reaches_the_picture() -> None:
    alone = big().alone
    hot = replace(alone.results[0].rounds[0], conditions=Conditions(throttled=True, other_cores=3.0, on_battery=True))
    results = (replace(alone.results[0], rounds=(hot, *alone.results[0].rounds[1:])), alone.results[1])
    footer = tape_of(big(alone=replace(alone, results=results))).footer
    assert footer[2].startswith("Conditions: ") and "throttled" in footer[2] and "3.0 cores" in footer[2]
    slept = (replace(results[0], rounds=(Timing(disturbed=True),)), results[1])
    assert "slept" in tape_of(big(alone=replace(alone, results=slept))).footer[2]
    assert len(tape_of(big()).footer) == 2


def test_a_record_that_names_no_computer() -> None:
    assert tape_of(big(machine=UNKNOWN_MACHINE)).footer[0] == "unknown computer"


def test_footer_and_modes() -> None:
    footer = "\n".join(tape_of(big()).footer)
    for word in ("Threadripper", "96 cores", "512 GB RAM", "RTX 6000", "llama.cpp b1", "Weigh-In 1.0"):
        assert word in footer
    assert Contender("k", "n").title == "n"
