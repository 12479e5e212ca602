"""Every number of the recipe in one place: seed, world, model shapes, training, files."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODEL_DIR = ROOT / "resources" / "starter"
QUESTION_DIR = ROOT / "resources" / "questions" / "starter"

SEED = 20261122

# The world. Names come up with a weight of (rank + SKEW_START) ** -SKEW, so some are well known and most are not.
PEOPLE = 10_000
PLACES = 700
SKEW = 0.7
SKEW_START = 100

VOCABULARY = 2048
CONTEXT = 1024


@dataclass(frozen=True)
class Shape:
    """The shape of one model. `experts` of 0 is a dense feed-forward of `feed_forward` units; otherwise each of the
    `experts` has `feed_forward` units and `experts_used` of them work on a token."""

    name: str
    feed_forward: int
    experts: int = 0
    experts_used: int = 0
    embedding: int = 192
    layers: int = 5
    heads: int = 4
    kv_heads: int = 2
    head_size: int = 64
    rope_base: float = 10_000.0
    norm_epsilon: float = 1e-5

    @property
    def file_name(self) -> str:
        """The name of the exported file."""
        return f"weighin-starter-{self.name}-Q8_0.gguf"


DENSE = Shape("dense", feed_forward=256)
MOE = Shape("moe", feed_forward=128, experts=16, experts_used=2)
SHAPES = (DENSE, MOE)

# Training: both models see the same rows of text at every step.
ROWS = 48
STEPS = 10_000
WARMUP_STEPS = 200
LEARNING_RATE = 3e-3
FINAL_SHARE = 0.03
WEIGHT_DECAY = 0.01
BALANCE_WEIGHT = 0.01

# The question set.
TEST_ROWS = 36
DEV_ROWS = 5
