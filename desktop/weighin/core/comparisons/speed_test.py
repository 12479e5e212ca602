"""The bench, and a speed test: how fast a loaded model reads and writes here, measured apart from any answer."""

from __future__ import annotations

from dataclasses import dataclass

from weighin.core.comparisons.rounds import Spread, spread, uncertainty

# Rates of one test, and how well their median must be known for it to count.
LEAST_RATES, MOST_UNCERTAINTY = 4, 0.1


@dataclass(frozen=True)
class BenchRounds:
    """Random tokens put through a loaded model. prompt_s, generation_s: seconds of each timed round, reading and
    writing apart."""

    prompt_tokens: int
    generate_tokens: int
    prompt_s: tuple[float, ...]
    generation_s: tuple[float, ...]
    threads: int


@dataclass(frozen=True)
class SpeedTest:
    """What one model wrote and read in rounds on random tokens, with the options of a comparison and the same number of
    threads. created: ISO 8601 in UTC. generate_tokens, prompt_tokens: of each round; generation_rates, prompt_rates:
    tokens a second of each round, at least one of writing."""

    created: str
    threads: int
    generate_tokens: int
    generation_rates: tuple[float, ...]
    prompt_tokens: int = 0
    prompt_rates: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not self.generation_rates or min((*self.generation_rates, *self.prompt_rates)) <= 0:
            raise ValueError("a speed test has rates, all above 0")

    @property
    def generation(self) -> Spread:
        """Median and range of writing."""
        found = spread(self.generation_rates)
        assert found is not None
        return found

    @property
    def prompt(self) -> Spread | None:
        """Median and range of reading; None where it was not timed."""
        return spread(self.prompt_rates)

    @property
    def is_steady(self) -> bool:
        """Whether its rounds agree well enough to speak of a speed."""
        known = uncertainty(self.generation_rates)
        return len(self.generation_rates) >= LEAST_RATES and known is not None and known <= MOST_UNCERTAINTY
