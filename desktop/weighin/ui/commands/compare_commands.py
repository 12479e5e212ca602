"""The commands of the Compare page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from weighin.core.runs.lane import LABELS
from weighin.ui.commands.command import Command
from weighin.ui.pages import COMPARE
from weighin.ui.widgets.file_dialog import FileDialog

if TYPE_CHECKING:
    from weighin.ui.main_window import MainWindow

_GROUP = "Compare"
_OPEN_KEYS = {"A": "Ctrl+O", "B": "Ctrl+Shift+O"}


def compare_commands(window: MainWindow) -> tuple[Command, ...]:
    """Run and what belongs to a run; the page itself listens for its keys."""
    page = window.compare

    def idle() -> str:
        return "" if window.runner.running else "Nothing is running."

    def run() -> None:
        window.go_to(COMPARE)
        page.run()

    def open_model(lane: int) -> None:
        window.go_to(COMPARE)
        dialog = FileDialog.for_models(window, f"Open a model for lane {LABELS[lane]}")
        dialog.fileSelected.connect(lambda path: page.choice.open(page.panes[lane], path))
        dialog.open()

    def closed() -> str:
        return page.why_closed

    opens = (
        Command(f"Open model file for {label}…", _GROUP, partial(open_model, lane), (_OPEN_KEYS[label],), closed)
        for lane, label in enumerate(LABELS)
    )
    return (
        Command("Run", _GROUP, run, ("Ctrl+Return",), lambda: page.prompt.why_not, is_local=True),
        Command("Stop", _GROUP, page.stop, ("Esc",), idle, is_local=True),
        *opens,
        *(
            Command(f"Compare {pair.names[0]} and {pair.names[1]}", "Recent pairs", pair.choose, why_not=closed)
            for pair in window.pages.recent.pairs()
        ),
    )
