"""The tale of the tape in the window."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import FakeHistory, answer, comparison
from tests.unit.core.test_tape import big
from weighin.core.comparisons.comparison import Comparison
from weighin.core.computer.hardware import Hardware, MachineFacts
from weighin.core.tape import Tape, tape_of
from weighin.services.comparisons.history import History
from weighin.services.comparisons.tapes import Tapes
from weighin.services.records import Records
from weighin.ui.compare.share_menu import ShareMenu
from weighin.ui.main_window import HISTORY
from weighin.ui.tape.tape_picture import SIZE, tape_image, tape_pdf
from weighin.ui.tape.tape_window import TapeWindow
from weighin.ui.theme import Theme, load_colours

HARDWARE = Hardware("Linux", "Ryzen 7", 8, 16, 32_000_000_000, None, None, None, None)


@pytest.fixture
def history(records: Records) -> History:
    return History(records)


@pytest.fixture
def tapes(records: Records) -> Iterator[Tapes]:
    made = Tapes(records, lambda: HARDWARE)
    yield made
    made.close()


@pytest.mark.parametrize("face", ["light", "dark"])
def test_the_picture_is_painted_in_both_faces(qapp: QApplication, face: str) -> None:
    colours = load_colours(face)
    image = tape_image(tape_of(big()), colours)
    assert image.size() == SIZE
    assert image.pixelColor(2, 2).name() == colours.surface
    shades = {image.pixelColor(x, y).name() for x in range(0, 1600, 3) for y in range(0, 900, 5)}
    assert {colours.lane_a, colours.lane_b, colours.raised} <= shades
    # Nothing runs out of the picture: its edge is the ground.
    edges = [*((x, y) for x in range(0, 1600, 7) for y in (0, 899)), *((x, y) for x in (0, 1599) for y in range(900))]
    assert {image.pixelColor(x, y).name() for x, y in edges} == {colours.surface}


def test_the_title_of_the_pdf_is_as_wide_as_that_of_the_picture(qapp: QApplication) -> None:
    colours = load_colours("light")
    tape = tape_of(big())
    image = tape_image(tape, colours)
    inked = [x for x in range(SIZE.width()) if any(image.pixel(x, y) != image.pixel(0, 0) for y in range(30, 60))]
    streams = re.findall(rb"stream\r?\n(.*?)endstream", tape_pdf(tape, colours), re.DOTALL)
    page = next(text for text in map(_inflated, streams) if b" Tj" in text)
    title = page[page.index(b"\nBT\n") : page.index(b"\nET\n")]
    first, *steps = (float(step) for step in re.findall(rb"(\S+) \S+ Td", title))
    assert len(steps) == len("THE TALE OF THE TAPE") - 1
    assert abs(first - inked[0]) < 4 and 0 <= inked[-1] - (first + sum(steps)) < 20


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


@pytest.mark.parametrize("kind", ["png", "pdf", "md"])
def test_it_is_saved(qtbot: QtBot, theme: Theme, tapes: Tapes, tmp_path: Path, kind: str) -> None:
    window = TapeWindow(theme, tapes, tape_of(big()))
    qtbot.addWidget(window)
    path = tmp_path / f"tape.{kind}"
    window.save(kind, str(path))
    qtbot.waitUntil(lambda: window.note.text() == f"Saved: tape.{kind}")
    data = path.read_bytes()
    if kind == "png":
        assert QImage(str(path)).size() == SIZE
    else:
        assert data.startswith({"pdf": b"%PDF", "md": b"# Qwen"}[kind])
    window.save(kind, str(tmp_path / "no" / "such" / f"x.{kind}"))
    qtbot.waitUntil(lambda: "cannot be written" in window.note.text())


def test_dark_and_light_are_two_pictures(qtbot: QtBot, theme: Theme, tapes: Tapes) -> None:
    window = TapeWindow(theme, tapes, tape_of(big()))
    qtbot.addWidget(window)
    before = QImage(window.image)
    window.face.setCurrentIndex(1 - window.face.currentIndex())
    assert window.image != before
    assert "Generation speed" in window.picture.accessibleDescription()


def test_it_is_made_of_what_is_kept(qtbot: QtBot, history: History, tapes: Tapes) -> None:
    alone, together = big().alone, big().together
    assert alone is not None and together is not None
    alone, together = replace(alone, id="a1"), replace(together, id="b2")
    saved: list[object] = []
    for record in (alone, together):
        history.save(record, saved.append, pytest.fail)
    qtbot.waitUntil(lambda: len(saved) == 2)
    found: list[Tape] = []
    for record in (alone, together):
        tapes.make(record, found.append, pytest.fail)
    qtbot.waitUntil(lambda: len(found) == 2)
    assert [line.label for line in found[0].lines] == [line.label for line in found[1].lines]
    told = {line.label: line.a for line in found[0].lines}
    assert told["Generation speed"].startswith("31.0") and told["Generation speed, simultaneous"].startswith("18.0")
    assert "Ryzen 7, 8 cores" in found[0].footer[0]


def test_a_record_from_elsewhere_is_told_of_its_own_machine_alone(qtbot: QtBot, history: History, tapes: Tapes) -> None:
    alone, together = big().alone, big().together
    assert alone is not None and together is not None
    saved: list[object] = []
    history.save(replace(together, id="b2"), saved.append, pytest.fail)
    qtbot.waitUntil(lambda: len(saved) == 1)
    theirs = MachineFacts("Threadripper of somebody else", "Linux", 64)
    found: list[Tape] = []
    tapes.make(replace(alone, machine=theirs), found.append, pytest.fail)
    qtbot.waitUntil(lambda: len(found) == 1)
    assert "somebody else, 64 cores" in found[0].footer[0] and "Ryzen" not in found[0].footer[0]
    assert "Generation speed, simultaneous" not in {line.label for line in found[0].lines}


def test_records_of_two_computers_do_not_meet(qtbot: QtBot, history: History, tapes: Tapes) -> None:
    alone, together = big().alone, big().together
    assert alone is not None and together is not None
    here, there = (MachineFacts(name, "Linux", 8) for name in ("Ryzen 7", "Old one"))
    saved: list[object] = []
    found: list[Tape] = []
    for number, machine in enumerate((there, here)):
        history.save(replace(together, id=f"b{number}", machine=machine), saved.append, pytest.fail)
        qtbot.waitUntil(lambda number=number: len(saved) == number + 1)
        tapes.make(replace(alone, machine=here), found.append, pytest.fail)
        qtbot.waitUntil(lambda number=number: len(found) == number + 1)
    told = [{line.label for line in tape.lines} for tape in found]
    assert ["Generation speed, simultaneous" in labels for labels in told] == [False, True]


def test_what_is_kept_says_where_it_was_made(qtbot: QtBot, records: Records) -> None:
    here = MachineFacts("Ryzen 7", "Linux", 8)
    history = History(records, lambda: here)
    found: list[Comparison] = []
    history.save(comparison(), lambda _: history.load("id1", found.append, pytest.fail), pytest.fail)
    qtbot.waitUntil(lambda: len(found) == 1)
    assert found[0].machine == here


def test_a_pair_with_other_options_is_not_the_other_mode(qtbot: QtBot, history: History, tapes: Tapes) -> None:
    alone, together = big().alone, big().together
    assert alone is not None and together is not None
    other = tuple(replace(r, setup=replace(r.setup, load=replace(r.setup.load, context=512))) for r in together.results)
    saved: list[object] = []
    history.save(replace(together, id="b2", results=other), saved.append, pytest.fail)
    qtbot.waitUntil(lambda: len(saved) == 1)
    found: list[Tape] = []
    tapes.make(alone, found.append, pytest.fail)
    qtbot.waitUntil(lambda: len(found) == 1)
    assert "Generation speed, simultaneous" not in {line.label for line in found[0].lines}


@pytest.fixture
def kit(new_kit: Callable[..., Kit], tapes: Tapes) -> Kit:
    made = new_kit(history=FakeHistory(comparison()))
    made.window.parts.tapes = tapes
    return made


def test_from_the_compare_page(kit: Kit, qtbot: QtBot) -> None:
    share = kit.page.panel.share
    assert not share.isVisible()
    kit.start()
    assert not share.isVisible()
    kit.runner.finish(answer(), answer())
    qtbot.mouseClick(share, Qt.MouseButton.LeftButton)
    menu = kit.page.findChild(ShareMenu)
    assert menu.isVisible()
    menu.actions()[0].trigger()
    qtbot.waitUntil(lambda: bool(kit.window.findChildren(TapeWindow)))


def test_from_history(kit: Kit, qtbot: QtBot) -> None:
    kit.window.show_page(HISTORY)
    page = kit.window.history_page
    button = next(b for b in page.findChildren(QPushButton) if b.text() == "Picture…")
    assert not button.isEnabled()
    page.table.selectRow(0)
    button.click()
    qtbot.waitUntil(lambda: bool(kit.window.findChildren(TapeWindow)))
