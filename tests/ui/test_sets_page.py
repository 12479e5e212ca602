"""The page of prompt sets: a run with its marks, what they come to, and looking at it again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, MOE, FakeHistory, answer, comparison, failed
from tests.ui.prompt_set_fakes import GRADED, FakePromptSets, graded_run
from weighin.core.errors import AppError
from weighin.core.grading.expectation import Expectation, NumberAnswer
from weighin.core.grading.marks import Mark
from weighin.core.prompts.prompt_set import PromptSet, SetPrompt, StoredRun
from weighin.core.runs.answer import StopReason
from weighin.core.runs.lane import LaneSetup
from weighin.services.evaluations.set_fetch import FetchProgress
from weighin.ui.pages import COMPARE, HISTORY, PROMPT_SETS
from weighin.ui.prompt_sets.prompt_rows import BY_HAND, NO_ANSWER, UNMARKED
from weighin.ui.prompt_sets.sets_page import SetsPage
from weighin.ui.widgets.boxes import Box
from weighin.ui.widgets.question import Question

LANES = (LaneSetup(DENSE), LaneSetup(MOE))
SUMS = PromptSet("sums", "Sums", tuple(SetPrompt(f"{n}?", expect=(Expectation(exact=str(n)),)) for n in range(3)))


@pytest.fixture
def page(kit: Kit) -> SetsPage:
    sets(kit).mine += [SUMS, GRADED]
    kit.window.go_to(PROMPT_SETS)
    return kit.window.pages.prompt_sets


def sets(kit: Kit) -> FakePromptSets:
    made: FakePromptSets = kit.window.parts.prompt_sets
    return made


def cells(page: SetsPage) -> list[dict[str, str]]:
    """What stands in the table, by its heads."""
    model, table = page.results.table.model(), page.results.table
    role = Qt.ItemDataRole.AccessibleTextRole
    heads = [str(model.headerData(c, Qt.Orientation.Horizontal, role)) for c in range(model.columnCount())]
    return [
        {
            head: str(model.index(row, column).data())
            for column, head in enumerate(heads)
            if not table.isColumnHidden(column)
        }
        for row in range(model.rowCount())
    ]


def shown_run(kit: Kit, page: SetsPage, stored: StoredRun | None = None) -> StoredRun:
    stored = stored or graded_run(LANES)
    sets(kit).runs[stored.id] = stored
    page.show_run(stored)
    return stored


def give(kit: Kit, qtbot: QtBot, number: int, a: object, b: object) -> None:
    """Answer the comparison that runs, the `number`-th."""
    qtbot.waitUntil(lambda: len(kit.runner.requests) == number)
    kit.runner.finish(a, b)  # type: ignore[arg-type]


def question(kit: Kit) -> Question:
    found = kit.window.findChild(Question)
    assert isinstance(found, Question)
    return found


def press(asked: Question, words: str) -> None:
    next(b for b in asked.findChildren(QPushButton) if b.text() == words).click()


def test_before_a_run_it_says_what_the_set_can_show(kit: Kit, page: SetsPage) -> None:
    page.bar.choose("graded")
    assert page.verdict.outlook.text() == "4 prompts: too few to show a difference; it takes at least 6."
    assert page.verdict.strip.isHidden() and page.results.boxes.isHidden()
    assert cells(page)[2] == {
        "#": "3",
        "Prompt": "Name the capital of France.",
        "Tag": "facts",
        "Expected": "Exact text, Your vote",
    }
    page.bar.choose("builtin:x")
    assert "does not say what a right answer looks like" in page.verdict.outlook.text()
    assert list(cells(page)[0]) == ["#", "Prompt"]


def test_the_models_are_those_of_compare(kit: Kit, page: SetsPage) -> None:
    assert page.bar.models == ("Starter Dense", "Starter MoE")
    kit.page.swap_models()
    assert page.bar.models == ("Starter MoE", "Starter Dense")
    page.bar.change.click()
    assert kit.window.page == COMPARE


def test_a_run_is_marked_as_it_goes_on(kit: Kit, page: SetsPage, qtbot: QtBot) -> None:
    page.bar.choose("sums")
    page.bar.run.click()
    assert page.bar.run.isHidden() and not page.bar.stop.isHidden() and not page.progress.isHidden()
    give(kit, qtbot, 1, answer("0"), answer("1"))
    qtbot.waitUntil(lambda: cells(page)[0]["A"] == "✓ Right")
    assert cells(page)[0] == {
        "#": "1", "Prompt": "0?", "A": "✓ Right", "B": "✗ Wrong", "Answer A": "0", "Answer B": "1",
    }  # fmt: skip
    assert cells(page)[1]["A"] == ""
    page.results.table.selectRow(0)
    give(kit, qtbot, 2, answer("1"), answer("1"))
    give(kit, qtbot, 3, answer("2"), failed())
    qtbot.waitUntil(lambda: not kit.window.parts.set_runner.running)
    assert page.results.chosen is not None and page.results.chosen.number == 0, "what was chosen stays so"
    assert cells(page)[2]["B"] == "Failed"
    assert page.line.text().startswith("Finished: all prompts were run. 1 prompt failed; Resume tries again.")
    assert "A 2, B 1 of 2 right" in page.verdict.strip.sentence
    assert "No answer: A 0, B 1 (1 failed); not counted as wrong." in page.verdict.strip.remark
    texts = page.results.boxes.texts
    assert texts["Both right"] == "Both right\n1 · 50.0 %" and texts["Only A right"] == "Only A right\n1 · 50.0 %"
    assert texts[NO_ANSWER] == "No answer 1" and UNMARKED not in texts
    assert not page.bar.resume.isHidden() and not page.bar.run.isHidden()
    page.bar.resume.click()
    give(kit, qtbot, 4, answer("2"), answer("2"))
    qtbot.waitUntil(lambda: cells(page)[2]["B"] == "✓ Right")


def test_boxes_lists_tags_and_words_pick_prompts_out(kit: Kit, page: SetsPage) -> None:
    shown_run(kit, page)
    boxes, table = page.results.boxes, page.results.table

    def numbers() -> list[int]:
        return [row.number for row in table.records]

    for name, wanted in ((Box.ONLY_A.value, [0]), (Box.BOTH_RIGHT.value, [1]), (NO_ANSWER, [2]), (UNMARKED, [3])):
        boxes.choose(name)
        assert numbers() == wanted, name
    boxes.choose_all()
    page.results.tags.setCurrentIndex(2)
    page.results.tags.activated.emit(2)
    assert numbers() == [0, 1], "those with the tag sums"
    page.results.tags.setCurrentIndex(0)
    page.results.tags.activated.emit(0)
    page.results.search.setText("paris")
    assert numbers() == [2], "an answer is searched too"


def test_the_chosen_prompt_tells_what_was_read_and_why(kit: Kit, page: SetsPage) -> None:
    shown_run(kit, page)
    page.results.table.selectRow(0)
    detail = page.results.detail
    assert detail.texts[:2] == ("Prompt 1 · Seven and five · sums", "Expected: exactly “12”")
    assert "Read: 13 (letter)" in detail.lanes["B"].texts[1]
    assert detail.lanes["B"].texts[2] == "It says 13, not 12."
    page.results.table.selectRow(2)
    assert detail.lanes["A"].texts[0] == "Cut off"
    assert "does not count as wrong" in detail.lanes["A"].texts[2]
    page.results.table.selectRow(4)
    assert not detail.open.isVisible() and detail.lanes["A"].isHidden()


def test_a_mark_is_overruled_kept_and_taken_back(kit: Kit, page: SetsPage, qtbot: QtBot) -> None:
    stored = shown_run(kit, page)
    page.results.table.selectRow(0)
    lane = page.results.detail.lanes["B"]
    lane.right.click()
    assert cells(page)[0]["B"] == "✓ by hand"
    assert lane.texts[0] == "Right, by hand" and "The rules say: wrong." in lane.texts[2]
    kept = sets(kit).runs[stored.id].results[0].b.marked
    assert kept.mark is Mark.RIGHT and kept.rule is Mark.WRONG
    qtbot.waitUntil(lambda: "Marked by hand: A 0, B 1." in page.verdict.strip.remark)
    assert page.results.boxes.texts[BY_HAND] == "By hand 1"
    lane.by_rules.click()
    assert cells(page)[0]["B"] == "✗ Wrong" and lane.by_rules.isHidden()
    page.results.table.selectRow(2)
    page.results.detail.lanes["A"].wrong.click()
    assert cells(page)[2]["A"] == "✗ by hand", "an answer that was cut off can be judged by who reads it"


def test_tests_are_asked_about_once(kit: Kit, page: SetsPage, qtbot: QtBot) -> None:
    page.bar.choose("graded")
    page.bar.run.click()
    assert "cannot reach your files" in question(kit).text
    question(kit).reject()
    assert kit.runner.requests == []
    qtbot.waitUntil(lambda: kit.window.findChild(Question) is None)
    page.bar.run.click()
    press(question(kit), "Run without tests")
    for number in range(1, 6):
        give(kit, qtbot, number, answer("return"), answer("return"))
    qtbot.waitUntil(lambda: not kit.window.parts.set_runner.running)
    assert cells(page)[3]["A"] == "Not marked" and kit.window.parts.grader.ran == []
    qtbot.waitUntil(lambda: kit.window.findChild(Question) is None)
    page.bar.mark.trigger()
    question(kit).reject()
    assert kit.window.parts.grader.ran == []
    qtbot.waitUntil(lambda: kit.window.findChild(Question) is None)
    page.bar.run.click()
    press(question(kit), "Run tests")
    for number in range(6, 11):
        give(kit, qtbot, number, answer("return"), answer("nothing"))
    qtbot.waitUntil(lambda: not kit.window.parts.set_runner.running)
    assert (cells(page)[3]["A"], cells(page)[3]["B"]) == ("✓ Right", "✗ Wrong")
    qtbot.waitUntil(lambda: kit.window.findChild(Question) is None)
    page.bar.run.click()
    assert kit.window.findChild(Question) is None and len(kit.runner.requests) == 11
    page.bar.stop.click()
    kit.runner.finish(answer(stop=StopReason.CANCELLED), answer(stop=StopReason.CANCELLED))


def test_what_is_unmarked_is_marked_once_its_tests_are_allowed(kit: Kit, page: SetsPage, qtbot: QtBot) -> None:
    shown_run(kit, page)
    assert cells(page)[3]["A"] == "Not marked"
    page.bar.mark.trigger()
    press(question(kit), "Run tests")
    qtbot.waitUntil(lambda: cells(page)[3]["A"] == "✗ Wrong")
    assert kit.window.parts.grader.ran == ["def double", "def"] and kit.runner.requests == []


def test_where_tests_cannot_be_confined_that_is_said(kit: Kit, page: SetsPage) -> None:
    kit.window.parts.grader.why_no_tests = "Tests are not run here: this system cannot confine them (nothing)."
    page.bar.choose("graded")
    page.bar.run.click()
    assert "cannot confine them" in question(kit).text
    words = [b.text() for b in question(kit).findChildren(QPushButton)]
    assert words == ["Run without tests", "Cancel"]


def test_samples_ask_each_prompt_again(kit: Kit, page: SetsPage, qtbot: QtBot) -> None:
    page.bar.choose("sums")
    page.bar.samples.set_text("none")
    page.bar.run.click()
    assert kit.runner.requests == [] and page.bar.samples.error == "A whole number from 1 to 100."
    page.bar.samples.set_text("2")
    page.bar.run.click()
    if not kit.runner.requests:
        assert "temperature above 0" in page.note.label.text()
        kit.page.prompt.set_options_open(True)
        kit.page.drawer.form("A").field("temperature").set_text("0.8")
        page.bar.run.click()
    for number in range(1, 7):
        give(kit, qtbot, number, answer(str((number - 1) % 3)), answer("9"))
    qtbot.waitUntil(lambda: not kit.window.parts.set_runner.running)
    assert [row["#"] for row in cells(page)] == ["1", "1 (2)", "2", "2 (2)", "3", "3 (2)"]
    assert {row["A"] for row in cells(page)} == {"✓ Right"}


def test_past_runs_are_shown_resumed_exported_and_deleted(kit: Kit, page: SetsPage, qtbot: QtBot) -> None:
    stored = graded_run(LANES, PromptSet("gone", "An old set", SUMS.prompts[:2] + GRADED.prompts[2:4]))
    sets(kit).runs[stored.id] = stored
    page.tabs.setCurrentIndex(1)
    page.past.refresh()
    page.past.table.selectRow(0)
    row = page.past.table.chosen
    assert (row.name, row.answered, row.planned, row.right_a, row.right_b) == ("An old set", 4, 4, 2, 2)
    page.past.open.click()
    assert page.tabs.currentIndex() == 0 and page.bar.chosen is None
    assert page.bar.choice.placeholderText() == "An old set, as it was run"
    assert cells(page)[0]["A"] == "✓ Right" and not page.bar.run.isEnabled()
    sets(kit).changed.emit()
    assert page.shown is not None and page.shown.id == stored.id, "sets that change elsewhere leave it there"
    page.tabs.setCurrentIndex(1)
    page.past.delete.click()
    page.past.confirm.yes.click()
    assert sets(kit).runs == {}


def test_a_set_that_was_changed_since_is_told(kit: Kit, page: SetsPage) -> None:
    shown_run(kit, page, graded_run(LANES, PromptSet("graded", GRADED.name, (*GRADED.prompts[:4], SetPrompt("New")))))
    assert page.line.text().startswith("The set has changed since this run began (1 prompt differs).")


def test_history_leads_to_the_results(new_kit: Callable[..., Kit]) -> None:
    kit = new_kit(history=FakeHistory(comparison(), comparison(number=1)))
    stored = graded_run(LANES)
    sets(kit).runs[stored.id] = stored
    for id in ("id0", "id1"):
        kit.history.mark(id, set_run=stored.id, set_name=GRADED.name)
    kit.window.show_page(HISTORY)
    history = kit.window.history_page
    history.table.selectRow(0)
    history._results.click()
    assert kit.window.page == PROMPT_SETS
    assert kit.window.pages.prompt_sets.shown == stored
    kit.window.show_page(HISTORY)
    history.results_wanted.emit("no such run")
    assert "no longer kept" in kit.window.pages.prompt_sets.note.label.text()


def test_a_run_from_a_bundle_is_shown_but_not_resumed(kit: Kit, page: SetsPage) -> None:
    stored = graded_run((LaneSetup(MOE), LaneSetup(DENSE)))
    object.__setattr__(stored.run, "id", "")
    kit.window.show_page(COMPARE)
    kit.window.bundle_controller.set_run_opened.emit(stored)
    assert kit.window.page == PROMPT_SETS and cells(page)[0]["A"] == "✓ Right"
    assert page.bar.resume.isHidden() and not page.bar.export.isHidden()
    assert "Run with A: Starter MoE, B: Starter Dense." in page.line.text()
    kit.page.swap_models()
    assert "Run with" not in page.line.text()


def test_a_prompt_is_opened_on_compare(new_kit: Callable[..., Kit]) -> None:
    kit = new_kit(history=FakeHistory(comparison(number=0)))
    kit.window.show_page(PROMPT_SETS)
    page = kit.window.pages.prompt_sets
    shown_run(kit, page)
    page.results.table.selectRow(0)
    page.results.detail.open.click()
    assert kit.window.page == COMPARE and kit.page.remark.startswith("From History")


def test_the_drawer_leads_to_the_results_of_its_set(kit: Kit, page: SetsPage) -> None:
    kit.page.prompt.set_sets_open(True)
    drawer = kit.window.sets_controller.drawer
    drawer.choice.setCurrentIndex(2)
    assert drawer.chosen == GRADED
    drawer.results_wanted.emit()
    assert kit.window.page == PROMPT_SETS and page.bar.chosen == GRADED


def test_a_set_is_deleted_and_had_back(kit: Kit, page: SetsPage) -> None:
    page.bar.choose("sums")
    page.bar.delete.trigger()
    assert [one.id for one in page.bar.sets] == ["builtin:x", "graded"]
    assert page.note.label.text() == "Sums deleted." and not page.undo.isHidden()
    page.undo.click()
    assert page.bar.chosen == SUMS and page.note.label.text() == "Undone." and page.undo.isHidden()
    page.bar.choose("builtin:x")
    assert not page.bar.delete.isEnabled()


def test_a_set_goes_to_a_file_and_comes_from_one(kit: Kit, page: SetsPage) -> None:
    page.keeping.save(SUMS, "/out/sums.toml")
    assert 'name = "Sums"' in sets(kit).written["/out/sums.toml"] and page.note.label.text() == "Saved: sums.toml"
    page.keeping.import_file("/x/mine.jsonl")
    assert page.bar.chosen is not None and page.bar.chosen.name == "mine.jsonl"
    assert page.note.label.text() == "mine.jsonl: 2 prompts imported.\nLine 3: it is not JSON."
    page.keeping.import_file("/x/bad.txt")
    assert page.note.label.text() == "bad.txt: The file has no prompts: it is empty."


def test_another_set_can_be_looked_at_while_one_runs(kit: Kit, page: SetsPage, qtbot: QtBot) -> None:
    page.bar.choose("sums")
    page.bar.run.click()
    give(kit, qtbot, 1, answer("0"), answer("0"))
    page.bar.choose("graded")
    give(kit, qtbot, 2, answer("1"), answer("1"))
    assert list(cells(page)[0]) == ["#", "Prompt", "Tag", "Expected"]
    assert not page.bar.stop.isHidden() and not page.bar.run.isEnabled() and page.progress.isHidden()
    page.bar.choose("sums")
    qtbot.waitUntil(lambda: cells(page)[1]["A"] == "✓ Right")
    assert not page.progress.isHidden()
    page.bar.stop.click()
    kit.runner.finish(answer(stop=StopReason.CANCELLED), answer(stop=StopReason.CANCELLED))
    assert page.line.text().startswith("Stopped. The answers so far are kept; Resume continues.")


def test_a_blind_run_is_told_when_it_is_over(kit: Kit, page: SetsPage, qtbot: QtBot) -> None:
    stored = graded_run(LANES)
    runner = kit.window.parts.set_runner
    runner.stored, runner.running = StoredRun(stored.run), True
    object.__setattr__(runner.stored.run, "blind", True)
    runner.changed.emit()
    assert page.shown is not None
    for result in stored.results:
        runner.stored = runner.stored.with_result(result)
        runner.marked.emit(result.number)
    page.results.table.selectRow(0)
    assert {row["A"] for row in cells(page)} == {""} and page.verdict.strip.isHidden() and page.results.boxes.isHidden()
    assert "told when the blind run is over" in page.results.detail.texts[-1]
    runner.running = False
    runner.ended.emit("Finished: all prompts were run.")
    assert cells(page)[0]["A"] == "✓ Right"


def test_gsm8k_is_one_action_away(kit: Kit, page: SetsPage) -> None:
    gsm8k = kit.window.parts.gsm8k
    page.bar.get.trigger()
    assert gsm8k.asked == 1
    gsm8k.progressed.emit(FetchProgress("downloading", 300_000, 400_000, "gsm8k"))
    assert page.note.label.text() == "Downloading GSM8K: 75 %" and not page.bar.get.isEnabled()
    gsm8k.failed.emit(AppError("The hub cannot be reached.", kind="offline"))
    assert page.note.label.text() == "The hub cannot be reached." and page.bar.get.isEnabled()
    came = PromptSet("gsm8k", "GSM8K", (SetPrompt("How many?", expect=(Expectation(number=NumberAnswer(72.0)),)),))
    sets(kit).mine.append(came)
    gsm8k.fetched.emit(came)
    assert page.note.label.text() == "GSM8K is here: 1 prompt."
    assert page.bar.chosen == came
