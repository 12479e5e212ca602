"""The commands that press a button of a page or a drawer, found by the name that a screen reader says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractButton, QWidget

from weighin.ui.commands.command import Command
from weighin.ui.pages import COMPARE, FIDELITY, HISTORY, MMLU, MODELS, WORKSTATION

if TYPE_CHECKING:
    from weighin.ui.main_window import MainWindow
    from weighin.ui.pages import Pages

_IN_SHELF, _IN_HUB = "Choose a model in Models first.", "Choose a model in Hub search first."
_IN_SYSTEMS = "Choose it in Models, Systems and claims first."
_IN_MEASURED = "Choose a measurement in Fidelity, Past measurements first."
_IN_HISTORY, _IN_PAST = "Choose a comparison in History first.", "Choose a run in MMLU, Past runs first."
_IN_WORKSTATION, _PAIR = "Choose a model in Workstation first.", "Choose two models in Workstation first."
_NO_SET, _NO_PROMPT = "Open Prompts first.", "Choose a prompt of a set of your own first."
_NO_RUN, _NO_ROUND, _NO_BUNDLE = "No run waits for this.", "No blind round is on.", "Open a bundle first."


@dataclass(frozen=True)
class _Part:
    """name: of what is made when it is first wanted; root: holds the buttons; show: brings it into sight. rows: for
    each command its name, the button's, and why it cannot be done where the button cannot be pressed."""

    name: str
    group: str
    page: int
    root: Callable[[Pages], QWidget | None]
    show: Callable[[Pages], object]
    rows: tuple[tuple[str, str, str], ...]


