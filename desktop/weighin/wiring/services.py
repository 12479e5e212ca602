"""Everything behind the window and the commands, each part made when it is first wanted."""

from __future__ import annotations

from contextlib import ExitStack, closing, suppress
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from weighin.core.computer.machine import threads_per_lane
from weighin.core.errors import AppError
from weighin.paths import Profile, resources
from weighin.services.comparisons.blind_round import BlindRound
from weighin.services.comparisons.comparison_runner import ComparisonRunner
from weighin.services.comparisons.history import History
from weighin.services.comparisons.votes import Votes
from weighin.services.machine.hardware import physical_cores, probe, this_machine
from weighin.services.models.library import Library
from weighin.services.records import Records
from weighin.services.run_defaults import KeptRunDefaults
from weighin.services.settings import Settings
from weighin.wiring.lanes import new_runner, new_worker
from weighin.wiring.models import ModelServices, new_bundles

if TYPE_CHECKING:
    from contextlib import _SupportsClose as SupportsClose

    from weighin.core.models.model import ModelFacts
    from weighin.services.bundles.bundles import Bundles
    from weighin.services.comparisons.attached_files import AttachedFiles
    from weighin.services.comparisons.gsm8k import Gsm8k
    from weighin.services.comparisons.prompt_sets import PromptSets
    from weighin.services.comparisons.set_run_history import SetRunHistory
    from weighin.services.comparisons.set_runner import SetRunner
    from weighin.services.comparisons.speed_tests import SpeedTests
    from weighin.services.comparisons.tapes import Tapes
    from weighin.services.desktop_notifier import Notifier
    from weighin.services.grading.grader import Grader
    from weighin.services.grading.test_consent import TestConsent
    from weighin.services.kept_data import KeptData
    from weighin.services.libraries import Libraries
    from weighin.services.machine.memory_bandwidth import MemoryBandwidth
    from weighin.services.plans.forecaster import Forecaster
    from weighin.services.plans.ledger import Ledger
    from weighin.services.plans.workstation import Workstation
    from weighin.wiring.evaluations import EvaluationServices
    from weighin.wiring.fidelity import FidelityServices
    from weighin.wiring.plans import PlanServices


Part = TypeVar("Part", bound="SupportsClose")


