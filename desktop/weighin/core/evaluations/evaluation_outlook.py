"""Before a run: its questions, how often two models are likely to disagree, and how much there is to read."""

from __future__ import annotations

from dataclasses import dataclass

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.evaluations.ending_prompt import ending_block, read_characters
from weighin.core.evaluations.evaluation import CHAT, STANDARD, EvaluationChoice, EvaluationProtocol
from weighin.core.evaluations.forms import ENDING_FORMS
from weighin.core.evaluations.mmlu_prompt import description, question_text
from weighin.core.evaluations.questions import QuestionSet
from weighin.core.evaluations.sample import Sample, allocate, draw
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
        return Likely(SAME_MODEL_DISCORDANCE, "two files of one model disagree on 2 to 5 % of questions")
    score_a, score_b = scores
    if score_a is not None and score_b is not None:
        share = expected_discordance(score_a, score_b)
        return Likely(share, f"by their earlier scores they disagree on about {format.percent(share)} of questions")
    if max(a.parameters, b.parameters) < _SMALL:
        return Likely(SMALL_MODELS_DISCORDANCE, "small models disagree on about 24 % of questions")
    return Likely(TYPICAL_DISCORDANCE, "two models of similar strength disagree on about 13 % of questions")


def reading_tokens(questions: QuestionSet, split: str, subjects: tuple[str, ...], n: int | None, shots: int) -> int:
    """About how many tokens a run reads: each subject's header once, each question once; of endings each whole prompt.
    n: None for all questions.

    An estimate from the mean length of the questions of each subject."""
    rows = [q for q in questions.of_split(split) if not subjects or q.subject in subjects]
    lengths: dict[str, list[int]] = {}
    headers = {name: _header_characters(questions, name, shots) for name in {q.subject for q in rows}}
    alone = questions.form in ENDING_FORMS
    for question in rows:
        name = question.subject
        length = read_characters(question, headers[name]) if alone else len(question_text(question))
        lengths.setdefault(name, []).append(length)
    counts = allocate({name: len(found) for name, found in lengths.items()}, min(n or len(rows), len(rows)))
    characters = 0.0
    for name, found in lengths.items():
        if counts[name]:
            characters += 0 if alone else headers[name]
            characters += counts[name] * sum(found) / len(found)
    return round(characters / _CHARACTERS_PER_TOKEN)


def _header_characters(questions: QuestionSet, subject: str, shots: int) -> int:
    shown = questions.examples(subject)[:shots]
    if questions.form in ENDING_FORMS:
        return len(ending_block(shown, shots, ()).header)
    return len(description(subject)) + sum(len(question_text(e)) + 4 for e in shown)


def _same_model(a: ModelFacts, b: ModelFacts) -> bool:
    """Whether both are files of one model in two quantizations, as far as their shapes tell."""
    shapes = [(m.architecture, m.parameters, m.layers, m.embedding, m.vocabulary) for m in (a, b)]
    return shapes[0] == shapes[1] and a.path != b.path


_SCORING = {
    STANDARD: "largest of the log-probabilities of “ A” to “ D” behind “Answer:”, as tokens in context; raw completion",
    CHAT: "largest of the log-probabilities of “A” to “D” where the answer begins; the model's template, thinking off",
}
_ALL, _SHARE = "all questions", "proportional to the subjects (largest remainder)"


def most_shots(questions: QuestionSet, split: str, subjects: tuple[str, ...] = ()) -> int:
    """How many worked examples every one of the subjects (all of them where none is named) has."""
    names = subjects or tuple(questions.subjects(split))
    return min((len(questions.examples(name)) for name in names), default=0)


def drawn(questions: QuestionSet, choice: EvaluationChoice) -> tuple[EvaluationProtocol, Sample]:
    """What is asked, and in which order. Raises AppError(kind="options") where the set cannot give what was picked."""
    if choice.protocol not in _SCORING:
        raise AppError(f"There is no protocol {choice.protocol!r}: use {STANDARD} or {CHAT}.", kind="options")
    form = ENDING_FORMS.get(questions.form)
    if form is not None and choice.protocol != STANDARD:
        text = f"{questions.title} is scored as raw text: choose the standard protocol."
        raise AppError(text, kind="options")
    there = questions.subjects(choice.split)
    if not there or choice.split == "dev":
        splits = " and ".join(split for split in questions.splits if split != "dev")
        raise AppError(f"{questions.title} has no {choice.split} questions, only {splits}.", kind="options")
    unknown = sorted(set(choice.subjects) - set(there))
    if unknown:
        raise AppError(f"{questions.title} has no subject {unknown[0]!r} in its {choice.split} split.", kind="options")
    subjects = tuple(sorted(set(choice.subjects))) or tuple(there)
    _check_shots(questions, subjects, choice.shots)
    rows = [q for q in questions.of_split(choice.split) if q.subject in subjects]
    sample = draw(rows, len(rows) if choice.n is None else choice.n, choice.seed)
    protocol = EvaluationProtocol(
        name=choice.protocol,
        shots=choice.shots,
        scoring=form.scoring if form else _SCORING[choice.protocol],
        sampling=_ALL if sample.whole else _SHARE,
        seed=choice.seed,
        n=sample.n,
        split=choice.split,
        subjects=subjects,
        dataset=questions.title,
        dataset_sha256=questions.sha256,
        population=sample.population,
        is_mmlu=questions.is_mmlu,
        form=questions.form,
        note=questions.note,
    )
    return protocol, sample


def _check_shots(questions: QuestionSet, subjects: tuple[str, ...], shots: int) -> None:
    fewest = min(subjects, key=lambda name: len(questions.examples(name)))
    count = len(questions.examples(fewest))
    if count < shots:
        have, most = (f"only {count}", f"{count} or fewer") if count else ("no", "0")
        text = f"{questions.title} has {have} few-shot examples for {fewest}, not {shots}. Choose {most}."
        raise AppError(text, kind="options")
