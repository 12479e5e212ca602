"""The Compare page while answers come in: another theme, larger letters, very long answers and tables. Nothing freezes,
nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtGui import QTextFormat, QTextTable
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.contrast import contrast
from tests.support.layout import unreadable_at_last
from tests.ui.conftest import Kit
from tests.ui.fakes import answer
from weighin.core.runs.progress import LaneState
from weighin.ui.answer import answer_view
from weighin.ui.answer.answer_view import AnswerView
from weighin.ui.answer.inbox import SHOWN_CHARACTERS, Inbox
from weighin.ui.answer.writer import Writer
from weighin.ui.theme import load_colours

PIECES = [f"## Part {number}\n\nSome `code` and **words** of part {number}.\n\n" for number in range(40)]
LONG = "".join(f"Sentence {number} of a very long answer. " for number in range(9000))[:250_000]
TABLE = "| n | square |\n|--:|---|\n" + "".join(f"| {number} | {number * number} |\n" for number in range(2000))


def views(kit: Kit) -> list[AnswerView]:
    return [pane.answer.view for pane in kit.page.panes]


def stream(kit: Kit, pieces: list[str], between: Callable[[int], object]) -> None:
    """Both lanes write `pieces`; `between` gets the number of each."""
    lanes = [kit.runner.begin_round(label) for label in "AB"]
    for number, piece in enumerate(pieces):
        for lane in lanes:
            lane.be(LaneState.BUSY, "writing", number, 0)
            lane.write(piece)
        between(number)
        QApplication.processEvents()


def settled(kit: Kit, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: all(view.is_settled for view in views(kit)), timeout=30_000)


def test_another_theme_in_the_middle_of_both_answers(kit: Kit, qtbot: QtBot) -> None:
    kit.window.resize(1440, 900)
    kit.start("Write forty parts")
    stream(kit, PIECES, lambda n: kit.theme.choose("dark" if n % 8 < 4 else "light") if n % 4 == 0 else None)
    kit.theme.choose("dark")
    kit.runner.finish(answer("".join(PIECES)), answer("".join(PIECES)))
    settled(kit, qtbot)
    dark = load_colours("dark")
    for view in views(kit):
        assert view.raw_text == "".join(PIECES)
        shown = view.toPlainText()
        assert all(shown.count(f"Part {number}\n") == 1 for number in range(40)), "each part once"
        block = view.document().begin()
        while block.isValid():
            for fragment in block:
                form = fragment.fragment().charFormat()
                ink = form.foreground().color().name()
                if form.hasProperty(QTextFormat.Property.ForegroundBrush):
                    assert contrast(ink, dark.surface) > 4.5, fragment.fragment().text()
            block = block.next()
    assert kit.page.question.text == "Write forty parts"
    assert unreadable_at_last(kit.window) == []


def test_larger_and_smaller_letters_in_the_middle_of_both_answers(kit: Kit, qtbot: QtBot) -> None:
    kit.window.resize(1440, 900)
    kit.start("Write forty parts")
    sizes = {4: 150, 12: 200, 20: 80, 28: 200}
    stream(kit, PIECES, lambda n: kit.theme.set_font_percent(sizes[n]) if n in sizes else None)
    kit.runner.finish(answer("".join(PIECES)), answer("".join(PIECES)))
    settled(kit, qtbot)
    assert kit.theme.font_percent == 200
    for view in views(kit):
        assert view.raw_text == "".join(PIECES)
        assert view.document().defaultFont().pointSizeF() == QApplication.font().pointSizeF()
        bar = view.verticalScrollBar()
        qtbot.waitUntil(lambda bar=bar: bar.value() == bar.maximum(), timeout=5000)
    assert unreadable_at_last(kit.window) == []
    kit.theme.set_font_percent(100)


class Slices:
    """What the views do in each turn of the window's thread, on a computer so slow that each portion takes all its
    time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        monkeypatch.setattr(answer_view, "_SLICE_MS", 0)
        for spied, name in ((Writer, "begin"), (Inbox, "take"), (Writer, "end")):
            monkeypatch.setattr(spied, name, self._noting(name, getattr(spied, name)))

    def _noting(self, name: str, does: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: object) -> Any:
            self.done.append(name)
            return does(*arguments)

        return noted

    @property
    def turns(self) -> list[tuple[str, ...]]:
        """What was done from the begin of each turn to its end."""
        ends = [n + 1 for n, name in enumerate(self.done) if name == "end"]
        return [tuple(self.done[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


# Every two of: text, how it comes, width (side by side, tabs).
@pytest.mark.parametrize(
    ("text", "streamed", "width"),
    [
        pytest.param(LONG, True, 1440, id="250,000 characters, streamed, side by side"),
        pytest.param(LONG, False, 700, id="250,000 characters, from a record, tabs"),
        pytest.param(TABLE, True, 700, id="2,000 rows, streamed, tabs"),
        pytest.param(TABLE, False, 1440, id="2,000 rows, from a record, side by side"),
    ],
)
def test_very_much_is_written_in_slices_and_nothing_is_lost(
    kit: Kit, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, text: str, streamed: bool, width: int
) -> None:
    kit.window.resize(width, 900)
    kit.start("Write very much")
    slices = Slices(monkeypatch)
    if streamed:
        lanes = [kit.runner.begin_round(label) for label in "AB"]
        for start in range(0, len(text), 5000):
            for lane in lanes:
                lane.write(text[start : start + 5000])
            QApplication.processEvents()
    kit.runner.finish(answer(text), answer(text))
    settled(kit, qtbot)
    assert set(slices.turns) <= {("begin", "take", "end"), ("begin", "end")}, "then the window has its turn"
    shown = min(len(text), SHOWN_CHARACTERS)
    assert slices.done.count("take") >= 2 * shown // 1500, "in portions that take a few milliseconds each"
    for pane in kit.page.panes:
        assert pane.answer.view.raw_text == text
        kept = pane.answer.overflow_notice or "more rows not shown" in pane.answer.view.toPlainText()
        assert kept or pane.answer.view.toPlainText().strip()
    if text is TABLE:
        frames = views(kit)[0].document().rootFrame().childFrames()
        assert any(isinstance(frame, QTextTable) for frame in frames)
    kit.page.copy_answer("B")
    assert QApplication.clipboard().text() == text, "all of it can be had"
    QApplication.clipboard().clear()
    assert unreadable_at_last(kit.window) == []
