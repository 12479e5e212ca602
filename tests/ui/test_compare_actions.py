"""What can be done with what is shown: swap, edit, run again, one side again, Details, sharing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, MOE, OTHER, answer, comparison, failed
from weighin.core import format
from weighin.core.exports import EXPORTS, export_text
from weighin.core.runs.answer import Failure
from weighin.core.runs.chat import Attachment
from weighin.core.runs.lane import Mode
from weighin.ui.compare.share_menu import ShareMenu


def ran(kit: Kit, a: str = "Twelve.", b: str = "It is **twelve**.") -> None:
    kit.start()
    kit.runner.finish(answer(a), answer(b))


def models(kit: Kit) -> list[str]:
    return [pane.header.picker.chosen.name for pane in kit.page.panes]


def texts(kit: Kit) -> list[str]:
    return [pane.answer.view.raw_text for pane in kit.page.panes]


def test_swap_puts_each_model_into_the_other_lane(kit: Kit, qtbot: QtBot) -> None:
    swap = kit.page.heads.swap
    assert models(kit) == ["Starter Dense", "Starter MoE"]
    qtbot.mouseClick(swap, Qt.MouseButton.LeftButton)
    assert models(kit) == ["Starter MoE", "Starter Dense"]
    assert kit.page.panes[0].header.facts.startswith("Tiny teaching model · MoE")
    kit.start()
    assert not swap.isEnabled(), "a run keeps its models"
    kit.page.swap_models()
    assert models(kit) == ["Starter MoE", "Starter Dense"]
    assert [lane.model for lane in kit.runner.requests[-1].lanes] == [MOE, DENSE]
    kit.runner.finish(answer(), answer())
    qtbot.mouseClick(swap, Qt.MouseButton.LeftButton)
    assert models(kit) == ["Starter Dense", "Starter MoE"]
    assert kit.page.panes[0].state.text == "Finished · answer by Starter MoE", "the answers stay whose they are"


def test_without_a_model_nothing_is_swapped(kit: Kit) -> None:
    kit.library.known = []
    kit.page.panes[1].header.picker._chosen = None
    kit.page.swap_models()
    assert kit.page.panes[0].header.picker.chosen == DENSE


def test_the_same_question_is_run_again_with_the_same_options(kit: Kit, qtbot: QtBot) -> None:
    again = kit.page.question.again
    kit.page.drawer.form("A").field("seed").set_text("7")
    ran(kit)
    kit.page.drawer.form("A").field("seed").set_text("8")
    kit.page.prompt.set_text("a draft")
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    first, second = kit.runner.requests
    assert second == first and second.lanes[0].sampling.seed == 7
    assert kit.page.prompt.text == "a draft" and kit.page.question.text == "What is seven plus five?"
    assert not again.isEnabled() and not kit.page.question.seed.isEnabled()
    kit.page.run_again()
    assert len(kit.runner.requests) == 2, "one run at a time"
    kit.runner.finish(answer(), answer())
    assert again.isEnabled()


def test_a_new_seed_is_the_same_for_both(kit: Kit, qtbot: QtBot) -> None:
    ran(kit)
    seeds = set()
    for _ in range(3):
        qtbot.mouseClick(kit.page.question.seed, Qt.MouseButton.LeftButton)
        a, b = kit.runner.requests[-1].lanes
        assert a.sampling.seed == b.sampling.seed
        seeds.add(a.sampling.seed)
        assert replace(a, sampling=replace(a.sampling, seed=42)) == kit.runner.requests[0].lanes[0]
        kit.runner.finish(answer(), answer())
    assert len(seeds) == 3 and all(0 <= seed < 2**32 for seed in seeds) and 42 not in seeds
    assert kit.page.run_options.a.sampling.seed == 42, "the options of the next prompt stay"


def test_a_changed_file_is_refused_when_it_is_run_again(kit: Kit) -> None:
    ran(kit)
    refusal = Failure("changed", "Starter MoE changed on disk.")
    kit.library.refused = {MOE.path: refusal}
    kit.page.run_again()
    assert [lane.refusal for lane in kit.runner.requests[-1].lanes] == [None, refusal]


@pytest.mark.parametrize(("label", "other"), [("A", "B"), ("B", "A")])
def test_one_side_is_run_again_and_the_other_answer_stays(kit: Kit, qtbot: QtBot, label: str, other: str) -> None:
    ran(kit)
    shown = kit.page.shown
    assert shown is not None
    pane = kit.page.panes["AB".index(label)]
    assert pane.rerun.isVisible() and pane.rerun.accessibleName() == f"Run {label} again; the other answer stays"
    qtbot.mouseClick(pane.rerun, Qt.MouseButton.LeftButton)
    kept = kit.runner.kept
    assert kept is not None and (kept.label, kept.kept_from) == (other, shown.created)
    stays = texts(kit)["AB".index(other)]
    assert stays and pane.answer.view.raw_text == "", "only one side begins anew"
    assert not any(one.rerun.isVisible() for one in kit.page.panes)
    assert kit.page.panel.rows.texts[1].split(" | ")["AB".index(other) * 2] == "31 ms", "and keeps its numbers"
    kit.runner.begin_round(label).write("Thirteen.")
    kit.runner.finish(answer("Thirteen."), answer("Thirteen."))
    after = texts(kit)
    assert (after["AB".index(label)], after["AB".index(other)]) == ("Thirteen.", stays)
    when = format.moment(shown.created)
    line = f"Kept from | {when} | " if other == "A" else f"Kept from |  | {when}"
    assert line in kit.details
    assert "Only the other model ran again" in kit.page.card.details.table.counted("Kept from")


def test_what_was_kept_twice_is_from_the_first_time(kit: Kit) -> None:
    ran(kit)
    first = kit.page.shown
    assert first is not None
    kit.page.rerun("A")
    made = kit.runner.finish(answer(), answer())
    kit.page.complete(replace(made, created="2026-12-01T00:00:00+00:00"))
    kit.page.rerun("A")
    assert kit.runner.kept is not None and kit.runner.kept.kept_from == first.created


def test_neither_side_alone_is_run_again_where_both_ran_at_once(kit: Kit) -> None:
    kit.page.prompt.mode.set_mode(Mode.TOGETHER)
    ran(kit)
    assert not any(pane.rerun.isVisible() for pane in kit.page.panes)
    kit.page.prompt.mode.set_mode(Mode.ALONE)
    ran(kit)
    assert all(pane.rerun.isVisible() for pane in kit.page.panes)


def test_edit_puts_the_question_and_its_files_back(kit: Kit, qtbot: QtBot) -> None:
    file = Attachment("notes.txt", "one two three")
    kit.page.prompt.attached.set_files((file,))
    ran(kit)
    assert (kit.page.prompt.text, kit.page.prompt.attached.files) == ("", ())
    kit.page.prompt.set_text("a draft")
    qtbot.mouseClick(kit.page.question.edit, Qt.MouseButton.LeftButton)
    assert (kit.page.prompt.text, kit.page.prompt.attached.files) == ("What is seven plus five?", (file,))
    assert kit.runner.requests[1:] == [], "nothing is run before it is asked"
    kit.page.run()
    assert kit.runner.requests[-1].prompt == kit.runner.requests[0].prompt


def test_the_question_of_a_run_can_be_edited_while_it_goes_on(kit: Kit) -> None:
    kit.start("Tell me <b>all</b>.")
    kit.page.edit_question()
    assert kit.page.prompt.text == "Tell me <b>all</b>."
    assert kit.runner.running


def test_details_stand_in_place_of_the_answers_and_go_again(kit: Kit, qtbot: QtBot) -> None:
    card, panel = kit.page.card, kit.page.panel
    kit.page.show_details()
    assert not card.shows_details and kit.page.card.is_first_start, "there is nothing to show yet"
    ran(kit)
    qtbot.mouseClick(panel.details, Qt.MouseButton.LeftButton)
    assert card.shows_details and panel.details.isChecked() and card.details.isVisible()
    assert not kit.page.panes[0].answer.isVisible()
    assert panel.isVisible(), "the verdict stays"
    assert card.details.table.lines and card.details.proof.sentence
    qtbot.mouseClick(card.details.back, Qt.MouseButton.LeftButton)
    assert not card.shows_details and not panel.details.isChecked() and kit.page.panes[0].answer.isVisible()
    kit.page.show_details()
    assert card.shows_details
    kit.page.show_comparison(comparison(answer("Other."), failed(), number=2))
    assert card.shows_details, "who looks at numbers goes on with those of the next record"
    assert "Stop reason | Finished | Failed" in card.details.table.lines


def test_details_name_both_models(kit: Kit) -> None:
    kit.page.panes[1].header.picker.choose(replace(OTHER, name="\u202eevil\n<b>" + "x" * 300))
    ran(kit)
    assert kit.details
    names = [label.text() for label in kit.page.card.details.table._labels[:2]]
    assert names[0] == "A: Starter Dense"
    assert names[1].startswith("B: \ufffdevil") and "<b>" in names[1] and len(names[1]) < 130


def test_a_new_conversation_begins_with_nothing(kit: Kit) -> None:
    ran(kit)
    kit.page.new_conversation()
    assert kit.page.card.is_first_start and kit.page.shown is None and not kit.page.prompt.follow.isEnabled()
    assert not kit.page.panel.isVisible() and kit.page.panel.sentence == ""
    kit.start("Anew")
    assert kit.runner.requests[-1].threads == ()
    kit.page.new_conversation()
    assert not kit.page.card.is_first_start, "a run goes on"


def menu_of(kit: Kit, qtbot: QtBot) -> ShareMenu:
    qtbot.mouseClick(kit.page.panel.share, Qt.MouseButton.LeftButton)
    menu = kit.page.findChildren(ShareMenu)[-1]
    assert menu.isVisible()
    return menu


def test_what_is_shared_goes_where_one_says(kit: Kit, qtbot: QtBot) -> None:
    assert not kit.page.panel.share.isVisible()
    ran(kit)
    shown = kit.page.shown
    assert shown is not None
    menu = menu_of(kit, qtbot)
    entries = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert entries == [
        "Picture…", "Copy as Markdown", *(f"Save as {name}…" for name in EXPORTS.values()),
        "Save as a replayable bundle…",
    ]  # fmt: skip
    pictures: list[object] = []
    files: list[tuple[object, str]] = []
    kit.page.tape_wanted.disconnect()
    kit.page.export_wanted.disconnect()
    kit.page.tape_wanted.connect(pictures.append)
    kit.page.export_wanted.connect(lambda made, kind: files.append((made, kind)))
    for action in menu.actions():
        action.trigger()
    assert pictures == [shown]
    assert files == [(shown, kind) for kind in (*EXPORTS, "bundle")]
    assert QGuiApplication.clipboard().text() == export_text(shown, "md")
    menu.close()


def test_nothing_is_shared_while_something_runs(kit: Kit) -> None:
    ran(kit)
    kit.start("Another")
    kit.page.share()
    assert not kit.page.findChildren(ShareMenu)