class Services(QObject):
    """The parts over one profile, closed in the opposite order: what a part needs is made before it. Imports stand
    where a part is made: the first paint needs few of them."""

    made = Signal(str, object)  # a part that is there from now on: its name, and itself

    def __init__(self, profile: Profile, settings: Settings | None = None, parent: QObject | None = None) -> None:
        """`settings`: those of the window, if there is one."""
        super().__init__(parent)
        self.profile, self.settings = profile, settings or Settings(profile.settings)
        self._open = ExitStack()
        self.records = self._open.enter_context(closing(Records(profile.database)))

    @cached_property
    def models(self) -> ModelServices:
        """Getting and keeping models."""
        return self._open.enter_context(closing(ModelServices(self.profile, self.records, self.settings)))

    @cached_property
    def library(self) -> Library:
        """The models that can be chosen."""
        return Library(resources(), self.settings, self.models.shelf)

    @cached_property
    def history(self) -> History:
        """Comparisons that were made."""
        return History(self.records, this_machine)

    @cached_property
    def votes(self) -> Votes:
        """What blind rounds were judged."""
        return Votes(self.records)

    @cached_property
    def runner(self) -> ComparisonRunner:
        """Who puts prompts to both lanes."""
        models = self.models
        runner = new_runner(lambda model, load: models.planner.needed_bytes(model, load), models.servers.keys)
        self._open.callback(runner.close)
        return runner

    @cached_property
    def blind(self) -> BlindRound:
        """The gate through which every finished comparison comes, a blind one after its vote."""
        return BlindRound(self.runner)

    @cached_property
    def ledger(self) -> Ledger:
        """What was promised of models, and what came."""
        from weighin.services.plans.ledger import Ledger

        return Ledger(self.records)

    @cached_property
    def bandwidth(self) -> MemoryBandwidth:
        """How fast this computer reads its memory."""
        from weighin.services.machine.memory_bandwidth import MemoryBandwidth

        return self._open.enter_context(closing(MemoryBandwidth(self.settings)))

    def new_forecaster(self, wanted: int | None = None) -> Forecaster:
        """Says how fast models will be with `wanted` threads, None for what they get by themselves. It begins nothing
        while models run."""
        from weighin.services.plans.forecaster import Forecaster

        def threads(model: ModelFacts) -> int:
            return threads_per_lane(physical_cores(), 1, model, wanted)

        def busy() -> bool:
            comparing = "runner" in vars(self) and self.runner.running
            return comparing or self._reading

        bandwidth = self.bandwidth
        made = Forecaster(new_worker, self.ledger, lambda: bandwidth.known, threads, busy)
        return self._open.enter_context(closing(made))

    @cached_property
    def run_defaults(self) -> KeptRunDefaults:
        """What runs take that ask for nothing else."""
        return KeptRunDefaults(self.settings)

    @cached_property
    def kept(self) -> KeptData:
        """Everything that is kept, and how it goes again."""
        from weighin.services.kept_data import KeptData

        def busy() -> bool:
            return self.runner.running or self.blind.hides or self._reading

        made = self._new("kept", KeptData(self.profile, self.records, self.settings, busy))
        made.measured_deleted.connect(self._measured_deleted)
        made.prompts_deleted.connect(lambda: self.prompt_sets.changed.emit())
        made.prompts_deleted.connect(self.models.shelf.scan)
        return made

    @cached_property
    def notifier(self) -> Notifier:
        """Who shows notifications of the desktop."""
        from weighin.services.desktop_notifier import DesktopNotifier

        return DesktopNotifier(resources() / "icons" / "weighin.svg")

    @cached_property
    def libraries(self) -> Libraries:
        """What the program stands on."""
        from weighin.services.libraries import Libraries

        return self._new("libraries", Libraries())

    def _measured_deleted(self) -> None:
        """Whoever shows what was kept looks again."""
        for part in (self.history, self.votes, self.evaluations.kept, self.fidelity.kept, self.set_runs):
            part.changed.emit()
        self.ledger.forget()

    @cached_property
    def plans(self) -> PlanServices:
        """Plans, forecasts and the ledger."""
        from weighin.wiring.plans import new_plan_services

        return self._new("plans", new_plan_services(self))

    @property
    def workstation(self) -> Workstation:
        """What runs on this computer, for the pages that show it."""
        return self.plans.workstation

    @cached_property
    def bundles(self) -> Bundles:
        """Comparisons from and for elsewhere."""
        return self._new("bundles", new_bundles(self.models, self.library))

    @cached_property
    def prompt_sets(self) -> PromptSets:
        """Kept prompts, sets, and runs of sets."""
        from weighin.services.comparisons.prompt_sets import PromptSets

        return self._new("prompt_sets", PromptSets(self.records, resources()))

    @cached_property
    def grader(self) -> Grader:
        """Who marks answers; what may never end runs in processes of its own."""
        from weighin.services.grading.grader import Grader

        return self._new("grader", Grader())

    @cached_property
    def test_consent(self) -> TestConsent:
        """Which prompt sets' tests may be run: those that come along, and what the user agreed to."""
        from weighin.core.prompts.builtin_sets import load_sets
        from weighin.services.grading.test_consent import TestConsent

        def ours() -> list[str]:
            with suppress(AppError):  # a damaged one is told where sets are listed
                return [TestConsent.key_of(one.prompts) for one in load_sets(resources())]
            return []

        return TestConsent(self.settings, ours)

    @cached_property
    def set_runner(self) -> SetRunner:
        """Who puts prompt sets to both models in the window, where somebody may judge them blind."""
        from weighin.services.comparisons.set_runner import SetRunner

        return SetRunner(self.runner, self.prompt_sets, blind=self.blind, grader=self.grader, consent=self.test_consent)

    @cached_property
    def set_runs(self) -> SetRunHistory:
        """Runs of prompt sets that were kept."""
        from weighin.services.comparisons.set_run_history import SetRunHistory

        return self._new("set_runs", SetRunHistory(self.records))

    @cached_property
    def attached_files(self) -> AttachedFiles:
        """Text files that go along with a prompt; none is counted while models run."""
        from weighin.services.comparisons.attached_files import AttachedFiles

        files = self._new("attached_files", AttachedFiles(new_worker))
        self.runner.started.connect(lambda _request: files.hold())
        self.runner.finished.connect(lambda _comparison: files.go_on())
        return files

    @cached_property
    def gsm8k(self) -> Gsm8k:
        """Who gets GSM8K from the hub."""
        from weighin.services.comparisons.gsm8k import Gsm8k
        from weighin.services.models.hub import Hub

        new_hub = self.models.new_hub_process
        return self._new("gsm8k", Gsm8k(self.prompt_sets, self.profile.questions, lambda: Hub(new_hub)))

    @cached_property
    def tapes(self) -> Tapes:
        """What is known of a pair of models."""
        from weighin.services.comparisons.tapes import Tapes

        folder = self.models.folder
        return self._new("tapes", Tapes(self.records, lambda: probe(folder)))

    @cached_property
    def speed_tests(self) -> SpeedTests:
        """Measures apart what answers are too short to tell; nothing is planned meanwhile, which would disturb it."""
        from weighin.services.comparisons.speed_tests import SpeedTests
        from weighin.services.user_activity import UserActivity

        tests = SpeedTests(self.runner, self.history, UserActivity())
        self._open.callback(tests.drop)
        tests.tested.connect(self.plans.ledger.settle)
        tests.changed.connect(self._plan_or_not)
        self.made.emit("speed_tests", tests)
        return tests

    @cached_property
    def evaluations(self) -> EvaluationServices:
        """Question sets, stored evaluations and what runs them. While one runs, models of the last comparison give
        their memory back, and nothing is planned."""
        from weighin.wiring.evaluations import new_evaluation_services

        made = self._new("evaluations", new_evaluation_services(self.profile, resources(), self.models))
        made.runner.started.connect(lambda _record: self._make_room())
        made.runner.finished.connect(lambda _record: self.plans.outlook.end())
        return made

    @cached_property
    def fidelity(self) -> FidelityServices:
        """Stored measurements of fidelity and what makes them; as with evaluations, the rest makes room."""
        from weighin.wiring.fidelity import new_fidelity_services

        made = self._new(
            "fidelity", new_fidelity_services(self.profile, resources(), self.models, self._why_no_fidelity)
        )
        made.runner.preparing.connect(self._make_room)
        for end in (made.runner.finished, made.runner.failed):
            end.connect(lambda _outcome: self.plans.outlook.end())
        return made

    @property
    def _reading(self) -> bool:
        """Whether an evaluation or a measurement of fidelity runs."""
        made = vars(self)
        return any(name in made and getattr(self, name).runner.running for name in ("evaluations", "fidelity"))

    def _why_no_fidelity(self) -> str:
        if "runner" in vars(self) and self.runner.running:
            return "A comparison is running: wait for it, or stop it."
        if "evaluations" in vars(self) and self.evaluations.runner.running:
            return "An evaluation is running: wait for it, or stop it."
        return ""

    def restore(self) -> None:
        """Take up what earlier runs left: the shelf, downloads that were not finished, and the ledger."""
        self.library.restore()
        self.models.downloads.restore()
        self.models.inspector.restore()
        self.plans.ledger.restore()

    def close(self) -> None:
        """End the workers and finish what is being written."""
        self._open.close()

    def _new(self, name: str, part: Part) -> Part:
        self._open.enter_context(closing(part))
        self.made.emit(name, part)
        return part

    def _make_room(self) -> None:
        self.plans.outlook.begin()
        for lane in self.runner.lanes:
            lane.unload()

    def _plan_or_not(self) -> None:
        if self.speed_tests.pending:
            self.plans.outlook.begin()
        elif not self.runner.running:
            self.plans.outlook.end()
