"""What the questions of a set look like, and what of a model is compared: letters, or endings by log-likelihood.

The three forms with endings follow lm-evaluation-harness's task files `hellaswag`, `arc_easy` / `arc_challenge` and
`winogrande`: log p of the tokens of an ending, given what stands before it, summed up. `acc` is the share of questions
on which the right ending has the largest sum. `acc_norm` divides each sum by the bytes of its ending (UTF-8, without
the blank before it). The harness's own `acc_norm` counts characters, its `acc_bytes` bytes: the same but where an
ending has letters beyond ASCII.
"""

from __future__ import annotations

from dataclasses import dataclass

# Four options under letters, as MMLU has them.
LETTERS_FORM = "letters"
HELLASWAG, ARC, WINOGRANDE = "hellaswag", "arc", "winogrande"


@dataclass(frozen=True)
class EndingForm:
    """A form whose options are endings. name: what it is called; normed: whether it has an acc_norm; scoring: how it
    is scored, in words."""

    name: str
    normed: bool
    scoring: str


_ENDINGS = (
    "acc: largest sum of the log-probabilities of an ending's tokens behind the context; "
    "acc_norm: that sum divided by the ending's bytes; raw completion"
)
ENDING_FORMS = {
    HELLASWAG: EndingForm("HellaSwag", True, _ENDINGS),
    ARC: EndingForm("ARC", True, _ENDINGS),
    WINOGRANDE: EndingForm(
        "WinoGrande",
        False,
        "largest sum of the log-probabilities of the rest of the sentence behind each option; raw completion",
    ),
}
