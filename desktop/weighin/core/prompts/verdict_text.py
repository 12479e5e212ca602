"""Which model is better at a graded prompt set, in sentences for window, command line and export: the answer, its
reason, what is missing, the method."""

from __future__ import annotations

from collections.abc import Iterable

from weighin.core import format
from weighin.core.prompts.prompt_set import StoredRun
from weighin.core.prompts.set_marks import JsonCounts, MarkCounts, SetMarks, TagMarks
from weighin.core.runs.lane import LABELS
from weighin.core.safe_text import safe_name
from weighin.core.statistics.paired import DECISIVE, PairedResult, Verdict
from weighin.core.statistics.paired_words import (
    LEAST_DIFFERING,
    difference_words,
    e_value_words,
    few_differ,
    what_it_takes,
)
from weighin.core.statistics.power import TYPICAL_DISCORDANCE, smallest_gap

# Above this share of answers that hit the limit a side had too little room to be judged.
_OFTEN_CAPPED = 0.05


def outlook_sentence(n: int) -> str:
    """What `n` graded prompts can show, said before the run: "15 prompts: only 6 to 0 could show a difference."."""
    asked = format.plural(n, "prompt")
    if n < LEAST_DIFFERING:
        return f"{asked}: too few to show a difference; it takes at least {LEAST_DIFFERING}."
    gap = smallest_gap(n, TYPICAL_DISCORDANCE)
    if gap is None:
        return f"{asked}: only {LEAST_DIFFERING} to 0 could show a difference."
    return f"{asked} detect gaps of about {format.points(gap, sign='-')} points."


def verdict_sentence(marks: SetMarks, stored: StoredRun, name_a: str = "A", name_b: str = "B") -> str:
    """Which model is better, as far as the marks tell: "B is better: 62 of 100 right against 51. Difference 11.0 points
    (1.8 to 20.1), p = 0.02." """
    paired = marks.paired
    if paired is None:
        return _nothing_to_compare(marks, stored, (name_a, name_b))
    if found := winner(marks):
        said = f"{name_a if found == 'A' else name_b} is better: {_against(marks, paired, found == 'A')}."
    else:
        said = f"{verdict_label(marks, stored)}: {_counts(marks, paired, (name_a, name_b))}."
    p = f", p {format.p_value(paired.mcnemar_p)}" if paired.whole else ""
    return f"{said} {difference_words(paired)}{p}."


def winner(marks: SetMarks) -> str:
    """ "A" or "B", as the verdict sentence says; "" where there is none."""
    return _winner(marks.paired)


def verdict_label(marks: SetMarks, stored: StoredRun) -> str:
    """The verdict in a few words, for tables."""
    paired = marks.paired
    if marks.depends_on_missing:
        return "Cannot tell"
    if paired is None:
        return "Not marked"
    if found := winner(marks):
        return f"{found} better"
    if marks.whole or not stored.missing:
        # A large set of which few differ is no small set.
        too_few = few_differ(paired) and smallest_gap(paired.n, TYPICAL_DISCORDANCE) is None
        return "Too few prompts" if too_few else "No clear winner"
    return "No clear winner yet"


def reason_sentence(marks: SetMarks, stored: StoredRun) -> str:
    """What lies behind the verdict, and how far the run got; "" where there is nothing to say."""
    paired, parts = marks.paired, []
    if marks.depends_on_missing:
        answers = "the missing answer" if marks.missing == 1 else f"the {format.count(marks.missing)} missing answers"
        parts.append(f"The verdict depends on {answers}.")
    if paired is None:
        return " ".join(parts)
    if not paired.whole:
        parts += _how_far(marks, paired, stored)
    elif paired.n < marks.graded:
        parts.append(f"Compared on {format.count(paired.n)} of {format.plural(marks.graded, 'prompt')}.")
    a, b = format.count(paired.only_a), format.count(paired.only_b)
    prompts = "prompt" if paired.only_b == 1 else "prompts"
    if marks.samples > 1:
        parts.append(f"A is right more often on {a}, B on {b} {prompts}.")
    else:
        parts.append(f"Only A is right on {a}, only B on {b} {prompts}.")
    if paired.whole and paired.verdict is Verdict.CANNOT_TELL and not marks.depends_on_missing:
        enough = f"A verdict needs at least {LEAST_DIFFERING} such prompts."
        parts.append(enough if few_differ(paired) else "That can be chance.")
    return " ".join(parts)


