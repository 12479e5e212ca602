"""Endings scored in the worker, held against an independent scorer that reads every prompt alone and whole."""

from __future__ import annotations

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

SHARED = ScoreShape(4096, 768, 33, ENDING_OUTPUTS)
ONE_BY_ONE = ScoreShape(4096, 768, 1, ENDING_OUTPUTS)
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
    worker: WorkerClient, asked: PromptBlock, shape: ScoreShape = SHARED, done: tuple[str, ...] = ()
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


def compare(found: dict[str, ItemResult], wanted: dict[str, list[float]], most: float, share: float = 0.0) -> None:
    """Sums agree to `most` nats and that share of them; the choice too, but for near ties."""
    assert found.keys() == wanted.keys()
    for name, sums in wanted.items():
        logprobs = found[name].logprobs
        assert logprobs is not None and len(logprobs) == len(sums)
        apart = np.abs(np.subtract(logprobs, sums))
        assert (apart < most + share * np.abs(sums)).all(), (name, logprobs, sums)
        best, second = sorted(sums, reverse=True)[:2]
        if best - second > max(NEAR_TIE, 2 * apart.max()):
            assert found[name].choice == int(np.argmax(sums))


@pytest.mark.parametrize("form", sorted(ENDING_FORMS))
def test_a_hundred_questions_of_each_form_are_those_of_an_independent_scorer(
    worker: WorkerClient, models: dict[str, Path], form: str
):
    """Read one by one the numbers are the same but for the last bits; side by side they differ by rounding alone."""
    asked = block(form, 100)
    bare(worker, models["starter dense"])
    alone, end = score(worker, asked, ONE_BY_ONE)
    assert isinstance(end, ScoreDone), end
    compare(alone, expected(models["starter dense"], asked), 1e-3)
    beside, end = score(worker, asked)
    assert isinstance(end, ScoreDone) and not end.notices, end
    # Eight bits a number: as few as two tokens more or less together move words it never saw by tenths, some by nats.
    apart = [abs(a - b) for n, r in alone.items() for a, b in zip(r.logprobs, beside[n].logprobs, strict=True)]
    assert np.median(apart) < 0.3
    assert sum(alone[name].choice == beside[name].choice for name in alone) >= 95


@pytest.mark.parametrize("kind", ["bpe with BOS", "sentencepiece", "window", "hybrid"])
def test_every_kind_of_model_and_worked_examples(worker: WorkerClient, models: dict[str, Path], kind: str):
    bare(worker, models[kind])
    for form in sorted(ENDING_FORMS):
        asked = block(form, 6, shots=2)
        alone, _ = score(worker, asked, ONE_BY_ONE)
        compare(alone, expected(models[kind], asked), 0.02)
        beside, end = score(worker, asked)
        assert isinstance(end, ScoreDone) and not end.notices, end
        compare(beside, {name: list(result.logprobs or ()) for name, result in alone.items()}, 0.15, 0.01)


def test_a_context_is_read_once_and_the_last_token_of_an_ending_never(worker: WorkerClient, models: dict[str, Path]):
    asked = block(HELLASWAG, 30, shots=3)
    bare(worker, models["bpe with BOS"])
    survey = worker.ask(Survey(worker.next_id(), asked))[-1]
    assert isinstance(survey, Surveyed)
    _, end = score(worker, asked)
    unique = survey.header + sum(survey.questions)
    # The shortest question of the first group was read alone once, each of its endings with the whole prompt.
    assert unique < end.tokens <= unique + 4 * survey.longest
    _, again = score(worker, asked)
    assert again.tokens == sum(survey.questions)  # the examples were still there
    naive = sum(len(item.options) for item in asked.items) * survey.header
    assert again.tokens < naive / 3


def test_what_is_done_is_not_read_again_and_changes_nothing(models: dict[str, Path]):
    asked = block(ARC, 24, shots=1)
    shape = ScoreShape(4096, 256, 9, ENDING_OUTPUTS)
    with WorkerClient() as worker:
        bare(worker, models["hybrid"])
        whole, _ = score(worker, asked, shape)
    half = tuple(sorted(whole))[:13]
    with WorkerClient() as worker:
        bare(worker, models["hybrid"])
        rest, end = score(worker, asked, shape, half)
    assert isinstance(end, ScoreDone)
    assert set(rest) == set(whole) - set(half)
    assert all(rest[name] == whole[name] for name in rest)  # to the last bit


@pytest.mark.parametrize("kind", ["bpe with BOS", "window"])
def test_a_model_that_says_something_else_beside_others_is_read_alone(models: dict[str, Path], kind: str):
    """A worker whose engine does not copy what was read: each ending would be judged without its context."""
    asked = block(HELLASWAG, 6, shots=1)
    with WorkerClient(program="tests.support.forgetful_worker") as worker:
        bare(worker, models[kind])
        results, end = score(worker, asked)
    assert isinstance(end, ScoreDone), end
    assert any(notice.startswith("This model cannot share") for notice in end.notices)
    compare(results, expected(models[kind], asked), 0.02)


def test_endings_longer_than_a_step_and_one_beside_many(worker: WorkerClient, models: dict[str, Path]):
    """More tokens than may be asked about in one go, a context longer than a step, an ending right behind nothing."""
    long, short = " river" * 150, " red"
    items = (
        PromptItem("long", "lamp " * 130 + "lamp:", (PromptOption("", long), PromptOption("", short))),
        PromptItem("short", "lamp:", (PromptOption("", short), PromptOption("", " blue"), PromptOption("", " seven"))),
        PromptItem("none", "", (PromptOption("red", " lamp."), PromptOption("blue", " lamp."))),
    )
    asked = PromptBlock("standard", "", (), items, ())
    bare(worker, models["window"])
    for shape in (ScoreShape(4096, 64, 9, ENDING_OUTPUTS), ScoreShape(4096, 768, 33, 20), ONE_BY_ONE):
        found, end = score(worker, asked, shape)
        assert isinstance(end, ScoreDone), end
        compare(found, expected(models["window"], asked), 0.05, 0.001)


def test_too_long_a_prompt_is_refused_with_the_numbers(worker: WorkerClient, models: dict[str, Path]):
    bare(worker, models["bpe with BOS"])
    results, end = score(worker, block(WINOGRANDE, 6, shots=5), ScoreShape(256, 128, 9, ENDING_OUTPUTS))
    assert isinstance(end, Failed) and end.kind == "context" and not results
    assert "the context holds 256" in end.message
