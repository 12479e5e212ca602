"""One check of a model against the hub: what the hub states, what the bytes give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject

from weighin.core.downloads.download import Transferred
from weighin.core.downloads.repository import Listing
from weighin.core.errors import AppError
from weighin.core.models.shelf import Condition, ShelfModel, Stamp, verified
from weighin.protocol.hub_messages import Digested
from weighin.services.models.hub import Hub

_UNKNOWN = "The hub cannot be asked about this file: nothing here tells which repository it came from."


class Verification(QObject):
    """Ends in exactly one of `done` and `failed`; `failed` gets the model as it must be marked, or None."""

    def __init__(
        self,
        hub: Hub,
        model: ShelfModel,
        done: Callable[[ShelfModel], None],
        failed: Callable[[AppError, ShelfModel | None], None],
        progress: Callable[[Transferred], None],
    ) -> None:
        super().__init__()
        self._hub, self._model = hub, model
        self._done, self._failed, self._progress = done, failed, progress
        self._expected = model.digests
        self._found: list[Digested] = []
        self._call = 0

    def start(self) -> None:
        """Begin. Asks the hub only where it is not known already what it states."""
        model = self._model
        if model.condition is Condition.GONE or not model.stamps:
            self._failed(AppError("This model is not where it was.", kind="missing"), None)
        elif self._expected:
            self._next()
        elif model.repo and model.hub_path:
            self._call = self._hub.listing(model.repo, self._on_listing, lambda error: self._failed(error, None))
        else:
            self._failed(AppError(_UNKNOWN, kind="unknown_origin"), None)

    def stop(self) -> None:
        """Break off."""
        self._hub.cancel(self._call)

    def _on_listing(self, listing: Listing) -> None:
        try:
            variant = listing.variant_of(self._model.hub_path or "")
        except AppError as error:
            self._failed(error, None)
            return
        self._expected = tuple(file.sha256 or "" for file in variant.files)
        self._next()

    def _next(self) -> None:
        stamps = self._model.stamps
        if len(self._expected) != len(stamps):
            text = f"Only {len(stamps)} of the {len(self._expected)} parts of this model are here."
            self._failed(AppError(text, kind="parts"), None)
            return
        number = len(self._found)
        if number == len(stamps):
            self._finish()
            return
        before = sum(found.size for found in self._found)

        def tell(news: Transferred) -> None:
            self._progress(replace(news, done=before + news.done, total=self._model.size))

        self._call = self._hub.digest(
            stamps[number].path, self._on_digest, lambda error: self._failed(error, None), tell
        )

    def _on_digest(self, found: Digested) -> None:
        self._found.append(found)
        number = len(self._found) - 1
        if found.sha256 == self._expected[number]:
            self._next()
            return
        text = (
            "This file is not the one the hub has: its sha256 differs. It is damaged or was changed; download it again."
        )
        marked = replace(self._model, condition=Condition.CHANGED, problem=text, verified=False)
        self._failed(AppError(text, kind="damaged"), marked)

    def _finish(self) -> None:
        stamps = tuple(
            Stamp(stamp.path, found.size, found.mtime_ns, found.inode)
            for stamp, found in zip(self._model.stamps, self._found, strict=True)
        )
        self._done(verified(self._model, self._expected, stamps))
