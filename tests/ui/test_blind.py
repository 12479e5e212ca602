"""Blind rounds: nothing tells who wrote what before the vote, and the vote is final."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QPushButton
from pytestqt.qtbot import QtBot

from tests.support.seen import words_of
from tests.ui.conftest import Kit
from tests.ui.fakes import OTHER, FakeLibrary, answer, comparison, failed, timing
from tests.ui.replay_fakes import bundle
from weighin.core.comparisons.blind import Choice
from weighin.core.prompts.prompt_set import SetPrompt, result_of
from weighin.core.runs.answer import Failure, StopReason
from weighin.core.runs.chat import Attachment, Message
from weighin.core.runs.progress import LaneState
from weighin.ui.compare.share_menu import ShareMenu
from weighin.ui.main_window import HISTORY
from weighin.ui.pickers.lane_header import ModelPopover
from weighin.ui.prompt_sets.prompt_rows import PromptRow

LLAMA = replace(OTHER, name="Llama-3.3-70B", path="/models/secret/llama-70b.gguf", quantization="IQ3_XXS",
                file_bytes=27_500_000_000, experts=None, experts_used=None, parameters=70_600_000_000,
                active_parameters=70_600_000_000)  # fmt: skip
# Numbers no other widget has reason to show.
SPEED, OWN = 83.461, 23_456_789_000
SECRETS = re.compile(
    r"Qwen3|Llama-|Llama |IQ3_XXS|Q4_K_M|\bMoE\b|dense|experts|30\.5B|70\.6B|27\.5 GB|18\.6 GB|tok/s|characters/s|"
    r"\d ms\b|83\.5|23\.5 GB|seed|template|\bRAM\b|first token|\bTotal\b|\.gguf|/models/",
    re.IGNORECASE,
)
# What stands on the page at any time, whichever models are chosen.
INNOCENT = (
    "template)",
    "without a chat template",
    "Ctrl+Enter",
    "names, speeds and sizes",
    "a .gguf",
    "New seed",
    "new random seed",
)


@pytest.fixture
def blind(new_kit: Callable[..., Kit], qtbot: QtBot) -> Kit:
    kit = new_kit(library=FakeLibrary(OTHER, LLAMA))
    with qtbot.waitExposed(kit.window):
        kit.window.show()
    # What a round before this one left behind must not tell either.
    kit.start("An earlier question")
    kit.runner.begin_round("A").draw(0.2, 5, SPEED, OWN)
    kit.runner.finish(answer(notices=("Llama says hello",)), failed(message="Qwen3-30B needs 18.6 GB."))
    kit.page.panes[0].header.picker.showPopup()
    kit.page.panes[0].header.picker.hidePopup()
    kit.window.activateWindow()
    qtbot.waitUntil(lambda: kit.window.isActiveWindow())
    kit.page.panes[0].header.show_outlook("fits 23.5 GB", "Llama, measured; about 83.5 tok/s", "good")
    kit.page.show_details()
    kit.page.prompt.blind.setChecked(True)
    kit.page.desk.view.bar.patience_ms = 0
    return kit


def leaks(kit: Kit) -> list[str]:
    found = []
    for where, text in words_of(kit.window):
        cleaned = text
        for harmless in INNOCENT:
            cleaned = cleaned.replace(harmless, "")
        if match := SECRETS.search(cleaned):
            found.append(f"{where}: …{cleaned[max(0, match.start() - 20) : match.end() + 20]}…")
    return found


def work(kit: Kit, a: str = "It is twelve.", b: str = "Twelve, of course.") -> None:
    """Both lanes answer, with everything a lane can say of itself."""
    for label, text in (("A", a), ("B", b)):
        lane = kit.runner.begin_round(label)
        lane.be(LaneState.LOADING, "loading", 43, 100)
        lane.be(LaneState.BUSY, "writing", 7, 100, silent_s=21.0)
        lane.write("Hm.")
        lane.was_reasoning.emit()
        lane.write(text)
        lane.draw(0.3, 7, SPEED, OWN)
        kit.runner.give(label, answer(text, reasoning="Hm.", notices=("Llama runs without flash attention.",)))
    kit.runner.finish(answer(a, timing=timing(900)), answer(b))


def read(kit: Kit, qtbot: QtBot) -> None:
    """Wait until both answers are there and can be judged."""
    qtbot.waitUntil(lambda: kit.page.desk.view.bar.is_open, timeout=5000)


def test_the_walker_sees_what_there_is_to_see(blind: Kit) -> None:
    assert len(leaks(blind)) > 20
    blind.page.prompt.blind.setChecked(False)
    assert any("Llama" in leak for leak in leaks(blind))


def test_nothing_tells_while_a_round_is_on(blind: Kit, qtbot: QtBot) -> None:
    blind.start()
    assert leaks(blind) == []
    lane = blind.runner.begin_round("B")
    lane.be(LaneState.BUSY, "writing", 7, 100)
    lane.write("Twelve")
    lane.draw(0.3, 7, SPEED, OWN)
    assert leaks(blind) == []
    work(blind)
    assert leaks(blind) == []
    read(blind, qtbot)
    assert leaks(blind) == []
    blind.library.changed.emit()
    blind.page.panes[0].header.show_outlook("fits 23.5 GB", "Llama, measured", "red")
    blind.page.panes[1].header.refuse("/models/x.gguf is no model")
    blind.page.panes[0].header.picker.showPopup()
    assert leaks(blind) == []
    for action in (
        blind.page.show_details, blind.page.show_differences, blind.page.share, blind.page.run_again,
        blind.page.swap_models, blind.page.new_conversation, lambda: blind.page.rerun("A"),
        lambda: blind.page.copy_answer("B"), blind.page.panes[0].header._show_more,
    ):  # fmt: skip
        action()
    assert leaks(blind) == [] and len(blind.runner.requests) == 2
    assert not [w for w in QApplication.topLevelWidgets() if isinstance(w, (ModelPopover, ShareMenu)) and w.isVisible()]
    assert blind.page.desk.view.authors == ("Left", "Right")


def test_the_sides_are_swapped_and_told_on_the_vote(blind: Kit, qtbot: QtBot) -> None:
    blind.start()
    work(blind)
    read(blind, qtbot)
    view = blind.page.desk.view
    assert view.shown == ("Twelve, of course.", "It is twelve.")
    qtbot.keyClick(view.bar.buttons[Choice.A_BETTER], Qt.Key.Key_1)
    assert view.authors == (
        "Left · Llama-3.3-70B · IQ3_XXS · B", "Right · Qwen3-30B-A3B-Instruct · Q4_K_M · A",
    )  # fmt: skip
    assert view.sentence.startswith("You preferred Llama-3.3-70B ")
    assert "1 for Llama-3.3-70B IQ3_XXS" in view.sentence and "at least 5 more votes needed" in view.sentence
    assert view.panel.tally.votes == (0, 0, 1) and view.panel._name.property("lane") == "B"
    assert blind.votes.kept["id1"].choice is Choice.A_BETTER
    assert view.bar.isHidden()


@pytest.mark.parametrize(
    ("key", "choice"), [("1", Choice.A_BETTER), ("2", Choice.B_BETTER), ("3", Choice.TIE), ("4", Choice.BOTH_BAD)]
)
def test_four_keys(blind: Kit, qtbot: QtBot, key: str, choice: Choice) -> None:
    blind.start()
    work(blind)
    read(blind, qtbot)
    qtbot.keyClicks(blind.page.desk.view.bar.buttons[Choice.A_BETTER], key)
    assert [vote.choice for vote in blind.votes.kept.values()] == [choice]


def test_typing_on_is_no_vote(blind: Kit, qtbot: QtBot) -> None:
    blind.start()
    blind.page.prompt.take_focus()
    work(blind)
    read(blind, qtbot)
    at = QApplication.focusWidget()
    qtbot.keyClicks(at, " 1 next question")
    assert blind.page.prompt.text.endswith(" 1 next question")
    assert blind.votes.kept == {} and blind.blind.awaits_vote


def test_keys_meant_for_something_else_are_no_vote(blind: Kit, qtbot: QtBot) -> None:
    bar = blind.page.desk.view.bar
    bar.patience_ms = 60_000
    blind.start()
    work(blind)
    qtbot.waitUntil(lambda: not bar.isHidden(), timeout=5000)
    assert not isinstance(QApplication.focusWidget(), QPushButton)
    for key in (Qt.Key.Key_1, Qt.Key.Key_Space, Qt.Key.Key_Return):
        qtbot.keyClick(bar, key)
    assert blind.votes.kept == {} and not bar.is_open


def test_a_space_decides_nothing(blind: Kit, qtbot: QtBot) -> None:
    bar = blind.page.desk.view.bar
    blind.page.prompt.take_focus()
    blind.start()
    work(blind)
    read(blind, qtbot)
    assert QApplication.focusWidget() is bar
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return):
        qtbot.keyClick(bar, key)
    assert blind.votes.kept == {}
    qtbot.keyClick(bar, Qt.Key.Key_3)
    assert [vote.choice for vote in blind.votes.kept.values()] == [Choice.TIE]


def test_a_vote_is_final(blind: Kit, qtbot: QtBot) -> None:
    blind.start()
    work(blind)
    read(blind, qtbot)
    view = blind.page.desk.view
    view.bar.buttons[Choice.TIE].click()
    view.bar.buttons[Choice.A_BETTER].click()
    qtbot.keyClicks(view, "2")
    blind.blind.vote(Choice.B_BETTER)
    assert [vote.choice for vote in blind.votes.kept.values()] == [Choice.TIE]


def test_nobody_votes_before_both_can_be_read(blind: Kit, qtbot: QtBot) -> None:
    blind.start()
    assert blind.page.desk.view.bar.isHidden()
    work(blind, a="word " * 400)
    view = blind.page.desk.view
    assert view.bar.isHidden()
    qtbot.keyClicks(view, "1")
    assert blind.votes.kept == {}
    assert not blind.page.prompt.can_run
    qtbot.waitUntil(lambda: bool(view.shown[1]), timeout=5000)
    short, long = view.shown
    assert len(short) == min(len("Twelve, of course."), len(long))


def test_other_pages_and_other_models_wait_for_the_vote(blind: Kit, qtbot: QtBot) -> None:
    blind.start()
    work(blind)
    blind.window.show_page(HISTORY)
    assert blind.window.page == 0
    assert "Vote first" in blind.window.notice
    assert not blind.page.panes[0].header.picker.isEnabled()
    read(blind, qtbot)
    blind.blind.vote(Choice.TIE)
    blind.window.show_page(HISTORY)
    assert blind.window.page == HISTORY
    assert blind.window.history_page.votes.rows[0][3] == "1"


def test_a_comparison_is_known_only_after_the_vote(blind: Kit, qtbot: QtBot) -> None:
    known: list[object] = []
    blind.blind.revealed.connect(known.append)
    blind.start()
    work(blind)
    assert known == []
    blind.blind.vote(Choice.TIE)
    assert len(known) == 1


def test_the_lanes_come_back_with_their_numbers(blind: Kit, qtbot: QtBot) -> None:
    blind.start()
    work(blind)
    read(blind, qtbot)
    blind.blind.vote(Choice.B_BETTER)
    blind.page.desk.view.lanes_button.click()
    assert blind.page.card.answers.isVisible() and blind.page.panel.isVisible()
    assert not blind.page.desk.is_open
    assert blind.page.panes[0].header.picker.currentText() == OTHER.name
    assert "tok/s" in blind.page.panel.rows.texts[0]
    assert blind.page.panes[0].header.outlook == "fits 23.5 GB"
    assert blind.page.panes[0].answer.view.raw_text == "It is twelve."


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (failed(), "could not answer"),
        (answer("Tw", StopReason.CANCELLED), "Stopped"),
        (answer("", StopReason.FAILED, failure=Failure("memory", "Needs 19.4 GB.")), "could not answer"),
    ],
)
def test_a_round_that_cannot_be_judged_does_not_count(blind: Kit, given: object, said: str) -> None:
    blind.start()
    blind.runner.finish(given, answer())
    assert said in blind.page.remark
    assert not blind.page.desk.is_open
    assert blind.page.panes[0].header.picker.currentText() == OTHER.name
    assert blind.votes.kept == {}
    assert blind.page.prompt.can_run


def test_giving_up_tells_without_counting(blind: Kit, qtbot: QtBot) -> None:
    blind.start()
    work(blind)
    read(blind, qtbot)
    blind.page.desk.view.bar.gave_up.emit()
    assert blind.page.remark.startswith("Skipped: ")
    assert blind.votes.kept == {}
    assert "tok/s" in blind.page.panel.rows.texts[0]


def test_closing_the_window_keeps_what_nobody_judged(blind: Kit, qtbot: QtBot) -> None:
    known: list[object] = []
    blind.blind.revealed.connect(known.append)
    blind.start()
    work(blind)
    blind.window.close()
    assert len(known) == 1


def test_a_common_run_follows_a_blind_one(blind: Kit, qtbot: QtBot) -> None:
    blind.start()
    work(blind)
    blind.blind.vote(Choice.TIE)
    blind.page.prompt.blind.setChecked(False)
    blind.start("Another question")
    assert not blind.page.desk.is_open
    blind.runner.begin_round("A").write("Plain.")
    assert blind.page.panes[0].answer.view.raw_text == "Plain."


def test_after_the_vote_run_is_called_next_round(blind: Kit, qtbot: QtBot) -> None:
    prompt, button = blind.page.prompt, blind.page.prompt.run_button
    width = button.width()

    def said() -> tuple[str, str]:
        return button.text(), button.accessibleName()

    common = ("Run", "Run the prompt on both models")
    assert said() == common
    blind.start()
    assert button.text() == "Stop"
    work(blind)
    assert button.text() == "Run" and not button.isEnabled(), "a vote is awaited"
    read(blind, qtbot)
    blind.page.desk.view.voted.emit(Choice.A_BETTER)
    assert said() == ("Next round", "Next round: run this prompt blind on both models") and button.isEnabled()
    assert "names stay hidden until you vote" in button.toolTip()
    prompt.blind.setChecked(False)
    assert said() == common, "it would not be blind"
    prompt.blind.setChecked(True)
    prompt.set_text("And another one?")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert blind.blind.hides and blind.runner.requests[-1].prompt.text == "And another one?"
    assert button.text() == "Stop"
    work(blind)
    read(blind, qtbot)
    blind.page.desk.view.voted.emit(Choice.TIE)
    assert button.text() == "Next round"
    blind.page.desk.leave()
    assert said() == common, "whoever looks at names and numbers has left the series"
    assert button.width() == width


def test_a_blind_round_asks_each_model_once(blind: Kit) -> None:
    blind.page.drawer.field_of_rounds().set_text("5")
    blind.start()
    assert blind.runner.requests[-1].repeat == 1


def test_the_answers_can_be_copied_without_telling(blind: Kit, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().clear()
    blind.start()
    work(blind)
    read(blind, qtbot)
    for side in blind.page.desk.view._sides:
        side.panel.copy()
        assert "welve" in QGuiApplication.clipboard().text()
        assert leaks(blind) == []
    QGuiApplication.clipboard().clear()
    blind.page.copy_answer("A")
    blind.page.panes[0].answer.copy()
    assert QGuiApplication.clipboard().text() == "", "a lane has a letter, and a letter has a name"


def test_windows_and_drawers_with_names_are_put_away(new_kit: Callable[..., Kit], blind: Kit, qtbot: QtBot) -> None:
    page, window = blind.page, blind.window
    page.prompt.blind.setChecked(False)
    page.prompt.set_sets_open(True)
    desk = window.sets_controller
    desk.drawer.run.click()
    for number in (2, 3):
        qtbot.waitUntil(lambda number=number: len(blind.runner.requests) == number)
        blind.runner.finish(answer("Llama says twelve"), answer())
    qtbot.waitUntil(lambda: "Finished" in desk.drawer.note.text())
    desk.drawer.note.say_or_hide("Qwen3 needs 18.6 GB")
    assert any("tok/s" in leak for leak in leaks(blind))
    page.differences_wanted.emit(page.shown)
    page.prompt.attached.set_files((Attachment("notes.txt", "The file that goes along"),))
    earlier = (Message("user", "Who?"), Message("assistant", "I am Llama 3"))
    page.card.conversation.show_earlier((earlier, earlier))
    page.prompt.blind.setChecked(True)
    blind.start()
    assert desk.drawer.isHidden()
    qtbot.waitUntil(lambda: not [d for d in window.findChildren(QDialog) if d.isVisible()])
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert leaks(blind) == []
    work(blind)
    read(blind, qtbot)
    page.prompt.set_sets_open(True)
    assert leaks(blind) == []
    blind.blind.vote(Choice.TIE)
    assert any(", B " in leak and "tok/s" in leak for leak in leaks(blind)), "what there was to hide"


@pytest.mark.parametrize("until_vote", [False, True])
def test_nothing_else_is_opened_before_the_vote(
    new_kit: Callable[..., Kit], blind: Kit, qtbot: QtBot, until_vote: bool
) -> None:
    page, window = blind.page, blind.window
    page.prompt.set_sets_open(True)
    desk = window.sets_controller
    assert window.bundle_controller.box is None
    blind.start()
    if until_vote:
        work(blind)
        read(blind, qtbot)
    answered = comparison(request=blind.runner.requests[0])
    desk.open(PromptRow(0, SetPrompt("Why?"), result_of(0, answered)))
    page.show_comparison(answered)
    page.complete(answered)
    window.open_bundle("/x/good.weighin.json")
    window.bundle_controller._show(bundle())
    page.differences_wanted.emit(answered)
    page.tape_wanted.emit(answered)
    window.pages.compare_models((OTHER,))
    assert window.bundle_controller.box is None
    assert not window.findChildren(QDialog)
    assert page.remark == "" and not page.panel.isVisible()
    assert "ote" in window.notice and "ote" in desk.drawer.note.text()
    assert leaks(blind) == []
