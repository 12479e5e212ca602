"""Every action of the window can be reached from the palette, or is of a kind that has a reason not to be."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.compare_states import finished, long
from tests.ui.conftest import Kit
from tests.ui.page_states import STATES, full_kit
from weighin.ui.commands.button_commands import PRESSED
from weighin.ui.commands.command import Command
from weighin.ui.main_window import COMPARE, HISTORY, MMLU, MODELS, WORKSTATION

# What a button is called, and the command that does the same.
SAME = {
    r"Swap the models of A and B": "Swap models",
    r"Run the prompt on both models": "Run",
    r"Next round: .*": "Run",
    r"Stop both models": "Stop",
    r"Sequential: .*": "Mode: sequential",
    r"Simultaneous: .*": "Mode: simultaneous",
    r"Blind round": "Blind round: on or off",
    r"Follow-up": "Follow-up: on or off",
    r"Attach text files to the prompt": "Attach files…",
    r"Prompts": "Prompts and prompt sets",
    r"Options for the next run": "Options for the next run",
    r"Open a model file for lane A": "Open model file for A…",
    r"Find models that fit this computer": "Pairs to try",
    r"Copy the answer of A": "Copy answer A",
    r"Copy the answer of B": "Copy answer B",
    r"Run A again; the other answer stays": "Rerun A",
    r"Run B again; the other answer stays": "Rerun B",
    r"Edit this question in the composer": "Edit question",
    r"Run this question again with the same options": "Run again",
    r"Run this question again with a new random seed": "Run again with a new seed",
    r"Scroll both answers together": "Scroll together: on or off",
    r"Details: all numbers, charts, and what each model was given": "Details",
    r"Back to the answers": "Details",
    r"Both answers side by side, word by word": "Differences",
    r"Share this comparison: .*": "Share…",
    r"(Measure (again|with)|Cancel|Run each model).*": "Measure again",
    r"([\w ]+) page": "Go to {}",
    r"Libraries and licences, about": "Libraries and licences",
    r"Open a comparison or a measurement made elsewhere": "Open bundle…",
    r"Export this run to a file": "Export MMLU run…",
    r"New run: choose models and questions": "New MMLU run",
    r"Start the evaluation": "Start MMLU run",
    r"Stop the run; answers are kept": "Stop MMLU run",
    r"Search the hub": "Search the hub",
    r"Add model files; they stay where they are": "Add model files…",
    r"Add all models of a folder; they stay where they are": "Add models folder…",
    r"Open a GGUF file for (\w)": "Open model file for {}…",
    r"Connect to a server for (\w)": "Connect {} to a server…",
    r"(Run the measurement|Stop the measurement; .*)": "Run measurement",
    r"Export this measurement to a file": "Export measurement…",
    r"New measurement: choose models and text": "New measurement",
    r"Offline: never connect to the hub": "Offline mode",
}

# Why a button needs no command.
WITHOUT = {
    r"(Left|Right|Tie|Both).*, key \d": "a vote is given with its key, by who has read both answers",
    r"Ask: .*|Compare .* again|Search for .*": "an example: anything else can be typed, and recent pairs are commands",
    r".*, (lane \w+|lane A or both lanes|what is read|conditions of \w+|questions|method|what this run can show|"
    r"this prompt|the verdict|this computer)":
        "a fold only shows what is there",
    r"Remove .*\.txt|Remove model \d+|About the model of (Base|\d+)|Get .*|(Pause|Resume|Cancel|Retry) the download.*|"
    r"Facts of .*|Download the model of .*":
        "belongs to a row of a list",
    r"Keep .*|Delete th.*|Remove this model|Do not .*|Delete history and measurements|Reset settings|Delete everything":
        "answers a question that is asked",
    r"Save the name|Keep the old name|Close.*|(Next|Close) \(\w+\)":
        "belongs to a line that is open, with Enter or Esc",
    r"Run lane (\w+) although memory may not suffice": "a risk that is taken where its reason is read",
    r"Ask \w+ questions|Protocol: .*|Order: .*|Compare with a second model|Stop as soon as .*|(Tick|Untick) all .*|"
    r"Raw: .*|Separate options for lane B|Show only models that fit here|(Both|Only \w) (right|wrong).*|"
    r"All questions.*|Near ties.*|(All prompts|No answer|Not marked|By hand) \S+": "a choice that is made in its form",
    r"(Previous|Next) difference|Scroll together|Copy the picture|Save the picture as \w+|Stop and close|"
    r"Connect: .*|Test whether .*|(Add|Duplicate|Delete) (a|the chosen) prompt|Add what is expected of an answer|"
    r"Remove this expectation|One of these is enough|Mark this answer|Save this prompt set|Close without saving|"
    r"Run (tests|without tests)|Cancel|Use this model for \w": "of a window of its own, over which no palette opens",
    r"": "the cross of a search line",
}  # fmt: skip


def command_for(name: str) -> str | None:
    """The command that does what the button called `name` does; "" where none is needed, None where one is missing."""
    if name in PRESSED:
        return PRESSED[name]
    for pattern, command in SAME.items():
        if found := re.fullmatch(pattern, name):
            return command.format(*found.groups())
    return "" if any(re.fullmatch(pattern, name) for pattern in WITHOUT) else None


@pytest.mark.parametrize("part", STATES)
def test_every_button_is_a_command(new_kit: Callable[..., Kit], qtbot: QtBot, part: str) -> None:
    kit = full_kit(new_kit)
    kit.window.resize(1440, 900)
    kit.window.show()
    known = {one.name for one in kit.window.commands()}
    missing = set()
    for state, view in STATES[part](kit, qtbot):
        for button in view.findChildren(QAbstractButton):
            if not button.isVisible() or button.objectName().startswith("qt_") or button.accessibleName() in known:
                continue
            command = command_for(button.accessibleName())
            if command is None or (command and command not in known):
                missing.add((button.accessibleName(), state, command))
    assert missing == set()


def test_what_is_pressed_is_there_and_every_menu_is_behind_a_command(new_kit: Callable[..., Kit], qtbot: QtBot) -> None:
    """Entries of a menu are what the command asks next."""
    buttons: set[str] = set()
    openers: set[str] = set()
    for states in STATES.values():
        kit = full_kit(new_kit)
        kit.window.show()
        for _state, view in states(kit, qtbot):
            found = view.findChildren(QAbstractButton)
            buttons |= {button.accessibleName() for button in found}
            openers |= {b.accessibleName() for b in found if isinstance(b, QPushButton) and b.menu() is not None}
    assert set(PRESSED) - buttons == set()
    assert len(openers) > 2 and all(command_for(name) for name in openers), openers


def test_no_command_is_named_in_vain(kit: Kit) -> None:
    names = [one.name for one in kit.window.commands()]
    assert len(set(names)) == len(names)
    assert set(PRESSED.values()) <= set(names)
    assert {one for one in SAME.values() if "{}" not in one} <= set(names)


def test_the_palette_finds_a_missing_command() -> None:
    assert command_for("Something nobody thought of") is None


def command(kit: Kit, name: str) -> Command:
    return next(one for one in kit.window.commands() if one.name == name)


def test_a_button_of_another_page_is_pressed_there(new_kit: Callable[..., Kit], qtbot: QtBot) -> None:
    kit = full_kit(new_kit)
    kit.window.show()
    assert command(kit, "Rename comparison…").why_not() == "Choose a comparison in History first."
    assert "history" not in vars(kit.window.pages), "nothing is made to say so"
    kit.window.show_page(HISTORY)
    kit.window.history_page.table.selectRow(0)
    kit.window.show_page(COMPARE)
    rename = command(kit, "Rename comparison…")
    assert rename.why_not() == ""
    rename.run()
    assert kit.window.page == HISTORY and kit.window.history_page.rename_bar.isVisible()
    kit.window.show_page(MODELS)
    kit.window.models_page.shelf.table.selectRow(0)
    kit.window.models_page.tabs.setCurrentIndex(1)
    command(kit, "Remove model…").run()
    assert kit.window.models_page.tabs.currentIndex() == 0
    assert kit.window.models_page.shelf.confirm.isVisible()
    kit.window.show_page(WORKSTATION)
    copy = command(kit, "Copy facts of this computer")
    qtbot.waitUntil(lambda: copy.run() is None and "9554" in QApplication.clipboard().text())
    assert command(kit, "Compare both chosen models").why_not() == "Choose two models in Workstation first."
    assert command(kit, "Pause MMLU run").why_not() == "No run waits for this."
    kit.window.show_page(MMLU)
    kit.window.mmlu_page.tabs.setCurrentIndex(1)
    kit.window.mmlu_page.past.table.selectRow(0)
    command(kit, "Delete past run…").run()
    assert kit.window.mmlu_page.past.confirm.isVisible()


def test_what_a_blind_round_hides_is_pressed_by_nobody(new_kit: Callable[..., Kit], qtbot: QtBot) -> None:
    kit = full_kit(new_kit)
    kit.window.show()
    kit.window.show_page(HISTORY)
    kit.window.history_page.table.selectRow(0)
    kit.window.show_page(COMPARE)
    finished(kit, long(102), long(65.3))
    command(kit, "Copy as Markdown").run()
    assert "102 tok/s" in QApplication.clipboard().text()
    kit.page.prompt.blind.setChecked(True)
    kit.start()
    for name in ("Open comparison", "Delete comparison…"):
        assert command(kit, name).why_not().startswith("Vote first"), name
    for name in (
        "About the model of A",
        "Copy as Markdown",
        "Picture of the answers…",
        "Measure again",
        "Choose model for A",
    ):
        assert command(kit, name).why_not(), name
    QApplication.clipboard().clear()
