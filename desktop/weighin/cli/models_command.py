"""weighin models: list, search, files, get, add, verify, remove."""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Callable
from typing import Any

from weighin.cli.console import Console
from weighin.cli.loop import Begin, InterruptedByUserError, wait_for
from weighin.cli.models_get import chosen_variant, get_model
from weighin.core import format
from weighin.core.downloads.download import Transferred
from weighin.core.downloads.hub_address import HubAddress, is_hub_address, read_address
from weighin.core.downloads.repository import Listing
from weighin.core.errors import AppError
from weighin.core.models.catalogue import load_catalogue
from weighin.core.models.model import SERVER_SCHEMES
from weighin.core.models.names import find_on_shelf
from weighin.core.models.report import (
    listing_json,
    listing_lines,
    model_json,
    repository_json,
    repository_line,
    shelf_line,
    shelf_model_json,
)
from weighin.core.models.server import ServerAddress, parse_address
from weighin.core.models.shelf import ShelfModel
from weighin.core.models.text import look_lines
from weighin.core.plans.recommendation import kinds_of, recommended
from weighin.core.safe_text import safe_name
from weighin.paths import resources
from weighin.services.machine.this_computer import memory_budget
from weighin.wiring.models import ModelServices
from weighin.wiring.services import Services

SCHEMA = "weighin.models/1"


def run_models(options: argparse.Namespace, services: Services, console: Console) -> int:
    """Carry out one action; the exit status of the contract."""
    command = _Command(services.models, options, console)
    try:
        if options.action == "get":
            return get_model(services.models, options, console, SCHEMA)
        return getattr(command, f"run_{options.action}")()
    finally:
        console.end_progress()


