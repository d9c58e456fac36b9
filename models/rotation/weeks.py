"""A rotation as a table of weeks, and the record beside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

import models
from models.jsonfile import json_text
from models.rotation.records import OFF, WEEK_DAYS, RotationCase
from models.wallclock import DAY_NAMES


def rotation_frame(case: RotationCase, line: Sequence[str]) -> pd.DataFrame:
    """Return a row for each week: week, mon .. sun (blank on a day off), hours, days_off."""
    minutes = {shift.name: shift.length_min for shift in case.shifts}
    rows = []
    for week in range(case.weeks):
        days = line[week * WEEK_DAYS : (week + 1) * WEEK_DAYS]
        shown: dict[str, object] = {"week": week + 1}
        shown |= {name: "" if day == OFF else day for name, day in zip(DAY_NAMES, days, strict=True)}
        shown["hours"] = sum(minutes.get(day, 0) for day in days) / 60
        shown["days_off"] = sum(day == OFF for day in days)
        rows.append(shown)
    return pd.DataFrame(rows)


def rotation_record(case: RotationCase, line: Sequence[str], how: Mapping[str, Any]) -> str:
    """Return what rotation.json holds: how the search ended, the totals of the rotation, and its rules."""
    frame = rotation_frame(case, line)
    free = [
        all(day == OFF for day in line[week * WEEK_DAYS + 5 : (week + 1) * WEEK_DAYS]) for week in range(case.weeks)
    ]
    return json_text(
        {
            "servopt": models.__version__,
            "name": case.name,
            "weeks": case.weeks,
            "result": dict(how),
            "hours_per_week": float(frame["hours"].mean()),
            "weekends_off": sum(free),
            "rules": dataclasses.asdict(case),
        }
    )
