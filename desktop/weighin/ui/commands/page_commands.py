"""The commands of the pages beside Compare. A page is made when its command is done, not to offer it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPushButton

from weighin.ui.commands.command import Command
from weighin.ui.compare.heads_row import QUESTIONS
from weighin.ui.pages import FIDELITY, HISTORY, MMLU, MODELS, PROMPT_SETS, WORKSTATION

if TYPE_CHECKING:
    from weighin.ui.main_window import MainWindow


def models_commands(window: MainWindow) -> tuple[Command, ...]:
    """Getting and adding models."""

    def show(tab: int) -> None:
        window.go_to(MODELS)
        window.models_page.tabs.setCurrentIndex(tab)
        window.models_page.take_focus()

    def press(button: Callable[[], QPushButton]) -> Callable[[], None]:
        def pressed() -> None:
            show(0)
            button().click()

        return pressed

    def hidden() -> str:
        return window.why_hidden

    return (
        Command("Search models on this computer", "Models", lambda: show(0), why_not=hidden),
        Command("Pairs to try", "Models", lambda: show(1), why_not=hidden),
        Command("Search the hub", "Models", lambda: show(2), why_not=hidden),
        Command("Systems and claims", "Models", lambda: show(3), why_not=hidden),
        Command("Add model files…", "Models", press(lambda: window.models_page.shelf.add_file), why_not=hidden),
        Command("Add models folder…", "Models", press(lambda: window.models_page.shelf.add_folder), why_not=hidden),
    )


def workstation_commands(window: MainWindow) -> tuple[Command, ...]:
    """Looking at this computer."""

    def refresh() -> None:
        window.go_to(WORKSTATION)
        window.parts.workstation.computer.look(measure=not window.pages.busy)

    return (Command("Refresh workstation", "Workstation", refresh, why_not=lambda: window.why_hidden),)


def mmlu_commands(window: MainWindow) -> tuple[Command, ...]:
    """A run of questions; what cannot be done says so."""
    pages = window.pages

    def hidden() -> str:
        return window.why_hidden

    def start() -> None:
        window.go_to(MMLU)
        if window.mmlu_page.shows_run:
            window.mmlu_page.run.bar.new.emit()
        window.mmlu_page.setup.start.click()

    def why_not_start() -> str:
        return hidden() or pages.busy

    def why_not_stop() -> str:
        return "" if pages.is_evaluating else "No evaluation is running."

    def why_not_shown() -> str:
        if hidden():
            return hidden()
        shows = pages.has_mmlu and window.mmlu_page.shows_run and not pages.is_evaluating
        return "" if shows else "Open a finished run first."

    def over(act: Callable[[], None]) -> Callable[[], None]:
        def done() -> None:
            window.go_to(MMLU)
            act()

        return done

    def new() -> None:
        window.mmlu_page.run.bar.new.emit()

    def export() -> None:
        window.mmlu_page.run.bar.export.emit()

    return (
        Command("Start MMLU run", "MMLU", start, why_not=why_not_start),
        Command("Stop MMLU run", "MMLU", lambda: window.mmlu_page.stop(), why_not=why_not_stop),
        Command("New MMLU run", "MMLU", over(new), why_not=why_not_shown),
        Command("Export MMLU run…", "MMLU", over(export), why_not=why_not_shown),
    )


def sets_commands(window: MainWindow) -> tuple[Command, ...]:
    """Sets of prompts as files and as something to edit."""

    def on_page(act: Callable[[], object]) -> Callable[[], None]:
        def done() -> None:
            window.go_to(PROMPT_SETS)
            act()

        return done

    def hidden() -> str:
        return window.why_hidden

    def new() -> None:
        window.pages.prompt_sets.bar.new_wanted.emit()

    def get() -> None:
        window.pages.prompt_sets.bar.get_wanted.emit()

    def save() -> None:
        window.pages.prompt_sets.bar.save_wanted.emit()

    return (
        Command("New prompt set…", "Prompt sets", on_page(new), why_not=hidden),
        Command("Download GSM8K", "Prompt sets", on_page(get), why_not=hidden),
        Command("Save prompt set to a file…", "Prompt sets", on_page(save), why_not=hidden),
    )


def fidelity_commands(window: MainWindow) -> tuple[Command, ...]:
    """How much of one model another keeps."""
    pages = window.pages

    def hidden() -> str:
        return window.why_hidden

    def on_page(act: Callable[[], None]) -> Callable[[], None]:
        def done() -> None:
            window.go_to(FIDELITY)
            act()

        return done

    def why_not_stop() -> str:
        return "" if pages.is_measuring else "No measurement is running."

    def why_not_shown() -> str:
        if hidden():
            return hidden()
        shows = pages.has_fidelity and window.fidelity_page.shows_run and not pages.is_measuring
        return "" if shows else "Open a finished measurement first."

    def why_not_asked() -> str:
        models = [pane.header.picker.chosen for pane in window.compare.panes]
        return hidden() or window.compare.why_closed or ("" if all(models) else "Choose two models first.")

    return (
        *(
            Command(question, "Fidelity", lambda base=lane: pages.measure_fidelity(base), why_not=why_not_asked)  # type: ignore[misc]
            for lane, question in enumerate(QUESTIONS)
        ),
        Command(
            "Run measurement",
            "Fidelity",
            on_page(lambda: window.fidelity_page.start()),
            (),
            lambda: hidden() or pages.busy,
        ),
        Command("Stop measurement", "Fidelity", lambda: window.fidelity_page.stop(), (), why_not_stop),
        Command("New measurement", "Fidelity", on_page(lambda: window.fidelity_page.show_setup()), (), why_not_shown),
        Command("Export measurement…", "Fidelity", on_page(lambda: window.fidelity_page.export()), (), why_not_shown),
    )


def history_commands(window: MainWindow) -> tuple[Command, ...]:
    """What was compared before, here or elsewhere."""

    def search() -> None:
        window.go_to(HISTORY)
        window.history_page.tabs.setCurrentIndex(0)
        window.history_page.search.setFocus()

    def hidden() -> str:
        return window.why_hidden

    return (
        Command("Search history", "History", search, why_not=hidden),
        Command("Open bundle…", "History", lambda: window.bundle_controller.ask_open(window), why_not=hidden),
    )
