"""The shifts of a roster as rows: roster.csv, with the breaks of each person, and back."""

from __future__ import annotations

import datetime as dt
import functools
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.breaks import Break, format_breaks
from models.csvtable import read_table
from models.faults import FaultLog
from models.remark import remark
from models.roster.case import OFF, Lines, RosterCase
from models.roster.folder import RosterFolder
from models.roster.inputs import hint
from models.roster.records import ShiftType

ROSTER_FILE = "roster.csv"
WORKED_COLUMNS = ("employee", "date", "shift", "start", "end", "paid_min", "breaks")
_SCHEMA = pa.DataFrameSchema(
    {
        "employee": pa.Column(object, nullable=False),
        "date": pa.Column(object, nullable=False),
        "shift": pa.Column(object, nullable=False),
    },
    strict=False,
)


def worked_shifts(found: RosterFolder, lines: Lines) -> pd.DataFrame:
    """Return `WORKED_COLUMNS`, one row for each shift worked, by employee and date.

    Parameters
    ----------
    found : RosterFolder
    lines : ndarray of int, shape (employees, days)

    Returns
    -------
    DataFrame
        ``date`` as ISO text: the day on which the shift starts. ``start`` and ``end`` in ISO with offset. Breaks are
        those of the schedule's patterns, dealt out in the order of agents.csv; whoever is on a shift beyond its cover
        takes the breaks of the last one. Without a schedule an unpaid pause stands in the middle of the shift.
    """
    case = found.case
    dealt: Counter[tuple[int, int]] = Counter()
    times = functools.cache(functools.partial(times_of, case))
    rows = []
    for place, day in np.argwhere(lines != OFF).tolist():
        number = int(lines[place, day])
        shift, (start, end) = case.shifts[number], times(day, number)
        breaks = _breaks(found, day, shift, start, dealt[day, number])
        dealt[day, number] += 1
        date = found.calendar.date(day).isoformat()
        employee = case.employees[place].name
        rows.append((employee, date, shift.name, start.isoformat(), end.isoformat(), shift.length_min, breaks))
    return pd.DataFrame(rows, columns=list(WORKED_COLUMNS))


def times_of(case: RosterCase, day: int, shift: int) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Start and end of a type of shift on a day, by the clocks of the case."""
    zone = ZoneInfo(case.time_zone)
    origin = pd.Timestamp(dt.datetime.combine(case.first_date or dt.date(2000, 1, 1), dt.time(), zone))
    start = origin + pd.Timedelta(minutes=case.start_min(day, shift))
    return start, origin + pd.Timedelta(minutes=case.end_min(day, shift))


def _breaks(found: RosterFolder, day: int, shift: ShiftType, start: pd.Timestamp, turn: int) -> str:
    if patterns := found.breaks.get((day, shift.name)):
        return patterns[min(turn, len(patterns) - 1)]
    span = shift.span_min or shift.length_min
    unpaid = span - shift.length_min
    return format_breaks(start, [Break((span - unpaid) // 2, unpaid, "meal", paid=False)]) if unpaid else ""


def read_published(path: Path, found: RosterFolder) -> tuple[Lines, tuple[str, ...]]:
    """Read a roster that was written before, for the days and people of a folder.

    Parameters
    ----------
    path : Path
        roster.csv, or the folder that holds it.

    Returns
    -------
    lines : ndarray of int, shape (employees, days)
    notes : what was left out: people who are gone, days outside the horizon

    Raises
    ------
    InputFaults
        If the file cannot be read, a shift is unknown, or somebody has two shifts on a day.
    """
    log, case = FaultLog(), found.case
    file = path / ROSTER_FILE if path.is_dir() else path
    table = read_table(file, _SCHEMA, log)
    lines = np.full((len(case.employees), case.days), OFF, np.int64)
    gone: set[str] = set()
    outside = 0
    for line, employee, text, shift in _cells(table):
        try:
            day = found.calendar.day(dt.date.fromisoformat(str(text)))
        except ValueError:
            log.add(file.name, line, "date", text, "must be a date, written YYYY-MM-DD")
            continue
        if employee not in case.employee_index:
            gone.add(employee)
        elif not 0 <= day < case.days:
            outside += 1
        elif shift not in case.shift_index:
            log.add(file.name, line, "shift", shift, f"is no type of shift{hint(shift, case.shift_index)}")
        elif lines[case.employee_index[employee], day] != OFF:
            log.add(file.name, line, "date", text, f"{employee} has a shift on this day already; keep one")
        else:
            lines[case.employee_index[employee], day] = case.shift_index[shift]
    log.raise_if_any()
    notes = []
    if gone:
        names = ", ".join(sorted(gone))
        notes.append(remark("{file}: not in agents.csv any more: {names}", file=file.name, names=names))
    if outside:
        notes.append(remark("{file}: {count} shifts outside the horizon are left out", file=file.name, count=outside))
    return lines, tuple(notes)


def _cells(table: pd.DataFrame | None) -> list[tuple[int, str, str, str]]:
    if table is None:
        return []
    rows = table[["employee", "date", "shift"]].dropna()
    return [(int(line), str(a), str(b), str(c)) for line, (a, b, c) in zip(rows.index, rows.to_numpy(), strict=True)]
