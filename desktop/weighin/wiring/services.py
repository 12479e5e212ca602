"""Everything behind the window, each part made when it is first wanted and closed in the opposite order."""

from __future__ import annotations

from contextlib import ExitStack, closing
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from weighin.paths import Profile, resources
from weighin.services.comparisons.blind_round import BlindRound
from weighin.services.comparisons.history import History
from weighin.services.comparisons.votes import Votes
from weighin.services.machine.hardware import probe, this_machine
from weighin.services.models.library import Library
from weighin.services.records import Records
from weighin.services.settings import Settings
from weighin.wiring.lanes import new_runner, new_worker
from weighin.wiring.models import ModelServices, new_bundles

if TYPE_CHECKING:
    from contextlib import _SupportsClose as SupportsClose

    from weighin.services.bundles.bundles import Bundles
    from weighin.services.comparisons.attached_files import AttachedFiles
    from weighin.services.comparisons.prompt_sets import PromptSets
    from weighin.services.comparisons.speed_tests import SpeedTests
    from weighin.services.comparisons.tapes import Tapes
    from weighin.services.plans.workstation import Workstation
    from weighin.wiring.evaluations import EvaluationServices
    from weighin.wiring.plans import PlanServices


Part = TypeVar("Part", bound="SupportsClose")


class Services(QObject):
    """The parts over one profile. What a part needs is made before it, so it is closed after it. Imports stand where a
    part is made: the first paint needs few of them."""

    made = Signal(str, object)  # a part that is there from now on: its name, and itself

    def __init__(self, profile: Profile, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._profile, self._settings = profile, settings
        self._open = ExitStack()
        self.records = self._open.enter_context(closing(Records(profile.database)))
        self.models = self._open.enter_context(closing(ModelServices(profile, self.records, settings)))
        self.library = Library(resources(), settings, self.models.shelf)
        self.history = History(self.records, this_machine)
        self.votes = Votes(self.records)
        models = self.models
        self.runner = new_runner(lambda model, load: models.planner.needed_bytes(model, load), models.servers.keys)
        self._open.callback(self.runner.close)
        self.blind = BlindRound(self.runner)

    @cached_property
    def plans(self) -> PlanServices:
        """Plans, forecasts and the ledger."""
        from weighin.wiring.plans import new_plan_services

        return self._new("plans", new_plan_services(
            self.records, self._settings, self.library, self.models, self.runner, self.blind,
            lambda: "evaluations" in vars(self) and self.evaluations.runner.running,
        ))  # fmt: skip

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
    def attached_files(self) -> AttachedFiles:
        """Text files that go along with a prompt; none is counted while models run."""
        from weighin.services.comparisons.attached_files import AttachedFiles

        files = self._new("attached_files", AttachedFiles(new_worker))
        self.runner.started.connect(lambda _request: files.hold())
        self.runner.finished.connect(lambda _comparison: files.go_on())
        return files

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

        made = self._new("evaluations", new_evaluation_services(self._profile, resources(), self.models))
        made.runner.started.connect(lambda _record: self._make_room())
        made.runner.finished.connect(lambda _record: self.plans.outlook.end())
        return made

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
