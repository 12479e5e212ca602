"""What a measurement takes, said before it begins."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.fidelity import model

from weighin.core.fidelity.fidelity import FidelityRequest
from weighin.core.fidelity.outlook import chunks_of, memory_sentence, rows_bytes, time_sentence
from weighin.core.runs.lane import LaneSetup

GB = 10**9


def asked(**more: Any) -> FidelityRequest:
    return FidelityRequest(LaneSetup(model("F16")), (LaneSetup(model("Q8_0")), LaneSetup(model("Q4_K_M"))), **more)


def test_the_rows_of_a_chunk() -> None:
    assert rows_bytes(255, 49_152) == 50_135_040


def test_memory_is_that_of_the_base_and_the_largest_other() -> None:
    said = memory_sentence(asked(), (16 * GB, 9 * GB, 5 * GB), 40 * GB)
    # 25 GB and three times 255 x 128,256 x 4 bytes.
    assert (
        said
        == "Needs about 25.4 GB of memory, 131 MB of it for the probabilities of a chunk; 40.0 GB free. No disk space."
    )
    assert memory_sentence(asked(), (16 * GB, 9 * GB, 5 * GB), 20 * GB).endswith(
        "20.0 GB free: the models take turns, and each chunk in between takes 131 MB of disk."
    )
    assert memory_sentence(asked(), (16 * GB, 9 * GB, 5 * GB), None).endswith("for the probabilities of a chunk.")


@pytest.mark.parametrize("needs", [(None, GB, GB), (GB, GB, None)])
def test_what_nobody_knows_is_not_made_up(needs: tuple[int | None, ...]) -> None:
    assert memory_sentence(asked(), needs, 9 * GB) == "Memory and disk are planned and shown before anything is read."
    assert time_sentence(asked(), 40, (100.0, None, 100.0)) == "At most 40 chunks of 512 tokens."
    assert time_sentence(asked(), None, (100.0, 100.0, 100.0)) == ""


def test_time_is_that_of_all_models() -> None:
    assert time_sentence(asked(), 40, (1024.0, 2048.0, 2048.0)) == (
        "At most 40 chunks of 512 tokens: about 40 s, or less."
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
