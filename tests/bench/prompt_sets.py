"""A long graded prompt set in the window: its own work for each prompt that is answered, and its memory.

The page of prompt sets is shown and marks, counts and tells each answer; models, disk and graders cost nothing here.
What is timed is the window's thread alone, in processor time, which a busy machine does not change.
"""

from __future__ import annotations

import gc
import sys
import time
from typing import Any

PROMPTS = 1000
LONG = 10_000
_BATCH = 100
_WARM = 20


def main() -> None:
    """Print milliseconds a prompt at the beginning and at the end, and what the memory grew by; target in brackets."""
    first, grown = _run(PROMPTS, 0, _BATCH)
    sys.stdout.write(f"{PROMPTS:6} prompts, the first {_BATCH}: {first:5.2f} ms each\n")
    for prompts in (PROMPTS, LONG):
        last, grown = _run(prompts, prompts - 3 * _BATCH, 3 * _BATCH)
        target = " (20)" if prompts == PROMPTS else ""
        sys.stdout.write(
            f"{prompts:6} prompts, the last {3 * _BATCH}: {last:5.2f} ms each{target}; memory {grown:.1f} kB a prompt\n"
        )


def _run(count: int, answered: int, wanted: int) -> tuple[float, float]:
    """Of a set with `count` prompts, of which so many are answered, the next `wanted`: milliseconds and kB each."""
    from PySide6.QtCore import QEvent
    from PySide6.QtWidgets import QApplication

    from tests.bench.window_parts import window_parts
    from tests.ui.fakes import FakeHistory, FakeLibrary, FakeRunner, FakeSettings, FakeSpeedTests, answer
    from tests.ui.prompt_set_fakes import FakeGrader, FakePromptSets, FakeSetRuns, outcome
    from weighin.core.grading.expectation import Expectation, NumberAnswer
    from weighin.core.grading.marks import Mark
    from weighin.core.prompts.prompt_set import PromptSet, SetPrompt, SetResult, SetRun, StoredRun
    from weighin.services.comparisons.set_runner import SetRunner
    from weighin.services.grading.test_consent import TestConsent
    from weighin.ui import theme
    from weighin.ui.main_window import MainWindow
    from weighin.ui.pages import PROMPT_SETS

    class Forgetful(FakePromptSets):
        """Keeps no results: what the disk costs is not measured here."""

        def keep(self, run: Any, result: Any, failed: Any) -> None:
            pass

    app = QApplication.instance() or QApplication([])
    settings = FakeSettings()
    theme.apply(app, settings)  # type: ignore[arg-type]
    runner, library, sets = FakeRunner(), FakeLibrary(), Forgetful()
    parts = window_parts(runner, library)
    parts.speed_tests = FakeSpeedTests()
    parts.prompt_sets, parts.set_runs, parts.grader = sets, FakeSetRuns(sets), FakeGrader()
    parts.test_consent = TestConsent(settings)  # type: ignore[arg-type]
    parts.set_runner = SetRunner(runner, sets, None, parts.blind, parts.grader, parts.test_consent)  # type: ignore[arg-type]
    window = MainWindow(runner, library, FakeHistory(), settings, parts)  # type: ignore[arg-type]
    expected = tuple(
        SetPrompt(f"What is {n} plus {n}?", tag=f"tag {n % 5}", expect=(Expectation(number=NumberAnswer(2.0 * n)),))
        for n in range(count)
    )
    lanes = window.compare.requests.typed("?").lanes
    run = SetRun("run", "2026-11-20T10:00:00+00:00", "Sums", expected, lanes)
    right = outcome("12", Mark.RIGHT)
    stored = StoredRun(run, tuple(SetResult(n, f"id{n}", right, right) for n in range(answered)))
    sets.mine.append(PromptSet("sums", "Sums", expected))
    sets.runs[run.id] = stored
    window.resize(1400, 900)
    window.show()
    window.go_to(PROMPT_SETS)
    page = window.pages.prompt_sets
    page.bar.choose("sums")
    page.resume(stored)
    costs: list[float] = []
    before = 0.0
    for number in range(answered, answered + wanted):
        if len(costs) == _WARM:
            gc.collect()
            before = _resident()
        asked = number - answered + 1
        began = time.thread_time()
        runner.finish(answer(str(2 * number)), answer(str(2 * number + number % 2)))
        while parts.set_runner.running and len(runner.requests) <= asked:
            app.processEvents()
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # as an event loop would
        costs.append((time.thread_time() - began) * 1000)
    gc.collect()
    grown = (_resident() - before) / (wanted - _WARM)
    assert len(parts.set_runner.stored.results) == answered + wanted
    if answered + wanted == count:
        assert page.verdict.strip.winner == "A" and page.results.table.records[-1].marked("A").mark is Mark.RIGHT
    else:
        parts.set_runner.stop()
    window.close_now()
    return sum(costs) / len(costs), grown


def _resident() -> float:
    """Resident memory of this process in kB."""
    import psutil

    return float(psutil.Process().memory_info().rss) / 1e3


if __name__ == "__main__":
    main()
