"""Scoring questions behind a shared header, beside plain prompt reading and beside one whole prompt after the other.

The files have the shape of real models and random weights; the prompts have the token counts of MMLU's: a header of
five shots of about 514 tokens, questions of about 105 (median 73). A few subjects of ten questions stand for the 57 of
a sample of 570; a quarter of a block stands for the whole test split, where 246 questions follow a header: its times a
token, with that many tokens.

What is timed as "one at a time" is the best such loop can be: each whole prompt is read once, with the same engine and
one row of logits. Tools that ask for a log-likelihood of each letter read every prompt up to four times and take the
logits of all its tokens (lm-evaluation-harness over a server); none of that is counted here.
"""

from __future__ import annotations

import random
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

from tests.bench.shapes import QWEN3_06B, SMALL_MOE, Shape, write_shape
from tests.support.worker_client import WorkerClient
from weighin.core.evaluations.evaluation import NEAR_TIE, STANDARD, ItemResult
from weighin.core.evaluations.mmlu_prompt import PromptBlock, PromptItem
from weighin.core.evaluations.questions import LETTERS
from weighin.core.evaluations.sample import BLOCK
from weighin.core.evaluations.scoring import ScoreShape, TokenSurvey, choose_shape
from weighin.core.evaluations.scoring_plan import PLANNED_CELLS, ScoringPlan
from weighin.core.models.header_facts import model_facts
from weighin.core.runs.options import LoadOptions
from weighin.protocol.messages import Bench, Benched, Load, Plan, Planned, Score, Scored, ScoreDone, Survey, Surveyed
from weighin.services.machine.hardware import physical_cores

SUBJECTS, QUESTIONS = 2, 10
WHOLE = 246  # questions of a subject in the test split, on average
ALONE = 2  # questions that are read one at a time, before a block and after it
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
    """One way of scoring: what it read, how long, what it said, and the most memory of its worker."""

    tokens: int = 0
    seconds: float = 0.0
    results: dict[str, ItemResult] = field(default_factory=dict)
    peak: int = 0

    def add(self, part: _Outcome) -> None:
        """Both together."""
        self.tokens += part.tokens
        self.seconds += part.seconds
        self.results |= part.results
        self.peak = max(self.peak, part.peak)

    @property
    def seconds_a_token(self) -> float:
        """Of all that was read."""
        return self.seconds / self.tokens


