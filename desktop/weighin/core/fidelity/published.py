"""What quantizations cost one well-known model, as llama.cpp's authors measured it: the scale a KLD is read on."""

from __future__ import annotations

import math
from dataclasses import dataclass

MODEL = "Llama-3-8B"
SOURCE = (
    "llama.cpp, tools/perplexity/README.md: Llama-3-8B against F16 (F16 against BF16), Wikitext-2, 564 chunks, "
    "without an importance matrix. The same type costs another model more or less."
)
ADDRESS = "https://github.com/ggml-org/llama.cpp/blob/master/tools/perplexity/README.md"
# A cost this near to a published one is about the same.
_ABOUT = math.log(1.2)


@dataclass(frozen=True)
class Published:
    """A type of weights. kld: mean, natural logarithm; rms_delta_p, same_top: shares of 1, None where not published."""

    name: str
    kld: float
    rms_delta_p: float
    same_top: float | None = None


PUBLISHED = (
    Published("F16", 0.00002515, 0.00150, 0.99739),
    Published("Q8_0", 0.001355, 0.01198, 0.97674),
    Published("Q6_K", 0.005452, 0.02295, 0.96031),
    Published("Q5_K_M", 0.010762, 0.03160),
    Published("Q4_K_M", 0.031273, 0.05519, 0.91901),
    Published("Q4_0", 0.071940, 0.08434),
    Published("Q3_K_M", 0.101913, 0.10203),
    Published("Q3_K_S", 0.228217, 0.15541),
    Published("Q2_K", 0.445132, 0.21421, 0.71138),
)


def nearest(kld: float) -> Published:
    """The type whose cost is nearest by its ratio. kld > 0."""
    return min(PUBLISHED, key=lambda row: abs(math.log(row.kld / kld)))


def cost_words(kld: float, low: float | None = None, high: float | None = None) -> str:
    """ "about what Q4_K_M costs on Llama-3-8B": what lies in the interval, or next to it; "between what ..." where that
    is more than one. kld > 0; low, high: its interval, None where there is none."""
    low, high = (kld, kld) if low is None or high is None else (low, high)
    inside = [row for row in PUBLISHED if low <= row.kld <= high or abs(math.log(row.kld / kld)) <= _ABOUT]
    if len(inside) == 1:
        return f"about what {inside[0].name} costs on {MODEL}"
    if inside:
        return f"between what {inside[0].name} and {inside[-1].name} cost on {MODEL}"
    below = [row for row in PUBLISHED if row.kld < kld]
    if not below:
        return f"less than {PUBLISHED[0].name} costs on {MODEL}"
    if len(below) == len(PUBLISHED):
        return f"more than {PUBLISHED[-1].name} costs on {MODEL}"
    return f"between what {below[-1].name} and {PUBLISHED[len(below)].name} cost on {MODEL}"
