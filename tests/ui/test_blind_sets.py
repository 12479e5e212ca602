"""A prompt set judged in one sitting: one blind round after the other."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import answer, failed
from tests.ui.test_blind import blind, leaks, read, work  # noqa: F401 - the fixture too
from weighin.core.comparisons.blind import Choice
from weighin.core.prompts.prompt_set import SetVote, StoredRun
from weighin.ui.prompt_sets.sets_drawer import SetsDrawer


def run_all(kit: Kit) -> SetsDrawer:
    kit.page.prompt.set_sets_open(True)
    drawer = kit.window.sets_controller.drawer
    drawer.run.click()
    return drawer


def stored(kit: Kit) -> StoredRun:
    runs: dict[str, StoredRun] = kit.window.parts.prompt_sets.runs
    return list(runs.values())[-1]


def judge(kit: Kit, qtbot: QtBot, choice: Choice) -> None:
    work(kit)
    read(kit, qtbot)
    assert leaks(kit) == []
    kit.page.desk.view.bar.buttons[choice].click()


def test_every_prompt_is_judged_and_nothing_tells_in_between(blind: Kit, qtbot: QtBot) -> None:  # noqa: F811
    drawer = run_all(blind)
    view = blind.page.desk.view
    first = len(blind.runner.requests)
    assert blind.blind.hides and view.sentence.startswith("0 of 2 judged · ")
    assert leaks(blind) == []
    judge(blind, qtbot, Choice.A_BETTER)
    assert len(blind.runner.requests) == first + 1 and blind.blind.hides
    assert view.sentence.startswith("1 of 2 judged · ") and view.shown == ("", "")
    assert leaks(blind) == []
    assert drawer.line.text() == "1 of 2 judged" and drawer.export.isHidden()
    judge(blind, qtbot, Choice.B_BETTER)
    assert not blind.blind.hides
    assert [result.vote for result in stored(blind).results] == [SetVote.B, SetVote.A]
    assert drawer.note.text().startswith("Finished: ") and "In this run: 1 for " in drawer.note.text()
    assert "Not settled: " in drawer.note.text()
    assert view.sentence.startswith("You preferred ") and "Not settled: " in view.sentence
    assert "judged blind: " in drawer.line.text() and not drawer.export.isHidden()


def test_stop_keeps_what_was_judged_and_the_rest_is_judged_later(blind: Kit, qtbot: QtBot) -> None:  # noqa: F811
    drawer = run_all(blind)
    judge(blind, qtbot, Choice.TIE)
    work(blind)
    read(blind, qtbot)
    drawer.run.click()
    drawer.table.selectRow(0)
    drawer.table.opened.emit()
    assert leaks(blind) == []
    drawer.stop.click()
    assert not blind.blind.hides and "before the vote" in drawer.note.text()
    assert [result.vote for result in stored(blind).results] == [SetVote.TIE]
    blind.page.prompt.blind.setChecked(False)
    drawer.carry_on.click()
    assert blind.blind.hides, "a run that was begun blind goes on blind"
    blind.page.prompt.blind.setChecked(True)
    assert blind.runner.requests[-1].prompt.text == "How <b>?"
    judge(blind, qtbot, Choice.BOTH_BAD)
    assert [result.vote for result in stored(blind).results] == [SetVote.TIE, SetVote.BOTH_BAD]
    assert drawer.carry_on.isHidden()


def test_a_prompt_that_failed_is_passed_over(blind: Kit, qtbot: QtBot) -> None:  # noqa: F811
    drawer = run_all(blind)
    before = len(blind.runner.requests)
    blind.runner.finish(answer(), failed())
    qtbot.waitUntil(lambda: len(blind.runner.requests) == before + 1)
    judge(blind, qtbot, Choice.A_BETTER)
    assert [result.vote for result in stored(blind).results] == [SetVote.NONE, SetVote.B]
    assert "1 failed" in drawer.line.text()
