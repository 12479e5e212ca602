"""The Help page says what the window really has."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from weighin.core.glossary import GLOSSARY, meaning
from weighin.ui.commands.palette import shown_keys
from weighin.ui.pages import HELP


def texts(kit: Kit) -> list[str]:
    return [label.text() for label in kit.window.pages.help.findChildren(QLabel)]


def test_f1_shows_it_with_every_key_of_the_window(kit: Kit, qtbot: QtBot) -> None:
    kit.window.activateWindow()
    qtbot.waitUntil(kit.window.isActiveWindow)
    qtbot.keyClick(kit.window, Qt.Key.Key_F1)
    assert kit.window.page == HELP
    shown = texts(kit)
    with_keys = [one for one in kit.window.commands() if one.keys]
    assert len(with_keys) > 12
    for one in with_keys:
        assert one.name in shown
        assert shown_keys(one) in shown


def test_it_opens_at_its_top(kit: Kit, qtbot: QtBot) -> None:
    """Seen: its first button got the keyboard, and the page began at its end."""
    kit.window.resize(1000, 700)
    kit.window.activateWindow()
    qtbot.waitUntil(kit.window.isActiveWindow)
    kit.page.prompt.take_focus()
    kit.window.go_to(HELP)
    page = kit.window.pages.help
    qtbot.waitUntil(lambda: page._scroll.verticalScrollBar().maximum() > 0)
    assert page._scroll.verticalScrollBar().value() == 0


def test_every_term_of_the_glossary_is_there_in_few_words(kit: Kit) -> None:
    shown = texts(kit)
    for term, said in GLOSSARY.items():
        assert term in shown and said in shown
        assert all(len(sentence.split()) <= 18 for sentence in said.split(". ")), term
    assert meaning("Token")
    assert meaning("Zebra") == ""


def test_versions_are_copied_and_licences_listed(kit: Kit) -> None:
    about = kit.window.pages.help.about
    about.copy.click()
    copied = QApplication.clipboard().text()
    for name in ("Weigh-In", "llama-cpp-python", "Qt", "Python", "Engine -"):
        assert name in copied
    about.licences.set_open(True)
    assert [(one.name, one.licence) for one in about.table.records] == [("markdown-it-py", "MIT")]


def test_the_engine_is_not_asked_while_a_comparison_runs(kit: Kit, qtbot: QtBot) -> None:
    looked: list[bool] = []
    kit.station.workstation.computer.look = lambda measure: looked.append(measure)
    kit.start()
    kit.window.show_page(HELP)
    assert looked == []
