"""weighin compare --prompts gsm8k --fetch: the set is got from the hub first."""

from __future__ import annotations

from collections.abc import Callable

from weighin.cli.console import Console
from weighin.cli.loop import wait_for
from weighin.core import format
from weighin.core.errors import AppError
from weighin.services.comparisons.gsm8k import GSM8K
from weighin.services.evaluations.set_fetch import FetchProgress
from weighin.wiring.services import Services


def is_gsm8k(name: str) -> bool:
    """Whether a prompt set of this name is the one that can be fetched."""
    return name.casefold() == GSM8K.key


def fetch_prompts(name: str, services: Services, console: Console) -> None:
    """Get the set `name` from the hub, unless it is here. Raises AppError."""
    if not is_gsm8k(name):
        raise AppError("--fetch works with --prompts gsm8k.", kind="usage")

    def show(progress: FetchProgress) -> None:
        amount = f"{format.size(progress.done)} of {format.size(progress.total or None)}"
        console.progress(f"{GSM8K.title}: {progress.phase} {amount}")

    def begin(done: Callable[[None], None], failed: Callable[[AppError], None]) -> None:
        services.gsm8k.progressed.connect(show)
        services.gsm8k.fetched.connect(lambda _made: done(None))
        services.gsm8k.failed.connect(failed)
        services.gsm8k.fetch()

    if not any(is_gsm8k(one.name) for one in wait_for(services.prompt_sets.sets)):
        wait_for(begin)
        console.end_progress()
