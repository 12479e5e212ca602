"""The marks of a run while it grows: each result is counted once, and the cost of a result does not grow with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from weighin.core.grading.expectation import Kind
from weighin.core.grading.marks import Absence, Mark, MarkedBy
from weighin.core.grading.numbers import STRICT, is_strict
from weighin.core.prompts.prompt_set import LaneOutcome, SetPrompt, SetResult, SetRun, StoredRun, is_graded
from weighin.core.prompts.set_marks import JsonCounts, MarkCounts, NumberCounts, SetMarks, TagMarks
from weighin.core.statistics.paired import PairedResult, Verdict
from weighin.core.statistics.repeated import PromptPairs, Share

_MICRO = 1_000_000
_JUDGED = (Mark.RIGHT, Mark.WRONG)
_ALL = (*_JUDGED, Mark.NO_ANSWER)


def marks_of(stored: StoredRun) -> SetMarks | None:
    """What the marks of a run come to; None where no prompt expects anything that a rule can mark."""
    tally = MarkTally(stored.run)
    for result in stored.results:
        tally.put(result)
    return tally.marks()


def needs_mark(prompt: SetPrompt, result: SetResult) -> bool:
    """Whether a rule can mark an answer that has no mark."""
    return is_graded(prompt) and Mark.UNMARKED in (result.a.marked.mark, result.b.marked.mark)


def is_unfinished(stored: StoredRun) -> bool:
    """Whether there is something left to ask or to mark."""
    return bool(stored.missing) or any(needs_mark(stored.run.prompt(one.number), one) for one in stored.results)


class MarkTally:
    """All marks of a run, as they come. A prompt whose result changes (marked, overruled, asked again) is taken out and
    counted anew."""

    def __init__(self, run: SetRun) -> None:
        self._run = run
        self._graded = [is_graded(prompt) for prompt in run.prompts]
        self._results: dict[int, list[SetResult | None]] = {}
        self._names = sorted({prompt.tag for prompt, graded in zip(run.prompts, self._graded, strict=True) if graded})
        self._sizes = dict.fromkeys(self._names, 0)
        for prompt, graded in zip(run.prompts, self._graded, strict=True):
            if graded:
                self._sizes[prompt.tag] += 1
        self._all = _Scope(run.samples)
        self._tags = {name: _Scope(run.samples) for name in self._names} if self._names not in ([], [""]) else {}
        self._made: SetMarks | None = None
        self._made_tags: dict[str, TagMarks] = {}
        self._asks_json = any(one.kind is Kind.JSON for prompt in run.prompts for one in prompt.expect)
        self._asks_strict = any(
            STRICT in f"{prompt.text}{prompt.system or run.system}" and one.kind is Kind.NUMBER
            for prompt in run.prompts
            for one in prompt.expect
        )

    def put(self, result: SetResult) -> None:
        """Count a result, in place of the one that had its number."""
        count = len(self._run.prompts)
        place, sample = result.number % count, result.number // count
        if not self._graded[place]:
            return
        prompt = self._run.prompts[place]
        kept = self._results.setdefault(place, [None] * self._run.samples)
        scopes = [self._all, *([self._tags[prompt.tag]] if self._tags else [])]
        for scope in scopes if any(kept) else ():
            scope.count(kept, -1)
        kept[sample] = result
        for scope in scopes:
            scope.count(kept, 1)
        self._made = None
        self._made_tags.pop(prompt.tag, None)

    def marks(self) -> SetMarks | None:
        """What they come to so far; None where no prompt expects anything that a rule can mark."""
        graded = sum(self._sizes.values())
        if not graded:
            return None
        if self._made is None:
            scope, samples = self._all, self._run.samples
            judged, everything, depends = scope.paired(graded * samples)
            a, b = scope.counts
            self._made = SetMarks(
                planned=len(self._run.prompts),
                graded=graded,
                a=a,
                b=b,
                paired=judged,
                paired_all=everything,
                tags=tuple(self._tag(name) for name in self._tags),
                json=scope.json if self._asks_json else None,
                numbers=scope.numbers if self._asks_strict else None,
                depends_on_missing=depends,
                samples=samples,
            )
        return self._made

    def _tag(self, name: str) -> TagMarks:
        if name not in self._made_tags:
            scope = self._tags[name]
            judged, _, _ = scope.paired(self._sizes[name] * self._run.samples, len(self._tags))
            self._made_tags[name] = TagMarks(name, *scope.counts, judged)
        return self._made_tags[name]


class _Scope:
    """All graded prompts, or those of one tag."""

    def __init__(self, samples: int) -> None:
        self._lanes = (_Lane(), _Lane())
        self._judged, self._everything = PromptPairs(samples), PromptPairs(samples)
        self._marked = 0  # results of which both answers have their mark

    def count(self, results: Sequence[SetResult | None], times: int) -> None:
        """All answers to one prompt, in the order of the samples; with `times` -1 they are taken out."""
        sides = [[(r.a, r.b)[lane] if r else None for r in results] for lane in (0, 1)]
        for lane, outcomes in zip(self._lanes, sides, strict=True):
            for outcome in outcomes:
                if outcome is not None:
                    lane.count(outcome, times)
        self._marked += times * sum(
            r is not None and Mark.UNMARKED not in (r.a.marked.mark, r.b.marked.mark) for r in results
        )
        marks = [[outcome.marked.mark if outcome else Mark.UNMARKED for outcome in outcomes] for outcomes in sides]
        for pairs, of in ((self._judged, _JUDGED), (self._everything, _ALL)):
            a, b = (_share(lane, of) for lane in marks)
            if a is not None and b is not None:
                firsts = (marks[0][0], marks[1][0])
                first = (firsts[0] is Mark.RIGHT, firsts[1] is Mark.RIGHT) if all(one in of for one in firsts) else None
                pairs.put(a, b, first, times)

    @property
    def counts(self) -> tuple[MarkCounts, MarkCounts]:
        """Of both lanes."""
        return self._lanes[0].counts(), self._lanes[1].counts()

    @property
    def json(self) -> tuple[JsonCounts, JsonCounts]:
        """Of both lanes."""
        return self._lanes[0].json, self._lanes[1].json

    @property
    def numbers(self) -> tuple[NumberCounts, NumberCounts]:
        """Of both lanes."""
        return self._lanes[0].number_counts, self._lanes[1].number_counts

    def paired(self, planned: int, looks: int = 1) -> tuple[PairedResult | None, PairedResult | None, bool]:
        """On what both gave a judged answer to, with the verdict that the missing ones cannot turn; with those as not
        right; and whether the two verdicts differ. planned: results there will be."""
        whole = self._marked == planned
        judged = self._judged.result(whole, looks)
        missing = any(lane.missing for lane in self._lanes)
        everything = self._everything.result(whole, looks) if missing else judged
        verdicts = [found.verdict if found else Verdict.CANNOT_TELL for found in (judged, everything)]
        depends = verdicts[0] is not verdicts[1]
        if judged is not None and depends:
            judged = replace(judged, verdict=Verdict.CANNOT_TELL, more_questions=None)
        return judged, everything, depends


class _Lane:
    """The answers of one lane, counted."""

    def __init__(self) -> None:
        self._numbers = {name: 0 for name in MarkCounts.__dataclass_fields__ if name != "seconds"}
        self._microseconds = self._untimed = 0
        self._json = dict.fromkeys(JsonCounts.__dataclass_fields__, 0)
        self._strict = self._flexible = 0

    def count(self, outcome: LaneOutcome, times: int) -> None:
        """One answer; with `times` -1 it is taken out."""
        marked, numbers = outcome.marked, self._numbers
        numbers[marked.mark.value] += times
        if marked.mark is Mark.NO_ANSWER and marked.absence is not Absence.NONE:
            numbers[marked.absence.value] += times
        numbers["by_hand"] += times * (marked.by is MarkedBy.HAND)
        numbers["thinking_cut"] += times * outcome.thinking_cut
        numbers["reasoning_tokens"] += times * outcome.reasoning_tokens
        numbers["answer_tokens"] += times * max(0, outcome.generated_tokens - outcome.reasoning_tokens)
        if outcome.total_s is None:
            self._untimed += times
        else:
            self._microseconds += times * round(outcome.total_s * _MICRO)
        for check in marked.checks:
            if check.kind is Kind.JSON and check.parses is not None:
                self._json["answers"] += times
                self._json["parses"] += times * check.parses
                self._json["valid"] += times * bool(check.valid)
                self._json["right"] += times * bool(check.right)
            elif check.kind is Kind.NUMBER and check.right:
                self._flexible += times
                self._strict += times * is_strict(check)

    @property
    def missing(self) -> int:
        """Answers without anything to judge."""
        return self._numbers["no_answer"]

    def counts(self) -> MarkCounts:
        """So far."""
        seconds = None if self._untimed or not self._microseconds else self._microseconds / _MICRO
        return MarkCounts(**self._numbers, seconds=seconds)

    @property
    def json(self) -> JsonCounts:
        """So far."""
        return JsonCounts(**self._json)

    @property
    def number_counts(self) -> NumberCounts:
        """So far."""
        return NumberCounts(self._strict, self._flexible)


def _share(marks: Sequence[Mark], of: tuple[Mark, ...]) -> Share | None:
    """The right answers among those that have a mark of these; None where none has."""
    counted = [mark for mark in marks if mark in of]
    return (counted.count(Mark.RIGHT), len(counted)) if counted else None
