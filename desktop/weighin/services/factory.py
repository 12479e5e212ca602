"""Lanes, runners and the parts behind the shelf as the program really uses them: work in processes of their own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject

from weighin.core.comparison import LABELS
from weighin.core.found_models import usual_places
from weighin.paths import Profile
from weighin.services.comparison import ComparisonRunner
from weighin.services.downloads import DownloadManager
from weighin.services.hardware import available_bytes, physical_cores
from weighin.services.hub import Hub, hub_process
from weighin.services.lane import Lane
from weighin.services.model_records import ModelRecords
from weighin.services.planner import Planner
from weighin.services.remote_look import RemoteLook
from weighin.services.shelf import Shelf
from weighin.services.worker_process import WorkerProcess, worker_command


def new_worker(parent: QObject) -> WorkerProcess:
    """A worker process for one model, not started yet."""
    return WorkerProcess(worker_command("llama"), parent)


def new_runner(parent: QObject | None = None) -> ComparisonRunner:
    """A runner with two empty lanes."""
    lanes = tuple(Lane(label, new_worker, available_bytes=available_bytes) for label in LABELS)
    runner = ComparisonRunner((lanes[0], lanes[1]), physical_cores, available_bytes, parent)
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

    def close(self) -> None:
        """End processes in order, then finish what is being written."""
        self.downloads.close()
        self.inspector.close()
        self.planner.close()
        self.hub.close()
        self.records.close()


def new_model_services(profile: Profile) -> ModelServices:
    """The shelf, the hub and the downloads of a profile, nothing started yet."""
    records = ModelRecords(profile.database)
    new_process = hub_process(profile.hub_cache)
    hub = Hub(new_process)
    places = usual_places(profile.hub_cache, Path.home(), dict(os.environ))
    shelf = Shelf(records, places, hub, profile.hub_cache)
    downloads = DownloadManager(records, lambda: Hub(new_process))
    downloads.finished.connect(shelf.adopt)
    planner = Planner(new_worker)
    return ModelServices(profile.hub_cache, records, hub, shelf, downloads, planner, RemoteLook(hub, planner))
