"""What a measurement of fidelity means, in sentences for page, command line and export: the answer first."""

from __future__ import annotations

import math

from weighin.core import format
from weighin.core.fidelity.fidelity import (
    FEWEST_CHUNKS,
    WANTED_SHARE,
    Estimate,
    FidelityRecord,
    FidelitySummary,
    OtherFidelity,
    SideFacts,
)
from weighin.core.fidelity.names import condition_words, is_quantized, is_same_file, side_name
from weighin.core.fidelity.published import cost_words
from weighin.core.runs.run_state import RunState
from weighin.core.safe_text import safe_name

# What the arithmetic itself cannot tell from nothing.
NOTHING = 2e-6
_NOTHING_WORDS = "0.000002"
IMATRIX = (
    "A text that an importance matrix (imatrix) was made from flatters the quantizations made with it: use another one."
)
TOOL = "llama.cpp's tool takes neighbouring positions as independent: its ± is too small"
_NEARLY = 0.03
_TOKEN_LIMIT = 24


def meaning_sentence(record: FidelityRecord, other: OtherFidelity) -> str:
    """ "Q4_K_M picks another word in 5 of 100 places. KLD 0.031 ± 0.003: about what Q4_K_M costs on Llama-3-8B. 1.9
    times smaller, generation 1.6 times as fast here." """
    name, summary = _name_of(record, other), other.summary
    if summary is None:
        return f"{name}: not measured." if other.side.failure else f"{name}: nothing compared yet."
    same_file = is_same_file(record.base.model, other.side.model)
    picks = f"{name}: {_picks(summary)}" if same_file else f"{name} picks {_picks(summary)}"
    if summary.chunks < FEWEST_CHUNKS:
        so_far = f"{picks} so far, KLD {with_error(summary.kld.mean)}."
        return f"Too few chunks to say: {summary.chunks} of at least {FEWEST_CHUNKS}. {so_far}"
    costs = () if same_file else _size_words(record.base, other.side)
    where = "here" if record.machine is None else "there"
    costs = (*costs, *(f"{words} {where}" for words in _speed_words(record.base, other.side)))
    more = f" {_capital(', '.join(costs))}." if costs else ""
    return f"{picks}. {_kld_sentence(summary)}{more}"


def certainty_sentence(record: FidelityRecord, other: OtherFidelity, running: bool) -> str:
    """How exactly the KLD is known, and what would make it more exact; "" before the first chunk."""
    summary = other.summary
    if summary is None:
        return ""
    read = f"{format.plural(summary.chunks, 'chunk')}, {format.count(summary.positions)} positions"
    wanted = format.percent(WANTED_SHARE)
    auto = record.request.chunks is None
    if summary.chunks < FEWEST_CHUNKS:
        short = record.text.chunks < FEWEST_CHUNKS and not running
        return f"{read}: too few for an interval.{' A longer text is needed.' if short else ''}"
    if summary.kld.mean.value <= NOTHING:
        return f"{read}: a difference below {_NOTHING_WORDS} is none."
    share = _relative(summary.kld.mean)
    within = format.percent(share, 0 if share >= 0.01 else 1)
    within = f"just over {wanted}" if within == wanted and not summary.settled else within
    known = f"{read}: KLD known to within {within} (95 %, clustered by chunk)."
    if summary.settled:
        return known
    if running and auto:
        return f"{known} Goes on until {wanted}, or the end of the text."
    if auto and record.state is RunState.FINISHED:
        return f"{known} The text ended before {wanted}: a longer one tells more."
    return known


def record_notices(record: FidelityRecord) -> tuple[str, ...]:
    """What one should know of the whole measurement."""
    found = []
    base = record.base.model
    others = [other.side.model for other in record.others]
    if is_quantized(base) and not all(is_same_file(base, other) for other in others):
        found.append(f"BASE is itself {safe_name(base.quantization, 24)}: what it lost is not counted.")
    for number, other in enumerate(record.others, 1):
        conditions = condition_words(record.base.setup, other.side.setup)
        if conditions and not is_same_file(base, other.side.model):
            found.append(
                f"{side_name(record, number)}: another file, loaded differently. Both effects are measured together."
            )
    found += [IMATRIX] if record.request.text else []
    return (*found, *(safe_name(text, 300) for text in record.text.notices))


