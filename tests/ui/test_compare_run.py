"""A comparison as the Compare page shows it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from weighin.ui.compare.first_run import EXAMPLES

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, MOE, answer, failed, timing
from weighin.core.comparisons.comparison import Slowdown
from weighin.core.runs.answer import Failure, PromptProof, StopReason, Timing
from weighin.core.runs.conditions import Conditions
from weighin.core.runs.lane import Mode
from weighin.core.runs.progress import LaneState


def button(kit: Kit, name: str) -> QPushButton:
    """The button with these words."""
    return next(b for b in kit.window.findChildren(QPushButton) if b.text() == name)


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


def test_run_and_stop_take_turns(kit: Kit, qtbot: QtBot) -> None:
    run, stop = button(kit, "Run"), button(kit, "Stop")
    assert run.isEnabled() and not stop.isEnabled()
    kit.start()
    assert not run.isEnabled() and stop.isEnabled()
    qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    assert kit.runner.stops == 1
    kit.runner.finish(answer(stop=StopReason.CANCELLED), answer(stop=StopReason.CANCELLED))
    assert run.isEnabled() and not stop.isEnabled()


def test_stop_is_seen_at_once_whatever_the_worker_does(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    lane = kit.runner.begin_round("A")
    lane.be(LaneState.BUSY, "reading", 0, 512)
    kit.page.stop()
    assert kit.page.panes[0].state.text.startswith("stopping")
    lane.be(LaneState.BUSY, "reading", 100, 512)
    assert kit.page.panes[0].state.text.startswith("stopping")


def test_a_lane_says_what_it_does(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    state = kit.page.panes[0].state
    lane = kit.runner.lanes[0]
    lane.be(LaneState.LOADING, "loading", 43, 100)
    assert state.text.startswith("loading 43 %")
    kit.runner.begin_round("A")
    lane.be(LaneState.BUSY, "reading", 0, 512)
    assert state.text.startswith("reading 512 tokens")
    lane.be(LaneState.BUSY, "reading", 128, 512)
    assert state.text.startswith("reading 128 of 512 tokens")
    lane.be(LaneState.BUSY, "writing", 1, 0)
    lane.write("a" * 40, 37)
    lane.be(LaneState.BUSY, "writing", 37, 0)
    qtbot.waitUntil(lambda: state.text.startswith("writing · 37 tokens"))


def test_seconds_run_while_a_lane_works_and_stand_still_after(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    kit.runner.begin_round("A").be(LaneState.BUSY, "reading", 0, 5)
    state = kit.page.panes[0].state
    qtbot.waitUntil(lambda: state.text.endswith(" s") and not state.text.endswith("0.0 s"))
    kit.runner.give("A", answer())
    assert state.text == "done"


def test_the_lane_whose_turn_it_is_not_waits(kit: Kit) -> None:
    kit.start()
    kit.runner.lanes[0].be(LaneState.LOADING, "loading", 1, 100)
    assert kit.page.panes[1].state.text == "waiting for lane A"
    kit.runner.give("A", answer())
    kit.runner.lanes[1].be(LaneState.LOADING, "loading", 1, 100)
    assert kit.page.panes[1].state.text.startswith("loading 1 %")


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
    qtbot.waitUntil(lambda: kit.page.panes[0].state.text.startswith("round 2 of 2"))


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


def test_numbers_do_not_leave_an_answer_in_its_middle(kit: Kit, qtbot: QtBot) -> None:
    text = "".join(f"Line {number} of a long answer.\n\n" for number in range(80))
    kit.window.resize(1280, 700)
    kit.start()
    for label in ("A", "B"):
        kit.runner.begin_round(label).write(text)
    views = [pane.answer.view for pane in kit.page.panes]
    qtbot.waitUntil(lambda: all(view.toPlainText().endswith("Line 79 of a long answer.") for view in views))
    views[1].verticalScrollBar().setValue(40)
    before = views[0].height()
    kit.runner.finish(answer(text), answer(text))
    qtbot.waitUntil(lambda: all(view.is_settled and view.height() < before - 20 for view in views))
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
    kit.page.panes[0].answer.copy()
    assert QGuiApplication.clipboard().text() == "**Twelve**\r\n\n\n<b>&amp;"


def test_numbers_stay_after_the_answer(kit: Kit) -> None:
    kit.start()
    kit.runner.begin_round("A")
    kit.runner.give("A", answer(timing=replace(timing(), major_faults=12)))
    text = kit.page.panes[0].numbers.text
    for part in (
        "Reading 23 tok 920 tok/s",
        "First token 31 ms",
        "Writing 37 tok 90.0 tok/s",
        "Characters 360/s",
        "RAM 58.2 MB own + 4.7 MB model file = 62.9 MB, peak 64.1 MB",
        "Page faults 12",
        "Load 210 ms",
        "Ended ended by itself",
    ):
        assert part in text
    kit.runner.finish(answer(), answer())
    kit.page.run()
    assert kit.page.panes[0].numbers.text == ""


def test_unknown_numbers_are_a_dash(kit: Kit) -> None:
    kit.start()
    few = replace(timing(3), prompt_tokens=None, prompt_s=None, load_s=None)
    kit.runner.give("A", answer(timing=few))
    text = kit.page.panes[0].numbers.text
    assert "Reading - tok -" in text
    assert "Writing 3 tok -" in text
    assert "Load -" in text
    assert "Page faults" not in text


def test_repeated_rounds_show_median_and_range(kit: Kit) -> None:
    kit.start()
    rounds = (timing(37, 0.4), timing(37, 0.5), timing(37, 0.45))
    kit.runner.finish(answer(), answer(), rounds)
    assert "Writing 37 tok 80.0 (72.0–90.0) tok/s" in kit.page.panes[0].numbers.text


def test_why_an_answer_stopped_is_said_in_words(kit: Kit) -> None:
    kit.start()
    for reason, said in (
        (StopReason.LENGTH, "length limit reached"),
        (StopReason.CONTEXT, "context full"),
        (StopReason.CANCELLED, "stopped by you"),
    ):
        kit.runner.begin_round("A")
        kit.runner.give("A", answer(stop=reason))
        assert kit.page.panes[0].state.text == said
        assert kit.page.panes[0].numbers.text.endswith(said)


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
    assert kit.page.panes[0].state.text == "failed"


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


def test_the_proof_of_the_same_prompt(kit: Kit) -> None:
    kit.start()
    kit.runner.finish(answer(), answer())
    strip = kit.page.same_prompt
    assert strip.sentence == "Both saw the same prompt: 23 tokens, same template, same options."
    assert strip.rendered("A") == "<|user|>What is seven plus five?<|end|>"
    kit.page.run()
    assert strip.sentence == ""


def test_what_was_not_the_same_is_named(kit: Kit) -> None:
    kit.start()
    kit.runner.finish(answer(), answer(rendered_prompt="[INST]What is seven plus five?[/INST]"))
    assert kit.page.same_prompt.sentence == "⚠ Not the same for both: rendered prompt."
    assert kit.page.same_prompt.property("tone") == "amber"
    assert kit.page.same_prompt.rendered("B") == "[INST]What is seven plus five?[/INST]"


def test_the_proof_shows_every_option_and_the_tokens_with_their_boundaries(kit: Kit) -> None:
    kit.start()
    own = PromptProof("own", (1, 5, 9), ("<|user|>", "What", " is\n"))
    other = PromptProof("chatml", (1, 7, 9), ("<|user|>", "Wh", "at is\n"))
    kit.runner.finish(answer(proof=own), answer(proof=other))
    strip = kit.page.same_prompt
    assert strip.tokens("A") == "<|user|>⚠What is↵\n"
    assert strip.tokens("B") == "<|user|>⚠What is↵\n"
    lines = strip.table.lines
    assert "⚠ template | the model's own | ChatML instead of its own" in lines
    assert "sampler | greedy | greedy" in lines and "seed | 42 | 42" in lines and "thinking | none | none" in lines
    assert "⚠ tokens | 2: 'What' | 2: 'Wh'" in lines
    assert sum(line.startswith("⚠") for line in lines) == 2
    assert "not the same: template" in strip.table.accessibleDescription()
    assert strip.sentence == "⚠ Not the same for both: template used, tokens."
    strip.clear()
    assert strip.tokens("A") == "" and strip.table.lines == ()


def test_a_lane_that_never_saw_the_prompt_proves_nothing(kit: Kit) -> None:
    kit.start()
    kit.runner.finish(answer(), replace(failed(), rendered_prompt=""))
    assert kit.page.same_prompt.sentence == "⚠ Lane B never got as far as the prompt."


def test_a_lane_that_failed_behind_another_prompt_is_not_told_to_have_seen_the_same(kit: Kit) -> None:
    """Seen: "Both saw the same prompt: 36 tokens" over 36 and 9 tokens of two different prompts."""
    kit.start()
    other = replace(failed(), rendered_prompt="[INST]twelve?[/INST]", timing=Timing(prompt_tokens=9, threads=2))
    kit.runner.finish(answer(context=4096), replace(other, context=4096))
    assert kit.page.same_prompt.sentence == "⚠ Not the same for both: rendered prompt, prompt tokens."


def test_what_nobody_could_compare_is_not_told_to_be_the_same(kit: Kit) -> None:
    kit.start()
    kit.runner.finish(answer(context=4096), replace(failed(), timing=Timing(prompt_tokens=23, threads=2)))
    said = "⚠ Same prompt text. B failed before the rest could be compared."
    assert kit.page.same_prompt.sentence == said


def test_both_charts_share_one_scale(kit: Kit) -> None:
    kit.start()
    for label, speed in (("A", 90.0), ("B", 340.0)):
        kit.runner.begin_round(label).draw(1.0, 10, speed, 50_000_000)
    assert kit.page.scales.speed.top == 400
    assert kit.page.scales.memory.top == 60_000_000


def test_a_chart_gives_way_where_numbers_would_be_cut_off(kit: Kit, qtbot: QtBot) -> None:
    window, pane = kit.window, kit.page.panes[0]
    window.resize(1000, 900)
    with qtbot.waitExposed(window):
        window.show()
    kit.start()
    lane = kit.runner.begin_round("A")
    lane.draw(0.25, 10, 90.0, 50_000_000)
    assert pane.chart.isHidden(), "one point is no line"
    lane.draw(0.5, 30, 90.0, 50_000_000)
    kit.runner.finish(answer(), answer())
    qtbot.waitUntil(pane.chart.isVisible)
    for height in (540, 900, 520):
        window.resize(1000, height)
        qtbot.waitUntil(lambda high=height > 800: pane.chart.isVisible() == high)
        qtbot.waitUntil(lambda: pane.numbers.geometry().bottom() < pane.height())


def test_the_first_run_offers_prompts_to_try(kit: Kit, qtbot: QtBot) -> None:
    assert kit.page.hint_is_shown
    qtbot.mouseClick(button(kit, EXAMPLES[2]), Qt.MouseButton.LeftButton)
    assert kit.page.prompt.text == EXAMPLES[2]
    kit.page.run()
    kit.runner.finish(answer(), answer())
    assert not kit.page.hint_is_shown


def test_the_hint_is_for_the_starter_models_only(kit: Kit) -> None:
    kit.page.choice.open(kit.page.panes[1], "/models/other.gguf")
    assert not kit.page.hint_is_shown


def test_the_last_answer_does_not_take_the_place_of_all_rounds(kit: Kit) -> None:
    kit.start()
    lane = kit.runner.begin_round("B")
    kit.runner.begin_round("A")
    rounds = tuple(timing(generation_s=seconds) for seconds in (0.4, 0.5, 0.6))
    kit.runner.finish(answer(), answer(), rounds)
    lane.answered.emit(answer())
    assert "Rounds 3 of 1" in kit.page.panes[1].numbers.text


def test_what_disturbed_and_what_together_cost_stands_with_the_numbers(kit: Kit) -> None:
    kit.page.prompt.mode.set_mode(Mode.TOGETHER)
    kit.start()
    spoilt = replace(timing(), conditions=Conditions(on_battery=True, other_cores=1.3))
    made = kit.runner.finish(answer(timing=spoilt), answer(timing=spoilt), (spoilt,))
    assert "Meanwhile other programs kept 1.3 cores busy, on battery" in kit.page.panes[0].numbers.text
    assert "Side by side not recorded · Against alone - " in kit.page.panes[0].numbers.text
    assert "not recorded for how long" in kit.page.panes[0].numbers.counted
    slowdowns = (Slowdown("id0", True, 0.61, 0.5), Slowdown("id0", False, 0.8))
    kit.history.completed.emit(replace(made, slowdowns=slowdowns))
    assert "Against alone writing 61 %, reading 50 %" in kit.page.panes[0].numbers.text
    assert "another prompt" in kit.page.panes[1].numbers.counted
    kit.history.completed.emit(replace(made, slowdowns=(replace(slowdowns[0], shared_s=0.02), slowdowns[1])))
    assert "reading 50 % (too short to be sure)" in kit.page.panes[0].numbers.text
    marks = [n.mark for pane in kit.page.panes for n in pane.numbers._shown if n.title == "Against alone"]
    assert marks == ["~", "~"], "too short, and another prompt"
    kit.history.completed.emit(replace(made, id="of-another", slowdowns=()))
    assert "Against alone" in kit.page.panes[0].numbers.text


def test_an_open_proof_leaves_the_lanes_their_room_in_a_smaller_window(kit: Kit, qtbot: QtBot) -> None:
    kit.window.resize(2000, 1400)
    kit.start()
    kit.runner.finish(answer(), answer())
    kit.page.same_prompt._button.setChecked(True)
    kit.window.resize(1000, 820)
    for pane in kit.page.panes:
        qtbot.waitUntil(lambda pane=pane: pane.numbers.geometry().bottom() <= pane.height())
    assert kit.page.same_prompt._proof.height() == 205


def test_a_proof_that_is_opened_takes_no_more_than_the_lanes_can_give(kit: Kit, qtbot: QtBot) -> None:
    kit.window.resize(1280, 640)
    kit.start()
    kit.runner.finish(answer(), answer())
    spare = kit.page.lanes_area.spare_height()
    kit.page.same_prompt._button.setChecked(True)
    qtbot.waitUntil(lambda: kit.page.same_prompt._proof.isVisibleTo(kit.page))
    assert kit.page.same_prompt._proof.height() == max(80, spare) < 150