def _measure(name: str, shape: Shape, path: Path) -> None:
    threads = physical_cores()
    draw = random.Random(570)
    blocks = [_block(draw, subject, QUESTIONS) for subject in range(SUBJECTS)]
    large = _block(draw, SUBJECTS, BLOCK // 4)
    first = _block(draw, SUBJECTS + 1, 1)
    plan = _plan(path)
    with WorkerClient() as scorer, WorkerClient() as single, WorkerClient() as reader:
        for worker in (scorer, single):
            worker.ask(Load(worker.next_id(), str(path), LoadOptions(), threads, bare=True))
        reader.loaded(path, threads=threads, context=2048, batch=PLAIN)
        surveys = [_survey(scorer, block) for block in (*blocks, large)]
        counted = TokenSurvey(
            header=max(s.header for s in surveys),
            prompt=max(s.header + max(s.questions) for s in surveys),
            question=max(max(s.questions) for s in surveys),
        )
        chosen = choose_shape(counted, lambda _: True)
        one_by_one = ScoreShape(chosen.context, PLAIN, 1)
        for worker, how in ((scorer, chosen), (single, one_by_one)):  # weights come in before anything counts
            _score(worker, first, how, threads)
        _plain(reader, threads)
        after = _plain(reader, threads)
        ratios, shared, alone = [], _Outcome(), _Outcome()
        for block, survey in zip(blocks, surveys, strict=False):
            before, outcome = after, _score(scorer, block, chosen, threads)
            after = _plain(reader, threads)
            alone.add(_score(single, _some(draw, block, ALONE), one_by_one, threads))
            shared.add(outcome)
            ratios.append(_needed(survey) / outcome.seconds / median((before, after)))
        whole = _score(single, _some(draw, large, ALONE), one_by_one, threads)
        together = _score(scorer, large, chosen, threads)
        whole.add(_score(single, _some(draw, large, ALONE), one_by_one, threads))
    needed = sum(_needed(s) for s in surveys[:SUBJECTS])
    prompts = sum(_prompts(s) for s in surveys[:SUBJECTS])
    write = sys.stdout.write
    write(f"{name} ({shape.layers} layers, {threads} threads, 5 shots, {chosen})\n")
    write(f"  tokens read / tokens needed = {shared.tokens / needed:.4f} in {SUBJECTS} subjects of {QUESTIONS}")
    write(f" (target 1.02)\n  needed tokens/s / plain reading of {PLAIN} = {median(ratios):.3f} ")
    write(f"(subjects {min(ratios):.3f} to {max(ratios):.3f}; target 0.85)\n")
    write("  speed / one whole prompt at a time, each read once:\n")
    write(f"    570 questions, {QUESTIONS} a subject: {alone.seconds_a_token * prompts / shared.seconds:.2f} ")
    write(f"(by tokens alone {prompts / needed:.2f})\n")
    in_split, tokens = _in_the_whole_split(surveys[-1], whole, together)
    write(f"    the whole test split, {WHOLE} a subject, from a block of {len(large.items)}: {in_split:.2f} ")
    write(f"(by tokens alone {tokens:.2f}; target 5)\n")
    alone.add(whole)
    shared.add(together)
    write(f"  {_agreement(alone, shared)}\n")
    planned = plan.at(chosen)
    write(f"  memory: measured peak / planned = {shared.peak / planned.ram_bytes:.3f} ")
    write(f"({shared.peak / 1e6:.0f} of {planned.ram_bytes / 1e6:.0f} MB, planned by the {planned.method.value})\n")
    sys.stdout.flush()


def _block(draw: random.Random, subject: int, questions: int) -> PromptBlock:
    """Prompts with MMLU's token counts: in these vocabularies " w" is one token, everything else one a byte."""
    header = " w" * max(200, round(draw.gauss(514, 120)))
    items = []
    for row in range(questions):
        length = min(1000, max(30, round(draw.lognormvariate(4.29, 0.8))))
        words = [" w"] * (length - 12)
        for _ in range(4):  # questions differ, so that letters do
            words[draw.randrange(len(words))] = f" {draw.randrange(10)}"
        items.append(PromptItem(f"s{subject}/test/{row}", "".join(words) + "\nAnswer:"))
    continuations = tuple(f" {letter}" for letter in LETTERS)
    return PromptBlock(STANDARD, header, (), tuple(items), continuations)


def _some(draw: random.Random, block: PromptBlock, count: int) -> PromptBlock:
    """A few questions of `block`, drawn at random."""
    return replace(block, items=tuple(draw.sample(block.items, count)))


def _needed(survey: Surveyed) -> int:
    """Tokens of the header and of each question once."""
    return survey.header + sum(survey.questions)


def _prompts(survey: Surveyed) -> int:
    """Tokens of all whole prompts."""
    return len(survey.questions) * survey.header + sum(survey.questions)


def _in_the_whole_split(survey: Surveyed, alone: _Outcome, together: _Outcome) -> tuple[float, float]:
    """How many times faster a subject of the whole split is, by the times of one block; and by tokens alone."""
    questions = WHOLE * sum(survey.questions) / len(survey.questions)
    read, whole = survey.header + questions, WHOLE * survey.header + questions
    return alone.seconds_a_token * whole / (together.seconds_a_token * read), whole / read


def _plan(path: Path) -> ScoringPlan:
    """What the engine says that scoring needs."""
    with WorkerClient() as planner:
        asked = Plan(1, str(path), path.stat().st_size, LoadOptions(), PLANNED_CELLS, scoring=True)
        planned = planner.ask(asked)[-1]
    assert isinstance(planned, Planned), planned
    return ScoringPlan(model_facts(path), planned.shapes, planned.plans)


def _survey(worker: WorkerClient, block: PromptBlock) -> Surveyed:
    survey = worker.ask(Survey(worker.next_id(), block))[-1]
    assert isinstance(survey, Surveyed), survey
    return survey


def _score(worker: WorkerClient, block: PromptBlock, shape: ScoreShape, threads: int) -> _Outcome:
    *events, end = worker.ask(Score(worker.next_id(), block, shape, threads))
    assert isinstance(end, ScoreDone), end
    results = {r.id: r for event in events if isinstance(event, Scored) for r in event.results}
    return _Outcome(end.tokens, end.seconds, results, end.memory.peak_bytes or 0)


def _plain(worker: WorkerClient, threads: int) -> float:
    """Tokens a second of reading one prompt."""
    done = worker.ask(Bench(worker.next_id(), PLAIN, 1, 1, threads))[-1]
    assert isinstance(done, Benched), done
    return PLAIN / done.rounds.prompt_s[0]


def _agreement(alone: _Outcome, together: _Outcome) -> str:
    """How many letters are the same either way."""
    same = ties = 0
    for name, result in alone.results.items():
        other = together.results[name]
        same += result.choice == other.choice
        ties += result.choice != other.choice and min(result.margin or 0, other.margin or 0) < NEAR_TIE
    count = len(alone.results)
    return f"the same letter in {same} of {count} questions that were read both ways, of the others {ties} near-ties"
