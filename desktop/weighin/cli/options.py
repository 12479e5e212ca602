"""Options of models as the command line takes them, made from the one table of options."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from weighin.core.errors import AppError
from weighin.core.runs.options import (
    LOAD_OPTIONS,
    MOST_TEXT,
    SAMPLING_OPTIONS,
    THREADS,
    LoadOptions,
    Option,
    SamplingOptions,
    stop_string,
)
from weighin.core.text_bytes import decoded

# Of sampling: what one lane may be given alone, so that it can be held against the other.
_OF_A_LANE = tuple(
    option for option in SAMPLING_OPTIONS if option.name in ("thinking", "thinking_tokens", "json_schema", "grammar")
)
# Of a file that holds the longest text, in UTF-16.
_MOST_BYTES = 2 * MOST_TEXT + 2
_FORMS = ("json_schema", "grammar")
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
        own = f"To set a load option for one side only: --{lanes[0]}-batch, --{lanes[1]}-cache-k and so on."
        parser.epilog = " ".join(filter(None, (parser.epilog, own)))


def add_sampling_options(parser: argparse.ArgumentParser, lanes: tuple[str, ...]) -> None:
    """How the next token is chosen; some can be given to one of the `lanes` alone, as --a-thinking."""
    add_options(parser, SAMPLING_OPTIONS)
    for lane in lanes:
        for option in _OF_A_LANE:
            flags = [f"--{lane}-{flag[2:]}" for flag in option.flags]
            parser.add_argument(*flags, dest=f"{lane}_{option.name}", metavar=option.metavar, help=argparse.SUPPRESS)
    parser.epilog = (
        f"To set thinking, JSON schema or grammar for one side only: --{lanes[0]}-thinking, --{lanes[1]}-json-schema "
        "and so on."
    )


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


def sampling_options(given: argparse.Namespace, lane: str = "") -> SamplingOptions:
    """What the flags of SAMPLING_OPTIONS and --stop say, with those of `lane` alone; the usual for the rest. Raises
    AppError."""
    stop = tuple(stop_string(typed) for typed in given.stop)
    values = _values(given, SAMPLING_OPTIONS)
    own = _values(given, _OF_A_LANE, f"{lane}_") if lane else {}
    if any(own.get(name) for name in _FORMS):  # one form of the answer takes the place of the other
        values = {name: value for name, value in values.items() if name not in _FORMS}
    return SamplingOptions(**(values | own), stop=stop)


def threads(given: argparse.Namespace, lane: str = "") -> int | None:
    """What --threads says, or that of `lane` alone; None where neither is given. Raises AppError."""
    values = _values(given, (THREADS,)) | (_values(given, (THREADS,), f"{lane}_") if lane else {})
    return values.get(THREADS.name)


def _values(given: argparse.Namespace, options: Iterable[Option], prefix: str = "") -> dict[str, Any]:
    values = {}
    for option in options:
        if (text := getattr(given, prefix + option.name, None)) is not None:
            values[option.name] = _read_file(option.title, text) if option.text else option.read(text)
            option.check(values[option.name])
    return values


def _read_file(title: str, name: str) -> str:
    """The text in the file `name`; "" for no name, which leaves the option out. Raises AppError."""
    if not name:
        return ""
    try:
        with Path(name).open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise AppError(f"{title}: {name} is longer than {MOST_TEXT >> 10} KiB.", kind="usage")
        return decoded(data).replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise AppError(f"{title}: {name} is not a text file (UTF-8 or UTF-16).", kind="usage") from None
    except OSError as error:
        raise AppError(f"{title}: {name}: {error.strerror or error}.", kind="usage") from None
