"""sha256 of model files on this computer: as verified, as read earlier, else read in another process."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from weighin import protocol
from weighin.core.errors import AppError
from weighin.core.models.model import shard_paths
from weighin.core.models.shelf import Stamp, stamp_of
from weighin.services.models.hub import Hub
from weighin.services.records import Records
from weighin.services.task_runner import Failed

if TYPE_CHECKING:
    from weighin.core.downloads.download import Transferred
    from weighin.store.models import ModelStore

log = logging.getLogger(__name__)

Progress = Callable[["Transferred"], None]
# The files of a model in order, each with its sha256.
Digests = tuple[tuple[Stamp, str], ...]
Done = Callable[[Digests], None]


def whole_digest(digests: Digests) -> str:
    """One sha256 for a model; of a split one that of its parts' sha256, one a line."""
    if len(digests) == 1:
        return digests[0][1]
    return hashlib.sha256("".join(f"{sha256}\n" for _, sha256 in digests).encode()).hexdigest()


class ModelDigests(QObject):
    """What was verified, or read once, is not read again while the file stays as it is."""

    def __init__(self, records: Records, hub: Hub, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._records, self._hub = records, hub

    def of(self, path: str, done: Done, failed: Failed, progress: Progress) -> DigestRequest:
        """The digests of all parts of the model that the file at `path` is (a part of). `progress`: over all parts."""
        parts = [str(part) for part in shard_paths(Path(path).absolute())]
        stamps = tuple(stamp for part in parts if (stamp := stamp_of(Path(part))) is not None)
        request = DigestRequest(self._hub, self._keep, parts, done, failed, progress)
        self._records.run(lambda stores: _known(stores.models, stamps), request.begin, lambda _: request.begin({}))
        return request

    def read(self, parts: Sequence[str], done: Done, failed: Failed, progress: Progress) -> DigestRequest:
        """The digests of these files as their bytes are now, whatever is known of them."""
        request = DigestRequest(self._hub, self._keep, parts, done, failed, progress)
        request.begin({})
        return request

    def _keep(self, stamp: Stamp, sha256: str) -> None:
        def not_kept(error: AppError) -> None:
            log.warning("a sha256 was not kept: %s", error.detail or error.user_text)

        self._records.run(lambda stores: stores.models.keep_digest(stamp, sha256), lambda _: None, not_kept)


class DigestRequest:
    """One model, part after part; ends in exactly one of `done` and `failed`."""

    def __init__(
        self,
        hub: Hub,
        keep: Callable[[Stamp, str], None],
        parts: Sequence[str],
        done: Done,
        failed: Failed,
        progress: Progress,
    ) -> None:
        self._hub, self._keep, self._parts = hub, keep, parts
        self._done, self._failed, self._progress = done, failed, progress
        self._known: dict[Stamp, str] = {}
        self._found: list[tuple[Stamp, str]] = []
        self._total = self._call = 0
        self._stopped = False

    def begin(self, known: dict[Stamp, str]) -> None:
        """Read what is not `known`."""
        self._known = known
        self._total = sum(stamp.size for part in self._parts if (stamp := stamp_of(Path(part))) is not None)
        self._next()

    def stop(self) -> None:
        """Break off: fails with kind "stopped"."""
        self._stopped = True
        self._hub.cancel(self._call)

    def _next(self) -> None:
        if self._stopped:
            self._failed(AppError("Stopped.", kind="stopped"))
            return
        for part in self._parts[len(self._found) :]:
            stamp = stamp_of(Path(part))
            if stamp is None or stamp not in self._known:
                self._call = self._hub.digest(part, self._take, self._failed, self._tell)
                return
            self._found.append((stamp, self._known[stamp]))
        self._done(tuple(self._found))

    def _take(self, digest: protocol.hub_messages.Digested) -> None:
        stamp = Stamp(self._parts[len(self._found)], digest.size, digest.mtime_ns, digest.inode)
        self._keep(stamp, digest.sha256)
        self._found.append((stamp, digest.sha256))
        self._next()

    def _tell(self, news: Transferred) -> None:
        before = sum(stamp.size for stamp, _ in self._found)
        self._progress(replace(news, done=before + news.done, total=self._total))


def _known(store: ModelStore, stamps: tuple[Stamp, ...]) -> dict[Stamp, str]:
    """What is kept of these very files."""
    model = store.model(stamps[0].path) if stamps else None
    if model is not None and model.verified and model.stamps == stamps and len(model.digests) == len(stamps):
        return dict(zip(stamps, model.digests, strict=True))
    found = ((stamp, store.digest(stamp)) for stamp in stamps)
    return {stamp: sha256 for stamp, sha256 in found if sha256 is not None}
