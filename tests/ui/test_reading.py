"""Two answers side by side."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import answer, comparison
from weighin.ui.reading.reading_window import ReadingWindow
from weighin.ui.reading.text_pane import TextPane
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


def test_what_differs_is_counted_and_marked(window: ReadingWindow) -> None:
    assert window.line.text() == "2 differences, from word 11; unique text is highlighted."
    marked = [s.cursor.selectedText() for s in window.panes[0].extraSelections()]
    assert marked == ["salt"]
    assert window.panes[0].toPlainText() == A


def rest(pane: TextPane) -> str:
    """What stands behind the cursor."""
    return pane.toPlainText().encode("utf-16-le")[2 * pane.textCursor().position() :].decode("utf-16-le")


def test_from_one_difference_to_the_next_and_back(qtbot: QtBot, theme: Theme) -> None:
    same = "".join(f"\U0001f30a word{number}\n" for number in range(300))
    made = ReadingWindow(theme, comparison(answer("ship " + same + "salt" + "\nend" * 300), answer("boat " + same)))
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: made.isActiveWindow() and made.next.isVisible())
    a, b = made.panes
    qtbot.mouseClick(made.next, Qt.MouseButton.LeftButton)
    assert (made.at.text(), rest(a)[:4], rest(b)[:4]) == ("1 of 2", "ship", "boat")
    colours = [s.format.background().color().name() for s in a.extraSelections()]
    assert colours == [theme.colours.accent, theme.colours.amber_surface], "the one that is shown stands out"
    qtbot.keyClick(made, Qt.Key.Key_F3)
    assert (made.at.text(), rest(a)[:4], b.textCursor().atEnd()) == ("2 of 2", "salt", True)
    assert a.verticalScrollBar().value() > 250
    qtbot.keyClick(made, Qt.Key.Key_F3)
    assert made.at.text() == "1 of 2", "after the last comes the first"
    for _ in range(2):
        qtbot.keyClick(made, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert made.at.text() == "1 of 2"
    qtbot.mouseClick(made.previous, Qt.MouseButton.LeftButton)
    assert made.at.text() == "2 of 2"


def test_answers_with_little_in_common_are_not_marked(qtbot: QtBot, theme: Theme) -> None:
    made = ReadingWindow(theme, comparison(answer("The sea is deep."), answer("Twelve, of course.")))
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(lambda: made.line.text() == "The answers have little in common: shown side by side.")
    assert [pane.extraSelections() for pane in made.panes] == [[], []]
    assert not made.next.isVisible() and not made.previous.isVisible()
    qtbot.keyClick(made, Qt.Key.Key_F3)
    assert [pane.textCursor().position() for pane in made.panes] == [0, 0]


def test_marks_wear_the_colours_of_the_theme(window: ReadingWindow, theme: Theme) -> None:
    before = theme.colours.amber_surface
    theme.choose("light" if theme.colours.dark else "dark")
    (marked,) = window.panes[0].extraSelections()
    assert marked.format.background().color().name() == theme.colours.amber_surface != before


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
    qtbot.waitUntil(lambda: window.line.text().startswith("1 difference, from word 3"))
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
    qtbot.waitUntil(lambda: made.line.text() == "No differences: both answers have the same words.")


def test_characters_that_qt_counts_twice(qtbot: QtBot, theme: Theme) -> None:
    a, b = "\U0001f30a\U0001f30a sea one \U0001f41f two", "\U0001f30a\U0001f30a sea \U0001f41f"
    made = ReadingWindow(theme, comparison(answer(a), answer(b)))
    qtbot.addWidget(made)
    qtbot.waitUntil(lambda: made.line.text() != "Comparing…")
    assert [s.cursor.selectedText() for s in made.panes[0].extraSelections()] == ["one", "two"]
