"""weighin models get: one download in the terminal."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable
from typing import Any

from weighin.cli.console import Console
from weighin.cli.loop import run_until
from weighin.core import format
from weighin.core.downloads.download import DownloadPlan, DownloadState, plan_of
from weighin.core.downloads.hub_address import HubAddress, narrowed, read_address, the_one
from weighin.core.downloads.repository import Listing, Variant
from weighin.core.downloads.text import download_line
from weighin.core.errors import AppError
from weighin.core.models.catalogue import Source, load_catalogue
from weighin.core.models.report import shelf_model_json
from weighin.core.plans.recommendation import kinds_of, usual_variant
from weighin.paths import resources
from weighin.services.machine.this_computer import memory_budget
from weighin.services.task_runner import Failed
from weighin.wiring.models import ModelServices


def get_model(services: ModelServices, options: argparse.Namespace, console: Console, schema: str) -> int:
    """Download and print where it is; 130 after Ctrl+C, and the next call goes on from there."""
    getting = _Getting(services, options.reference, console)
    path, _ = run_until(getting.begin, getting.stop)
    console.end_progress()
    if path is None:
        console.say("Stopped. The downloaded part is kept: run the same command to resume.")
        return 130
    model = services.shelf.model(path)
    if options.json:
        console.json({"schema": schema, "models": [shelf_model_json(model)] if model else []})
    else:
        console.result(path)
    return 0


GONE = ("private_or_missing", "not_found", "forbidden")


class _Getting:
    def __init__(self, services: ModelServices, name: str, console: Console) -> None:
        self._services, self._name, self._console = services, name, console
        self._plan: DownloadPlan | None = None
        self._address: HubAddress | None = None
        self._note = ""
        self._path: str | None = None
        self._stopped = False

    def begin(self, done: Callable[[str | None], None], failed: Failed) -> None:
        """Ask the hub what the file is; `done` gets where it lies, None after `stop`. Raises AppError."""
        self._done, self._fail = done, failed
        wanted = self._wanted()
        downloads, shelf = self._services.downloads, self._services.shelf
        downloads.changed.connect(self._follow)
        downloads.finished.connect(self._finished)
        shelf.changed.connect(self._look)
        self._ask(wanted)

    def _ask(self, wanted: tuple[Source, ...]) -> None:
        """List the first repository; one of the catalogue that is gone gives way to the next, and that is said.

        The last one's refusal is the answer."""
        source, *others = wanted

        def not_listed(error: AppError) -> None:
            if others and error.kind in GONE:
                self._console.say(f"{source.repo}, the catalogue's first choice, is no longer on the hub.")
                self._ask(tuple(others))
            else:
                self._fail(error)

        revision = self._address.revision if self._address else ""
        listed = functools.partial(self._listed, quantization=source.quantization)
        self._services.hub.listing(source.repo, listed, not_listed, revision or None)

    def _wanted(self) -> tuple[Source, ...]:
        """Repositories in order of trust, each with the quantization that the catalogue means."""
        system = load_catalogue(resources()).system(self._name) if "/" not in self._name else None
        if system is None:
            self._address = read_address(self._name, self._services.access.endpoint)
            return (Source(self._address.repo),)
        if not system.runnable or not system.repositories:
            raise AppError(f"{system.name} cannot be downloaded: {system.why_not or 'no GGUF file of it is known.'}")
        return system.repositories

    def _listed(self, listing: Listing, quantization: str) -> None:
        try:
            self._plan = plan_of(listing.repo, listing.commit, self._variant(listing, quantization))
        except AppError as error:
            self._fail(error)
            return
        self._console.say(f"{self._plan.repo}: {self._plan.name}, {format.size(self._plan.size)}")
        self._services.downloads.add(self._plan)

    def _variant(self, listing: Listing, quantization: str) -> Variant:
        if self._address is not None:
            return chosen_variant(listing, self._address)
        kinds = kinds_of(listing, load_catalogue(resources()), memory_budget())
        found = usual_variant(listing, quantization, kinds)
        if quantization and found.quantization != quantization:
            instead = found.quantization or found.name
            self._console.say(f"{listing.repo} has no {quantization}, the catalogue's choice: using {instead}.")
        return found

    def _follow(self, identifier: str) -> None:
        if self._plan is None or identifier != self._plan.id or self._stopped:
            return
        view = self._services.downloads.view(identifier)
        if view is None:
            return
        if view.state in (DownloadState.FAILED, DownloadState.PAUSED):
            self._fail(AppError(view.note or "Paused.", kind=view.error_kind or "stopped"))
        else:
            if view.note and not self._note:
                self._console.say(view.note)
            self._note = view.note
            self._console.progress(" · ".join(filter(None, (download_line(view), view.note))))

    def _finished(self, plan: DownloadPlan, paths: Any, brought: bool) -> None:
        if self._plan is not None and plan.id == self._plan.id:
            self._path = paths[0]

    def _look(self) -> None:
        if self._path is not None and self._services.shelf.model(self._path) is not None:
            self._done(self._path)

    def stop(self) -> None:
        """Keep what came."""
        self._stopped = True
        if self._plan is not None:
            self._services.downloads.pause(self._plan.id)
        self._done(None)


def chosen_variant(listing: Listing, address: HubAddress) -> Variant:
    """What `address` names, or the usual one for this computer of what it leaves open. Raises AppError."""
    if (named := the_one(listing, address)) is not None:
        return named
    left = narrowed(listing, address)
    return usual_variant(left, "", kinds_of(left, load_catalogue(resources()), memory_budget()))
