"""What is asked of a server."""

from __future__ import annotations

import json
import re
from typing import Any

from weighin.core.runs.chat import Message
from weighin.core.runs.options import SAMPLING_OPTIONS, SamplingOptions
from weighin.workers.engine import EngineError

CHAT, COMPLETIONS = "/chat/completions", "/completions"
# OpenAI's own limit; other servers take more, but none fewer.
_MOST_STOPS = 4
# All others make it another question, or another way of choosing tokens. Stop strings are looked for on this side.
_MAY_GO = ("stream_options", "seed", "max_tokens", "stop")
_FORMS = ("response_format", "json_schema")
_OF_FORMS = (*_FORMS, "grammar", "structured_outputs")
_MORE = ("cache_prompt", *(name for option in SAMPLING_OPTIONS if not option.openai for name in option.server))
NO_SYSTEM_TEXT = "The server takes no system prompt with this model, so it was put before the prompt."
# What the templates of Gemma and older Mistral models, and the servers in front of them, say to system text.
_NO_SYSTEM = re.compile(
    r"(system|developer) (role|message|prompt|instruction)s?\b.{0,20}?((not|n't) (support|allow|enable)|unsupported)"
    r"|(not|n't) support.{0,30}? system (role|message|prompt|instruction)|roles must alternate|only user.{0,30} roles",
    re.IGNORECASE,
)
# What is wrong with a grammar or a schema itself stays wrong.
_BAD_FORM = re.compile(
    r"(pars|compil|conver).{0,30}(grammar|schema\b)|(grammar|schema\b).{0,60}(pars|compil|conver|invalid)"
    r"|invalid (json )?(grammar|schema)\b",
    re.IGNORECASE,
)
# What leaving an option out changes, by the name it has among the differences. Stop strings are looked for on this side
# in any case, and a cache that is used is counted.
_SAID = {name: option.difference for option in SAMPLING_OPTIONS for name in option.server if name != "top_p"}


def question(model: str, messages: tuple[Message, ...], raw: bool) -> tuple[str, dict[str, Any]]:
    """Path and body of a request: a conversation, or with `raw` its text as it is, without any template."""
    if raw:
        return COMPLETIONS, {"model": model, "prompt": "\n\n".join(m.content for m in messages)}
    return CHAT, {"model": model, "messages": [{"role": m.role, "content": m.content} for m in messages]}


def common_options(sampling: SamplingOptions) -> dict[str, Any]:
    """Options that every server takes. Stop strings beyond the fourth are looked for on this side."""
    body: dict[str, Any] = {
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": sampling.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p if sampling.temperature > 0 else 1.0,
        "seed": sampling.seed,
    }
    if sampling.stop:
        body["stop"] = list(sampling.stop[:_MOST_STOPS])
    return body


def more_options(sampling: SamplingOptions) -> dict[str, Any]:
    """Options of llama.cpp and vLLM that OpenAI does not know, by the names of both. Each answer starts from an empty
    cache where the server can do that, as it does in a model on this computer."""
    body: dict[str, Any] = {"cache_prompt": False}
    for option in sampling.filters:
        if not option.openai:
            body |= dict.fromkeys(option.server, getattr(sampling, option.name))
    return body


def thinking_options(sampling: SamplingOptions, raw: bool) -> dict[str, Any]:
    """The switch of the model's template, by the names under which the common families know it; of llama.cpp, vLLM and
    SGLang."""
    if sampling.thinking == "auto" or raw:
        return {}
    on = sampling.thinking == "on"
    return {"chat_template_kwargs": {"enable_thinking": on, "thinking": on}}


def form_options(sampling: SamplingOptions, raw: bool) -> dict[str, Any]:
    """What the answer is held to. llama.cpp takes a schema for a raw prompt by a name of its own; vLLM a grammar."""
    if sampling.grammar:
        return {"grammar": sampling.grammar, "structured_outputs": {"grammar": sampling.grammar}}
    if not sampling.json_schema:
        return {}
    schema = json.loads(sampling.json_schema)
    wanted = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
    return {"response_format": wanted, **({"json_schema": schema} if raw else {})}


def never_taken(sampling: SamplingOptions, raw: bool) -> tuple[str, ...]:
    """Names, as they stand among the differences, of what is asked for and no server can be asked."""
    switched = ("thinking",) if raw and sampling.thinking != "auto" else ()
    return (*switched, *(("thinking tokens",) if sampling.thinking_tokens else ()))


def refused_options(body: dict[str, Any], said: str) -> tuple[str, ...]:
    """Which options of `body` a server names where it says no; without a name those that OpenAI does not know, then the
    wish for counts; () where there is nothing to leave out any more."""
    may_go = [name for name in (*_MAY_GO, *_FORMS, *_MORE) if name in body]
    if _BAD_FORM.search(said):
        may_go = [name for name in may_go if name not in _OF_FORMS]
    if "top_p" in body and not body["temperature"]:  # the likeliest token is the same whatever is cut off below it
        may_go.append("top_p")
    if "context" in said:  # a prompt that is too long stays so without a limit for the answer
        may_go = [name for name in may_go if name != "max_tokens"]
    named = tuple(name for name in may_go if re.search(rf"(?<![a-z_]){name}(?![a-z_])", said))
    unnamed = (tuple(name for name in may_go if name in last) for last in (_MORE, ("stream_options",), _FORMS))
    return named or next(filter(None, unnamed), ())


def refuses_system(error: EngineError) -> bool:
    """Whether a server says that this model's template takes no system text."""
    return error.kind in ("refused", "server_error") and bool(_NO_SYSTEM.search(error.message))


def without(body: dict[str, Any], names: tuple[str, ...], said: str) -> dict[str, Any]:
    """The same without these; a limit that goes by another name keeps its value."""
    less = {name: value for name, value in body.items() if name not in names}
    if "max_tokens" in names and "max_completion_tokens" in said:
        less["max_completion_tokens"] = body["max_tokens"]
    return less


def left_out(asked: dict[str, Any], taken: dict[str, Any]) -> tuple[str, ...]:
    """Names of options, as they stand among the differences, that were `asked` for and not `taken`."""
    gone = [name for name in asked if name not in taken and name in _SAID]
    kept = {_SAID[name] for name in taken if name in _SAID}  # by another name
    kept |= {_SAID["max_tokens"]} if "max_completion_tokens" in taken else set()
    return tuple(dict.fromkeys(_SAID[name] for name in gone if _SAID[name] not in kept))


def left_out_words(names: tuple[str, ...], asked: dict[str, Any], taken: dict[str, Any]) -> tuple[str, ...]:
    """A sentence for the `names` of what was left out, and one where the server cannot be asked to count."""
    said = []
    if names:
        said.append(f"This server does not support {', '.join(names)}, so the request was sent without.")
    if "stream_options" in asked and "stream_options" not in taken:
        said.append("This server does not support stream_options, so token counts may be missing.")
    return tuple(said)