def method_sentences(marks: SetMarks) -> tuple[str, ...]:
    """How the verdict came about, and what a clear one would take."""
    paired = marks.paired
    if paired is None:
        return ()
    lines = [f"In brackets: the 95 % interval of the difference on the {format.plural(paired.n, 'prompt')} of both."]
    if marks.samples > 1:
        lines.append(f"Each prompt counts once, with all {marks.samples} answers to it.")
    if paired.whole:
        test = "exact sign test" if marks.samples > 1 else "exact McNemar test"
        lines.append(f"Judged once, by the {test} on {format.plural(paired.n, 'prompt')}.")
    else:
        first = " of the first answers" if marks.samples > 1 else ""
        lines.append(f"E-value{first} {e_value_words(paired)}: decided at {DECISIVE:.0f}, valid whenever you look.")
        lines.append("The exact test judges only a complete run.")
    if marks.missing:
        lines.append("A winner is named only if counting the missing answers as not right gives the same one.")
    undecided = paired.verdict is Verdict.CANNOT_TELL and not marks.depends_on_missing
    return (*lines, *(what_it_takes(paired, "prompt") if undecided and marks.samples == 1 else ()))


def score_words(counts: MarkCounts) -> str:
    """One lane's marks: "12 right, 3 wrong, 1 no answer"; what there is none of is left out."""
    parts = [f"{format.count(counts.right)} right", f"{format.count(counts.wrong)} wrong"]
    parts += [f"{format.count(counts.no_answer)} no answer"] if counts.no_answer else []
    parts += [f"{format.count(counts.unmarked)} not marked"] if counts.unmarked else []
    return ", ".join(parts)


def no_answer_sentence(marks: SetMarks) -> str:
    """ "No answer: A 3 (2 cut off, 1 empty), B 0; not counted as wrong."; "" where every answer is whole."""
    if not marks.missing:
        return ""
    return f"No answer: A {_absent(marks.a)}, B {_absent(marks.b)}; not counted as wrong."


def unmarked_sentence(marks: SetMarks, stored: StoredRun) -> str:
    """How many answers have no mark, and the first reason; "" where each has one."""
    if not marks.a.unmarked and not marks.b.unmarked:
        return ""
    outcomes = (outcome.marked for result in stored.results for outcome in (result.a, result.b))
    reason = next((marked.reason for marked in outcomes if marked.mark.value == "unmarked" and marked.reason), "")
    said = f"Not marked: A {format.count(marks.a.unmarked)}, B {format.count(marks.b.unmarked)}."
    return f"{said} {safe_name(reason, 300)}".rstrip()


def by_hand_sentence(marks: SetMarks) -> str:
    """How many marks the user overruled; "" for none."""
    if not marks.a.by_hand and not marks.b.by_hand:
        return ""
    return f"Marked by hand: A {format.count(marks.a.by_hand)}, B {format.count(marks.b.by_hand)}."


def right_per_1000_tokens(counts: MarkCounts) -> float | None:
    """Right answers for every 1,000 tokens that were written, of thinking and answers; None without any."""
    tokens = counts.reasoning_tokens + counts.answer_tokens
    return 1000 * counts.right / tokens if tokens else None


def right_per_minute(counts: MarkCounts) -> float | None:
    """Right answers for every minute of answering; None where the time is not known."""
    return 60 * counts.right / counts.seconds if counts.seconds else None