_PARTS = (
    _Part(
        "compare", "Compare", COMPARE, lambda p: p.compare, lambda _p: None,
        (
            ("About the model of A", "About the model of A", "The names are hidden."),
            ("About the model of B", "About the model of B", "The names are hidden."),
            ("Skip this blind round", "Skip: end this round without a vote", _NO_ROUND),
            ("Show details of the blind round", "Show both answers with their names and numbers", _NO_ROUND),
        ),
    ),
    _Part(
        "sets", "Prompts", COMPARE, lambda p: p.sets.drawer, lambda p: p.compare.prompt.set_sets_open(True),
        (
            ("Run all prompts of the set", "Run every prompt of this set on both models", "Choose a prompt set first."),
            ("Stop prompt set", "Stop running the prompt set", "No prompt set is running."),
            ("Resume prompt set", "Resume the unfinished run", "No prompt set was stopped."),
            ("Save prompt", "Save the typed prompt to My prompts", _NO_SET),
            ("Import prompts…", "Import prompts from a file: one per line, JSON lines or a JSON array", _NO_SET),
            ("Replace prompt", "Replace the selected prompt with the typed one", _NO_PROMPT),
            ("Delete prompt", "Delete the selected prompt from this set", _NO_PROMPT),
            ("Delete prompt set", "Delete this prompt set", "Choose a prompt set of your own first."),
            ("Undo change of prompts", "Undo the last change of the prompt set", "Nothing was changed."),
            ("Export prompt set…", "Export the results of the prompt set", "This set has no results yet."),
        ),
    ),
    _Part(
        "bundles", "Bundle", COMPARE, lambda p: p.bundles.box, lambda _p: None,
        (
            ("Run the bundle again", "Run this comparison again on this computer", _NO_BUNDLE),
            ("Show the answers in the bundle", "Show the answers in the bundle again", _NO_BUNDLE),
            ("Close the bundle", "Close the bundle", _NO_BUNDLE),
        ),
    ),
    _Part(
        "models", "Models", MODELS, lambda p: p.models.shelf, lambda p: p.models.tabs.setCurrentIndex(0),
        (
            ("Use model in Compare", "Use the selected model as model A in Compare", _IN_SHELF),
            ("Verify model", "Compare the checksum (sha256) with the hub's", _IN_SHELF),
            ("Remove model…", "Remove the selected model, after asking", _IN_SHELF),
        ),
    ),
    _Part(
        "models", "Models", MODELS, lambda p: p.models.hub, lambda p: p.models.tabs.setCurrentIndex(2),
        (
            ("Inspect model on the hub", "Read the header of the selected model without downloading it", _IN_HUB),
            ("Download model", "Download the selected model", _IN_HUB),
            ("Cancel the search", "Cancel the search", "No search is going on."),
            ("Ask the hub again", "Ask the hub again", "No search failed."),
        ),
    ),
    _Part(
        "models", "Models", MODELS, lambda p: p.models.systems, lambda p: p.models.tabs.setCurrentIndex(3),
        (
            ("Find system on the hub", "Find files of the selected system on the hub", _IN_SYSTEMS),
            ("Check a claim", "Check on the MMLU page whether such a difference is significant", _IN_SYSTEMS),
        ),
    ),
    _Part(
        "workstation", "Workstation", WORKSTATION,
        lambda p: p.workstation, lambda p: p.workstation.tabs.setCurrentIndex(0),
        (
            ("Measure memory bandwidth", "Measure the memory bandwidth again", "Open Workstation first."),
            ("Copy facts of this computer", "Copy the facts of this computer", "Open Workstation first."),
            ("Compare chosen model", "Compare: use the chosen model on the Compare page", _IN_WORKSTATION),
            ("Compare both chosen models", "Compare both chosen models on the Compare page", _PAIR),
            ("Get chosen model", "Show the files of the chosen model on the hub", _IN_WORKSTATION),
            ("Estimate speed", "Estimate the speed of the chosen model by timing a slice of it", _IN_WORKSTATION),
            ("Stop estimating the speed", "Stop estimating the speed", "No speed is being estimated."),
            ("Read header", "Read the header of the chosen model from the hub for exact needs", _IN_WORKSTATION),
        ),
    ),
    _Part(
        "mmlu", "MMLU", MMLU, lambda p: p.mmlu, lambda p: p.mmlu.tabs.setCurrentIndex(0),
        (
            ("Pause MMLU run", "Pause the run; the models stay loaded", _NO_RUN),
            ("Go on with MMLU run", "Resume the run", _NO_RUN),
            ("Resume MMLU run", "Resume with the remaining questions", _NO_RUN),
            ("Use the models of Compare", "Use the models chosen on the Compare page", "MMLU has them already."),
            ("Open questions…", "Open questions from a file or a folder", "Open the setup of MMLU first."),
            (
                "Download the question set",
                "Download the question set from the hub",
                "Choose a question set that is not here yet, such as MMLU.",
            ),
            (
                "Stop downloading the question set",
                "Stop downloading the question set; what was downloaded is kept",
                "It is not downloading.",
            ),
            ("Save picture of right answers…", "Save the picture of right answers", "Open a finished run first."),
            ("Save picture of difference…", "Save the picture of difference", "Open a run of two models first."),
        ),
    ),
    _Part(
        "mmlu", "MMLU", MMLU, lambda p: p.mmlu.past, lambda p: p.mmlu.tabs.setCurrentIndex(1),
        (
            ("Open past run", "Open the chosen evaluation", _IN_PAST),
            ("Resume past run", "Resume the chosen evaluation", _IN_PAST),
            ("Export past run…", "Export the chosen evaluation", _IN_PAST),
            ("Delete past run…", "Delete the chosen evaluation, after asking", _IN_PAST),
        ),
    ),
    _Part(
        "fidelity", "Fidelity", FIDELITY, lambda p: p.fidelity, lambda p: p.fidelity.tabs.setCurrentIndex(0),
        (
            ("Measure the models of Compare", "Measure the models chosen on the Compare page", "It has them already."),
            ("Add model to measure", "Compare one more model with the base", "Open the setup of Fidelity first."),
            ("Read a text file…", "Read a text file of your own", "Unfold Text in the setup of Fidelity first."),
            ("Resume measurement", "Resume with the remaining chunks", "No measurement waits for this."),
            ("Show position in the text", "Show this position in the text", "Choose a position that fails first."),
            ("Save picture of published scale…", "Save the picture of the published scale", "Measure something first."),
        ),
    ),
    _Part(
        "fidelity", "Fidelity", FIDELITY, lambda p: p.fidelity.past, lambda p: p.fidelity.tabs.setCurrentIndex(1),
        (
            ("Open past measurement", "Open the chosen measurement", _IN_MEASURED),
            ("Resume past measurement", "Resume the chosen measurement", _IN_MEASURED),
            ("Export past measurement…", "Export the chosen measurement", _IN_MEASURED),
            ("Delete past measurement…", "Delete the chosen measurement, after asking", _IN_MEASURED),
        ),
    ),
    _Part(
        "history", "History", HISTORY, lambda p: p.history, lambda p: p.history.tabs.setCurrentIndex(0),
        (
            ("Open comparison", "Open the selected comparison", _IN_HISTORY),
            ("Picture of comparison…", "Show both models of the selected comparison in one picture", _IN_HISTORY),
            ("Rename comparison…", "Rename the selected comparison", _IN_HISTORY),
            ("Star comparison", "Star the selected comparisons", _IN_HISTORY),
            ("Export comparison…", "Export the selected comparison or set", _IN_HISTORY),
            ("Delete comparison…", "Delete the selected comparisons, after asking", _IN_HISTORY),
            ("Starred only: on or off", "Show starred comparisons only", "Open History first."),
        ),
    ),
)  # fmt: skip

# The names of the buttons, each with the name of its command.
PRESSED = {button: name for part in _PARTS for name, button, _reason in part.rows}


def button_commands(window: MainWindow) -> tuple[Command, ...]:
    """One for each of PRESSED; no page is made to offer them."""
    return tuple(_command(window, part, row) for part in _PARTS for row in part.rows)


def _command(window: MainWindow, part: _Part, row: tuple[str, str, str]) -> Command:
    name, button, reason = row
    pages = window.pages

    def found() -> QAbstractButton | None:
        root = part.root(pages) if part.name in vars(pages) else None
        buttons = root.findChildren(QAbstractButton) if root is not None else []
        return next((b for b in buttons if b.accessibleName() == button and _can_be_pressed(b, root)), None)

    def why_not() -> str:
        if part.page != COMPARE and window.why_hidden:
            return window.why_hidden
        return reason if found() is None else ""

    def press() -> None:
        wanted = found()
        window.go_to(part.page)
        part.show(pages)
        if wanted is not None:
            wanted.click()

    return Command(name, part.group, press, why_not=why_not)


def _can_be_pressed(button: QAbstractButton, root: QWidget | None) -> bool:
    """Whether it would be in sight if `root` were, and does something."""
    return root is not None and button.isEnabled() and button.isVisibleTo(root)
