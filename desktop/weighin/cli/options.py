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

# Where --kv-type lies among what was given.
_BOTH = "both_types"


def add_options(parser: argparse.ArgumentParser, options: Iterable[Option]) -> None:
    """A flag for each; its value is read and judged later, with the sentence that the window shows too."""
    for option in options:
        text = (option.help[:1].lower() + option.help[1:].rstrip(".")).replace("%", "%%")
        parser.add_argument(*option.flags, dest=option.name, metavar=option.metavar, help=text)


def add_load_options(parser: argparse.ArgumentParser, *left_out: str, lanes: tuple[str, ...] = ()) -> None:
    """How a model is put into memory, but for the options `left_out`, and with how many threads it runs. Each can be
    given to one of the `lanes` alone, as --a-batch."""
    options = tuple(option for option in (*LOAD_OPTIONS, THREADS) if option.name not in left_out)
    add_options(parser, options)
    parser.add_argument("--kv-type", dest=_BOTH, metavar="TYPE", help="both --cache-k and --cache-v")
    for lane in lanes:
        for option in options:
            flags = [f"--{lane}-{flag[2:]}" for flag in option.flags]
            parser.add_argument(*flags, dest=f"{lane}_{option.name}", metavar=option.metavar, help=argparse.SUPPRESS)
        parser.add_argument(f"--{lane}-kv-type", dest=f"{lane}_{_BOTH}", metavar="TYPE", help=argparse.SUPPRESS)
    if lanes:
        parser.epilog = f"To set a load option for one side only: --{lanes[0]}-batch, --{lanes[1]}-cache-k and so on."


def load_options(given: argparse.Namespace, lane: str = "") -> LoadOptions:
    """What the flags of LOAD_OPTIONS say, as far as the command has them, with those of `lane` alone; the usual for the
    rest. Raises AppError."""
    values: dict[str, Any] = {}
    for prefix in ("", f"{lane}_") if lane else ("",):
        typed = _values(given, LOAD_OPTIONS, prefix)
        if (both := getattr(given, prefix + _BOTH, None)) is not None:
            typed = {"kv_type": both.lower(), "v_type": both.lower(), **typed}
        elif "kv_type" in typed:  # of the keys alone: values stay as they are
            typed.setdefault("v_type", values.get("v_type") or values.get("kv_type") or LoadOptions.kv_type)
        values |= typed
    return LoadOptions(**values)


def sampling_options(given: argparse.Namespace) -> SamplingOptions:
    """What the flags of SAMPLING_OPTIONS and --stop say; the usual for the rest. Raises AppError."""
    stop = tuple(stop_string(typed) for typed in given.stop)
    return SamplingOptions(**_values(given, SAMPLING_OPTIONS), stop=stop)


def threads(given: argparse.Namespace, lane: str = "") -> int | None:
    """What --threads says, or that of `lane` alone; None where neither is given. Raises AppError."""
    values = _values(given, (THREADS,)) | (_values(given, (THREADS,), f"{lane}_") if lane else {})
    return values.get(THREADS.name)


def _values(given: argparse.Namespace, options: Iterable[Option], prefix: str = "") -> dict[str, Any]:
    values = {}
    for option in options:
        if (text := getattr(given, prefix + option.name, None)) is not None:
            values[option.name] = option.read(text)
            option.check(values[option.name])
    return values
