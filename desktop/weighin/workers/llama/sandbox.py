"""Where templates run: Jinja's sandbox with bounds of our own, a deadline and a cap on memory."""

from __future__ import annotations

import contextlib
import ctypes
import json
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import jinja2
import jinja2.ext
import jinja2.sandbox

from weighin.core.safe_text import safe_name

DEADLINE_S = 2.0
MEMORY_CAP = 512 << 20
_LONGEST_REASON = 300  # characters


class TemplateError(Exception):
    """The template is wrong or refuses these messages: something else can be tried. The text says why."""


class TemplateHostileError(Exception):
    """The template tried to break out, runs without end or eats memory: nothing else is tried."""


class TemplateHungError(Exception):
    """The template could not even be interrupted: the process must go."""


class PromptTooLongError(Exception):
    """The template makes more of a prompt than is read: `characters` of them."""

    def __init__(self, characters: int) -> None:
        super().__init__(f"it makes {characters} characters of this prompt")
        self.characters = characters


class _DeadlineError(BaseException):
    """Raised inside the rendering thread."""


class _GenerationTag(jinja2.ext.Extension):
    """`{% generation %}` marks the assistant's part for training tools; it prints its content."""

    tags = {"generation"}

    def parse(self, parser: Any) -> Any:
        """The content of the block, unchanged."""
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class _Sandbox(jinja2.sandbox.SandboxedEnvironment):
    """Adds a bound on repetition, which the sandbox itself leaves open: 'x' * 10**10 and 10 ** 10 ** 10.

    Lists and dicts may be changed: whatever a template can reach was made by it, or for this one rendering."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """`left operator right`, refused where the result would be enormous."""
        for one, other in ((left, right), (right, left)):
            if isinstance(one, (str, list, tuple)) and isinstance(other, int) and len(one) * other > 1_000_000:
                raise jinja2.sandbox.SecurityError("the template repeats a text or list too often")
        if operator == "**" and isinstance(right, (int, float)) and abs(right) > 64:
            raise jinja2.sandbox.SecurityError("the template computes a number that is too large")
        return super().call_binop(context, operator, left, right)


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | str | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """The filter as the hub's own library (transformers) has it: Jinja's would escape "<", "&" and quotes."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _raise(message: Any) -> None:
    raise TemplateError(_short(str(message)))


def _short(reason: str) -> str:
    """A stranger's words on one line, cut."""
    return safe_name(" ".join(reason[: 4 * _LONGEST_REASON].split()), _LONGEST_REASON)


def joined(pieces: Iterable[str], most: int) -> str:
    """The text of all pieces. Raises PromptTooLongError above `most` characters; no more are kept."""
    kept: list[str] = []
    characters = 0
    for piece in pieces:
        characters += len(piece)
        if characters <= most:
            kept.append(piece)
    if characters > most:
        raise PromptTooLongError(characters)
    return "".join(kept)


def compile_template(source: str, clock: Callable[[str], str]) -> jinja2.Template:
    """`source` with all that templates expect to find; `clock` answers strftime_now. Raises what Jinja raises."""
    environment = _Sandbox(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do", _GenerationTag]
    )
    environment.filters["tojson"] = _to_json
    environment.globals.update(raise_exception=_raise, strftime_now=clock)
    return environment.from_string(source)


def guarded(work: Callable[[], str], deadline_s: float) -> str:
    """The result of `work`, what it raises told apart into broken, hostile and hung."""
    try:
        return _in_thread(work, deadline_s)
    except jinja2.sandbox.SecurityError as error:
        raise TemplateHostileError(f"it tried something that is not allowed ({_short(str(error))})") from None
    except _DeadlineError:
        raise TemplateHostileError(f"it did not finish within {deadline_s:g} seconds") from None
    except MemoryError:
        raise TemplateHostileError("it needed too much memory") from None
    except (TemplateError, TemplateHungError, PromptTooLongError):
        raise
    except Exception as error:  # noqa: BLE001 - a stranger's program can raise anything
        raise TemplateError(_short(f"{type(error).__name__}: {error}")) from None


def _in_thread(work: Callable[[], str], deadline_s: float) -> str:
    """The result of `work`, run in a thread that is interrupted at the deadline, under a cap on memory."""
    outcome: dict[str, Any] = {}
    begun, ending = threading.Event(), threading.Lock()

    def run() -> None:
        try:
            try:
                begun.set()
                outcome["value"] = work()
            except BaseException as error:  # noqa: BLE001 - carried to the caller
                outcome["error"] = error
            with ending:  # what was sent until now comes here at the latest, and nothing is sent any more
                outcome["ended"] = True
        except _DeadlineError:
            outcome["ended"] = True

    thread = threading.Thread(target=run, daemon=True)
    with memory_cap():
        thread.start()
        begun.wait()
        thread.join(deadline_s)
        if thread.is_alive():
            with ending:
                if "ended" not in outcome:
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(
                        ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_DeadlineError)
                    )
            thread.join(1.0)
    if thread.is_alive():
        raise TemplateHungError(f"it did not finish within {deadline_s:g} seconds and could not be interrupted")
    if "error" in outcome:
        raise outcome["error"]
    if "value" not in outcome:
        raise _DeadlineError
    return outcome["value"]


@contextlib.contextmanager
def memory_cap() -> Iterator[None]:
    """For a moment this process may grow by MEMORY_CAP only (where the system has such limits)."""
    if sys.platform != "linux":
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as statm:  # noqa: PTH123 - a kernel file, read on every prompt
        size = int(statm.read().split()[0]) * resource.getpagesize()
    cap = min([size + MEMORY_CAP, *(limit for limit in before if limit != resource.RLIM_INFINITY)])
    resource.setrlimit(resource.RLIMIT_AS, (cap, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
