"""Editing a prompt set: prompts, what is expected of answers, and trying that."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.prompt_set_fakes import GRADED, FakePromptSets
from weighin.core.grading.expectation import (
    ChoiceAnswer,
    Contains,
    Expectation,
    JsonAnswer,
    Kind,
    NumberAnswer,
)
from weighin.core.prompts.prompt_set import PromptSet, SetPrompt
from weighin.ui.pages import PROMPT_SETS
from weighin.ui.prompt_sets.editor.drafts import draft_of
from weighin.ui.prompt_sets.editor.set_editor import SetEditor
from weighin.ui.prompt_sets.sets_page import SetsPage
from weighin.ui.widgets.question import Question

EVERYTHING = (
    Expectation(exact="Twelve"),
    Expectation(contains=Contains(("a", "b"), True, ("c",))),
    Expectation(regex=r"\d+"),
    Expectation(number=NumberAnswer(12.5, 0.1)),
    Expectation(choice=ChoiceAnswer("B", ("one", "two"))),
    Expectation(json=JsonAnswer('{"type": "object"}', '{"name": "Ada"}')),
    Expectation(tests="assert f(1) == 2"),
    Expectation(votes=True),
)


@pytest.fixture
def page(kit: Kit) -> SetsPage:
    sets(kit).mine.append(GRADED)
    kit.window.go_to(PROMPT_SETS)
    page: SetsPage = kit.window.pages.prompt_sets
    page.bar.choose(GRADED.id)
    return page


def sets(kit: Kit) -> FakePromptSets:
    made: FakePromptSets = kit.window.parts.prompt_sets
    return made


@pytest.fixture
def editor(kit: Kit, page: SetsPage) -> SetEditor:
    page.bar.edit.click()
    return opened(kit)


def opened(kit: Kit) -> SetEditor:
    found = kit.window.findChildren(SetEditor)[-1]
    assert isinstance(found, SetEditor)
    return found


def fill(box: QWidget, text: str) -> None:
    """As somebody who types."""
    if isinstance(box, QCheckBox):
        box.setChecked(bool(text))
    elif isinstance(box, QLineEdit):
        box.setText(text)
    elif isinstance(box, QPlainTextEdit):
        box.setPlainText(text)


def rows(editor: SetEditor) -> list[str]:
    return [draft.title or draft.text for draft in editor.table.records]


@pytest.mark.parametrize("given", EVERYTHING, ids=lambda one: one.kind.value)
def test_every_kind_comes_back_as_it_was(given: Expectation) -> None:
    prompt = SetPrompt("Text", "Title", "System", "tag", (given,))
    draft = draft_of(1, prompt)
    assert draft.prompt() == prompt
    assert draft.problem == ""


def test_a_set_is_edited_and_kept(kit: Kit, page: SetsPage, editor: SetEditor) -> None:
    assert rows(editor) == [
        "Seven and five",
        "Nine less four",
        "Name the capital of France.",
        "Double",
        "Tell a story.",
    ]
    editor.name.setText("Other sums")
    editor.table.selectRow(1)
    editor.form.text.setPlainText("What is nine minus five?")
    editor.form.tag.setText("minus")
    fill(editor.form.forms[0].box("exact"), "4")
    editor.table.selectRow(4)
    editor.remove.click()
    editor.save.click()
    kept = sets(kit).mine[0]
    assert (kept.id, kept.name, len(kept.prompts)) == (GRADED.id, "Other sums", 4)
    assert kept.prompts[1] == SetPrompt(
        "What is nine minus five?", "Nine less four", "", "minus", (Expectation(exact="4"),)
    )
    assert kept.prompts[0] == GRADED.prompts[0], "what nobody touched is as it was"
    assert page.bar.chosen == kept and page.note.label.text() == "Saved."


def test_prompts_are_added_duplicated_and_deleted(editor: SetEditor) -> None:
    editor.table.selectRow(1)
    editor.duplicate.click()
    assert rows(editor)[1:3] == ["Nine less four", "Nine less four"] and editor.form.title.text() == "Nine less four"
    editor.form.title.setText("A copy")
    assert rows(editor)[1:3] == ["Nine less four", "A copy"]
    editor.add.click()
    assert rows(editor)[3] == "" and editor.form.text.toPlainText() == "" and editor.form.forms == []
    editor.remove.click()
    assert rows(editor)[3] == "Name the capital of France."
    for _ in range(6):
        editor.table.selectRow(0)
        editor.remove.click()
    assert rows(editor) == [""], "there is always something to write into"


def test_a_set_that_comes_along_is_copied(kit: Kit, page: SetsPage) -> None:
    page.bar.choose("builtin:x")
    assert page.bar.edit.text() == "Copy and edit"
    page.bar.edit.click()
    editor = opened(kit)
    assert editor.name.text() == "Explain (copy)"
    editor.save.click()
    assert [one.name for one in sets(kit).mine] == [GRADED.name, "Explain (copy)"]


def test_a_new_set_needs_a_prompt_and_what_is_wrong_stands_beside_it(kit: Kit, page: SetsPage) -> None:
    page.bar.new_wanted.emit()
    editor = opened(kit)
    editor.name.setText("Mine")
    editor.save.click()
    assert editor.error == "Prompt 1: The prompt is empty." and editor.isVisible()
    editor.form.text.setPlainText("How many?")
    editor.form.add.click()
    form = editor.form.forms[0]
    assert form.error == "The list is empty."
    assert not editor.form.problem, "it is said once, beside the part it concerns"
    form.kind.setCurrentIndex(list(Kind).index(Kind.NUMBER))
    form.kind.activated.emit(form.kind.currentIndex())
    for typed, wrong in (("", "The number is missing."), ("a dozen", "The number is not a number."), ("12", "")):
        fill(form.box("number"), typed)
        assert form.error == wrong, typed
    fill(form.box("tolerance"), "half")
    editor.save.click()
    assert editor.error == "Prompt 1: The tolerance is not a number."
    fill(form.box("tolerance"), "0,5")
    editor.save.click()
    assert sets(kit).mine[-1].prompts == (SetPrompt("How many?", expect=(Expectation(number=NumberAnswer(12, 0.5)),)),)


def test_every_kind_can_be_written(editor: SetEditor) -> None:
    typed = {
        Kind.EXACT: {"exact": "Twelve"},
        Kind.CONTAINS: {"contains": "a\nb\n", "any": "yes", "not": "c"},
        Kind.REGEX: {"regex": r"\d+"},
        Kind.NUMBER: {"number": "12,5", "tolerance": "0.1"},
        Kind.CHOICE: {"choice": "B", "options": "one\ntwo"},
        Kind.JSON: {"schema": '{"type": "object"}', "equal": '{"name": "Ada"}'},
        Kind.TESTS: {"tests": "assert f(1) == 2"},
        Kind.VOTES: {},
    }
    for wanted in EVERYTHING:
        editor.form.add_expectation(wanted.kind)
        form = editor.form.forms[-1]
        for name, text in typed[wanted.kind].items():
            fill(form.box(name), text)
        assert (form.error, form.draft.expectation()) == ("", wanted)
        form.remove.click()


def test_what_makes_no_sense_is_kept_while_others_are_edited(editor: SetEditor) -> None:
    editor.form.add_expectation(Kind.JSON)
    form = editor.form.forms[-1]
    fill(form.box("schema"), "{ no JSON")
    assert form.error == "The schema: no JSON in line 1."
    editor.table.selectRow(1)
    assert len(editor.form.forms) == 1
    editor.table.selectRow(0)
    box = editor.form.forms[-1].box("schema")
    assert isinstance(box, QPlainTextEdit) and box.toPlainText() == "{ no JSON"
    model = editor.table.model()
    assert model.index(0, model.columnCount() - 1).data() == "!"


def test_an_answer_is_tried(kit: Kit, editor: SetEditor, qtbot: QtBot) -> None:
    box = editor.form.try_box
    box.answer.setPlainText("12.")
    box.go.click()
    qtbot.waitUntil(lambda: box.result == "Right")
    box.answer.setPlainText(" ")
    box.go.click()
    qtbot.waitUntil(lambda: box.result.startswith("Empty"))
    editor.table.selectRow(3)
    assert box.result == "" and box.go.text() == "Run tests and mark"
    box.answer.setPlainText("return")
    box.go.click()
    qtbot.waitUntil(lambda: box.result.startswith("Right"))
    assert kit.window.parts.grader.ran == ["return"]
    editor.table.selectRow(4)
    assert not box.go.isEnabled(), "nothing is expected"


def test_a_set_that_cannot_be_kept_stays_open(kit: Kit, editor: SetEditor) -> None:
    sets(kit).broken = True
    editor.save.click()
    assert editor.error == "The disk is full." and editor.isVisible()


def test_what_was_typed_is_not_thrown_away_without_asking(kit: Kit, editor: SetEditor, qtbot: QtBot) -> None:
    editor.form.title.setText("New")
    editor.cancel.click()
    question = editor.findChild(Question)
    assert isinstance(question, Question) and editor.isVisible()
    question.reject()
    assert editor.isVisible()
    qtbot.waitUntil(lambda: editor.findChild(Question) is None)
    editor.cancel.click()
    again = editor.findChild(Question)
    assert isinstance(again, Question)
    next(b for b in again.findChildren(type(editor.save)) if b.text() == "Close without saving").click()
    assert not editor.isVisible() and sets(kit).mine == [GRADED]


def test_nothing_is_asked_where_nothing_was_typed(editor: SetEditor) -> None:
    editor.cancel.click()
    assert not editor.isVisible()


def test_ten_thousand_prompts_are_edited_one_by_one(kit: Kit, page: SetsPage) -> None:
    many = PromptSet("many", "Many", tuple(SetPrompt(f"What is {n}?") for n in range(10_000)))
    sets(kit).mine.append(many)
    kit.window.pages._set_views.edit(many)
    editor = opened(kit)
    editor.table.selectRow(9_999)
    editor.form.text.setPlainText("The last one")
    editor.save.click()
    assert sets(kit).mine[-1].prompts[9_999] == SetPrompt("The last one")
    assert sets(kit).mine[-1].prompts[:9_999] == many.prompts[:9_999]
