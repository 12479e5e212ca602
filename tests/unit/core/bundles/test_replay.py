from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.support.lanes import fake_model, request

from weighin.core.bundles.bundle import SCHEMA, Bundle, BundleFile, BundleModel, LaneVote
from weighin.core.bundles.replay import (
    ReplayVerdict,
    cannot_run,
    first_parting,
    lane_words,
    model_words,
    origin_words,
    replay_json,
    replayed,
    shown_here,
    verdict_words,
    votes_words,
)
from weighin.core.comparisons.comparison import Comparison, LaneResult
from weighin.core.computer.hardware import UNKNOWN_MACHINE, MachineFacts
from weighin.core.runs.answer import Answer, Failure, MemoryReceipt, StopReason, Timing
from weighin.core.runs.lane import EngineFacts, LaneSetup

TIMING = Timing(prompt_tokens=10, prompt_s=0.1, generated_tokens=21, generation_s=1.0, threads=2)
ANSWER = Answer("The answer is twelve.", "Hm.", StopReason.END, TIMING, MemoryReceipt(1, 2, 3, 4), "<p>", 4096)
ENGINE = EngineFacts("0.3.36", "b1", "AVX2")


def record(**answer: Any) -> Comparison:
    results = tuple(
        LaneResult(label, LaneSetup(replace(fake_model(name), path=f"{name}.gguf")), replace(ANSWER, **answer), ())
        for label, name in (("A", "One"), ("B", "Two"))
    )
    asked = replace(request(), lanes=(results[0].setup, results[1].setup), try_anyway=True)
    return Comparison("ab12", "2026-11-22T10:00:00+00:00", asked, results, ENGINE)


MODELS = (
    BundleModel("A", (BundleFile("One.gguf", 1_000_000, "a" * 64, "One.gguf"),), "o/one", "c" * 40),
    BundleModel("B", (BundleFile("Two.gguf", 1_000_000, "b" * 64),)),
)
BUNDLE = Bundle(
    SCHEMA,
    "1.0",
    "2026-11-22T11:00:00+00:00",
    record(),
    MODELS,
    MachineFacts("Ryzen", "Linux", 8, 32_000_000_000),
    (LaneVote("2026-11-22T10:30:00+00:00", "tie"),),
)
HERE = {"A": fake_model("One"), "B": fake_model("Two")}


def test_what_is_shown_names_the_machine_it_was_made_on() -> None:
    assert shown_here(BUNDLE, HERE).machine == BUNDLE.machine
    assert shown_here(replace(BUNDLE, machine=None), HERE).machine == UNKNOWN_MACHINE


def test_the_same_texts_are_replicated_and_speeds_are_ratios() -> None:
    ours = record(timing=replace(TIMING, generation_s=0.5, prompt_s=0.2))
    outcome = replayed(BUNDLE, ours)
    assert outcome.verdict is ReplayVerdict.REPLICATED
    assert [lane.writing_ratio for lane in outcome.lanes] == pytest.approx([2.0, 2.0])
    assert [lane.reading_ratio for lane in outcome.lanes] == pytest.approx([0.5, 0.5])
    assert (
        lane_words(outcome.lanes[0])
        == "A: same text. Speed compared with the original: generation 2.0 times, prompt 0.50 times."
    )
    assert verdict_words(outcome).startswith("Replicated")


def test_the_first_place_where_texts_part_and_what_differs() -> None:
    ours = record(text="The answer is 12.", timing=replace(TIMING, threads=4))
    outcome = replayed(BUNDLE, replace(ours, engine=replace(ENGINE, build="b2")))
    assert outcome.verdict is ReplayVerdict.DIFFERS
    lane = outcome.lanes[0]
    assert lane.parting is not None and lane.parting.at == len("The answer is ")
    assert lane.differences == ("engine build b1 → b2", "threads 2 → 4")
    assert "differs after 14 characters: original “The answer is twelve.”, here “The answer is 12.”" in lane_words(lane)
    assert "the answer of A and B differs" in verdict_words(outcome)


def test_reasoning_counts_too() -> None:
    lane = replayed(BUNDLE, record(reasoning="Hm!")).lanes[1]
    assert lane.parting is not None and lane.parting.in_reasoning and lane.parting.at == 2
    assert "its reasoning differs after 2 characters" in lane_words(lane)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"stop_reason": StopReason.CANCELLED}, "it was stopped here."),
        ({"stop_reason": StopReason.FAILED, "failure": Failure("x", "It died.")}, "it failed here: It died."),
    ],
)
def test_what_did_not_end_cannot_be_compared(changes: dict[str, Any], said: str) -> None:
    outcome = replayed(BUNDLE, record(**changes))
    assert outcome.verdict is ReplayVerdict.CANNOT
    assert outcome.lanes[0].reason == said


@pytest.mark.parametrize(
    ("a", "b", "at"), [("", "", None), ("a", "a", None), ("ab", "a", 1), ("", "x", 0), ("xa", "xb", 1)]
)
def test_first_parting(a: str, b: str, at: int | None) -> None:
    assert first_parting(a, b) == at


def test_a_model_that_is_not_here_has_no_path_that_could_be_opened() -> None:
    shown = shown_here(BUNDLE, {"A": HERE["A"]})
    assert shown.results[0].setup.model == HERE["A"] == shown.request.lanes[0].model
    assert shown.request.lanes[1].model.path == "not-here:Two.gguf"
    assert not shown.request.try_anyway
    assert "model B (Two) is not on this computer" in cannot_run(BUNDLE, {"A": HERE["A"]})
    assert cannot_run(BUNDLE, HERE) == ""


def test_a_server_cannot_be_replayed() -> None:
    a, b = BUNDLE.comparison.results
    server = replace(a, setup=replace(a.setup, model=replace(a.setup.model, path="http://server.invalid/v1#x")))
    bundle = replace(
        BUNDLE, comparison=replace(BUNDLE.comparison, results=(server, b)), models=(BundleModel("A"), MODELS[1])
    )
    assert "ran on a server" in cannot_run(bundle, {"B": HERE["B"]})
    unknown = replace(MODELS[0], files=(replace(MODELS[0].files[0], sha256=None),))
    assert "does not identify the file" in cannot_run(replace(BUNDLE, models=(unknown, MODELS[1])), {})


def test_where_a_model_can_be_had() -> None:
    assert model_words(MODELS[0], HERE["A"], True) == "A (One): same file found."
    assert model_words(MODELS[0], HERE["A"], False) == "A (One): not on this computer; 1.0 MB from o/one on the hub."
    assert "its source is unknown: Two.gguf" in model_words(MODELS[1], HERE["B"], False)
    assert "no file named" in model_words(BundleModel("A"), HERE["A"], False)


def test_words_and_json() -> None:
    assert "on Ryzen, 8 cores · llama.cpp b1" in origin_words(BUNDLE)
    body = replay_json(BUNDLE, HERE, "", replayed(BUNDLE, record()))
    assert (body["schema"], body["verdict"]) == ("weighin.replay/1", "replicated")
    assert [model["here"] for model in body["bundle"]["models"]] == [True, True]
    assert votes_words(BUNDLE) == "Blind vote: tie." and votes_words(replace(BUNDLE, votes=())) == ""
    refused = replay_json(BUNDLE, {}, "x.", None)
    assert (refused["verdict"], refused["comparison"], refused["lanes"]) == ("cannot", None, [])
