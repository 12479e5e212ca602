"""The same-prompt proof: everything both lanes were given, side by side, and what was not the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from weighin.core import format
from weighin.core.comparisons.comparison import Comparison, LaneResult
from weighin.core.comparisons.conversation import turns
from weighin.core.comparisons.parity import differences, unknowns
from weighin.core.comparisons.text import different_words, unknown_words
from weighin.core.models.server import ON_THE_SERVER
from weighin.core.runs.answer import Answer, PromptProof
from weighin.core.runs.chat import Message
from weighin.core.runs.lane import LABELS
from weighin.core.runs.options import SAMPLING_OPTIONS, Option, SamplingOptions
from weighin.core.runs.thinking import thinking_words
from weighin.core.safe_text import safe_name

_TEMPLATES = {
    "own": "the model's own",
    "chatml": "ChatML instead of its own",
    "none": "none, plain text",
    "raw": "not used (raw prompt)",
}


# Of a greedy sampler they play no part, but where they differ that is named.
# Filters that play no part where the likeliest token is taken.
_DRAWN = tuple(option for option in SAMPLING_OPTIONS if option.draws)
_THINKING = {"auto": "as the template does", "on": "on", "off": "off"}
_NOT_TAKEN = "not supported by the server"


@dataclass(frozen=True)
class ProofRow:
    """One thing both lanes were given. differs: it was not the same; False too where a server does not tell."""

    name: str
    a: str
    b: str
    differs: bool


def proof_rows(comparison: Comparison) -> tuple[ProofRow, ...]:
    """All of it, in the order in which it is shown; () unless there are two lanes."""
    if len(comparison.results) != 2:
        return ()
    a, b = (_given(result) for result in comparison.results)
    if comparison.request.threads:
        a, b = (
            {"earlier turns": _turns(t), **given} for t, given in zip(comparison.request.threads, (a, b), strict=True)
        )
    asked = zip(*(_asked(result) for result in comparison.results), strict=True)
    for (name, one, plain), (_, other, _) in asked:
        if (one, other) != (plain, plain):
            a, b = {**a, name: one}, {**b, name: other}
    named = differences(comparison.results)
    if a["sampler"] == b["sampler"] and any(option.difference in named for option in _DRAWN):
        for given, result in zip((a, b), comparison.results, strict=True):
            given["sampler"] += f" ({_filters(_DRAWN, result.setup.sampling)}, without effect)"
    rows = []
    for name in a:
        differs = a[name] != b[name] and ON_THE_SERVER not in (a[name], b[name])
        # Beside a server only whether a model thinks can be held against another one, not how it came to.
        rows.append(ProofRow(name, a[name], b[name], differs and (name != "thinking" or name in named)))
        if name == "prompt tokens" and "tokens" in named:
            rows.append(_boundaries(comparison.results))
    return tuple(rows)


# What two models differ in by nature: each has its own template and its own tokens.
_OF_THE_MODEL = ("chat template", "rendered prompt", "prompt tokens", "tokens", "earlier turns")


def parity_words(comparison: Comparison) -> tuple[str, bool]:
    """Whether both lanes were given the same, in one short sentence, and False where something differs that is not
    the models' own."""
    hidden = unknowns(comparison.results)
    if hidden and not any(result.answer.failure for result in comparison.results):
        return _server_words(comparison.differences, hidden), not comparison.differences
    without = [result.label for result in comparison.results if not result.answer.rendered_prompt]
    if without:
        who = "Both models" if len(without) == len(LABELS) else without[0]
        return f"{who} stopped before {'they' if len(without) > 1 else 'it'} started", False
    # Records of earlier versions name no differences of a lane that failed.
    named = comparison.differences or differences(comparison.results, comparison.request.same_messages)
    # One template fills in the same messages the same way: another text is not the models' own then.
    own = "chat template" in named or "earlier turns" in named
    natural = [name for name in _OF_THE_MODEL if own or name != "rendered prompt"]
    if different := [name for name in named if name not in natural]:
        return different_words(different), False
    if failed := [result.label for result in comparison.results if _lacks_part(result)]:
        return f"Same prompt text; {' and '.join(failed)} failed before the rest could be compared", False
    if not named:
        return "Same prompt, same options", True
    if "chat template" in named:
        return "Same question, own templates", True
    return ("Same question, own answers before" if "earlier turns" in named else "Same question, own tokens"), True


def _lacks_part(result: LaneResult) -> bool:
    """Whether a lane failed and something of what it was given is not known."""
    answer = result.answer
    return answer.failure is not None and None in (answer.context, answer.timing.prompt_tokens, answer.timing.threads)


