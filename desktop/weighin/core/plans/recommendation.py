"""Which model of a repository to take on this computer: what the verdict on each says, in the usual order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from weighin.core.downloads.repository import Listing, Variant
from weighin.core.errors import AppError
from weighin.core.models.catalogue import Catalogue
from weighin.core.plans.candidates import of_listing
from weighin.core.plans.plan import VerdictKind
from weighin.core.plans.verdict import Budget, verdict_kind
from weighin.core.runs.options import LoadOptions

# The usual balance of size and quality, best first; anything else is chosen by size.
_PREFERRED = ("Q4_K_M", "MXFP4", "UD-Q4_K_XL", "Q4_K_S", "IQ4_XS", "Q4_0")
_UNQUANTIZED = ("F16", "BF16", "F32")
_CONTEXT = LoadOptions().context

Kinds = Mapping[str, VerdictKind | None]  # the verdict on each variant, by the path of its first file


def kinds_of(listing: Listing, catalogue: Catalogue, budget: Budget | None) -> dict[str, VerdictKind | None]:
    """Verdicts on what a repository offers at the usual context, by sizes alone; None where memory is unknown."""
    return {
        c.key.removeprefix(f"{listing.repo}/"): verdict_kind(
            c.line, min(_CONTEXT, c.trained or _CONTEXT), budget, c.trained
        )
        if budget
        else None
        for c in of_listing(listing, catalogue)
    }


def recommended(variants: Iterable[Variant], kinds: Kinds) -> Variant | None:
    """The variant to take: of those that run Q4_K_M or its like, else the largest; where none does the smallest that
    is tight; None where there is none either."""
    usable = [v for v in variants if not v.problem]
    running = [v for v in usable if kinds.get(v.files[0].path) is VerdictKind.RUNS]
    tight = [v for v in usable if kinds.get(v.files[0].path) is VerdictKind.TIGHT]
    return usual_anywhere(running) or min(tight, key=lambda v: v.size, default=None)


def usual_variant(listing: Listing, quantization: str, kinds: Kinds) -> Variant:
    """What one means by a repository: its variant of `quantization` where that is stated and there, else what is
    recommended. Raises AppError where nothing runs here."""
    named = (v for v in listing.variants if quantization and v.quantization == quantization and not v.problem)
    found = next(named, None) or recommended(listing.variants, kinds)
    if found is None:
        text = f"Nothing in {listing.repo} fits this computer now. Name a file to take it all the same; see: "
        raise AppError(f"{text}weighin models files {listing.repo}", kind="memory")
    return found


def usual_anywhere(variants: Iterable[Variant]) -> Variant | None:
    """What is taken where memory is no question: the first of the usual ones that is there, else the largest that is
    quantized; None of nothing."""
    usable = [v for v in variants if not v.problem]
    for name in _PREFERRED:
        for variant in usable:
            if variant.quantization == name:
                return variant
    quantized = [v for v in usable if v.quantization not in _UNQUANTIZED] or usable
    return max(quantized, key=lambda v: v.size, default=None)
