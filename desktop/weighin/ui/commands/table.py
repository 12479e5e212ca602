"""The commands of the window: one table, from which its keys, the palette and the list in Help are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from weighin.services.kept_data import PLACES
from weighin.ui.commands.button_commands import button_commands
from weighin.ui.commands.command import Command
from weighin.ui.commands.compare_commands import compare_commands, recent_pairs
from weighin.ui.commands.page_commands import (
    fidelity_commands,
    history_commands,
    mmlu_commands,
    models_commands,
    sets_commands,
    workstation_commands,
)
from weighin.ui.pages import COMPARE, HELP, KEYS, PAGES, SETTINGS
from weighin.ui.theme import CHOICES

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from weighin.ui.main_window import MainWindow
    from weighin.ui.settings.settings_page import SettingsPage

_THEMES = {"system": "Theme: system", "light": "Theme: light", "dark": "Theme: dark"}


def window_commands(window: MainWindow) -> tuple[Command, ...]:
    """All of them, as they stand now; nothing is made for it that is not there."""
    return (
        *compare_commands(window),
        *recent_pairs(window),
        *_pages(window),
        *models_commands(window),
        *workstation_commands(window),
        *mmlu_commands(window),
        *sets_commands(window),
        *fidelity_commands(window),
        *history_commands(window),
        *button_commands(window),
        *_settings(window),
        *_look(window),
        *_program(window),
    )


def _pages(window: MainWindow) -> tuple[Command, ...]:
    return tuple(
        Command(
            f"Go to {name}",
            "Pages",
            lambda which=number: window.go_to(which),  # type: ignore[misc]
            (key,),
            lambda which=number: window.why_not_shown(which),  # type: ignore[misc]
        )
        for number, (name, key) in enumerate(zip(PAGES, KEYS, strict=True))
    )


def _look(window: MainWindow) -> tuple[Command, ...]:
    theme = window.theme

    def chosen(choice: str) -> Callable[[], str]:
        return lambda: "This is the theme now." if theme.choice == choice else ""

    def no_notice() -> str:
        return "" if window.notice else "There is no notice."

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
        Command("Close this notice", "View", lambda: window.show_notice(""), why_not=no_notice),
    )


def _settings(window: MainWindow) -> tuple[Command, ...]:
    """Each of them shows the page and presses its button: what is deleted is asked for there."""

    def settings() -> SettingsPage:
        return window.pages.settings

    def on_page(act: Callable[[], object]) -> Callable[[], None]:
        def done() -> None:
            window.go_to(SETTINGS)
            act()

        return done

    def no_folder() -> str:
        chosen = window.pages.has_settings and settings().folders.table.chosen is not None
        return "" if chosen else "Choose a folder in Settings first."

    opens = (
        Command(f"Open folder: {place}", "Settings", on_page(lambda at=number: settings().kept.open_place(at)))  # type: ignore[misc]
        for number, place in enumerate(PLACES)
    )

    def press(number: int) -> Callable[[], None]:
        return on_page(lambda: settings().kept.deletions[number].button.click())

    def focus(part: Callable[[], QWidget]) -> Callable[[], None]:
        return on_page(lambda: part().setFocus())

    return (
        Command("Model folders", "Settings", on_page(lambda: settings().show_part(settings().folders))),
        Command("Address of the hub", "Settings", focus(lambda: settings().hub.endpoint)),
        Command("Offline mode", "Settings", focus(lambda: settings().hub.offline)),
        Command("Default threads and GPU layers", "Settings", focus(lambda: settings().runs.threads)),
        Command("Remove models folder", "Settings", on_page(lambda: settings().folders.remove.click()), (), no_folder),
        *opens,
        Command("Delete history and measurements…", "Settings", press(0)),
        Command("Reset settings…", "Settings", press(1)),
        Command("Delete everything…", "Settings", press(2)),
    )


def _program(window: MainWindow) -> tuple[Command, ...]:
    def searches() -> str:
        page = window.compare
        if window.page == COMPARE:
            return "" if page.shown is not None and not page.why_closed else "There are no finished answers to search."
        return "" if window.page < SETTINGS else "There is nothing to search on this page."

    def on_help(act: Callable[[], object]) -> Callable[[], None]:
        def done() -> None:
            window.go_to(HELP)
            act()

        return done

    return (
        Command("Find on this page", "Program", lambda: _find(window), ("Ctrl+F",), searches),
        Command("Show all commands", "Program", lambda: window.palette_of_commands.toggle(), ("Ctrl+K",)),
        Command("Shortcuts", "Help", on_help(lambda: window.pages.help.show_shortcuts())),
        Command("About", "Help", on_help(lambda: window.pages.help.show_about())),
        Command("Libraries and licences", "Help", on_help(lambda: window.pages.help.show_licences())),
        Command("Copy versions", "Help", on_help(lambda: window.pages.help.about.copy_versions())),
        Command("Quit", "Program", window.close, ("Ctrl+Q",)),
    )


def _find(window: MainWindow) -> None:
    window.pages.find(window.page)
