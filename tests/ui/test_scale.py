"""The scale under the answers: who is better and by how much, or why nobody can tell, and what would tell more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import MEMORY, MOE, OTHER, answer, failed, timing
from weighin.core.comparisons.comparison import Comparison
from weighin.core.comparisons.speed_test import SpeedTest
from weighin.core.runs.answer import Answer, MemoryReceipt
from weighin.core.runs.conditions import Conditions
from weighin.core.runs.energy import Energy
from weighin.core.runs.lane import Mode
from weighin.core.runs.progress import LaneState

BUSY = Conditions(other_cores=1.4, used_cores=2.0)
TEST = SpeedTest("2026-11-29T10:00:00+00:00", 2, 128, (100.0, 101.0, 99.0, 100.0), 256, (400.0,))


def long(rate: float, **more: object) -> Answer:
    """An answer of 300 tokens at `rate`."""
    return answer(timing=replace(timing(300, 299 / rate), **more))


def better(kit: Kit) -> list[str]:
    """Of each row in sight the lane that is drawn strong, "" for neither."""
    found = []
    for bars in kit.page.panel.rows.bars:
        strong = [label for label, bar in zip("AB", bars, strict=True) if bar.state[1]]
        assert len(strong) < 2
        found.append("".join(strong))
    return found


def test_the_faster_one_is_named(kit: Kit) -> None:
    panel = kit.page.panel
    assert panel.sentence == ""
    kit.start()
    assert "fast" not in panel.sentence
    kit.runner.finish(long(102), long(65.3))
    assert panel.sentence == "A writes 1.6 times as fast."
    assert panel.caution == "" and panel.remedy.isHidden()
    assert panel.rows.texts == (
        "102 tok/s | Generation speed | 65.3 tok/s",
        "31 ms | Time to first token ↓ | 31 ms",
        "920 tok/s | Prompt speed | 920 tok/s",
        "64.1 MB | Memory ↓ | 64.1 MB",
    )
    assert better(kit) == ["A", "", "", ""]
    assert "Generation speed: A 102 tok/s, B 65.3 tok/s, A better" in panel.rows.accessibleDescription()
    assert panel.accessibleName().startswith("Result: A writes 1.6 times as fast.")
    kit.start()
    assert "fast" not in panel.sentence and better(kit) == ["", "", "", ""]


def test_both_claims_stand_in_one_sentence_where_one_model_has_both(kit: Kit) -> None:
    kit.start()
    small = replace(MEMORY, peak_bytes=32_100_000)
    kit.runner.finish(replace(long(102), memory=small), long(65.3))
    assert kit.page.panel.sentence == "A writes 1.6 times as fast and needs 32.0 MB less memory."
    assert better(kit) == ["A", "", "", "A"]
    kit.start()
    kit.runner.finish(replace(long(65.3), memory=small), long(102))
    assert kit.page.panel.sentence == "B writes 1.6 times as fast. A needs 32.0 MB less memory."
    assert better(kit) == ["B", "", "", "A"]


def test_what_is_about_as_good_makes_neither_better(kit: Kit) -> None:
    kit.start()
    kit.runner.finish(long(100), replace(long(104), memory=replace(MEMORY, peak_bytes=65_000_000)))
    assert kit.page.panel.sentence == "Both write about equally fast."
    assert better(kit) == ["", "", "", ""]


class Quiet:
    """Other programs are idle when a test says so."""

    quiet = False

    def begin(self) -> None:
        """A wait begins."""

    def is_quiet(self) -> bool:
        return self.quiet


def test_a_disturbed_pair_is_measured_again_when_others_are_idle(kit: Kit, qtbot: QtBot) -> None:
    scale, panel = kit.page.scale, kit.page.panel
    scale._quiet = quiet = Quiet()
    scale._look.setInterval(10)
    kit.start()
    kit.runner.finish(long(3.96, conditions=BUSY), long(4.69, conditions=BUSY))
    assert panel.caution == "Speeds are not comparable: other programs used 1.4 cores."
    assert better(kit)[0] == "", "neither is better"
    assert panel.remedy.text() == "Measure again when idle"
    qtbot.mouseClick(panel.remedy, Qt.MouseButton.LeftButton)
    assert scale.waits and panel.sentence.startswith("Waiting until other programs are idle…")
    assert panel.remedy.text() == "Cancel"
    qtbot.mouseClick(panel.remedy, Qt.MouseButton.LeftButton)
    assert not scale.waits and panel.remedy.text() == "Measure again when idle"
    qtbot.mouseClick(panel.remedy, Qt.MouseButton.LeftButton)
    qtbot.wait(50)
    assert len(kit.runner.requests) == 1
    quiet.quiet = True
    qtbot.waitUntil(lambda: len(kit.runner.requests) == 2)
    first, second = kit.runner.requests
    assert second == first


def test_what_is_certain_stands_below_what_is_not(kit: Kit) -> None:
    """Each has a line of its own, whole: the amber one is not cut to make room for the other."""
    kit.window.resize(1000, 700)
    kit.start()
    a, b = (
        replace(long(rate, conditions=BUSY), memory=MemoryReceipt(total_bytes=size, peak_bytes=size))
        for rate, size in ((3.96, 241_000_000), (4.69, 366_000_000))
    )
    kit.runner.finish(a, b)
    panel = kit.page.panel
    said = [(label.text(), label.y()) for label in (panel._first, panel._second)]
    assert said[0][0] == "Speeds are not comparable: other programs used 1.4 cores."
    assert said[1][0] == "A needs 125 MB less memory." and said[1][1] > said[0][1]
    for label in (panel._first, panel._second):
        assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width()


def test_what_waits_for_quiet_is_given_up_by_another_run(kit: Kit, qtbot: QtBot) -> None:
    scale = kit.page.scale
    scale._quiet = quiet = Quiet()
    scale._look.setInterval(10)
    for leave in (lambda: kit.start("Another"), kit.page.new_conversation):
        kit.start()
        kit.runner.finish(long(3.96, conditions=BUSY), long(4.69, conditions=BUSY))
        kit.page.panel.remedy.click()
        assert scale.waits
        leave()
        assert not scale.waits
        if kit.runner.running:
            kit.runner.finish(long(10), long(20))
    quiet.quiet = True
    qtbot.wait(50)
    assert len(kit.runner.requests) == 3


def test_a_short_pair_is_tested_and_then_told(kit: Kit) -> None:
    kit.start()
    made = kit.runner.finish(answer(timing=timing(2, 0.01)), answer(timing=timing(2, 0.01)))
    panel = kit.page.panel
    assert panel.caution == "Both answers are too short to compare speeds."
    height = panel.sizeHint().height()
    kit.speed_tests.be(made.id)
    assert panel.sizeHint().height() == height
    assert panel.sentence.startswith("Speed test of both models running…") and panel.remedy.isHidden()
    kit.speed_tests.be(made.id, waits=True)
    assert panel.sentence.startswith("Speed test waits until other programs are idle…")
    assert panel.remedy.isHidden()
    assert panel.sizeHint().height() == height
    slower = replace(TEST, generation_rates=(50.0, 51.0, 49.0, 50.0))
    results = tuple(replace(r, speed_test=t) for r, t in zip(made.results, (TEST, slower), strict=True))
    kit.history.completed.emit(replace(made, results=results))
    kit.speed_tests.be()
    assert panel.sentence == "In the speed test A writes 2.0 times as fast."
    assert panel.rows.texts[0] == "100 tok/s | Generation speed (test) | 50.0 tok/s", "it says what it is"
    assert better(kit)[0] == "A" and panel.sizeHint().height() == height
    assert "Speed test | 100 (99.0–101) tok/s | 50.0 (49.0–51.0) tok/s" in kit.details


def test_a_short_pair_is_measured_by_a_speed_test_where_it_is_loaded(kit: Kit, qtbot: QtBot) -> None:
    """The same prompt would give the same short answers."""
    kit.speed_tests.loaded = True
    kit.start()
    made = kit.runner.finish(answer(timing=timing(2, 0.01)), answer(timing=timing(3, 0.01)))
    panel = kit.page.panel
    assert panel.caution == "Both answers are too short to compare speeds."
    assert panel.remedy.text() == "Measure with a longer answer"
    assert "a speed test of both models" in panel.remedy.accessibleName()
    qtbot.mouseClick(panel.remedy, Qt.MouseButton.LeftButton)
    assert kit.speed_tests.asked == [made] and len(kit.runner.requests) == 1
    assert panel.sentence.startswith("Speed test of both models running…") and panel.remedy.isHidden()
    kit.speed_tests.be(made.id, gave_up="The speed test gave no steady result.")
    assert panel.caution == "Both answers are too short to compare speeds. The speed test gave no steady result."
    assert panel.remedy.text() == "Measure with a longer answer", "it may be tried again"


def test_a_short_pair_that_is_not_loaded_is_run_in_rounds_that_suffice(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    made = kit.runner.finish(answer(timing=timing(20, 0.4)), answer(timing=timing(30, 0.4)))
    panel = kit.page.panel
    assert panel.remedy.text() == "Measure with 5 rounds"
    assert panel.remedy.accessibleName().endswith("the same prompt up to 5 times to each model")
    qtbot.mouseClick(panel.remedy, Qt.MouseButton.LeftButton)
    first, second = kit.runner.requests
    assert second == replace(first, repeat=5) and made.request == first
    kit.runner.finish(long(102), long(65.3))
    kit.start()
    assert kit.runner.requests[-1].repeat == 1, "the options of the page stay"


def test_a_pair_too_short_for_any_rounds_is_loaded_and_tested(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    kit.runner.finish(answer(timing=timing(2, 0.01)), answer(timing=timing(3, 0.01)))
    panel = kit.page.panel
    assert panel.remedy.text() == "Measure with a longer answer"
    assert panel.remedy.accessibleName().endswith("the same prompt again, then a speed test of both models")
    qtbot.mouseClick(panel.remedy, Qt.MouseButton.LeftButton)
    first, second = kit.runner.requests
    assert second == first


def test_nothing_is_offered_that_would_tell_no_more(kit: Kit) -> None:
    server = replace(OTHER, path="http://127.0.0.1:8080/v1#tiny")
    assert server.is_server
    kit.page.panes[1].header.picker.choose(server)
    kit.start()
    kit.runner.finish(answer(timing=timing(2, 0.01)), answer(timing=timing(3, 0.01)))
    assert kit.page.panel.caution and kit.page.panel.remedy.isHidden()


def test_two_at_once_and_what_failed(kit: Kit) -> None:
    kit.page.prompt.mode.set_mode(Mode.TOGETHER)
    kit.start()
    kit.runner.finish(long(10), long(20))
    assert "fast" not in kit.page.panel.sentence and kit.page.panel.caution == ""
    assert better(kit) == ["", "", "", ""], "a shared machine makes neither better"
    assert "both at the same time" in kit.page.panel.rows.bars[0][0].toolTip().lower()
    kit.page.prompt.mode.set_mode(Mode.ALONE)
    kit.start()
    kit.runner.finish(long(10), failed())
    assert kit.page.panel.caution == "B gave no whole answer: speeds are not comparable."
    assert kit.page.panel.remedy.isHidden() and better(kit)[0] == ""


def test_what_was_run_elsewhere_cannot_be_measured_again_here(kit: Kit) -> None:
    kit.start()
    made: Comparison = kit.runner.finish(long(3.96, conditions=BUSY), long(4.69, conditions=BUSY))
    kit.page.show_comparison(made, "From a bundle", made_here=False)
    assert kit.page.panel.caution.startswith("Speeds are not comparable")
    assert kit.page.panel.remedy.isHidden()
    assert not kit.page.question.again.isEnabled() and not kit.page.question.seed.isEnabled()
    assert all(pane.rerun.isHidden() for pane in kit.page.panes)


def test_a_number_of_this_run_only_says_so(kit: Kit) -> None:
    kit.start()
    kit.runner.finish(long(102), answer())
    assert better(kit)[0] == ""
    assert "Of this run only" in told(kit, "Generation speed")
    kit.start()
    kit.runner.finish(long(102), long(60))
    assert better(kit)[0] == "A"
    assert "Of this run only" not in told(kit, "Generation speed")


def told(kit: Kit, title: str) -> str:
    """What Details say was counted."""
    assert kit.details
    return kit.page.card.details.table.counted(title)


def test_numbers_come_while_lanes_work_and_none_is_better_before_the_end(kit: Kit, qtbot: QtBot) -> None:
    rows, panel = kit.page.panel.rows, kit.page.panel
    kit.start()
    assert (panel.sentence, panel.basis) == ("Starting…", "Esc stops")
    assert rows.texts[0] == "- | Generation speed | -" and len(rows.texts) == 4
    a = kit.runner.begin_round("A")
    a.be(LaneState.LOADING, "loading", 40, 100)
    assert panel.sentence == "A is loading…"
    a.be(LaneState.BUSY, "reading", 0, 23)
    assert panel.sentence == "A is reading the prompt…"
    a.be(LaneState.BUSY, "writing", 12, 0)
    assert panel.sentence == "A is answering…"
    assert panel.basis == "12 of at most 512 tokens · Esc stops"
    a.draw(1.0, 12, 88.0, 50_000_000)
    qtbot.waitUntil(lambda: rows.texts[0] == "88.0 tok/s | Generation speed | -")
    assert rows.texts[3] == "54.7 MB | Memory ↓ | -"
    assert rows.bars[0][0].state == (1.0, False) and rows.bars[0][1].state == (None, False)
    kit.runner.give("A", long(102))
    assert rows.texts[:2] == ("102 tok/s | Generation speed | -", "31 ms | Time to first token ↓ | -")
    b = kit.runner.begin_round("B")
    b.be(LaneState.BUSY, "writing", 5, 0)
    b.draw(1.0, 5, 10.0, 20_000_000, first=0.25)
    qtbot.waitUntil(lambda: rows.texts[0] == "102 tok/s | Generation speed | 10.0 tok/s")
    assert rows.texts[1] == "31 ms | Time to first token ↓ | 250 ms", "from the first text on"
    kit.runner.give("B", replace(long(10), memory=replace(MEMORY, peak_bytes=20_000_000)))
    assert rows.texts[0] == "102 tok/s | Generation speed | 10.0 tok/s"
    assert better(kit) == ["", "", "", ""], "the run is not over"
    assert "better" not in rows.accessibleDescription() and "times" not in panel.sentence
    assert panel.details.isHidden() and panel.share.isHidden()
    kit.runner.finish(long(102), replace(long(10), memory=replace(MEMORY, peak_bytes=20_000_000)))
    assert better(kit) == ["A", "", "", "B"]
    assert not panel.details.isHidden() and not panel.share.isHidden()


def test_both_at_once_are_said_in_one_word(kit: Kit) -> None:
    kit.page.prompt.mode.set_mode(Mode.TOGETHER)
    kit.start()
    for label in ("A", "B"):
        kit.runner.begin_round(label).be(LaneState.LOADING, "loading", 1, 100)
    assert kit.page.panel.sentence == "Both are loading…"
    kit.runner.lanes[0].be(LaneState.BUSY, "writing", 7, 0)
    assert kit.page.panel.sentence == "A is answering, B is loading…"


def test_a_late_number_of_a_lane_does_not_take_the_place_of_the_verdict(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    lane = kit.runner.begin_round("A")
    lane.draw(1.0, 3, 5.0, 9)
    kit.runner.finish(long(102), long(65.3))
    lane.draw(9.0, 400, 3.0, 9)
    lane.be(LaneState.READY)
    qtbot.wait(300)
    assert kit.page.panel.rows.texts[0] == "102 tok/s | Generation speed | 65.3 tok/s"
    assert kit.page.panel.sentence == "A writes 1.6 times as fast."


@pytest.mark.parametrize(("height", "lines"), [(1400, 4), (900, 4), (700, 2), (520, 0)])
def test_the_lower_the_window_the_fewer_rows(kit: Kit, qtbot: QtBot, height: int, lines: int) -> None:
    kit.page.setMinimumHeight(0)
    kit.window.resize(1440, height)
    kit.start()
    kit.runner.finish(long(102), long(65.3))
    qtbot.waitUntil(lambda: kit.page.panel.rows.lines == lines)
    assert len(kit.page.panel.rows.texts) == lines
    assert kit.page.panel.sentence == "A writes 1.6 times as fast."
    assert kit.page.panel.height() <= 0.34 * kit.page.card.height()
    for pane in kit.page.panes:
        assert pane.answer.view.height() >= 60, "the answers have most of the room"


def test_the_panel_is_as_high_whatever_it_says(kit: Kit, qtbot: QtBot) -> None:
    panel = kit.page.panel
    kit.window.resize(1440, 900)
    kit.start()
    qtbot.waitUntil(lambda: panel.isVisible() and panel.height() > 100)
    hints = {panel.sizeHint().height()}
    sentence = "B needs very much more memory than anybody would have thought. " * 8
    for said in (("", ""), ("Starting…", "Esc stops"), (sentence, sentence), ("x", "y", sentence, True)):
        panel.say(*said)
        for links in ((False, False), (True, False), (True, True)):
            panel.show_links(*links)
            for offer in ("", "Measure again when idle"):
                panel.offer(offer)
                hints.add(panel.sizeHint().height())
    panel.rows.show_rows(())
    hints.add(panel.sizeHint().height())
    assert len(hints) == 1
    assert panel.minimumSizeHint().width() <= 900, "a long sentence does not widen the window"


def test_a_long_sentence_can_be_read_whole(kit: Kit, qtbot: QtBot) -> None:
    """Elided, with all of it in the tooltip."""
    kit.page.panes[1].header.picker.choose(replace(OTHER, name="x" * 300))
    kit.window.resize(1000, 700)
    kit.start()
    kit.runner.finish(long(3.96, conditions=BUSY), long(4.69, conditions=BUSY))
    kit.page.panel.say("A sentence. " * 40, "A basis. " * 60)
    qtbot.waitUntil(lambda: "A sentence. A sentence." in kit.page.panel._first.toolTip())
    assert "A basis. A basis." in kit.page.panel._basis.toolTip()


def test_energy_has_a_row_where_it_is_counted(kit: Kit, qtbot: QtBot) -> None:
    kit.window.resize(1440, 1200)
    counted = [replace(long(rate), timing=replace(long(rate).timing, energy=Energy(joules, "RAPL")))
               for rate, joules in ((102, 12.0), (65.3, 40.0))]  # fmt: skip
    kit.start()
    kit.runner.finish(*counted)
    assert "Energy per answer | 12.0 J | 40.0 J" in kit.details
    assert len(kit.page.panel.rows.texts) == 4, "nothing moves while answers are read"
    kit.start()
    kit.runner.finish(*counted)
    assert kit.page.panel.rows.texts[-1] == "12.0 J | Energy per answer ↓ | 40.0 J"
    assert better(kit)[-1] == "A"


def test_no_result_is_told_of_a_comparison_of_another_kind(kit: Kit) -> None:
    kit.page.panes[1].header.picker.choose(MOE)
    kit.start()
    made = kit.runner.finish(long(102), long(65.3))
    kit.page.show_comparison(replace(made, results=made.results[:1]))
    assert kit.page.panel.sentence == "" and kit.page.panel.details.isHidden()
