"""Which chunks are read, in which order."""

from __future__ import annotations

from collections import Counter

from tests.support.fidelity import model

from weighin.core.fidelity.fidelity import FidelityRequest, TextPart
from weighin.core.fidelity.order import chunk_order, kind_of
from weighin.core.fidelity.reading import compared, compared_in, most_outputs, rows_bytes, steps
from weighin.core.runs.lane import LaneSetup

PARTS = (TextPart("prose", 5200, 10), TextPart("none", 100, 0), TextPart("code", 10300, 20))


def request(chunks: int | None, seed: int = 42) -> FidelityRequest:
    setup = LaneSetup(model())
    return FidelityRequest(setup, (setup,), chunks=chunks, seed=seed)


def test_a_number_means_the_beginning_of_a_text_and_some_of_every_kind() -> None:
    assert chunk_order(request(7), PARTS[2:]) == tuple(range(7))
    assert chunk_order(request(1000), PARTS[2:]) == tuple(range(20))
    assert chunk_order(request(7), PARTS) == chunk_order(request(None), PARTS)[:7]
    assert sorted(chunk_order(request(1000), PARTS)) == list(range(30))


def test_auto_draws_all_kinds_alike_by_the_seed() -> None:
    order = chunk_order(request(None), PARTS)
    assert sorted(order) == list(range(30)) and order == chunk_order(request(None), PARTS)
    assert order != chunk_order(request(None, seed=1), PARTS)
    for looked in (9, 15, 21):
        kinds = Counter(kind_of(number, PARTS) for number in order[:looked])
        assert abs(kinds["code"] - 2 * kinds["prose"]) <= 4


def test_every_position_that_is_compared_is_in_one_step() -> None:
    assert len(compared(512)) == 255 and compared(512)[0] == 256 and compared(512)[-1] == 510
    for context, batch in ((512, 512), (512, 128), (100, 33), (2048, 512), (32, 4096), (33, 32)):
        found = [position for step in steps(context, batch) for position in compared_in(step, context)]
        assert found == list(compared(context))
        assert most_outputs(context, batch) == max(len(compared_in(s, context)) for s in steps(context, batch))
    assert most_outputs(512, 512) == 255 and most_outputs(2048, 512) == 512
    assert rows_bytes(512, 49152) == 255 * (49152 * 4 + 8)


def test_a_chunk_is_of_the_part_it_lies_in() -> None:
    assert [kind_of(number, PARTS) for number in (0, 9, 10, 29)] == ["prose", "prose", "code", "code"]
