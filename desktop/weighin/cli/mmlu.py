"""weighin mmlu: multiple-choice questions put to one model or two."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from weighin.cli.console import Console
from weighin.cli.loop import InterruptedByUserError, run_until, wait_for
from weighin.cli.models import resolve_or_refuse
from weighin.cli.options import load_options, threads
from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import (
    MAX_SHOTS,
    EvaluationChoice,
    EvaluationRecord,
    EvaluationRequest,
    EvaluationState,
    Order,
)
from weighin.core.evaluations.evaluation_outlook import most_shots
from weighin.core.evaluations.forms import ENDING_FORMS
from weighin.core.evaluations.questions import QuestionSet, QuestionSetInfo, named_subjects
from weighin.core.evaluations.report import evaluation_json, result_lines
from weighin.core.evaluations.text import (
    before_run,
    caveat,
    run_title,
    sample_sentence,
    state_words,
)
from weighin.core.runs.lane import LaneSetup
from weighin.core.runs.options import LOAD_OPTIONS
from weighin.core.runs.run_state import RunState
from weighin.services.evaluations.evaluation_runner import EvaluationRunner
from weighin.services.evaluations.question_sets import FetchProgress, QuestionSets
from weighin.wiring.evaluations import EvaluationServices
from weighin.wiring.services import Services

# What is asked where --n is not given: enough to find a gap of four points between two similar models.
USUAL_NUMBER = 570
_FIXED_BY_RUN = {
    **{name: f"--{name}" for name in ("questions", "n", "shots", "seed", "subjects", "split", "protocol")},
    **{option.name: option.flags[0] for option in LOAD_OPTIONS if option.name not in ("context", "gpu_layers")},
    "both_types": "--kv-type",
}


def run_mmlu(options: argparse.Namespace, services: Services, console: Console) -> int:
    """Run or resume, print. The exit status of the contract."""
    try:
        return _run(options, services.evaluations, _lanes(options, services), console)
    except InterruptedByUserError:
        return 130
    finally:
        console.end_progress()


def _run(
    options: argparse.Namespace, services: EvaluationServices, lanes: tuple[LaneSetup, ...], console: Console
) -> int:
    runner = services.runner
    if options.resume:
        given = [flag for name, flag in _FIXED_BY_RUN.items() if getattr(options, name) is not None]
        if given or options.until_decided:
            flag = given[0] if given else "--until-decided"
            raise AppError(f"{flag} is for a new run: a resumed run keeps its own.", kind="usage")
        record, interrupted = _ended(runner, lambda: runner.resume(options.resume, lanes, threads(options)), console)
    else:
        if not lanes:
            raise AppError("Name a model: weighin mmlu A [B], or --resume RUN.", kind="usage")
        request = EvaluationRequest(
            lanes,
            _choice(options, services.sets, console),
            Order(options.order),
            options.until_decided,
            try_anyway=options.try_anyway,
        )
        record, interrupted = _ended(runner, lambda: runner.run(request), console)
    if record is None:
        return 130
    if options.json:
        console.json(evaluation_json(record, options.items))
    else:
        console.result(_page(record, options.items))
    return _status(record, interrupted)


def _lanes(options: argparse.Namespace, services: Services) -> tuple[LaneSetup, ...]:
    load, cores = load_options(options), threads(options)
    lanes = []
    for name in (options.model_a, options.model_b):
        if name is not None:
            model, refusal = resolve_or_refuse(name, services)
            lanes.append(LaneSetup(model, load, threads=cores, refusal=refusal))
    return tuple(lanes)


def _choice(options: argparse.Namespace, sets: QuestionSets, console: Console) -> EvaluationChoice:
    """What is asked, with what was left open filled in. Raises AppError."""
    key = options.questions or "starter"
    known = {info.key: info for info in sets.sets()}
    if options.fetch:
        _fetch(sets, known[key] if key in known and known[key].megabytes else known["mmlu"], console)
    if key not in known:
        info: QuestionSetInfo = wait_for(lambda done, failed: sets.open_path(Path(key).expanduser(), done, failed))
        key = info.key
    found: QuestionSet = wait_for(lambda done, failed: sets.load(key, done, failed))
    split = options.split or ("test" if "test" in found.splits else "val")
    sizes = found.subjects(split)
    subjects = named_subjects(options.subjects or "", sizes)
    population = sum(sizes[name] for name in subjects or sizes if name in sizes)
    shots = options.shots
    if shots is None and found.form in ENDING_FORMS:
        shots = 0
    if shots is None:
        shots = min(MAX_SHOTS, most_shots(found, split, tuple(name for name in subjects if name in sizes)))
        if shots < MAX_SHOTS:
            console.say(f"{found.title} has only {shots} few-shot examples per subject: {shots}-shot.")
    number = max(1, min(USUAL_NUMBER, population)) if options.n is None else _number(options.n, population)
    return EvaluationChoice(
        questions=key,
        protocol=options.protocol or EvaluationChoice.protocol,
        shots=shots,
        n=number,
        seed=EvaluationChoice.seed if options.seed is None else options.seed,
        split=split,
        subjects=subjects,
    )


def _number(text: str, population: int) -> int:
    if text == "all":
        return population
    try:
        return int(text)
    except ValueError:
        raise AppError(f"--n takes a number or all, not {text!r}.", kind="usage") from None


def _fetch(sets: QuestionSets, info: QuestionSetInfo, console: Console) -> None:
    """Get a set from the hub where it is not here."""
    if info.available:
        return

    def show(progress: FetchProgress) -> None:
        console.progress(
            f"{info.title}: {progress.phase} {format.size(progress.done)} of {format.size(progress.total or None)}"
        )

    sets.fetch_progressed.connect(show)

    def begin(done: Callable[[None], None], failed: Callable[[AppError], None]) -> None:
        sets.fetched.connect(lambda _key: done(None))
        sets.fetch_failed.connect(failed)
        sets.fetch(info.key)

    wait_for(begin)


def _ended(
    runner: EvaluationRunner, begin: Callable[[], None], console: Console
) -> tuple[EvaluationRecord | None, bool]:
    """The record at the end (None where it was interrupted before it began), and whether the user interrupted."""
    watch = _Watch(runner, console)

    def started(record: EvaluationRecord) -> None:
        console.say(f"Run {record.id[:12]}: {run_title(record.protocol)}")
        console.say(before_run(record.protocol.n, [lane.model for lane in record.lanes]))

    def start(done: Callable[[EvaluationRecord], None], failed: Callable[[AppError], None]) -> None:
        runner.finished.connect(done)
        runner.failed.connect(failed)
        runner.started.connect(started)
        runner.progressed.connect(watch.show)
        begin()

    try:
        return run_until(start, runner.stop)
    except AppError as error:
        if error.kind != "stopped":
            raise
        return None, True


class _Watch:
    """Progress on stderr; a run that rests by itself is stopped, for nobody is there to go on."""

    def __init__(self, runner: EvaluationRunner, console: Console) -> None:
        self._runner, self._console = runner, console
        self._said = ""

    def show(self, state: EvaluationState) -> None:
        """One state."""
        if state.state is RunState.PAUSED:
            self._runner.stop()
        if state.notice and state.notice != self._said and state.state is not RunState.PREPARING:
            self._said = state.notice
            self._console.say(state.notice)
        lanes = "  ".join(
            f"{lane.label}: {lane.phase} {format.count(lane.done)} of {format.count(lane.total)}"
            + (f", {format.figure(lane.tokens_per_s)} tok/s" if lane.tokens_per_s else "")
            for lane in state.lanes
        )
        left = f"  {format.about(state.seconds_left)} left" if state.seconds_left else ""
        self._console.progress((lanes or state.notice or state.state.value) + left)


def _page(record: EvaluationRecord, with_items: bool) -> str:
    protocol = record.protocol
    lines = [run_title(protocol), "", *result_lines(record), ""]
    lines += [sample_sentence(protocol), caveat(protocol)]
    if record.state is not RunState.FINISHED:
        resume = f": weighin mmlu --resume {record.id[:12]}" if record.can_resume else ""
        lines += ["", f"Run {record.id[:12]}: {state_words(record).lower()}{resume}"]
    if with_items:
        lines.append("")
        for item in record.items:
            letters = "  ".join(f"{result.letter or '-'}" for result in (item.a, item.b) if result is not None)
            lines.append(f"{item.question.id}  {item.question.letter}  {letters}")
    return "\n".join(lines)


def _status(record: EvaluationRecord, interrupted: bool) -> int:
    if interrupted:
        return 130
    failed = sum(1 for lane in record.lanes if lane.failure)
    if failed:
        return 3 if failed < len(record.lanes) else 1
    return 0 if record.state is RunState.FINISHED else 1