def figure(value: float) -> str:
    """A KLD or a ratio with three figures: "0.0313", "0.00136", "1.02"; what is nothing as "0"."""
    if not math.isfinite(value):
        return format.NONE
    if abs(value) < NOTHING:
        return "0"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


def with_error(estimate: Estimate) -> str:
    """ "0.0313 ± 0.0031": half of the interval with two figures, the value as exact; only the value without one."""
    margin = _margin(estimate)
    if margin is None or abs(estimate.value) < NOTHING:
        return figure(estimate.value)
    if not margin:
        return f"{figure(estimate.value)} ± 0"
    # As many decimals as two figures of the margin take, and no fewer than two figures of the value.
    digits = max(0, 1 - math.floor(math.log10(margin)), 1 - math.floor(math.log10(abs(estimate.value))))
    return f"{estimate.value:.{digits}f} ± {margin:.{digits}f}"


def places(share: float) -> str:
    """A share as places of 100: "5", "0.4", "fewer than 0.1"."""
    hundred = 100 * share
    if 0 < hundred < 0.05:
        return "fewer than 0.1"
    return f"{hundred:.1f}" if 0 < hundred < 0.95 else f"{hundred:.0f}"


def shown_token(text: str) -> str:
    """A token on one line, in quotes that show its spaces; a line end as ↵, a tab as →."""
    return f"“{shown_text(text, _TOKEN_LIMIT)}”"


def shown_text(text: str, limit: int) -> str:
    """Text of a model or a file on one line."""
    return safe_name(text.replace("\r\n", "↵").replace("\n", "↵").replace("\t", "→"), limit)


def text_before(record: FidelityRecord, chunk: int, position: int, pieces: int = 40) -> str:
    """The tokens of a chunk up to and with `position`, at most so many; "" where the chunk is not at hand."""
    found = next((one.pieces for one in record.chunks if one.number == chunk), ())
    return "".join(found[max(0, position + 1 - pieces) : position + 1])


def _name_of(record: FidelityRecord, other: OtherFidelity) -> str:
    return side_name(record, 1 + next(n for n, one in enumerate(record.others) if one is other or one == other))


def _picks(summary: FidelitySummary) -> str:
    """ "another word in 5 of 100 places"."""
    same = summary.same_top.value
    if same == 1:
        return f"the same word in all {format.plural(summary.positions, 'place')}"
    return f"another word in {places(1 - same)} of 100 places"


def _kld_sentence(summary: FidelitySummary) -> str:
    kld = summary.kld.mean
    if kld.value <= NOTHING:
        return f"KLD below {_NOTHING_WORDS}: no difference."
    settled = "" if summary.settled else ", not settled"
    return f"KLD {with_error(kld)}{settled}: {cost_words(kld.value, kld.low, kld.high)}."


def _size_words(base: SideFacts, other: SideFacts) -> tuple[str, ...]:
    a, b = base.model.file_bytes, other.model.file_bytes
    if not a or not b:
        return ()
    if abs(a / b - 1) < _NEARLY:
        return ("about the same size",)
    return (f"{format.times(a / b)} smaller" if a > b else f"{format.times(b / a)} larger",)


def _speed_words(base: SideFacts, other: SideFacts) -> tuple[str, ...]:
    """Generation where both were timed, else the prompt: what a user waits for most."""
    for name, a, b in (
        ("generation", base.write_tokens_per_s, other.write_tokens_per_s),
        ("prompt", base.read_tokens_per_s, other.read_tokens_per_s),
    ):
        if a and b:
            if abs(b / a - 1) < _NEARLY:
                return (f"{name} about as fast",)
            return (f"{name} {format.times(b / a)} as fast" if b > a else f"{name} {format.times(a / b)} slower",)
    return ()


def _margin(estimate: Estimate) -> float | None:
    """Half of the interval, to its upper end: the lower one may be cut off at what is possible."""
    return None if estimate.high is None else estimate.high - estimate.value


def _relative(estimate: Estimate) -> float:
    return (_margin(estimate) or 0.0) / estimate.value


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
