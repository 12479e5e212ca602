"""Deleting all of what is kept of one kind, for good."""

from __future__ import annotations

from weighin.store.comparisons import translated
from weighin.store.profile_database import ProfileDatabase

# In an order in which no row is left that another one needs.
MEASURED = (
    "answers",
    "comparison_texts",
    "comparison_marks",
    "comparisons",
    "evaluation_items",
    "evaluation_lanes",
    "evaluations",
    "evaluation_questions",
    "fidelity_base",
    "fidelity_others",
    "fidelity_runs",
    "votes",
    "set_results",
    "set_runs",
    "predictions",
    "speed_tests",
)
WRITTEN = ("prompt_sets",)
# Of models and their files, which stay.
OF_FILES = ("shelf", "shelf_places", "downloads", "file_digests")
_INDEXES = ("comparison_texts_fts", "comparison_marks_fts")


class Eraser:
    """Each call is one transaction, then gives the space back; raises AppError."""

    def __init__(self, database: ProfileDatabase) -> None:
        self._db = database

    def erase_measured(self) -> None:
        """Comparisons, evaluations, measurements of fidelity, votes, runs of prompt sets, forecasts and speed tests."""
        self._erase(MEASURED)

    def erase_all(self) -> None:
        """The same, saved prompts, and which folders of models were added. What was downloaded stays on the list, which
        says that this program may delete it; other models are found again where they are."""
        self._erase((*MEASURED, *WRITTEN, "shelf_places", "shelf where json_extract(record, '$.downloaded') is not 1"))

    def _erase(self, what: tuple[str, ...]) -> None:
        with translated():
            with self._db.conn:
                for rows in what:
                    self._db.execute(f"delete from {rows}")
                # An index keeps the words of what was deleted until it is made anew.
                for index in _INDEXES:
                    self._db.execute(f"insert into {index} ({index}) values ('rebuild')")
            self._db.execute("vacuum")
            self._db.execute("pragma wal_checkpoint(truncate)")
