"""Whether both lanes were given the same, and in what they differed."""

from __future__ import annotations

from weighin.core.comparisons.comparison import LaneResult
from weighin.core.runs.answer import Answer
from weighin.core.runs.options import SAMPLING_OPTIONS, Option
from weighin.core.runs.thinking import thinking_words

# Not known of an answer that did not come to its end.
_MAY_LACK = ("rendered prompt", "template used")


# What a server keeps to itself; its answers say how many tokens the prompt had, if anything.
_HIDDEN = (
    "chat template", "template used", "thinking", "rendered prompt", "context", "batch", "KV cache type",
    "flash attention", "GPU layers", "threads",
)  # fmt: skip


def unknowns(results: tuple[LaneResult, ...]) -> tuple[str, ...]:
    """Names of what cannot be compared because a model lives on a server, which does not tell."""
    if not any(result.setup.model.is_server for result in results):
        return ()
    hidden: tuple[str, ...] = _HIDDEN
    if any(result.setup.model.is_server and result.answer.reasoning for result in results):
        hidden = tuple(name for name in hidden if name != "thinking")
    if all(result.answer.timing.prompt_tokens is not None for result in results):
        return hidden
    return (*hidden, "prompt tokens")


def _same_boundaries(a: Answer, b: Answer) -> bool:
    """Whether the same text in as many tokens is cut at the same places, as far as is known."""
    one, other = (answer.proof.pieces if answer.proof else () for answer in (a, b))
    if not one or not other or a.rendered_prompt != b.rendered_prompt:
        return True
    return a.timing.prompt_tokens != b.timing.prompt_tokens or one == other


def _thinking(result: LaneResult, results: tuple[LaneResult, ...]) -> str:
    """How a model thinks; beside one on a server, whose template nobody sees, only whether it does."""
    said = thinking_words(result.answer.rendered_prompt, result.answer.reasoning)
    if any(other.setup.model.is_server for other in results):
        return "on" if result.answer.reasoning else "none seen"
    return said


def _taken(result: LaneResult, option: Option) -> object:
    """The value with which a lane answered, None where its server did not take the option; no text is False."""
    value = getattr(result.setup.sampling, option.name)
    return None if option.difference in result.answer.left_out else (value or False if option.text else value)


def _read_its_prompt(result: LaneResult) -> bool:
    return result.setup.model.is_server or result.answer.timing.prompt_tokens is not None


def differences(results: tuple[LaneResult, ...], same_messages: bool = True) -> tuple[str, ...]:
    """Names of everything but the model that was not the same for both lanes (the same-prompt proof), as far as both
    got; () where one never read its prompt."""
    if len(results) != 2 or not all(_read_its_prompt(result) for result in results):
        return ()
    a, b = results
    pairs: dict[str, tuple[object, ...]] = {
        "earlier turns": (True, same_messages),
        "context": (a.answer.context, b.answer.context),
        "batch": (a.setup.load.batch, b.setup.load.batch),
        "KV cache type": (a.setup.load.kv_types, b.setup.load.kv_types),
        "flash attention": (a.setup.load.flash_attn, b.setup.load.flash_attn),
        "GPU layers": (a.setup.load.gpu_layers, b.setup.load.gpu_layers),
        "threads": (a.answer.timing.threads, b.answer.timing.threads),
        "chat template": (a.setup.model.template_sha256, b.setup.model.template_sha256),
        "template used": tuple(r.answer.proof.template if r.answer.proof else "" for r in results),
        "thinking": tuple(_thinking(r, results) for r in results),
        "rendered prompt": (a.answer.rendered_prompt, b.answer.rendered_prompt),
        "prompt tokens": (a.answer.timing.prompt_tokens, b.answer.timing.prompt_tokens),
        "tokens": (True, _same_boundaries(a.answer, b.answer)),
    }
    taken = {option.difference: tuple(_taken(r, option) for r in results) for option in SAMPLING_OPTIONS}
    asked = taken.pop("thinking")
    pairs |= {**taken, "thinking": tuple(zip(pairs["thinking"], asked, strict=True))}
    pairs["stop"] = (a.setup.sampling.stop, b.setup.sampling.stop)
    hidden = tuple(name for name in unknowns(results) if name != "thinking" or asked[0] == asked[1])
    failed = any(result.answer.failure for result in results)
    lacking = ("", None) if failed else ("",)
    may_lack = pairs if failed else _MAY_LACK
    known = {n: pair for n, pair in pairs.items() if not (n in may_lack and any(one in lacking for one in pair))}
    return tuple(name for name, (one, other) in known.items() if one != other and name not in hidden)
