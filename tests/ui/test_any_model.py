"""Names, answers and themes of any kind leave the Compare page whole and usable."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from tests.support.layout import unreadable
from tests.ui.conftest import Kit
from tests.ui.fakes import OTHER, FakeLibrary, answer
from tests.ui.test_nothing_jumps import Watch
from weighin.core.models.model import ModelFacts
from weighin.core.runs.progress import LaneState
from weighin.ui.widgets.label import ElidedLabel

NAMES = {
    "300 characters": "A-very-long-name-" * 18,
    "one word": "x" * 300,
    "right to left": "نموذج لغوي كبير " * 6,
    "Chinese": "通义千问大语言模型" * 20,
    "emoji": "🦙🦙🏽‍🚀 " * 40,
    "nothing": "",
    "blank": " \u200b\n\t ",
    "overrides": "safe\u202efugg.exe\u2066\x00",
    "markup": "<b>x</b><img src=http://x>",
}


def named(name: str, path: str = "/models/named.gguf") -> ModelFacts:
    return replace(OTHER, name=name, path=path)


def whole(kit: Kit) -> None:
    """Nothing of the page lies outside it, and what is not shown whole is told whole."""
    for _ in range(3):
        QCoreApplication.processEvents()
    assert unreadable(kit.page) == []
    for label in kit.page.findChildren(ElidedLabel):
        if label.isVisible():
            label.grab()  # what is elided is told when it is painted
            room = label.contentsRect().width()
            assert label.fontMetrics().horizontalAdvance(label.text()) <= room or label.toolTip(), label.text()[:40]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [(1000, 700), (1440, 900)])
def test_a_name_of_any_kind_is_shown_and_nothing_gives_way(
    kit: Kit, qtbot: QtBot, name: str, size: tuple[int, int]
) -> None:
    kit.window.resize(*size)
    qtbot.waitUntil(lambda: kit.window.width() == size[0])
    header = kit.page.panes[1].header
    heads = [pane.header.geometry() for pane in kit.page.panes]
    header.picker.choose(named(NAMES[name]))
    QCoreApplication.processEvents()
    assert [pane.header.geometry() for pane in kit.page.panes] == heads, "a head is as large whatever it says"
    shown = header.picker.currentText()
    assert shown.strip() and not set(shown) & {"\u202e", "\u2066", "\x00", "\n"}
    kit.start()
    kit.runner.begin_round("B").be(LaneState.BUSY, "writing", 1, 0)
    kit.runner.finish(answer(), answer())
    whole(kit)
    assert kit.details
    whole(kit)
    header._more.click()
    kit.page.show_details()
    header.picker.choose(OTHER)
    assert kit.page.panes[1].state.text.startswith("Finished")
    whole(kit)
    assert (kit.window.width(), kit.window.height()) == size


def test_a_long_name_can_be_read_whole(kit: Kit) -> None:
    long = "A-very-long-name-" * 18
    picker = kit.page.panes[0].header.picker
    picker.choose(named(long))
    assert long in picker.toolTip() and "/models/named.gguf" in picker.toolTip()
    picker.choose(named(""))
    assert picker.currentText() == "Model without a name"


def test_two_models_of_one_name_are_told_apart(new_kit, qtbot: QtBot) -> None:
    one, two = named("Same", "/a/one.gguf"), replace(named("Same", "/b/two.gguf"), quantization="Q8_0")
    kit = new_kit(library=FakeLibrary(one, two))
    kit.page.panes[0].header.picker.choose(one)
    kit.page.panes[1].header.picker.choose(two)
    a, b = (pane.header for pane in kit.page.panes)
    assert a.picker.currentText() == b.picker.currentText() == "Same"
    assert a.facts != b.facts
    kit.page.swap_models()
    assert [header.picker.chosen.path for header in (a, b)] == ["/b/two.gguf", "/a/one.gguf"]
    kit.start()
    assert [lane.model.path for lane in kit.runner.requests[0].lanes] == ["/b/two.gguf", "/a/one.gguf"]


def test_the_same_model_in_both_lanes(kit: Kit) -> None:
    kit.page.panes[0].header.picker.choose(OTHER)
    kit.page.panes[1].header.picker.choose(OTHER)
    kit.start()
    kit.runner.finish(answer(), answer())
    assert kit.page.panel.rows.texts and kit.page.panel.basis == "✓ Same prompt, same options"
    kit.page.swap_models()
    assert kit.page.panes[0].state.text == "Finished"


def test_an_answer_of_250_000_characters_leaves_the_page_usable(kit: Kit, qtbot: QtBot) -> None:
    kit.window.resize(1366, 768)
    huge = "".join(f"Paragraph {number} with **bold** words and `code` in it.\n\n" for number in range(5000))
    assert len(huge) > 250_000
    kit.start()
    watch = Watch(kit, qtbot)
    lane = kit.runner.begin_round("A")
    lane.be(LaneState.BUSY, "writing", 1, 0)
    for at in range(0, len(huge), 25_000):
        lane.write(huge[at : at + 25_000], 6000)
        watch.look("it comes")
    other = huge.replace("bold", "brave")
    kit.runner.finish(answer(huge), answer(other))
    watch.look("the end")
    assert kit.page.panes[0].answer.view.raw_text == huge and kit.page.panel.differences.isVisible()
    kit.page.prompt.follow.setChecked(True)
    kit.start("And now?")
    assert kit.page.card.conversation.earlier[0][1] == (huge, other)
    kit.runner.finish(answer("Short."), answer("Shorter."))
    qtbot.waitUntil(lambda: kit.page.question.visibleRegion().boundingRect().height() > 20)
    assert kit.details and kit.page.panes[0].answer.view.raw_text == "Short."
    kit.page.show_details()
    kit.page.copy_answer("A")
    whole(kit)


def test_a_line_without_an_end_widens_nothing(kit: Kit, qtbot: QtBot) -> None:
    kit.window.resize(1000, 700)
    kit.start("x" * 50_000)
    watch = Watch(kit, qtbot)
    kit.runner.begin_round("A").write("x" * 50_000, 9)
    watch.look("A")
    kit.runner.finish(answer("x" * 50_000), answer("界" * 50_000, rendered_prompt="y" * 50_000))
    watch.look("the end")
    assert kit.details
    whole(kit)
    assert kit.window.width() == 1000


def test_the_theme_changes_while_answers_come(kit: Kit, qtbot: QtBot) -> None:
    kit.window.resize(1366, 768)
    kit.start()
    lane = kit.runner.begin_round("A")
    lane.be(LaneState.BUSY, "writing", 1, 0)
    lane.write("Before the **change**.\n\n", 4)
    lane.draw(1.0, 4, 12.0, 50_000_000)
    watch = Watch(kit, qtbot)
    grounds = []
    for theme, words in (("dark", "Dark.\n\n"), ("light", "Light.\n\n"), ("dark", "Dark again.")):
        kit.theme.choose(theme)
        lane.write(words, 1)
        watch.look(theme)
        grounds.append(kit.window.grab().toImage().pixelColor(kit.window.width() // 2, kit.window.height() - 4).name())
    assert grounds[0] == grounds[2] != grounds[1]
    view = kit.page.panes[0].answer.view
    qtbot.waitUntil(lambda: view.toPlainText().endswith("Dark again."))
    assert view.raw_text == "Before the **change**.\n\nDark.\n\nLight.\n\nDark again."
    kit.runner.finish(answer(view.raw_text), answer("B."))
    kit.theme.choose("light")
    assert kit.details
    kit.theme.choose("dark")
    watch_again = [line for line in kit.details if line.startswith("Generation speed")]
    assert watch_again == ["Generation speed | 90.0 tok/s | 90.0 tok/s"]
    assert all(one != other for one, other in pairwise(grounds))
