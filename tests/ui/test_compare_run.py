"""A comparison as the Compare page shows it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, MOE, OTHER, answer, failed, timing
from weighin.core.comparisons.comparison import Slowdown
from weighin.core.runs.answer import Failure, PromptProof, StopReason, Timing
from weighin.core.runs.conditions import Conditions
from weighin.core.runs.lane import Mode
from weighin.core.runs.progress import LaneState
from weighin.ui.proof.same_prompt import SamePrompt


def test_run_asks_for_what_is_on_the_page(kit: Kit) -> None:
    kit.page.prompt.mode.set_mode(Mode.TOGETHER)
    kit.start("Count from one to ten.")
    (request,) = kit.runner.requests
    assert request.prompt.text == "Count from one to ten."
    assert request.mode is Mode.TOGETHER
    assert [setup.model for setup in request.lanes] == [DENSE, MOE]
    assert request.repeat == 1
    assert not request.try_anyway


def test_an_empty_prompt_is_refused_beside_the_prompt_box(kit: Kit) -> None:
    kit.start("  \n ")
    assert kit.runner.requests == []
    assert "Type a prompt first" in kit.page.prompt.error
    kit.page.prompt.set_text("Hello")
    assert kit.page.prompt.error == ""


def test_one_button_is_run_and_stop(kit: Kit, qtbot: QtBot) -> None:
    button = kit.page.prompt.run_button
    kit.page.prompt.set_text("Hello")
    assert (button.text(), button.isEnabled()) == ("Run", True)
    assert button.accessibleName() == "Run the prompt on both models"
    place = button.geometry()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert len(kit.runner.requests) == 1
    assert (button.text(), button.isEnabled()) == ("Stop", True)
    assert button.accessibleName() == "Stop both models"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert kit.runner.stops == 1 and len(kit.runner.requests) == 1
    QCoreApplication.processEvents()
    assert button.geometry() == place, "the other word needs no other room"
    kit.runner.finish(answer(stop=StopReason.CANCELLED), answer(stop=StopReason.CANCELLED))
    assert (button.text(), button.isEnabled()) == ("Run", True)
    assert [b.text() for b in kit.window.findChildren(QPushButton)].count("Stop") == 0


def test_stop_is_seen_at_once_whatever_the_worker_does(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    lane = kit.runner.begin_round("A")
    lane.be(LaneState.BUSY, "reading", 0, 512)
    kit.page.stop()
    assert kit.page.panes[0].state.text.startswith("Stopping")
    lane.be(LaneState.BUSY, "reading", 100, 512)
    assert kit.page.panes[0].state.text.startswith("Stopping")


def test_a_lane_says_what_it_does(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    state = kit.page.panes[0].state
    lane = kit.runner.lanes[0]
    lane.be(LaneState.LOADING, "loading", 43, 100)
    assert state.text.startswith("Loading 43 %")
    kit.runner.begin_round("A")
    lane.be(LaneState.BUSY, "reading", 0, 512)
    assert state.text.startswith("Reading 512 tokens")
    lane.be(LaneState.BUSY, "reading", 128, 512)
    assert state.text.startswith("Reading 128 of 512 tokens")
    lane.be(LaneState.BUSY, "writing", 1, 0)
    lane.write("a" * 40, 37)
    lane.be(LaneState.BUSY, "writing", 37, 0)
    qtbot.waitUntil(lambda: state.text.startswith("Answering · 37 tokens"))


def test_seconds_run_while_a_lane_works_and_stand_still_after(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    kit.runner.begin_round("A").be(LaneState.BUSY, "reading", 0, 5)
    state = kit.page.panes[0].state
    qtbot.waitUntil(lambda: state.text.endswith(" s") and not state.text.endswith("0.0 s"))
    kit.runner.give("A", answer())
    assert state.text == "Finished"


def test_the_lane_whose_turn_it_is_not_waits(kit: Kit) -> None:
    kit.start()
    kit.runner.lanes[0].be(LaneState.LOADING, "loading", 1, 100)
    assert kit.page.panes[1].state.text == "Waiting for A"
    kit.runner.give("A", answer())
    kit.runner.lanes[1].be(LaneState.LOADING, "loading", 1, 100)
    assert kit.page.panes[1].state.text.startswith("Loading 1 %")


def test_a_silent_lane_is_said_to_be_silent(kit: Kit) -> None:
    kit.start()
    kit.runner.begin_round("A").be(LaneState.BUSY, "writing", 5, 0, silent_s=12.3)
    assert kit.page.panes[0].state.warning == "⚠ not responding for 12 s"
    kit.runner.lanes[0].be(LaneState.BUSY, "writing", 6, 0)
    assert kit.page.panes[0].state.warning == ""


def test_text_streams_into_its_own_lane(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    for label, words in (("A", ("Twe", "lve.")), ("B", ("It is ", "**twelve**."))):
        lane = kit.runner.begin_round(label)
        for word in words:
            lane.write(word)
    views = [pane.answer.view for pane in kit.page.panes]
    qtbot.waitUntil(lambda: [v.toPlainText() for v in views] == ["Twelve.", "It is twelve."])


def test_a_new_round_clears_the_text_of_that_lane_only(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    kit.runner.begin_round("A", 1, 2).write("first")
    kit.runner.begin_round("B", 1, 2).write("other")
    kit.runner.begin_round("A", 2, 2).write("second")
    views = [pane.answer.view for pane in kit.page.panes]
    qtbot.waitUntil(lambda: [v.toPlainText() for v in views] == ["second", "other"])
    kit.runner.lanes[0].be(LaneState.BUSY, "writing", 1, 0)
    assert kit.page.panel.sentence == "Round 2 of 2: A is answering…"


def test_reasoning_is_folded_and_counted_apart(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    lane = kit.runner.begin_round("A")
    lane.write("Seven and five...", 6, "reasoning")
    lane.write("Twelve.", 2)
    pane = kit.page.panes[0]
    assert pane.reasoning.text == "Seven and five..."
    assert pane.reasoning.title == "Reasoning · 6 tokens"
    assert not pane.reasoning.is_open
    qtbot.waitUntil(lambda: pane.answer.view.toPlainText() == "Twelve.")
    pane.reasoning.set_open(True)
    qtbot.waitUntil(lambda: pane.reasoning.shown == "Seven and five...")
    lane.write(" *are*", 1, "reasoning")
    qtbot.waitUntil(lambda: pane.reasoning.shown == "Seven and five... are")
    kit.runner.begin_round("A")
    assert pane.reasoning.text == pane.reasoning.shown == ""
    assert pane.reasoning.isHidden()


def test_what_was_shown_as_answer_becomes_reasoning(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    lane = kit.runner.begin_round("A")
    pane = kit.page.panes[0]
    lane.write("Seven and *five*", 6)
    qtbot.waitUntil(lambda: pane.answer.view.toPlainText() == "Seven and five")
    pane.reasoning.set_open(True)
    lane.was_reasoning.emit()
    assert pane.reasoning.text == "Seven and *five*" and pane.reasoning.title == "Reasoning · 6 tokens"
    assert pane.answer.view.raw_text == "" and not pane.reasoning.isHidden()
    lane.write("Twelve.", 2)
    qtbot.waitUntil(lambda: pane.answer.view.toPlainText() == "Twelve.")
    qtbot.waitUntil(lambda: pane.reasoning.shown == "Seven and five")
    assert pane.reasoning.title == "Reasoning · 6 tokens"


def test_the_answer_is_shown_as_the_record_has_it(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    kit.runner.begin_round("A").write("Twel")
    kit.runner.give("A", answer("Twelve."))
    view = kit.page.panes[0].answer.view
    qtbot.waitUntil(lambda: view.toPlainText() == "Twelve.")


def test_the_end_does_not_leave_an_answer_in_its_middle(kit: Kit, qtbot: QtBot) -> None:
    text = "".join(f"Line {number} of a long answer.\n\n" for number in range(80))
    kit.window.resize(1280, 700)
    kit.start()
    for label in ("A", "B"):
        kit.runner.begin_round(label).write(text)
    views = [pane.answer.view for pane in kit.page.panes]
    qtbot.waitUntil(lambda: all(view.toPlainText().endswith("Line 79 of a long answer.") for view in views))
    views[1].verticalScrollBar().setValue(40)
    kit.runner.finish(answer(text, notices=("A notice takes a line of its own.",)), answer(text))
    qtbot.waitUntil(lambda: all(view.is_settled for view in views))
    bar = views[0].verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum() > 0)
    assert views[1].verticalScrollBar().value() == 40
    kit.page.show_comparison(kit.runner.finish(answer(text), answer(text)))
    qtbot.waitUntil(lambda: views[0].is_settled)
    assert bar.value() == 0 < bar.maximum()


def test_copy_gives_exactly_what_the_model_wrote(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    kit.runner.begin_round("A")
    kit.runner.give("A", answer("**Twelve**\r\n\n\n<b>&amp;"))
    copy = kit.page.panes[0].copy
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "**Twelve**\r\n\n\n<b>&amp;"
    assert copy.text() == "Copied"
    qtbot.waitUntil(lambda: copy.text() == "Copy")
    QGuiApplication.clipboard().clear()
    kit.page.copy_answer("A")
    assert QGuiApplication.clipboard().text() == "**Twelve**\r\n\n\n<b>&amp;"
    assert kit.page.panes[1].copy.isHidden(), "there is nothing to copy"


def test_numbers_stay_after_the_answer(kit: Kit) -> None:
    kit.start()
    given = answer(timing=replace(timing(), major_faults=12))
    kit.runner.finish(given, answer())
    for line in (
        "Prompt tokens | 23 | 23",
        "Prompt speed | 920 tok/s | 920 tok/s",
        "Time to first token | 31 ms | 31 ms",
        "Generated tokens | 37 | 37",
        "Generation speed | 90.0 tok/s | 90.0 tok/s",
        "Characters per second | 360/s | 360/s",
        "Memory | 62.9 MB | 62.9 MB",
        "Peak memory | 64.1 MB | 64.1 MB",
        "Memory split | 58.2 MB process + 4.7 MB model file | 58.2 MB process + 4.7 MB model file",
        "Page faults | 12 | ",
        "Load time | 210 ms | 210 ms",
        "Stop reason | Finished | Finished",
    ):
        assert line in kit.details
    assert "31 ms | Time to first token ↓ | 31 ms" in kit.page.panel.rows.texts
    kit.start()
    assert not kit.page.card.shows_details, "the answers are what one wants to see now"
    assert kit.page.panel.rows.texts[0] == "- | Generation speed | -"


def test_unknown_numbers_are_a_dash(kit: Kit) -> None:
    kit.start()
    few = replace(timing(3), prompt_tokens=None, prompt_s=None, load_s=None, first_token_s=None)
    kit.runner.finish(answer(timing=few), answer(timing=few))
    for line in ("Prompt tokens | - | -", "Prompt speed | - | -", "Generation speed | - | -", "Load time | - | -"):
        assert line in kit.details
    assert not any(line.startswith("Page faults") for line in kit.details)
    assert kit.page.panel.rows.texts[:3] == (
        "- | Generation speed | -", "- | Time to first token ↓ | -", "- | Prompt speed | -",
    )  # fmt: skip


def test_repeated_rounds_show_median_and_range(kit: Kit) -> None:
    kit.start()
    rounds = (timing(37, 0.4), timing(37, 0.5), timing(37, 0.45))
    kit.runner.finish(answer(), answer(), rounds)
    assert "Generation speed | 80.0 (72.0–90.0) tok/s | 80.0 (72.0–90.0) tok/s" in kit.details
    assert kit.page.panel.rows.texts[0] == "80.0 tok/s | Generation speed | 80.0 tok/s"
    assert "80.0 (72.0–90.0) tok/s" in kit.page.panel.rows.bars[0][0].toolTip()


def test_why_an_answer_stopped_is_said_in_words(kit: Kit) -> None:
    kit.start()
    for reason, said in (
        (StopReason.LENGTH, "Token limit"),
        (StopReason.CONTEXT, "Context full"),
        (StopReason.CANCELLED, "Stopped"),
    ):
        kit.runner.begin_round("A")
        kit.runner.give("A", answer(stop=reason))
        assert kit.page.panes[0].state.text == said
    kit.runner.finish(answer(stop=StopReason.LENGTH), answer())
    assert "Stop reason | Token limit | Finished" in kit.details


def test_a_failure_is_one_sentence_in_its_lane_and_keeps_the_text(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    kit.runner.begin_round("A").write("Twel")
    kit.runner.give("A", failed(message="The model’s process <b>stopped</b>.", text="Twel"))
    a, b = kit.page.panes
    assert a.failure.sentence == "The model’s process <b>stopped</b>."
    assert a.failure.details.startswith("GGML_ASSERT")
    assert not a.failure.can_insist
    assert b.failure.sentence == ""
    qtbot.waitUntil(lambda: a.answer.view.toPlainText() == "Twel")
    kit.runner.begin_round("B")
    kit.runner.give("B", answer("Twelve."))
    qtbot.waitUntil(lambda: b.answer.view.toPlainText() == "Twelve.")


def test_a_lane_that_fails_while_loading_says_so_before_the_end(kit: Kit) -> None:
    kit.start()
    kit.runner.lanes[0].be(LaneState.FAILED, failure=Failure("not_gguf", "This is not a GGUF file."))
    assert kit.page.panes[0].failure.sentence == "This is not a GGUF file."
    assert kit.page.panes[0].state.text == "Failed"


def test_too_little_memory_can_be_tried_anyway(kit: Kit, qtbot: QtBot) -> None:
    kit.start("Hello")
    given = failed("memory", "Needs 21.4 GB; 12.0 GB are free.")
    kit.runner.finish(answer(), given)
    kit.page.prompt.set_text("something else by now")
    box = kit.page.panes[1].failure
    assert box.can_insist
    again = next(b for b in box.findChildren(QPushButton) if b.text() == "Try anyway")
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    first, second = kit.runner.requests
    assert second == replace(first, try_anyway=True)


def test_notices_are_shown(kit: Kit) -> None:
    kit.start()
    kit.runner.give("A", answer(notices=("No chat template: the text was put as it is.", "Second.")))
    assert kit.page.panes[0].notices == "No chat template: the text was put as it is.\nSecond."


def proof(kit: Kit) -> SamePrompt:
    """The proof behind the scale, unfolded."""
    assert kit.details
    return kit.page.card.details.proof


def test_the_proof_of_the_same_prompt(kit: Kit) -> None:
    kit.start()
    kit.runner.finish(answer(), answer())
    assert kit.page.panel.basis == "✓ Same prompt, same options"
    assert proof(kit).sentence == "Same prompt, same options."
    assert proof(kit).rendered("A") == "<|user|>What is seven plus five?<|end|>"
    kit.start()
    assert "Same prompt" not in kit.page.panel.basis


def test_what_was_not_the_same_is_named(kit: Kit) -> None:
    kit.start()
    kit.runner.finish(answer(), answer(rendered_prompt="[INST]What is seven plus five?[/INST]"))
    assert kit.page.panel.basis == "⚠ Not the same for both: rendered prompt"
    assert kit.page.panel._basis.property("tone") == "amber"
    assert proof(kit).rendered("B") == "[INST]What is seven plus five?[/INST]"


def test_each_model_may_have_a_template_of_its_own(kit: Kit) -> None:
    kit.page.panes[1].header.picker.choose(OTHER)
    kit.start()
    kit.runner.finish(answer(), answer(rendered_prompt="[INST]What is seven plus five?[/INST]"))
    assert kit.page.panel.basis == "✓ Same question, own templates"
    assert kit.page.panel._basis.property("tone") == ""


def test_the_proof_shows_every_option_and_the_tokens_with_their_boundaries(kit: Kit) -> None:
    kit.start()
    own = PromptProof("own", (1, 5, 9), ("<|user|>", "What", " is\n"))
    other = PromptProof("chatml", (1, 7, 9), ("<|user|>", "Wh", "at is\n"))
    kit.runner.finish(answer(proof=own), answer(proof=other))
    strip = proof(kit)
    assert strip.tokens("A") == "<|user|>⚠What is↵\n"
    assert strip.tokens("B") == "<|user|>⚠What is↵\n"
    lines = strip.table.lines
    assert "⚠ template | the model's own | ChatML instead of its own" in lines
    assert "sampler | greedy | greedy" in lines and "seed | 42 | 42" in lines and "thinking | none | none" in lines
    assert "⚠ tokens | 2: 'What' | 2: 'Wh'" in lines
    assert sum(line.startswith("⚠") for line in lines) == 2
    assert "not the same: template" in strip.table.accessibleDescription()
    assert strip.sentence == "⚠ Not the same for both: use of a chat template."
    assert kit.page.panel.basis == "⚠ Not the same for both: use of a chat template"
    strip.clear()
    assert strip.tokens("A") == "" and strip.table.lines == ()


def test_a_lane_that_never_saw_the_prompt_proves_nothing(kit: Kit) -> None:
    kit.start()
    kit.runner.finish(answer(), replace(failed(), rendered_prompt=""))
    assert kit.page.panel.basis == "⚠ B stopped before it started"


@pytest.mark.parametrize("same_template", [True, False])
def test_a_lane_that_failed_behind_another_prompt_is_not_told_to_have_seen_the_same(
    kit: Kit, same_template: bool
) -> None:
    """Seen: "Both saw the same prompt: 36 tokens" over 36 and 9 tokens of two different prompts."""
    if not same_template:
        kit.page.panes[1].header.picker.choose(OTHER)
    kit.start()
    other = replace(failed(), rendered_prompt="[INST]twelve?[/INST]", timing=Timing(prompt_tokens=9, threads=2))
    kit.runner.finish(answer(context=4096), replace(other, context=4096))
    if same_template:
        assert kit.page.panel.basis == "⚠ Not the same for both: rendered prompt"
    assert "Same prompt" not in kit.page.panel.basis
    assert "⚠ prompt tokens | 23 | 9" in proof(kit).table.lines


def test_what_nobody_could_compare_is_not_told_to_be_the_same(kit: Kit) -> None:
    kit.start()
    kit.runner.finish(answer(context=4096), replace(failed(), timing=Timing(prompt_tokens=23, threads=2)))
    assert kit.page.panel.basis == "⚠ Same prompt text; B failed before the rest could be compared"


def test_both_charts_share_one_scale(kit: Kit) -> None:
    kit.start()
    for label, speed in (("A", 90.0), ("B", 340.0)):
        kit.runner.begin_round(label).draw(1.0, 10, speed, 50_000_000)
    assert kit.page.scales.speed.top == 400
    assert kit.page.scales.memory.top == 60_000_000


def test_the_last_answer_does_not_take_the_place_of_all_rounds(kit: Kit) -> None:
    kit.start()
    lane = kit.runner.begin_round("B")
    kit.runner.begin_round("A")
    rounds = tuple(timing(generation_s=seconds) for seconds in (0.4, 0.5, 0.6))
    kit.runner.finish(answer(), answer(), rounds)
    lane.answered.emit(answer())
    assert any(line.startswith("Rounds | 3 of 1") for line in kit.details)
    assert kit.page.panel.rows.texts[0] == "72.0 tok/s | Generation speed | 72.0 tok/s"


def test_what_disturbed_and_what_running_at_once_cost_stands_with_the_numbers(kit: Kit) -> None:
    kit.page.prompt.mode.set_mode(Mode.TOGETHER)
    kit.start()
    spoilt = replace(timing(), conditions=Conditions(on_battery=True, other_cores=1.3))
    made = kit.runner.finish(answer(timing=spoilt), answer(timing=spoilt), (spoilt,))
    table = kit.page.card.details.table
    said = "other programs used 1.3 cores, on battery"
    assert f"Conditions | {said} | {said}" in kit.details
    assert "Overlap | not recorded | not recorded" in kit.details
    assert "Compared with running alone | - | -" in kit.details
    assert "was not recorded" in table.counted("Compared with running alone")
    slowdowns = (Slowdown("id0", True, 0.61, 0.5), Slowdown("id0", False, 0.8))
    kit.history.completed.emit(replace(made, slowdowns=slowdowns))
    line = "Compared with running alone | generation speed 61 %, prompt speed 50 % | ~generation speed 80 %"
    assert line in kit.details
    assert "another prompt" in table.counted("Compared with running alone")
    kit.history.completed.emit(replace(made, slowdowns=(replace(slowdowns[0], shared_s=0.02), slowdowns[1])))
    short = "~generation speed 61 %, prompt speed 50 % (run too short)"
    assert f"Compared with running alone | {short} | ~generation speed 80 %" in kit.details
    kit.history.completed.emit(replace(made, id="of-another", slowdowns=()))
    assert f"Compared with running alone | {short} | ~generation speed 80 %" in kit.details
