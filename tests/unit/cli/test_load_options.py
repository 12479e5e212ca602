"""What the flags of loading mean together."""

from __future__ import annotations

import pytest

from weighin.cli.options import load_options, threads
from weighin.cli.parser import parse
from weighin.core.runs.options import LoadOptions


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("", LoadOptions()),
        ("--kv-type q8_0", LoadOptions(kv_type="q8_0")),
        ("--cache-k q8_0", LoadOptions(kv_type="q8_0", v_type="f16")),
        ("--cache-v q4_0", LoadOptions(v_type="q4_0")),
        ("--cache-k q8_0 --cache-v q8_0", LoadOptions(kv_type="q8_0")),
        ("--kv-type q8_0 --cache-v f16", LoadOptions(kv_type="q8_0", v_type="f16")),
        ("--kv-type q8_0 --a-cache-k q4_0", LoadOptions(kv_type="q4_0", v_type="q8_0")),
        ("--cache-k q8_0 --a-kv-type f16", LoadOptions()),
        ("--ctx 512 --a-ctx 1024 --gpu-layers auto --flash-attn off", LoadOptions(1024, flash_attn="off")),
    ],
)
def test_the_cache_of_keys_and_of_values(flags: str, expected: LoadOptions) -> None:
    assert load_options(parse(["compare", "a", "b", "-p", "x", *flags.split()]), "a") == expected


def test_a_lane_of_its_own_and_the_other_as_before() -> None:
    given = parse(
        ["compare", "a", "b", "-p", "x", "--batch", "64", "--b-batch", "32", "--threads", "2", "--a-threads", "1"]
    )
    assert [load_options(given, lane).batch for lane in "ab"] == [64, 32]
    assert [threads(given, lane) for lane in "ab"] == [1, 2]


def test_each_side_of_fidelity_has_its_own() -> None:
    given = parse(["fidelity", "a", "b", "c", "--other-flash", "off", "--base-kv-type", "q8_0", "--batch", "64"])
    base, other = load_options(given, "base"), load_options(given, "other")
    assert (base.flash_attn, base.kv_type, base.values_type, base.batch) == ("auto", "q8_0", "q8_0", 64)
    assert (other.flash_attn, other.kv_type, other.batch) == ("off", "f16", 64)
    assert given.others == ["b", "c"]
    assert load_options(parse(["fidelity", "a", "b", "--flash", "off"]), "other").flash_attn == "off"
