"""What a model at the hub is, what it needs and whether this engine can read it, before anything big is fetched."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable

from PySide6.QtCore import QObject

from weighin.core.errors import AppError
from weighin.core.model import ModelFacts
from weighin.core.options import LoadOptions
from weighin.core.repository import Listing, Variant
from weighin.services.hub import Hub
from weighin.services.planner import Plan, Planner
from weighin.services.tasks import Failed


class RemoteLook(QObject):
    """Fetches the header, then lets the planner's worker read it behind which there is only a hole."""

    def __init__(self, hub: Hub, planner: Planner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hub, self._planner = hub, planner
        self._folders: set[str] = set()

    def look(
        self,
        listing: Listing,
        variant: Variant,
        done: Callable[[Plan], None],
        failed: Failed,
        options: LoadOptions | None = None,
    ) -> None:
        """`done` gets the plan; its refusal says why this engine cannot run the model."""
        folder = tempfile.mkdtemp(prefix="weighin-header-")
        self._folders.add(folder)

        def seen(facts: ModelFacts, stand_in: str) -> None:
            self._planner.plan(facts, options or LoadOptions(), planned, refused, stand_in)

        def planned(plan: Plan) -> None:
            self._clear(folder)
            done(plan)

        def refused(error: AppError) -> None:
            self._clear(folder)
            failed(error)

        self._hub.look_into(listing, variant, seen, refused, keep=folder)

    def close(self) -> None:
        """Delete what was looked at."""
        for folder in tuple(self._folders):
            self._clear(folder)

    def _clear(self, folder: str) -> None:
        self._folders.discard(folder)
        shutil.rmtree(folder, ignore_errors=True)
