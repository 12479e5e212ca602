"""The text coloured by KLD: only what is in sight is laid out, and colour never stands alone."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from tests.ui.fidelity_fakes import base_chunk, measured, other_chunk, request
from weighin.core.fidelity.fidelity import OtherChunk
from weighin.core.fidelity.passages import ReadChunk, read_chunks
from weighin.ui.fidelity.run.heat_levels import LEVELS, level_of
from weighin.ui.fidelity.run.heat_text import HeatText
from weighin.ui.fidelity.run.text_view import TextView
from weighin.ui.theme import Theme


def chunks(count: int, context: int = 64, cost: float = 0.5) -> tuple[ReadChunk, ...]:
    base = tuple(base_chunk(number, context) for number in range(count))
    return read_chunks(base, (other_chunk(one, cost) for one in base))


def shown(theme: Theme, qtbot: QtBot, read: tuple[ReadChunk, ...]) -> HeatText:
    text = HeatText(theme)
    qtbot.addWidget(text)
    text.resize(700, 300)
    text.show_chunks(read)
    text.show()
    QApplication.processEvents()
    return text


def test_650_chunks_are_scrolled_through_and_few_are_laid_out(theme: Theme, qtbot: QtBot) -> None:
    text = shown(theme, qtbot, chunks(650, 512))
    bar = text.verticalScrollBar()
    assert text.first_shown == 0 and text.laid_out < 10
    for value in range(0, bar.maximum() + 1, bar.maximum() // 40):
        bar.setValue(value)
        text.grab()
        assert text.laid_out <= 12
        assert text.first_shown == min(649, value // 1000)
    bar.setValue(bar.maximum())
    text.grab()
    place, line, top = text._lines_in_sight()[-1]
    assert place == 649 and line == len(text._lay(649).lines) - 1
    assert top + text._line <= text.viewport().height()


def test_each_token_is_coloured_by_the_kld_of_its_prediction(theme: Theme, qtbot: QtBot) -> None:
    base = base_chunk(0)
    first = len(base.pieces) - len(base.nll)
    kld = [0.0] * len(base.nll)
    kld[3] = 5.0
    other = OtherChunk(0, tuple(kld), base.nll, kld and tuple(kld), (True,) * len(kld))
    text = shown(theme, qtbot, (ReadChunk(base, other),))
    image = text.viewport().grab().toImage()

    def ground(token: int) -> str:
        line = next(
            n for n, runs in enumerate(text._lay(0).lines) if any(r.token == token and r.width > 4 for r in runs)
        )
        run = next(r for r in text._lay(0).lines[line] if r.token == token)
        top = next(t for p, n, t in text._lines_in_sight() if (p, n) == (0, line))
        return image.pixelColor(round(run.left) + 1, round(top) + 2).name()

    assert ground(first + 3) == theme.colours.red
    assert ground(first + 4) == theme.colours.surface
    assert ground(first - 1) == theme.colours.surface


def test_levels_begin_at_their_least(theme: Theme) -> None:
    assert [level_of(kld) for kld in (0.0, 0.0199, *LEVELS, 99.0)] == [0, 0, 1, 2, 3, 4, 4]


def test_hovering_and_choosing_say_what_the_colour_says(theme: Theme, qtbot: QtBot) -> None:
    view = TextView(theme)
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.show_chunks(chunks(5))
    view.show()
    QApplication.processEvents()
    text = view.text
    text.choose(2, 50)
    assert "KLD " in view.told and "chunk 3, token 51." in view.told
    assert text.accessibleDescription() == view.told
    place, run, top = next(
        (place, run, top)
        for place, line, top in text._lines_in_sight()
        for run in text._lay(place).lines[line]
        if text.chunks[place].kld(run.token) is not None and top > 0
    )
    at = QPoint(round(run.left + 2), round(top + 4))
    event = QHelpEvent(QEvent.Type.ToolTip, at, text.viewport().mapToGlobal(at))
    QApplication.sendEvent(text.viewport(), event)
    assert "KLD " in QToolTip.text()
    qtbot.mouseClick(text.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert text.chosen == (place, run.token)


def test_the_keyboard_goes_from_token_to_token(theme: Theme, qtbot: QtBot) -> None:
    text = shown(theme, qtbot, chunks(3))
    first, last = text.chunks[0].first, len(text.chunks[0].base.pieces) - 1
    qtbot.keyClick(text, Qt.Key.Key_Right)
    assert text.chosen == (0, first)
    qtbot.keyClick(text, Qt.Key.Key_Left)
    assert text.chosen == (0, first), "nothing is compared before it"
    text.choose(0, last)
    qtbot.keyClick(text, Qt.Key.Key_Right)
    assert text.chosen == (1, first)
    qtbot.keyClick(text, Qt.Key.Key_Left)
    assert text.chosen == (0, last)
    qtbot.keyClick(text, Qt.Key.Key_End)
    assert text.verticalScrollBar().value() == text.verticalScrollBar().maximum()


def test_what_is_in_sight_stays_while_more_is_read(theme: Theme, qtbot: QtBot) -> None:
    read = chunks(40)
    text = shown(theme, qtbot, read[10:30])
    text.choose(20, 50)
    text.verticalScrollBar().setValue(10_300)
    top = text.chunks[text.first_shown].base.number
    text.show_chunks(read)
    assert text.chunks[text.first_shown].base.number == top
    assert text.chunks[text.chosen[0]].base.number == 20


def test_text_of_strangers_is_shown_as_it_is(theme: Theme, qtbot: QtBot) -> None:
    base = base_chunk(0)
    pieces = ("<b>x</b>", "\x00\u202e", "\r\n", "\n\n\n", "w" * 5000, "", "\ud800", *base.pieces[7:])
    read = (ReadChunk(replace(base, pieces=pieces), None),)
    text = shown(theme, qtbot, read)
    text.grab()
    said = "".join(run.text for line in text._lay(0).lines for run in line)
    assert said.startswith("<b>x</b>\ufffd") and "w" * 5000 in said.replace(" ", "")
    assert max(run.left + run.width for line in text._lay(0).lines for run in line) <= text.viewport().width()
    assert text.told(0, 3) == ""


def test_nothing_was_read_yet(theme: Theme, qtbot: QtBot) -> None:
    view = TextView(theme)
    qtbot.addWidget(view)
    assert view.text.isHidden()
    view.text.grab()
    qtbot.keyClick(view.text, Qt.Key.Key_Right)
    assert view.text.chosen is None
    view.show_chunks(read_chunks(measured(request(), 2).chunks, ()))
    assert view.text.chunks[0].mean is None


def test_a_point_beside_the_text_is_no_token(theme: Theme, qtbot: QtBot) -> None:
    text = shown(theme, qtbot, chunks(1))
    assert text._at(QPointF(0, 0)) is None and text._at(QPointF(699, 299)) is None
