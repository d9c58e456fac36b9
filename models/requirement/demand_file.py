"""Demand for the horizon from a file of its own: forecast.csv, or a demand that somebody changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from models import tables
from models.faults import FaultLog
from models.remark import remark
from models.scenario import Scenario
from models.series import onto_grid, read_series


def read_demand(path: str | Path, scenario: Scenario) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read a file with the columns of demand.csv onto the planning grid of a scenario.

    Returns
    -------
    frame, notes
        start, contact_type, contacts, aht_s (that of the contact type where blank) for every open interval; remarks.

    Raises
    ------
    InputFaults : every fault of the file, with its line; also when no row lies in the horizon.
    """
    log, file, grid = FaultLog(), Path(path), scenario.grid
    types = scenario.contact_types
    raw = read_series(file, tables.DEMAND, grid.time_zone, types["contact_type"].tolist(), log)
    log.raise_if_any()
    if raw is None:
        raise AssertionError("a file that cannot be read leaves a fault")
    if raw.length_min % grid.interval_min and grid.interval_min % raw.length_min:
        message = f"its rows are {raw.length_min} minutes apart, which does not fit intervals of {grid.interval_min}"
        log.add(file.name, None, "start", "", message)
    end = grid.starts[-1] + pd.Timedelta(minutes=grid.interval_min)
    inside = raw.rows[(raw.rows["start"] >= grid.starts[0]) & (raw.rows["start"] < end)]
    if inside.empty:
        log.add(file.name, None, "start", "", f"has no row in the horizon {grid.dates[0]} to {grid.dates[-1]}")
    log.raise_if_any()
    opened = {name: scenario.open_mask(name) for name in types["contact_type"]}
    deferrable = set(types.loc[types["kind"] == "deferrable", "contact_type"])
    gridded = onto_grid(replace(raw, rows=inside), grid, opened, deferrable, fill_days=True)
    default = gridded.frame["contact_type"].map(types.set_index("contact_type")["aht_s"])
    frame = gridded.frame.assign(aht_s=gridded.frame["aht_s"].fillna(default))
    left = len(raw.rows) - len(inside)
    words = remark("{file}: {count} rows outside the horizon are left out", file=file.name, count=f"{left:,}")
    outside = (words,) if left else ()
    return frame, (*outside, *gridded.notes)
