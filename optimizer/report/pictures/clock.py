"""Series over the planning grid, cut into days: a day may have 23 or 25 hours of intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.calendar import TimeGrid
from optimizer.report.pictures.picture import Figure, plain

Floats = NDArray[np.float64]


def on_grid(grid: TimeGrid, rows: pd.DataFrame, column: str) -> Floats:
    """Lay a column over the whole grid: shape (T,), NaN where there is no row or no figure."""
    values = np.full(len(grid), math.nan)
    index = grid.starts.get_indexer(pd.DatetimeIndex(rows["start"]).tz_convert(grid.time_zone))
    inside = index >= 0
    values[index[inside]] = rows[column].to_numpy(dtype=np.float64)[inside]
    return values


def labels(grid: TimeGrid) -> list[str]:
    """Wall-clock time of each interval's start."""
    return [f"{minute // 60:02d}:{minute % 60:02d}" for minute in grid.minute_of_day.tolist()]


def day_axis(grid: TimeGrid, day: int, open_at: Floats, clock: list[str]) -> Figure:
    """Axis of a day, in intervals from its midnight, from where it opens to where it closes.

    Parameters
    ----------
    grid : TimeGrid
    day : int
    open_at : ndarray, shape (T,)
        NaN where closed.
    clock : list of str, length T
        `labels`.
    """
    first, last = int(grid.day_bounds[day]), int(grid.day_bounds[day + 1])
    words = clock[first:last]
    step = max(1, round(60 / grid.interval_min)) * (1 if grid.interval_min >= 60 else 2)
    ticks = [*range(0, last - first, step), last - first]
    known = np.flatnonzero(~np.isnan(open_at[first:last]))
    inside = [float(known[0]) - 0.5, float(known[-1]) + 1.5] if len(known) else [0.0, float(last - first)]
    texts = [*(words[k] for k in ticks[:-1]), "24:00"]
    return {"tickvals": ticks, "ticktext": texts, "range": inside}


def steps(grid: TimeGrid, day: int, values: Floats, clock: list[str], **more: Any) -> Figure:
    """Trace of a day as steps: where the doors close the last value runs to the interval's end and stops there."""
    first, last = int(grid.day_bounds[day]), int(grid.day_bounds[day + 1])
    part = plain(values[first:last])
    x: list[int] = []
    y: list[float | None] = []
    at: list[str] = []
    for k, value in enumerate(part):
        if value is None:
            continue
        x.append(k)
        y.append(value)
        at.append(clock[first + k])
        if k + 1 == len(part) or part[k + 1] is None:
            x += [k + 1, k + 1]
            y += [value, None]
            at += ["", ""]
    line: Mapping[str, Any] = more.pop("line", {})
    return {"type": "scatter", "x": x, "y": y, "customdata": at, "mode": "lines",
            "line": {"shape": "hv", **line}, **more}  # fmt: skip
