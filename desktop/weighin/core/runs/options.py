"""What a model is loaded with and how its next token is chosen: frozen, validated, and one table of both.

A new option is a field, a row of the table, and what the engine does with it: window, command line, the same-prompt
proof and requests to servers are made from the table."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.jsonable import is_finite

MAX_CONTEXT = 1_048_576
# How the KV cache may be stored, with the bytes a value takes.
KV_BYTES = {"f16": 2.0, "q8_0": 34 / 32, "q4_0": 18 / 32}
KV_TYPES = tuple(KV_BYTES)
FLASH_ATTENTION = ("auto", "on", "off")
THINKING = ("auto", "on", "off")
# Bytes of a JSON schema or of a grammar.
MOST_TEXT = 64 << 10


def check_whole(name: str, value: object, low: int, high: int) -> None:
    """Raise AppError(kind="options") unless `value` is an int within [low, high]."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        allowed = f"{format.count(low)} to {format.count(high)}"
        raise AppError(f"{name} must be a whole number from {allowed}, not {value!r}.", kind="options")


def check_number(name: str, value: object, low: float, high: float) -> None:
    """Raise AppError(kind="options") unless `value` is a finite number within [low, high]."""
    if not is_finite(value) or not low <= value <= high:  # type: ignore[operator]
        raise AppError(f"{name} must be a number from {low:g} to {high:g}, not {value!r}.", kind="options")


def check_text(name: str, value: object) -> None:
    """Raise AppError(kind="options") unless `value` is a text of at most MOST_TEXT bytes."""
    if not isinstance(value, str):
        raise AppError(f"{name} must be a text, not {value!r}.", kind="options")
    if len(value.encode("utf-8", "surrogatepass")) > MOST_TEXT:
        raise AppError(f"{name} must be a text of at most {MOST_TEXT >> 10} KiB.", kind="options")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def check_schema(name: str, value: object) -> None:
    """Raise AppError(kind="options") unless `value` is a text with a JSON object, or ""."""
    check_text(name, value)
    if not value:
        return
    try:
        body = json.loads(str(value))
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno}: {_lower(error.msg)})" if isinstance(error, json.JSONDecodeError) else ""
        raise AppError(f"{name} is not valid JSON{where}.", kind="options") from None
    if not isinstance(body, dict):
        raise AppError(f"{name} must be a JSON object.", kind="options")


def whole(text: str) -> object:
    """A whole number where `text` is one, also as it is shown; else the text, which the options refuse with their own
    sentence."""
    try:
        return int(text.replace("\u202f", ""))
    except ValueError:
        return text


