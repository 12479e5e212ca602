"""Finding words in an answer, and what stays where it is when letters and colours change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QFont, QTextDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from weighin.ui.answer.answer_view import AnswerView
from weighin.ui.theme import Theme

LONG = "".join(f"## Title {n}\n\nLine {n} of a Long answer, `code`.\n\n" for n in range(200)) + "```py\nx = 1\n```\n"


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> AnswerView:
    made = AnswerView(theme, "Answer of lane A")
    qtbot.addWidget(made)
    made.resize(500, 400)
    with qtbot.waitExposed(made):
        made.show()
    return made


def settle(qtbot: QtBot, view: AnswerView) -> None:
    qtbot.waitUntil(lambda: view.is_settled, timeout=20_000)


def show(qtbot: QtBot, view: AnswerView, text: str) -> None:
    view.show_answer(text)
    settle(qtbot, view)


def marks(view: AnswerView) -> list[str]:
    return [mark.cursor.selectedText() for mark in view.extraSelections()]


def current(view: AnswerView, theme: Theme) -> int:
    """Which of the marks stands out."""
    (found,) = [
        number
        for number, mark in enumerate(view.extraSelections())
        if mark.format.background().color().name() == theme.colours.accent
    ]
    return found


def test_every_place_is_marked_and_the_first_is_shown(qtbot: QtBot, view: AnswerView, theme: Theme) -> None:
    show(qtbot, view, LONG)
    assert view.find_all("LONG answer") == 200
    assert set(marks(view)) == {"Long answer"}
    assert view.find_all("line 150") == 1
    assert view.viewport().rect().contains(view.cursorRect(view.extraSelections()[0].cursor))
    assert view.find_all("nowhere") == 0
    assert marks(view) == []
    assert view.find_all("") == 0
    assert view.find_all("e") <= 2_000


def test_one_walks_from_place_to_place_and_round(qtbot: QtBot, view: AnswerView, theme: Theme) -> None:
    show(qtbot, view, "one word\n\ntwo word\n\n| word |\n|---|\n| x |")
    assert view.find_all("word") == 3
    walked = [current(view, theme)]
    for back in (False, False, False, True, True):
        view.find_next(back)
        walked.append(current(view, theme))
    assert walked == [0, 1, 2, 0, 2, 1]
    view.clear_find()
    view.find_next()
    assert marks(view) == []


def test_what_is_found_stays_marked_in_another_theme(qtbot: QtBot, view: AnswerView, theme: Theme) -> None:
    theme.choose("light")
    show(qtbot, view, LONG)
    view.find_all("line 15")
    view.find_next()
    place = view.verticalScrollBar().value()
    theme.choose("dark")
    settle(qtbot, view)
    assert len(marks(view)) == 11
    assert current(view, theme) == 1
    assert view.verticalScrollBar().value() == place


def test_what_comes_after_is_found_too(qtbot: QtBot, view: AnswerView, theme: Theme) -> None:
    view.begin()
    view.feed("one word")
    view.render_now()
    assert view.find_all("word") == 1
    view.feed(" and one word more\n\nThe last word.")
    view.render_now()
    view.find_next()
    assert len(marks(view)) == 3
    view.feed(" A word.")
    view.finish()
    settle(qtbot, view)
    assert len(marks(view)) == 4 and current(view, theme) == 1
    view.begin()
    assert marks(view) == []


@pytest.fixture
def new_font(qapp: QApplication) -> Iterator[QFont]:
    before = qapp.font()
    larger = QFont(before)
    larger.setPointSizeF(before.pointSizeF() * 2)
    yield larger
    qapp.setFont(before)


def top_word(view: AnswerView) -> str:
    return view.cursorForPosition(QPoint(0, 0)).block().text()


@pytest.mark.parametrize("dressed", [True, False])
@pytest.mark.parametrize("streamed", [True, False])
def test_a_larger_font_is_worn_and_the_reader_stays(
    qtbot: QtBot, view: AnswerView, theme: Theme, qapp: QApplication, new_font: QFont, dressed: bool, streamed: bool
) -> None:
    if dressed:
        theme.dress()
    if streamed:
        view.begin()
        view.feed(LONG)
        qtbot.waitUntil(lambda: "x = 1" in view.toPlainText())
    else:
        show(qtbot, view, LONG)
    view.verticalScrollBar().setValue(3_000)
    read, sizes = top_word(view), _sizes(view.document())
    qapp.setFont(new_font)
    qtbot.waitUntil(lambda: view.document().defaultFont().pointSizeF() == new_font.pointSizeF())
    if streamed:
        view.feed("\nThe end.")
        view.complete(f"{LONG}\nThe end.")
    settle(qtbot, view)
    assert top_word(view) == read
    assert view.raw_text.startswith(LONG)
    assert _sizes(view.document())[: len(sizes)] == pytest.approx([2 * size for size in sizes], rel=0.05)


def _sizes(document: QTextDocument) -> list[float]:
    """Points of a heading, inline code and a line of code."""
    heading = document.begin().begin().fragment().charFormat().fontPointSize()
    inline = document.begin().next().begin()
    inline += 1
    last = document.findBlockByNumber(400).begin().fragment().charFormat().fontPointSize()
    return [heading, inline.fragment().charFormat().fontPointSize(), last]


def test_themes_that_follow_each_other_at_once_lose_no_place(qtbot: QtBot, view: AnswerView, theme: Theme) -> None:
    show(qtbot, view, LONG * 5)
    view.verticalScrollBar().setValue(20_000)
    read = top_word(view)
    for face in ("dark", "light", "dark"):
        theme.choose(face)
        view.render_now()
    settle(qtbot, view)
    assert top_word(view) == read
    assert view.raw_text == LONG * 5
