"""Charts of a run saved as pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE
from tests.ui.mmlu_fakes import answered, request
from weighin.ui.charts.chart_picture import KINDS, picture_of
from weighin.ui.main_window import MMLU
from weighin.ui.mmlu.mmlu_page import MmluPage
from weighin.ui.mmlu.run.scores_view import ACCURACY, DIFFERENCE
from weighin.ui.theme import load_colours


@pytest.fixture
def page(kit: Kit) -> MmluPage:
    kit.window.show_page(MMLU)
    kit.window.mmlu_page.show_record(answered())
    return kit.window.mmlu_page


def shares(image: QImage, colour: str) -> int:
    """Pixels of exactly this colour, of every fourth."""
    wanted = QColor(colour).rgb()
    return sum(image.pixel(x, y) == wanted for x in range(0, image.width(), 4) for y in range(0, image.height(), 4))


def pixels(kind: str, content: bytes) -> QImage:
    if kind == "png":
        return QImage.fromData(content, "PNG")
    image = QImage(960, 520, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    renderer = QSvgRenderer(QByteArray(content))
    assert renderer.isValid()
    renderer.render(painter)
    painter.end()
    return image


@pytest.mark.parametrize("face", ["light", "dark"])
@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_picture_is_drawn_in_the_colours_that_are_shown(page: MmluPage, kind: str, face: str) -> None:
    colours = load_colours(face)
    for chart, title in ((page.run.scores.accuracy, ACCURACY), (page.run.scores.difference, DIFFERENCE)):
        image = pixels(kind, picture_of(kind, chart, page.run.caption(title), colours)())
        assert shares(image, colours.surface) > image.width() * image.height() / 16 / 3
        for lane in (colours.lane_a, colours.lane_b):
            assert shares(image, lane) > 5, (title, lane)


def test_words_of_a_drawing_are_text(page: MmluPage) -> None:
    caption = page.run.caption(DIFFERENCE)
    said = picture_of("svg", page.run.scores.difference, caption, load_colours("light"))().decode()
    for words in (
        "Starter Dense",
        "Starter MoE",
        "Starter questions",
        "130 of 130",
        "2026-11-22",
        caption.verdict[:30],
    ):
        assert words in said
    assert 'opacity="0.' not in said, "half transparent things are drawn as solid by some programs"


def test_nothing_of_the_difference_is_drawn_outside_its_plot(page: MmluPage) -> None:
    colours = load_colours("light")
    page.show_record(answered(skill=(0.2, 0.9), number=3))
    chart = page.run.scores.difference
    image = QImage(700, 400, QImage.Format.Format_RGB32)
    image.fill(QColor(colours.surface))
    painter = QPainter(image)
    painter.translate(0, 100)
    from PySide6.QtCore import QRectF

    chart.draw(painter, QRectF(0, 0, 700, 200), colours)
    painter.end()
    outside = [image.pixel(x, y) for x in range(700) for y in (*range(95), *range(305, 400))]
    assert set(outside) == {QColor(colours.surface).rgb()}


@pytest.mark.parametrize("kind", KINDS)
def test_the_button_beside_a_chart_saves_it(
    page: MmluPage, kind: str, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QFileDialog] = []
    monkeypatch.setattr(QFileDialog, "open", lambda self: opened.append(self))
    button = next(
        b for b in page.run.scores.findChildren(QPushButton) if b.accessibleName() == "Save the picture of difference"
    )
    assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    (dialog,) = opened
    dialog.selectNameFilter(next(f for f in dialog.nameFilters() if f"*.{kind})" in f))
    dialog.fileSelected.emit(str(tmp_path / "mine"))
    assert page.run.notice.label.text() == f"Saved: mine.{kind}"
    content = (tmp_path / f"mine.{kind}").read_bytes()
    assert content.startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[kind])
    dialog.fileSelected.emit(str(tmp_path / "mine"))
    assert page.run.error.label.text() == f"mine.{kind} exists already. Choose another name."


def test_a_picture_that_cannot_be_written_says_so(kit: Kit, page: MmluPage, tmp_path: Path) -> None:
    kit.evaluations.kept.broken = True
    chart = page.run.scores.accuracy
    page.pictures.write(chart, page.run.caption(ACCURACY), load_colours("light"), "png", str(tmp_path / "x.png"))
    assert page.run.error.label.text() == "The file cannot be written: the disk is full."


def test_one_model_and_hostile_names(new_kit: Callable[..., Kit]) -> None:
    from dataclasses import replace

    page = new_kit().window.mmlu_page
    for name in ("", "x" * 300, "\u0645\u0631\u062d\u0628\u0627 " * 20, "\u6a21\u578b" * 100, "<b>&\u202ename</b>"):
        page.show_record(answered(request(replace(DENSE, name=name))))
        said = picture_of("svg", page.run.scores.accuracy, page.run.caption(ACCURACY), load_colours("dark"))()
        assert QSvgRenderer(QByteArray(said)).isValid()
    page.show_record(answered(request(replace(DENSE, name=""))))
    assert page.run.caption(ACCURACY).models == (("A", "Model A"),)
    assert page.run.caption(ACCURACY).verdict == ""
