"""Promises and what became of them, in the database."""

from __future__ import annotations

import json

from sqlite_utils import Database

from weighin.core.jsonable import ShapeError, from_plain, to_plain
from weighin.core.plans.prediction import Prediction
from weighin.store.comparisons import translated

KEPT = 2000


class PredictionStore:
    """Every call is one transaction; raises AppError. Rows this version cannot read are passed over."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def close(self) -> None:
        """Close the database; the store is of no use afterwards."""
        self._db.close()

    def latest(self) -> tuple[Prediction, ...]:
        """The last KEPT predictions, the latest first."""
        with translated():
            rows = self._db.execute(f"select record from predictions order by created desc, rowid desc limit {KEPT}")
            return tuple(found for (record,) in rows.fetchall() if (found := _read(record)) is not None)

    def keep(self, prediction: Prediction) -> None:
        """Add or replace a prediction."""
        record = json.dumps(to_plain(prediction), default=lambda enum: enum.value)
        with translated(), self._db.conn:
            self._db.execute(
                "insert into predictions (id, created, record) values (?, ?, ?) "
                "on conflict (id) do update set record = excluded.record",
                [prediction.id, prediction.created, record],
            )


def _read(record: str) -> Prediction | None:
    try:
        found = from_plain(Prediction, json.loads(record))
    except (ShapeError, ValueError):
        return None
    return found if isinstance(found, Prediction) else None
