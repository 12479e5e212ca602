"""Votes on disk: one a comparison, for good."""

from __future__ import annotations

from pathlib import Path

from weighin.core.comparisons.blind import Choice, Contender, Vote
from weighin.store.database import open_database
from weighin.store.stores import Stores


def opened(path: Path) -> Stores:
    return Stores(open_database(path / "weighin.db", lambda _: None))


def test_the_first_vote_on_a_comparison_stays(tmp_path: Path) -> None:
    stores = opened(tmp_path)
    votes = stores.votes
    a, b = Contender("a", "A \ud800 model", "Q8_0"), Contender("b", "B")
    first = Vote("c1", "2026-11-24T03:00:00+00:00", b, a, Choice.A_BETTER)
    assert votes.add(first)
    assert not votes.add(Vote("c1", "2026-11-24T03:00:01+00:00", a, b, Choice.TIE))
    assert votes.add(Vote("c2", "2026-11-24T03:00:02+00:00", a, b, Choice.BOTH_BAD))
    stores.close()
    again = opened(tmp_path)
    assert [(vote.comparison, vote.choice) for vote in again.votes.votes()] == [
        ("c1", Choice.A_BETTER),
        ("c2", Choice.BOTH_BAD),
    ]
    again.close()


def test_rows_of_another_version_are_passed_over(tmp_path: Path) -> None:
    stores = opened(tmp_path)
    votes = stores.votes
    votes.add(Vote("c1", "now", Contender("a", "A"), Contender("b", "B"), Choice.TIE))
    with votes._db.conn:
        votes._db.execute("insert into votes (comparison, created, record) values ('x', 'now', '{\"choice\": 7}')")
    assert len(votes.votes()) == 1
    stores.close()
