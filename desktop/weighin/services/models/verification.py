"""One check of a model against the hub: what the hub states, what the bytes give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from weighin.core.downloads.hub_names import is_commit
from weighin.core.errors import AppError
from weighin.core.models.shelf import UNKNOWN_ORIGIN, Condition, ShelfModel, Stamp, verified
from weighin.services.models.hub import Hub
from weighin.services.models.model_digests import DigestRequest, Digests, ModelDigests

if TYPE_CHECKING:
    from weighin.core.downloads.download import Transferred
    from weighin.core.downloads.repository import Listing

_DAMAGED = "Checksum mismatch: the file is damaged or was changed. Download it again."
_OTHER = "The hub now has a different file; this may be an earlier version. It stays unverified."


class Verification(QObject):
    """Ends in exactly one of `done` and `failed`; `failed` gets the model as it must be marked, or None."""

    def __init__(
        self,
        hub: Hub,
        digests: ModelDigests,
        model: ShelfModel,
        done: Callable[[ShelfModel], None],
        failed: Callable[[AppError, ShelfModel | None], None],
        progress: Callable[[Transferred], None],
    ) -> None:
        super().__init__()
        self._hub, self._digests, self._model = hub, digests, model
        self._done, self._failed, self._progress = done, failed, progress
        self._expected = model.digests
        # Whether that is what the hub states of this very file, not of the one that now has its name.
        self._certain = bool(model.digests)
        self._reading: DigestRequest | None = None

    def start(self) -> None:
        """Begin. Asks the hub only where it is not known already what it states."""
        model = self._model
        if why_not := model.why_not_verified:
            kind = "unknown_origin" if why_not == UNKNOWN_ORIGIN else "missing"
            self._failed(AppError(why_not, kind=kind), None)
        elif self._expected:
            self._read()
        elif model.repo and model.hub_path:
            # A folder may be called anything; only a commit says which version of the file it holds.
            self._ask(model.repo, model.hub_path, model.commit if is_commit(model.commit) else None)

    def stop(self) -> None:
        """Break off."""
        if self._reading is not None:
            self._reading.stop()

    def _ask(self, repo: str, path: str, commit: str | None) -> None:
        """Ask what the file should be, at the commit it came from where that is known and still there."""

        def listed(listing: Listing) -> None:
            try:
                self._expected = _digests(listing, path)
            except AppError as error:
                self._failed(error, None)
                return
            self._certain = commit is not None
            self._read()

        def not_listed(error: AppError) -> None:
            if commit is not None and error.kind == "not_found":
                self._ask(repo, path, None)
            else:
                self._failed(error, None)

        self._hub.listing(repo, listed, not_listed, commit)

    def _read(self) -> None:
        parts = [stamp.path for stamp in self._model.stamps]
        if len(self._expected) != len(parts):
            text = f"Only {len(parts)} of the {len(self._expected)} parts of this model are here."
            self._failed(AppError(text, kind="parts"), None)
            return
        self._reading = self._digests.read(
            parts, self._compare, lambda error: self._failed(error, None), self._progress
        )

    def _compare(self, found: Digests) -> None:
        model, bytes_here = self._model, tuple(sha256 for _, sha256 in found)
        stamps = tuple(stamp for stamp, _ in found)
        if bytes_here == self._expected:
            self._done(verified(model, bytes_here, stamps))
        elif not self._certain:
            self._failed(AppError(_OTHER, kind="other_version"), None)
        elif model.repo and model.hub_path and not model.commit:
            # Verified once, then changed: perhaps its program has put the hub's newest in its place.
            self._compare_with_newest(model.repo, model.hub_path, bytes_here, stamps)
        else:
            self._condemn()

    def _compare_with_newest(
        self, repo: str, path: str, bytes_here: tuple[str, ...], stamps: tuple[Stamp, ...]
    ) -> None:
        def listed(listing: Listing) -> None:
            try:
                newest = _digests(listing, path)
            except AppError:
                newest = ()
            if newest == bytes_here:
                self._done(verified(self._model, bytes_here, stamps))
            else:
                self._condemn()

        self._hub.listing(repo, listed, lambda _: self._condemn())

    def _condemn(self) -> None:
        marked = replace(self._model, condition=Condition.CHANGED, problem=_DAMAGED, verified=False)
        self._failed(AppError(_DAMAGED, kind="damaged"), marked)


def _digests(listing: Listing, path: str) -> tuple[str, ...]:
    """sha256 of each part of the model that `path` belongs to, as the hub states them. Raises AppError."""
    return tuple(file.sha256 or "" for file in listing.variant_of(path).files)
