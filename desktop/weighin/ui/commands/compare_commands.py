"""The commands of the Compare page, and the pairs that were run last."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from weighin.core.runs.lane import LABELS, Mode
from weighin.ui.commands.command import Command
from weighin.ui.pages import COMPARE
from weighin.ui.widgets.file_dialog import FileDialog

if TYPE_CHECKING:
    from weighin.ui.main_window import MainWindow

_GROUP = "Compare"
_OPEN_KEYS = {"A": "Ctrl+O", "B": "Ctrl+Shift+O"}
_MODES = {Mode.ALONE: "Mode: sequential", Mode.TOGETHER: "Mode: simultaneous"}
_NOTHING = "There is no finished comparison yet."
_NOT_THIS = "Only after a sequential run that was made here."
_MEASURED = "The speeds are measured, or cannot be measured here."
_UNALIKE = "The answers are the same or have little in common."


def compare_commands(window: MainWindow) -> tuple[Command, ...]:
    """Everything the page offers. For Run and Stop the page itself listens."""
    page = window.compare
    return (
        Command("Run", _GROUP, _there(window, page.run), ("Ctrl+Return",), lambda: page.prompt.why_not, is_local=True),
        Command("Stop", _GROUP, page.stop, ("Esc",), lambda: _idle(window), is_local=True),
        *_of_the_next_run(window),
        *_of_what_is_shown(window),
    )


def recent_pairs(window: MainWindow) -> tuple[Command, ...]:
    """The pairs that were run last, by name."""
    return tuple(
        Command(f"Compare {a} and {b}", "Recent pairs", pair.choose, why_not=lambda: window.compare.why_closed)
        for pair in window.pages.recent.pairs()
        for a, b in (pair.names,)
    )


def _idle(window: MainWindow) -> str:
    return "" if window.runner.running else "Nothing is running."


def _there(window: MainWindow, act: Callable[[], object]) -> Callable[[], None]:
    """Show the page, then `act`."""

    def done() -> None:
        window.go_to(COMPARE)
        act()

    return done


def _of_the_next_run(window: MainWindow) -> tuple[Command, ...]:
    page = window.compare
    prompt = page.prompt

    def command(name: str, act: Callable[[], object], why_not: Callable[[], str] = lambda: "") -> Command:
        return Command(name, _GROUP, _there(window, act), why_not=why_not)

    def closed() -> str:
        return page.why_closed

    def open_model(lane: int) -> None:
        dialog = FileDialog.for_models(window, f"Open a model for lane {LABELS[lane]}")
        dialog.fileSelected.connect(lambda path: page.choice.open(page.panes[lane], path))
        dialog.open()

    def chosen(mode: Mode) -> str:
        return "This is the mode now." if prompt.mode.mode is mode else ""

    return (
        *(
            Command(
                f"Open model file for {label}…",
                _GROUP,
                _there(window, partial(open_model, lane)),
                (_OPEN_KEYS[label],),
                closed,
            )
            for lane, label in enumerate(LABELS)
        ),
        *(command(f"Choose model for {p.label}", p.header.picker.showPopup, closed) for p in page.panes),
        *(
            command(f"Connect {p.label} to a server…", p.header.picker.server_requested.emit, closed)
            for p in page.panes
        ),
        command("Swap models", page.swap_models, closed),
        *(command(name, partial(prompt.mode.set_mode, mode), partial(chosen, mode)) for mode, name in _MODES.items()),
        command("Blind round: on or off", prompt.blind.toggle, closed),
        command("Follow-up: on or off", prompt.follow.toggle, lambda: prompt.why_no_follow_up),
        command("Attach files…", prompt.attach_files),
        command("Prompts and prompt sets", prompt.toggle_sets),
        command("Options for the next run", prompt.toggle_options),
        Command("New conversation", _GROUP, _there(window, page.new_conversation), ("Ctrl+N",), closed),
    )


def _of_what_is_shown(window: MainWindow) -> tuple[Command, ...]:
    page = window.compare

    def command(name: str, act: Callable[[], object], why_not: Callable[[], str]) -> Command:
        return Command(name, _GROUP, _there(window, act), why_not=why_not)

    def nothing() -> str:
        return page.why_closed or ("" if page.shown is not None else _NOTHING)

    def unless(button: QPushButton, reason: str) -> Callable[[], str]:
        """What a button of the page offers, where it does."""
        return lambda: nothing() or ("" if button.isEnabled() and not button.isHidden() else reason)

    def copy_markdown() -> None:
        from weighin.core.exports import export_text  # not before the first paint

        if page.shown is not None:
            QGuiApplication.clipboard().setText(export_text(page.shown, "md"))

    band, elsewhere = page.question, "This comparison was made elsewhere."
    return (
        command("Run again", page.run_again, unless(band.again, elsewhere)),
        command("Run again with a new seed", lambda: page.run_again(True), unless(band.seed, elsewhere)),
        *(
            command(f"Rerun {pane.label}", partial(page.rerun, pane.label), unless(pane.rerun, _NOT_THIS))
            for pane in page.panes
        ),
        command("Edit question", page.edit_question, nothing),
        command("Details", page.show_details, nothing),
        command("Differences", page.show_differences, unless(page.panel.differences, _UNALIKE)),
        command("Measure again", page.panel.remedy.click, unless(page.panel.remedy, _MEASURED)),
        command("Share…", page.share, nothing),
        command("Picture of the answers…", lambda: page.tape_wanted.emit(page.shown), nothing),
        command("Copy as Markdown", copy_markdown, nothing),
        *(command(f"Copy answer {label}", partial(page.copy_answer, label), nothing) for label in LABELS),
        command("Scroll together: on or off", band.together.toggle, nothing),
    )
