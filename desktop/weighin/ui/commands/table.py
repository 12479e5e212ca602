"""The commands of the window: one table, from which its keys, the palette and the list in Help are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from weighin.ui.commands.command import Command
from weighin.ui.commands.compare_commands import compare_commands
from weighin.ui.commands.page_commands import history_commands, mmlu_commands, models_commands, workstation_commands
from weighin.ui.pages import HISTORY, MMLU, MODELS, PAGES, WORKSTATION
from weighin.ui.theme import CHOICES

if TYPE_CHECKING:
    from weighin.ui.main_window import MainWindow

_THEMES = {"system": "Theme: follow the system", "light": "Theme: light", "dark": "Theme: dark"}


def window_commands(window: MainWindow) -> tuple[Command, ...]:
    """All of them, as they stand now; nothing is made for it that is not there."""
    return (
        *compare_commands(window),
        *_pages(window),
        *models_commands(window),
        *workstation_commands(window),
        *mmlu_commands(window),
        *history_commands(window),
        *_look(window),
        *_program(window),
    )


def _pages(window: MainWindow) -> tuple[Command, ...]:
    return tuple(
        Command(
            f"Go to {name}",
            "Pages",
            lambda which=number: window.go_to(which),  # type: ignore[misc]
            (f"Ctrl+{number + 1}",),
            lambda which=number: window.why_not_shown(which),  # type: ignore[misc]
        )
        for number, name in enumerate(PAGES)
    )


def _look(window: MainWindow) -> tuple[Command, ...]:
    theme = window.theme

    def chosen(choice: str) -> Callable[[], str]:
        return lambda: "This is the theme now." if theme.choice == choice else ""

    themes = (
        Command(_THEMES[choice], "View", lambda which=choice: theme.choose(which), why_not=chosen(choice))  # type: ignore[misc]
        for choice in CHOICES
    )
    return (
        *themes,
        Command("Larger text", "View", theme.enlarge, ("Ctrl++", "Ctrl+="), lambda: theme.why_not_larger),
        Command("Smaller text", "View", theme.reduce, ("Ctrl+-",), lambda: theme.why_not_smaller),
        Command("Normal text size", "View", lambda: theme.set_font_percent(100), ("Ctrl+0",)),
        Command("Full screen", "View", window.toggle_full_screen, ("F11",)),
    )


def _program(window: MainWindow) -> tuple[Command, ...]:
    def searches() -> str:
        return "" if window.page in _SEARCHED else "There is nothing to search on this page."

    return (
        Command("Find on this page", "Program", lambda: _find(window), ("Ctrl+F",), searches),
        Command("Show all commands", "Program", lambda: window.palette_of_commands.toggle(), ("Ctrl+K",)),
        Command("Quit", "Program", window.close, ("Ctrl+Q",)),
    )


_SEARCHED = (MODELS, WORKSTATION, MMLU, HISTORY)


def _find(window: MainWindow) -> None:
    window.pages.find(window.page)
