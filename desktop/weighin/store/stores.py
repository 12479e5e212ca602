"""Everything that is kept, over one open database."""

from __future__ import annotations

from weighin.store.comparisons import ComparisonStore
from weighin.store.erasing import Eraser
from weighin.store.evaluations import EvaluationStore
from weighin.store.fidelity import FidelityStore
from weighin.store.models import ModelStore
from weighin.store.predictions import PredictionStore
from weighin.store.profile_database import ProfileDatabase
from weighin.store.prompt_sets import PromptSetStore
from weighin.store.speed_tests import SpeedTestStore
from weighin.store.votes import VoteStore


class Stores:
    """A store for each subject."""

    def __init__(self, database: ProfileDatabase) -> None:
        self.comparisons = ComparisonStore(database)
        self.speed_tests = SpeedTestStore(database)
        self.votes = VoteStore(database)
        self.prompt_sets = PromptSetStore(database)
        self.models = ModelStore(database)
        self.predictions = PredictionStore(database)
        self.evaluations = EvaluationStore(database)
        self.fidelity = FidelityStore(database)
        self.eraser = Eraser(database)
        self._database = database

    def close(self) -> None:
        """Close the database; the stores are of no use afterwards."""
        self._database.close()
