"""Why servers say that an answer ended, in all their spellings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from weighin.core.comparisons.answer import StopReason
from weighin.core.safe_text import safe_name

_NONE_YET = ("", "null", "none")
_END = (
    "stop", "end", "eos", "eos_token", "eos_found", "end_turn", "end_of_turn", "stop_sequence", "stop_sequence_reached",
    "stop_string", "stop_token", "stop_reason", "stop_word", "completed", "complete", "finished", "done", "normal",
)  # fmt: skip
_LENGTH = (
    "length", "max_tokens", "max_token", "max_new_tokens", "max_output_tokens", "max_completion_tokens", "max_length",
    "model_length", "token_limit", "tokens_limit", "length_limit", "limit", "truncated", "incomplete",
)  # fmt: skip
_CONTEXT = ("model_context_window_exceeded", "context_length", "context_length_exceeded", "context_window", "context")
_TOOLS = ("tool_calls", "tool_call", "tool_use", "function_call", "function_calls")
_FILTERED = (
    "content_filter", "content_filtered", "content_filter_stop", "safety", "recitation", "blocklist", "sensitive",
    "prohibited_content", "spii", "refusal", "guardrail", "guardrail_intervened", "moderation", "image_safety",
)  # fmt: skip
_BROKEN = (
    "abort", "aborted", "error", "errored", "failed", "failure", "cancel", "cancelled", "canceled", "interrupted",
    "interrupt", "timeout", "timed_out", "disconnect", "server_error", "internal_error", "network_error", "overloaded",
    "insufficient_system_resource", "malformed_function_call", "worker_error", "preempted", "unhealthy",
)  # fmt: skip


@dataclass(frozen=True)
class Ending:
    """reason: why the answer is not longer. notice: what else is to be said, "" where nothing is. broken: it was broken
    off, so what there is of it is not whole."""

    reason: StopReason = StopReason.END
    notice: str = ""
    broken: bool = False


def said_ending(value: Any) -> str:
    """What a field "finish_reason" says; "" where the answer goes on."""
    if isinstance(value, dict):
        value = value.get("type") or value.get("reason") or "unknown"
    if value is None or value is False:
        return ""
    said = str(value)[:80].strip()
    return "" if said.lower() in _NONE_YET else said


def ending_of(said: str, tools: tuple[str, ...] = ()) -> Ending:
    """What an answer that ended with `said` is worth; `tools`: names of those it called."""
    word = said.lower().replace("-", "_").replace(" ", "_").rpartition(".")[2].removeprefix("finish_reason_")
    if word in _BROKEN:
        return Ending(broken=True)
    if tools or word in _TOOLS:
        names = ", ".join(dict.fromkeys(filter(None, tools)))
        named = f" ({safe_name(names, 80)})" if names else ""
        return Ending(notice=f"It called a tool{named}, which is not run here.")
    if word in _LENGTH:
        return Ending(StopReason.LENGTH)
    if word in _CONTEXT:
        return Ending(StopReason.CONTEXT)
    if word in _FILTERED:
        return Ending(notice="The server's content filter ended the answer.")
    if word in _END or not word:
        return Ending()
    return Ending(notice=f"The server ended the answer with a reason of its own: {safe_name(said, 40)}.")
