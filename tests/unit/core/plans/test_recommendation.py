"""What is recommended of a repository is what the verdicts say, in the usual order."""

from __future__ import annotations

import pytest

from weighin.core.downloads.repository import Listing, RemoteFile, group_files
from weighin.core.errors import AppError
from weighin.core.models.catalogue import Catalogue
from weighin.core.plans.plan import VerdictKind
from weighin.core.plans.recommendation import kinds_of, recommended, usual_anywhere, usual_variant
from weighin.core.plans.verdict import Budget

GB = 10**9
SIZES = {"Q2_K": 3 * GB, "Q4_K_M": 5 * GB, "Q8_0": 9 * GB, "F16": 16 * GB}
NOTHING = Catalogue((), (), ())


def listing(sizes: dict[str, int]) -> Listing:
    variants, _ = group_files(RemoteFile(f"m-{q}.gguf", size, "0" * 64) for q, size in sizes.items())
    return Listing("o/m-GGUF", "c" * 40, variants)


def kinds(runs: str = "", tight: str = "") -> dict[str, VerdictKind | None]:
    found: dict[str, VerdictKind | None] = {f"m-{q}.gguf": VerdictKind.NO for q in SIZES}
    found |= {f"m-{q}.gguf": VerdictKind.RUNS for q in runs.split()}
    return found | {f"m-{q}.gguf": VerdictKind.TIGHT for q in tight.split()}


@pytest.mark.parametrize(
    ("runs", "tight", "best"),
    [
        ("Q2_K Q4_K_M Q8_0 F16", "", "Q4_K_M"),
        ("Q2_K Q8_0 F16", "", "Q8_0"),
        ("F16", "", "F16"),
        ("Q2_K", "Q4_K_M", "Q2_K"),
        ("", "Q4_K_M Q8_0", "Q4_K_M"),
        ("", "", None),
    ],
)
def test_the_usual_one_of_those_that_run(runs: str, tight: str, best: str | None) -> None:
    found = recommended(listing(SIZES).variants, kinds(runs, tight))
    assert (found.quantization if found else None) == best


@pytest.mark.parametrize(
    ("free", "best"), [(3, None), (4, "Q2_K"), (5, "Q2_K"), (7, "Q4_K_M"), (64, "Q4_K_M"), (None, None)]
)
def test_verdicts_come_from_the_memory_that_is_free_now(free: int | None, best: str | None) -> None:
    budget = None if free is None else Budget(free * GB, 128 * GB)
    offered = listing(SIZES)
    found = recommended(offered.variants, kinds_of(offered, NOTHING, budget))
    assert (found.quantization if found else None) == best


def test_what_is_incomplete_is_not_recommended() -> None:
    variants, _ = group_files([RemoteFile("m-Q4_K_M-00001-of-00002.gguf", GB, "0" * 64)])
    assert recommended(variants, {variants[0].files[0].path: VerdictKind.RUNS}) is None
    assert usual_anywhere(variants) is None


def test_a_stated_quantization_goes_before_what_is_recommended() -> None:
    offered = listing(SIZES)
    assert usual_variant(offered, "Q8_0", kinds("Q4_K_M")).quantization == "Q8_0"
    assert usual_variant(offered, "Q6_K", kinds("Q4_K_M")).quantization == "Q4_K_M"
    with pytest.raises(AppError, match="Name a file"):
        usual_variant(offered, "Q6_K", kinds())
    found = usual_anywhere(offered.variants)
    assert found is not None
    assert found.quantization == "Q4_K_M"
