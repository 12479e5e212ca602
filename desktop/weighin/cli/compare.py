"""weighin compare: one prompt, two models."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from weighin.cli.console import Console
from weighin.cli.loop import InterruptedByUserError, run_until, wait_for
from weighin.cli.models import resolve_or_refuse
from weighin.cli.options import load_options, sampling_options, threads
from weighin.core.comparisons.comparison import Comparison, ComparisonRequest, LaneResult
from weighin.core.comparisons.conversation import threads_after
from weighin.core.comparisons.finished import finished
from weighin.core.comparisons.parity import unknowns
from weighin.core.comparisons.report import comparison_json, number_lines
from weighin.core.comparisons.rounds import check_rounds
from weighin.core.comparisons.scale import verdict_sentence
from weighin.core.comparisons.text import MEASURE_ALONE, different_words, lacks_alone, unknown_words
from weighin.core.computer.machine import memory_needed
from weighin.core.errors import AppError
from weighin.core.runs.answer import StopReason
from weighin.core.runs.attachments import read_attachment
from weighin.core.runs.chat import Prompt
from weighin.core.runs.lane import LaneSetup, Mode
from weighin.core.runs.progress import LaneStatus, silence_words, state_words
from weighin.core.safe_text import safe_name, safe_text
from weighin.core.text_bytes import decoded
from weighin.services.comparisons.comparison_runner import ComparisonRunner
from weighin.services.machine.hardware import this_machine
from weighin.services.machine.memory import available_bytes
from weighin.services.plans.planner import Planner
from weighin.services.records import Records
from weighin.wiring.services import Services

MAX_PROMPT = 4 << 20
_FAR_FROM_FULL = 0.5
_NOT_ALONE = f"{MEASURE_ALONE}: first --mode alone, then --mode together again."


def run_compare(options: argparse.Namespace, services: Services, console: Console) -> int:
    """Run, print and keep the comparison. The exit status of the contract."""
    if options.prompts is not None:
        if options.attach or options.follow:
            raise AppError("--attach and --follow work with one prompt, not with --prompts.", kind="usage")
        from weighin.cli.compare_set import run_compare_set

        return run_compare_set(options, _request(options, "", services), services, console)
    if options.samples != 1 or options.allow_tests:
        raise AppError("--samples and --allow-tests work with --prompts.", kind="usage")
    text = options.prompt if options.prompt is not None else _read_prompt(options.prompt_file)
    records, ledger, planner = services.records, services.ledger, services.models.planner
    request = _going_on(_request(options, text, services), options.follow, records)
    records.wait(lambda _: None)  # where nothing can be kept, that is said before minutes of work
    wait_for(lambda done, _: ledger.restore(lambda: done(ledger)))
    try:
        plan_where_it_is_tight(planner, request, available_bytes())
    except InterruptedByUserError:
        return 130
    runner = services.runner
    _watch(runner, console)

    def begin(done: Callable[[Comparison], None], _: object) -> None:
        runner.finished.connect(done)
        runner.run(request)

    try:
        outcome, interrupted = run_until(begin, runner.stop)
    finally:
        runner.close()  # the models' memory is given back before anything is written
        console.end_progress()
    if outcome is None:
        return 130
    comparison = _finished(outcome, records, console)
    ledger.settle(comparison)
    status = _status(comparison, interrupted, console)
    try:
        records.wait(lambda stores: stores.comparisons.save(comparison))
    except AppError as error:
        console.say(error.user_text)
        status = status or 1
    if options.json:
        console.json(comparison_json(comparison))
    else:
        console.result(_page(comparison))
    return status


def plan_where_it_is_tight(planner: Planner, request: ComparisonRequest, available: int | None) -> None:
    """Have the engine plan what may not fit into `available` bytes: far from that a rule of thumb is enough, and
    quicker. Raises InterruptedByUserError."""
    for setup in request.lanes:
        model, load = setup.model, setup.load
        tight = available is not None and memory_needed(model, load) > _FAR_FROM_FULL * available
        if tight and not (model.is_server or setup.refusal or request.try_anyway):
            wait_for(lambda done, _, m=model, o=load: planner.plan(m, o, done, done))  # type: ignore[misc]


def _finished(comparison: Comparison, records: Records, console: Console) -> Comparison:
    """With what earlier runs tell of it, and a sentence how to know what running together cost."""
    here = this_machine()
    try:
        made = records.wait(
            lambda stores: finished(comparison, here, stores.comparisons.alone_of, stores.speed_tests.add_known)
        )
    except AppError as error:
        console.say(error.user_text)
        return finished(comparison, here)
    if lacks_alone(made):
        console.say(_NOT_ALONE)
    return made


def _request(options: argparse.Namespace, text: str, services: Services) -> ComparisonRequest:
    """The comparison of `text` that the options ask for. Raises AppError."""
    check_rounds(options.repeat)
    asked = [
        (load_options(options, lane), sampling_options(options, lane), threads(options, lane)) for lane in ("a", "b")
    ]
    found = [resolve_or_refuse(name, services) for name in (options.model_a, options.model_b)]
    lanes = [
        LaneSetup(model, load, sampling, cores, refusal)
        for (model, refusal), (load, sampling, cores) in zip(found, asked, strict=True)
    ]
    return ComparisonRequest(
        Prompt(text, options.system, options.raw, tuple(read_attachment(Path(name)) for name in options.attach)),
        Mode(options.mode),
        (lanes[0], lanes[1]),
        options.repeat,
        options.try_anyway,
    )


def _going_on(request: ComparisonRequest, follows: str | None, records: Records) -> ComparisonRequest:
    """The same as a follow-up of the comparison whose id begins with `follows`. Raises AppError where it is none."""
    if not follows:
        return request
    before = records.wait(lambda stores: stores.comparisons.get(follows))
    threads = threads_after(before)
    for setup, result in zip(request.lanes, before.results, strict=True):
        if setup.model.path != result.setup.model.path:
            named = safe_name(result.setup.model.name)
            raise AppError(f"{before.id[:8]} used {named} as model {result.label}: use the same models.", kind="usage")
    return replace(request, follows=before.id, threads=threads)


def _read_prompt(name: str) -> str:
    """The text of a prompt file, at most MAX_PROMPT bytes of UTF-8, or of what its byte order mark names. Its line ends
    are plain ones as in the window, for a model reads those of Windows as other text."""
    try:
        if name == "-":
            data = sys.stdin.buffer.read(MAX_PROMPT + 1)
        else:
            with Path(name).open("rb") as stream:
                data = stream.read(MAX_PROMPT + 1)
        if len(data) > MAX_PROMPT:
            raise AppError(f"{name} is too large for a prompt: at most {MAX_PROMPT >> 20} MiB.", kind="usage")
        return decoded(data).replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise AppError(f"{name} is not a text file (UTF-8 or UTF-16).", kind="usage") from None
    except OSError as error:
        raise AppError(f"{name}: {error.strerror or error}.", kind="usage") from None


def _watch(runner: ComparisonRunner, console: Console) -> None:
    """Progress on stderr."""

    def show(label: str, status: LaneStatus) -> None:
        console.progress(", ".join(filter(None, (f"{label}: {state_words(status)}", silence_words(status)))))

    for lane in runner.lanes:
        lane.status_changed.connect(lambda status, label=lane.label: show(label, status))


def _status(comparison: Comparison, interrupted: bool, console: Console) -> int:
    failed = [r for r in comparison.results if r.answer.stop_reason is StopReason.FAILED]
    for result in failed:
        if result.answer.failure:
            console.say(f"{result.label}: {result.answer.failure.message}")
    if interrupted:
        return 130
    return {0: 0, 1: 3}.get(len(failed), 1)


def _page(comparison: Comparison) -> str:
    parts = [_lane(result, comparison) for result in comparison.results]
    if comparison.differences:
        parts.append(different_words(comparison.differences))
    if hidden := unknowns(comparison.results):
        parts.append(unknown_words(hidden))
    if verdict := verdict_sentence(comparison):
        parts.append(verdict)
    return "\n\n".join(parts)


def _lane(result: LaneResult, comparison: Comparison) -> str:
    answer = result.answer
    lines = [f"{result.label}  {safe_name(result.setup.model.name)}"]
    lines += [f"   ! {safe_name(notice, 300)}" for notice in answer.notices]
    if answer.reasoning:
        lines += ["   (reasoning)", *(f"   {line}" for line in safe_text(answer.reasoning).splitlines())]
    lines += [f"   {line}" for line in safe_text(answer.text).splitlines()]
    if answer.failure:
        lines.append(f"   ! {safe_name(answer.failure.message, 400)}")
    return "\n".join([*lines, *(f"   {line}" for line in number_lines(result, comparison))])
