"""What a measurement takes, said before it begins."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.fidelity import model

from weighin.core.fidelity.fidelity import FidelityRequest
from weighin.core.fidelity.outlook import chunks_of, memory_sentence, time_sentence
from weighin.core.runs.lane import LaneSetup

GB = 10**9


def asked(**more: Any) -> FidelityRequest:
    return FidelityRequest(LaneSetup(model("F16")), (LaneSetup(model("Q8_0")), LaneSetup(model("Q4_K_M"))), **more)


def test_memory_is_that_of_all_models_and_of_the_rows() -> None:
    """255 x (128,256 x 4 + 8) bytes of rows."""
    needs = (16 * GB, 9 * GB, 5 * GB)
    assert memory_sentence(asked(), needs, 40 * GB) == (
        "3 models at once: about 30.1 GB of memory, with 131 MB for what the base predicts; 40.0 GB free."
    )
    assert memory_sentence(asked(), needs, 20 * GB) == (
        "3 models in turns: about 16.0 GB of memory; 20.0 GB free, and 131 MB of disk for each chunk in between."
    )
    assert memory_sentence(asked(), needs, None).endswith("for what the base predicts.")


@pytest.mark.parametrize("needs", [(None, GB, GB), (GB, GB, None)])
def test_what_nobody_knows_is_not_made_up(needs: tuple[int | None, ...]) -> None:
    assert memory_sentence(asked(), needs, 9 * GB) == "Memory and disk are planned and shown before anything is read."
    assert time_sentence(asked(), 40, (100.0, None, 100.0)) == "Up to ~40 chunks of 512 tokens."
    assert time_sentence(asked(), None, (100.0, 100.0, 100.0)) == ""


def test_time_is_that_of_all_models() -> None:
    assert time_sentence(asked(), 40, (1024.0, 2048.0, 2048.0)) == (
        "Up to ~40 chunks of 512 tokens: about 40 s, or less."
    )
    assert time_sentence(asked(chunks=20), 20, (1024.0, 1024.0, 1024.0)) == "20 chunks of 512 tokens: about 30 s."


def test_how_many_chunks_at_most() -> None:
    assert chunks_of(asked(), None) == 40
    assert chunks_of(asked(context=256), None) == 80
    assert chunks_of(asked(chunks=9), None) == 9
    assert chunks_of(asked(chunks=90), None) == 40
    own = asked(text="/own.txt")
    assert chunks_of(own, None) is None
    assert chunks_of(own, 4 * 512 * 100) == 100
    assert chunks_of(asked(text="/own.txt", chunks=7), 4 * 512 * 100) == 7
