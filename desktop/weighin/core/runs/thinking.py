"""How models set their reasoning apart from their answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReasoningMarks:
    """What opens reasoning, and what closes it: any of `closings`. ending: the text that ends it from outside, up to
    where the answer begins; "" for the first closing alone."""

    opening: str
    closings: tuple[str, ...]
    ending: str = ""

    @property
    def forced(self) -> str:
        """What is put behind reasoning that is not let go on."""
        return self.ending or self.closings[0]


def _tags(name: str) -> ReasoningMarks:
    """Marks that stand on lines of their own."""
    return ReasoningMarks(f"<{name}>", (f"</{name}>",), f"\n</{name}>\n\n")


# As the common model families write them.
REASONING_MARKS = (
    _tags("think"),
    _tags("thinking"),
    _tags("thought"),
    _tags("thoughts"),
    _tags("reasoning"),
    ReasoningMarks("<seed:think>", ("</seed:think>",)),
    ReasoningMarks("<longcat_think>", ("</longcat_think>",)),
    ReasoningMarks("[THINK]", ("[/THINK]",)),
    ReasoningMarks("◁think▷", ("◁/think▷",)),
    ReasoningMarks("<|START_THINKING|>", ("<|END_THINKING|>",), "<|END_THINKING|><|START_RESPONSE|>"),
    ReasoningMarks(
        "<|begin_of_thought|>", ("<|end_of_thought|>",), "\n\n<|end_of_thought|>\n\n<|begin_of_solution|>\n\n"
    ),
    ReasoningMarks("<|inner_prefix|>", ("<|inner_suffix|>",)),
    ReasoningMarks(
        "<|channel|>analysis<|message|>", ("<|channel|>final<|message|>", "<|end|>", "<|return|>"),
        "<|end|><|start|>assistant<|channel|>final<|message|>",
    ),
    ReasoningMarks("<|channel>thought", ("<channel|>",)),
    ReasoningMarks("<unused94>thought", ("<unused95>",)),
)  # fmt: skip
NO_SWITCH = "This template has no switch for thinking."
RAW_THINKING = "In a raw prompt the options of thinking have no effect."
# They only announce a part of the text, or end it, and belong to neither.
SILENT_MARKS = (
    "<|start|>assistant", "<|end|>", "<|return|>", "<|START_RESPONSE|>", "<|END_RESPONSE|>", "<|begin_of_solution|>",
    "<|end_of_solution|>",
)  # fmt: skip
# Where reasoning was never opened these still close it: its opening stood in a prompt that nobody here has seen.
CLOSINGS = tuple(mark for marks in REASONING_MARKS for mark in marks.closings if mark not in SILENT_MARKS)
OPENINGS = tuple(marks.opening for marks in REASONING_MARKS)
ALL_MARKS = (*OPENINGS, *CLOSINGS, *SILENT_MARKS)


def opened_reasoning(rendered: str, question: str = "") -> ReasoningMarks | None:
    """The reasoning inside which a `rendered` prompt ends, so that the answer begins in it; None where it does not.

    `question`: text of the last message. What stands in it opens nothing; what the template wrote behind it does."""
    for marks in REASONING_MARKS:
        if rendered.rstrip().endswith(marks.opening):
            return marks
    asked = question.strip()
    at = rendered.rfind(asked) if asked else -1
    return _open_in(rendered[at + len(asked) :]) if at >= 0 else None


def closes_reasoning(prompt: str) -> bool:
    """Whether the very end of a rendered prompt closes the reasoning before it began."""
    return prompt.rstrip().endswith(CLOSINGS)


def thinking_words(rendered: str, reasoning: str) -> str:
    """Whether a model reasons before it answers: what its template does to the end of the prompt, else what it did."""
    if opened_reasoning(rendered):
        return "on, opened by the template"
    if closes_reasoning(rendered):
        return "off, closed by the template"
    return "on, by the model" if reasoning else "none"


def _open_in(text: str) -> ReasoningMarks | None:
    """The reasoning that is opened last in `text` and not closed there."""
    last, at = max(((marks, text.rfind(marks.opening)) for marks in REASONING_MARKS), key=lambda found: found[1])
    return last if at >= 0 and not any(closing in text[at:] for closing in last.closings) else None
