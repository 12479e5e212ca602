import math
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighin.core.errors import AppError
from weighin.core.runs.options import (
    LOAD_OPTIONS,
    SAMPLING_OPTIONS,
    THREADS,
    LoadOptions,
    SamplingOptions,
    stop_string,
    typed_stop,
)


@pytest.mark.parametrize(
    "wrong",
    [
        {"context": 2_000_000_000}, {"context": 0}, {"context": -1}, {"context": 1.5}, {"context": True},
        {"batch": 0}, {"batch": 10**9}, {"gpu_layers": -2}, {"kv_type": "f8"},
        {"v_type": "f8"}, {"flash_attn": "maybe"}, {"flash_attn": "off", "v_type": "q8_0"},
        {"flash_attn": "off", "kv_type": "q4_0"},
    ],
)  # fmt: skip
def test_absurd_load_options_are_refused_in_words(wrong: dict) -> None:
    with pytest.raises(AppError) as refusal:
        LoadOptions(**wrong)
    assert refusal.value.kind == "options"
    assert refusal.value.user_text.endswith(".")


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_tokens": 0}, {"temperature": -0.1}, {"temperature": math.nan}, {"temperature": math.inf}, {"top_k": -1},
        {"top_p": 1.01}, {"min_p": -1}, {"repeat_penalty": 0.0}, {"seed": -1}, {"seed": 2**32 - 1}, {"stop": ("",)},
        {"stop": ("x",) * 17}, {"thinking": "maybe"}, {"thinking": True}, {"thinking_tokens": -1},
        {"thinking_tokens": 1 << 21}, {"json_schema": "{"}, {"json_schema": "[" * 60_000}, {"json_schema": "[]"},
        {"json_schema": 3}, {"grammar": "a" * 65_537}, {"grammar": None}, {"grammar": "é" * 40_000},
        {"json_schema": "{}", "grammar": "root ::= [a]"},
    ],
)  # fmt: skip
def test_absurd_sampling_options_are_refused(wrong: dict) -> None:
    with pytest.raises(AppError):
        SamplingOptions(**wrong)


@pytest.mark.parametrize(("typed", "stop"), [("\\n", "\n"), ("a\\n\\nb", "a\n\nb"), ("\\end", "\\end"), ("\\t", "\\t")])
def test_a_newline_among_the_stop_strings_is_typed_in_two_characters(typed: str, stop: str) -> None:
    assert stop_string(typed) == stop
    assert typed_stop(stop) == typed


@given(st.one_of(st.integers(), st.floats(), st.text(), st.none()))
def test_whatever_is_accepted_is_within_bounds(value: object) -> None:
    try:
        options = SamplingOptions(temperature=value)  # type: ignore[arg-type]
    except AppError:
        return
    assert 0 <= options.temperature <= 10


def test_every_option_has_a_row_in_the_table_and_its_usual_value_makes_sense() -> None:
    for options, table in ((LoadOptions(), LOAD_OPTIONS), (SamplingOptions(), SAMPLING_OPTIONS)):
        assert {option.name for option in table} == {field.name for field in fields(options)} - {"stop"}
        for option in table:
            option.check(getattr(options, option.name))
    flags = [flag for option in (*LOAD_OPTIONS, *SAMPLING_OPTIONS, THREADS) for flag in option.flags]
    assert len(flags) == len(set(flags))


def test_keys_and_values_of_the_cache_may_be_stored_apart() -> None:
    assert LoadOptions(kv_type="q8_0", v_type="q8_0") == LoadOptions(kv_type="q8_0")
    apart = LoadOptions(kv_type="q8_0", v_type="f16", flash_attn="off")
    assert (apart.values_type, apart.kv_types) == ("f16", "K q8_0, V f16")
    assert apart.kv_row_bytes(32, 32) == 34 + 64


def test_only_filters_that_play_a_part_are_named() -> None:
    assert SamplingOptions().filters == ()
    assert [option.name for option in SamplingOptions(repeat_penalty=1.1).filters] == ["repeat_penalty"]
    assert [option.name for option in SamplingOptions(temperature=0.5).filters] == ["top_k", "top_p", "min_p"]


def test_a_blank_schema_is_none() -> None:
    assert SamplingOptions(json_schema=" \n", grammar="") == SamplingOptions()
