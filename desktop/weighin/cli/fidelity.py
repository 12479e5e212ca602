"""weighin fidelity: how much the predictions of other models differ from those of a base."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from weighin.cli.console import Console
from weighin.cli.loop import InterruptedByUserError, run_until
from weighin.cli.models import resolve_or_refuse
from weighin.cli.options import load_options, threads
from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.exports import fidelity_text
from weighin.core.fidelity.fidelity import BUILT_IN_TEXT, CONTEXT, FidelityRecord, FidelityRequest, FidelityState
from weighin.core.fidelity.names import other_names
from weighin.core.fidelity.report import fidelity_json, result_lines
from weighin.core.fidelity.text import with_error
from weighin.core.runs.lane import LaneSetup
from weighin.core.runs.options import LOAD_OPTIONS
from weighin.core.runs.run_state import RunState
from weighin.services.fidelity.fidelity_runner import FidelityRunner
from weighin.services.files import write_text
from weighin.wiring.services import Services

_AUTO = "auto"
_SIDES = ("base", "other")
_FIXED_BY_RUN = {
    **{name: f"--{name}" for name in ("text", "chunks", "seed")},
    "context": "--ctx",
    **{
        f"{prefix}{option.name}": f"--{prefix.replace('_', '-')}{option.flags[0].removeprefix('--')}"
        for option in LOAD_OPTIONS
        if option.name != "context"
        for prefix in ("", *(f"{side}_" for side in _SIDES))
    },
    **{f"{prefix}both_types": f"--{prefix.replace('_', '-')}kv-type" for prefix in ("", "base_", "other_")},
}


def run_fidelity(options: argparse.Namespace, services: Services, console: Console) -> int:
    """Measure or resume, print. The exit status of the contract."""
    try:
        return _run(options, services, console)
    except InterruptedByUserError:
        return 130
    finally:
        console.end_progress()


def _run(options: argparse.Namespace, services: Services, console: Console) -> int:
    if options.resume:
        given = [flag for name, flag in _FIXED_BY_RUN.items() if getattr(options, name, None) is not None]
        if options.base is not None or given:
            what = f"{given[0]} is" if given else "Models are"
            raise AppError(f"{what} for a new run: a resumed run keeps its own.", kind="usage")
        runner = services.fidelity.runner
        record, interrupted = _ended(runner, lambda: runner.resume(options.resume), console)
    else:
        request = _request(options, services)
        runner = services.fidelity.runner
        record, interrupted = _ended(runner, lambda: runner.run(request), console)
    if record is None:
        return 130
    if options.csv:
        write_text(Path(options.csv).expanduser(), fidelity_text(record, "csv"))
    if options.json:
        console.json(fidelity_json(record))
    else:
        console.result("\n".join(_page(record)))
    return _status(record, interrupted)


def _request(options: argparse.Namespace, services: Services) -> FidelityRequest:
    """What was asked for. Raises AppError."""
    if options.base is None or not options.others:
        raise AppError("Name a base and at least one other model: weighin fidelity BASE OTHER.", kind="usage")
    text = str(Path(options.text).expanduser().absolute()) if options.text else BUILT_IN_TEXT
    base = _setup(options, options.base, "base", services)
    return FidelityRequest(
        base=base,
        others=tuple(_setup(options, name, "other", services) for name in options.others),
        text=text,
        chunks=_chunks(options.chunks),
        context=CONTEXT if options.context is None else base.load.context,
        seed=FidelityRequest.seed if options.seed is None else options.seed,
        try_anyway=options.try_anyway,
    )


def _setup(options: argparse.Namespace, name: str, side: str, services: Services) -> LaneSetup:
    model, refusal = resolve_or_refuse(name, services)
    return LaneSetup(model, load_options(options, side), threads=threads(options, side), refusal=refusal)


def _chunks(text: str | None) -> int | None:
    if text is None or text == _AUTO:
        return None
    try:
        return int(text)
    except ValueError:
        raise AppError(f"--chunks takes a number or auto, not {text!r}.", kind="usage") from None


def _ended(runner: FidelityRunner, begin: Callable[[], None], console: Console) -> tuple[FidelityRecord | None, bool]:
    """The record at the end (None where it was interrupted before it began), and whether the user interrupted."""
    watch = _Watch(console)

    def start(done: Callable[[FidelityRecord], None], failed: Callable[[AppError], None]) -> None:
        runner.finished.connect(done)
        runner.failed.connect(failed)
        runner.started.connect(watch.started)
        runner.progressed.connect(watch.show)
        begin()

    try:
        return run_until(start, runner.stop)
    except AppError as error:
        if error.kind != "stopped":
            raise
        return None, True


class _Watch:
    """What is said on stderr meanwhile."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._said: set[str] = set()

    def started(self, record: FidelityRecord) -> None:
        """The text is cut."""
        names = ", ".join(other_names(record))
        self._console.say(f"Run {record.id[:12]}: {names} against {record.base.model.name}, {record.text.name}")

    def show(self, state: FidelityState) -> None:
        """One state."""
        for text in (state.plan, state.notice if state.record is not None else ""):
            if text and text not in self._said:
                self._said.add(text)
                self._console.say(text)
        if state.record is None:
            self._console.progress(state.notice or state.state.value)
            return
        found = "  ".join(
            f"{name}: KLD {with_error(other.summary.kld.mean)}" if other.summary else f"{name}: {side.phase}"
            for name, other, side in zip(other_names(state.record), state.record.others, state.sides[1:], strict=True)
        )
        left = f"  {format.about(state.seconds_left)} left" if state.seconds_left else ""
        read = f"{format.count(state.chunks_done)} of at most {format.plural(state.chunks_wanted, 'chunk')}"
        self._console.progress(f"{read}  {found}{left}")


def _page(record: FidelityRecord) -> list[str]:
    lines = result_lines(record)
    if record.state is not RunState.FINISHED:
        resume = f": weighin fidelity --resume {record.id[:12]}" if record.can_resume else ""
        lines += ["", f"Run {record.id[:12]}: {record.state.value}{resume}"]
    return lines


def _status(record: FidelityRecord, interrupted: bool) -> int:
    if interrupted:
        return 130
    failed = sum(1 for other in record.others if other.side.failure)
    if record.base.failure or failed == len(record.others):
        return 1
    return 3 if failed else 0 if record.state is RunState.FINISHED else 1