def rates_sentence(marks: SetMarks) -> str:
    """What right answers cost: "Right answers per 1 000 tokens: A 8.20, B 5.10; per minute: A 3.10, B 4.00."; "" before
    there is anything."""
    parts = []
    for name, of in ((f"per {format.count(1000)} tokens", right_per_1000_tokens), ("per minute", right_per_minute)):
        values = of(marks.a), of(marks.b)
        if any(value is not None for value in values):
            parts.append(f"{name}: A {format.figure(values[0])}, B {format.figure(values[1])}")
    return f"Right answers {'; '.join(parts)}." if parts else ""


def tokens_sentence(marks: SetMarks) -> str:
    """ "Tokens: A 12 300 (9 000 of thinking), B 4 000."; "" where nobody thinks: rates_sentence says enough."""
    if not marks.a.reasoning_tokens and not marks.b.reasoning_tokens:
        return ""
    return f"Tokens: A {_tokens(marks.a)}, B {_tokens(marks.b)}."


def json_sentence(marks: SetMarks) -> str:
    """ "JSON: A 38 of 40 parse, 35 valid, 30 right; B …"; "" where nothing asks for JSON."""
    if marks.json is None:
        return ""
    a, b = marks.json
    return f"JSON: A {_json(a)}; B {_json(b)}."


def strict_sentence(marks: SetMarks) -> str:
    """Right numbers in the form that was asked for, and in any: format and arithmetic are two things. "" where nothing
    asks for that form."""
    if marks.numbers is None:
        return ""
    a, b = marks.numbers
    strict, flexible = (
        f"A {format.count(x)}, B {format.count(y)}" for x, y in ((a.strict, b.strict), (a.flexible, b.flexible))
    )
    return f"Right as “#### number” (strict): {strict}; as any last number (flexible): {flexible}."


def tag_words(tag: TagMarks) -> str:
    """One kind of task in a line: "dates: A 8 of 12 right, B 5 of 12 right"."""
    lanes = [f"{label} {_of(counts)}" for label, counts in zip(LABELS, (tag.a, tag.b), strict=True)]
    better = f" · {found} better" if (found := _winner(tag.paired)) else ""
    return f"{safe_name(tag.tag, 60) or 'untagged'}: {', '.join(lanes)}{better}"


def warnings(marks: SetMarks) -> tuple[str, ...]:
    """A sentence for each side that hit its limit so often that its marks tell little of it, with what to do."""
    found = []
    for label, counts in zip(LABELS, (marks.a, marks.b), strict=True):
        if counts.capped > _OFTEN_CAPPED * counts.total:
            often = f"{format.count(counts.capped)} of {format.plural(counts.total, 'answer')}"
            less = ", or limit its thinking" if counts.reasoning_tokens else ""
            what = f"Raise Max answer tokens or Context for {label}{less}; the two sides may differ."
            found.append(f"{label} hit the limit in {often}. {what}")
    return tuple(found)


def marks_lines(marks: SetMarks, stored: StoredRun) -> list[str]:
    """All there is to say, for command line and export: the verdict and its reason, both lanes, what is missing, the
    kinds of tasks, and the method, with a blank line between these."""
    scores = (
        f"{label}  {safe_name(setup.model.name) or f'Model {label}'}: {score_words(counts)}"
        for label, counts, setup in zip(LABELS, (marks.a, marks.b), stored.run.lanes, strict=True)
    )
    parts: tuple[Iterable[str], ...] = (
        (verdict_sentence(marks, stored), reason_sentence(marks, stored)),
        (
            *scores,
            no_answer_sentence(marks),
            unmarked_sentence(marks, stored),
            by_hand_sentence(marks),
            json_sentence(marks),
            strict_sentence(marks),
            rates_sentence(marks),
            tokens_sentence(marks),
            *(f"! {text}" for text in warnings(marks)),
        ),
        (tag_words(tag) for tag in marks.tags),
        method_sentences(marks),
    )
    said = [[line for line in part if line] for part in parts]
    return [line for part in said if part for line in ("", *part)][1:]


