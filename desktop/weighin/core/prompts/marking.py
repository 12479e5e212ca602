"""The marks of a run while it grows: each result is counted once, and the cost of a result does not grow with them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from weighin.core.grading.expectation import Kind
from weighin.core.grading.marks import Absence, Mark, MarkedBy
from weighin.core.grading.numbers import STRICT, is_strict
from weighin.core.prompts.prompt_set import LaneOutcome, SetPrompt, SetResult, SetRun, StoredRun, is_graded
from weighin.core.prompts.set_marks import JsonCounts, MarkCounts, NumberCounts, SetMarks, TagMarks
from weighin.core.statistics.paired import PairedResult, Verdict
from weighin.core.statistics.repeated import PromptPairs, Share

_MICRO = 1_000_000
# More are no kinds of tasks: each prompt has one of its own.
_MOST_TAGS = 200
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
        self._seen: dict[int, _Answers] = {}
        self._sizes = Counter(prompt.tag for prompt in run.prompts if is_graded(prompt))
        names = sorted(self._sizes) if any(self._sizes) and len(self._sizes) <= _MOST_TAGS else []
        self._all = _Scope(run.samples)
        self._tags = {name: _Scope(run.samples) for name in names}
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
        tag = self._run.prompts[place].tag
        before = self._seen.get(place)
        results = before.results if before is not None else (None,) * self._run.samples
        now = self._seen[place] = _Answers((*results[:sample], result, *results[sample + 1 :]))
        for scope in (self._all, *([self._tags[tag]] if self._tags else [])):
            if before is not None:
                scope.count(before, -1)
            scope.count(now, 1)
        self._made = None
        self._made_tags.pop(tag, None)

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


class _Answers:
    """All answers to one prompt, in the order of the samples, and what they say of the pair."""

    def __init__(self, results: tuple[SetResult | None, ...]) -> None:
        self.results = results
        self.of_lanes = ([one.a for one in results if one is not None], [one.b for one in results if one is not None])
        self.marked = sum(
            Mark.UNMARKED not in (a.marked.mark, b.marked.mark) for a, b in zip(*self.of_lanes, strict=True)
        )
        self.judged, self.everything = self._pair(_JUDGED), self._pair(_ALL)

    def _pair(self, of: tuple[Mark, ...]) -> tuple[Share, Share, tuple[bool, bool] | None] | None:
        """The shares of right answers among those that have a mark of these, and which of the first answers is right;
        None where a lane has no such answer."""
        a, b = ([one.marked.mark for one in outcomes if one.marked.mark in of] for outcomes in self.of_lanes)
        if not a or not b:
            return None
        first, both = self.results[0], None
        if first is not None and first.a.marked.mark in of and first.b.marked.mark in of:
            both = (first.a.marked.mark is Mark.RIGHT, first.b.marked.mark is Mark.RIGHT)
        return (a.count(Mark.RIGHT), len(a)), (b.count(Mark.RIGHT), len(b)), both


class _Scope:
    """All graded prompts, or those of one tag."""

    def __init__(self, samples: int) -> None:
        self._lanes = (_Lane(), _Lane())
        self._judged, self._everything = PromptPairs(samples), PromptPairs(samples)
        self._marked = 0  # results of which both answers have their mark

    def count(self, answers: _Answers, times: int) -> None:
        """One prompt; with `times` -1 it is taken out."""
        for lane, outcomes in zip(self._lanes, answers.of_lanes, strict=True):
            for outcome in outcomes:
                lane.count(outcome, times)
        self._marked += times * answers.marked
        for pairs, found in ((self._judged, answers.judged), (self._everything, answers.everything)):
            if found is not None:
                pairs.put(*found, times)

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
