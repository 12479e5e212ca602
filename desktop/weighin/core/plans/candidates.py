"""Models in quantizations that could run here: on the shelf, in the catalogue, in a repository at the hub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum

from weighin.core import format
from weighin.core.computer.machine import active_bytes
from weighin.core.downloads.repository import Listing
from weighin.core.models.catalogue import Catalogue, System
from weighin.core.models.model import ModelFacts
from weighin.core.models.shelf import ShelfModel
from weighin.core.plans.memory_formula import kv_per_token, rough_line, weights_of
from weighin.core.plans.plan import PlanLine
from weighin.core.plans.prediction import kind_of

# Each system of the catalogue in these: what most repositories offer, small to exact.
USUAL_QUANTIZATIONS = ("IQ2_M", "Q3_K_M", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "F16")
# A system given out in one of these was trained in it: there is nothing to choose.
_ONLY = ("MXFP4",)


class Origin(str, Enum):
    """Where a candidate is: on this computer, in the catalogue, or in a repository that was looked at."""

    HERE = "here"
    CATALOGUE = "catalogue"
    HUB = "hub"


@dataclass(frozen=True)
class Candidate:
    """A model in one quantization.

    line: its needs. read_bytes: weights read for one token, None where unknown. parameters, active: None where unknown.
    trained: its own limit of context. guessed: the shape is unknown, so that its numbers are weak guesses (marked ?).
    refusal: why this engine cannot run it, "" where it can. facts: of a file that is here. repo: where it can be had.
    system: its id in the catalogue."""

    key: str
    name: str
    quantization: str
    origin: Origin
    line: PlanLine
    read_bytes: float | None
    parameters: int | None = None
    active: int | None = None
    trained: int | None = None
    guessed: bool = False
    refusal: str = ""
    facts: ModelFacts | None = None
    repo: str = ""
    system: str = ""

    @property
    def is_moe(self) -> bool:
        """Whether only some weights work on each token."""
        return self.parameters is not None and self.active is not None and self.active < self.parameters

    @property
    def shape(self) -> str:
        """ "dense 4.0B" or "MoE 30.5B, 3.3B active"; "-" where that is unknown."""
        return format.shape(self.parameters, self.active, self.is_moe)

    @property
    def kind(self) -> str:
        """ "dense", "MoE" or "hybrid", as past errors are told apart."""
        if self.facts is not None:
            return kind_of(self.facts)
        return "MoE" if self.is_moe else "dense"

    def planned(self, line: PlanLine, refusal: str = "") -> Candidate:
        """The same with what the engine said of it."""
        return replace(self, line=line, refusal=refusal, guessed=False)

    def described(self, facts: ModelFacts) -> Candidate:
        """The same with what its header says of its shape, better than what a catalogue or a name says."""
        return replace(
            self,
            read_bytes=active_bytes(facts),
            parameters=facts.parameters,
            active=facts.active_parameters,
            trained=facts.context_length,
        )


def of_file(facts: ModelFacts, system: System | None = None) -> Candidate:
    """A file on this computer, until the engine has planned it."""
    kv = system.kv_bytes if system and system.kv_bytes else kv_per_token(facts)
    return Candidate(
        key=facts.path,
        name=facts.name,
        quantization=facts.quantization,
        origin=Origin.HERE,
        line=rough_line(facts.file_bytes, kv),
        read_bytes=active_bytes(facts),
        parameters=facts.parameters,
        active=facts.active_parameters,
        trained=facts.context_length,
        guessed=kv is None,
        facts=facts,
        system=system.id if system else "",
    )


def of_shelf(models: Iterable[ShelfModel], catalogue: Catalogue) -> tuple[Candidate, ...]:
    """What can be run of the shelf."""
    return tuple(
        of_file(model.facts, catalogue.system_of(model.repo) if model.repo else None)
        for model in models
        if model.is_intact and model.facts is not None
    )


def of_catalogue(catalogue: Catalogue, here: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Every open system in the usual quantizations, but for those that are `here` already."""
    present = {(c.system, c.quantization) for c in here if c.system}
    return tuple(
        candidate
        for system in catalogue.systems
        for candidate in _of_system(system)
        if (candidate.system, candidate.quantization) not in present
    )


def of_listing(listing: Listing, catalogue: Catalogue) -> tuple[Candidate, ...]:
    """What a repository at the hub offers."""
    system = catalogue.system_of(listing.repo)
    found = []
    for variant in listing.variants:
        if variant.problem:
            continue
        name = variant.quantization or variant.name
        kv = system.kv_bytes if system else None
        share = system.active / system.total if system and system.active and system.total else 1.0
        found.append(
            Candidate(
                key=f"{listing.repo}/{variant.files[0].path}",
                name=system.name if system else variant.name,
                quantization=name,
                origin=Origin.HUB,
                line=rough_line(variant.size, kv),
                read_bytes=variant.size * share,
                parameters=system.total if system else None,
                active=system.active if system else None,
                trained=system.context if system else None,
                guessed=kv is None,
                repo=listing.repo,
                system=system.id if system else "",
            )
        )
    return tuple(found)


def of_system(system: System, quantization: str) -> Candidate | None:
    """A system of the catalogue in one quantization; None where its size is not known."""
    size = weights_of(system.total, quantization) if system.total else None
    if size is None or not system.total:
        return None
    return Candidate(
        key=f"{system.id}:{quantization}",
        name=system.name,
        quantization=quantization,
        origin=Origin.CATALOGUE,
        line=rough_line(size, system.kv_bytes),
        read_bytes=size * (system.active or system.total) / system.total,
        parameters=system.total,
        active=system.active,
        trained=system.context,
        guessed=system.kv_bytes is None,
        repo=system.repositories[0].repo if system.repositories else "",
        system=system.id,
    )


def _of_system(system: System) -> Iterator[Candidate]:
    if not system.runnable:
        return
    names: tuple[str, ...] = USUAL_QUANTIZATIONS
    if system.repositories and system.repositories[0].quantization in _ONLY:
        names = (system.repositories[0].quantization,)
    for name in names:
        if (candidate := of_system(system, name)) is not None:
            yield candidate
