"""How far the return of an initiative hangs on its figures: one at a time (tornado), and all at once (ranges)."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.returns import Initiative, evaluate_return, initiative_flows

FIGURES = ("benefit", "growth", "outlay", "yearly_outlay", "rate")
"""What may vary: the figures of an `Initiative`, and the discount rate."""
QUANTILES = {"P10": 0.1, "P50": 0.5, "P90": 0.9}
MOST_SAMPLES = 1_000_000
_LEAST_RATE = -0.999


@dataclass(frozen=True)
class Range:
    """What a figure may be.

    Parameters
    ----------
    low, high : float
        Least and largest value.
    likely : float or None
        Most likely value: a triangular distribution. None: every value between is as likely as any other.

    Raises
    ------
    ValueError
        If a value is not finite, or they are not in ascending order.
    """

    low: float
    high: float
    likely: float | None = None

    def __post_init__(self) -> None:
        likely = self.low if self.likely is None else self.likely
        if not all(map(math.isfinite, (self.low, likely, self.high))):
            raise ValueError("the ends of a range must be finite numbers")
        if not self.low <= likely <= self.high:
            raise ValueError(f"the range {self.low:g} to {self.high:g} is not in ascending order (low, likely, high)")


@dataclass(frozen=True)
class Spread:
    """The return under uncertainty.

    Parameters
    ----------
    quantiles : DataFrame
        measure (npv, benefit, cost: discounted money), P10, P50, P90, mean. P10: one sample in ten lies below.
    loss_share : float
        Share of the samples with a negative net present value.
    samples, seed : int
        How many were drawn, and from which seed: the same seed gives the same figures.
    """

    quantiles: pd.DataFrame
    loss_share: float
    samples: int
    seed: int


def tornado(initiative: Initiative, rate: float, swing: float = 0.2) -> pd.DataFrame:
    """Change one figure at a time, and see what becomes of the net present value.

    Parameters
    ----------
    initiative : Initiative
        The figures as expected.
    rate : float
        Discount rate a year.
    swing : float
        Share by which each figure is lowered and raised, above 0 and below 1: a growth of 20 % becomes 16 % and 24 % at
        0.2. A growth or rate is lowered to -99.9 % at most.

    Returns
    -------
    DataFrame
        figure, low, high (its two values), npv_low, npv_high (the net present value at each), span (the distance of
        the two); the largest span first. A figure that is zero is left out: a share of nothing does not move it.

    Raises
    ------
    ValueError
        If the swing is out of range.
    """
    if not 0 < swing < 1:
        raise ValueError(f"the swing {swing} is not between 0 and 1")
    rows = []
    for name in FIGURES:
        value = rate if name == "rate" else float(getattr(initiative, name))
        if value == 0:
            continue
        ends = sorted((value * (1 - swing), value * (1 + swing)))
        if name in ("growth", "rate"):
            ends = [max(end, _LEAST_RATE) for end in ends]
        at = [_npv(initiative, rate, name, end) for end in ends]
        rows.append((name, *ends, *at, abs(at[1] - at[0])))
    table = pd.DataFrame(rows, columns=["figure", "low", "high", "npv_low", "npv_high", "span"])
    return table.sort_values("span", ascending=False, kind="stable", ignore_index=True)


def _npv(initiative: Initiative, rate: float, name: str, value: float) -> float:
    """Net present value with one figure replaced."""
    figures: dict[str, Any] = {**dataclasses.asdict(initiative), "rate": rate, name: value}
    discount_rate = figures.pop("rate")
    return evaluate_return(initiative_flows(Initiative(**figures)), discount_rate).npv


def spread(
    initiative: Initiative, rate: float, ranges: Mapping[str, Range], *, samples: int = 10_000, seed: int = 1
) -> Spread:
    """Draw the uncertain figures together, each from its range and on its own, and see what comes out.

    Parameters
    ----------
    initiative : Initiative
        The figures that are certain.
    rate : float
        Discount rate a year, unless it has a range.
    ranges : mapping of str to Range
        By the names in `FIGURES`.
    samples : int
        How many are drawn, 1 to a million.
    seed : int
        Of numpy's PCG64.

    Returns
    -------
    Spread
        Discounted as in `models.returns.evaluate_return`.

    Raises
    ------
    ValueError
        If a name is unknown, or a range reaches beyond what the figure may be.
    """
    unknown = [name for name in ranges if name not in FIGURES]
    if unknown:
        raise ValueError(f"{unknown[0]} is no figure with a range; they are {', '.join(FIGURES)}")
    if not 1 <= samples <= MOST_SAMPLES:
        raise ValueError(f"{samples} samples are not 1 to {MOST_SAMPLES:,}")
    for name, limits in ranges.items():
        least = {"growth": -1.0, "rate": -1.0, "outlay": 0.0, "yearly_outlay": 0.0}.get(name, -math.inf)
        if limits.low < least or (least == -1 and limits.low == -1):
            raise ValueError(
                f"{name}: {limits.low:g} is too low; it must be {'above' if least else 'at least'} {least:g}"
            )
    generator = np.random.default_rng(seed)
    drawn = {name: _draw(ranges[name], samples, generator) for name in FIGURES if name in ranges}
    certain = {**dataclasses.asdict(initiative), "rate": rate}
    benefit, growth, outlay, yearly, rates = (drawn.get(n, np.full(samples, float(certain[n]))) for n in FIGURES)
    gains, costs = np.zeros(samples), outlay.astype(np.float64)
    for year in range(1, initiative.years + 1):
        discount = (1 + rates) ** -float(year)
        gains += benefit * (1 + growth) ** (year - 1) * discount
        costs += yearly * discount
    table = {"npv": gains - costs, "benefit": gains, "cost": costs}
    rows = [
        {"measure": name, **{p: float(np.quantile(v, q)) for p, q in QUANTILES.items()}, "mean": float(v.mean())}
        for name, v in table.items()
    ]
    return Spread(pd.DataFrame(rows), float((table["npv"] < 0).mean()), samples, seed)


def _draw(limits: Range, samples: int, generator: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    if limits.low == limits.high:
        return np.full(samples, float(limits.low))
    if limits.likely is None:
        return generator.uniform(limits.low, limits.high, samples)
    return generator.triangular(limits.low, limits.likely, limits.high, samples)
