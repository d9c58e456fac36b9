"""A plan as files, and back: schedule.csv, coverage.csv and plan.json."""

from __future__ import annotations

import dataclasses
import io
import json
import math
from pathlib import Path
from typing import Any

import pandas as pd

import models
from models.calendar import localise
from models.files import csv_text
from models.jsonfile import json_text
from models.plan import COVERAGE_COLUMNS, SCHEDULE_COLUMNS, UNCOVERED_COLUMNS, PlanRecord, ShiftPlan, StageResult

SCHEDULE_FILE, COVERAGE_FILE, PLAN_FILE = "schedule.csv", "coverage.csv", "plan.json"
_WHOLE = ("paid_min", "count", "heads", "on_break", "on_duty", "agents_floor", "agents_target")
_TEXT = ("pool", "group", "date", "shift", "start", "end", "breaks")


def plan_files(record: PlanRecord) -> dict[str, str]:
    """Write a plan as text.

    Parameters
    ----------
    record : PlanRecord
        The plan.

    Returns
    -------
    dict of str to str
        File name to content: schedule.csv, coverage.csv, plan.json.
    """
    plan = record.plan
    content = {
        "servopt": models.__version__,
        "time_zone": record.time_zone,
        "about": record.about,
        "stages": {name: dataclasses.asdict(stage) for name, stage in record.stages.items()},
        "summary": record.summary,
        "uncovered": [
            {"start": _iso(row["start"]), "pool": str(row["pool"]), "missing": float(row["missing"])}
            for row in plan.uncovered.to_dict("records")
        ],
        "conflicts": plan.conflicts,
        "relaxation": plan.relaxation,
        "notes": record.notes,
    }
    return {
        SCHEDULE_FILE: csv_text(plan.schedule[list(SCHEDULE_COLUMNS)]),
        COVERAGE_FILE: csv_text(plan.coverage[list(COVERAGE_COLUMNS)]),
        PLAN_FILE: json_text(content),
    }


def read_plan(folder: str | Path) -> PlanRecord:
    """Read what `plan_files` wrote.

    Parameters
    ----------
    folder : str or Path
        Holds schedule.csv, coverage.csv and plan.json.

    Returns
    -------
    PlanRecord
        Equal to the one written, to the last digit.

    Raises
    ------
    OSError, ValueError, KeyError
        If a file is missing or is no such file.
    """
    folder = Path(folder)
    content = json.loads((folder / PLAN_FILE).read_text(encoding="utf-8"))
    zone = content["time_zone"]
    stages = {name: StageResult(**stage) for name, stage in content["stages"].items()}
    uncovered = pd.DataFrame(content["uncovered"], columns=list(UNCOVERED_COLUMNS))
    if len(uncovered):
        uncovered["start"] = localise(uncovered["start"], zone)
    plan = ShiftPlan(
        schedule=read_schedule(folder / SCHEDULE_FILE),
        coverage=read_coverage(folder / COVERAGE_FILE, zone),
        result=stages["schedule"],
        uncovered=uncovered,
        conflicts=tuple(content["conflicts"]),
        relaxation=tuple(content["relaxation"]),
    )
    return PlanRecord(plan, zone, stages, content["about"], content["summary"], tuple(content["notes"]))


def read_schedule(path: str | Path) -> pd.DataFrame:
    """Read schedule.csv; text stays text (`models.plan.ShiftPlan.schedule`)."""
    return _read_frame(path, SCHEDULE_COLUMNS)


def read_group_schedule(path: str | Path) -> pd.DataFrame:
    """Read a schedule.csv of agent groups: `group` in place of `pool`."""
    return _read_frame(path, ("group", *SCHEDULE_COLUMNS[1:]))


def read_coverage(path: str | Path, time_zone: str) -> pd.DataFrame:
    """Read coverage.csv; `start` becomes aware of `time_zone` (`models.plan.ShiftPlan.coverage`)."""
    frame = _read_frame(path, COVERAGE_COLUMNS)
    return frame.assign(start=localise(frame["start"], time_zone))


def _read_frame(path: str | Path, columns: tuple[str, ...]) -> pd.DataFrame:
    # Everything is read as text first: a pool may be named NA or 007, and floats come back to the last digit.
    raw = pd.read_csv(io.StringIO(Path(path).read_text(encoding="utf-8")), dtype=str, keep_default_na=False)
    missing = [name for name in columns if name not in raw.columns]
    if missing:
        raise ValueError(f"{path}: the columns {', '.join(missing)} are missing")
    ready: dict[str, Any] = {}
    for name in columns:
        cells = list(raw[name])
        if name in _TEXT:
            ready[name] = pd.Series([_unescape(cell) for cell in cells], dtype="object" if not cells else None)
        elif name in _WHOLE:
            numbers = [float(cell) for cell in cells]
            ready[name] = pd.Series(numbers, dtype="int64" if all(n.is_integer() for n in numbers) else "float64")
        else:
            ready[name] = pd.Series([float(cell) if cell else math.nan for cell in cells], dtype="float64")
    return pd.DataFrame(ready)


def _unescape(cell: str) -> str:
    """Take back the apostrophe that `models.files.escape_cell` puts before text that looks like a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@", "\t", "\r", "\n") else cell


def _iso(stamp: Any) -> str:
    return str(stamp.isoformat() if hasattr(stamp, "isoformat") else stamp)
