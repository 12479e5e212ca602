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


_REFUSED = (
    "\ngguf_init_from_reader: failed to read tensor {what}\nllama_model_load: error loading model: llama_model_loader: "
    "failed to load model from /home/me/my models/m.gguf\nllama_model_load_from_file_impl: failed to load model"
)


@pytest.mark.parametrize(
    ("said", "what", "kind", "sentence"),
    [
        ("tensor 'a.b' has offset 0, expected 470016", "data", "header",
         "The header of this file is damaged: tensor “a.b” does not lie where the one before it ends."),
        ("tensor 'a' has invalid ggml type 200. should be in [0, 43)", "info", "tensor_type",
         "This file has tensors of type 200, which this engine build (llama.cpp b1) does not know. A newer one may."),
        ("tensor 'a' has invalid ggml type -2147483648. should be in [0, 43)", "info", "tensor_type",
         "This file has tensors of type 2_147_483_648, which this engine build (llama.cpp b1) does not know. "
         "A newer one may."),
        ("tensor 'a' of type 4 (DEPRECATED) has 192 elements per row, not a multiple of block size (0)", "info",
         "tensor_type", "This file has tensors of type 4, which llama.cpp no longer supports."),
        ("tensor 'a' of type 8 (q8_0) has 100 elements per row, not a multiple of block size (32)", "info", "header",
         "The header of this file is damaged: tensor “a” has rows of 100 weights, which its type does not divide."),
        ("tensor 'a' has invalid number of dimensions: 5 > 4", "info", "header",
         "The header of this file is damaged: tensor 'a' has invalid number of dimensions: 5 > 4"),
        ("tensor 'out of memory, unknown tokenizer' has invalid number of dimensions: 5 > 4", "info", "header",
         "The header of this file is damaged: tensor 'out of memory, unknown tokenizer' has invalid number of "
         "dimensions: 5 > 4"),
        ("failed to read tensor info", "info", "header", "The header of this file is damaged."),
    ],
)  # fmt: skip
def test_a_refused_header_has_its_own_reason_and_is_not_incomplete(
    said: str, what: str, kind: str, sentence: str
) -> None:
    log = f"llama_model_loader: - kv 3: general.name str = unable to allocate\ngguf_init_from_reader: {said}"
    failure = load_failure(log + _REFUSED.format(what=what), "llama.cpp b1")
    assert (failure.kind, failure.message) == (kind, sentence.replace("_", "\u202f"))


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        ("error loading model: failed to open /home/a b/c.gguf: No such file", "open the file: No such file"),
        ("error loading model: failed to open C:\\a b\\c.gguf: denied", "failed to open the file: denied"),
        ("error loading model: failed to load GGUF split from /home/me/x.gguf", "split from the file"),
        ("error loading model: check_tensor_dims: tensor 'a/b' not found", "It says: tensor 'a/b' not found"),
        ("error loading model: " + "n" * 5000 + "\x1b[2J", "…"),
        ("error loading model: a\x1b[2Jb", "a\ufffd[2Jb"),
    ],
)  # fmt: skip
def test_the_engines_words_are_short_and_without_the_path(log: str, sentence: str) -> None:
    message = load_failure(log, "llama.cpp b1").message
    assert sentence in message
    assert "home" not in message and "C:" not in message and "\x1b" not in message and len(message) < 360


@pytest.mark.parametrize(
    "words",
    ["mmap failed: Cannot allocate memory", "ErrorOutOfDeviceMemory", "what(): std::bad_alloc", "hipMalloc failed"],
)
def test_memory_runs_out_in_other_words_too(words: str) -> None:
    assert load_failure(f"error loading model: {words}", "").kind == "memory"


def test_a_kill_points_to_memory_only_where_memory_was_low() -> None:
    assert "memory" in process_failure(True, 9, "loading", "", memory_was_low=True).message
    assert "memory" not in process_failure(True, 9, "loading", "").message
    assert process_failure(True, 9, "writing", "").message == "The model process was killed (SIGKILL) while generating."


def test_the_last_native_words_are_quoted() -> None:
    failure = process_failure(True, 6, "loading", "noise\nggml.c:12: GGML_ASSERT(a == b) failed\nmore")
    assert "GGML_ASSERT(a == b) failed" in failure.message


def test_a_name_in_a_failed_assertion_moves_no_cursor() -> None:
    """Found by tests/fuzz."""
    assert "\x1b" not in process_failure(True, 6, "loading", "GGML_ASSERT(\x1b[2J) failed").message


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
