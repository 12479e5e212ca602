"""Scoring questions behind a shared header, beside plain prompt reading and beside one whole prompt after the other.

The files have the shape of real models and random weights; the prompts have the token counts of MMLU's: a header of
five shots of about 514 tokens, questions of about 105 (median 73), ten to a subject as in a sample of 570. A few
subjects stand for all 57: what is measured is the same for each.
"""

from __future__ import annotations

import random
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.bench.shapes import QWEN3_06B, SMALL_MOE, Shape, write_shape
from tests.support.worker_client import WorkerClient
from weighin.core.comparisons.options import LoadOptions
from weighin.core.evaluations.evaluation import NEAR_TIE, STANDARD, ItemResult
from weighin.core.evaluations.mmlu_prompt import PromptBlock, PromptItem
from weighin.core.evaluations.questions import LETTERS
from weighin.core.evaluations.scoring import ScoreShape, TokenSurvey, choose_shape
from weighin.core.gguf.facts import model_facts
from weighin.protocol.messages import Bench, Benched, Load, Score, Scored, ScoreDone, Survey, Surveyed
from weighin.services.machine.hardware import physical_cores

SUBJECTS, QUESTIONS = 4, 10
PLAIN = 512


def main() -> None:
    """Print ratios; targets in brackets."""
    with tempfile.TemporaryDirectory() as folder:
        for name, shape in (("0.6B shape", QWEN3_06B), ("MoE shape", SMALL_MOE)):
            path = write_shape(Path(folder) / f"{shape.arch}.gguf", shape)
            _measure(name, shape, path)
            path.unlink()


@dataclass
class _Outcome:
    """One way of scoring: what it read, how long, what it said."""

    tokens: int = 0
    seconds: float = 0.0
    results: dict[str, ItemResult] = field(default_factory=dict)


def _measure(name: str, shape: Shape, path: Path) -> None:
    threads = physical_cores()
    blocks = _blocks()
    with WorkerClient() as scorer, WorkerClient() as reader:
        scorer.ask(Load(scorer.next_id(), str(path), LoadOptions(), threads, bare=True))
        reader.loaded(path, threads=threads, context=2048, batch=PLAIN)
        surveys = [_survey(scorer, block) for block in blocks]
        counted = TokenSurvey(
            header=max(s.header for s in surveys),
            prompt=max(s.header + max(s.questions) for s in surveys),
            question=max(max(s.questions) for s in surveys),
        )
        chosen = choose_shape(counted, model_facts(path), None)
        unique = sum(s.header + sum(s.questions) for s in surveys)
        _plain(reader, threads)  # weights are read from disk once before anything counts
        ratios, shared = [], _Outcome()
        for block, survey in zip(blocks, surveys, strict=True):
            before = _plain(reader, threads)
            outcome = _score(scorer, block, chosen, threads)
            after = _plain(reader, threads)
            _add(shared, outcome)
            needed = survey.header + sum(survey.questions)
            ratios.append(needed / outcome.seconds / median((before, after)))
        peak = _peak(scorer)
        together = _score(scorer, blocks[0], chosen, threads)
        alone = _score(scorer, blocks[0], ScoreShape(chosen.context, PLAIN, 1), threads)
    write = sys.stdout.write
    write(f"{name} ({shape.layers} layers, {threads} threads, {SUBJECTS} subjects of {QUESTIONS} questions, 5 shots)\n")
    write(f"  tokens read / tokens needed = {shared.tokens / unique:.4f}, one proof of sharing in it")
    write(f"; at 570 questions {1 + (shared.tokens - unique) / (unique * 57 / SUBJECTS):.4f} (target 1.02)\n")
    write(f"  needed tokens/s / plain reading of {PLAIN} = {median(ratios):.3f} ")
    write(f"(subjects {min(ratios):.3f} to {max(ratios):.3f}; target 0.85)\n")
    write(f"  speed / one whole prompt at a time = {alone.seconds / together.seconds:.2f} (target 5)\n")
    write(f"  {_agreement(alone, together)}; memory at most {(peak or 0) / 1e6:.0f} MB, shape {chosen}\n")
    sys.stdout.flush()


def _blocks() -> list[PromptBlock]:
    """Prompts with MMLU's token counts: in these vocabularies " w" is one token, everything else one a byte."""
    draw = random.Random(570)
    blocks = []
    for subject in range(SUBJECTS):
        header = " w" * max(200, round(draw.gauss(514, 120)))
        items = []
        for row in range(QUESTIONS):
            length = min(1000, max(30, round(draw.lognormvariate(4.29, 0.8))))
            words = [" w"] * (length - 12)
            for _ in range(4):  # questions differ, so that letters do
                words[draw.randrange(len(words))] = f" {draw.randrange(10)}"
            items.append(PromptItem(f"s{subject}/test/{row}", "".join(words) + "\nAnswer:"))
        continuations = tuple(f" {letter}" for letter in LETTERS)
        blocks.append(PromptBlock(STANDARD, header, (), tuple(items), continuations))
    return blocks


def _survey(worker: WorkerClient, block: PromptBlock) -> Surveyed:
    survey = worker.ask(Survey(worker.next_id(), block))[-1]
    assert isinstance(survey, Surveyed), survey
    return survey


def _score(worker: WorkerClient, block: PromptBlock, shape: ScoreShape, threads: int) -> _Outcome:
    *events, end = worker.ask(Score(worker.next_id(), block, shape, threads))
    assert isinstance(end, ScoreDone), end
    results = {r.id: r for event in events if isinstance(event, Scored) for r in event.results}
    return _Outcome(end.tokens, end.seconds, results)


def _add(total: _Outcome, part: _Outcome) -> None:
    total.tokens += part.tokens
    total.seconds += part.seconds
    total.results |= part.results


def _plain(worker: WorkerClient, threads: int) -> float:
    """Tokens a second of reading one prompt."""
    done = worker.ask(Bench(worker.next_id(), PLAIN, 1, 1, threads))[-1]
    assert isinstance(done, Benched), done
    return PLAIN / done.prompt_s[0]


def _peak(worker: WorkerClient) -> int | None:
    status = Path(f"/proc/{worker.pid}/status")
    if not status.exists():
        return None
    return int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024


def _agreement(alone: _Outcome, together: _Outcome) -> str:
    """How many letters are the same either way."""
    same = ties = 0
    for name, result in alone.results.items():
        other = together.results[name]
        same += result.choice == other.choice
        ties += result.choice != other.choice and min(result.margin or 0, other.margin or 0) < NEAR_TIE
    count = len(alone.results)
    return f"letters equal {same} of {count}, of the others {ties} near-ties"
