"""Blind votes in the database."""

from __future__ import annotations

import json

from weighin.core.comparisons.blind import Vote
from weighin.core.jsonable import to_plain
from weighin.store.comparisons import translated
from weighin.store.profile_database import VOTES, ProfileDatabase


class VoteStore:
    """Every call is one transaction; raises AppError. Rows this version cannot read are passed over and told."""

    def __init__(self, database: ProfileDatabase) -> None:
        self._db = database

    def add(self, vote: Vote) -> bool:
        """Keep a vote for good; False, and nothing changes, where that comparison was voted on before."""
        record = json.dumps(to_plain(vote), default=lambda enum: enum.value)
        with translated(), self._db.conn:
            done = self._db.execute(
                "insert or ignore into votes (comparison, created, record) values (?, ?, ?)",
                [vote.comparison, vote.created, _storable(record)],
            )
            return done.rowcount == 1

    def of(self, comparison: str) -> tuple[Vote, ...]:
        """The vote on a comparison, if there is one."""
        with translated():
            rows = self._db.execute("select comparison, record from votes where comparison = ?", [comparison])
            return self._db.records(VOTES, Vote, rows.fetchall())

    def votes(self) -> tuple[Vote, ...]:
        """All votes in the order in which they were cast."""
        with translated():
            rows = self._db.execute("select comparison, record from votes order by rowid").fetchall()
        return self._db.records(VOTES, Vote, rows)


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
