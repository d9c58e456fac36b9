"""The series behind the page's pictures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from optimizer.report.content import ReportContent
from optimizer.report.figures import plan_figures, service_figures

_SERIES = ("heads", "productive", "agents_floor", "agents_target", "service_level")


def page_data(content: ReportContent) -> dict[str, Any]:
    """Gather the series that the page's pictures draw, over all T intervals of the grid; None where closed.

    Parameters
    ----------
    content : ReportContent
        The plan.

    Returns
    -------
    dict
        Only lists, numbers, texts and None.
    """
    grid = content.grid
    coverage = content.plan.coverage
    worst = plan_figures(content)
    day, worst_pool = 0, 0
    if worst["worst_interval"] is not None:
        instant = pd.Timestamp(str(worst["worst_interval"])).tz_convert(grid.time_zone)
        day = max(0, (instant.date() - grid.first_date).days)
        worst_pool = content.pools.index(str(worst["worst_pool"]))
    return {
        "interval_min": grid.interval_min,
        "dates": [f"{date:%a} {date.day} {date:%b}" for date in grid.dates],
        "day_bounds": grid.day_bounds.tolist(),
        "labels": [f"{stamp:%H:%M}" for stamp in grid.starts],
        "stamps": [f"{stamp:%Y-%m-%d %H:%M}" for stamp in grid.starts],
        "pools": [_pool_data(content, pool, coverage[coverage["pool"] == pool]) for pool in content.pools],
        "types": [
            _type_data(content, str(name), rows) for name, rows in content.demand.groupby("contact_type", sort=True)
        ],
        "worst": {"day": day, "pool": worst_pool},
    }


def _pool_data(content: ReportContent, pool: str, rows: pd.DataFrame) -> dict[str, Any]:
    service = content.service[pool]
    by_day = dict(iter(rows.groupby(rows["start"].dt.date)))
    return {
        "name": pool,
        "target": service.target,
        "counted_of": service.counted_of,
        "floor": service.floor,
        "days": [
            service_figures(by_day[date])["service_level"] if date in by_day else None for date in content.grid.dates
        ],
        **{name: _on_grid(content, rows, name) for name in _SERIES},
    }


def _type_data(content: ReportContent, name: str, rows: pd.DataFrame) -> dict[str, Any]:
    banded = {"contacts_low", "contacts_high"} <= set(rows.columns)
    return {
        "name": name,
        "contacts": _on_grid(content, rows, "contacts"),
        "low": _on_grid(content, rows, "contacts_low") if banded else None,
        "high": _on_grid(content, rows, "contacts_high") if banded else None,
    }


def _on_grid(content: ReportContent, rows: pd.DataFrame, column: str) -> list[float | None]:
    """Lay a column over the whole grid; shape (T,), None where there is no row or no figure."""
    values = np.full(len(content.grid), math.nan)
    index = content.grid.starts.get_indexer(pd.DatetimeIndex(rows["start"]).tz_convert(content.grid.time_zone))
    inside = index >= 0
    values[index[inside]] = rows[column].to_numpy(dtype=np.float64)[inside]
    return [None if math.isnan(value) else round(value, 6) for value in values.tolist()]
