"""The models of the repository at the hub that is being looked at, and what their headers said."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from weighin.core.downloads.repository import Listing, Variant
from weighin.core.errors import AppError
from weighin.core.models.catalogue import Catalogue
from weighin.core.models.model import ModelFacts
from weighin.core.plans.candidates import Candidate, of_listing
from weighin.services.plans.planner import ModelPlan
from weighin.services.plans.remote_look import RemoteLook
from weighin.services.task_runner import Failed


class HubListing(QObject):
    """`changed`: another repository, or one more header. `looked` carries the Plan of that header."""

    changed = Signal()
    looked = Signal(object)

    def __init__(self, inspector: RemoteLook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inspector = inspector
        self._listing: Listing | None = None
        self._plans: dict[str, ModelPlan] = {}

    @property
    def listing(self) -> Listing | None:
        """The repository looked at last."""
        return self._listing

    def show(self, listing: Listing | None) -> None:
        """This repository is looked at now."""
        if listing != self._listing:
            self._listing = listing
            self.changed.emit()

    def keep(self, listing: Listing, variant: Variant, plan: ModelPlan) -> None:
        """A header was looked into; remember what the engine said."""
        self._plans[f"{listing.repo}/{variant.files[0].path}"] = plan
        self.looked.emit(plan)
        self.changed.emit()

    def candidates(self, listing: Listing | None, catalogue: Catalogue) -> tuple[Candidate, ...]:
        """What a repository offers, with plans of the headers that were looked into."""
        if listing is None:
            return ()
        plans = ((candidate, self._plans.get(candidate.key)) for candidate in of_listing(listing, catalogue))
        return tuple(
            c if plan is None else c.described(plan.model).planned(plan.line, plan.refusal) for c, plan in plans
        )

    def facts(self, candidate: Candidate) -> ModelFacts | None:
        """Facts from a header that was looked into; None where none was."""
        plan = self.plan(candidate)
        return plan.model if plan is not None else None

    def plan(self, candidate: Candidate) -> ModelPlan | None:
        """The plan of a header that was looked into; None where none was."""
        return self._plans.get(candidate.key)

    def stand_in(self, candidate: Candidate) -> str:
        """A file with the header of a model that was looked into, "" where it is not kept any more."""
        facts = self.facts(candidate)
        return self._inspector.stand_in(facts) if facts is not None else ""

    def can_look_into(self, candidate: Candidate) -> bool:
        """Whether its header could be read, and was not yet."""
        return self._listing is not None and self._variant(candidate) is not None and candidate.key not in self._plans

    def look_into(self, candidate: Candidate, done: Callable[[], None], failed: Failed) -> None:
        """Read the header of a model of the repository looked at, and plan it."""
        listing, variant = self._listing, self._variant(candidate)
        if listing is None or variant is None:
            failed(AppError("Another repository is being read.", kind="missing"))
            return

        def planned(plan: ModelPlan) -> None:
            self.keep(listing, variant, plan)
            done()

        self._inspector.look(listing, variant, planned, failed)

    def _variant(self, candidate: Candidate) -> Variant | None:
        if self._listing is None:
            return None
        keys = {f"{self._listing.repo}/{v.files[0].path}": v for v in self._listing.variants}
        return keys.get(candidate.key)
