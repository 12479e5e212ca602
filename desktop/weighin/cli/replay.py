"""weighin replay, and the bundle of weighin history export."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from weighin.cli.console import Console
from weighin.cli.loop import InterruptedByUserError, run_until, wait_for
from weighin.core import format
from weighin.core.bundles.any_bundle import AnyBundle
from weighin.core.bundles.bundle import Bundle, BundleModel, bundle_text
from weighin.core.bundles.fidelity_bundle import origin_words as measurement_origin
from weighin.core.bundles.replay import (
    Replayed,
    fetchable,
    lane_words,
    model_words,
    origin_words,
    questions_words,
    replay_json,
    verdict_words,
    votes_words,
)
from weighin.core.bundles.set_bundle import SetBundle
from weighin.core.comparisons.comparison import Comparison
from weighin.core.comparisons.report import comparison_markdown
from weighin.core.downloads.download import DownloadState, Transferred
from weighin.core.downloads.text import download_line
from weighin.core.errors import AppError
from weighin.core.fidelity.fidelity import FidelityRecord
from weighin.core.fidelity.report import fidelity_json, result_lines
from weighin.core.prompts.prompt_set import StoredRun
from weighin.core.prompts.report import run_json, run_markdown
from weighin.core.safe_text import safe_text
from weighin.services.bundles.bundles import fidelity_file, set_run_file
from weighin.services.bundles.replay import Replay
from weighin.services.machine.hardware import this_machine
from weighin.wiring.services import Services

Failed = Callable[[AppError], None]


def export_bundle(comparison: Comparison, services: Services, console: Console) -> str:
    """The bundle of a record, as the text of its file."""
    desk = _Desk(services, console)
    try:
        desk.scan()
        return bundle_text(wait_for(lambda done, failed: desk.bundles.make(comparison, done, failed, desk.progress)))
    finally:
        console.end_progress()


def export_fidelity(record: FidelityRecord) -> str:
    """The bundle of a measurement of fidelity, as the text of its file."""
    return fidelity_file(record, this_machine())


def export_set_run(stored: StoredRun) -> str:
    """The bundle of a run of a prompt set, as the text of its file."""
    return set_run_file(stored, this_machine())


def run_replay(options: argparse.Namespace, services: Services, console: Console) -> int:
    """Show, fetch what is missing if that is wanted, run again, say what came of it: 0 done, 1 it cannot be. A
    measurement of fidelity or a run of a prompt set is shown and no more."""
    desk = _Desk(services, console)
    try:
        opened: AnyBundle = wait_for(lambda done, failed: desk.bundles.open(options.file, done, failed))
        if isinstance(opened, FidelityRecord):
            return _show_measurement(opened, options, console)
        if isinstance(opened, SetBundle):
            return _show_set_run(opened, options, console)
        return _Replaying(desk, opened, options).run()
    except InterruptedByUserError:
        console.say("Stopped. The download is kept; run the same command to resume it.")
        return 130
    finally:
        console.end_progress()


def _show_measurement(record: FidelityRecord, options: argparse.Namespace, console: Console) -> int:
    if options.json:
        console.json(fidelity_json(record))
    else:
        console.result("\n".join((f"Bundle of {measurement_origin(record)}", "", *result_lines(record))))
    return 0


def _show_set_run(bundle: SetBundle, options: argparse.Namespace, console: Console) -> int:
    if options.json:
        console.json(run_json(bundle.stored))
    else:
        console.result(safe_text(f"Bundle of {bundle.origin}\n\n{run_markdown(bundle.stored)}"))
    return 0


class _Desk:
    """What a bundle needs, with its progress on the console."""

    def __init__(self, services: Services, console: Console) -> None:
        self.services, self.console = services, console
        self.models, self.bundles = services.models, services.bundles

    def scan(self) -> None:
        """Learn what is on the shelf."""

        def begin(done: Callable[[Any], None], _: Failed) -> None:
            self.models.shelf.scanned.connect(lambda: done(None))
            self.models.shelf.scan()

        wait_for(begin)

    def progress(self, news: Transferred) -> None:
        """How far a file is read."""
        self.console.progress(f"reading {format.size(news.done)} of {format.size(news.total)}")


class _Replaying:
    def __init__(self, desk: _Desk, bundle: Bundle, options: argparse.Namespace) -> None:
        self._desk, self._bundle, self._options = desk, bundle, options
        self._console = desk.console
        self._runner = desk.services.runner
        self._replay = Replay(bundle, desk.bundles, self._runner)

    def run(self) -> int:
        """The exit status."""
        try:
            self._look()
            self._show()
            self._fetch_missing()
            return self._run_again() if not self._replay.reason else self._refuse(self._replay.reason)
        finally:
            self._runner.close()

    def _look(self) -> None:
        self._desk.scan()

        def begin(done: Callable[[Any], None], _: Failed) -> None:
            self._replay.found.connect(lambda: done(None))
            self._replay.progress.connect(self._desk.progress)
            self._replay.look()

        wait_for(begin)
        self._console.end_progress()

    def _show(self) -> None:
        if self._options.json:
            return
        lines = [f"Bundle of {origin_words(self._bundle)}", "", comparison_markdown(self._bundle.comparison)]
        results = zip(self._bundle.models, self._bundle.comparison.results, strict=True)
        lines += [text for text in (votes_words(self._bundle), questions_words(self._bundle)) if text]
        lines += [model_words(model, r.setup.model, model.lane in self._replay.here) for model, r in results]
        self._console.result(safe_text("\n".join(lines)))

    def _fetch_missing(self) -> None:
        missing = [m for m in self._bundle.models if m.lane not in self._replay.here and fetchable(m)]
        wanted = list({model.digests: model for model in missing}.values())
        if wanted and self._agreed(wanted):
            for model in wanted:
                self._fetch(model)
            self._look()

    def _agreed(self, wanted: list[BundleModel]) -> bool:
        if self._options.fetch:
            return True
        total = format.size(sum(model.size for model in wanted))
        if self._options.json or not sys.stdin.isatty():
            self._console.say(f"{total} can be downloaded from the hub: add --fetch.")
            return False
        self._console.say(f"Download {total} from the hub? [y/N]")
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def _fetch(self, model: BundleModel) -> None:
        downloads, shelf = self._desk.models.downloads, self._desk.models.shelf
        plan = model.plan()
        assert plan is not None

        def begin(done: Callable[[Any], None], failed: Failed) -> None:
            paths: list[str] = []

            def follow(identifier: str) -> None:
                view = downloads.view(identifier) if identifier == plan.id else None
                if view is not None and view.state in (DownloadState.FAILED, DownloadState.PAUSED):
                    failed(AppError(view.note or "Paused.", kind=view.error_kind or "stopped"))
                elif view is not None:
                    self._console.progress(f"{plan.name}: {download_line(view)}")

            def finished(which: Any, where: Any, _: bool) -> None:
                if which.id == plan.id:
                    paths.extend(where)

            def look() -> None:
                if paths and shelf.model(paths[0]) is not None:
                    done(None)

            downloads.changed.connect(follow)
            downloads.finished.connect(finished)
            shelf.changed.connect(look)
            self._desk.bundles.fetch(model)

        wait_for(begin)

    def _run_again(self) -> int:
        def begin(done: Callable[[Replayed], None], _: Failed) -> None:
            self._replay.finished.connect(done)
            self._replay.run()

        outcome, interrupted = run_until(begin, self._runner.stop)
        self._console.end_progress()
        if outcome is None:
            return 130
        self._keep(outcome.ours)
        if self._options.json:
            self._console.json(replay_json(self._bundle, self._replay.here, "", outcome))
        else:
            lines = [verdict_words(outcome), *(lane_words(lane) for lane in outcome.lanes)]
            self._console.result("\n" + "\n".join(lines))
        return 130 if interrupted else 0

    def _refuse(self, reason: str) -> int:
        if self._options.json:
            self._console.json(replay_json(self._bundle, self._replay.here, reason, None))
        self._console.say(f"Cannot be replayed: {reason}")
        return 1

    def _keep(self, comparison: Comparison) -> None:
        """What was run here is in the history like any other comparison."""
        history = self._desk.services.history
        try:
            wait_for(lambda done, failed: history.save(comparison, done, failed))
        except AppError as error:
            self._console.say(error.user_text)