def _winner(paired: PairedResult | None) -> str:
    return {Verdict.A_BETTER: "A", Verdict.B_BETTER: "B"}.get(paired.verdict, "") if paired else ""


def _nothing_to_compare(marks: SetMarks, stored: StoredRun, names: tuple[str, str]) -> str:
    mute = [name for name, counts in zip(names, (marks.a, marks.b), strict=True) if _is_mute(counts)]
    if mute:
        return f"{' and '.join(mute)} gave no whole answer: the models cannot be compared."
    if not stored.results:
        return "No answers yet."
    return "No prompt has a mark for both yet: the models cannot be compared."


def _is_mute(counts: MarkCounts) -> bool:
    return counts.no_answer > 0 and counts.no_answer == counts.total


def _right(marks: SetMarks, paired: PairedResult) -> tuple[int, int]:
    """Prompts that A and that B got right."""
    return paired.both_right + paired.only_a, paired.both_right + paired.only_b


def _against(marks: SetMarks, paired: PairedResult, first: bool) -> str:
    if marks.samples > 1:
        ahead, behind = (paired.only_a, paired.only_b) if first else (paired.only_b, paired.only_a)
        return f"more often right on {format.plural(ahead, 'prompt')}, less often on {format.count(behind)}"
    a, b = _right(marks, paired)
    mine, other = (a, b) if first else (b, a)
    return f"{format.count(mine)} of {format.count(paired.n)} right against {format.count(other)}"


def _counts(marks: SetMarks, paired: PairedResult, names: tuple[str, str]) -> str:
    if marks.samples > 1:
        ahead = f"{names[0]} more often right on {format.count(paired.only_a)}, {names[1]} on "
        return f"{ahead}{format.count(paired.only_b)} of {format.plural(paired.n, 'prompt')}"
    a, b = _right(marks, paired)
    both = f"both have {format.count(a)}" if a == b else f"{names[0]} {format.count(a)}, {names[1]} {format.count(b)}"
    return f"{both} of {format.count(paired.n)} right"


def _how_far(marks: SetMarks, paired: PairedResult, stored: StoredRun) -> tuple[str, ...]:
    of = f"of {format.plural(marks.graded, 'prompt')}"
    if paired.verdict is not Verdict.CANNOT_TELL:
        return (f"After {format.count(paired.n)} {of}.",)
    more = paired.more_questions
    if not more or marks.depends_on_missing:
        return (f"Compared on {format.count(paired.n)} {of}{' so far' if stored.missing else ''}.",)
    if more > marks.graded - paired.n:
        return (f"Decided at the earliest when all {format.count(marks.graded)} are marked.",)
    return (f"About {format.count(format.two_figures(more))} more prompts needed at this rate.",)


def _absent(counts: MarkCounts) -> str:
    kinds = (
        (counts.capped, "cut off"),
        (counts.empty, "empty"),
        (counts.failed, "failed"),
        (counts.stopped, "stopped"),
    )
    listed = ", ".join(f"{format.count(n)} {word}" for n, word in kinds if n)
    return f"{format.count(counts.no_answer)}{f' ({listed})' if listed else ''}"


def _of(counts: MarkCounts) -> str:
    if not counts.answered:
        return "-"
    return f"{format.count(counts.right)} of {format.count(counts.answered)} right"


def _tokens(counts: MarkCounts) -> str:
    both = format.count(counts.reasoning_tokens + counts.answer_tokens)
    cut = f", cut short in {format.plural(counts.thinking_cut, 'answer')}" if counts.thinking_cut else ""
    return f"{both} ({format.count(counts.reasoning_tokens)} of thinking{cut})"


def _json(counts: JsonCounts) -> str:
    parse = f"{format.count(counts.parses)} of {format.count(counts.answers)} parse"
    return f"{parse}, {format.count(counts.valid)} valid, {format.count(counts.right)} right"
