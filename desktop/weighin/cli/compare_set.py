"""weighin compare --prompts: two models answer a set of prompts, one comparison after the other."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from weighin.cli.console import Console
from weighin.cli.fetch_prompts import fetch_prompts, is_gsm8k
from weighin.cli.loop import run_until, wait_for
from weighin.core.comparisons.comparison import Comparison, ComparisonRequest
from weighin.core.comparisons.report import options_json
from weighin.core.errors import AppError
from weighin.core.prompts.marking import is_unfinished
from weighin.core.prompts.prompt_set import PromptSet, SetPrompt, SetRun, StoredRun, is_graded
from weighin.core.prompts.report import progress_words, run_json, run_markdown
from weighin.core.prompts.set_changes import changes_sentence
from weighin.core.prompts.verdict_text import outlook_sentence
from weighin.core.runs.options import LOAD_OPTIONS, SAMPLING_OPTIONS
from weighin.core.safe_text import safe_text
from weighin.services.comparisons.set_runner import SetRunner, check_samples
from weighin.wiring.services import Services

_SAID = {option.name: option.difference for option in (*LOAD_OPTIONS, *SAMPLING_OPTIONS)}


def run_compare_set(
    options: argparse.Namespace, request: ComparisonRequest, services: Services, console: Console
) -> int:
    """Run, print and keep every comparison: 0 done, 1 given up, 3 some prompt failed in a lane, 130 interrupted."""
    if options.fetch:
        fetch_prompts(options.prompts, services, console)
    sets, runner = services.prompt_sets, services.runner
    try:
        set_runner = SetRunner(runner, sets, grader=services.grader, consent=services.test_consent)
        return _Running(services, set_runner, console).run(options, request, runner)
    finally:
        console.end_progress()


class _Running:
    def __init__(self, services: Services, set_runner: SetRunner, console: Console) -> None:
        self._sets, self._history = services.prompt_sets, services.history
        self._set_runner, self._console = set_runner, console
        self._grader, self._consent = services.grader, services.test_consent

    def run(self, options: argparse.Namespace, request: ComparisonRequest, runner: Any) -> int:
        """The exit status."""
        begin = self._continuing(options, request) if options.resume else self._beginning(options, request)

        def start(done: Callable[[str], None], _: object) -> None:
            self._set_runner.ended.connect(done)
            begin()

        self._set_runner.changed.connect(self._progress)
        runner.finished.connect(self._keep)
        last, interrupted = run_until(start, self._set_runner.stop)
        return self._report(options, last or "", interrupted)

    def _beginning(self, options: argparse.Namespace, request: ComparisonRequest) -> Callable[[], None]:
        check_samples(options.samples, request)
        prompts = self._found(options.prompts)
        self._say_before(prompts.prompts, options.allow_tests)
        return lambda: self._set_runner.run(prompts, request, samples=options.samples)

    def _continuing(self, options: argparse.Namespace, request: ComparisonRequest) -> Callable[[], None]:
        found = self._found(options.prompts)
        prompts = found.prompts
        stored: StoredRun | None = wait_for(lambda done, failed: self._sets.latest_of(prompts, done, failed))
        models = [setup.model.path for setup in request.lanes]
        if stored is None:
            self._refuse_changed(found)
        if stored is None or not is_unfinished(stored):
            raise AppError("There is no unfinished run of these prompts.", kind="missing")
        if [setup.model.path for setup in stored.run.lanes] != models:
            raise AppError("The unfinished run of these prompts used other models.", kind="missing")
        if other := _other_options(stored.run, request, options.samples):
            raise AppError(f"The unfinished run used other options: {', '.join(other)}. Use the same.", kind="usage")
        self._say_before(prompts, options.allow_tests)
        kept = stored
        return lambda: self._set_runner.resume(kept)

    def _refuse_changed(self, now: PromptSet) -> None:
        """Raise AppError where the set was another one when its unfinished run began: the two are not mixed."""
        begun: StoredRun | None = wait_for(lambda done, failed: self._sets.latest_named(now.name, done, failed))
        if begun is not None and is_unfinished(begun):
            changes = changes_sentence(begun.run.prompts, now.prompts)
            raise AppError(f"{changes} Start a new run, or resume with the old file.", kind="missing")

    def _say_before(self, prompts: tuple[SetPrompt, ...], allow_tests: bool) -> None:
        """What so many prompts can show, and whether their tests run."""
        graded = sum(map(is_graded, prompts))
        if graded:
            self._console.say(outlook_sentence(graded))
        key = self._consent.key_of(prompts)
        if key and allow_tests:
            self._consent.allow(key)
        if key and self._grader.why_no_tests:
            self._console.say(self._grader.why_no_tests)
        elif not self._consent.allowed(key):
            self._console.say("This set has Python tests. They run, confined, only with --allow-tests.")

    def _found(self, name: str) -> PromptSet:
        """The set in a file, or the one with this name. Raises AppError."""
        if Path(name).is_file():
            imported = wait_for(lambda done, failed: self._sets.read_file(name, done, failed))
            for problem in imported.problems:
                self._console.say(f"{name}: {problem}")
            return PromptSet("", imported.name or Path(name).name, imported.prompts)
        known: tuple[PromptSet, ...] = wait_for(self._sets.sets)
        for one in known:
            if name.casefold() in (one.name.casefold(), one.id.removeprefix("builtin:")):
                return one
        if is_gsm8k(name):
            raise AppError("GSM8K is not on this computer yet: add --fetch, or name its file.", kind="usage")
        names = ", ".join(one.name for one in known)
        raise AppError(f"{name!r} is not a file or a prompt set. Prompt sets: {names}.", kind="usage")

    def _progress(self) -> None:
        if self._set_runner.stored is not None:
            self._console.progress(progress_words(self._set_runner.stored, self._set_runner.marks))

    def _keep(self, comparison: Comparison) -> None:
        self._history.save(comparison, lambda _: None, lambda error: self._console.say(error.user_text))

    def _report(self, options: argparse.Namespace, last: str, interrupted: bool) -> int:
        stored = self._set_runner.stored
        self._console.end_progress()
        if stored is None:
            return 130
        if options.json:
            self._console.json(run_json(stored))
        else:
            self._console.result(safe_text(run_markdown(stored)))
        if stored.missing:
            self._console.say(last)
        if stored.unasked:
            return 130 if interrupted else 1
        return 3 if stored.missing else 0


def _other_options(run: SetRun, request: ComparisonRequest, samples: int) -> list[str]:
    """Names of what a run was begun with and is asked for otherwise now."""
    begun = {"mode": run.mode, "system": run.system, "raw": run.raw, "repeat": run.repeat, "samples": run.samples}
    asked = {"mode": request.mode, "system": request.prompt.system, "raw": request.prompt.raw}
    asked |= {"repeat": request.repeat, "samples": samples}
    found = [name for name in begun if begun[name] != asked[name]]
    for lanes in zip(run.lanes, request.lanes, strict=True):
        before, now = ({**options_json(setup), "threads": setup.threads} for setup in lanes)
        found += [_SAID.get(name, name) for name in before if before[name] != now[name]]
    return list(dict.fromkeys(found))
