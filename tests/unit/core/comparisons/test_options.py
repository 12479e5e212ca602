import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighin.core.errors import AppError
from weighin.core.runs.options import LoadOptions, SamplingOptions, stop_string, typed_stop


@pytest.mark.parametrize(
    "wrong",
    [
        {"context": 2_000_000_000}, {"context": 0}, {"context": -1}, {"context": 1.5}, {"context": True},
        {"batch": 0}, {"batch": 10**9}, {"gpu_layers": -2}, {"kv_type": "f8"},
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
        {"stop": ("x",) * 17},
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
