"""Before a run: how often two models are likely to disagree, and how much there is to read."""

from __future__ import annotations

from dataclasses import dataclass

from weighin.core import format
from weighin.core.evaluations.mmlu_prompt import description, question_text
from weighin.core.evaluations.questions import QuestionSet
from weighin.core.evaluations.sample import allocate
from weighin.core.models.model import ModelFacts
from weighin.core.statistics.power import TYPICAL_DISCORDANCE, expected_discordance

# Two files of one model: 2 to 5 % (Dutta et al. 2024, arXiv 2407.09141, quantized models still flip answers).
SAME_MODEL_DISCORDANCE = 0.035
# Two models at 45 to 60 %: d = p(1-q) + q(1-p) - 2 r sqrt(...) with r = 0.5 gives 24 to 25 %.
SMALL_MODELS_DISCORDANCE = 0.24
_SMALL = 4_000_000_000
# English text in the vocabularies of today's models; tokens are known exactly only after loading one.
_CHARACTERS_PER_TOKEN = 4.0


@dataclass(frozen=True)
class Likely:
    """Expected share of questions on which just one of two models is right, and why that much."""

    discordance: float
    why: str


def likely_discordance(
    a: ModelFacts, b: ModelFacts, scores: tuple[float | None, float | None] = (None, None)
) -> Likely:
    """What to expect of two models. scores: accuracies (0..1) of earlier runs on such questions, None where unknown."""
    if _same_model(a, b):
        return Likely(SAME_MODEL_DISCORDANCE, "two files of one model disagree on 2 to 5 % of the questions")
    score_a, score_b = scores
    if score_a is not None and score_b is not None:
        share = expected_discordance(score_a, score_b)
        return Likely(share, f"after their earlier scores they should disagree on about {format.percent(share)}")
    if max(a.parameters, b.parameters) < _SMALL:
        return Likely(SMALL_MODELS_DISCORDANCE, "small models disagree on about 24 %")
    return Likely(TYPICAL_DISCORDANCE, "two models of similar strength disagree on about 13 %")


def reading_tokens(questions: QuestionSet, split: str, subjects: tuple[str, ...], n: int | None, shots: int) -> int:
    """About how many tokens a run reads: each subject's header once, each question once. n: None for all questions.

    An estimate from the mean length of the questions of each subject."""
    rows = [q for q in questions.of_split(split) if not subjects or q.subject in subjects]
    lengths: dict[str, list[int]] = {}
    for question in rows:
        lengths.setdefault(question.subject, []).append(len(question_text(question)))
    counts = allocate({name: len(found) for name, found in lengths.items()}, min(n or len(rows), len(rows)))
    characters = 0.0
    for name, found in lengths.items():
        if counts[name]:
            shown = questions.examples(name)[:shots]
            characters += len(description(name)) + sum(len(question_text(e)) + 4 for e in shown)
            characters += counts[name] * sum(found) / len(found)
    return round(characters / _CHARACTERS_PER_TOKEN)


def _same_model(a: ModelFacts, b: ModelFacts) -> bool:
    """Whether both are files of one model in two quantizations, as far as their shapes tell."""
    shapes = [(m.architecture, m.parameters, m.layers, m.embedding, m.vocabulary) for m in (a, b)]
    return shapes[0] == shapes[1] and a.path != b.path
