"""Shifts and cover from a schedule: what `servopt plan` and `servopt schedule` wrote, with the breaks of each person.

People who start and end together in the same pool are on the same type of shift; which of them takes which breaks
makes no difference to any rule, so that is settled after the roster. The pool is a skill that they must have.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from models.breaks import parse_breaks
from models.calendar import localise
from models.faults import FaultLog
from models.planfiles import read_schedule
from models.remark import remark
from models.roster.folder import RosterCalendar
from models.roster.records import Cover, ShiftType
from models.roster.settings import CoverPrices
from models.wallclock import DAY_MIN, format_time

NIGHT_MIN, LATE_MIN, EARLY_MIN = 3 * 60, 20 * 60, 9 * 60
"""A shift at work at 03:00 is of the kind night, another that ends after 20:00 late, that starts before 09:00 early."""


@dataclass(frozen=True, eq=False)
class ScheduleShifts:
    """What a schedule gives a roster.

    Attributes
    ----------
    shifts : types
    cover : people of each type and day
    breaks : by day and type, the breaks of each person
    cost : of the rows used, by the schedule's own figures
    notes : remarks
    """

    shifts: tuple[ShiftType, ...]
    cover: tuple[Cover, ...]
    breaks: dict[tuple[int, str], tuple[str, ...]]
    cost: float
    notes: tuple[str, ...]


def read_schedule_shifts(
    path: Path,
    time_zone: str,
    calendar: RosterCalendar,
    prices: CoverPrices,
    skills: Collection[str],
    log: FaultLog,
) -> ScheduleShifts | None:
    """Read schedule.csv for the days of a roster.

    Parameters
    ----------
    skills : that people have; with several pools, each pool must be one of them

    Returns
    -------
    ScheduleShifts or None
        None after a fault.
    """
    try:
        frame = read_schedule(path)
    except (OSError, ValueError) as problem:
        log.add(path.name, None, None, "", f"is no schedule of servopt: {problem}")
        return None
    frame = frame.assign(date=[dt.date.fromisoformat(text) for text in frame["date"]])
    days = frame["date"].map(calendar.day)
    inside = (days >= 0) & (days < calendar.days) & (frame["count"] > 0)
    if not inside.any():
        log.add(path.name, None, "date", "", f"has no shift from {calendar.first_day} on; set first_day and days")
        return None
    left = int((~inside).sum())
    said = remark("{file}: {count} rows outside the horizon are left out", file=path.name, count=left)
    notes = (said,) if left else ()
    used = frame[inside].assign(day=days[inside])
    pools = sorted(used["pool"].unique())
    for pool in pools if len(pools) > 1 else ():
        if pool not in skills:
            log.add(path.name, None, "pool", pool, "is no skill of anybody in agents.csv; name it in skills there")
    return _collected(used, time_zone, prices, set(skills), notes)


def _collected(
    used: pd.DataFrame, time_zone: str, prices: CoverPrices, skills: set[str], notes: tuple[str, ...]
) -> ScheduleShifts:
    starts = [localise([text], time_zone)[0] for text in used["start"]]
    ends = [localise([text], time_zone)[0] for text in used["end"]]
    types: dict[str, ShiftType] = {}
    need: dict[tuple[int, str], int] = {}
    breaks: dict[tuple[int, str], list[str]] = {}
    for row, start, end in zip(used.to_dict("records"), starts, ends, strict=True):
        shift = _type(row, start, end, skills)
        types.setdefault(shift.name, shift)
        key = int(row["day"]), shift.name
        count = math.ceil(row["count"] - 1e-9)
        need[key] = need.get(key, 0) + count
        breaks.setdefault(key, []).extend([str(row["breaks"])] * count)
    cover = tuple(Cover(day, name, people, prices.under, prices.over) for (day, name), people in need.items())
    cost = float((used["cost_each"] * used["count"]).sum())
    return ScheduleShifts(
        tuple(types.values()), cover, {key: tuple(texts) for key, texts in breaks.items()}, cost, notes
    )


def _type(row: Mapping[Any, Any], start: pd.Timestamp, end: pd.Timestamp, skills: set[str]) -> ShiftType:
    """Type of shift of a row; its name says pool, start and paid time."""
    pool, paid = str(row["pool"]), int(str(row["paid_min"]))
    minute = start.hour * 60 + start.minute
    span = round((end - start).total_seconds() / 60)
    unpaid = sum(item.length_min for item in parse_breaks(start, str(row["breaks"])) if not item.paid)
    # in the night on which the clocks change the span is what really passes; the type is the one of ordinary days
    name = f"{pool} {format_time(minute)} {(span - unpaid) / 60:g}h" + (f"+{unpaid}" if unpaid else "")
    kind = _kind(minute, span)
    return ShiftType(name, paid, (), minute, span, kind, frozenset({pool} & skills))


def _kind(minute: int, span: int) -> str:
    end = minute + span
    if minute <= NIGHT_MIN < end or end > DAY_MIN + NIGHT_MIN:
        return "night"
    return "late" if end > LATE_MIN else "early" if minute < EARLY_MIN else "day"
