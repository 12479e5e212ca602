import dataclasses

import pytest
from tests.support.lanes import fake_model

from weighin.core.computer.machine import memory_needed, memory_refusal, threads_per_lane
from weighin.core.runs.options import LoadOptions

BIG = dataclasses.replace(fake_model(), file_bytes=4_000_000_000)


@pytest.mark.parametrize("lanes", [1, 2])
@pytest.mark.parametrize("wanted", [None, 1, 3, 1000])
def test_all_lanes_together_never_exceed_the_cores(lanes: int, wanted: int | None) -> None:
    for cores in range(1, 65):
        each = threads_per_lane(cores, lanes, BIG, wanted)
        assert each >= 1
        assert each * lanes <= max(cores, lanes), cores


def test_one_core_stays_free_where_there_are_more_than_two() -> None:
    assert threads_per_lane(8, 1, BIG) == 7
    assert threads_per_lane(8, 2, BIG) == 3
    assert threads_per_lane(2, 1, BIG) == 2


def test_a_tiny_model_gets_one_thread() -> None:
    assert threads_per_lane(16, 1, fake_model()) == 1
    assert threads_per_lane(16, 1, fake_model(), wanted=4) == 4


def test_the_kv_cache_is_counted() -> None:
    # Qwen3-0.6B: 28 layers, 8 KV heads of 128; llama.cpp reports 448 MiB at 4,096 tokens in f16.
    model = dataclasses.replace(BIG, layers=28, kv_heads=8, key_length=128, value_length=128, context_length=40960)
    bare = dataclasses.replace(BIG, layers=None)
    assert memory_needed(model, LoadOptions()) - memory_needed(bare, LoadOptions()) == 448 << 20


def test_a_refusal_names_both_numbers() -> None:
    failure = memory_refusal(19_400_000_000, 8_000_000_000)
    assert failure is not None
    assert "19.4 GB" in failure.message and "8.0 GB" in failure.message
    assert memory_refusal(1, 2) is None
    assert memory_refusal(1, None) is None
