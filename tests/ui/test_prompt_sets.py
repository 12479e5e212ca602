"""The drawer of prompt sets."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import FakeHistory, answer, comparison, failed
from tests.ui.prompt_set_fakes import FakePromptSets
from weighin.core.runs.answer import StopReason
from weighin.core.runs.progress import LaneState
from weighin.ui.prompt_sets.sets_drawer import SetsDrawer


@pytest.fixture
def drawer(kit: Kit) -> SetsDrawer:
    kit.page.prompt.set_sets_open(True)
    return kit.window.sets_controller.drawer


def sets(kit: Kit) -> FakePromptSets:
    return kit.window.parts.prompt_sets


def cells(drawer: SetsDrawer) -> list[list[str]]:
    model = drawer.table.model()
    return [[str(model.index(r, c).data()) for c in range(model.columnCount())] for r in range(model.rowCount())]


def give(kit: Kit, qtbot: QtBot, number: int, a: object = None, b: object = None) -> None:
    """Answer the comparison that runs, the `number`-th."""
    qtbot.waitUntil(lambda: len(kit.runner.requests) == number)
    kit.runner.finish(a or answer(), b or answer("It is **twelve**."))


def test_a_set_and_its_prompts(drawer: SetsDrawer, kit: Kit) -> None:
    assert not drawer.isHidden()
    assert cells(drawer) == [["1", "A title", "", ""], ["2", "How <b>?", "", ""]]
    drawer.close_requested.emit()
    assert drawer.isHidden()


def test_a_prompt_goes_where_prompts_are_typed(drawer: SetsDrawer, kit: Kit) -> None:
    drawer.table.selectRow(1)
    drawer.table.opened.emit()
    assert kit.page.prompt.text == "How <b>?"


def test_a_whole_set_is_run_and_told(drawer: SetsDrawer, kit: Kit, qtbot: QtBot) -> None:
    drawer.run.click()
    assert not drawer.run.isEnabled() and not drawer.stop.isHidden()
    qtbot.waitUntil(lambda: len(kit.runner.requests) == 1)
    kit.runner.lanes[0].be(LaneState.BUSY, "writing", 3, 0)
    assert kit.page.panel.sentence == "Prompt 1 of 2: A is answering…"
    give(kit, qtbot, 1)
    assert cells(drawer)[0][2:] == ["Twelve.", "It is **twelve**."]
    assert drawer.line.text().startswith("1 of 2 answered")
    give(kit, qtbot, 2, b=failed())
    assert [request.prompt.text for request in kit.runner.requests] == ["Why?", "How <b>?"]
    assert cells(drawer)[1][3] == "failed"
    qtbot.waitUntil(lambda: drawer.note.text().startswith("Finished: all prompts were run."))
    assert "1 prompt failed" in drawer.note.text()
    assert drawer.run.isEnabled() and drawer.stop.isHidden() and drawer.carry_on.text() == "Resume Explain (1 of 2)"
    kit.window.sets_controller.export("md", "/out/x.md")
    assert "| 2 | How &lt;b>? |" in sets(kit).written["/out/x.md"]


def test_stopped_and_continued(drawer: SetsDrawer, kit: Kit, qtbot: QtBot) -> None:
    drawer.run.click()
    give(kit, qtbot, 1)
    qtbot.waitUntil(lambda: len(kit.runner.requests) == 2)
    drawer.stop.click()
    assert kit.runner.stops == 1
    kit.runner.finish(answer(stop=StopReason.CANCELLED), answer(stop=StopReason.CANCELLED))
    assert "Stopped" in drawer.note.text()
    assert drawer.carry_on.text() == "Resume Explain (1 of 2)"
    drawer.carry_on.click()
    give(kit, qtbot, 3)
    assert kit.runner.requests[2].prompt.text == "How <b>?"
    qtbot.waitUntil(drawer.stop.isHidden)
    assert drawer.carry_on.isHidden()


def test_a_run_from_before_the_restart_is_offered(
    new_kit: Callable[..., Kit], drawer: SetsDrawer, kit: Kit, qtbot: QtBot
) -> None:
    drawer.run.click()
    give(kit, qtbot, 1)
    later = new_kit()
    sets(later).runs = dict(sets(kit).runs)
    later.page.prompt.set_sets_open(True)
    assert not later.window.sets_controller.drawer.carry_on.isHidden()
    assert cells(later.window.sets_controller.drawer)[0][2] == "Twelve."


def test_an_answered_prompt_opens_its_comparison(new_kit: Callable[..., Kit], qtbot: QtBot) -> None:
    kit = new_kit(history=FakeHistory(comparison()))
    kit.page.prompt.set_sets_open(True)
    drawer = kit.window.sets_controller.drawer
    drawer.run.click()
    give(kit, qtbot, 1)
    drawer.table.selectRow(0)
    qtbot.waitUntil(lambda: len(kit.runner.requests) == 2)
    drawer.table.opened.emit()
    assert "is running" in drawer.note.text()
    kit.runner.finish(answer(), answer())
    drawer.table.selectRow(0)
    drawer.table.opened.emit()
    assert kit.page.remark.startswith("From History")


def test_importing_names_broken_lines_and_keeps_the_rest(drawer: SetsDrawer, kit: Kit) -> None:
    kit.window.sets_controller.import_file("/x/mine.jsonl")
    assert drawer.choice.currentText() == "mine.jsonl · 2 prompts"
    assert drawer.note.text() == "mine.jsonl: 2 prompts imported.\nLine 3: it is not JSON."
    kit.window.sets_controller.import_file("/x/bad.txt")
    assert drawer.note.text() == "bad.txt: The file has no prompts: it is empty."
    drawer.delete.click()
    assert drawer.choice.count() == 1
    assert not drawer.delete.isEnabled()


def test_a_deleted_set_is_told_and_can_be_had_back(drawer: SetsDrawer, kit: Kit) -> None:
    kit.page.prompt.set_text("Mine")
    drawer.keep_wanted.emit()
    assert drawer.note.text() == "Saved." and drawer.undo.isHidden()
    drawer.delete.click()
    assert sets(kit).mine == []
    assert drawer.note.text() == "My prompts deleted."
    assert drawer.choice.hasFocus(), "not a disabled button, and not the one that would undo it"
    drawer.undo.click()
    assert drawer.choice.currentText() == "My prompts · 1 prompt"
    assert [p.text for p in sets(kit).mine[0].prompts] == ["Mine"]
    assert drawer.note.text() == "Undone." and drawer.undo.isHidden()


def test_a_changed_prompt_can_be_had_back_unless_the_set_is_another_by_now(drawer: SetsDrawer, kit: Kit) -> None:
    kit.window.sets_controller.import_file("/x/mine.jsonl")
    for change in ("two and a half", ""):
        drawer.table.selectRow(1)
        if change:
            kit.page.prompt.set_text(change)
            drawer.change.click()
        else:
            drawer.remove.click()
        assert not drawer.undo.isHidden()
        drawer.undo.click()
        assert [row[1] for row in cells(drawer)] == ["one", "two"]
    drawer.table.selectRow(1)
    drawer.remove.click()
    sets(kit).mine[0] = sets(kit).mine[0].with_text(0, "written in another window")
    drawer.undo.click()
    assert "changed elsewhere" in drawer.note.text() and drawer.undo.isHidden()
    drawer.table.selectRow(0)
    drawer.remove.click()
    drawer.choice.activated.emit(0)
    assert drawer.note.isHidden() and drawer.undo.isHidden(), "what was said concerned another set"


def test_keeping_what_is_typed(drawer: SetsDrawer, kit: Kit) -> None:
    kit.page.prompt.set_text("Mine")
    drawer.keep_wanted.emit()
    assert sets(kit).mine[0].prompts[0].text == "Mine"
    assert cells(drawer) == [["1", "Mine", "", ""]]


def test_a_prompt_of_mine_is_changed_and_deleted(drawer: SetsDrawer, kit: Kit) -> None:
    drawer.table.selectRow(0)
    assert drawer.change.isHidden() and drawer.remove.isHidden()
    kit.window.sets_controller.import_file("/x/mine.jsonl")
    drawer.table.clearSelection()
    assert not drawer.change.isEnabled() and not drawer.change.isHidden()
    drawer.table.selectRow(1)
    drawer.table.opened.emit()
    assert kit.page.prompt.text == "two"
    kit.page.prompt.set_text(" ")
    drawer.change.click()
    assert "Type the new prompt first." in drawer.note.text()
    kit.page.prompt.set_text("two and a half")
    drawer.change.click()
    assert [row[1] for row in cells(drawer)] == ["one", "two and a half"] and drawer.note.text() == "Prompt replaced."
    drawer.table.selectRow(0)
    drawer.remove.click()
    assert [row[1] for row in cells(drawer)] == ["two and a half"]
    assert [p.text for p in sets(kit).mine[0].prompts] == ["two and a half"]
    drawer.run.click()
    assert not drawer.change.isEnabled()
    kit.runner.finish(answer(), answer())


def test_a_run_that_cannot_be_kept_is_stopped(drawer: SetsDrawer, kit: Kit) -> None:
    sets(kit).broken = True
    drawer.run.click()
    assert "cannot be saved" in drawer.note.text()


def test_nothing_is_run_over_a_blind_round(drawer: SetsDrawer, kit: Kit) -> None:
    kit.page.prompt.set_held(True)
    drawer.run.click()
    assert drawer.note.text() == "Vote on the blind round first." and kit.runner.requests == []
    kit.window.open_bundle("/x/good.weighin.json")
    kit.page.prompt.set_held(True)
    kit.window.bundle_controller.box.run.click()
    assert "Vote" in kit.window.bundle_controller.box.sentences and kit.runner.requests == []
