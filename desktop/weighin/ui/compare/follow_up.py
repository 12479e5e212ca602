"""Whether the next prompt can follow up what is shown."""

from __future__ import annotations

from collections.abc import Sequence

from weighin.core.comparisons.comparison import Comparison
from weighin.core.comparisons.conversation import threads_after
from weighin.core.errors import AppError
from weighin.core.models.model import ModelFacts


def why_no_follow_up(shown: Comparison | None, chosen: Sequence[ModelFacts | None], blind: bool) -> str:
    """Why it cannot, "" where it can. chosen: the models of the lanes now; blind: the next round is to be blind."""
    if shown is None:
        return "There is no answer to follow up yet."
    if blind:
        return "A blind round cannot follow up: the earlier answers would tell who is who."
    for model, result in zip(chosen, shown.results, strict=False):
        if model is None or model.path != result.setup.model.path:
            return "Other models are chosen now."
    try:
        threads_after(shown)
    except AppError as error:
        return error.user_text
    return ""


def conversation_tokens(shown: Comparison) -> int:
    """Tokens that a conversation takes after `shown`, in the lane where they are most; 0 where nobody counted."""
    timings = [result.answer.timing for result in shown.results]
    return max(((timing.prompt_tokens or 0) + timing.generated_tokens for timing in timings), default=0)
