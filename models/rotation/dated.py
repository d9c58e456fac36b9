"""A rotation with names and dates: one turn of it, in which everybody works through every week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pandera.pandas as pa

from models.columns import IS_NAME, text
from models.csvtable import read_table
from models.faults import FaultLog
from models.rotation.records import OFF, WEEK_DAYS, RotationCase

COLUMNS = ("employee", "date", "shift", "start", "end", "paid_min", "breaks")
PEOPLE = pa.DataFrameSchema(
    {
        "employee": text(
            "name; the first begins in week 1, the next in week 2, and so on", "required", IS_NAME, unique=True
        )
    },
    strict=False,
    name="people of a rotation",
    description="The people of a rotation (`servopt rotate --people`), one a row, as many as it has weeks.",
)


def read_people(path: Path, case: RotationCase) -> list[str]:
    """Read the names of who works a rotation.

    Raises
    ------
    InputFaults
        With every fault of the file; there are as many names as weeks.
    """
    log = FaultLog()
    table = read_table(path, PEOPLE, log)
    names = [] if table is None else [str(name) for name in table["employee"]]
    if table is not None and not len(log) and len(names) != case.weeks:
        message = f"has {len(names)} people; a rotation of {case.weeks} weeks has {case.weeks}, one in each week"
        log.add(path.name, None, "employee", "", message)
    log.raise_if_any()
    return names


def first_names(case: RotationCase) -> list[str]:
    """Return names for people who have none yet."""
    width = len(str(case.weeks))
    return [f"person {number:0{width}}" for number in range(1, case.weeks + 1)]


def turn(
    case: RotationCase, line: Sequence[str], people: Sequence[str], first_day: dt.date, time_zone: str
) -> pd.DataFrame:
    """Return one turn of a rotation as rows of roster.csv, by employee and date.

    Parameters
    ----------
    line : shift of each day from a Monday on
    people : (weeks,) the k-th begins in week k
    first_day : a Monday
    time_zone : IANA name; a shift begins by its wall clock, and has its length in hours that pass

    Returns
    -------
    DataFrame
        `COLUMNS`: one row for each shift that somebody works; all of it is paid, and breaks are not known.
    """
    zone, shifts = ZoneInfo(time_zone), {shift.name: shift for shift in case.shifts}
    rows = []
    for place, employee in enumerate(people):
        for day in range(WEEK_DAYS * case.weeks):
            name = line[(place * WEEK_DAYS + day) % len(line)]
            if name == OFF:
                continue
            shift, date = shifts[name], first_day + dt.timedelta(days=day)
            midnight = dt.datetime.combine(date, dt.time())
            start = (midnight + dt.timedelta(minutes=shift.start_min)).replace(tzinfo=zone).astimezone(dt.UTC)
            end = start + dt.timedelta(minutes=shift.length_min)
            stamps = [stamp.astimezone(zone).isoformat() for stamp in (start, end)]
            rows.append((employee, date.isoformat(), name, *stamps, shift.length_min, ""))
    return pd.DataFrame(rows, columns=list(COLUMNS))
