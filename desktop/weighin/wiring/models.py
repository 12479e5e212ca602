"""The parts behind the shelf as the program really uses them: work in processes of their own."""

from __future__ import annotations

import os
from contextlib import ExitStack, closing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from weighin.core.models.found import usual_places
from weighin.paths import Profile
from weighin.services.lanes.server_keys import ServerKeys
from weighin.services.lanes.server_probe import ServerProbe
from weighin.services.lanes.servers import Servers
from weighin.services.machine.hardware import disk_free_bytes, probe
from weighin.services.models.hub import Hub, hub_process
from weighin.services.models.hub_access import HubAccess
from weighin.services.models.model_digests import ModelDigests
from weighin.services.models.shelf import Shelf, shelf_now
from weighin.services.records import Records
from weighin.services.settings import Settings
from weighin.wiring.lanes import new_worker, server_workers

if TYPE_CHECKING:
    from weighin.core.models.shelf import ShelfModel
    from weighin.services.bundles.bundles import Bundles
    from weighin.services.models.download_manager import DownloadManager
    from weighin.services.models.library import Library
    from weighin.services.plans.planner import Planner
    from weighin.services.plans.remote_look import RemoteLook


class ModelServices:
    """Everything about getting and keeping models. `folder`: where downloads go."""

    def __init__(self, profile: Profile, records: Records, settings: Settings) -> None:
        self.folder = profile.hub_cache
        self.access = HubAccess(settings)
        self.new_hub_process = hub_process(profile.hub_cache, self.access, profile.headers)
        self._headers = profile.headers
        self._open = ExitStack()
        self.records = records
        self.hub = Hub(self.new_hub_process, mirror=lambda: self.access.endpoint)
        self.access.changed.connect(self.hub.renew)
        self.digests = ModelDigests(records, self.hub)
        self._places = usual_places(profile.hub_cache, Path.home(), dict(os.environ))
        self.shelf = self._open.enter_context(
            closing(Shelf(records, self._places, self.hub, self.digests, profile.hub_cache))
        )
        self._open.callback(self.hub.close)  # processes end before what they tell is written for the last time
        keys = ServerKeys()
        self.servers = self._open.enter_context(closing(Servers(settings, keys, ServerProbe(server_workers(keys)))))
        settings.cleared.connect(self.servers.changed)

    def shelf_now(self) -> tuple[ShelfModel, ...]:
        """The models of the shelf as they are now, kept; for those that may wait."""
        return shelf_now(self.records, self._places)

    @cached_property
    def planner(self) -> Planner:
        """Who asks the engine what models need, made when it is first wanted."""
        from weighin.services.plans.planner import Planner

        return self._open.enter_context(closing(Planner(new_worker)))

    @cached_property
    def inspector(self) -> RemoteLook:
        """Who looks into models at the hub, made when it is first wanted."""
        from weighin.services.plans.remote_look import RemoteLook

        return self._open.enter_context(closing(RemoteLook(self.hub, self.planner, self._headers)))

    @cached_property
    def downloads(self) -> DownloadManager:
        """What is fetched, made when it is first wanted."""
        from weighin.services.models.download_manager import DownloadManager

        made = DownloadManager(self.records, lambda: Hub(self.new_hub_process), lambda: disk_free_bytes(self.folder))
        made.finished.connect(self.shelf.adopt)
        return self._open.enter_context(closing(made))

    def close(self) -> None:
        """End processes in order, then finish what was begun on the disk."""
        self._open.close()


# What follows is imported when it is first wanted: the first paint needs none of it.


def new_bundles(models: ModelServices, library: Library) -> Bundles:
    """Files with a comparison to hand on, over the shelf, the hub process and the downloads of `models`."""
    from weighin.services.bundles.bundles import Bundles

    places = (models.shelf, library, models.digests, models.downloads)
    return Bundles(*places, models.records, lambda: probe(models.folder))
