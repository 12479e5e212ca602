"""What the Models page says of whether something runs here."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from weighin.core import format
from weighin.core.downloads.repository import Listing, Variant
from weighin.core.models.catalogue import Catalogue, System
from weighin.core.models.shelf import ShelfModel
from weighin.core.models.starter import on_the_shelf
from weighin.core.plans.candidates import Candidate, of_system
from weighin.core.plans.plan import PairVerdict
from weighin.core.plans.verdict import kind_words, pair_verdict
from weighin.core.plans.workstation import WorkstationRow
from weighin.core.runs.options import LoadOptions
from weighin.services.plans.planner import ModelPlan
from weighin.services.plans.workstation import Workstation

_USUAL = "Q4_K_M"


def fits_words(row: WorkstationRow | None) -> str:
    """ "Fits", "~ Tight" where that was calculated, "Does not fit"; "-" where nothing is known."""
    return format.NONE if row is None or row.kind is None else f"{row.mark} {kind_words(row.kind)}".strip()


class Verdicts(QObject):
    """Asks the workstation. `changed`: verdicts may be others now."""

    changed = Signal()

    def __init__(self, workstation: Workstation, catalogue: Catalogue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workstation, self._catalogue = workstation, catalogue
        workstation.changed.connect(self.changed)
        workstation.computer.memory_changed.connect(self.changed)

    def system_of(self, repo: str | None) -> System | None:
        """What the catalogue knows of a repository; None where that is nothing."""
        return self._catalogue.system_of(repo) if repo else None

    def of_model(self, model: ShelfModel) -> WorkstationRow | None:
        """A model of the shelf; None where its header cannot be read."""
        return self._workstation.judge_file(model.facts) if model.facts is not None else None

    def of_system(self, system: System) -> WorkstationRow | None:
        """A system of the catalogue as it is usually had; None where its size is unknown or nobody can have it."""
        candidate = of_system(system, _usual(system)) if system.runnable else None
        return self._workstation.judge(candidate) if candidate is not None else None

    def of_variants(self, listing: Listing) -> dict[str, WorkstationRow]:
        """The models of a repository, by the path of their first file."""
        offered = self._workstation.offered.candidates(listing, self._catalogue)
        return {c.key.removeprefix(f"{listing.repo}/"): self._workstation.judge(c) for c in offered}

    def of_pair(self, systems: tuple[System, System], here: tuple[ShelfModel | None, ...]) -> PairVerdict | None:
        """Whether two systems fit, as files that are here or as they are usually had; None where their sizes are
        unknown."""
        a, b = (self._candidate(systems, here, number) for number in range(2))
        budget = self._workstation.computer.budget
        if a is None or b is None or budget is None:
            return None
        context = min(LoadOptions().context, *(c.trained for c in (a, b) if c.trained))
        return pair_verdict((a.line, b.line), context, budget, (a.trained, b.trained))

    def size_of(self, systems: tuple[System, System], here: tuple[ShelfModel | None, ...], number: int) -> str:
        """Bytes of one of the two: of the file here, else "~18.6 GB" as it is usually had; "-" where unknown."""
        model = here[number]
        if model is not None:
            return format.size(model.size)
        candidate = self._candidate(systems, here, number)
        return format.NONE if candidate is None else f"~{format.size(candidate.line.upper.weights_bytes)}"

    def starter_models(self) -> tuple[ShelfModel, ...]:
        """Those that come with the program, as of the shelf."""
        return tuple(on_the_shelf(facts) for facts in self._workstation.starter_models())

    def sentence(self, row: WorkstationRow) -> str:
        """What a verdict means."""
        return row.sentence(self._workstation.computer.budget)

    def want(self, model: ShelfModel) -> None:
        """Ask the engine about a file of this computer, once."""
        if model.is_intact and model.facts is not None:
            self._workstation.plan(model.facts)

    def keep(self, listing: Listing, variant: Variant, plan: ModelPlan) -> None:
        """A header was looked into; other pages judge this repository too."""
        self._workstation.offered.keep(listing, variant, plan)

    def follow(self, listing: Listing | None) -> None:
        """A repository is looked at: the Workstation page shows its models too."""
        self._workstation.offered.show(listing)

    def _candidate(
        self, systems: tuple[System, System], here: tuple[ShelfModel | None, ...], number: int
    ) -> Candidate | None:
        model, system = here[number], systems[number]
        if model is not None and (row := self.of_model(model)) is not None:
            return row.candidate
        # A system compared with itself: once in each of its quantizations.
        which = number if systems[0].id == systems[1].id else 0
        quantizations = [source.quantization or _USUAL for source in system.repositories] or [_USUAL]
        return of_system(system, quantizations[min(which, len(quantizations) - 1)])


def _usual(system: System) -> str:
    return next((source.quantization for source in system.repositories if source.quantization), _USUAL)
