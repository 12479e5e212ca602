"""The score of a run while it grows: each answer is counted once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from weighin.core import format
from weighin.core.evaluations.evaluation import (
    ItemResult,
    LaneEvaluation,
    ScoredItem,
    SubjectScore,
    normed_choice,
)
from weighin.core.evaluations.questions import LETTERS, OPTION_LETTERS, Question
from weighin.core.models.model import ModelFacts
from weighin.core.plans.plan import MemoryPlan
from weighin.core.runs.answer import Failure
from weighin.core.statistics.intervals import wilson
from weighin.core.statistics.paired import PairedResult, Verdict, compare, judge_sample, live_verdict

# Of four options.
CHANCE = 0.25
# Chosen this often, one letter says more about the model's reading of the prompt than about its knowledge.
_ALMOST_ALWAYS = 0.9
_ENOUGH = 20


def chance_alarm(correct: int, n: int, letters: Sequence[int], chance: float = CHANCE) -> str:
    """A sentence where the score looks like guessing, else "". letters: how often each was chosen; chance: share that
    guessing gets right."""
    if n < _ENOUGH:
        return ""
    most = max(letters)
    if most >= _ALMOST_ALWAYS * n:
        letter = OPTION_LETTERS[list(letters).index(most)]
        often = f"{format.count(most)} of {format.count(n)} questions"
        return f"It chose option {letter} in {often}: it hardly reads them, or not in this form."
    low, high = wilson(correct, n)
    if low <= chance <= high:
        return f"No better than guessing: {format.percent(chance)} lies within {format.between((low, high), 1)}."
    return ""


@dataclass(frozen=True)
class LaneCosts:
    """What a lane's answers took so far. tokens: put through the model; unique: needed at least; peak_bytes: the most
    memory of its worker. What a worker counted before it died counts as well."""

    tokens: int = 0
    unique: int = 0
    seconds: float = 0.0
    peak_bytes: int | None = None
    notices: tuple[str, ...] = ()
    failure: Failure | None = None


class LaneTally:
    """One lane's answers to questions with at most `options`. `add` returns whether the answer is a new one."""

    def __init__(self, label: str, model: ModelFacts, options: int = len(LETTERS), normed: bool = False) -> None:
        self.label, self.model = label, model
        self.costs = LaneCosts()
        self.plan: MemoryPlan | None = None
        self.results: dict[str, ItemResult] = {}
        self._correct = self._near_ties = self._unscorable = 0
        self._letters = [0] * options
        self._chance = 0.0
        self._correct_norm = 0 if normed else None
        self._subjects: dict[str, list[int]] = {}

    def add(self, question: Question, result: ItemResult) -> bool:
        """Count an answer."""
        if result.id in self.results:
            return False
        self.results[result.id] = result
        right = result.choice == question.answer
        self._correct += right
        self._near_ties += result.near_tie
        self._chance += 1 / len(question.choices)
        if self._correct_norm is not None:
            self._correct_norm += normed_choice(question, result) == question.answer
        if result.choice is None:
            self._unscorable += 1
        else:
            self._letters[result.choice] += 1
        subject = self._subjects.setdefault(question.subject, [0, 0])
        subject[0] += 1
        subject[1] += right
        return True

    def evaluation(self) -> LaneEvaluation:
        """The score so far."""
        n, correct, costs = len(self.results), self._correct, self.costs
        return LaneEvaluation(
            label=self.label,
            model=self.model,
            n=n,
            correct=correct,
            accuracy=correct / n if n else None,
            interval=wilson(correct, n) if n else None,
            subjects={name: SubjectScore(*counts) for name, counts in sorted(self._subjects.items())},
            letters=tuple(self._letters),
            near_ties=self._near_ties,
            unscorable=self._unscorable,
            tokens_evaluated=costs.tokens,
            unique_tokens=costs.unique,
            seconds=costs.seconds,
            peak_bytes=costs.peak_bytes,
            plan=self.plan,
            alarm=chance_alarm(correct, n, self._letters, self._chance / n) if n else "",
            notices=costs.notices,
            failure=costs.failure,
            correct_norm=self._correct_norm,
        )


class RunTally:
    """All lanes' answers to the questions of a run, in running order."""

    def __init__(self, questions: Iterable[Question], models: Iterable[tuple[str, ModelFacts]]) -> None:
        self.questions = {question.id: question for question in questions}
        options = max((len(q.choices) for q in self.questions.values()), default=len(LETTERS))
        normed = any(q.lengths is not None for q in self.questions.values())
        self.lanes = tuple(LaneTally(label, model, options, normed) for label, model in models)
        self._sizes = Counter(question.subject for question in self.questions.values())
        self._boxes = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
        self._unscored = [0, 0]

    def add(self, index: int, results: Iterable[ItemResult]) -> None:
        """Count answers of lane `index`; one that is known already, or to another question, is passed over."""
        for result in results:
            question = self.questions.get(result.id)
            if question is not None and self.lanes[index].add(question, result) and len(self.lanes) == 2:
                other = self.lanes[1 - index].results.get(result.id)
                if other is not None:
                    pair = (result, other) if index == 0 else (other, result)
                    self._boxes[pair[0].choice == question.answer, pair[1].choice == question.answer] += 1
                    for lane, answered in enumerate(pair):
                        self._unscored[lane] += answered.choice is None

    def note(self, index: int, **costs: object) -> None:
        """Replace fields of lane `index`'s costs."""
        lane = self.lanes[index]
        lane.costs = replace(lane.costs, **costs)  # type: ignore[arg-type]

    def paired(self) -> PairedResult | None:
        """Both lanes on what both were asked; None where that is nothing. Where a lane gave no letter at all nothing is
        decided: its file is damaged, or its server shows no letters."""
        if not any(self._boxes.values()):
            return None
        found = replace(self._judged(), unscored=tuple(self._unscored))
        return replace(found, verdict=Verdict.CANNOT_TELL, decided_after=None) if found.mute else found

    def _judged(self) -> PairedResult:
        boxes = self._boxes
        finished = self._finished_subjects()
        counts = [(only_a, only_b) for _, only_a, only_b in finished]
        alone = (boxes[True, False], boxes[False, True]) if len(self._sizes) == 1 else None
        live, number = live_verdict(counts, alone, len(self.questions))
        made = compare(boxes[True, True], boxes[True, False], boxes[False, True], boxes[False, False], live)
        if made.n == len(self.questions):
            return judge_sample(made)
        return replace(made, decided_after=None if number is None else sum(n for n, _, _ in finished[:number]))

    def _finished_subjects(self) -> list[tuple[int, int, int]]:
        """Of each subject that both lanes have answered whole, in the order in which they are asked, up to the first
        that is not: its questions, those only A got right, and those only B did. Within a subject short questions come
        first, so a part of one is no sample of it."""
        a, b = (lane.results for lane in self.lanes)
        found: dict[str, list[int]] = {}
        for name, question in self.questions.items():
            one, other = a.get(name), b.get(name)
            if one is None or other is None:
                break
            counts = found.setdefault(question.subject, [0, 0, 0])
            right = one.choice == question.answer, other.choice == question.answer
            counts[0] += 1
            counts[1] += right == (True, False)
            counts[2] += right == (False, True)
        return [(n, x, y) for name, (n, x, y) in found.items() if n == self._sizes[name]]

    def items(self) -> tuple[ScoredItem, ...]:
        """Every question with what each lane said, in running order."""
        first = self.lanes[0].results
        second = self.lanes[1].results if len(self.lanes) == 2 else {}
        return tuple(ScoredItem(q, first.get(name), second.get(name)) for name, q in self.questions.items())