def number(text: str) -> object:
    """A number where `text` is one, with a point or a comma; else the text."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text


def _limit(text: str) -> object:
    return whole(text or "0")


def _layers(text: str) -> object:
    return -1 if text == "auto" else whole(text)


@dataclass(frozen=True, eq=False, repr=False)  # each is one of its kind, and the first paint waits for no more
class Option:
    """One option. name: its field. title: in the window and in sentences. read: what is typed to a value. low, high: of
    a number; choices: of a word; text: checks a text, which the command line takes from a file. flags, metavar: on the
    command line. server: its names in a request to a server, the first of them first; openai: whether OpenAI's own
    servers know it. off: the value at which a filter does nothing, None where it is no filter; draws: it plays no part
    where the likeliest token is taken. said: its name among the differences of two lanes, "" for that of the field."""

    name: str
    title: str
    help: str
    flags: tuple[str, ...]
    metavar: str = "N"
    read: Callable[[str], object] = whole
    low: float = 0
    high: float = 0
    choices: tuple[str, ...] = ()
    server: tuple[str, ...] = ()
    openai: bool = True
    off: float | None = None
    draws: bool = False
    text: Callable[[str, object], None] | None = None
    said: str = ""

    @property
    def difference(self) -> str:
        """Its name among the differences of two lanes."""
        return self.said or self.name.replace("_", " ")

    def check(self, value: object) -> None:
        """Raise AppError(kind="options") unless `value` makes sense."""
        if self.choices:
            if value not in self.choices:
                listed = ", ".join(self.choices)
                raise AppError(f"{self.title} must be one of {listed}, not {value!r}.", kind="options")
        elif self.text:
            self.text(self.title, value)
        elif self.read is number:
            check_number(self.title, value, self.low, self.high)
        else:
            check_whole(self.title, value, int(self.low), int(self.high))


LOAD_OPTIONS = (
    Option("context", "Context", "Tokens for prompt and answer together.", ("--ctx",), low=16, high=MAX_CONTEXT),
    Option(
        "gpu_layers", "GPU layers", "Layers kept on the GPU: 0 for none, -1 or auto for all.",
        ("--gpu-layers",), "N|auto", _layers, -1, 100_000,
    ),
    Option(
        "batch", "Batch", "Prompt tokens processed per step; more needs more memory.",
        ("--batch",), low=1, high=4096,
    ),
    Option(
        "kv_type", "K cache type", "How the KV cache is stored: f16, q8_0 (half the memory) or q4_0 (a quarter).",
        ("--cache-k", "--cache-type-k"), "TYPE", str.lower, choices=KV_TYPES,
    ),
    Option(
        "v_type", "V cache type", "How the V cache is stored, if not like the K cache: f16, q8_0 or q4_0.",
        ("--cache-v", "--cache-type-v"), "TYPE", str.lower, choices=("", *KV_TYPES),
    ),
    Option(
        "flash_attn", "Flash attention", "auto: where the model allows it; on: required; off: never.",
        ("--flash-attention", "--flash-attn"), "auto|on|off", str.lower, choices=FLASH_ATTENTION,
    ),
)  # fmt: skip
SAMPLING_OPTIONS = (
    Option(
        "max_tokens", "Max answer tokens", "The answer stops after this many tokens.",
        ("--max-tokens",), low=1, high=MAX_CONTEXT, server=("max_tokens",),
    ),
    Option(
        "temperature", "Temperature", "0 always picks the most likely token; higher is more varied.",
        ("--temperature",), "T", number, 0.0, 10.0, server=("temperature",),
    ),
    Option(
        "top_k", "Top-k", "Choose among the k most likely tokens; 0 for no limit.",
        ("--top-k",), "K", low=0, high=1_000_000, server=("top_k",), openai=False, off=0, draws=True,
    ),
    Option(
        "top_p", "Top-p", "Choose among the most likely tokens that add up to this probability; 1 for no limit.",
        ("--top-p",), "P", number, 0.0, 1.0, server=("top_p",), off=1, draws=True,
    ),
    Option(
        "min_p", "Min-p", "Choose among tokens at least this likely, relative to the most likely one; 0 for no limit.",
        ("--min-p",), "P", number, 0.0, 1.0, server=("min_p",), openai=False, off=0, draws=True,
    ),
    Option(
        "repeat_penalty", "Repeat penalty", "Above 1 makes repeated tokens less likely; 1 for none.",
        ("--repeat-penalty",), "R", number, 0.1, 10.0, server=("repeat_penalty", "repetition_penalty"), openai=False,
        off=1,
    ),
    Option(
        "seed", "Seed", "Same seed, same random choices.",
        ("--seed",), "S", low=0, high=2**32 - 2, server=("seed",),
    ),
    Option(
        "thinking", "Thinking", "Whether the model thinks first, by its chat template's switch; auto leaves it alone.",
        ("--thinking",), "auto|on|off", str.lower, choices=THINKING, server=("chat_template_kwargs",), openai=False,
    ),
    Option(
        "thinking_tokens", "Max thinking tokens",
        "Thinking is ended after this many tokens, and the answer limit counts the answer alone; 0 for none.",
        ("--thinking-tokens",), read=_limit, low=0, high=MAX_CONTEXT,
    ),
    Option(
        "json_schema", "JSON schema", "The answer can only be JSON that is valid under this schema.",
        ("--json-schema",), "FILE", str, server=("response_format", "json_schema"), text=check_schema,
        said="JSON schema",
    ),
    Option(
        "grammar", "Grammar", "The answer can only be text that this grammar (GBNF) allows.",
        ("--grammar",), "FILE", str, server=("grammar", "structured_outputs"), openai=False,
        text=check_text,
    ),
)  # fmt: skip
THREADS = Option("threads", "Threads", "Processor cores to use; automatic if not set.", ("--threads",), low=1, high=512)


@dataclass(frozen=True)
class LoadOptions:
    """How a model is put into memory.

    context: tokens of prompt and answer together. batch: prompt tokens a step. gpu_layers: layers kept on a GPU,
    0 none, -1 all that this build can take. kv_type: storage of the KV cache, one of KV_TYPES; v_type: of its values,
    "" where as the keys. flash_attn: one of FLASH_ATTENTION. Raises AppError(kind="options").
    """

    context: int = 4096
    batch: int = 512
    gpu_layers: int = -1
    kv_type: str = "f16"
    v_type: str = ""
    flash_attn: str = "auto"

    def __post_init__(self) -> None:
        if self.v_type == self.kv_type:  # one way to say one thing: options are compared
            object.__setattr__(self, "v_type", "")
        for option in LOAD_OPTIONS:
            option.check(getattr(self, option.name))
        if self.flash_attn == "off" and self.values_type != "f16":
            text = f"A V cache of {self.values_type} needs flash attention: turn it on, or use f16."
            raise AppError(text, kind="options")

    @property
    def values_type(self) -> str:
        """How the values of the KV cache are stored, one of KV_TYPES."""
        return self.v_type or self.kv_type

    @property
    def kv_types(self) -> str:
        """ "q8_0", or "K q8_0, V f16" where keys and values differ."""
        return f"K {self.kv_type}, V {self.v_type}" if self.v_type else self.kv_type

    def kv_row_bytes(self, keys: float, values: float) -> float:
        """Bytes in the KV cache of so many numbers of keys and of values."""
        return keys * KV_BYTES[self.kv_type] + values * KV_BYTES[self.values_type]


def stop_string(typed: str) -> str:
    """The stop string that somebody `typed`: a newline, which few places let one type, is written \\n."""
    return typed.replace("\\n", "\n")


def typed_stop(stop: str) -> str:
    """A stop string as it is typed."""
    return stop.replace("\n", "\\n")


@dataclass(frozen=True)
class SamplingOptions:
    """How the next token is chosen, and when to stop. Temperature 0 is greedy and repeatable:
    top_k, top_p, min_p and seed then play no part.

    seed: of the random draw, 0..2^32-2. top_k 0, top_p 1, min_p 0 and repeat_penalty 1 switch the filter off.
    thinking: one of THINKING. thinking_tokens: thinking is ended after so many, and max_tokens counts the answer alone;
    with 0 it counts both. json_schema, grammar (GBNF): all that the answer can be, "" for anything; thinking is
    free of it. Raises AppError(kind="options").
    """

    max_tokens: int = 512
    temperature: float = 0.0
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    seed: int = 42
    stop: tuple[str, ...] = ()
    thinking: str = "auto"
    thinking_tokens: int = 0
    json_schema: str = ""
    grammar: str = ""

    def __post_init__(self) -> None:
        for name in ("json_schema", "grammar"):
            text = getattr(self, name)
            if isinstance(text, str) and not text.strip():  # one way to say nothing: options are compared
                object.__setattr__(self, name, "")
        for option in SAMPLING_OPTIONS:
            option.check(getattr(self, option.name))
        if self.json_schema and self.grammar:
            raise AppError("Use a JSON schema or a grammar, not both.", kind="options")
        if len(self.stop) > 16 or any(not isinstance(s, str) or not s or len(s) > 256 for s in self.stop):
            raise AppError("Use at most 16 stop strings, each of 1 to 256 characters.", kind="options")

    @property
    def filters(self) -> tuple[Option, ...]:
        """The filters that play a part with these options."""
        greedy = self.temperature == 0
        return tuple(
            option
            for option in SAMPLING_OPTIONS
            if option.off is not None and (not greedy if option.draws else getattr(self, option.name) != option.off)
        )
