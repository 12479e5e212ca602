"""A window on fakes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.fakes import (
    FakeAttachedFiles,
    FakeHistory,
    FakeKept,
    FakeLibraries,
    FakeLibrary,
    FakeModels,
    FakeNotifier,
    FakeRunner,
    FakeSettings,
    FakeSpeedTests,
    FakeVotes,
)
from tests.ui.fidelity_fakes import FakeFidelityServices, fidelity_services
from tests.ui.mmlu_fakes import FakeEvaluationServices, evaluation_services
from tests.ui.prompt_set_fakes import FakeGrader, FakeGsm8k, FakePromptSets, FakeSetRuns
from tests.ui.replay_fakes import FakeBundles
from tests.ui.workstation_fakes import StationKit, new_station
from weighin.core.models import catalogue
from weighin.services.comparisons.blind_round import BlindRound
from weighin.services.comparisons.set_runner import SetRunner
from weighin.services.grading.test_consent import TestConsent
from weighin.services.run_defaults import KeptRunDefaults
from weighin.ui import theme as themes
from weighin.ui.commands.shortcuts import Shortcuts
from weighin.ui.compare.compare_page import ComparePage
from weighin.ui.main_window import MainWindow


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            # Remarks of the offscreen platform about itself.
            item.add_marker(
                pytest.mark.qt_log_ignore("This plugin does not support (propagateSizeHints|raise|grabbing)")
            )


@dataclass
class Kit:
    """A window and everything behind it."""

    window: MainWindow
    theme: themes.Theme
    runner: FakeRunner
    library: FakeLibrary
    history: FakeHistory
    settings: FakeSettings
    models: FakeModels
    station: StationKit
    blind: BlindRound
    votes: FakeVotes
    evaluations: FakeEvaluationServices
    kept: FakeKept
    notifier: FakeNotifier
    speed_tests: FakeSpeedTests
    fidelity: FakeFidelityServices

    @property
    def page(self) -> ComparePage:
        """The Compare page."""
        return self.window.compare

    @property
    def details(self) -> tuple[str, ...]:
        """All numbers of what is shown, a line each: "Load time | 210 ms | 210 ms"."""
        if not self.page.card.shows_details:
            self.page.show_details()
        return self.page.card.details.table.lines

    def start(self, prompt: str = "What is seven plus five?") -> None:
        """Type a prompt and run it."""
        self.page.prompt.set_text(prompt)
        self.page.run()


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[themes.Theme]:
    # The clipboard belongs to the whole process: what the test before copied is nothing that this one showed.
    qapp.clipboard().clear()
    made = themes.apply(qapp, FakeSettings())
    yield made
    # Without an event loop of its own a test leaves its window to whoever comes next.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    shiboken6.delete(made)
    qapp.setStyleSheet("")
    qapp.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont))


@pytest.fixture
def grown(qapp: QApplication) -> Iterator[Callable[[float], None]]:
    """Sets how large the font of the program is, before there is a window."""
    before = qapp.font()

    def grow(scale: float) -> None:
        font = qapp.font()
        font.setPointSizeF(before.pointSizeF() * scale)
        qapp.setFont(font)

    yield grow
    qapp.setFont(before)


_load_catalogue = functools.cache(catalogue.load_catalogue)


@pytest.fixture
def new_kit(qtbot: QtBot, theme: themes.Theme, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Kit]]:
    monkeypatch.setattr(catalogue, "load_catalogue", _load_catalogue)
    stations: list[StationKit] = []

    def make(
        library: FakeLibrary | None = None,
        history: FakeHistory | None = None,
        settings: FakeSettings | None = None,
        models: FakeModels | None = None,
        evaluations: FakeEvaluationServices | None = None,
        fidelity: FakeFidelityServices | None = None,
    ) -> Kit:
        parts = (
            FakeRunner(),
            library or FakeLibrary(),
            history or FakeHistory(),
            settings or FakeSettings(),
            models or FakeModels(),
        )
        # As at the start of the program: under the sheet of another window it is built four times as slowly.
        QApplication.instance().setStyleSheet("")
        theme._dressed = False
        station = new_station(parts[1], parts[4])
        stations.append(station)
        # In the tests the sides are always swapped: lane B stands at side A.
        blind, votes = BlindRound(parts[0], lambda: True), FakeVotes()
        services = SimpleNamespace(
            models=parts[4], workstation=station.workstation, bundles=FakeBundles(), blind=blind, votes=votes
        )
        services.prompt_sets, services.attached_files = FakePromptSets(), FakeAttachedFiles()
        services.set_runs = FakeSetRuns(services.prompt_sets)
        services.gsm8k = FakeGsm8k()
        services.grader, services.test_consent = FakeGrader(), TestConsent(parts[3])
        services.set_runner = SetRunner(
            parts[0], services.prompt_sets, None, blind, services.grader, services.test_consent
        )
        services.run_defaults, services.kept = KeptRunDefaults(parts[3]), FakeKept()
        services.libraries, services.notifier = FakeLibraries(), FakeNotifier()
        services.speed_tests = FakeSpeedTests()
        services.evaluations = evaluations or evaluation_services()
        services.fidelity = fidelity or fidelity_services()
        window = MainWindow(*parts[:4], services)
        qtbot.addWidget(window)
        behind = (services.evaluations, services.kept, services.notifier, services.speed_tests, services.fidelity)
        return Kit(window, theme, *parts, station, blind, votes, *behind)

    yield make
    for station in stations:
        station.workstation.close()


@pytest.fixture
def kit(new_kit: Callable[..., Kit], qtbot: QtBot) -> Kit:
    made = new_kit()
    with qtbot.waitExposed(made.window):
        made.window.show()
    qtbot.waitUntil(lambda: made.window.findChild(Shortcuts) is not None)  # they come after the first paint
    return made
