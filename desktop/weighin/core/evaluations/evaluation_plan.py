"""From what the user picked to the protocol and the questions of a run."""

from __future__ import annotations

from dataclasses import dataclass

from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import CHAT, STANDARD, EvaluationChoice, EvaluationProtocol
from weighin.core.evaluations.questions import Question, QuestionSet
from weighin.core.evaluations.sample import Sample, draw

_SCORING = {
    STANDARD: "largest of the log-probabilities of “ A” to “ D” behind “Answer:”, as tokens in context; raw completion",
    CHAT: "largest of the log-probabilities of “A” to “D” where the answer begins; the model's template, thinking off",
}
_ALL, _SHARE = "all questions", "proportional to the subjects (largest remainder)"


@dataclass(frozen=True)
class EvaluationPlan:
    """What is asked, in which order, and the worked examples of each subject, the first `shots` of its dev rows."""

    protocol: EvaluationProtocol
    sample: Sample
    examples: dict[str, tuple[Question, ...]]


def most_shots(questions: QuestionSet, split: str, subjects: tuple[str, ...] = ()) -> int:
    """How many worked examples every one of the subjects (all of them where none is named) has."""
    names = subjects or tuple(questions.subjects(split))
    return min((len(questions.examples(name)) for name in names), default=0)


def make_plan(questions: QuestionSet, choice: EvaluationChoice) -> EvaluationPlan:
    """Raises AppError(kind="options") where the set cannot give what was picked."""
    if choice.protocol not in _SCORING:
        raise AppError(f"There is no protocol {choice.protocol!r}: use {STANDARD} or {CHAT}.", kind="options")
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
        scoring=_SCORING[choice.protocol],
        sampling=_ALL if sample.whole else _SHARE,
        seed=choice.seed,
        n=sample.n,
        split=choice.split,
        subjects=subjects,
        dataset=questions.title,
        dataset_sha256=questions.sha256,
        population=sample.population,
        is_mmlu=questions.is_mmlu,
    )
    examples = {name: questions.examples(name)[: choice.shots] for name in subjects}
    return EvaluationPlan(protocol, sample, examples)


def _check_shots(questions: QuestionSet, subjects: tuple[str, ...], shots: int) -> None:
    fewest = min(subjects, key=lambda name: len(questions.examples(name)))
    count = len(questions.examples(fewest))
    if count < shots:
        have = f"only {count} worked examples" if count else "no worked examples"
        text = f"{questions.title} has {have} for {fewest}, not {shots}: choose at most {count} shots."
        raise AppError(text, kind="options")
