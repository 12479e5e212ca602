"""The stand-ins have the surface of what they stand for: a class that changes takes its fake along."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest
from PySide6.QtCore import Signal

from tests.ui import fakes, fidelity_fakes, mmlu_fakes, prompt_set_fakes, replay_fakes, workstation_fakes
from tests.ui.test_lane_outlooks import FakeOutlook
from weighin.services.bundles.bundles import Bundles
from weighin.services.comparisons.attached_files import AttachedFiles
from weighin.services.comparisons.comparison_runner import ComparisonRunner
from weighin.services.comparisons.gsm8k import Gsm8k
from weighin.services.comparisons.history import History
from weighin.services.comparisons.prompt_sets import PromptSets
from weighin.services.comparisons.set_run_history import SetRunHistory
from weighin.services.comparisons.speed_tests import SpeedTests
from weighin.services.comparisons.votes import Votes
from weighin.services.desktop_notifier import DesktopNotifier
from weighin.services.evaluations.evaluation_history import EvaluationHistory
from weighin.services.evaluations.evaluation_runner import EvaluationRunner
from weighin.services.evaluations.question_sets import QuestionSets
from weighin.services.fidelity.fidelity_history import FidelityHistory
from weighin.services.fidelity.fidelity_runner import FidelityRunner
from weighin.services.grading.grader import Grader
from weighin.services.kept_data import KeptData
from weighin.services.lanes.lane import Lane
from weighin.services.lanes.servers import Servers
from weighin.services.libraries import Libraries
from weighin.services.machine.memory_bandwidth import MemoryBandwidth
from weighin.services.models.download_manager import DownloadManager
from weighin.services.models.hub import Hub
from weighin.services.models.library import Library
from weighin.services.models.shelf import Shelf
from weighin.services.plans.forecaster import Forecaster
from weighin.services.plans.ledger import Ledger
from weighin.services.plans.outlook import Outlook
from weighin.services.plans.planner import Planner
from weighin.services.plans.remote_look import RemoteLook
from weighin.services.processes.engine_probe import EngineProbe
from weighin.services.settings import Settings
from weighin.wiring.evaluations import EvaluationServices
from weighin.wiring.fidelity import FidelityServices
from weighin.wiring.models import ModelServices

STAND_INS: dict[type, tuple[type, ...]] = {
    fakes.FakeLane: (Lane,),
    fakes.FakeRunner: (ComparisonRunner,),
    fakes.FakeLibrary: (Library,),
    fakes.FakeHistory: (History,),
    fakes.FakeVotes: (Votes,),
    fakes.FakeSettings: (Settings,),
    fakes.FakeShelf: (Shelf,),
    fakes.FakeHub: (Hub, RemoteLook),
    fakes.FakeDownloads: (DownloadManager,),
    fakes.FakeModels: (ModelServices,),
    fakes.FakeServers: (Servers,),
    fakes.FakeKept: (KeptData,),
    fakes.FakeLibraries: (Libraries,),
    fakes.FakeNotifier: (DesktopNotifier,),
    fakes.FakeSpeedTests: (SpeedTests,),
    mmlu_fakes.FakeEvaluationRunner: (EvaluationRunner,),
    mmlu_fakes.FakeQuestionSets: (QuestionSets,),
    mmlu_fakes.FakeEvaluations: (EvaluationHistory,),
    mmlu_fakes.FakeEvaluationServices: (EvaluationServices,),
    fidelity_fakes.FakeFidelityRunner: (FidelityRunner,),
    fidelity_fakes.FakeFidelityHistory: (FidelityHistory,),
    fidelity_fakes.FakeFidelityServices: (FidelityServices,),
    prompt_set_fakes.FakeGsm8k: (Gsm8k,),
    prompt_set_fakes.FakePromptSets: (PromptSets,),
    prompt_set_fakes.FakeSetRuns: (SetRunHistory,),
    prompt_set_fakes.FakeGrader: (Grader,),
    replay_fakes.FakeBundles: (Bundles,),
    workstation_fakes.FakePlanner: (Planner,),
    workstation_fakes.FakeBandwidth: (MemoryBandwidth,),
    workstation_fakes.FakeLedger: (Ledger,),
    workstation_fakes.FakeForecaster: (Forecaster,),
    workstation_fakes.FakeEngineProbe: (EngineProbe,),
    FakeOutlook: (Outlook,),
    fakes.FakeAttachedFiles: (AttachedFiles,),
}


@pytest.mark.parametrize("fake", STAND_INS, ids=lambda fake: fake.__name__)
def test_a_stand_in_is_called_and_heard_as_the_real_one(fake: type) -> None:
    for name, mine in vars(fake).items():
        real = next((getattr(kind, name) for kind in STAND_INS[fake] if hasattr(kind, name)), None)
        if isinstance(mine, Signal):
            assert str(mine) == str(real), name
        elif hasattr(mine, "by_hand"):
            assert real is None, f"the real one has {name} too"
        elif inspect.isfunction(mine) and not name.startswith("_"):
            assert real is not None, f"the real one has no {name}"
            assert parameters(mine) == parameters(real), name


def parameters(method: Callable[..., object]) -> list[tuple[str, str, bool]]:
    """Name and kind of each, and whether it may be left out."""
    found = inspect.signature(method).parameters.values()
    return [(one.name, one.kind.name, one.default is not one.empty) for one in found]


def test_every_stand_in_is_held_against_somebody() -> None:
    """Those in modules of their own, that is; who adds one to a test's module adds it above."""
    modules = (fakes, fidelity_fakes, mmlu_fakes, prompt_set_fakes, replay_fakes, workstation_fakes)
    named = {value for module in modules for name, value in vars(module).items() if name.startswith("Fake")}
    assert named <= STAND_INS.keys()
