"""A few inputs for each reader, always the same; `make fuzz` tries others for as long as it is told to."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from tests.fuzz.targets import TARGETS, Target

FEW, FEWER = 60, 8


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_reader_reads_or_says_no(target: Target) -> None:
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]
    few = settings(
        max_examples=FEWER if target.slow else FEW, derandomize=True, deadline=None, suppress_health_check=quiet
    )
    few(given(target.inputs)(target.check))()
