"""The roster that was decided, and its file: one row for each shift that somebody works."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.csvtable import read_table
from models.faults import FaultLog
from models.hints import close_name
from models.plan import StageResult
from models.roster.case import OFF, Lines, RosterCase

ROSTER_COLUMNS = ("employee", "day", "shift")
_SCHEMA = pa.DataFrameSchema(
    {
        "employee": pa.Column(object, nullable=False),
        "day": pa.Column(float, nullable=False),
        "shift": pa.Column(object, nullable=True),
    },
    strict=True,
)


@dataclass(frozen=True, eq=False)
class Roster:
    """Who works what on which day, and how far that was proved.

    Parameters
    ----------
    case : RosterCase
    lines : ndarray of int, shape (employees, days)
        Index of the type of shift worked, or `models.roster.case.OFF`.
    result : StageResult
        How the search ended; its objective is what the soft rules cost.

    Raises
    ------
    ValueError
        If `lines` is no roster of the case.
    """

    case: RosterCase
    lines: Lines
    result: StageResult

    def __post_init__(self) -> None:
        self.case.require_shape(self.lines)


def roster_frame(case: RosterCase, lines: Lines) -> pd.DataFrame:
    """Return `ROSTER_COLUMNS`, one row for each shift worked; days count from 0, days off have no row."""
    employees, days = np.nonzero(lines != OFF)
    return pd.DataFrame(
        {
            "employee": [case.employees[place].name for place in employees],
            "day": days,
            "shift": [case.shifts[shift].name for shift in lines[employees, days]],
        },
        columns=list(ROSTER_COLUMNS),
    )


def read_roster(path: Path, case: RosterCase) -> Lines:
    """Read a roster that `roster_frame` describes; rows without a shift are days off.

    Returns
    -------
    ndarray of int, shape (employees, days)

    Raises
    ------
    InputFaults
        With every unknown employee, day or shift, and every second shift on a day.
    """
    log = FaultLog()
    table = read_table(path, _SCHEMA, log)
    lines = np.full((len(case.employees), case.days), OFF, np.int64)
    for line, employee, day, shift in _rows(table):
        for column, name, known in (("employee", employee, case.employee_index), ("shift", shift, case.shift_index)):
            if name is not None and name not in known:
                close = close_name(name, known)
                log.add(path.name, line, column, name, "is unknown" + (f"; did you mean {close}?" if close else ""))
        if math.isnan(day):
            continue
        if day not in range(case.days):
            log.add(path.name, line, "day", day, f"must be a whole number from 0 to {case.days - 1}")
        elif employee in case.employee_index and shift in case.shift_index:
            place = case.employee_index[employee], int(day)
            if lines[place] != OFF:
                log.add(path.name, line, "shift", shift, f"{employee} has a shift on day {int(day)} already; keep one")
            lines[place] = case.shift_index[shift]
    log.raise_if_any()
    return lines


def _rows(table: pd.DataFrame | None) -> Iterator[tuple[int, str | None, float, str | None]]:
    """Line, employee, day and shift of each row; what is blank or at fault is None or not a number."""
    if table is not None:
        cells = (table[name].tolist() for name in ROSTER_COLUMNS)
        yield from zip(table.index.tolist(), *cells, strict=True)
