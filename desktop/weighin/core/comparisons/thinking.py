"""How models set their reasoning apart from their answer."""

from __future__ import annotations

# (opens reasoning, closes it), as the common model families write them.
REASONING_MARKS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|channel|>analysis<|message|>", "<|start|>assistant<|channel|>final<|message|>"),
    ("<|channel>thought", "<channel|>"),
)


def closing_of(prompt_end: str) -> str:
    """The mark that closes the reasoning which the end of a rendered prompt has opened; "" where it has not."""
    found = ""
    for opening, closing in REASONING_MARKS:
        if prompt_end.rstrip().endswith(opening):
            found = closing
    return found


def thinking_words(rendered: str, reasoning: str) -> str:
    """Whether a model reasons before it answers: what its template does to the end of the prompt, else what it did."""
    end = rendered.rstrip()
    if closing_of(end):
        return "on, opened by the template"
    if any(end.endswith(closing) for _, closing in REASONING_MARKS):
        return "off, closed by the template"
    return "on, by the model" if reasoning else "none"
