import signal

import pytest

from weighin.core.runs.failures import load_failure, process_failure


@pytest.mark.parametrize(
    ("log", "kind", "words"),
    [
        ("error loading model architecture: unknown model architecture: 'xyz'", "architecture", "xyz"),
        ("tensor 'a' data is not within the file bounds", "truncated", "incomplete"),
        ("ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate buffer of size 1", "memory", "memory"),
        ("error loading model vocabulary: unknown pre-tokenizer type: 'new'", "tokenizer", "tokenizer"),
        ("llama_model_load: error loading model: missing tensor 'blk.0'", "load", "missing tensor"),
        ("error loading model architecture: unknown model architecture: 'imatrix'", "kind", "importance matrix"),
        ("error: this is a multimodal projector, use it with --mmproj", "kind", "projector"),
        ("error loading model: invalid split file name: m.gguf", "parts", "renamed"),
        ("", "load", "could not load"),
    ],
)  # fmt: skip
def test_the_engines_reason_becomes_a_sentence(log: str, kind: str, words: str) -> None:
    failure = load_failure(log, "llama.cpp b1")
    assert failure.kind == kind
    assert words in failure.message
    assert failure.detail == log


def test_a_kill_points_to_memory_only_where_memory_was_low() -> None:
    assert "memory" in process_failure(True, 9, "loading", "", memory_was_low=True).message
    assert "memory" not in process_failure(True, 9, "loading", "").message
    assert process_failure(True, 9, "writing", "").message == "The model process was killed (SIGKILL) while generating."


def test_the_last_native_words_are_quoted() -> None:
    failure = process_failure(True, 6, "loading", "noise\nggml.c:12: GGML_ASSERT(a == b) failed\nmore")
    assert "GGML_ASSERT(a == b) failed" in failure.message


def test_an_unknown_signal_has_a_sentence_too() -> None:
    assert "signal 250" in process_failure(True, 250, "", "").message


def test_a_crash_of_an_engine_with_amx_says_what_to_do() -> None:
    for number in (signal.SIGSEGV, signal.SIGILL):
        assert "AMX" in process_failure(True, number, "reading", "", features="AVX512 AMX_INT8").message
        assert "AMX" not in process_failure(True, number, "reading", "", features="AVX512").message
    assert "AMX" not in process_failure(True, signal.SIGKILL, "reading", "", features="AMX_INT8").message


@pytest.mark.timeout(20)
def test_a_long_line_of_a_dead_process_holds_nothing_up() -> None:
    log = "GGML_ASSERT(" * 200_000
    assert process_failure(True, 6, "loading", log).kind == "engine_abort"
