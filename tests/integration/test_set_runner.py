"""Sets of prompts over real (scripted) worker processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.lanes import Runs, fake_lane, request

from weighin.core.errors import AppError
from weighin.core.prompts.prompt_set import PromptSet, SetPrompt, StoredRun
from weighin.paths import resources
from weighin.services.comparisons.prompt_sets import MINE, PromptSets
from weighin.services.comparisons.set_runner import SetRunner
from weighin.services.records import Records

PROMPTS = PromptSet("s", "Three", tuple(SetPrompt(text) for text in ("one", "two", "three")))


@pytest.fixture
def sets(records: Records) -> Iterator[PromptSets]:
    made = PromptSets(records, resources())
    yield made
    made.close()


def latest(qtbot: Any, sets: PromptSets) -> StoredRun:
    found: list[StoredRun] = []
    sets.latest(found.append, lambda error: pytest.fail(error.user_text))
    qtbot.waitUntil(lambda: bool(found))
    return found[0]


def test_every_prompt_is_answered_and_kept(qtbot: Any, sets: PromptSets) -> None:
    runs = Runs(qtbot, fake_lane("A"), fake_lane("B"))
    set_runner = SetRunner(runs.runner, sets)
    ended: list[str] = []
    set_runner.ended.connect(ended.append)
    set_runner.run(PROMPTS, request("unused"))
    with pytest.raises(AppError):
        set_runner.run(PROMPTS, request("unused"))
    qtbot.waitUntil(lambda: bool(ended), timeout=30_000)
    assert ended == ["Finished: all prompts were run."]
    assert [c.request.prompt.text for c in runs.finished] == ["one", "two", "three"]
    stored = latest(qtbot, sets)
    assert stored == set_runner.stored and stored.missing == ()
    assert [r.comparison for r in stored.results] == [c.id for c in runs.finished]
    runs.close()


def test_stopped_it_goes_on_where_it_was_after_a_restart(qtbot: Any, sets: PromptSets) -> None:
    runs = Runs(qtbot, fake_lane("A"), fake_lane("B"))
    set_runner = SetRunner(runs.runner, sets)
    ended: list[str] = []
    set_runner.ended.connect(ended.append)
    stop = lambda start: set_runner.stop() if len(runs.finished) == 1 else None  # noqa: E731
    runs.runner.round_started.connect(stop)
    set_runner.run(PROMPTS, request("unused"))
    qtbot.waitUntil(lambda: bool(ended), timeout=30_000)
    assert "Stopped" in ended[0]
    runs.runner.round_started.disconnect(stop)
    stored = latest(qtbot, sets)
    assert stored.missing == (1, 2)

    again = SetRunner(runs.runner, sets)
    again.ended.connect(ended.append)
    again.resume(stored)
    qtbot.waitUntil(lambda: len(ended) == 2, timeout=30_000)
    assert latest(qtbot, sets).missing == ()
    assert len(latest(qtbot, sets).results) == 3
    runs.close()


def test_a_stop_between_two_prompts_is_not_lost(qtbot: Any, sets: PromptSets) -> None:
    runs = Runs(qtbot, fake_lane("A"), fake_lane("B"))
    set_runner = SetRunner(runs.runner, sets)
    ended: list[str] = []
    set_runner.ended.connect(ended.append)
    set_runner.changed.connect(lambda: set_runner.stop() if len(runs.finished) == 1 else None)
    set_runner.run(PROMPTS, request("unused"))
    qtbot.waitUntil(lambda: bool(ended), timeout=30_000)
    assert ended == ["Stopped. The answers so far are kept; Resume continues."]
    assert len(runs.finished) == 1 and latest(qtbot, sets).missing == (1, 2)
    runs.close()


def test_a_lane_that_always_fails_ends_the_run(qtbot: Any, sets: PromptSets) -> None:
    runs = Runs(qtbot, fake_lane("A"), fake_lane("B", fail_load={"kind": "load", "message": "No."}))
    set_runner = SetRunner(runs.runner, sets)
    ended: list[str] = []
    set_runner.ended.connect(ended.append)
    many = PromptSet("s", "Many", tuple(SetPrompt(str(number)) for number in range(50)))
    set_runner.run(many, request("unused"))
    qtbot.waitUntil(lambda: bool(ended), timeout=60_000)
    assert ended[0].startswith("Stopped: B failed 3 times in a row.")
    assert set_runner.stored is not None and len(set_runner.stored.results) == 3
    runs.close()


def test_what_failed_is_asked_again_and_the_count_starts_anew(qtbot: Any, sets: PromptSets) -> None:
    broken = Runs(qtbot, fake_lane("A"), fake_lane("B", fail_load={"kind": "load", "message": "No."}))
    ended: list[str] = []
    first = SetRunner(broken.runner, sets)
    first.ended.connect(ended.append)
    many = PromptSet("s", "Five", tuple(SetPrompt(str(number)) for number in range(5)))
    first.run(many, request("unused"))
    qtbot.waitUntil(lambda: bool(ended), timeout=60_000)
    stored = latest(qtbot, sets)
    assert (stored.answered, stored.unasked, stored.missing) == (0, (3, 4), (0, 1, 2, 3, 4))
    first.resume(stored)
    qtbot.waitUntil(lambda: len(ended) == 2, timeout=60_000)
    assert len(broken.finished) == 6
    broken.close()

    runs = Runs(qtbot, fake_lane("A"), fake_lane("B"))
    again = SetRunner(runs.runner, sets)
    again.ended.connect(ended.append)
    again.resume(latest(qtbot, sets))
    qtbot.waitUntil(lambda: len(ended) == 3, timeout=60_000)
    assert ended[2] == "Finished: all prompts were run."
    stored = latest(qtbot, sets)
    assert stored.missing == () and [r.number for r in stored.results] == [0, 1, 2, 3, 4]
    runs.close()


def test_kept_prompts_and_what_is_refused(qtbot: Any, sets: PromptSets, tmp_path: Path) -> None:
    kept: list[PromptSet] = []
    said: list[AppError] = []
    for text in ("first", "second", " "):
        sets.keep_prompt(text, "be kind", kept.append, said.append)
    sets.read_file(str(tmp_path / "none.txt"), kept.append, said.append)
    qtbot.waitUntil(lambda: len(said) == 2)
    assert [p.text for p in kept[-1].prompts] == ["first", "second"]
    mine = kept[-1]
    sets.change(mine, 0, "other", kept.append, said.append)
    sets.change(mine, 1, "too late", kept.append, said.append)
    qtbot.waitUntil(lambda: len(said) == 3)
    assert [p.text for p in kept[-1].prompts] == ["other", "second"] and kept[-1].prompts[0].system == "be kind"
    assert "changed elsewhere" in said[-1].user_text
    found: list[Any] = []
    sets.sets(found.append, said.append)
    qtbot.waitUntil(lambda: bool(found))
    assert found[0][-1].name == MINE and found[0][0].builtin


def test_a_change_and_a_deletion_are_undone_unless_somebody_else_was_there(qtbot: Any, sets: PromptSets) -> None:
    kept: list[PromptSet] = []
    said: list[AppError] = []
    sets.keep_prompt("one", "", kept.append, said.append)
    qtbot.waitUntil(lambda: len(kept) == 1)
    first = kept[0]
    sets.change(first, 0, "another", kept.append, said.append)
    qtbot.waitUntil(lambda: len(kept) == 2)
    changed = kept[1]
    sets.put_back(changed, first, kept.append, said.append)
    qtbot.waitUntil(lambda: len(kept) == 3)
    assert kept[2] == first
    sets.put_back(changed, first, kept.append, said.append)
    qtbot.waitUntil(lambda: bool(said))
    assert "changed elsewhere" in said.pop().user_text
    sets.delete(first.id, lambda _: sets.put_back(None, first, kept.append, said.append), said.append)
    qtbot.waitUntil(lambda: len(kept) == 4)
    found: list[Any] = []
    sets.sets(found.append, said.append)
    qtbot.waitUntil(lambda: bool(found))
    assert found[0][-1] == first
    assert said == []
