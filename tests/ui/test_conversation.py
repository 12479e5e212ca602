"""Turns stand one under the other, the question above its two answers, which scroll together or apart."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import answer, comparison
from weighin.core.runs.chat import Message
from weighin.core.runs.progress import LaneState

LONG = "".join(f"Line {number} of a long answer.\n\n" for number in range(120))
SHORT = "".join(f"Line {number}.\n\n" for number in range(60))


def place(part: QWidget, kit: Kit) -> QRect:
    return QRect(part.mapTo(kit.window, QPoint(0, 0)), part.size())


def in_sight(part: QWidget) -> bool:
    return part.isVisible() and part.visibleRegion().boundingRect().contains(part.rect())


def talk(kit: Kit, turns: int, a: str = "Paris.", b: str = "Rome.") -> None:
    for number in range(turns):
        if number:
            kit.page.prompt.follow.setChecked(True)
        kit.start(f"Question {number + 1}?")
        kit.runner.finish(answer(f"{a} {number + 1}"), answer(f"{b} {number + 1}"))


@pytest.mark.parametrize("size", [(1000, 700), (1440, 900)])
@pytest.mark.parametrize(("a", "b"), [("Paris.", "Rome."), (LONG, SHORT)])
def test_earlier_turns_stand_above_and_the_question_is_in_sight(
    kit: Kit, qtbot: QtBot, size: tuple[int, int], a: str, b: str
) -> None:
    kit.window.resize(*size)
    qtbot.waitUntil(lambda: kit.window.width() == size[0])
    talk(kit, 3, a, b)
    conversation, question = kit.page.card.conversation, kit.page.question
    assert [turn[0] for turn in conversation.earlier] == ["Question 1?", "Question 2?"]
    assert conversation.earlier[1][1] == (f"{a} 2", f"{b} 2")
    qtbot.waitUntil(lambda: in_sight(question))
    assert question.text == "Question 3?"
    parts = (*conversation.earlier_turns, question)
    qtbot.waitUntil(lambda: all(place(one, kit).bottom() <= place(other, kit).top() for one, other in pairwise(parts)))
    if a == "Paris." and size[1] == 900:
        assert all(in_sight(part) for part in parts), "where there is room all of it is in sight"
    for turn in conversation.earlier_turns:
        left, right = (place(view, kit) for view in turn.views)
        assert left.top() == right.top() and left.right() < right.left() and left.height() == right.height()
        assert abs(left.width() - right.width()) <= 2
    # The answers of all turns stand in the same two columns.
    for view, pane in zip(conversation.earlier_turns[0].views, kit.page.panes, strict=True):
        assert abs(place(view, kit).left() - place(pane.answer.view, kit).left()) <= 12
    for pane in kit.page.panes:
        assert pane.answer.view.height() > 100, "the present turn has most of the room"
    conversation.verticalScrollBar().setValue(0)
    qtbot.waitUntil(lambda: in_sight(conversation.earlier_turns[0].findChildren(QWidget)[0]))
    assert "1" in conversation.earlier_turns[0].views[0].toPlainText()


def test_a_new_turn_comes_into_sight_wherever_one_had_scrolled(kit: Kit, qtbot: QtBot) -> None:
    kit.window.resize(1440, 900)
    talk(kit, 3, LONG, SHORT)
    bar = kit.page.card.conversation.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum() > 0)
    bar.setValue(0)
    kit.page.prompt.follow.setChecked(True)
    kit.start("One more?")
    qtbot.waitUntil(lambda: in_sight(kit.page.question) and bar.value() == bar.maximum())
    assert len(kit.page.card.conversation.earlier) == 3


def test_the_question_stays_in_sight_while_answers_come(kit: Kit, qtbot: QtBot) -> None:
    kit.window.resize(1000, 700)
    talk(kit, 2, LONG, SHORT)
    kit.page.prompt.follow.setChecked(True)
    kit.start("word " * 500)
    lane = kit.runner.begin_round("A")
    lane.be(LaneState.BUSY, "writing", 1, 0)
    for _ in range(5):
        lane.write(LONG, 100)
        qtbot.wait(60)
        assert in_sight(kit.page.question)


def test_earlier_answers_are_hostile_until_shown_otherwise(kit: Kit, qtbot: QtBot) -> None:
    evil = "\u202e<script>alert(1)</script> ![x](http://x/y.png) [link](file:///etc/passwd)"
    old = comparison()
    thread = (Message("user", evil), Message("assistant", evil))
    kit.page.show_comparison(replace(old, request=replace(old.request, threads=(thread, thread))))
    (turn,) = kit.page.card.conversation.earlier_turns
    for view in turn.views:
        qtbot.waitUntil(lambda view=view: "<script>" in view.toPlainText())
        assert "<img" not in view.toHtml() and "[image: x]" in view.toPlainText()


def test_threads_of_different_lengths_lose_nothing(kit: Kit) -> None:
    """A bundle of somebody else, say."""
    old = comparison()
    user, said = Message("user", "Who?"), Message("assistant", "I.")
    for threads in (((user, said, user), (user,)), ((said,), (said,)), ((user, said), ()), ((), ())):
        kit.page.show_comparison(replace(old, request=replace(old.request, threads=threads)))
        assert kit.page.question.text == "What is seven plus five?"
        assert len(kit.page.card.conversation.earlier) <= 2


def test_both_answers_scroll_together_on_wish(kit: Kit, qtbot: QtBot) -> None:
    kit.window.resize(1280, 700)
    kit.start()
    kit.runner.finish(answer(LONG), answer(SHORT))
    bars = [pane.answer.view.verticalScrollBar() for pane in kit.page.panes]
    qtbot.waitUntil(lambda: all(bar.maximum() > 0 for bar in bars))
    together = kit.page.question.together
    for bar in bars:
        bar.setValue(0)
    bars[0].setValue(bars[0].maximum())
    assert bars[1].value() == 0, "each by itself, at first"
    qtbot.mouseClick(together, Qt.MouseButton.LeftButton)
    assert together.isChecked()
    for mine, other in (bars, bars[::-1]):
        for share in (0.5, 1.0, 0.0):
            mine.setValue(round(share * mine.maximum()))
            assert abs(other.value() / other.maximum() - share) < 0.02
    qtbot.mouseClick(together, Qt.MouseButton.LeftButton)
    bars[0].setValue(bars[0].maximum())
    assert bars[1].value() == 0


def test_scrolling_together_does_not_hold_back_an_answer_that_comes(kit: Kit, qtbot: QtBot) -> None:
    """A is read at its beginning while B, which is being written, follows its end."""
    kit.window.resize(1280, 700)
    kit.page.question.together.setChecked(True)
    kit.start()
    for label in ("A", "B"):
        kit.runner.begin_round(label).write(LONG, 500)
        kit.runner.give(label, answer(LONG))
    kit.runner.finish(answer(LONG), answer(LONG))
    views = [pane.answer.view for pane in kit.page.panes]
    qtbot.waitUntil(lambda: all(view.is_settled for view in views))
    assert all(view.toPlainText().endswith("Line 119 of a long answer.") for view in views)
