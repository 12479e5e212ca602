"""Endings scored in the worker, held against an independent scorer that reads every prompt alone and whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gguf import GGMLQuantizationType as QT
from tests.bench.shapes import Shape, write_shape
from tests.support.gguf_files import make_model
from tests.support.plain_scorer import letter_logprobs
from tests.support.questions import make_endings
from tests.support.worker_client import WorkerClient

from weighin.core.evaluations.ending_prompt import ending_block
from weighin.core.evaluations.evaluation import NEAR_TIE, ItemResult
from weighin.core.evaluations.forms import ARC, ENDING_FORMS, HELLASWAG, WINOGRANDE
from weighin.core.evaluations.mmlu_prompt import PromptBlock, PromptItem, PromptOption
from weighin.core.evaluations.scoring import ENDING_OUTPUTS, ScoreShape
from weighin.core.runs.options import LoadOptions
from weighin.protocol.messages import Failed, Load, Loaded, Score, Scored, ScoreDone, Survey, Surveyed

SHAPE = ScoreShape(4096, 768, 1, ENDING_OUTPUTS)
STARTER = Path(__file__).resolve().parents[2] / "resources" / "starter"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    small: dict[str, Any] = {"context": 4096, "letters": True}
    return {
        "starter dense": STARTER / "weighin-starter-dense-Q8_0.gguf",
        "bpe with BOS": make_model(folder / "bos.gguf", bos=True, **small),
        "sentencepiece": make_model(folder / "spm.gguf", tokenizer="spm", **small),
        "window": write_shape(
            folder / "gemma3.gguf", Shape("gemma3", 6, 64, 4, 1, 32, 96, 400, kind=QT.F32, tied=True, window=64)
        ),
        "hybrid": write_shape(folder / "qwen35.gguf", Shape("qwen35", 4, 64, 4, 2, 64, 96, 400, kind=QT.F32, groups=1)),
    }


def block(form: str, count: int, shots: int = 0) -> PromptBlock:
    return ending_block(make_endings(form, "dev", 5), shots, make_endings(form, "test", count))


def bare(worker: WorkerClient, path: Path) -> None:
    loaded = worker.ask(Load(worker.next_id(), str(path), LoadOptions(), 1, bare=True))[-1]
    assert isinstance(loaded, Loaded), loaded


def score(
    worker: WorkerClient, asked: PromptBlock, shape: ScoreShape = SHAPE, done: tuple[str, ...] = ()
) -> tuple[dict[str, ItemResult], Any]:
    """(results by id, terminal event) of one block."""
    *events, end = worker.ask(Score(worker.next_id(), asked, shape, 1, done))
    results = [r for e in events if isinstance(e, Scored) for r in e.results]
    return {r.id: r for r in results}, end


def expected(path: Path, asked: PromptBlock) -> dict[str, list[float]]:
    """What a scorer that shares nothing makes of each option: white space at the end of a context belongs to the
    ending."""
    prompts = []
    for item in asked.items:
        for option in item.options:
            context = asked.header + item.text + option.text
            kept = context.rstrip()
            prompts.append((kept, [context[len(kept) :] + option.ending]))
    sums = iter(letter_logprobs(path, prompts))
    return {item.id: [next(sums)[0] for _ in item.options] for item in asked.items}


def compare(found: dict[str, ItemResult], wanted: dict[str, list[float]], most: float) -> None:
    """Sums agree to `most` nats, those of hundreds of tokens to a hundred-thousandth, for the other scorer reads 512 at
    a time; the choice too, but for near ties."""
    assert found.keys() == wanted.keys()
    for name, sums in wanted.items():
        logprobs = found[name].logprobs
        assert logprobs is not None and len(logprobs) == len(sums)
        apart = np.abs(np.subtract(logprobs, sums))
        assert (apart < np.maximum(most, 1e-5 * np.abs(sums))).all(), (name, logprobs, sums)
        best, second = sorted(sums, reverse=True)[:2]
        if best - second > max(NEAR_TIE, 2 * apart.max()):
            assert found[name].choice == int(np.argmax(sums))


@pytest.mark.parametrize("form", sorted(ENDING_FORMS))
def test_a_hundred_questions_of_each_form_are_those_of_an_independent_scorer(
    worker: WorkerClient, models: dict[str, Path], form: str
):
    asked = block(form, 100)
    bare(worker, models["starter dense"])
    found, end = score(worker, asked)
    assert isinstance(end, ScoreDone) and not end.notices, end
    compare(found, expected(models["starter dense"], asked), 1e-3)


@pytest.mark.parametrize("kind", ["bpe with BOS", "sentencepiece", "window", "hybrid"])
def test_every_kind_of_model_and_worked_examples(worker: WorkerClient, models: dict[str, Path], kind: str):
    bare(worker, models[kind])
    for form in sorted(ENDING_FORMS):
        asked = block(form, 2, shots=2)
        found, end = score(worker, asked)
        assert isinstance(end, ScoreDone) and not end.notices, end
        compare(found, expected(models[kind], asked), 1e-3)


@pytest.mark.parametrize("kind", ["starter dense", "hybrid"])
def test_a_question_says_the_same_alone_among_others_and_after_a_resume(models: dict[str, Path], kind: str):
    """To the last bit, whatever was read before it; in a wide context too, as runs of earlier versions have."""
    asked = block(ARC, 24, shots=1)
    with WorkerClient() as worker:
        bare(worker, models[kind])
        whole, _ = score(worker, asked)
        wide, end = score(worker, asked, ScoreShape(4096, 768, 9, ENDING_OUTPUTS))
    assert wide == whole and not end.notices
    half = tuple(sorted(whole))[:13]
    with WorkerClient() as worker:
        bare(worker, models[kind])
        rest, end = score(worker, asked, done=half)
        assert isinstance(end, ScoreDone)
        assert set(rest) == set(whole) - set(half)
        for item in asked.items[::5]:
            alone, _ = score(worker, replace(asked, items=(item,)))
            assert alone == {item.id: whole[item.id]}
    assert all(rest[name] == whole[name] for name in rest)


def test_every_prompt_is_counted_and_read_whole_but_for_its_last_token(worker: WorkerClient, models: dict[str, Path]):
    asked = block(HELLASWAG, 12, shots=3)
    bare(worker, models["bpe with BOS"])
    survey = worker.ask(Survey(worker.next_id(), asked))[-1]
    assert isinstance(survey, Surveyed)
    for _ in range(2):  # nothing is kept for the second time
        *events, end = worker.ask(Score(worker.next_id(), asked, SHAPE, 1, ()))
        groups = [event for event in events if isinstance(event, Scored)]
        assert [len(event.results) for event in groups] == [1] * 12  # each can be kept at once
        assert np.diff([0, *(event.tokens for event in groups)]).tolist() == list(survey.questions)
        assert end.tokens == sum(survey.questions)
    assert survey.header == 0
    assert survey.longest - 1 <= max(survey.questions) <= 4 * (survey.longest - 1)


def test_prompts_longer_than_a_step_and_endings_longer_than_may_be_asked_about(
    worker: WorkerClient, models: dict[str, Path]
):
    """A last part of a few tokens, an ending of many parts, an ending right behind nothing."""
    long, short = " river" * 150, " red"
    items = (
        PromptItem("long", "lamp " * 130 + "lamp:", (PromptOption("", long), PromptOption("", short))),
        PromptItem("rest", "lamp " * 258 + "lamp:", (PromptOption("", " blue"), PromptOption("", short))),
        PromptItem("short", "lamp:", (PromptOption("", short), PromptOption("", " blue"), PromptOption("", " seven"))),
        PromptItem("none", "", (PromptOption("red", " lamp."), PromptOption("blue", " lamp."))),
    )
    asked = PromptBlock("standard", "", (), items, ())
    for kind in ("starter dense", "window"):
        bare(worker, models[kind])
        wanted = expected(models[kind], asked)
        for shape in (ScoreShape(4096, 256, 1, ENDING_OUTPUTS), SHAPE):
            found, end = score(worker, asked, shape)
            assert isinstance(end, ScoreDone), end
            compare(found, wanted, 1e-3)


def test_too_long_a_prompt_is_refused_with_the_numbers(worker: WorkerClient, models: dict[str, Path]):
    bare(worker, models["bpe with BOS"])
    results, end = score(worker, block(WINOGRANDE, 6, shots=5), ScoreShape(256, 128, 1, ENDING_OUTPUTS))
    assert isinstance(end, Failed) and end.kind == "context" and not results
    assert "the context holds 256" in end.message
