"""What the engine logs is partly a stranger's text: names, keys and values of the file."""

from __future__ import annotations

import pytest

from weighin.workers.llama.native import NativeLog

INFO, WARNING = 2, 3
MEBIBYTE = 1 << 20


@pytest.fixture(scope="session")
def native_log() -> NativeLog:
    """One for all: the engine keeps a pointer to it."""
    return NativeLog()


@pytest.fixture
def log(native_log: NativeLog) -> NativeLog:
    native_log.clear()
    return native_log


def test_buffers_and_caches_are_read_from_the_engines_lines(log: NativeLog) -> None:
    for line in (
        b"load_tensors:   CPU_Mapped model buffer size =     1.50 MiB\n",
        b"load_tensors:   CPU_Mapped model buffer size =     0.50 MiB\n",
        b"llama_context:        CPU  output buffer size =     0.25 MiB\n",
        b"llama_kv_cache:      CUDA0 KV buffer size = 16384.00 MiB\n",
        b"llama_kv_cache: size =    1.25 MiB (   512 cells,   5 layers,  1/1 seqs), K (f16):    0.62 MiB\n",
        b"llama_kv_cache_iswa: size =    1.00 MiB\n",
    ):
        log._on_line(INFO, line, None)
    assert log.buffers == {
        "CPU_Mapped model": 2 * MEBIBYTE, "CPU output": MEBIBYTE // 4, "CUDA0 KV": 16384 * MEBIBYTE,
    }  # fmt: skip
    assert log.memories == {"llama_kv_cache": round(2.25 * MEBIBYTE)}


@pytest.mark.timeout(20)  # the patterns of before needed hours for these
@pytest.mark.parametrize(
    "unit", ["n", "n ", " ", "llama_kv_cache", "llama_kv_cache: size =", "a: b model buffer size ="]
)
def test_a_line_of_a_million_characters_holds_nothing_up(log: NativeLog, unit: str) -> None:
    log._on_line(WARNING, (unit * (1_000_000 // len(unit))).encode(), None)
    assert len(log.tail()) <= 2000
    assert all(len(warning) <= 2000 for warning in log.warnings)
    assert not log.buffers and not log.memories


def test_a_name_in_the_file_is_no_buffer(log: NativeLog) -> None:
    log._on_line(INFO, b"llama_model_loader: - kv 0: general.name str = CPU model buffer size = 9.99 MiB\n", None)
    log._on_line(WARNING, b"x: tensor 'llama_kv_cache: size = 1.2.3 MiB' is odd\n", None)
    assert not log.buffers and not log.memories


def test_a_name_with_line_breaks_is_one_line(log: NativeLog) -> None:
    log._on_line(INFO, b"x: tensor 'a\ngguf_init_from_reader: failed to allocate\n' is odd\n", None)
    assert "\n" not in log.tail()
