"""A simulation as files: simulation.json and the tables of its levels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

import models
from models.files import csv_text
from models.jsonfile import json_text
from models.simulation.layout import OVERTIME, STAFFED
from models.simulation.result import SimulationResult

FILES = {"intervals.csv": ("interval",), "days.csv": ("day",), "pools.csv": ("pool", "total"), "types.csv": ("type",)}
SUMMARY_FILE = "simulation.json"
_KEYS = ("pool", "contact_type", "date", "start")


def figures(result: SimulationResult, frame: pd.DataFrame) -> dict[str, Any]:
    """Figures of a simulation as a whole.

    Parameters
    ----------
    result : SimulationResult
    frame : DataFrame
        `models.simulation.report.report_frame` of it.

    Returns
    -------
    dict
        How it was made (replications, seed, seconds, contacts, behaviour); `total` and `pools` with their figures;
        `meets_target`, the chance that a day of a pool meets its target, over all of them; `overtime_hours` that
        people stay after their shift to finish, in a run through all days; numbers of intervals and days below what
        was promised.
    """
    case, times = result.case, result.times.sum(axis=(1, 2)) / 3600
    days = frame[(frame["level"] == "day") & frame["meets_target"].notna()]
    intervals = frame[frame["level"] == "interval"]
    return {
        "replications": result.replications,
        "seed": result.seed,
        "seconds": result.seconds,
        "contacts": result.contacts,
        "handle_times": case.handle,
        "handle_cv": float(case.handle_cv.max()) if case.handle == "lognormal" else 1.0,
        "day_cv": case.day_cv,
        "arrivals": "as given, one by one" if len(case.given_at_s) else case.arrivals,
        "absences": case.absences,
        "definition": case.definition,
        "total": _row(frame[frame["level"] == "total"].iloc[0]),
        "pools": {str(row["pool"]): _row(row) for _, row in frame[frame["level"] == "pool"].iterrows()},
        "meets_target": float(days["meets_target"].mean()) if len(days) else None,
        "overtime_hours": float(times[:, OVERTIME].mean()),
        "staffed_hours": float(times[:, STAFFED].mean()),
        "intervals": len(intervals),
        "intervals_below_floor": int((intervals["below"] == "floor").sum()),
        "intervals_below_promised": int((intervals["below"] != "").sum()),
        "days_below_target": int((days["below"] == "target").sum()),
    }


def _row(row: pd.Series) -> dict[str, float | None]:
    cells = row.drop(["level", *_KEYS, "meets_target", "meets_half_width", "below"], errors="ignore")
    return {str(name): None if pd.isna(value) else float(value) for name, value in cells.items()}


def simulation_files(result: SimulationResult, frame: pd.DataFrame, about: Mapping[str, Any]) -> dict[str, str]:
    """Write a simulation as text: file name to content, simulation.json and one table a level.

    Columns without any figure are left out of a table. `about` goes into simulation.json in front of the figures.
    """
    content = {"servopt": models.__version__, **about, **figures(result, frame)}
    texts = {SUMMARY_FILE: json_text(content)}
    for name, levels in FILES.items():
        rows = frame[frame["level"].isin(levels)]
        used = [column for column in rows.columns if not _empty(rows[column])]
        texts[name] = csv_text(rows[used])
    return texts


def _empty(column: pd.Series) -> bool:
    if column.name in ("service_level", "half_width", "promised", "below", "pool"):
        return False
    return bool(np.all(column.isna() | column.isin([""])))
