import pytest

from weighin.core.runs.answer import MemorySample, Timing


@pytest.mark.parametrize("tokens", [0, 1, 2, 7])
def test_few_tokens_have_no_speed(tokens: int) -> None:
    timing = Timing(generated_tokens=tokens, generation_s=0.5, characters=30)
    assert timing.generation_tokens_per_s is None
    assert timing.characters_per_s is None


def test_the_first_token_does_not_count_as_written_in_the_time() -> None:
    assert Timing(generated_tokens=11, generation_s=2.0).generation_tokens_per_s == 5.0


def test_cached_tokens_are_not_counted_as_read() -> None:
    assert Timing(prompt_tokens=100, cached_tokens=60, prompt_s=2.0).prompt_tokens_per_s == 20.0
    assert Timing(prompt_tokens=100, cached_tokens=100, prompt_s=2.0).prompt_tokens_per_s is None


def test_no_time_is_no_speed() -> None:
    assert Timing(prompt_tokens=5, prompt_s=0.0).prompt_tokens_per_s is None
    assert Timing(generated_tokens=20, generation_s=0.0).generation_tokens_per_s is None


def test_a_suspended_computer_spoils_every_time() -> None:
    slept = Timing(prompt_tokens=20, prompt_s=1.0, first_token_s=1.0, first_answer_token_s=1.0, generated_tokens=20,
                   generation_s=1.0, characters=50, total_s=5.0, disturbed=True)  # fmt: skip
    assert slept.generation_tokens_per_s is slept.characters_per_s is slept.prompt_tokens_per_s is None
    assert slept.first_token_s is slept.first_answer_token_s is slept.total_s is None
    assert slept.generated_tokens == 20


def test_total_memory_is_unknown_where_a_part_is() -> None:
    assert MemorySample(1, None).total_bytes is None
    assert MemorySample(1, 2).total_bytes == 3
