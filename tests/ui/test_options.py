"""The drawer of options."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import answer
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.ui.options.option_field import OptionField
from weighin.ui.options.options_drawer import OptionsDrawer
from weighin.ui.widgets.file_dialog import FileDialog
from weighin.ui.widgets.growing_edit import GrowingEdit
from weighin.ui.widgets.label import PlainLabel


@pytest.fixture
def kit(new_kit: Callable[..., Kit]) -> Kit:
    return new_kit()


def test_untouched_options_are_the_defaults(kit: Kit) -> None:
    kit.page.prompt.set_options_open(True)
    kit.start()
    (request,) = kit.runner.requests
    for setup in request.lanes:
        assert setup.load == LoadOptions()
        assert setup.sampling == SamplingOptions()
        assert setup.threads is None


def test_both_lanes_share_what_is_typed(kit: Kit) -> None:
    form = kit.page.drawer.form("A")
    typed = {
        "context": "2048",
        "gpu_layers": "-1",
        "max_tokens": "64",
        "temperature": "0,7",
        "top_k": "0",
        "top_p": "0.9",
        "min_p": "0",
        "repeat_penalty": "1.1",
        "seed": "7",
        "threads": "3",
        "batch": "256",
        "kv_type": "Q8_0",
    }
    for name, text in typed.items():
        form.field(name).set_text(text)
    form.findChild(GrowingEdit).setPlainText("###\n\\n\\n\n")
    kit.page.drawer.field_of_rounds().set_text("5")
    kit.page.drawer.set_prompt("Be brief.", raw=False)
    kit.start()
    (request,) = kit.runner.requests
    assert request.lanes[0].load == LoadOptions(context=2048, gpu_layers=-1, batch=256, kv_type="q8_0")
    assert request.lanes[0].sampling == SamplingOptions(64, 0.7, 0, 0.9, 0.0, 1.1, 7, ("###", "\n\n"))
    assert request.lanes[0].threads == 3
    a, b = request.lanes
    assert (a.load, a.sampling, a.threads) == (b.load, b.sampling, b.threads)
    assert request.repeat == 5
    assert (request.prompt.system, request.prompt.raw) == ("Be brief.", False)


def test_lane_b_can_have_its_own(kit: Kit) -> None:
    drawer = kit.page.drawer
    drawer.form("A").field("seed").set_text("7")
    drawer.set_separate(True)
    assert drawer.form("B").field("seed").value == 7
    drawer.form("B").field("temperature").set_text("1")
    kit.start()
    a, b = kit.runner.requests[0].lanes
    assert (a.sampling.seed, b.sampling.seed) == (7, 7)
    assert (a.sampling.temperature, b.sampling.temperature) == (0.0, 1.0)
    kit.runner.running = False
    kit.page.prompt.set_running(False)
    drawer.set_separate(False)
    kit.start()
    assert kit.runner.requests[1].lanes[1].sampling.temperature == 0.0


NONSENSE = (
    ("context", "15"),
    ("context", "2000000000"),
    ("context", ""),
    ("max_tokens", "0"),
    ("temperature", "nan"),
    ("temperature", "inf"),
    ("temperature", "warm"),
    ("top_p", "1.5"),
    ("min_p", "-0.1"),
    ("repeat_penalty", "0"),
    ("seed", "-1"),
    ("top_k", "4.5"),
    ("gpu_layers", "-2"),
    ("threads", "0"),
    ("batch", "0"),
    ("kv_type", "q5_0"),
    ("threads", "many"),
)


def test_nonsense_is_refused_beside_its_field(kit: Kit) -> None:
    for name, text in NONSENSE:
        field = kit.page.drawer.form("A").field(name)
        good = str(field.value) if field.value is not None else ""
        field.set_text(text)
        assert "must be" in field.error, (name, text)
        assert not kit.page.prompt.can_run
        kit.start()
        assert kit.runner.requests == []
        field.set_text(good)
        assert field.error == ""
        assert kit.page.prompt.can_run


@pytest.mark.parametrize("text", ["0", "21", "1.5", ""])
def test_rounds_out_of_range_are_refused(kit: Kit, text: str) -> None:
    kit.page.drawer.field_of_rounds().set_text(text)
    assert kit.page.drawer.field_of_rounds().error.startswith("Repetitions must be a whole number from 1 to 20, not ")
    assert not kit.page.prompt.can_run


def test_too_many_stop_strings_are_refused(kit: Kit) -> None:
    kit.page.drawer.form("A").findChild(GrowingEdit).setPlainText("\n".join("abcdefghijklmnopq"))
    assert not kit.page.prompt.can_run
    kit.page.drawer.form("A").findChild(GrowingEdit).setPlainText("a")
    assert kit.page.prompt.can_run


def test_nonsense_for_b_matters_only_while_b_is_separate(kit: Kit) -> None:
    drawer = kit.page.drawer
    drawer.set_separate(True)
    drawer.form("B").field("seed").set_text("x")
    assert not kit.page.prompt.can_run
    drawer.set_separate(False)
    assert kit.page.prompt.can_run


@pytest.fixture
def shown(kit: Kit, qtbot: QtBot) -> Kit:
    with qtbot.waitExposed(kit.window):
        kit.window.show()
    kit.window.resize(1280, 700)
    kit.page.prompt.set_text("Hello")
    kit.page.prompt.take_focus()
    return kit


def in_sight(widget: QWidget) -> bool:
    return widget.visibleRegion().contains(widget.rect())


@pytest.mark.parametrize(
    ("how", "wrong", "sentence"),
    [
        ("keys", lambda d: d.field_of_rounds(), "Repetitions must be a whole number from 1 to 20, not 'x'."),
        (
            "button",
            lambda d: d.form("A").field("context"),
            "Context must be a whole number from 16 to 1\u202f048\u202f576, not 'x'.",
        ),
        ("button", lambda d: d.form("A").field("kv_type"), "K cache type must be one of f16, q8_0, q4_0, not 'x'."),
        (
            "keys",
            lambda d: d.form("B").field("kv_type"),
            "Lane B: K cache type must be one of f16, q8_0, q4_0, not 'x'.",
        ),
    ],
)
def test_with_wrong_options_run_says_so_and_shows_the_field(
    shown: Kit, qtbot: QtBot, how: str, wrong: Callable[[OptionsDrawer], OptionField], sentence: str
) -> None:
    prompt, drawer = shown.page.prompt, shown.page.drawer
    drawer.set_separate(True)
    field = wrong(drawer)
    field.set_text("x")
    edit, run = prompt.findChild(QPlainTextEdit), prompt.run_button
    if how == "keys":
        qtbot.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    else:
        qtbot.mouseClick(run, Qt.MouseButton.LeftButton)
    assert shown.runner.requests == []
    assert prompt.error == sentence
    assert not drawer.isHidden()
    at = shown.window.focusWidget()
    assert field.isAncestorOf(at)
    qtbot.waitUntil(lambda: in_sight(field))
    at.setText("f16" if "cache" in sentence else "16")
    assert prompt.error == ""
    drawer.close_requested.emit()
    assert shown.window.focusWidget() in (edit, run)
    qtbot.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert len(shown.runner.requests) == 1


def test_wrong_stop_strings_are_shown_too(shown: Kit, qtbot: QtBot) -> None:
    shown.page.drawer.form("A").findChild(GrowingEdit).setPlainText("\n".join("abcdefghijklmnopq"))
    shown.page.run()
    assert shown.page.prompt.error == "Use at most 16 stop strings, each of 1 to 256 characters."
    assert shown.window.focusWidget().accessibleName().startswith("Stop strings")


def test_run_all_and_a_bundle_say_what_is_wrong_as_well(shown: Kit) -> None:
    shown.page.prompt.set_sets_open(True)
    shown.page.drawer.field_of_rounds().set_text("many")
    shown.window.sets_controller.drawer.run.click()
    assert shown.window.sets_controller.drawer.note.text().startswith("Repetitions must be")
    assert not shown.page.drawer.isHidden()


def test_why_nothing_runs_is_said_while_something_does(shown: Kit) -> None:
    shown.page.run()
    shown.page.run()
    assert shown.page.prompt.error == "A comparison is running. Stop it or let it finish first."
    shown.runner.finish(answer(), answer())
    assert shown.page.prompt.error == ""
    shown.page.prompt.set_held(True)
    shown.page.run()
    assert shown.page.prompt.error == "Vote on the blind round first."
    assert len(shown.runner.requests) == 1


def test_the_button_says_how_many_options_are_not_the_usual_ones(shown: Kit) -> None:
    button = next(b for b in shown.page.prompt.findChildren(QPushButton) if b.text() == "Options")
    shown.page.drawer.set_prompt("Be brief.", raw=False)
    shown.page.drawer.field_of_rounds().set_text("5")
    assert button.text() == "Options (2)"
    assert "5 rounds<br>system prompt “Be brief.”" in button.toolTip()
    shown.page.drawer.set_prompt("", raw=False)
    shown.page.drawer.field_of_rounds().set_text("1")
    assert button.text() == "Options"


def test_the_button_opens_and_the_cross_closes_the_drawer(kit: Kit) -> None:
    kit.page.prompt.set_options_open(True)
    assert not kit.page.drawer.isHidden()
    kit.page.drawer.close_requested.emit()
    assert kit.page.drawer.isHidden()


def test_thinking_is_chosen_and_limited(kit: Kit) -> None:
    drawer = kit.page.drawer
    form = drawer.form("A")
    assert form.field("thinking_tokens").value == 0
    form.field("thinking").set_text("off")
    form.field("thinking_tokens").set_text("2048")
    drawer.set_separate(True)
    drawer.form("B").field("thinking").set_text("on")
    drawer.form("B").field("thinking_tokens").set_text("")
    kit.start()
    a, b = kit.runner.requests[0].lanes
    assert (a.sampling.thinking, a.sampling.thinking_tokens) == ("off", 2048)
    assert (b.sampling.thinking, b.sampling.thinking_tokens) == ("on", 0)


def test_in_a_raw_prompt_thinking_cannot_be_chosen_and_that_is_said(kit: Kit) -> None:
    drawer = kit.page.drawer
    for raw in (True, False):
        drawer.set_prompt("", raw=raw)
        for name in ("thinking", "thinking_tokens"):
            field = drawer.form("A").field(name)
            assert field.focusProxy().isEnabled() is not raw
            assert ("no chat template" in field.toolTip()) is raw
            assert ("no chat template" in field.focusProxy().accessibleDescription()) is raw


def form_parts(kit: Kit, label: str = "A") -> tuple[QComboBox, GrowingEdit, QPushButton]:
    form = kit.page.drawer.form(label).format
    return form.findChild(QComboBox), form.findChild(GrowingEdit), form.findChild(QPushButton)


def choose(kit: Kit, words: str, text: str) -> None:
    box, edit, _ = form_parts(kit)
    box.setCurrentText(words)
    edit.setPlainText(text)


@pytest.mark.parametrize(
    ("words", "text", "asked"),
    [
        ("JSON schema", '{"type": "object"}', SamplingOptions(json_schema='{"type": "object"}')),
        ("Grammar", 'root ::= "yes"', SamplingOptions(grammar='root ::= "yes"')),
        ("Any text", "left over", SamplingOptions()),
    ],
)
def test_an_answer_may_be_held_to_a_schema_or_a_grammar(
    kit: Kit, words: str, text: str, asked: SamplingOptions
) -> None:
    choose(kit, words, text)
    assert form_parts(kit)[1].isHidden() is (words == "Any text")
    kit.start()
    (request,) = kit.runner.requests
    assert [lane.sampling for lane in request.lanes] == [asked, asked]


@pytest.mark.parametrize(
    ("words", "text", "sentence"),
    [
        ("JSON schema", '{"type":', "JSON schema is not valid JSON (line 1: expecting value)."),
        ("JSON schema", " ", "Paste a JSON schema, or open a file."),
        ("Grammar", "", "Paste a grammar, or open a file."),
        ("Grammar", "a" * 70_000, "Grammar must be a text of at most 64 KiB."),
    ],
)
def test_a_form_that_makes_no_sense_is_refused_beside_its_text(
    shown: Kit, qtbot: QtBot, words: str, text: str, sentence: str
) -> None:
    choose(shown, words, text)
    shown.page.run()
    assert shown.page.prompt.error == sentence == shown.page.drawer.form("A").format.error
    edit = form_parts(shown)[1]
    assert shown.window.focusWidget() is edit
    qtbot.waitUntil(lambda: in_sight(edit))
    choose(shown, "Any text", text)
    assert shown.page.prompt.error == ""


def test_a_schema_is_read_from_a_file(kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s.json"
    path.write_text('{"type": "array"}', "utf-16")
    asked: list[FileDialog] = []
    monkeypatch.setattr(FileDialog, "open", lambda dialog: asked.append(dialog))
    choose(kit, "JSON schema", "")
    form_parts(kit)[2].click()
    asked[0].filesSelected.emit([str(path)])
    assert kit.page.run_options.a.sampling.json_schema == '{"type": "array"}'
    path.write_bytes(b"\xff\xd8")
    form_parts(kit)[2].click()
    asked[1].filesSelected.emit([str(path)])
    said = [label.text() for label in kit.page.drawer.form("A").format.findChildren(PlainLabel)]
    assert "s.json is not a text file (UTF-8 or UTF-16)." in said
    assert kit.page.drawer.problem == ""
    assert kit.page.run_options.a.sampling.json_schema == '{"type": "array"}'
