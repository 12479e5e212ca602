"""Plans of memory: the line through the engine's points, the formula, where weights end up, and the verdicts."""

from __future__ import annotations

import pytest

from weighin.core.gguf.reader import Header, Tensor
from weighin.core.gguf.weights import weights_in_memory
from weighin.core.plans.memory_formula import Shape, formula_plan, kv_bytes, overhead_bytes, process_bytes, state_bytes
from weighin.core.plans.plan import MemoryPlan, PairKind, PlanLine
from weighin.core.plans.verdict import Budget, pair_verdict, tokens
from weighin.core.runs.options import LoadOptions

MIB = 1 << 20
Q8, Q4_K, F32 = 8, 12, 0


def plan(context: int, kv: int, weights: int = 1000, mapped: int = 1000) -> MemoryPlan:
    return MemoryPlan(context, weights, mapped, kv, 0, 0, 0, 100, 0)


def header(architecture: str, tensors: tuple[Tensor, ...] = (), **values: object) -> Header:
    metadata = {f"{architecture}.{key.replace('__', '.')}": value for key, value in values.items()}
    return Header(3, {"general.architecture": architecture, **metadata}, {}, tensors)


# ------------------------------------------------------------------ the line


def test_between_two_points_everything_is_on_the_line() -> None:
    line = PlanLine((plan(1024, 10_240), plan(3072, 30_720)))
    assert line.at(2048).kv_bytes == 20_480
    assert line.at(2000).total_bytes == 1000 + 20_480 + 100


def test_beyond_the_last_point_its_line_goes_on_and_a_window_stays_full() -> None:
    line = PlanLine((plan(1024, 10_240), plan(2048, 20_480), plan(4096, 24_576)))
    assert line.at(6144).kv_bytes == 28_672
    assert line.at(512).kv_bytes == 5_120
    assert line.at(3000).kv_bytes == 22_528


def test_a_single_point_says_the_same_for_every_context() -> None:
    assert PlanLine((plan(512, 5),)).at(100).kv_bytes == 5


def test_contexts_must_rise() -> None:
    with pytest.raises(ValueError, match="rise"):
        PlanLine((plan(2000, 1), plan(1000, 1)))
    with pytest.raises(ValueError, match="rise"):
        PlanLine(())


def test_the_largest_context_is_the_last_that_fits() -> None:
    line = PlanLine((plan(1024, 1024 * 100), plan(4096, 4096 * 100)))
    budget = 1000 + 100 + 2048 * 100
    assert line.largest_context(budget, 32_768) == 2048
    assert line.largest_context(budget - 1, 32_768) == 2048 - 256
    assert line.largest_context(budget, 1024) == 1024
    assert line.largest_context(10, 32_768) == 0


# ------------------------------------------------------------------ pairs

LINE = PlanLine((plan(1024, 1024 * MIB, 2000 * MIB, 2000 * MIB), plan(8192, 8192 * MIB, 2000 * MIB, 2000 * MIB)))


def test_pairs_run_together_in_turn_or_not() -> None:
    one = LINE.at(4096).ram_bytes
    together = pair_verdict((LINE, LINE), 4096, Budget(2 * one, 3 * one), (8192, None))
    assert together.kind is PairKind.TOGETHER
    assert (together.total_bytes, together.largest_context) == (2 * one, 4096)
    in_turn = pair_verdict((LINE, LINE), 4096, Budget(2 * one - 1, 3 * one), (8192, 8192))
    assert in_turn.kind is PairKind.ONE_AFTER_THE_OTHER
    assert (in_turn.largest_context or 0) >= 4096
    less = pair_verdict((LINE, LINE), 8192, Budget(one, 3 * one), (8192, 8192))
    assert less.kind is PairKind.NOT_HERE
    assert less.largest_context == 4096
    assert pair_verdict((LINE, LINE), 4096, Budget(MIB, 3 * one), (8192, 8192)).largest_context is None


def test_lengths_of_context_are_said_as_people_do() -> None:
    assert (tokens(4096), tokens(1500), tokens(512)) == ("4k", "1\u202f500", "512")


# ------------------------------------------------------------------ weights