def _server_words(different: tuple[str, ...], hidden: tuple[str, ...]) -> str:
    same = "Same messages, same options"
    found = different_words(different) if different else same
    return f"{found}. {unknown_words(hidden)}"


def first_difference(a: PromptProof | None, b: PromptProof | None) -> int | None:
    """Number of the first token at which two prompts part; None where they do not, or nothing is known."""
    if a is None or b is None or a.pieces == b.pieces:
        return None
    same = (n for n, (one, other) in enumerate(zip(a.pieces, b.pieces, strict=False)) if one != other)
    return next(same, min(len(a.pieces), len(b.pieces)))


def _boundaries(results: tuple[LaneResult, ...]) -> ProofRow:
    """Where the same text is first cut in another way."""
    proofs = [result.answer.proof for result in results]
    at = first_difference(*proofs)
    said = [
        f"{at + 1}: {safe_name(repr(proof.pieces[at]), 40)}" if at is not None and proof and at < len(proof.pieces)
        else format.NONE
        for proof in proofs
    ]  # fmt: skip
    return ProofRow("tokens", said[0], said[1], True)


def _turns(thread: tuple[Message, ...]) -> str:
    said = "\n".join(message.content for message in thread)
    return f"{format.plural(turns(thread), 'turn')}, {_fingerprint(said)}"


def _given(result: LaneResult) -> dict[str, str]:
    setup, answer = result.setup, result.answer
    remote = setup.model.is_server
    proof = answer.proof

    def here(text: str) -> str:
        return ON_THE_SERVER if remote else text

    return {
        "rendered prompt": here(_fingerprint(answer.rendered_prompt)),
        "prompt tokens": format.count(answer.timing.prompt_tokens),
        "template": here(_TEMPLATES.get(proof.template, format.NONE) if proof else format.NONE),
        "template sha256": here((setup.model.template_sha256 or format.NONE)[:16]),
        "thinking": "on, by the model" if remote and answer.reasoning else here(_thinking(answer)),
        "context": format.count(answer.context) if answer.context or not remote else ON_THE_SERVER,
        "sampler": sampler_words(setup.sampling) + _without(answer.left_out),
        "seed": _NOT_TAKEN if "seed" in answer.left_out else str(setup.sampling.seed),
        "max answer tokens": _NOT_TAKEN if "max tokens" in answer.left_out else format.count(setup.sampling.max_tokens),
        "stop strings": ", ".join(safe_name(repr(stop), 40) for stop in setup.sampling.stop) or "none",
        "KV cache type": here(setup.load.kv_types),
        "flash attention": here(setup.load.flash_attn),
        "batch": here(format.count(setup.load.batch)),
        "GPU layers": here("all" if setup.load.gpu_layers < 0 else format.count(setup.load.gpu_layers)),
        "threads": here(format.count(answer.timing.threads)),
    }


def _asked(result: LaneResult) -> list[tuple[str, str, str]]:
    """Name, value and usual value of what most comparisons do not ask for."""
    sampling, left_out = result.setup.sampling, result.answer.left_out

    def row(name: str, difference: str, value: str, plain: str) -> tuple[str, str, str]:
        return name, _NOT_TAKEN if difference in left_out and value != plain else value, plain

    limit = format.count(sampling.thinking_tokens) if sampling.thinking_tokens else "none"
    return [
        row("thinking asked for", "thinking", _THINKING[sampling.thinking], _THINKING["auto"]),
        row("max thinking tokens", "thinking tokens", limit, "none"),
        row("JSON schema", "JSON schema", _fingerprint(sampling.json_schema), format.NONE),
        row("grammar", "grammar", _fingerprint(sampling.grammar), format.NONE),
    ]


def _thinking(answer: Answer) -> str:
    return thinking_words(answer.rendered_prompt, answer.reasoning)


def _without(left_out: tuple[str, ...]) -> str:
    gone = [o.difference for o in SAMPLING_OPTIONS if o.off is not None and o.difference in left_out]
    return f" ({', '.join(gone)} not supported by the server)" if gone else ""


def _filters(options: Iterable[Option], sampling: SamplingOptions) -> str:
    return ", ".join(f"{option.title.lower()} {getattr(sampling, option.name):.12g}" for option in options)


def sampler_words(sampling: SamplingOptions) -> str:
    """How the next token is chosen."""
    first = "greedy" if sampling.temperature == 0 else f"temperature {sampling.temperature:.12g}"
    return f"{first}, {filters}" if (filters := _filters(sampling.filters, sampling)) else first


def _fingerprint(rendered: str) -> str:
    if not rendered:
        return format.NONE
    digest = hashlib.sha256(rendered.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{format.plural(len(rendered), 'character')}, sha256 {digest}"
