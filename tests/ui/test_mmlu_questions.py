"""The questions of a run: boxes, list, and each question with what was made of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE
from tests.ui.mmlu_fakes import answered, plan, request, result, unscored, with_items
from weighin.core.evaluations.evaluation import EvaluationRecord, ItemResult, ScoredItem
from weighin.core.evaluations.forms import ARC
from weighin.core.evaluations.questions import Question
from weighin.core.runs.run_state import RunState
from weighin.ui.main_window import MMLU
from weighin.ui.mmlu.run.boxes import ALL, NEAR_TIES, UNSCORED
from weighin.ui.mmlu.run.questions_view import QuestionsView

RECORD = answered()


@pytest.fixture
def view(kit: Kit) -> QuestionsView:
    kit.window.show_page(MMLU)
    kit.window.mmlu_page.show_record(RECORD)
    return kit.window.mmlu_page.run.questions


def test_the_boxes_count_who_was_right(view: QuestionsView) -> None:
    paired = RECORD.paired
    texts = view.boxes.texts
    for name, count in (
        ("Both right", paired.both_right),
        ("Only A right", paired.only_a),
        ("Only B right", paired.only_b),
        ("Both wrong", paired.both_wrong),
    ):
        assert texts[name] == f"{name}\n{count} · {100 * count / 130:.1f} %"
    assert texts[NEAR_TIES] == "Near ties 8"
    assert UNSCORED not in texts
    assert "Right" not in texts


@pytest.mark.parametrize("name", ["Both right", "Only B right", "Both wrong"])
def test_a_box_opens_its_questions(view: QuestionsView, name: str) -> None:
    view.boxes.choose(name)
    wanted = {"Both right": (True, True), "Only B right": (False, True), "Both wrong": (False, False)}[name]
    found = view.table.records
    assert [item.question.id for item in found] == [
        item.question.id for item in RECORD.items if (item.right("A"), item.right("B")) == wanted
    ]


def test_near_ties_are_marked(view: QuestionsView) -> None:
    view.boxes.choose(NEAR_TIES)
    assert len(view.table.records) == 8
    assert all("≈" in str(view.table.model().index(row, 3).data()) for row in range(8))
    view.table.selectRow(0)
    assert "Near tie of model A: its two best options are 0.002 nats apart" in view.detail.texts[-1]


def test_questions_are_searched(view: QuestionsView, qtbot: QtBot) -> None:
    qtbot.keyClicks(view.search, "people towns")
    assert {item.question.subject for item in view.table.records} == {"people_and_towns"}
    view.search.setText("nowhere")
    assert view.table.records == ()
    assert view.detail.texts[1] == "Choose a question to read it."


def test_a_question_is_shown_with_both_models_probabilities(view: QuestionsView) -> None:
    view.boxes.choose("Only B right")
    view.table.selectRow(0)
    item = view.chosen
    assert item is not None
    where, text, *options, remarks = view.detail.texts
    assert where.endswith(f"correct: {item.question.letter}")
    assert text == item.question.text
    right = options[item.question.answer]
    assert right.startswith(f"{item.question.letter} ✓ {item.question.choices[item.question.answer]}")
    assert right.endswith("(right, chosen by model B)")
    bars = view.detail.bars(item.question.answer)
    assert bars.shares == (("A", pytest.approx(0.02)), ("B", pytest.approx(0.7)))
    assert bars.accessibleName() == "model A 2.0 %, model B 70.0 %"
    assert "Model A puts 6.0 % on tokens other than the four letters." in remarks


def test_a_lane_is_a_chip_where_options_are_near(kit: Kit, view: QuestionsView) -> None:
    heads = view.table.model()
    for column, label in ((3, "A"), (4, "B")):
        said = heads.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.AccessibleTextRole)
        assert (said, heads.headerData(column, Qt.Orientation.Horizontal)) == (label, "")
        light = heads.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.DecorationRole)
        middle = light.pixmap(16, 16).toImage().pixelColor(2, 8).name()
        assert middle == kit.theme.colours.lane(label)
    view.boxes.choose("Only B right")
    view.table.selectRow(0)
    for box in ("Only A right", "Only B right"):
        chips = [c for c in view.boxes._buttons[box].findChildren(QLabel) if c.property("role") == "chip"]
        assert [c.text() for c in chips] == [box.split()[1]]
    chosen = [c for c in view.detail.findChildren(QLabel) if c.property("role") == "chip" and c.isVisibleTo(view)]
    assert sorted(c.text() for c in chosen) == ["A", "B"]


def test_arrow_keys_walk_through_the_questions(view: QuestionsView, qtbot: QtBot) -> None:
    view.table.selectRow(0)
    qtbot.keyClick(view.table, Qt.Key.Key_Down)
    assert view.chosen is RECORD.items[1]
    assert view.detail.texts[1] == RECORD.items[1].question.text


def test_what_was_not_scored_is_listed_with_its_reason(kit: Kit) -> None:
    made = plan(request(n=20))
    items = tuple(replace(i, a=unscored(i.question), b=result(i.question, True)) for i in made.items)
    kit.window.show_page(MMLU)
    kit.window.mmlu_page.show_record(with_items(made, items, RunState.FINISHED))
    view = kit.window.mmlu_page.run.questions
    view.boxes.choose(UNSCORED)
    assert len(view.table.records) == 20
    assert view.table.model().index(0, 3).data() == "not scored"
    view.table.selectRow(0)
    assert "Model A was not scored, which counts as wrong: Its logits are not numbers." in view.detail.texts[-1]


def test_one_model_alone_has_two_boxes(kit: Kit) -> None:
    kit.window.show_page(MMLU)
    page = kit.window.mmlu_page
    page.show_record(RECORD)
    page.run.questions.boxes.choose("Only A right")
    page.show_record(answered(request(DENSE)))
    boxes = page.run.questions.boxes
    assert list(boxes.texts) == ["Right", "Wrong", ALL, NEAR_TIES]
    assert boxes.chosen == ALL


def test_texts_of_strangers_stay_text(kit: Kit) -> None:
    hostile = Question("s<b>u</b>b", "test", 0, "<img src=x> \u202eq\x00", ("<b>a</b>", "b\n\nb", "", "d" * 5000), 1)
    made = plan(request(n=1))
    item = replace(made.items[0], question=hostile, a=result(hostile, True), b=None)
    kit.window.show_page(MMLU)
    kit.window.mmlu_page.show_record(with_items(made, (item,), RunState.STOPPED))
    view = kit.window.mmlu_page.run.questions
    view.table.selectRow(0)
    assert view.detail.texts[1] == "<img src=x> \u202eq\ufffd"
    assert "<b>a</b>" in view.detail.texts[2]
    assert view.table.model().index(0, 1).data() == "s<b>u</b>b"


def test_the_chosen_question_stays_while_answers_come(kit: Kit, qtbot: QtBot) -> None:
    kit.window.show_page(MMLU)
    page, runner = kit.window.mmlu_page, kit.evaluations.runner
    page.setup.amount.choose(40)
    qtbot.mouseClick(page.setup.start, Qt.MouseButton.LeftButton)
    runner.begin(plan(runner.requests[0]))
    view = page.run.questions
    full: EvaluationRecord = answered(runner.requests[0])
    runner.answer("A", tuple(item.a for item in full.items[:20]))
    view.table.selectRow(3)
    kept = view.chosen.question.id
    runner.answer("B", tuple(item.b for item in full.items[:20]))
    qtbot.waitUntil(lambda: view.chosen is not None and view.chosen.b is not None)
    assert view.chosen.question.id == kept
    assert "chosen by" in "".join(view.detail.texts)


def test_endings_share_their_probability_and_acc_norm_may_choose_another(view: QuestionsView) -> None:
    choices = ("a", "a much longer ending than the others", "b", "c", "d")
    question = Question("arc", "test", 7, "Which?", choices, 1, ARC)
    view.detail.show_item(ScoredItem(question, ItemResult(question.id, 0, (-10.0, -11.0, -30.0, -40.0, -50.0))))
    texts = view.detail.texts
    assert texts[0].endswith("correct: B") and any(text.startswith("E d") for text in texts)
    (_, first), (_, second) = view.detail.bars(0).shares[0], view.detail.bars(1).shares[0]
    assert first == pytest.approx(0.731, abs=1e-3) and first + second == pytest.approx(1)
    assert "Model A chooses B by acc_norm." in texts[-1] and "four letters" not in texts[-1]
    two = Question("wg", "val", 1, "The _ fell.", ("cup", "jug"), 0, "winogrande")
    view.detail.show_item(ScoredItem(two, ItemResult(two.id, 1, (-4.0, -3.0))))
    assert not any(text.startswith(("C", "D", "E")) for text in view.detail.texts[2:-1])
    assert "acc_norm." not in view.detail.texts[-1].split("Bars:")[0]
