"""The figures of one OTHER against BASE while it reads: each chunk is counted once, each look is cheap."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from weighin.core.fidelity.fidelity import (
    FEWEST_CHUNKS,
    WANTED_SHARE,
    WORST_KEPT,
    BaseChunk,
    Estimate,
    FidelitySummary,
    KindSummary,
    KldSummary,
    OtherChunk,
    PerplexitySummary,
    ToolErrors,
    WorstPosition,
)
from weighin.core.statistics.clusters import ratio_error, share_interval
from weighin.core.statistics.reach import reach_anytime, reach_once

# exp of more is no number any more.
_LARGEST_LOG = 700.0


@dataclass(frozen=True)
class _ChunkSums:
    """Sums over the positions of one chunk; x: nll of BASE, y: nll of OTHER, d: delta p, k: KLD."""

    kind: str
    same: int
    k: float
    kk: float
    x: float
    xx: float
    y: float
    yy: float
    xy: float
    difference: float
    d: float
    dd: float
    dddd: float


class FidelityTally:
    """One OTHER. positions: compared in each chunk; anytime: intervals hold however often one looks; kinds: of text, in
    the order they are listed in."""

    def __init__(self, positions: int, anytime: bool, kinds: Iterable[str] = ()) -> None:
        self._positions, self._anytime = positions, anytime
        self._kinds = tuple(kinds)
        self._sums: list[_ChunkSums] = []
        self._kld: list[float] = []
        self._worst: list[WorstPosition] = []

    def add(self, base: BaseChunk, other: OtherChunk) -> None:
        """Count a chunk both have read. Raises ValueError where it is not the same chunk, or not a whole one."""
        lengths = {len(values) for values in (base.nll, other.nll, other.kld, other.delta_p, other.same_top)}
        if base.number != other.number or lengths != {self._positions}:
            raise ValueError(f"chunk {base.number} against {other.number} with {lengths} positions")
        x, y, k, d = base.nll, other.nll, other.kld, other.delta_p
        self._sums.append(
            _ChunkSums(
                kind=base.kind,
                same=sum(other.same_top),
                k=math.fsum(k),
                kk=math.fsum(v * v for v in k),
                x=math.fsum(x),
                xx=math.fsum(v * v for v in x),
                y=math.fsum(y),
                yy=math.fsum(v * v for v in y),
                xy=math.fsum(v * w for v, w in zip(x, y, strict=True)),
                difference=math.fsum(w - v for v, w in zip(x, y, strict=True)),
                d=math.fsum(d),
                dd=math.fsum(v * v for v in d),
                dddd=math.fsum(v**4 for v in d),
            )
        )
        self._kld.extend(k)
        self._kld.sort()
        self._worst = heapq.nlargest(WORST_KEPT, [*self._worst, *other.worst], key=lambda position: position.kld)

    def summary(self) -> FidelitySummary | None:
        """Every figure so far; None before the first chunk."""
        if not self._sums:
            return None
        kld = self._kld_summary()
        return FidelitySummary(
            chunks=len(self._sums),
            positions=len(self._kld),
            kld=kld,
            same_top=self._same_top(),
            mean_delta_p=self._mean([sums.d for sums in self._sums], -1.0, 1.0),
            rms_delta_p=self._rms_delta_p(),
            perplexity=self._perplexity(),
            tool=self._tool(),
            kinds=tuple(self._kind_summaries()),
            worst=tuple(self._worst),
            settled=kld.mean.high is not None and kld.mean.high - kld.mean.value <= WANTED_SHARE * kld.mean.value,
        )

    def _error(self, sums: Sequence[float]) -> tuple[float, float] | None:
        """The standard error of the mean over all positions, from its sum in each chunk, and how many of these an
        interval reaches; None where there are too few chunks for one."""
        chunks = len(self._sums)
        if chunks < FEWEST_CHUNKS:
            return None
        error = ratio_error(sums, [self._positions] * chunks, [one.kind for one in self._sums])
        reach = reach_anytime(chunks, error.freedom) if self._anytime else reach_once(error.freedom)
        return error.value, reach

    def _margin(self, sums: Sequence[float]) -> float | None:
        """Half of the interval of the mean over all positions."""
        return None if (found := self._error(sums)) is None else found[0] * found[1]

    def _mean(self, sums: Sequence[float], least: float, most: float) -> Estimate:
        """A mean over all positions, which cannot be below `least` nor above `most`."""
        return _estimate(math.fsum(sums) / len(self._kld), self._margin(sums), least, most)

    def _kld_summary(self) -> KldSummary:
        return KldSummary(
            mean=self._mean([sums.k for sums in self._sums], 0.0, math.inf),
            median=_percentile(self._kld, 0.5),
            p90=_percentile(self._kld, 0.9),
            p95=_percentile(self._kld, 0.95),
            p99=_percentile(self._kld, 0.99),
            p999=_percentile(self._kld, 0.999),
            maximum=self._kld[-1],
        )

    def _same_top(self) -> Estimate:
        counts, n = [sums.same for sums in self._sums], len(self._kld)
        share, found = sum(counts) / n, self._error(counts)
        return Estimate(share) if found is None else Estimate(share, *share_interval(share, n, *found))

    def _rms_delta_p(self) -> Estimate:
        """The error of a root is that of the square over twice the root (delta method)."""
        squares = [sums.dd for sums in self._sums]
        rms, margin = math.sqrt(math.fsum(squares) / len(self._kld)), self._margin(squares)
        return _estimate(rms, margin if not margin else margin / (2 * rms), 0.0, 1.0)

    def _perplexity(self) -> PerplexitySummary:
        differences = [sums.difference for sums in self._sums]
        mean, margin = math.fsum(differences) / len(self._kld), self._margin(differences)
        ratio = Estimate(_exp(mean), *((_exp(mean - margin), _exp(mean + margin)) if margin is not None else ()))
        x, y, covariance = self._moments()
        spread = math.sqrt(x.variance * y.variance)
        return PerplexitySummary(_exp(x.mean), _exp(y.mean), ratio, covariance / spread if spread else None)

    def _moments(self) -> tuple[_Moments, _Moments, float]:
        """Of the nll of BASE, of that of OTHER, and the covariance of the two means."""
        n = len(self._kld)
        x = self._spread(math.fsum(s.x for s in self._sums), math.fsum(s.xx for s in self._sums))
        y = self._spread(math.fsum(s.y for s in self._sums), math.fsum(s.yy for s in self._sums))
        return x, y, (math.fsum(s.xy for s in self._sums) / n - x.mean * y.mean) / max(1, n - 1)

    def _spread(self, total: float, squares: float) -> _Moments:
        n = len(self._kld)
        mean = total / n
        return _Moments(mean, max(0.0, squares / n - mean * mean) / max(1, n - 1))

    def _tool(self) -> ToolErrors:
        sums, n = self._sums, len(self._kld)
        same = sum(s.same for s in sums) / n
        squares = math.fsum(s.dd for s in sums)
        root = math.sqrt(squares / n)
        square_error = self._spread(squares, math.fsum(s.dddd for s in sums)).error
        x, y, covariance = self._moments()
        log_ratio_error = math.sqrt(max(0.0, x.variance + y.variance - 2 * covariance))
        return ToolErrors(
            kld=self._spread(math.fsum(s.k for s in sums), math.fsum(s.kk for s in sums)).error,
            same_top=math.sqrt(same * (1 - same) / max(1, n - 1)),
            rms_delta_p=0.5 / root * square_error if root else 0.0,
            perplexity_base=_exp(x.mean) * x.error,
            perplexity_other=_exp(y.mean) * y.error,
            perplexity_ratio=_exp(math.fsum(s.difference for s in sums) / n) * log_ratio_error,
            mean_delta_p=self._spread(math.fsum(s.d for s in sums), squares).error,
        )

    def _kind_summaries(self) -> Iterable[KindSummary]:
        for kind in dict.fromkeys((*self._kinds, *(sums.kind for sums in self._sums))):
            of_kind = [sums for sums in self._sums if sums.kind == kind]
            if positions := len(of_kind) * self._positions:
                mean, same = math.fsum(s.k for s in of_kind) / positions, sum(s.same for s in of_kind) / positions
                yield KindSummary(kind, positions, mean, same, len(of_kind))


@dataclass(frozen=True)
class _Moments:
    """A mean over positions taken as independent, and the variance of that mean."""

    mean: float
    variance: float

    @property
    def error(self) -> float:
        return math.sqrt(self.variance)


def tally_of(
    base: Iterable[BaseChunk], other: Iterable[OtherChunk], positions: int, anytime: bool, kinds: Iterable[str] = ()
) -> FidelityTally:
    """The tally of chunks that are kept; those that only one side has read are passed over."""
    tally, read = FidelityTally(positions, anytime, kinds), {chunk.number: chunk for chunk in other}
    for chunk in base:
        if chunk.number in read:
            tally.add(chunk, read[chunk.number])
    return tally


def _estimate(value: float, margin: float | None, least: float, most: float) -> Estimate:
    """Rounding may put the value itself beyond the bounds by a hair."""
    if margin is None:
        return Estimate(value)
    return Estimate(value, max(min(value, least), value - margin), min(max(value, most), value + margin))


def _percentile(ordered: Sequence[float], share: float) -> float:
    """Between the two order statistics at share (n - 1), linearly."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _exp(logarithm: float) -> float:
    return math.exp(min(logarithm, _LARGEST_LOG))