def tensors() -> tuple[Tensor, ...]:
    return (
        Tensor("token_embd.weight", (256, 1000), F32, 0),
        Tensor("blk.0.attn_q.weight", (256, 256), Q4_K, 1_024_000),
        Tensor("blk.1.attn_q.weight", (256, 256), Q4_K, 1_060_864),
        Tensor("output_norm.weight", (256,), F32, 1_097_728),
        Tensor("output.weight", (256, 1000), Q4_K, 1_098_752),
    )


def test_what_is_not_repacked_stays_mapped_from_the_first_to_the_last() -> None:
    head = Header(3, {}, {}, tensors(), data_start=4096)
    weights = weights_in_memory([head], 1_300_000, frozenset(), 2, 0)
    assert (weights.copied, weights.gpu) == (0, 0)
    assert weights.idle < 2 * 4096  # what fills the last page
    assert weights.mapped >= 1_098_752 + 144_000


def test_repacked_weights_are_counted_beside_the_mapped_range() -> None:
    head = Header(3, {}, {}, tensors(), data_start=4096)
    weights = weights_in_memory([head], 1_300_000, frozenset({Q4_K}), 2, 0)
    assert weights.copied == 2 * 256 * 144 + 1000 * 144
    assert weights.mapped == -(-(4096 + 1_097_728 + 1024) // 4096) * 4096 - 4096
    used = 1_024_000 + 1024  # the embedding and the norm; what lies between them has been copied
    assert weights.idle == weights.mapped - used


def test_blocks_that_only_draft_are_not_loaded() -> None:
    draft = Tensor("blk.2.attn_q.weight", (256, 256), Q4_K, 1_242_752)
    drafting = header("qwen35", (*tensors(), draft), block_count=3, nextn_predict_layers=1)
    for repacked in (frozenset(), frozenset({Q4_K})):
        one, other = (weights_in_memory([h], 1_300_000, repacked, 2, 0) for h in (drafting, header("a", tensors())))
        assert one == other


def test_rows_that_are_no_multiple_of_eight_are_not_repacked() -> None:
    odd = (Tensor("blk.0.attn_q.weight", (256, 257), Q4_K, 0), Tensor("output.weight", (256, 8), F32, 40_000))
    assert weights_in_memory([Header(3, {}, {}, odd)], 50_000, frozenset({Q4_K}), 1, 0).copied == 0


def test_a_tied_output_is_a_second_copy() -> None:
    tied = (Tensor("token_embd.weight", (256, 1000), Q4_K, 0),)
    assert weights_in_memory([Header(3, {}, {}, tied)], 144_000, frozenset({Q4_K}), 1, 0).copied == 144_000
    assert weights_in_memory([Header(3, {}, {}, tied)], 144_000, frozenset(), 1, 0).copied == 0


def test_the_last_layers_go_to_the_gpu_the_output_first() -> None:
    head = Header(3, {}, {}, tensors(), data_start=4096)
    output = weights_in_memory([head], 1_300_000, frozenset(), 2, 1)
    assert output.gpu == 144_000 + 1024
    one_block = weights_in_memory([head], 1_300_000, frozenset(), 2, 2)
    assert one_block.gpu == output.gpu + 256 * 144
    everything = weights_in_memory([head], 1_300_000, frozenset(), 2, 99)
    assert everything.mapped == 1_024_000  # the embedding is read by the processor


# ------------------------------------------------------------------ the formula (figures of llama.cpp itself)

DENSE = {
    "block_count": 28, "embedding_length": 1024, "attention__head_count": 16, "attention__head_count_kv": 8,
    "attention__key_length": 128, "attention__value_length": 128, "feed_forward_length": 3072, "context_length": 40960,
}  # fmt: skip


@pytest.mark.parametrize(("context", "mebibytes"), [(4096, 448), (32_768, 3584)])
def test_kv_cache_of_qwen3(context: int, mebibytes: int) -> None:
    assert kv_bytes(Shape(header("qwen3", **DENSE)), context, LoadOptions()) == mebibytes * MIB


def test_a_quantized_cache_is_smaller() -> None:
    shape = Shape(header("qwen3", **DENSE))
    assert kv_bytes(shape, 4096, LoadOptions(kv_type="q8_0")) == 448 * MIB * 34 // 64


@pytest.mark.parametrize(("context", "mebibytes"), [(4096, 254), (32_768, 814)])
def test_sliding_windows_of_gemma3(context: int, mebibytes: int) -> None:
    values = {
        "block_count": 34, "embedding_length": 2560, "attention__head_count": 8, "attention__head_count_kv": 4,
        "attention__key_length": 256, "attention__value_length": 256, "attention__sliding_window": 1024,
    }  # fmt: skip
    assert kv_bytes(Shape(header("gemma3", **values)), context, LoadOptions()) // MIB == mebibytes


@pytest.mark.parametrize("architecture", ["phi3", "qwen2", "llama"])
def test_a_window_that_the_engine_does_not_read_saves_nothing(architecture: str) -> None:
    with_window = Shape(header(architecture, **DENSE, attention__sliding_window=512))
    assert kv_bytes(with_window, 16_384, LoadOptions()) == kv_bytes(
        Shape(header(architecture, **DENSE)), 16_384, LoadOptions()
    )


def test_windows_in_all_layers_in_one_of_two_and_as_listed() -> None:
    values = {**DENSE, "block_count": 4, "attention__sliding_window": 128}
    every = {name: Shape(header(name, **values)) for name in ("lfm2", "gpt-oss")}
    listed = Shape(header("gemma4", **values, attention__sliding_window_pattern=[True, True, True, False]))
    windows = [[shape.has_window(layer) for layer in range(4)] for shape in (*every.values(), listed)]
    assert windows == [[True] * 4, [True, False] * 2, [True, True, True, False]]


def test_a_header_of_two_billion_blocks_is_planned_at_once() -> None:
    lies = header("qwen3", **{**DENSE, "block_count": (1 << 31) - 1})
    assert Shape(lies).layers == 512  # the most llama.cpp takes


def test_cache_and_state_of_a_hybrid() -> None:
    values = {
        "block_count": 64, "embedding_length": 5120, "attention__head_count": 24, "attention__head_count_kv": 4,
        "attention__key_length": 256, "attention__value_length": 256, "full_attention_interval": 4,
        "ssm__conv_kernel": 4, "ssm__inner_size": 6144, "ssm__state_size": 128, "ssm__group_count": 16,
    }  # fmt: skip
    shape = Shape(header("qwen35", **values))
    assert kv_bytes(shape, 8192, LoadOptions()) == 512 * MIB
    assert state_bytes(shape) / MIB == pytest.approx(149.62, abs=0.01)


def test_no_cache_where_a_layer_has_no_heads() -> None:
    values = {
        "block_count": 4, "embedding_length": 1024, "attention__head_count": 8,
        "attention__head_count_kv": [0, 0, 2, 0], "attention__key_length": 64, "attention__value_length": 64,
        "shortconv__l_cache": 3,
    }  # fmt: skip
    shape = Shape(header("lfm2", **values))
    assert kv_bytes(shape, 1024, LoadOptions()) == 1024 * 2 * 128 * 2
    assert state_bytes(shape) == 3 * 4 * 1024 * 2


def test_lies_in_a_header_do_not_break_the_formula() -> None:
    for value in (-1, 1 << 40, "many", None, [], True):
        broken = {**DENSE, "block_count": value, "attention__head_count_kv": value}
        made = formula_plan([header("qwen3", **broken)], 10**9, LoadOptions(), frozenset())
        assert made.total_bytes >= 0


def test_the_context_is_not_planned_beyond_what_the_model_was_trained_for() -> None:
    made = formula_plan([header("qwen3", **{**DENSE, "context_length": 512})], 10**9, LoadOptions(), frozenset())
    assert made.context == 512


def test_where_the_system_does_not_tell_what_a_worker_holds_the_process_is_calculated() -> None:
    bare = header("llama")
    assert overhead_bytes(50 * MIB, 10 * MIB, bare) == 40 * MIB
    assert overhead_bytes(5, 10, bare) == 0
    assert overhead_bytes(None, 10 * MIB, bare) == process_bytes(Shape(bare)) > 20 * MIB
