"""Every figure of one model against the base, in rows: ours with its interval, beside what llama.cpp's tool prints."""

from __future__ import annotations

from dataclasses import dataclass

from weighin.core import format
from weighin.core.fidelity.fidelity import Estimate, FidelitySummary
from weighin.core.fidelity.text import figure


@dataclass(frozen=True)
class FigureRow:
    """name, value, its 95 % interval clustered by chunk, and the ± of llama.cpp's tool; "-" where there is none."""

    name: str
    value: str
    interval: str = format.NONE
    tool: str = format.NONE

    @property
    def with_interval(self) -> str:
        """ "94.900 % (94.100 to 95.600 %)"; only the value where there is no interval."""
        return self.value if self.interval == format.NONE else f"{self.value} ({self.interval})"


def figure_rows(found: FidelitySummary) -> tuple[FigureRow, ...]:
    """All of them."""
    kld, ppl, tool = found.kld, found.perplexity, found.tool
    return (
        FigureRow("Mean KLD", figure(kld.mean.value), _between(kld.mean), f"± {figure(tool.kld)}"),
        FigureRow("Median KLD", figure(kld.median)),
        FigureRow("90 % KLD", figure(kld.p90)),
        FigureRow("95 % KLD", figure(kld.p95)),
        FigureRow("99 % KLD", figure(kld.p99)),
        FigureRow("99.9 % KLD", figure(kld.p999)),
        FigureRow("Maximum KLD", figure(kld.maximum)),
        _share("Same top token", found.same_top, tool.same_top),
        _share("RMS Δp", found.rms_delta_p, tool.rms_delta_p),
        _share("Mean Δp", found.mean_delta_p, tool.mean_delta_p),
        FigureRow("Perplexity of the base", figure(ppl.base), tool=f"± {figure(tool.perplexity_base)}"),
        FigureRow("Perplexity", figure(ppl.other), tool=f"± {figure(tool.perplexity_other)}"),
        FigureRow("Perplexity ratio", f"{ppl.ratio.value:.4f}", _between(ppl.ratio), _tool(tool.perplexity_ratio)),
        FigureRow(
            "Correlation of ln PPL", format.NONE if ppl.correlation is None else format.percent(ppl.correlation, 2)
        ),
        FigureRow("Positions", format.count(found.positions)),
        FigureRow("Chunks", format.count(found.chunks)),
    )


def _share(name: str, value: Estimate, tool: float | None) -> FigureRow:
    interval = None if value.low is None or value.high is None else (value.low, value.high)
    error = format.NONE if tool is None else f"± {format.percent(tool, 3)}"
    return FigureRow(name, format.percent(value.value, 3), format.between(interval, 3), error)


def _between(value: Estimate) -> str:
    if value.low is None or value.high is None:
        return format.NONE
    return f"{figure(value.low)} to {figure(value.high)}"


def _tool(error: float | None) -> str:
    return format.NONE if error is None else f"± {figure(error)}"
