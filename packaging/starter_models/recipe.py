"""Every number of the recipe in one place: seed, world, model shapes, training, files."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODEL_DIR = ROOT / "resources" / "starter"
QUESTION_DIR = ROOT / "resources" / "questions" / "starter"

SEED = 20261122

# The world. Names come up with a weight of (rank + SKEW_START) ** -SKEW, so some are well known and most are not.
PEOPLE = 22_000
PLACES = 700
SKEW = 0.5
SKEW_START = 100

VOCABULARY = 2304
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


@dataclass(frozen=True)
class Phase:
    """One phase of training: its length, and the share of each kind of document.

    `skill_share` and `lookup_share` are those of the four-option questions; the rest of them ask for facts. `header_share`
    is how many lone questions begin with the header line. `weights` makes some skills come up more often. `share_in_files`
    is how much the weights at the end of the phase count in the exported ones, which are the mean of all phases.
    """

    steps: int
    learning_rate: float
    conversation: float
    biography: float
    exam: float
    key_list: float
    open_answer: float
    chat_exam: float
    exam_people: int
    skill_share: float
    lookup_share: float
    header_share: float
    share_in_files: float
    weights: tuple[tuple[str, float], ...] = ()


# Both models see the same rows of text at every step. The first phase teaches everything; the second practises the hardest
# part, to find among four options what was learnt as a sentence, with the better known people. At its end both models know
# all of those by heart and cannot be told apart; the mean of both phases shows which of them has more room.
ROWS = 48
EXAM_PEOPLE = 6_000
PHASES = (
    Phase(
        steps=12_000,
        learning_rate=3e-3,
        conversation=0.60,
        biography=0.09,
        exam=0.22,
        key_list=0.05,
        open_answer=0.0,
        chat_exam=0.04,
        exam_people=PEOPLE,
        skill_share=0.3,
        lookup_share=0.2,
        header_share=0.93,
        share_in_files=0.3,
    ),
    Phase(
        steps=10_000,
        learning_rate=2e-3,
        conversation=0.38,
        biography=0.05,
        exam=0.42,
        key_list=0.02,
        open_answer=0.10,
        chat_exam=0.03,
        exam_people=EXAM_PEOPLE,
        skill_share=0.15,
        lookup_share=0.05,
        header_share=0.5,
        share_in_files=0.7,
        weights=(
            ("total", 1.6),
            ("difference", 1.6),
            ("count_range", 1.3),
            ("belongings", 2.0),
            ("compare_animals", 1.5),
        ),
    ),
)
WARMUP_STEPS = 200
FINAL_SHARE = 0.03
WEIGHT_DECAY = 0.01
BALANCE_WEIGHT = 0.01
# One token among forty is all that a four-option question teaches, so it counts more than a word of an answer.
LETTER_WEIGHT = 5

# The question set.
TEST_ROWS = 36
DEV_ROWS = 5
