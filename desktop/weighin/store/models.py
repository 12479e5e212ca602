"""The shelf and the downloads in the database."""

from __future__ import annotations

import json
from collections.abc import Iterable

from weighin.core.downloads.download import StoredDownload
from weighin.core.jsonable import to_plain
from weighin.core.models.shelf import ShelfModel, Stamp
from weighin.store.comparisons import translated
from weighin.store.profile_database import DOWNLOADS, SHELF, ProfileDatabase

_SHELF, _PLACES, _DIGESTS, _DOWNLOADS = "shelf", "shelf_places", "file_digests", "downloads"


class ModelStore:
    """Every call is one transaction; raises AppError. Rows this version cannot read are passed over and told; models
    are found again on the disk."""

    def __init__(self, database: ProfileDatabase) -> None:
        self._db = database

    def models(self) -> tuple[ShelfModel, ...]:
        """All models of the shelf, the latest first seen last."""
        with translated():
            rows = self._db.execute(f"select path, record from {_SHELF} order by rowid").fetchall()
        return self._db.records(SHELF, ShelfModel, rows)

    def model(self, path: str) -> ShelfModel | None:
        """The model whose first part is at `path`; None where there is none."""
        with translated():
            rows = self._db.execute(f"select path, record from {_SHELF} where path = ?", [_storable(path)]).fetchall()
        return next(iter(self._db.records(SHELF, ShelfModel, rows)), None)

    def digest(self, file: Stamp) -> str | None:
        """The sha256 that was computed of this very file; None where it is not known."""
        query = f"select sha256 from {_DIGESTS} where path = ? and size = ? and mtime_ns = ?"
        with translated():
            found = self._db.execute(query, [_storable(file.path), file.size, file.mtime_ns]).fetchone()
        return str(found[0]) if found else None

    def keep_digest(self, file: Stamp, sha256: str) -> None:
        """Remember a computed sha256."""
        values = [_storable(file.path), file.size, file.mtime_ns, sha256]
        with translated(), self._db.conn:
            self._db.execute(f"insert or replace into {_DIGESTS} values (?,?,?,?)", values)

    def keep_models(self, models: Iterable[ShelfModel]) -> None:
        """Add or replace models by their path."""
        with translated(), self._db.conn:
            self._db.conn.executemany(
                f"insert into {_SHELF} (path, record) values (?, ?) "
                "on conflict (path) do update set record = excluded.record",
                [(_storable(model.path), _dump(model)) for model in models],
            )

    def forget_model(self, path: str) -> None:
        """Take a model off the shelf."""
        with translated(), self._db.conn:
            self._db.execute(f"delete from {_SHELF} where path = ?", [_storable(path)])
            self._db.execute(f"delete from {_PLACES} where path = ?", [_storable(path)])

    def places(self) -> tuple[str, ...]:
        """Files and folders the user added, in order."""
        with translated():
            return tuple(path for (path,) in self._db.execute(f"select path from {_PLACES} order by rowid"))

    def keep_place(self, path: str) -> None:
        """Remember a file or folder the user added."""
        with translated(), self._db.conn:
            self._db.execute(f"insert or ignore into {_PLACES} (path) values (?)", [_storable(path)])

    def forget_place(self, path: str) -> None:
        """Look into a file or folder the user added no longer."""
        with translated(), self._db.conn:
            self._db.execute(f"delete from {_PLACES} where path = ?", [_storable(path)])

    def downloads(self) -> tuple[StoredDownload, ...]:
        """Downloads that are not finished, in the order they were asked for."""
        with translated():
            rows = self._db.execute(f"select id, record from {_DOWNLOADS} order by rowid").fetchall()
        return self._db.records(DOWNLOADS, StoredDownload, rows)

    def keep_download(self, download: StoredDownload) -> None:
        """Add or replace a download."""
        with translated(), self._db.conn:
            self._db.execute(
                f"insert into {_DOWNLOADS} (id, record) values (?, ?) "
                "on conflict (id) do update set record = excluded.record",
                [download.plan.id, _dump(download)],
            )

    def forget_download(self, identifier: str) -> None:
        """A download is finished or cancelled."""
        with translated(), self._db.conn:
            self._db.execute(f"delete from {_DOWNLOADS} where id = ?", [identifier])


def _dump(value: object) -> str:
    return json.dumps(to_plain(value), default=lambda enum: enum.value)


def _storable(path: str) -> str:
    """A path with bytes that are no text cannot be stored as it is."""
    return path.encode("utf-8", "backslashreplace").decode()
