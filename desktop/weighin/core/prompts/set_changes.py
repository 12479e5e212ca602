"""What became of a prompt set since a run of it began: a run goes on with the prompts it began with."""

from __future__ import annotations

from collections import Counter

from weighin.core import format
from weighin.core.prompts.prompt_set import SetPrompt


def changes_sentence(begun: tuple[SetPrompt, ...], now: tuple[SetPrompt, ...]) -> str:
    """ "The set has changed since this run began (3 prompts differ, 1 is new)."; "" where it has not."""
    if begun == now:
        return ""
    gone, new = ((Counter(one) - Counter(other)).total() for one, other in ((begun, now), (now, begun)))
    differ = min(gone, new)
    parts = [f"{format.plural(differ, 'prompt')} {'differs' if differ == 1 else 'differ'}"] if differ else []
    for number, what in ((new - differ, "new"), (gone - differ, "gone")):
        if number:
            of = "" if parts else f" {'prompt' if number == 1 else 'prompts'}"
            parts.append(f"{format.count(number)}{of} {'is' if number == 1 else 'are'} {what}")
    return f"The set has changed since this run began ({', '.join(parts) or 'the prompts are in another order'})."
