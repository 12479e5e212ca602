"""Evaluations as the program really uses them; imported when they are first wanted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from weighin.core.runs.lane import LABELS
from weighin.paths import Profile
from weighin.services.evaluations.evaluation_history import EvaluationHistory
from weighin.services.evaluations.evaluation_runner import EvaluationRunner
from weighin.services.evaluations.evaluation_start import EvaluationContext
from weighin.services.evaluations.question_sets import QuestionSets
from weighin.services.evaluations.scoring_lane import ScoringLane
from weighin.services.evaluations.scoring_planner import ScoringPlanner
from weighin.services.lanes.server_probe import ServerProbe
from weighin.services.machine.hardware import available_bytes, physical_cores
from weighin.services.models.hub import Hub, NewProcess
from weighin.wiring.lanes import new_worker, server_workers
from weighin.wiring.models import ModelServices

if TYPE_CHECKING:
    from weighin.services.evaluations.question_sets import QuestionSets


@dataclass(frozen=True)
class EvaluationServices:
    """Everything about evaluations."""

    sets: QuestionSets
    kept: EvaluationHistory
    runner: EvaluationRunner
    probe: ServerProbe

    def close(self) -> None:
        """End what runs, then finish what is being written."""
        self.probe.stop()
        self.runner.close()
        self.sets.close()
        self.kept.close()


def new_evaluation_services(profile: Profile, resources: Path, models: ModelServices) -> EvaluationServices:
    """The question sets, the kept evaluations and a runner with two empty lanes, which ask `models` for checksums and
    for the keys of servers."""
    sets, kept = new_question_sets(profile, resources, models.new_hub_process), EvaluationHistory(models.records)
    new_server = server_workers(models.servers.keys)
    lanes = tuple(
        ScoringLane(label, new_worker, available_bytes=available_bytes, new_server=new_server) for label in LABELS
    )
    probe = ServerProbe(new_server)
    planner = ScoringPlanner(new_worker)
    around = EvaluationContext(sets, kept, models.digests, probe, planner, physical_cores, available_bytes)
    runner = EvaluationRunner((lanes[0], lanes[1]), around)
    for lane in lanes:
        lane.setParent(runner)
    return EvaluationServices(sets, kept, runner, probe)


def new_question_sets(profile: Profile, resources: Path, new_hub_process: NewProcess) -> QuestionSets:
    """The question sets of a profile; `new_hub_process` makes who fetches them."""
    from weighin.services.evaluations.question_sets import QuestionSets

    return QuestionSets(resources, profile.questions, lambda: Hub(new_hub_process))
