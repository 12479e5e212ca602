"""What both lanes were given, side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.lanes import fake_model, request

from weighin.core.comparisons.comparison import Comparison, LaneResult
from weighin.core.comparisons.parity import differences, unknowns
from weighin.core.comparisons.proof import first_difference, parity_words, proof_rows, sampler_words
from weighin.core.models.server import parse_address, server_facts
from weighin.core.runs.answer import Answer, MemoryReceipt, PromptProof, StopReason, Timing
from weighin.core.runs.lane import LaneSetup
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.core.runs.thinking import thinking_words

ANSWER = Answer("x", "", StopReason.END, Timing(prompt_tokens=3, threads=2), MemoryReceipt(), "<u>hi</u>", 4096,
                proof=PromptProof("own", (1, 2, 3), ("<u>", "hi", "</u>")))  # fmt: skip


def comparison(a: Answer = ANSWER, b: Answer = ANSWER, setup_b: LaneSetup | None = None) -> Comparison:
    setups = (LaneSetup(fake_model("One")), setup_b or LaneSetup(fake_model("Two")))
    results = tuple(LaneResult(label, setup, given) for label, setup, given in zip("AB", setups, (a, b), strict=True))
    return Comparison("c", "now", request(), results, None, differences(results))


def amber(made: Comparison) -> set[str]:
    return {row.name for row in proof_rows(made) if row.differs}


def test_the_same_is_not_amber() -> None:
    made = comparison()
    assert amber(made) == set() and made.differences == ()


@pytest.mark.parametrize(
    ("change", "row", "name"),
    [
        ({"rendered_prompt": "<u>hi</u>\n"}, "rendered prompt", "rendered prompt"),
        ({"context": 512}, "context", "context"),
        ({"timing": Timing(prompt_tokens=4, threads=2)}, "prompt tokens", "prompt tokens"),
        ({"timing": Timing(prompt_tokens=3, threads=1)}, "threads", "threads"),
        ({"proof": PromptProof("chatml")}, "template", "template used"),
        ({"reasoning": "hm"}, "thinking", "thinking"),
    ],
)
def test_every_difference_is_amber_and_named(change: dict[str, object], row: str, name: str) -> None:
    made = comparison(b=replace(ANSWER, **change))
    assert amber(made) == {row}
    assert made.differences == (name,)


def test_the_same_number_of_tokens_cut_elsewhere() -> None:
    other = PromptProof("own", (1, 2, 3), ("<u", ">hi", "</u>"))
    made = comparison(b=replace(ANSWER, proof=other))
    assert amber(made) == {"tokens"} and made.differences == ("tokens",)
    (row,) = (row for row in proof_rows(made) if row.name == "tokens")
    assert (row.a, row.b) == ("1: '<u>'", "1: '<u'")
    assert "tokens" not in comparison(b=replace(ANSWER, proof=None)).differences


def test_what_a_server_did_not_take_is_a_difference() -> None:
    server = LaneSetup(server_facts(parse_address("http://box/v1#m")), sampling=SamplingOptions(temperature=0.5))
    local = LaneSetup(fake_model("One"), sampling=SamplingOptions(temperature=0.5))
    given = replace(ANSWER, rendered_prompt="", proof=None, left_out=("top k", "min p", "seed"))
    results = (LaneResult("A", local, ANSWER), LaneResult("B", server, given))
    made = Comparison("c", "now", request(), results, None, differences(results))
    assert made.differences == ("top k", "min p", "seed")
    assert amber(made) == {"sampler", "seed"}
    assert "top k, min p not supported by the server" in next(r.b for r in proof_rows(made) if r.name == "sampler")


@pytest.mark.parametrize(
    ("here", "there", "named", "known"), [("", "hm", True, True), ("hm", "hm", False, True), ("hm", "", False, False)]
)
def test_thinking_on_a_server_is_seen_in_its_answer(here: str, there: str, named: bool, known: bool) -> None:
    server = LaneSetup(server_facts(parse_address("http://box/v1#m")))
    results = (
        LaneResult("A", LaneSetup(fake_model("One")), replace(ANSWER, reasoning=here)),
        LaneResult("B", server, replace(ANSWER, rendered_prompt="", proof=None, reasoning=there)),
    )
    made = Comparison("c", "now", request(), results, None, differences(results))
    assert ("thinking" in made.differences) is named is ("thinking" in amber(made))
    assert ("thinking" not in unknowns(results)) is known


def test_options_too() -> None:
    made = comparison(
        setup_b=LaneSetup(fake_model("Two"), sampling=SamplingOptions(temperature=0.7, seed=1, stop=("\n",)))
    )
    assert amber(made) == {"sampler", "seed", "stop strings"}
    assert sampler_words(SamplingOptions(temperature=0.7)) == "temperature 0.7, top-k 40, top-p 0.95, min-p 0.05"
    assert sampler_words(SamplingOptions(repeat_penalty=1.1)) == "greedy, repeat penalty 1.1"


@pytest.mark.parametrize("temperature", [0.0, 0.7])
@pytest.mark.parametrize(
    "change",
    [{"max_tokens": 7}, {"temperature": 0.3}, {"top_k": 41}, {"top_p": 0.96}, {"min_p": 0.04}, {"repeat_penalty": 1.1},
     {"seed": 43}, {"stop": ("x",)}, {"top_p": 0.9500001}, {"repeat_penalty": 1.0000001}, {"thinking": "off"},
     {"thinking_tokens": 9}, {"json_schema": "{}"}, {"grammar": "root ::= [a]"}],
)  # fmt: skip
def test_no_option_differs_unseen(change: dict[str, object], temperature: float) -> None:
    """Greedy too, where most of them play no part: what is named as not the same is amber, with both values."""
    one = SamplingOptions(temperature=temperature)
    setups = (LaneSetup(fake_model("One"), sampling=one), LaneSetup(fake_model("Two"), sampling=replace(one, **change)))
    results = tuple(LaneResult(label, setup, ANSWER) for label, setup in zip("AB", setups, strict=True))
    made = Comparison("c", "now", request(), results, None, differences(results))
    assert made.differences == tuple(name.replace("_", " ").replace("json", "JSON") for name in change)
    (row,) = (row for row in proof_rows(made) if row.differs)
    assert row.a != row.b


@pytest.mark.parametrize(
    "change", [{"batch": 256}, {"gpu_layers": 3}, {"kv_type": "q8_0"}, {"v_type": "q4_0"}, {"flash_attn": "off"}]
)
def test_no_way_of_loading_differs_unseen(change: dict[str, object]) -> None:
    made = comparison(setup_b=LaneSetup(fake_model("Two"), replace(LoadOptions(), **change)))
    assert len(made.differences) == 1 and len(amber(made)) == 1


def test_what_a_server_keeps_to_itself_is_not_a_difference() -> None:
    there = LaneSetup(server_facts(parse_address("http://h/v1#m")))
    given = Answer("x", "", StopReason.END, Timing(prompt_tokens=3), MemoryReceipt())
    rows = {row.name: row for row in proof_rows(comparison(b=given, setup_b=there))}
    assert rows["template"].b == rows["threads"].b == rows["context"].b == "on the server"
    assert not any(row.differs for row in rows.values())


def test_where_tokens_part() -> None:
    own = ANSWER.proof
    assert first_difference(own, own) is None
    assert first_difference(own, replace(own, pieces=("<u>", "h", "i</u>"))) == 1
    assert first_difference(own, replace(own, pieces=own.pieces[:2])) == 2
    assert first_difference(own, None) is None


def test_thinking() -> None:
    assert thinking_words("…<think>\n", "") == "on, opened by the template"
    assert thinking_words("…<think>\n\n</think>\n\n", "") == "off, closed by the template"
    assert thinking_words("…", "hm") == "on, by the model"
    assert thinking_words("…", "") == "none"


def own_template(given: Answer = ANSWER) -> LaneResult:
    """Lane B with a template of its own."""
    return LaneResult("B", LaneSetup(replace(fake_model("Two"), template_sha256="bb" * 32)), given)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, "Same prompt, same options"),
        ({"proof": PromptProof("own", (1, 2, 3), ("<u", ">hi", "</u>"))}, "Same question, own tokens"),
        ({"timing": Timing(prompt_tokens=4, threads=2)}, "Same question, own tokens"),
        ({"context": 512}, "! Not the same for both: context"),
        ({"proof": PromptProof("chatml"), "context": 512}, "! Not the same for both: context, use of a chat template"),
        # One template gives one text.
        ({"rendered_prompt": "<u>ho</u>"}, "! Not the same for both: rendered prompt"),
        ({"rendered_prompt": ""}, "! B stopped before it started"),
    ],
)
def test_whether_both_were_given_the_same_in_a_sentence(change: dict[str, object], sentence: str) -> None:
    said, same = parity_words(comparison(b=replace(ANSWER, **change)))
    assert (said if same else f"! {said}") == sentence


def test_templates_of_their_own_make_texts_of_their_own() -> None:
    made = comparison()
    other = own_template(replace(ANSWER, rendered_prompt="[INST]hi[/INST]", timing=Timing(prompt_tokens=9, threads=2)))
    results = (made.results[0], other)
    named = replace(made, results=results, differences=differences(results))
    assert parity_words(named) == ("Same question, own templates", True)
    wrong = replace(other, answer=replace(other.answer, context=512))
    results = (made.results[0], wrong)
    assert parity_words(replace(made, results=results, differences=differences(results))) == (
        "Not the same for both: context", False,
    )  # fmt: skip


def test_of_two_that_never_started_both_are_told() -> None:
    never = replace(ANSWER, rendered_prompt="")
    assert parity_words(comparison(never, never)) == ("Both models stopped before they started", False)
