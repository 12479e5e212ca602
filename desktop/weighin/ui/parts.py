"""What the pages are made of beside what the Compare page needs at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from weighin.services.bundles.bundles import Bundles
    from weighin.services.comparisons.attached_files import AttachedFiles
    from weighin.services.comparisons.blind_round import BlindRound
    from weighin.services.comparisons.gsm8k import Gsm8k
    from weighin.services.comparisons.prompt_sets import PromptSets
    from weighin.services.comparisons.set_run_history import SetRunHistory
    from weighin.services.comparisons.set_runner import SetRunner
    from weighin.services.comparisons.speed_tests import SpeedTests
    from weighin.services.comparisons.tapes import Tapes
    from weighin.services.comparisons.votes import Votes
    from weighin.services.desktop_notifier import Notifier
    from weighin.services.grading.grader import Grader
    from weighin.services.grading.test_consent import TestConsent
    from weighin.services.kept_data import KeptData
    from weighin.services.libraries import Libraries
    from weighin.services.plans.workstation import Workstation
    from weighin.services.run_defaults import KeptRunDefaults
    from weighin.wiring.evaluations import EvaluationServices
    from weighin.wiring.fidelity import FidelityServices
    from weighin.wiring.models import ModelServices


class Parts(Protocol):
    """Services, each made when it is first wanted: the first paint waits for none that it does not show."""

    @property
    def models(self) -> ModelServices:
        """Getting and keeping models."""

    @property
    def run_defaults(self) -> KeptRunDefaults:
        """What runs take that ask for nothing else."""

    @property
    def kept(self) -> KeptData:
        """Everything that is kept, and how it goes again."""

    @property
    def libraries(self) -> Libraries:
        """What the program stands on."""

    @property
    def notifier(self) -> Notifier:
        """Who shows notifications of the desktop."""

    @property
    def blind(self) -> BlindRound:
        """The gate through which every finished comparison comes, a blind one after its vote."""

    @property
    def votes(self) -> Votes:
        """What blind rounds were judged."""

    @property
    def speed_tests(self) -> SpeedTests:
        """Measures apart what answers are too short to tell."""

    @property
    def workstation(self) -> Workstation:
        """What runs on this computer."""

    @property
    def bundles(self) -> Bundles:
        """Comparisons from and for elsewhere."""

    @property
    def prompt_sets(self) -> PromptSets:
        """Kept prompts, sets, and runs of sets."""

    @property
    def set_runs(self) -> SetRunHistory:
        """Runs of prompt sets that were kept."""

    @property
    def gsm8k(self) -> Gsm8k:
        """Who gets GSM8K from the hub."""

    @property
    def set_runner(self) -> SetRunner:
        """Who puts prompt sets to both lanes, and has the answers marked."""

    @property
    def grader(self) -> Grader:
        """Who marks answers."""

    @property
    def test_consent(self) -> TestConsent:
        """Which tests of prompt sets may run."""

    @property
    def attached_files(self) -> AttachedFiles:
        """Text files that go along with a prompt."""

    @property
    def tapes(self) -> Tapes:
        """What is known of a pair of models, for one picture."""

    @property
    def evaluations(self) -> EvaluationServices:
        """Question sets, stored evaluations and what runs them."""

    @property
    def fidelity(self) -> FidelityServices:
        """Stored measurements of fidelity and what runs them."""
