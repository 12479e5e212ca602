"""The catalogue: true facts of the systems people argue about, claims checked, pairs worth comparing.

Nothing in it is trusted for sizes or file names: those are asked of the hub.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from weighin.core.downloads.hub_names import check_repository
from weighin.core.errors import AppError
from weighin.core.jsonable import ShapeError, from_plain

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

VERDICTS = ("true", "false", "borderline", "convention", "opinion", "unverified", "vendor claim", "terminology")


@dataclass(frozen=True)
class PublishedScore:
    """A published MMLU score in percent, as its source states it. `shots`: None where the source does not say."""

    percent: float
    variant: str
    source: str
    shots: int | None = None


@dataclass(frozen=True)
class Source:
    """A GGUF repository, and the quantization meant where it is not the usual one."""

    repo: str
    quantization: str = ""
    note: str = ""


@dataclass(frozen=True)
class System:
    """One system. Numbers are None where no source was found. `why_not`: why nobody else can run it, "" for open ones.

    kind: "dense" or "moe"; total, active: parameters; kv_bytes: bytes of f16 KV cache for one token; repositories in
    order of trust; compare_with: ids of other systems."""

    id: str
    name: str
    vendor: str
    released: str
    license: str
    why: str
    kind: str = "dense"
    gated: str = ""
    why_not: str = ""
    total: int | None = None
    active: int | None = None
    experts: int | None = None
    experts_used: int | None = None
    layers: int | None = None
    heads: int | None = None
    kv_heads: int | None = None
    head_size: int | None = None
    context: int | None = None
    attention: str = ""
    architecture: str = ""
    kv_bytes: int | None = None
    mmlu: tuple[PublishedScore, ...] = ()
    repositories: tuple[Source, ...] = ()
    compare_with: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def runnable(self) -> bool:
        """Whether its weights can be had."""
        return not self.why_not

    def at(self, quantization: str) -> System:
        """The same system, its repositories of `quantization` before the others; all as they are for ""."""
        first = tuple(source for source in self.repositories if quantization in ("", source.quantization))
        others = tuple(source for source in self.repositories if source not in first)
        return replace(self, repositories=(*first, *others))


@dataclass(frozen=True)
class Claim:
    """A statement of the source documents, and what was found."""

    claim: str
    verdict: str
    fact: str
    source: str
    systems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pair:
    """Two systems worth comparing on a computer with `memory_gb` of memory, and why. The quantizations are stated where
    the pair is about them."""

    memory_gb: int
    a: str
    b: str
    why: str
    one_after_the_other: bool = False
    a_quantization: str = ""
    b_quantization: str = ""


@dataclass(frozen=True)
class Refused:
    """A system no workstation holds, and the arithmetic that shows it."""

    system: str
    arithmetic: str


@dataclass(frozen=True)
class Catalogue:
    """All of it; ids are unique and every reference leads somewhere."""

    systems: tuple[System, ...]
    claims: tuple[Claim, ...]
    pairs: tuple[Pair, ...]
    refused: tuple[Refused, ...] = ()

    def __post_init__(self) -> None:
        ids = [system.id for system in self.systems]
        if len(set(ids)) != len(ids):
            raise ValueError(f"an id twice: {sorted(i for i in ids if ids.count(i) > 1)}")
        named = [i for s in self.systems for i in s.compare_with] + [i for c in self.claims for i in c.systems]
        named += [i for pair in self.pairs for i in (pair.a, pair.b)] + [entry.system for entry in self.refused]
        if lost := set(named) - set(ids):
            raise ValueError(f"no such system: {sorted(lost)}")
        for system in self.systems:
            _check_system(system)
        if wrong := {claim.verdict for claim in self.claims} - set(VERDICTS):
            raise ValueError(f"no such verdict: {sorted(wrong)}")

    def system(self, name: str) -> System | None:
        """The system with this id or name, upper and lower case alike."""
        wanted = name.strip().lower()
        return next((s for s in self.systems if wanted in (s.id, s.name.lower())), None)

    def system_of(self, repo: str) -> System | None:
        """The system a GGUF repository belongs to."""
        return next((s for s in self.systems if any(r.repo == repo for r in s.repositories)), None)


def load_catalogue(resources: Path) -> Catalogue:
    """The catalogue of `resources`. Raises AppError where its files are missing or wrong."""
    try:
        body: dict[str, Any] = {}
        for name in ("systems", "claims", "pairs"):
            body |= tomllib.loads((resources / "catalogue" / f"{name}.toml").read_text("utf-8"))
        found = from_plain(Catalogue, body)
    except (OSError, ValueError, KeyError, ShapeError) as error:
        raise AppError("The catalogue that comes with this program is damaged.", str(error), "catalogue") from None
    assert isinstance(found, Catalogue)
    return found


def _check_system(system: System) -> None:
    if system.kind not in ("dense", "moe"):
        raise ValueError(f"{system.id}: kind {system.kind!r}")
    if system.gated not in ("", "auto", "manual"):
        raise ValueError(f"{system.id}: gated {system.gated!r}")
    if system.why_not and system.repositories:
        raise ValueError(f"{system.id}: cannot be run, yet has repositories")
    if system.total is not None and system.active is not None and system.active > system.total:
        raise ValueError(f"{system.id}: more active than total parameters")
    for source in system.repositories:
        check_repository(source.repo)