class _Command:
    """The actions that end in one answer."""

    def __init__(self, services: ModelServices, options: argparse.Namespace, console: Console) -> None:
        self._services, self._options, self._console = services, options, console
        self._interrupted = False

    def run_list(self) -> int:
        models = self._scanned()
        total = sum(model.size for model in models)
        body = {"models": [shelf_model_json(model) for model in models], "total_bytes": total}
        lines = [shelf_line(model) for model in models]
        found = f"{format.plural(len(models), 'model')}, {format.size(total)} on disk"
        ending = found if models else "No models yet. The included ones are starter:dense and starter:moe."
        self._print(body, [*lines, ending])
        return self._status()

    def run_search(self) -> int:
        text = self._options.text
        if is_hub_address(text, self._services.access.endpoint):
            text = read_address(text, self._services.access.endpoint).repo
        found = self._await(lambda done, failed: self._services.hub.search(text, done, failed))
        catalogue = load_catalogue(resources())
        known = [(entry, catalogue.system_of(entry.repo)) for entry in found or ()]
        body = {"repositories": [repository_json(entry, system) for entry, system in known]}
        lines = [repository_line(entry, system) for entry, system in known]
        self._print(body, lines or ["No GGUF repository matches this search."])
        return self._status()

    def run_files(self) -> int:
        listing = self._listing(read_address(self._options.repo, self._services.access.endpoint))
        if listing is None:
            return 130
        best = recommended(listing.variants, kinds_of(listing, load_catalogue(resources()), memory_budget()))
        self._print({"listing": listing_json(listing, best)}, listing_lines(listing, best))
        return 0

    def run_look(self) -> int:
        reference = self._options.reference
        if reference.lower().startswith(SERVER_SCHEMES) and not is_hub_address(
            reference, self._services.access.endpoint
        ):
            return self._look_at_server(parse_address(reference))
        address = read_address(reference, self._services.access.endpoint)
        self._services.inspector.restore()
        listing = self._listing(address)
        if listing is None:
            return 130
        variant = chosen_variant(listing, address)
        seen = self._await(lambda done, failed: self._services.inspector.look(listing, variant, done, failed))
        if seen is None:
            return 130
        facts, refusal = seen.model, seen.refusal
        body = {"model": model_json(facts), "engine": {"can_read": not refusal, "message": refusal or None}}
        first, *more = look_lines(facts, refusal)
        self._print(body, [first, *(f"   {line}" for line in more)])
        return 0

    def _listing(self, address: HubAddress) -> Listing | None:
        """The repository of `address` at the version it names; None after Ctrl+C."""
        listing: Listing | None = self._await(
            lambda done, failed: self._services.hub.listing(address.repo, done, failed, address.revision or None)
        )
        return listing

    def _look_at_server(self, address: ServerAddress) -> int:
        servers = self._services.servers
        names = self._await(lambda done, failed: servers.look(str(address), "", done, failed))
        if names is None:
            return 130
        body: dict[str, Any] = {"server": {"address": address.base, "models": list(names), "scoring": None}}
        lines = [f"{address.base} has {format.plural(len(names), 'model')}", *(f"   {safe_name(n)}" for n in names)]
        if address.model:
            if address.model not in names:
                lines.append(f"{safe_name(address.model)} is not listed; trying it anyway.")
            test = self._await(lambda done, failed: servers.test_letters(str(address), address.model, "", done, failed))
            if test is None:
                return 130
            body["server"]["scoring"] = {"via": test.via or None, "message": test.sentence}
            lines.append(test.sentence)
        self._print(body, lines)
        return 0

    def run_add(self) -> int:
        added: list[ShelfModel] = []
        for path in self._options.paths:

            def add(done: Callable[[Any], None], failed: Callable[[AppError], None], path: str = path) -> None:
                self._services.shelf.add(path, done, failed)

            try:
                added += self._await(add) or ()
            except AppError as error:
                raise AppError(f"{path}: {error.user_text}", error.detail, error.kind) from None
        body = {"models": [shelf_model_json(model) for model in added]}
        self._print(body, [shelf_line(model) for model in added])
        return self._status()

    def run_verify(self) -> int:
        models = self._scanned()
        if self._options.name:
            chosen: tuple[ShelfModel, ...] = (find_on_shelf(models, self._options.name),)
        else:
            chosen = tuple(m for m in models if m.known_to_hub and m.stamps)
        checked, failures = [], 0
        for model in chosen:
            try:
                found = self._await(functools.partial(self._verify, model))
                if found is None:
                    break
                checked.append(shelf_model_json(found))
                if not self._options.json:
                    self._console.result(f"{found.name}: checksum same as on the hub")
            except AppError as error:
                failures += 1
                self._console.say(f"{model.name}: {error.user_text}")
                now = self._services.shelf.model(model.path) or model
                checked.append(shelf_model_json(now) | {"error": {"kind": error.kind, "message": error.user_text}})
        if self._options.json:
            self._console.json({"schema": SCHEMA, "models": checked})
        return 1 if failures else self._status()

    def run_remove(self) -> int:
        model = find_on_shelf(self._scanned(), self._options.name)
        if model.downloaded and not self._agreed(f"Delete {model.name} ({format.size(model.size)}) from disk?"):
            self._console.say("Nothing was removed.")
            return 1
        self._await(lambda done, failed: self._services.shelf.remove(model.path, lambda: done(model), failed))
        what = "deleted" if model.downloaded else "removed from the list; its file stays"
        body = {"removed": shelf_model_json(model), "deleted_bytes": model.size if model.downloaded else 0}
        self._print(body, [f"{model.name}: {what}"])
        return 0

    def _verify(self, model: ShelfModel, done: Callable[[Any], None], failed: Callable[[AppError], None]) -> None:
        def tell(news: Transferred) -> None:
            self._console.progress(f"{model.name}: {format.size(news.done)} of {format.size(news.total)}")

        self._services.shelf.verify(model.path, done, failed, tell)

    def _agreed(self, question: str) -> bool:
        """Asks on a terminal; a script has said what it wants by calling."""
        if self._options.yes or not sys.stdin.isatty():
            return True
        self._console.say(f"{question} [y/N]")
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def _scanned(self) -> tuple[ShelfModel, ...]:
        shelf = self._services.shelf

        def begin(done: Callable[[Any], None], failed: Callable[[AppError], None]) -> None:
            shelf.scanned.connect(lambda: done(None))
            shelf.scan()

        self._await(begin)
        return shelf.models()

    def _await(self, begin: Begin) -> Any:
        """The answer of something that calls back; None after Ctrl+C. Raises the AppError it fails with."""
        try:
            return wait_for(begin)
        except InterruptedByUserError:
            self._interrupted = True
            return None

    def _print(self, body: dict[str, Any], lines: list[str]) -> None:
        if self._options.json:
            self._console.json({"schema": SCHEMA, **body})
        elif not self._interrupted:
            self._console.result("\n".join(lines))

    def _status(self) -> int:
        return 130 if self._interrupted else 0
