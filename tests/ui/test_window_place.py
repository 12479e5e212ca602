"""Windows on the screens where they open: see tests/support/screens.json."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QApplication, QMainWindow, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import FakeSettings, answer, comparison
from weighin.ui.reading.reading_window import ReadingWindow
from weighin.ui.theme import Theme
from weighin.ui.window_place import FirstPlace, within

ROOM = QRect(100, 50, 1000, 600)


@pytest.mark.parametrize(
    ("frame", "fitting"),
    [
        (QRect(200, 100, 500, 400), QRect(200, 100, 500, 400)),
        (QRect(900, 500, 500, 400), QRect(600, 250, 500, 400)),
        (QRect(-900, -500, 500, 400), QRect(100, 50, 500, 400)),
        (QRect(300, 100, 1280, 820), QRect(100, 50, 1000, 600)),
        (QRect(300, 100, 500, 820), QRect(300, 50, 500, 600)),
        (QRect(100, 50, 1000, 600), QRect(100, 50, 1000, 600)),
    ],
)
def test_as_little_as_it_takes(frame: QRect, fitting: QRect) -> None:
    assert within(frame, ROOM) == fitting
    assert ROOM.contains(within(frame, ROOM))


def screen(name: str) -> QScreen:
    return next(one for one in QGuiApplication.screens() if one.name() == name)


def on_its_screen(window: QWidget) -> bool:
    return window.screen().availableGeometry().contains(window.frameGeometry())


@pytest.mark.parametrize("name", ["notebook", "scaled"])
def test_a_first_window_fits_a_small_screen_with_its_frame(qtbot: QtBot, qapp: object, name: str) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setMinimumSize(640, 560)
    window.setScreen(screen(name))
    FirstPlace(window, QSize(1280, 820))
    window.move(screen(name).geometry().topLeft() + QPoint(60, 40))
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(lambda: on_its_screen(window))
    assert window.screen().name() == name
    assert window.width() > 1200 and window.height() > 620


def test_the_first_window_has_its_size_where_there_is_room(kit: Kit) -> None:
    assert (kit.window.width(), kit.window.height()) == (1280, 820)


def stored_at(place: QRect) -> str:
    """The geometry as a window keeps it that was closed there."""
    window = QMainWindow()
    window.setGeometry(place)
    return bytes(window.saveGeometry().toBase64().data()).decode("ascii")


@pytest.mark.parametrize(
    "place",
    [
        QRect(9000, 7000, 1200, 800),  # a screen that is gone
        QRect(-3000, 20, 1200, 800),
        QRect(10, 10, 3800, 2000),  # a larger screen
        QRect(2600, 30, 1900, 1000),
        QRect(3990, 40, 1280, 820),
        QRect(2500, 1400, 1000, 700),
    ],
)
def test_a_window_comes_back_where_there_is_a_screen(
    new_kit: Callable[..., Kit], qtbot: QtBot, theme: Theme, place: QRect
) -> None:
    window = new_kit(settings=FakeSettings(window_geometry=stored_at(place))).window
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(lambda: on_its_screen(window))
    assert window.width() >= 1000 and window.height() > 550


@pytest.mark.parametrize("place", [QRect(9000, 7000, 1200, 800), QRect(10, 10, 3800, 2000)])
def test_a_window_whose_screen_disappears_comes_to_another_one(
    kit: Kit, qtbot: QtBot, qapp: QApplication, place: QRect
) -> None:
    kit.start("A question")
    kit.runner.begin_round("A").write("Twelve.")
    qtbot.wait(300)  # until its first place was looked at
    kit.window.setGeometry(place)
    qapp.screenRemoved.emit(screen("notebook"))
    qtbot.waitUntil(lambda: on_its_screen(kit.window))
    assert kit.page.question.text == "A question"
    assert kit.page.panes[0].answer.view.raw_text == "Twelve."


def test_a_maximised_window_stays_maximised(qtbot: QtBot, new_kit: Callable[..., Kit]) -> None:
    first = new_kit().window
    first.showMaximized()
    first.close()
    window = new_kit(settings=FakeSettings(**first._settings.values)).window
    with qtbot.waitExposed(window):
        window.show()
    qtbot.wait(400)
    assert window.isMaximized()


def test_everything_on_the_page_can_be_reached_on_a_notebook(kit: Kit, qtbot: QtBot) -> None:
    window = kit.window
    window.resize(1366 - 4, 728 - 30)
    kit.start()
    kit.runner.finish(answer("Twelve. " * 200), answer("Twelve. " * 200))
    kit.page.prompt.set_options_open(True)
    for button in window.compare.prompt.findChildren(QPushButton):
        corner = button.mapTo(window, button.rect().bottomRight())
        qtbot.waitUntil(lambda corner=corner: window.rect().contains(corner))
    assert window.size() == QSize(1362, 698)


def test_other_windows_fit_the_screen_too(qtbot: QtBot, theme: Theme, kit: Kit) -> None:
    kit.window.setGeometry(QRect(3990, 40, 1200, 600))
    qtbot.waitUntil(lambda: kit.window.screen().name() == "scaled")
    window = ReadingWindow(theme, comparison(), kit.window)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(lambda: on_its_screen(window))
    assert not window.windowState() & Qt.WindowState.WindowMaximized
