"""Lanes, runners and the parts behind the shelf as the program really uses them: work in processes of their own."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from weighin import protocol
from weighin.core.models.found import Place, usual_places
from weighin.core.runs.lane import LABELS
from weighin.paths import Profile
from weighin.services.comparisons.comparison_runner import ComparisonRunner
from weighin.services.lanes.lane import Lane, ServerFactory
from weighin.services.lanes.server_keys import ServerKeys
from weighin.services.lanes.server_probe import ServerProbe
from weighin.services.lanes.servers import Servers
from weighin.services.machine.hardware import available_bytes, disk_free_bytes, physical_cores, probe
from weighin.services.models.hub import Hub, hub_process
from weighin.services.models.model_digests import ModelDigests
from weighin.services.models.shelf import Shelf
from weighin.services.processes.worker_process import WorkerProcess, worker_command
from weighin.services.records import Records
from weighin.services.settings import Settings

if TYPE_CHECKING:
    from weighin.core.models.model import ModelFacts
    from weighin.core.runs.options import LoadOptions
    from weighin.services.bundles.bundles import Bundles
    from weighin.services.evaluations.question_sets import QuestionSets
    from weighin.services.models.downloads import DownloadManager
    from weighin.services.models.library import Library
    from weighin.services.plans.planner import Planner
    from weighin.services.plans.remote_look import RemoteLook


def new_worker(parent: QObject) -> WorkerProcess:
    """A worker process for one model, not started yet."""
    return WorkerProcess(worker_command("llama"), parent)


def server_workers(keys: ServerKeys) -> ServerFactory:
    """Makes workers for models on servers; each gets the key of its own server and no other secret."""

    def make(parent: QObject, address: str) -> WorkerProcess:
        events = (*protocol.messages.EVENTS, *protocol.server_messages.SERVER_EVENTS)
        return WorkerProcess(worker_command("server"), parent, events, more_environment=keys.environment(address))

    return make


def new_runner(
    planned_bytes: Callable[[ModelFacts, LoadOptions], int | None] = lambda _model, _load: None,
    keys: ServerKeys | None = None,
    parent: QObject | None = None,
) -> ComparisonRunner:
    """A runner with two empty lanes. `planned_bytes`: what a model needs by its plan; a rule of thumb where that is
    None. `keys`: of servers, as the user typed them; without, the environment's."""
    new_server = server_workers(keys or ServerKeys(parent))
    lanes = tuple(Lane(label, new_worker, available_bytes=available_bytes, new_server=new_server) for label in LABELS)
    cores, free = physical_cores, available_bytes
    runner = ComparisonRunner((lanes[0], lanes[1]), cores, free, parent, planned_bytes)
    for lane in lanes:
        lane.setParent(runner)
    return runner


def places_of(profile: Profile) -> tuple[Place, ...]:
    """Where models may lie on this computer."""
    return usual_places(profile.hub_cache, Path.home(), dict(os.environ))


class ModelServices:
    """Everything about getting and keeping models. `folder`: where downloads go."""

    def __init__(self, profile: Profile, records: Records, settings: Settings) -> None:
        self.folder = profile.hub_cache
        self._new_process = hub_process(profile.hub_cache)
        self.records = records
        self.hub = Hub(self._new_process)
        self.digests = ModelDigests(records, self.hub)
        self.shelf = Shelf(records, places_of(profile), self.hub, self.digests, profile.hub_cache)
        self._headers = profile.headers
        keys = ServerKeys()
        self.servers = Servers(settings, keys, ServerProbe(server_workers(keys)))

    @cached_property
    def planner(self) -> Planner:
        """Who asks the engine what models need, made when it is first wanted."""
        from weighin.services.plans.planner import Planner

        return Planner(new_worker)

    @cached_property
    def inspector(self) -> RemoteLook:
        """Who looks into models at the hub, made when it is first wanted."""
        from weighin.services.plans.remote_look import RemoteLook

        return RemoteLook(self.hub, self.planner, self._headers)

    @cached_property
    def downloads(self) -> DownloadManager:
        """What is fetched, made when it is first wanted."""
        from weighin.services.models.downloads import DownloadManager

        made = DownloadManager(self.records, lambda: Hub(self._new_process), lambda: disk_free_bytes(self.folder))
        made.finished.connect(self.shelf.adopt)
        return made

    def close(self) -> None:
        """End processes in order, then finish what was begun on the disk."""
        self.servers.close()
        if "downloads" in vars(self):
            self.downloads.close()
        for part in ("inspector", "planner"):
            if part in vars(self):
                getattr(self, part).close()
        self.hub.close()
        self.shelf.close()


def new_model_services(profile: Profile, records: Records, settings: Settings | None = None) -> ModelServices:
    """The shelf, the hub, the downloads and the servers of a profile, nothing started yet. `settings`: those of the
    window, if there is one."""
    return ModelServices(profile, records, settings or Settings(profile.settings))


# What follows is imported when it is first wanted: the first paint needs none of it.


def new_question_sets(profile: Profile, resources: Path) -> QuestionSets:
    """The question sets of a profile."""
    from weighin.services.evaluations.question_sets import QuestionSets

    new_process = hub_process(profile.hub_cache)
    return QuestionSets(resources, profile.questions, lambda: Hub(new_process))


def new_bundles(models: ModelServices, library: Library) -> Bundles:
    """Files with a comparison to hand on, over the shelf, the hub process and the downloads of `models`."""
    from weighin.services.bundles.bundles import Bundles

    places = (models.shelf, library, models.digests, models.downloads)
    return Bundles(*places, models.records, lambda: probe(models.folder))
