"""sha256 of model files on this computer: from the shelf where they were checked, else read in another process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject

from weighin import protocol
from weighin.core.downloads.download import Transferred
from weighin.core.models.model import shard_paths
from weighin.core.models.shelf import Stamp, has_changed, stamp_of
from weighin.services.models.hub import Hub
from weighin.services.models.shelf import Shelf
from weighin.services.tasks import Failed

Progress = Callable[[Transferred], None]
# The files of a model in order, each with its sha256.
Digests = tuple[tuple[Stamp, str], ...]


class Fingerprints(QObject):
    """What was read once is not read again while the file stays as it is."""

    def __init__(self, hub: Hub, shelf: Shelf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hub, self._shelf = hub, shelf
        self._known: dict[Stamp, str] = {}

    def of(self, path: str, done: Callable[[Digests], None], failed: Failed, progress: Progress) -> None:
        """The digests of all parts of the model whose first part is at `path`. `progress`: over all parts."""
        model = self._shelf.model(path)
        if model is not None and model.verified and len(model.digests) == len(model.stamps) and not has_changed(model):
            done(tuple(zip(model.stamps, model.digests, strict=True)))
            return
        _Reading(self._hub, self._known, shard_paths(Path(path)), done, failed, progress).next()


class _Reading:
    """One model, part after part."""

    def __init__(
        self,
        hub: Hub,
        known: dict[Stamp, str],
        parts: list[Path],
        done: Callable[[Digests], None],
        failed: Failed,
        progress: Progress,
    ) -> None:
        self._hub, self._known, self._parts = hub, known, parts
        self._done, self._failed, self._progress = done, failed, progress
        self._found: list[tuple[Stamp, str]] = []
        stamps = [stamp_of(part) for part in parts]
        self._total = sum(stamp.size for stamp in stamps if stamp)

    def next(self) -> None:
        """Go on with the next part, or end."""
        while len(self._found) < len(self._parts):
            part = self._parts[len(self._found)]
            stamp = stamp_of(part)
            if stamp is None or stamp not in self._known:
                self._hub.digest(str(part), self._take, self._failed, self._tell)
                return
            self._found.append((stamp, self._known[stamp]))
        self._done(tuple(self._found))

    def _take(self, digest: protocol.hub_messages.Digested) -> None:
        part = self._parts[len(self._found)]
        stamp = Stamp(str(part), digest.size, digest.mtime_ns, digest.inode)
        self._known[stamp] = digest.sha256
        self._found.append((stamp, digest.sha256))
        self.next()

    def _tell(self, news: Transferred) -> None:
        before = sum(stamp.size for stamp, _ in self._found)
        self._progress(replace(news, done=before + news.done, total=self._total))
