"""The small widgets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QRect
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, OTHER, answer
from weighin.core import format
from weighin.core.safe_text import safe_name, safe_text
from weighin.ui.theme import Theme
from weighin.ui.widgets.chart_scale import ChartScale, round_up
from weighin.ui.widgets.flow import FlowLayout
from weighin.ui.widgets.growing_edit import GrowingEdit
from weighin.ui.widgets.label import plain_tooltip
from weighin.ui.widgets.sparkline import Sparkline


@given(st.floats(1e-6, 1e12))
def test_a_scale_ends_at_a_round_number_not_far_above(value: float) -> None:
    top = round_up(value)
    assert value * 0.99999 <= top <= value * 1.7


def test_only_a_text_with_an_endless_word_is_broken_within_words(qtbot: QtBot) -> None:
    edit = GrowingEdit("x", 1, 3)
    qtbot.addWidget(edit)
    pasted = QMimeData()
    for text, mode in (
        ("ordinary words " * 5000, QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere),
        ("x" * 5000, QTextOption.WrapMode.WrapAnywhere),
    ):
        edit.setPlainText("")
        pasted.setText(text)
        edit.insertFromMimeData(pasted)
        assert (edit.toPlainText(), edit.wordWrapMode()) == (text, mode)
        edit.setPlainText("")
        assert edit.wordWrapMode() is QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
        edit.setPlainText(text)
        assert edit.wordWrapMode() is mode


def test_a_scale_never_shrinks_until_reset() -> None:
    scale = ChartScale()
    scale.include(90, 1)
    scale.include(20, 30, "B")
    assert (scale.top, scale.span) == (100, 30)
    scale.reset()
    assert (scale.top, scale.span) == (0, 0)


def test_a_scale_recovers_from_an_outlier(qtbot: QtBot) -> None:
    """Seen: one tick of 5,000 tok/s flattened two lanes of 4 tok/s for good."""
    scale = ChartScale()
    scale.include(4.0, 1)
    scale.include(5000.0, 2)
    scale.include(4.2, 3)
    assert scale.top == 5
    for second in range(4, 120):
        scale.include(4.0 if second % 50 else 3000.0, second)
    assert scale.top == 5
    scale.include(11.0, 121)
    assert scale.top == 15, "what is only faster is no outlier"


def test_an_hour_of_points_costs_no_more_than_minutes(qtbot: QtBot, theme: Theme) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    chart = Sparkline(theme, "Tokens/s", "A", ChartScale(), format.figure, parent)
    for number in range(15_000):
        chart.add(number / 4, float(number))
    assert 300 <= len(chart.points) <= 1_200
    assert chart.points[0] == (0.0, 0.0)
    assert chart.points[-1] == (14_999 / 4, 14_999.0)
    assert [s for s, _ in chart.points] == sorted(s for s, _ in chart.points)
    assert chart.accessibleDescription() == format.figure(14_999.0)


def test_equal_columns_give_wide_items_several_of_them(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    layout = FlowLayout(parent, spacing=10, column=90)
    items = []
    for width in (50, 150, 80, 60):
        item = QWidget()
        item.setFixedSize(width, 20)
        item.setFixedHeight(20)
        layout.addWidget(item)
        items.append(item)
    layout.setGeometry(QRect(0, 0, 290, 100))
    assert [item.x() for item in items] == [0, 100, 0, 100]
    assert items[0].y() == items[1].y() < items[2].y() == items[3].y()
    assert layout.heightForWidth(290) == 45
    assert layout.heightForWidth(1000) == 20


def test_panes_stay_aligned_when_one_says_more(kit: Kit, qtbot: QtBot) -> None:
    kit.window.resize(1000, 700)
    a, b = kit.page.panes
    a.header.picker.choose(DENSE)
    b.header.picker.choose(OTHER)
    a.header.refuse("A sentence that is so long that it takes several lines where a pane is as narrow as this. " * 3)
    qtbot.waitUntil(lambda: a.header.height() > 100)
    qtbot.waitUntil(lambda: a.header.height() == b.header.height())
    a.header.refuse("")
    qtbot.waitUntil(lambda: a.header.height() < 100 and a.header.height() == b.header.height())


def test_what_was_counted_is_there_for_a_screen_reader(kit: Kit) -> None:
    kit.start()
    kit.runner.give("A", answer())
    line = kit.page.panes[0].numbers
    assert "one less than the tokens written, divided by the time from the first to the last" in line.counted
    assert line.accessibleDescription() == line.counted
    assert "RssAnon" in line.counted


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "-"), (0.0042, "4.2 ms"), (0.25, "250 ms"), (1.254, "1.25 s"), (12.34, "12.3 s"), (125.0, "2 min 05 s")],
)
def test_durations(value: float | None, said: str) -> None:
    assert format.seconds(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "-"), (0, "0 bytes"), (1_500, "1.5 kB"), (4_700_000, "4.7 MB"), (387_000_000, "387 MB"), (2.5e9, "2.5 GB")],
)
def test_sizes(value: int | None, said: str) -> None:
    assert format.size(value) == said


def test_an_unreadable_date_is_shown_as_it_is() -> None:
    assert format.moment("yesterday\u202e") == "yesterday\ufffd"


@given(st.text())
def test_a_safe_name_is_one_short_visible_line(text: str) -> None:
    shown = safe_name(text, 40)
    assert len(shown) <= 40
    assert not set(shown) & {"\n", "\r", "\x00", "\u202e", "\u2066", "\u200b", "\u2028"}
    shown.encode("utf-8")


@given(st.text())
def test_safe_text_can_always_be_encoded(text: str) -> None:
    safe_text(text).encode("utf-8")


def test_a_tooltip_shows_html_as_text() -> None:
    assert plain_tooltip("<img src='file:///x'> & \n") == "<qt>&lt;img src='file:///x'&gt; &amp; <br></qt>"
