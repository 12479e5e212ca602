"""Options of models as the command line takes them, made from the one table of options."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from weighin.core.runs.options import (
    LOAD_OPTIONS,
    SAMPLING_OPTIONS,
    THREADS,
    LoadOptions,
    Option,
    SamplingOptions,
    stop_string,
)


def add_options(parser: argparse.ArgumentParser, options: Iterable[Option]) -> None:
    """A flag for each; its value is read and judged later, with the sentence that the window shows too."""
    for option in options:
        usual = f" ({', '.join(name for name in option.choices if name)})" if option.choices else ""
        text = (option.help + usual).replace("%", "%%")
        parser.add_argument(*option.flags, dest=option.name, metavar=option.metavar, help=text)


def add_load_options(parser: argparse.ArgumentParser, *left_out: str) -> None:
    """How a model is put into memory, but for the options `left_out`, and with how many threads it runs."""
    add_options(parser, (option for option in (*LOAD_OPTIONS, THREADS) if option.name not in left_out))


def load_options(given: argparse.Namespace) -> LoadOptions:
    """What the flags of LOAD_OPTIONS say, as far as the command has them; the usual for the rest. Raises AppError."""
    return LoadOptions(**_values(given, LOAD_OPTIONS))


def sampling_options(given: argparse.Namespace) -> SamplingOptions:
    """What the flags of SAMPLING_OPTIONS and --stop say; the usual for the rest. Raises AppError."""
    stop = tuple(stop_string(typed) for typed in given.stop)
    return SamplingOptions(**_values(given, SAMPLING_OPTIONS), stop=stop)


def threads(given: argparse.Namespace) -> int | None:
    """What --threads says, None where it is not given. Raises AppError."""
    value: int | None = _values(given, (THREADS,)).get(THREADS.name)
    return value


def _values(given: argparse.Namespace, options: Iterable[Option]) -> dict[str, Any]:
    typed = {option: getattr(given, option.name, None) for option in options}
    values = {option.name: option.read(text) for option, text in typed.items() if text is not None}
    for option in typed:
        if option.name in values:
            option.check(values[option.name])
    return values
