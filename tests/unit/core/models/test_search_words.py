"""One answer of a search, as the terminal says it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from weighin.core.downloads.repository import Repository
from weighin.core.models.catalogue import load_catalogue
from weighin.core.models.report import repository_json, repository_line
from weighin.paths import resources

HIT = Repository("o/x-GGUF", 1234, architecture="llama", parameters=30_500_000_000, license="mit")


def test_what_the_catalogue_knows_is_said() -> None:
    systems = load_catalogue(resources()).systems
    moe = next(s for s in systems if s.kind == "moe" and s.active and s.repositories)
    line = repository_line(HIT, moe)
    assert "  MoE 30.5B, " in line and " active · llama" in line
    body = repository_json(HIT, moe)
    assert (body["kind"], body["active_parameters"]) == ("moe", moe.active)
    dense = next(s for s in systems if s.kind == "dense")
    assert "  dense 30.5B · llama" in repository_line(HIT, dense)


@pytest.mark.parametrize(
    ("architecture", "kind"), [("qwen3moe", "moe"), ("Ernie4_5-MoE", "moe"), ("llama", None), (None, None)]
)
def test_elsewhere_the_architecture_may_tell_and_nothing_is_made_up(architecture: str | None, kind: str | None) -> None:
    found = replace(HIT, architecture=architecture)
    assert repository_json(found)["kind"] == kind
    assert ("MoE" in repository_line(found).split(" · ")[0]) == (kind == "moe")
    assert "dense" not in repository_line(found)
