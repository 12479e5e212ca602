"""Two answers side by side."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import answer, comparison
from weighin.ui.reading.reading_window import ReadingWindow
from weighin.ui.theme import Theme

A = "The sea <b>is</b> salt.\n" + "line\n" * 300
B = "The sea <b>is</b> deep.\n" + "line\n" * 600


@pytest.fixture
def window(qtbot: QtBot, theme: Theme) -> ReadingWindow:
    made = ReadingWindow(theme, comparison(answer(A), answer(B)))
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(lambda: made.line.text() != "Comparing…")
    return made


def test_what_differs_and_where_they_part(window: ReadingWindow) -> None:
    assert window.line.text().startswith("They part after 10 words")
    marked = [s.cursor.selectedText() for s in window.panes[0].extraSelections()]
    assert marked[0] == "salt"
    assert window.panes[0].toPlainText() == A


def test_going_to_where_they_part(qtbot: QtBot, theme: Theme) -> None:
    same = "\U0001f30a word\n" * 300
    made = ReadingWindow(theme, comparison(answer(same + "salt" + "\nend" * 300), answer(same)))
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(made.go.isVisible)
    qtbot.mouseClick(made.go, Qt.MouseButton.LeftButton)
    a, b = made.panes
    assert a.toPlainText().encode("utf-16-le")[2 * a.textCursor().position() :].decode("utf-16-le").startswith("salt")
    assert b.textCursor().atEnd() and a.verticalScrollBar().value() > 250


def test_found_in_both(window: ReadingWindow, qtbot: QtBot) -> None:
    qtbot.keyClicks(window.find_box, "SEA")
    assert window.found.text() == "A: 1, B: 1"
    qtbot.keyClicks(window.find_box, "x")
    assert window.found.text() == "A: 0, B: 0"
    window.find_box.clear()
    assert window.found.text() == ""


def test_scrolled_together_or_not(window: ReadingWindow) -> None:
    mine, its = (pane.verticalScrollBar() for pane in window.panes)
    mine.setValue(mine.maximum())
    assert its.value() == its.maximum() > 0
    window.linked.setChecked(False)
    mine.setValue(0)
    assert its.value() == its.maximum()


def test_from_the_compare_page(kit: Kit, qtbot: QtBot) -> None:
    link = kit.page.panel.differences
    assert not link.isVisible()
    kit.start()
    kit.runner.finish(answer("It is twelve."), answer("It is thirteen."))
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    (window,) = kit.window.findChildren(ReadingWindow)
    qtbot.waitUntil(lambda: window.line.text() not in ("", "Comparing…"))
    window.close()


def test_it_is_offered_only_where_the_answers_are_alike_enough(kit: Kit) -> None:
    link = kit.page.panel.differences
    for a, b, offered in (
        ("The sea is deep and blue.", "The sea is deep and green.", True),
        ("The sea is deep.", "Twelve, of course.", False),
        ("", "Twelve.", False),
        ("海は深い", "海は深い", True),
        ("word " * 50_000, "word " * 40_000 + "end", True),
    ):
        kit.start()
        assert not link.isVisible(), "there is nothing to compare yet"
        kit.runner.finish(answer(a), answer(b))
        assert link.isVisible() == offered, (a[:20], b[:20])


def test_the_same_words(qtbot: QtBot, theme: Theme) -> None:
    made = ReadingWindow(theme, comparison(answer("Twelve."), answer("Twelve.")))
    qtbot.addWidget(made)
    qtbot.waitUntil(lambda: made.line.text() == "Both answers have the same words.")


def test_characters_that_qt_counts_twice(qtbot: QtBot, theme: Theme) -> None:
    a, b = "\U0001f30a\U0001f30a sea one \U0001f41f two", "\U0001f30a\U0001f30a sea \U0001f41f"
    made = ReadingWindow(theme, comparison(answer(a), answer(b)))
    qtbot.addWidget(made)
    qtbot.waitUntil(lambda: made.line.text() != "Comparing…")
    assert [s.cursor.selectedText() for s in made.panes[0].extraSelections()] == ["one", "two"]
