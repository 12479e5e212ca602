"""Slices of models: which blocks are kept, what the header says of them, and what their times say of the whole."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from gguf import GGMLQuantizationType as QT
from tests.bench.shapes import Shape, write_shape
from tests.support.gguf_files import make_model

from weighin.core.gguf.reader import read_header, read_header_of
from weighin.core.gguf.slice import Cutter, choose_sizes
from weighin.core.gguf.writer import header as written_header
from weighin.core.models.header_facts import model_facts
from weighin.core.plans.forecast import TimedSlice, corrected, from_history, from_slices, measured_beside
from weighin.core.plans.plan import SpeedMethod
from weighin.core.plans.report import speed_words

HYBRID = Shape("qwen35", 12, 512, 8, 2, 64, 512, 1024)
MOE = Shape("qwen3moe", 6, 256, 4, 2, 64, 256, 1024, experts=8, used=2, kind=QT.Q8_0)


def cutter_of(path: Path) -> Cutter:
    data = path.read_bytes()
    return Cutter([read_header_of(path)], lambda begin, end: data[begin:end])


def test_a_slice_keeps_the_first_blocks_and_all_that_belongs_to_none(tmp_path: Path) -> None:
    cut = cutter_of(write_shape(tmp_path / "m.gguf", MOE)).cut(2)
    blocks = {t.name.split(".")[1] for t in cut.tensors if t.name.startswith("blk.")}
    assert blocks == {"0", "1"}
    assert {"token_embd.weight", "output.weight", "output_norm.weight"} <= {t.name for t in cut.tensors}
    again = read_header(io.BytesIO(written_header(cut.entries, cut.tensors)))
    assert again.metadata["qwen3moe.block_count"] == 2
    assert again.metadata["qwen3moe.expert_count"] == 8
    assert again.metadata["qwen3moe.vocab_size"] == 1024
    assert again.metadata["tokenizer.ggml.model"] == "none"
    assert "tokenizer.ggml.tokens" not in again.metadata
    assert again.tensors == cut.tensors


def test_only_used_experts_and_one_row_of_the_embedding_are_read_for_a_token(tmp_path: Path) -> None:
    cutter = cutter_of(write_shape(tmp_path / "m.gguf", MOE))
    experts = 3 * 8 * 256 * 256 * 34 // 32
    whole, small = cutter.cut(6), cutter.cut(1)
    per_block = (whole.read_bytes - small.read_bytes) / 5
    attention = (256 * 4 * 64 + 2 * 256 * 2 * 64 + 4 * 64 * 256) * 34 // 32
    router_and_norms = 4 * (8 * 256 + 2 * 256 + 2 * 64)
    assert per_block == pytest.approx(experts * 2 / 8 + attention + router_and_norms)
    assert whole.read_bytes == pytest.approx(cutter.read_bytes)
    assert model_facts(tmp_path / "m.gguf").read_bytes == pytest.approx(cutter.read_bytes)
    assert cutter.read_bytes < sum(t.bytes or 0 for t in whole.tensors) / 2


def test_a_tied_embedding_is_read_as_output(tmp_path: Path) -> None:
    tied = Shape("qwen3", 2, 256, 4, 2, 64, 256, 4096, tied=True)
    cut = cutter_of(write_shape(tmp_path / "m.gguf", tied)).cut(1)
    assert cut.read_bytes > 4096 * 256 * 34 / 32
    assert model_facts(tmp_path / "m.gguf").read_bytes == cutter_of(tmp_path / "m.gguf").read_bytes


def test_patterns_of_blocks_are_found(tmp_path: Path) -> None:
    assert cutter_of(write_shape(tmp_path / "hybrid.gguf", HYBRID)).blocks.period == 4
    assert cutter_of(write_shape(tmp_path / "moe.gguf", MOE)).blocks.period == 1


def test_slices_are_whole_patterns_large_enough_and_within_the_room(tmp_path: Path) -> None:
    cutter = cutter_of(write_shape(tmp_path / "m.gguf", HYBRID))
    sizes = choose_sizes(cutter, 10 * cutter.file_bytes(12), 1)
    assert (sizes.small, sizes.large) == (4, 12)
    tight = choose_sizes(cutter, cutter.file_bytes(4) + cutter.file_bytes(8), 1)
    assert (tight.small, tight.large) == (4, 8)
    caches = choose_sizes(cutter, 10 * cutter.file_bytes(12), round(cutter.cut(8).read_bytes))
    assert caches.small == 8
    assert "larger than there is room" in choose_sizes(cutter, 1000, 1).reason


def test_a_model_smaller_than_the_caches_is_its_own_slice(tmp_path: Path) -> None:
    cutter = cutter_of(make_model(tmp_path / "m.gguf"))
    sizes = choose_sizes(cutter, 1 << 30, 1 << 30)
    assert (sizes.small, sizes.large) == (2, 2)


def test_a_header_that_claims_blocks_it_does_not_have_is_not_believed(tmp_path: Path) -> None:
    path = write_shape(tmp_path / "m.gguf", MOE)
    data = path.read_bytes()
    at = data.index(b"qwen3moe.block_count") + len("qwen3moe.block_count") + 4
    path.write_bytes(data[:at] + (60_000).to_bytes(4, "little") + data[at + 4 :])
    cutter = cutter_of(path)
    assert cutter.blocks.count == 6
    assert choose_sizes(cutter, 1 << 30, 1).large == 6


def test_lists_with_an_entry_for_each_block_are_cut(tmp_path: Path) -> None:
    import gguf

    path = tmp_path / "lists.gguf"
    writer = gguf.GGUFWriter(path, "lfm2")
    writer.add_block_count(6)
    writer.add_head_count_kv([0, 2, 0, 2, 0, 2])
    writer.add_array("lfm2.rope.dimension_sections", [1, 2, 3, 4, 5, 6])
    import numpy as np

    for i in range(6):
        writer.add_tensor(f"blk.{i}.attn_norm.weight", np.ones(64, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    cut = cutter_of(path).cut(2)
    again = read_header(io.BytesIO(written_header(cut.entries, cut.tensors)))
    assert again.metadata["lfm2.attention.head_count_kv"] == [0, 2]
    assert again.metadata["lfm2.rope.dimension_sections"] == [1, 2, 3, 4, 5, 6]


# ------------------------------------------------------------------ forecasts


def test_the_line_through_two_slices_goes_on_to_the_whole() -> None:
    small = TimedSlice(2, 200.0, (0.03, 0.031, 0.029, 0.03), (0.003,))
    large = TimedSlice(8, 800.0, (0.09, 0.091, 0.089, 0.09), (0.009,))
    found = from_slices(small, large, 2800.0, 28)
    assert 1 / found.generation_tokens_per_s == pytest.approx(0.29)
    assert found.prompt_tokens_per_s is not None
    assert 1 / found.prompt_tokens_per_s == pytest.approx(0.029)
    assert found.low < found.generation_tokens_per_s < found.high
    assert found.method is SpeedMethod.SLICE


def test_drift_of_the_machine_is_not_taken_for_slope() -> None:
    calm = from_slices(TimedSlice(2, 200, (0.03,) * 4, (0.003,)), TimedSlice(8, 800, (0.09,) * 4, (0.009,)), 2800, 28)
    drifting = from_slices(
        TimedSlice(2, 200, (0.03, 0.04, 0.05, 0.06), (0.003,)),
        TimedSlice(8, 800, (0.09, 0.10, 0.11, 0.12), (0.009,)),
        2800,
        28,
    )
    assert drifting.generation_tokens_per_s == pytest.approx(calm.generation_tokens_per_s, rel=0.1)


def test_noise_tilts_the_line_by_a_fifth_at_most() -> None:
    wild = from_slices(TimedSlice(2, 200, (0.2,) * 4, (0.1,)), TimedSlice(8, 800, (0.09,) * 4, (0.009,)), 2800, 28)
    assert 1 / wild.generation_tokens_per_s == pytest.approx(0.8 * 0.09 * 3.5)


def test_a_scattered_measurement_has_a_wider_band() -> None:
    even = from_history((50.0,) * 6, ())
    uneven = from_history((30.0, 40.0, 50.0, 60.0, 70.0, 80.0), (100.0,))
    assert even.high - even.low < uneven.high - uneven.low
    assert (even.prompt_tokens_per_s, uneven.prompt_tokens_per_s) == (None, 100.0)


def test_a_correction_scales_everything() -> None:
    found = corrected(from_history((50.0,) * 6, ()), 0.5)
    assert found.generation_tokens_per_s == 25.0
    assert found.high < 30


def test_what_others_took_meanwhile_may_be_missing_in_the_forecast() -> None:
    calm = from_history((10.0,), (100.0,))
    assert measured_beside(calm, None, 2) == calm
    assert measured_beside(calm, 0.2, 2) == calm
    disturbed = measured_beside(calm, 1.0, 2)
    assert disturbed.high == pytest.approx(1.5 * calm.high)
    assert (disturbed.low, disturbed.generation_tokens_per_s) == (calm.low, 10.0)
    assert speed_words(disturbed).endswith(" (other programs used 1.0 cores; may be faster when idle)")
    assert "idle" not in speed_words(calm)
