"""Lanes, runners and the parts behind the shelf as the program really uses them: work in processes of their own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from weighin import protocol
from weighin.core.comparisons.comparison import LABELS
from weighin.core.models.found import usual_places
from weighin.paths import Profile
from weighin.services.comparisons.comparison import ComparisonRunner
from weighin.services.lanes.lane import Lane, ServerFactory
from weighin.services.lanes.server_keys import ServerKeys
from weighin.services.lanes.server_probe import ServerProbe
from weighin.services.lanes.servers import Servers
from weighin.services.machine.hardware import available_bytes, disk_free_bytes, physical_cores, probe
from weighin.services.models.downloads import DownloadManager
from weighin.services.models.hub import Hub, hub_process
from weighin.services.models.model_records import ModelRecords
from weighin.services.models.remote_look import RemoteLook
from weighin.services.models.shelf import Shelf
from weighin.services.plans.planner import Planner
from weighin.services.processes.worker_process import WorkerProcess, worker_command
from weighin.services.settings import Settings

if TYPE_CHECKING:
    from weighin.services.bundles.bundles import Bundles
    from weighin.services.comparisons.votes import Votes
    from weighin.services.evaluations.evaluations import Evaluations
    from weighin.services.evaluations.question_sets import QuestionSets
    from weighin.services.models.library import Library


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
    planner: Planner | None = None, keys: ServerKeys | None = None, parent: QObject | None = None
) -> ComparisonRunner:
    """A runner with two empty lanes. `planner`: who knows what models need; a rule of thumb without one.
    `keys`: of servers, as the user typed them; without, the environment's."""
    new_server = server_workers(keys or ServerKeys(parent))
    lanes = tuple(Lane(label, new_worker, available_bytes=available_bytes, new_server=new_server) for label in LABELS)
    cores, free = physical_cores, available_bytes
    if planner is None:
        runner = ComparisonRunner((lanes[0], lanes[1]), cores, free, parent)
    else:
        runner = ComparisonRunner((lanes[0], lanes[1]), cores, free, parent, planner.needed_bytes)
    for lane in lanes:
        lane.setParent(runner)
    return runner


@dataclass(frozen=True)
class ModelServices:
    """Everything about getting and keeping models. `folder`: where downloads go."""

    folder: Path
    records: ModelRecords
    hub: Hub
    shelf: Shelf
    downloads: DownloadManager
    planner: Planner
    inspector: RemoteLook
    servers: Servers

    def close(self) -> None:
        """End processes in order, then finish what is being written."""
        self.servers.close()
        self.downloads.close()
        self.inspector.close()
        self.planner.close()
        self.hub.close()
        self.records.close()


def new_model_services(profile: Profile, settings: Settings | None = None) -> ModelServices:
    """The shelf, the hub, the downloads and the servers of a profile, nothing started yet. `settings`: those of the
    window, if there is one."""
    records = ModelRecords(profile.database)
    new_process = hub_process(profile.hub_cache)
    hub = Hub(new_process)
    places = usual_places(profile.hub_cache, Path.home(), dict(os.environ))
    shelf = Shelf(records, places, hub, profile.hub_cache)
    downloads = DownloadManager(records, lambda: Hub(new_process), lambda: disk_free_bytes(profile.hub_cache))
    downloads.finished.connect(shelf.adopt)
    planner = Planner(new_worker)
    inspector = RemoteLook(hub, planner, records, profile.headers)
    keys = ServerKeys()
    servers = Servers(settings or Settings(profile.settings), keys, ServerProbe(server_workers(keys)))
    return ModelServices(profile.hub_cache, records, hub, shelf, downloads, planner, inspector, servers)


# What follows is imported when it is first wanted: the first paint needs none of it.


def new_question_sets(profile: Profile, resources: Path) -> QuestionSets:
    """The question sets of a profile."""
    from weighin.services.evaluations.question_sets import QuestionSets

    new_process = hub_process(profile.hub_cache)
    return QuestionSets(resources, profile.questions, lambda: Hub(new_process))


def new_bundles(models: ModelServices, library: Library, votes: Votes, kept: Evaluations) -> Bundles:
    """Files with a comparison to hand on, over the shelf, the hub process and the downloads of `models`."""
    from weighin.services.bundles.bundles import Bundles

    places = (models.shelf, library, models.hub, models.downloads)
    return Bundles(*places, votes, lambda: probe(models.folder), kept.latest_of)
