"""A measurement of fidelity in tables, for the terminal and for Markdown: the first row is the head."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from weighin.core import format
from weighin.core.fidelity.fidelity import (
    Estimate,
    FidelityRecord,
    FidelitySummary,
    LikelyToken,
    OtherFidelity,
    SideFacts,
    WorstPosition,
)
from weighin.core.fidelity.figures import figure_rows
from weighin.core.fidelity.names import other_names, side_name
from weighin.core.fidelity.text import figure, shown_text, shown_token, text_before, with_error
from weighin.core.safe_text import safe_name

_BEFORE = 60

Table = list[tuple[str, ...]]


def ladder(record: FidelityRecord) -> Table:
    """What each model takes, how fast it is here, and what it costs in fidelity; a head line, then BASE."""
    rows: Table = [_LADDER_HEAD, (*_side_cells(side_name(record, 0), record.base), *(format.NONE,) * 4)]
    for name, other in zip(other_names(record), record.others, strict=True):
        rows.append((*_side_cells(name, other.side), *_ladder_cells(other.summary)))
    return rows


_LADDER_HEAD = (
    "Model", "File size", "Memory", "Prompt tok/s", "Generation tok/s", "KLD", "Same top", "RMS Δp", "PPL ratio",
)  # fmt: skip


def _side_cells(name: str, side: SideFacts) -> tuple[str, ...]:
    return (
        name,
        format.size(side.model.file_bytes or None),
        format.size(side.peak_bytes),
        format.figure(side.read_tokens_per_s),
        format.figure(side.write_tokens_per_s),
    )


def _ladder_cells(summary: FidelitySummary | None) -> tuple[str, ...]:
    if summary is None:
        return (format.NONE,) * 4
    return (
        with_error(summary.kld.mean),
        _percent_with_error(summary.same_top),
        _percent_with_error(summary.rms_delta_p),
        _ratio_words(summary.perplexity.ratio),
    )


def figures_table(record: FidelityRecord) -> Table:
    """Every figure of every model, with its interval where it has one; [] where nothing was compared."""
    named = zip(other_names(record), (other.summary for other in record.others), strict=True)
    found = {name: figure_rows(summary) for name, summary in named if summary}
    if not found:
        return []
    rows = [(of_all[0].name, *(row.with_interval for row in of_all)) for of_all in zip(*found.values(), strict=True)]
    return [("", *found), *rows]


def _percent_with_error(estimate: Estimate) -> str:
    """ "94.9 % (94.1 to 95.6)"; without brackets where there is no interval."""
    said = f"{100 * estimate.value:.1f} %"
    if estimate.low is None or estimate.high is None:
        return said
    return f"{said} ({100 * estimate.low:.1f} to {100 * estimate.high:.1f})"


def _ratio_words(ratio: Estimate) -> str:
    said = f"{ratio.value:.4f}"
    return said if ratio.low is None or ratio.high is None else f"{said} ({ratio.low:.4f} to {ratio.high:.4f})"


def kinds_table(record: FidelityRecord) -> Table:
    """KLD and same top of each kind of text; [] where there are no kinds."""
    summaries = [other.summary for other in record.others]
    found = [{kind.kind: kind for kind in summary.kinds} if summary else {} for summary in summaries]
    names = [kind for kind in dict.fromkeys(chain.from_iterable(found)) if kind]
    if not names:
        return []
    head = ("Text", *(f"{name} {part}" for name in other_names(record) for part in ("KLD", "same top")))
    rows: Table = [head]
    for name in names:
        cells: list[str] = [safe_name(name, 30)]
        for kinds in found:
            kind = kinds.get(name)
            cells += [figure(kind.kld_mean), format.percent(kind.same_top, 1)] if kind else [format.NONE] * 2
        rows.append(tuple(cells))
    return rows


def tool_table(record: FidelityRecord) -> Table:
    """The figures with the ± that llama.cpp's tool prints; [] where nothing was compared."""
    rows: Table = [("Model", "Mean KLD", "Same top", "RMS Δp", "PPL of base", "PPL")]
    for name, other in zip(other_names(record), record.others, strict=True):
        if summary := other.summary:
            tool, perplexity = summary.tool, summary.perplexity
            rows.append(
                (
                    name,
                    f"{summary.kld.mean.value:.6f} ± {tool.kld:.6f}",
                    f"{100 * summary.same_top.value:.3f} ± {100 * tool.same_top:.3f} %",
                    f"{100 * summary.rms_delta_p.value:.3f} ± {100 * tool.rms_delta_p:.3f} %",
                    f"{perplexity.base:.4f} ± {tool.perplexity_base:.4f}",
                    f"{perplexity.other:.4f} ± {tool.perplexity_other:.4f}",
                )
            )
    return rows if len(rows) > 1 else []


def worst_table(record: FidelityRecord, other: OtherFidelity) -> Table:
    worst = other.summary.worst if other.summary else ()
    rows: Table = [("KLD", "Chunk", "Text before", "Next", "Base", "Model")]
    for position in worst:
        rows.append(
            (
                figure(position.kld),
                format.count(position.chunk + 1),
                _code(_text_before(record, position)),
                _code(shown_token(position.token)),
                _code(_likely(position.base)),
                _code(_likely(position.other)),
            )
        )
    return rows


def worst_words(record: FidelityRecord, position: WorstPosition) -> str:
    chunk, before = format.count(position.chunk + 1), _text_before(record, position)
    base, here, text = _likely(position.base[:1]), _likely(position.other[:1]), shown_token(position.token)
    return f"KLD {figure(position.kld)}, chunk {chunk}: {before} · base {base}, here {here}, text {text}"


def _text_before(record: FidelityRecord, position: WorstPosition) -> str:
    return "…" + shown_text(text_before(record, position.chunk, position.position)[-_BEFORE:], _BEFORE)


def _likely(tokens: Sequence[LikelyToken]) -> str:
    return ", ".join(f"{shown_token(token.text)} {format.percent(token.probability, 1)}" for token in tokens)


def columns(rows: Table) -> list[str]:
    """A table for the terminal: names to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join((row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)))).rstrip()
        for row in rows
    ]


def markdown_table(rows: Table) -> list[str]:
    said = [f"| {' | '.join(map(cell, row))} |" for row in rows]
    return [said[0], "|" + "---|" * len(rows[0]), *said[1:]]


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def _code(text: str) -> str:
    """Text of a model or a file as code, where Markdown means nothing."""
    return f"`{text.replace('`', 'ˋ')}`"
