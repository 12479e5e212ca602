"""Scoring in the worker, held against an independent scorer that reads every prompt alone and whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gguf import GGMLQuantizationType as QT
from jinja2 import Template
from tests.bench.shapes import Shape, write_shape
from tests.support.gguf_files import make_model
from tests.support.plain_scorer import letter_logprobs
from tests.support.questions import make_questions
from tests.support.worker_client import WorkerClient

from weighin.core.evaluations.evaluation import CHAT, NEAR_TIE, STANDARD, ItemResult
from weighin.core.evaluations.mmlu_prompt import PromptBlock, prompt_block
from weighin.core.evaluations.scoring import ScoreShape
from weighin.core.models.header_facts import model_facts
from weighin.core.runs.options import LoadOptions
from weighin.protocol.messages import Failed, Load, Loaded, Score, Scored, ScoreDone, Survey, Surveyed

SHAPE = ScoreShape(2048, 512, 17)
RESOURCES = Path(__file__).resolve().parents[2] / "resources"


def block(subject: str = "odd_jobs", count: int = 12, shots: int = 3, protocol: str = STANDARD) -> PromptBlock:
    return prompt_block(
        protocol, subject, make_questions(subject, "dev", 5), shots, make_questions(subject, "test", count)
    )


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    small: dict[str, Any] = {"context": 4096, "letters": True}
    return {
        "bpe": make_model(folder / "bpe.gguf", **small),
        "bpe with BOS": make_model(folder / "bos.gguf", bos=True, **small),
        "sentencepiece": make_model(folder / "spm.gguf", tokenizer="spm", **small),
        "mixture": make_model(folder / "moe.gguf", arch="qwen3moe", experts=8, **small),
        "two tokens a letter": make_model(folder / "two.gguf", context=4096),
        "window": write_shape(
            folder / "gemma3.gguf", Shape("gemma3", 6, 64, 4, 1, 32, 96, 400, kind=QT.F32, tied=True, window=64)
        ),
        "hybrid": write_shape(folder / "qwen35.gguf", Shape("qwen35", 4, 64, 4, 2, 64, 96, 400, kind=QT.F32, groups=1)),
    }


def score(worker: WorkerClient, asked: PromptBlock, shape: ScoreShape = SHAPE, done: tuple[str, ...] = ()) -> Any:
    """(results by id, terminal event) of one block."""
    *events, end = worker.ask(Score(worker.next_id(), asked, shape, 1, done))
    results = [r for e in events if isinstance(e, Scored) for r in e.results]
    return {r.id: r for r in results}, end


def scored(worker: WorkerClient, asked: PromptBlock, shape: ScoreShape = SHAPE) -> dict[str, ItemResult]:
    results, end = score(worker, asked, shape)
    assert isinstance(end, ScoreDone), end
    assert [item.id for item in asked.items] == sorted(results, key=[i.id for i in asked.items].index)
    return results


def bare(worker: WorkerClient, path: Path) -> None:
    loaded = worker.ask(Load(worker.next_id(), str(path), LoadOptions(), 1, bare=True))[-1]
    assert isinstance(loaded, Loaded), loaded


def tolerance(kind: str) -> float:
    """Random weights of 0.5 give logits of some ten: f16 keys and another order of summing move them by hundredths."""
    if kind == "starter":  # eight bits a number: as few as two tokens more or less together move unlikely letters
        return 0.3
    return 0.02 if kind in ("window", "hybrid") else 0.15


def compare(results: dict[str, ItemResult], expected: dict[str, list[float]], most: float) -> None:
    """Log-probabilities agree; the letter too, but for near-ties."""
    for name, wanted in expected.items():
        found = results[name].logprobs
        assert found is not None
        assert np.abs(np.subtract(found, wanted)).max() < most, (name, found, wanted)
        best, second = sorted(wanted, reverse=True)[:2]
        if best - second > NEAR_TIE:
            assert results[name].choice == int(np.argmax(wanted))


def against_an_independent_scorer(
    path: Path, blocks: list[PromptBlock], results: list[dict[str, ItemResult]], most: float
) -> None:
    """Every question of `blocks` is answered, as a scorer that shares nothing answers it."""
    prompts = [(b.header + item.text, list(b.continuations)) for b in blocks for item in b.items]
    expected = iter(letter_logprobs(path, prompts))
    for asked, found in zip(blocks, results, strict=True):
        compare(found, {item.id: next(expected) for item in asked.items}, most)


KINDS = ("bpe", "bpe with BOS", "sentencepiece", "mixture", "two tokens a letter", "window", "hybrid")


@pytest.mark.parametrize("kind", KINDS)
def test_letters_are_those_of_an_independent_scorer(worker: WorkerClient, models: dict[str, Path], kind: str):
    blocks = [block(count=5, shots=1), block("night_sky", 2, shots=2), block("night_sky", 2, shots=0)]
    bare(worker, models[kind])
    results = [scored(worker, asked) for asked in blocks]
    against_an_independent_scorer(models[kind], blocks, results, tolerance(kind))


NOT_SHARED = "This model cannot share few-shot examples between questions, so scoring takes longer"


@pytest.mark.parametrize("kind", ["bpe", "hybrid"])
def test_what_finds_no_room_beside_others_is_read_alone(worker: WorkerClient, models: dict[str, Path], kind: str):
    """A header with a group of questions behind it does not fit into this context, each whole prompt does."""
    asked = [block(count=8, shots=2), block("night_sky", 2, 2)]
    bare(worker, models[kind])
    surveys = [worker.ask(Survey(worker.next_id(), b))[-1] for b in asked]
    longest = max(s.header + max(s.questions) for s in surveys)
    shape = ScoreShape(-(-longest // 256) * 256, 512, 33)
    assert surveys[0].header + 512 > shape.context + 64
    ends = [score(worker, b, shape) for b in asked]
    half = tuple(sorted(ends[0][0]))[:4]
    rest, end = score(worker, asked[0], shape, half)
    for _, done in (*ends, ((), end)):
        assert isinstance(done, ScoreDone), done
        assert [n for n in done.notices if n.startswith(NOT_SHARED)], done
    against_an_independent_scorer(models[kind], asked, [results for results, _ in ends], tolerance(kind))
    assert set(rest) == {item.id for item in asked[0].items} - set(half)
    assert all(rest[name] == ends[0][0][name] for name in rest)


def test_a_model_that_says_something_else_beside_others_is_read_alone(models: dict[str, Path]):
    """A worker whose engine does not copy the header: each answer would be that of a question without examples."""
    asked = [block(count=6, shots=3), block("night_sky", 3, 3)]
    with WorkerClient(program="tests.support.forgetful_worker") as worker:
        bare(worker, models["bpe"])
        ends = [score(worker, b) for b in asked]
    for _, done in ends:
        assert isinstance(done, ScoreDone), done
        assert [n for n in done.notices if n.startswith(NOT_SHARED)], done
    against_an_independent_scorer(models["bpe"], asked, [results for results, _ in ends], tolerance("bpe"))


def rendered(template: str, asked: PromptBlock, text: str) -> str:
    """What `template` makes of a question, by Jinja alone."""
    turns = [{"role": "system", "content": asked.header}]
    turns += [{"role": turn.role, "content": turn.content} for turn in asked.turns]
    turns.append({"role": "user", "content": text})
    return Template(template).render(messages=turns, add_generation_prompt=True, enable_thinking=False)


@pytest.mark.parametrize("kind", ["bpe", "bpe with BOS", "mixture", "window", "hybrid", "starter"])
def test_letters_by_chat_are_those_of_an_independent_scorer(worker: WorkerClient, models: dict[str, Path], kind: str):
    path = RESOURCES / "starter" / "weighin-starter-dense-Q8_0.gguf" if kind == "starter" else models[kind]
    template = model_facts(path).template
    assert template is not None
    blocks = [block(count=3, shots=1, protocol=CHAT), block("night_sky", 2, shots=0, protocol=CHAT)]
    bare(worker, path)
    results = [scored(worker, asked) for asked in blocks]
    prompts = [(rendered(template, b, item.text), list("ABCD")) for b in blocks for item in b.items]
    expected = iter(letter_logprobs(path, prompts, "rendered"))
    for asked, found in zip(blocks, results, strict=True):
        compare(found, {item.id: next(expected) for item in asked.items}, tolerance(kind))


MARKED = "{% for m in messages %}<|im_start|>{{ m.role }}\n{SAID}<|im_end|>\n{% endfor %}<|im_start|>assistant\n"


def test_a_template_made_for_typed_content_and_an_end_token_to_be_added_score_the_same(
    worker: WorkerClient, tmp_path: Path
):
    small: dict[str, Any] = {"context": 4096, "letters": True}
    plain = make_model(tmp_path / "a.gguf", template=MARKED.replace("{SAID}", "{{ m.content }}"), **small)
    typed = MARKED.replace("{SAID}", "{% for p in m.content %}{{ p.text }}{% endfor %}")
    odd = make_model(tmp_path / "b.gguf", template=typed, entries={"tokenizer.ggml.add_eos_token": True}, **small)
    found = []
    for path in (plain, odd):
        bare(worker, path)
        found.append([scored(worker, block(count=5, shots=1, protocol=kind)) for kind in (CHAT, STANDARD)])
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{% for m in messages %}[{{ m.role }}]{% endfor %}", "it leaves out the question"),
        ("{{ messages[0].content }}[assistant]", "it leaves out the question"),
        ("{{ messages[-1].content }}[assistant]", "it leaves out earlier turns"),
        (
            "{% if messages[0].role == 'system' %}{{ raise_exception('no') }}{% endif %}{{ messages[0].role }}",
            "it leaves out the question",
        ),
        ("chatml", "no chat template"),
        (" ", "no chat template"),
    ],
)
def test_a_template_that_loses_the_question_gives_no_score(
    worker: WorkerClient, tmp_path: Path, template: str, words: str
):
    model = make_model(tmp_path / "m.gguf", template=template, context=4096, letters=True)
    asked = block(count=5, shots=1, protocol=CHAT)
    bare(worker, model)
    for request in (Survey(worker.next_id(), asked), Score(worker.next_id(), asked, SHAPE, 1)):
        refused = worker.ask(request)[-1]
        assert isinstance(refused, Failed), refused
        assert refused.kind == "template"
        assert words in refused.message and "Use the standard protocol" in refused.message.replace("use", "Use")
    scored(worker, block(count=5, shots=1))


@pytest.mark.parametrize("kind", ["bpe", "sentencepiece", "window", "hybrid"])
def test_how_many_are_read_together_makes_no_difference(worker: WorkerClient, models: dict[str, Path], kind: str):
    bare(worker, models[kind])
    expected = {n: list(r.logprobs or ()) for n, r in scored(worker, block(), ScoreShape(2048, 512, 1)).items()}
    for shape in (SHAPE, ScoreShape(1024, 64, 3)):
        compare(scored(worker, block(), shape), expected, tolerance(kind))


def test_each_header_and_each_question_is_read_once(worker: WorkerClient, models: dict[str, Path]):
    asked = [block("odd_jobs", 40, 5), block("night_sky", 40, 5)]
    bare(worker, models["bpe"])
    surveys = [worker.ask(Survey(worker.next_id(), b))[-1] for b in asked]
    assert all(isinstance(s, Surveyed) for s in surveys)
    unique = sum(s.header + sum(s.questions) for s in surveys)
    ends = [score(worker, b, ScoreShape(8192, 512, 17))[1] for b in asked]
    again = score(worker, asked[1], ScoreShape(8192, 512, 17))[1]
    proof = surveys[0].header + max(surveys[0].questions)
    assert unique <= sum(end.tokens for end in ends) <= unique + proof
    assert again.tokens == sum(surveys[1].questions)  # its header was still there


def test_what_is_done_is_not_read_again_and_changes_nothing(models: dict[str, Path]):
    asked = block(count=24, shots=1)
    with WorkerClient() as worker:
        bare(worker, models["hybrid"])
        whole, _ = score(worker, asked, ScoreShape(4096, 256, 5))
    half = tuple(sorted(whole))[:17]
    with WorkerClient() as worker:
        bare(worker, models["hybrid"])
        rest, end = score(worker, asked, ScoreShape(4096, 256, 5), half)
    assert isinstance(end, ScoreDone)
    assert set(rest) == set(whole) - set(half)
    assert all(rest[name] == whole[name] for name in rest)  # to the last bit


def test_real_weights_with_and_without_a_template(worker: WorkerClient):
    path = RESOURCES / "starter" / "weighin-starter-dense-Q8_0.gguf"
    bare(worker, path)
    standard, chat = scored(worker, block()), scored(worker, block(protocol=CHAT))
    assert standard.keys() == chat.keys()
    assert any(standard[name].logprobs != chat[name].logprobs for name in standard)


def test_too_many_shots_are_refused_with_the_numbers(worker: WorkerClient, models: dict[str, Path]):
    bare(worker, models["bpe"])
    results, end = score(worker, block(shots=5), ScoreShape(256, 128, 5))
    assert isinstance(end, Failed)
    assert end.kind == "context"
    assert "the context holds 256: use fewer few-shot examples" in end.message
    assert not results


def test_a_model_without_a_template_cannot_chat(worker: WorkerClient, models: dict[str, Path], tiny_spm: Path):
    bare(worker, tiny_spm)
    _, end = score(worker, block(protocol=CHAT))
    assert end.kind == "template"


def test_a_template_that_always_thinks_is_refused(worker: WorkerClient, tmp_path: Path):
    template = "{% for m in messages %}{{ m.content }}\n{% endfor %}<think>\n"
    path = make_model(tmp_path / "think.gguf", template=template, context=4096)
    bare(worker, path)
    _, end = score(worker, block(protocol=CHAT))
    assert end.kind == "thinking"


def test_thinking_is_switched_off_where_that_can_be(worker: WorkerClient, tmp_path: Path):
    template = (
        "{% for m in messages %}{{ m.content }}\n{% endfor %}"
        "{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n{% else %}<think>\n{% endif %}"
    )
    path = make_model(tmp_path / "think.gguf", template=template, context=4096)
    bare(worker, path)
    assert len(scored(worker, block(protocol=CHAT))) == 12


def test_a_model_that_gives_no_numbers_says_so_for_each_question(worker: WorkerClient, tmp_path: Path):
    path = make_model(tmp_path / "nan.gguf", context=4096, letters=True, broken=True)
    bare(worker, path)
    results = scored(worker, block(count=5))
    assert {r.failure for r in results.values()} == {"The model returned no numbers (NaN) for this question."}
    assert all(r.choice is None for r in results.values())


def test_a_worker_for_scoring_answers_no_prompts(models: dict[str, Path]):
    with WorkerClient() as worker:
        bare(worker, models["bpe"])
        assert worker.generate("hello")[-1].kind == "not_loaded"
    with WorkerClient() as worker:
        worker.loaded(models["bpe"])
        assert score(worker, block())[1].kind == "not_loaded"
