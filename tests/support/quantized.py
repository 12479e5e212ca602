"""Quantizations made on the spot by the binding."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from tests.support.apart import apart

Q2_K, Q3_K_M, Q8_0 = 10, 12, 7  # enum llama_ftype


def quantized(source: Path, target: Path, kind: int) -> Path:
    """`source`, quantized again to `kind`, at `target`."""
    assert apart(_quantize, source, target, kind) == 0
    return target


def _quantize(source: Path, target: Path, kind: int) -> int:
    import llama_cpp.llama_cpp as llama

    from weighin.workers.llama.libraries import load_backends

    load_backends()  # the one thing that a portable engine cannot do without
    params = llama.llama_model_quantize_default_params()
    params.ftype, params.allow_requantize, params.nthread = kind, True, 1
    silent = llama.llama_log_callback(lambda *_: None)
    llama.llama_log_set(silent, ctypes.c_void_p(0))
    return int(llama.llama_model_quantize(os.fsencode(source), os.fsencode(target), ctypes.byref(params)))
