"""Promises and what became of them, in the database."""

from __future__ import annotations

import json

from weighin.core.jsonable import to_plain
from weighin.core.plans.prediction import Prediction
from weighin.store.comparisons import translated
from weighin.store.profile_database import FORECASTS, ProfileDatabase

KEPT = 2000


class PredictionStore:
    """Every call is one transaction; raises AppError. Rows this version cannot read are passed over and told."""

    def __init__(self, database: ProfileDatabase) -> None:
        self._db = database

    def latest(self) -> tuple[Prediction, ...]:
        """The last KEPT predictions, the latest first."""
        with translated():
            rows = self._db.execute(
                f"select id, record from predictions order by created desc, rowid desc limit {KEPT}"
            ).fetchall()
        return self._db.records(FORECASTS, Prediction, rows)

    def keep(self, prediction: Prediction) -> None:
        """Add or replace a prediction."""
        record = json.dumps(to_plain(prediction), default=lambda enum: enum.value)
        with translated(), self._db.conn:
            self._db.execute(
                "insert into predictions (id, created, record) values (?, ?, ?) "
                "on conflict (id) do update set record = excluded.record",
                [prediction.id, prediction.created, record],
            )
