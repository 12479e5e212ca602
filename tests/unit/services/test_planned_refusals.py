"""weighin compare asks the engine where memory is tight, and nobody where it is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.ui.fakes import DENSE, OTHER

from weighin.cli.compare import plan_where_it_is_tight
from weighin.core.comparisons.comparison import ComparisonRequest
from weighin.core.runs.chat import Prompt
from weighin.core.runs.lane import LaneSetup, Mode

REQUEST = ComparisonRequest(Prompt("x"), Mode.ALONE, (LaneSetup(OTHER), LaneSetup(DENSE)))


class Asked:
    """A planner that answers at once."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def plan(self, model: Any, options: Any, done: Any, failed: Any) -> None:
        self.paths.append(model.path)
        done(None)


@pytest.mark.parametrize(
    ("available", "anyway", "asked"),
    [
        (OTHER.file_bytes, False, [OTHER.path]),
        (100 * OTHER.file_bytes, False, []),
        (None, False, []),
        (OTHER.file_bytes, True, []),
    ],
)
def test_only_what_may_not_fit_is_planned(qapp: object, available: int | None, anyway: bool, asked: list[str]) -> None:
    planner = Asked()
    plan_where_it_is_tight(planner, replace(REQUEST, try_anyway=anyway), available)  # type: ignore[arg-type]
    assert planner.paths == asked
