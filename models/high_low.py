"""Fixed and variable cost from periods: the high-low method, and least squares beside it (U14)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.columns import AT_LEAST_ZERO, MONEY, number, text
from models.dates import missing_months, one_currency
from models.faults import FaultLog

DISAGREE = 0.1
OUTLIER_RESIDUAL = 3.0

TABLE = pa.DataFrameSchema(
    {
        "period": text("name of the period, such as 2026-01", "required", unique=True),
        "volume": number(
            "contacts (or other units) of the period", "contacts", "required", AT_LEAST_ZERO, required=True
        ),
        "cost": number("cost of the period", "currency", "required", MONEY, required=True),
        "currency": text("currency of the cost", "that of the other rows"),
    },
    strict=False,
    name="periods",
    description="Volume and cost of periods of equal length, one a row.",
)


@dataclass(frozen=True)
class HighLow:
    """Cost = fixed_cost + unit_variable_cost x volume, by two methods; currency, and currency per unit of volume."""

    unit_variable_cost: float
    fixed_cost: float
    high_period: str
    low_period: str
    least_squares_unit_cost: float
    least_squares_fixed_cost: float
    r_squared: float
    methods_differ_share: float
    outliers: tuple[str, ...]
    periods: int


def high_low(periods: pd.DataFrame, *, file: str = "periods") -> tuple[HighLow, pd.DataFrame, tuple[str, ...]]:
    """Split cost into a fixed part and a part that grows with volume.

    unit_variable_cost = (cost_high - cost_low) / (volume_high - volume_low), and fixed_cost = cost_high -
    unit_variable_cost x volume_high, where high and low are the periods of highest and lowest *volume* (not cost). When
    several periods share that volume, their mean cost is taken. Least squares uses every period.

    Parameters
    ----------
    periods : DataFrame
        `TABLE`: period, volume, cost. The index is the row in the file.
    file : str
        Name that faults carry.

    Returns
    -------
    result : HighLow
        `methods_differ_share` is how far the unit cost of least squares lies from that of high-low, as a share of it.
        `r_squared` is NaN when all costs are equal. `outliers` are periods whose studentised residual from the line
        through the *other* periods is beyond 3 (four periods at least).
    lines : DataFrame
        period, volume, cost, high_low_cost, least_squares_cost, studentised_residual (NaN below four periods), outlier.
    notes : tuple of str
        Where the methods differ by more than 10 %, where points are outliers, where a part is negative, and missing
        months.

    Raises
    ------
    InputFaults
        Fewer than two different volumes, or several currencies.

    Notes
    -----
    Source: Horngren, Datar and Rajan, Cost Accounting: A Managerial Emphasis, chapter "Determining how costs behave"
    (high-low and regression); Cook and Weisberg, Residuals and Influence in Regression (1982), section 2.2.
    """
    log = FaultLog()
    if "currency" in periods:
        one_currency(file, periods["currency"], log)
    volume, cost = periods["volume"].to_numpy(dtype=float), periods["cost"].to_numpy(dtype=float)
    if len(np.unique(volume)) < 2:
        log.add(file, None, "volume", "", "at least two periods of different volume are needed")
    log.raise_if_any()
    names = periods["period"].astype(str).tolist()
    high, low = volume == volume.max(), volume == volume.min()
    unit = float((cost[high].mean() - cost[low].mean()) / (volume.max() - volume.min()))
    fixed = float(cost[high].mean() - unit * volume.max())
    slope, base, r_squared, residual = _least_squares(volume, cost)
    outlier = np.abs(np.nan_to_num(residual)) > OUTLIER_RESIDUAL
    differ = abs(slope - unit) / abs(unit) if unit else (0.0 if slope == 0 else float("inf"))
    result = HighLow(
        unit_variable_cost=unit,
        fixed_cost=fixed,
        high_period=names[int(np.argmax(volume))],
        low_period=names[int(np.argmin(volume))],
        least_squares_unit_cost=slope,
        least_squares_fixed_cost=base,
        r_squared=r_squared,
        methods_differ_share=differ,
        outliers=tuple(name for name, far in zip(names, outlier, strict=True) if far),
        periods=len(names),
    )
    lines = pd.DataFrame(
        {
            "period": names,
            "volume": volume,
            "cost": cost,
            "high_low_cost": fixed + unit * volume,
            "least_squares_cost": base + slope * volume,
            "studentised_residual": residual,
            "outlier": outlier,
        }
    )
    return result, lines, _notes(result, names, int(high.sum()), int(low.sum()))


def _least_squares(volume: np.ndarray, cost: np.ndarray) -> tuple[float, float, float, np.ndarray]:
    """Slope, intercept, R2, and the residuals studentised by the spread of the other points."""
    count = len(volume)
    from_mean = volume - volume.mean()
    spread = float(from_mean @ from_mean)
    slope = float(from_mean @ (cost - cost.mean())) / spread
    base = float(cost.mean() - slope * volume.mean())
    error = cost - base - slope * volume
    around = float(((cost - cost.mean()) ** 2).sum())
    r_squared = 1.0 - float(error @ error) / around if around > 0 else float("nan")
    residual = np.full(count, np.nan)
    scale = max(float(np.abs(cost).max()), 1.0)
    if count >= 4:
        leverage = 1.0 / count + from_mean**2 / spread
        free = 1.0 - leverage
        fits = free > 1e-12  # a point that alone holds the line lies on it: nothing can be said of it
        others = (float(error @ error) - error[fits] ** 2 / free[fits]) / (count - 3)
        floor = (1e-9 * scale) ** 2  # the others lie on one line exactly: what rounding leaves is no spread
        residual[fits] = error[fits] / np.sqrt(np.maximum(others, floor) * free[fits])
        residual[np.abs(error) < 1e-9 * scale] = 0.0
    return slope, base, r_squared, residual


def _notes(result: HighLow, names: list[str], highs: int, lows: int) -> tuple[str, ...]:
    notes = []
    if result.methods_differ_share > DISAGREE:
        notes.append(
            f"the methods disagree: least squares has {result.least_squares_unit_cost:,.4g} a unit, "
            f"{result.methods_differ_share:.0%} away from high-low; trust neither before the points were looked at"
        )
    extremes = {result.high_period, result.low_period}
    for name in result.outliers:
        effect = "; high-low rests on it" if name in extremes else ""
        notes.append(f"{name} lies far off the line through the other periods{effect}")
    if result.fixed_cost < 0:
        notes.append("the fixed cost is negative: the line does not hold down to zero volume")
    negative = {"high-low": result.unit_variable_cost, "least squares": result.least_squares_unit_cost}
    for method, unit_cost in negative.items():
        if unit_cost < 0:
            notes.append(
                f"warning: the unit variable cost of {method} is negative ({unit_cost:,.4g}): cost falls with volume; "
                "another cause is at work, do not use it"
            )
    if highs > 1 or lows > 1:
        notes.append("several periods share the highest or lowest volume; their mean cost was taken")
    if len(names) == 2:
        notes.append("two periods always fit a line; more are needed to judge it")
    notes += [f"{month} is missing between the periods" for month in missing_months(names)]
    return tuple(notes)
