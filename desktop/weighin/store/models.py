"""The shelf and the downloads in the database."""

from __future__ import annotations

import json
from collections.abc import Iterable

from weighin.core.downloads.download import StoredDownload
from weighin.core.jsonable import to_plain
from weighin.core.models.shelf import ShelfModel
from weighin.store.comparisons import translated
from weighin.store.profile_database import DOWNLOADS, SHELF, ProfileDatabase

_SHELF, _PLACES, _DOWNLOADS = "shelf", "shelf_places", "downloads"


class ModelStore:
    """Every call is one transaction; raises AppError. Rows this version cannot read are passed over and told; models
    are found again on the disk."""

    def __init__(self, database: ProfileDatabase) -> None:
        self._db = database

    def close(self) -> None:
        """Close the database; the store is of no use afterwards."""
        self._db.close()

    def models(self) -> tuple[ShelfModel, ...]:
        """All models of the shelf, the latest first seen last."""
        with translated():
            rows = self._db.execute(f"select path, record from {_SHELF} order by rowid").fetchall()
        return self._db.records(SHELF, ShelfModel, rows)

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
