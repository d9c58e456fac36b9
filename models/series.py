"""Contacts over time: from the rows of history.csv or demand.csv to the planning intervals.

The meaning of every awkward case stands in `read_series` and `onto_grid`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa

from models.calendar import DAY_MIN, BoolArray, IntArray, TimeGrid, localise
from models.csvtable import read_table
from models.faults import FaultLog
from models.remark import remark

COLUMNS = ["start", "contact_type", "contacts", "aht_s"]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RawSeries:
    """Checked rows of a file, before they are put on the planning intervals.

    Parameters
    ----------
    file : str
        File name.
    rows : DataFrame
        start (time-zone aware), contact_type, contacts, aht_s (NaN where unknown); the index is the line in the file.
    length_min : int
        Length of its intervals in minutes.
    """

    file: str
    rows: pd.DataFrame
    length_min: int


def read_series(
    path: Path, schema: pa.DataFrameSchema, time_zone: str, types: list[str] | None, log: FaultLog
) -> RawSeries | None:
    """Read history.csv or demand.csv.

    Stamps without an offset are local wall-clock time (`localise`). Faults are: stamps that cannot be read or that the
    clocks skip (unless the row has no contacts), the same contact type and instant twice, contact types that
    contact_types.csv does not name, negative contacts. A handle time of 0 means unknown.

    Parameters
    ----------
    path : Path
        The file.
    schema : DataFrameSchema
        `HISTORY` or `DEMAND`.
    time_zone : str
        IANA name.
    types : list of str or None
        Known contact types; None when they are not known because contact_types.csv has faults.
    log : FaultLog
        Takes every fault.

    Returns
    -------
    RawSeries or None
        None when the file cannot be read. Rows with faults are left out.
    """
    table = read_table(path, schema, log)
    if table is None:
        return None
    whole = table["start"].notna() & table["contact_type"].notna() & table["contacts"].notna()
    stamps = localise(table["start"], time_zone, table["contact_type"])
    rows = table.assign(start=pd.Series(stamps, index=table.index), aht_s=table["aht_s"].where(table["aht_s"] > 0))[
        COLUMNS
    ]
    _log_bad_stamps(path.name, table, rows, time_zone, log)
    if types is not None:
        _log_unknown_types(path.name, rows, types, log)
        whole &= rows["contact_type"].isin(types)
    rows = rows[whole & rows["start"].notna()]
    repeated = rows.duplicated(["contact_type", "start"])
    first_line = rows.reset_index(names="line").groupby(["contact_type", "start"])["line"].transform("first")
    for line, first in zip(rows.index[repeated], first_line[repeated.to_numpy()], strict=True):
        message = f"the same contact type and time stand in row {first}; keep one row, or add the two up"
        log.add(path.name, int(line), "start", table.at[line, "start"], message, kind="the same row twice")
    rows = rows[~repeated]
    return RawSeries(path.name, rows, _length_min(path.name, rows, table["start"], log))


def _log_bad_stamps(file: str, table: pd.DataFrame, rows: pd.DataFrame, time_zone: str, log: FaultLog) -> None:
    bad = table.index[table["start"].notna() & rows["start"].isna()]
    if bad.empty:
        return
    readable = localise(table.loc[bad, "start"], "UTC").notna()
    for line, skipped in zip(bad, readable, strict=True):
        if not skipped:
            message = "is no time between 1900 and 2199; write 2014-07-01 08:00 or 2014-07-01T08:00:00+02:00"
        elif table.at[line, "contacts"] == 0:
            continue  # a list of all wall-clock times, with nothing in the hour that never was
        else:
            message = f"is a time that the clocks of {time_zone} skip; correct it, or give it an offset"
        log.add(file, int(line), "start", table.at[line, "start"], message)


def _log_unknown_types(file: str, rows: pd.DataFrame, types: list[str], log: FaultLog) -> None:
    unknown = rows.loc[rows["contact_type"].notna() & ~rows["contact_type"].isin(types), "contact_type"]
    for name, lines in unknown.groupby(unknown).groups.items():
        message = f"is not in contact_types.csv ({len(lines):,} rows); add it there, or remove these rows"
        log.add(file, int(min(lines)), "contact_type", name, message, kind=f"unknown {name}")


def _length_min(file: str, rows: pd.DataFrame, written: pd.Series, log: FaultLog) -> int:
    """Length of the file's intervals: the greatest common divisor of the wall-clock minutes of its stamps.

    A few stamps off the grid of all others would make hourly rows look like the first halves of half-hours, so they
    are faults.
    """
    minute = np.asarray(rows["start"].dt.hour * 60 + rows["start"].dt.minute, dtype=np.int64)
    if not minute.size:
        return DAY_MIN
    distinct, count = np.unique(minute, return_counts=True)
    whole = int(np.gcd.reduce(distinct)) or DAY_MIN
    rare = count <= max(1, 0.02 * count.max())
    few = not rare.all() and count[rare].sum() <= 0.05 * minute.size
    regular = int(np.gcd.reduce(distinct[~rare])) or DAY_MIN
    if few and regular != whole and minute.size >= 50:
        for line in rows.index[np.isin(minute, distinct[rare]) & (minute % regular != 0)]:
            message = (
                f"is off the {regular}-minute grid of the other rows; correct the time, or bring all rows to one grid"
            )
            log.add(file, int(line), "start", written[line], message)
        return regular
    return whole


@dataclass(frozen=True)
class Gridded:
    """Contacts on the planning intervals.

    Parameters
    ----------
    frame : DataFrame
        start, contact_type, contacts, aht_s (NaN where unknown): every open interval of every known day.
    notes : tuple of str
        What was moved, left out or taken as zero.
    """

    frame: pd.DataFrame
    notes: tuple[str, ...]


def onto_grid(
    raw: RawSeries, grid: TimeGrid, open_of: Mapping[str, BoolArray], deferrable: set[str], *, fill_days: bool
) -> Gridded:
    """Put contacts on the planning intervals.

    Finer rows are added up (handle time weighted by contacts). Coarser rows are split evenly over the open intervals
    that they span. Open intervals without a row have zero contacts; but a day on which no type has a row although the
    doors are open is unknown, not zero, and is left out (history), and so is everything before a type's first day.
    Contacts in closed intervals are left out, except deferrable work, which waits for the next opening.

    Parameters
    ----------
    raw : RawSeries
        Rows that lie on the days of `grid`.
    grid : TimeGrid
        T planning intervals over those days.
    open_of : mapping of contact type to ndarray of bool, shape (T,)
        Open intervals; the order gives the order of the result.
    deferrable : set of str
        Contact types whose work waits.
    fill_days : bool
        Whether days without any row count as zero (demand) rather than unknown (history).

    Returns
    -------
    Gridded
    """
    types = list(open_of)
    opened = np.array([open_of[name] for name in types])
    contacts, seconds, timed, present = _sums(raw, grid, types, opened)
    notes = _settle_closed(raw.file, types, opened, deferrable, (contacts, seconds, timed))
    keep = opened.copy()
    if not fill_days:
        known_day = np.bincount(grid.day, weights=present.any(axis=0), minlength=grid.days) > 0
        open_day = np.bincount(grid.day, weights=opened.any(axis=0), minlength=grid.days) > 0
        lost = [str(grid.dates[day]) for day in np.flatnonzero(open_day & ~known_day)]
        if lost:
            shown = ", ".join(lost[:6]) + (", ..." if len(lost) > 6 else "")
            notes.append(
                remark("{file}: {count} open days have no row at all and count as unknown: {dates}", file=raw.file,
                       count=len(lost), dates=shown)
            )  # fmt: skip
        for place, first_day in enumerate(_first_days(present, grid)):
            keep[place] &= known_day[grid.day] & (grid.day >= first_day)
    empty = int((keep & ~present).sum())
    if empty:
        share = empty / max(1, int(keep.sum()))
        notes.append(
            remark("{file}: {count} open intervals ({share}) have no row and count as zero contacts", file=raw.file,
                   count=f"{empty:,}", share=f"{share:.1%}")
        )  # fmt: skip
    place_of, interval = np.nonzero(keep)
    with np.errstate(divide="ignore", invalid="ignore"):
        aht = np.where(timed > 0, seconds / timed, np.nan)
    frame = pd.DataFrame(
        {
            "start": grid.starts[interval],
            "contact_type": np.asarray(types, dtype=object)[place_of],
            "contacts": contacts[place_of, interval],
            "aht_s": aht[place_of, interval],
        }
    )
    return Gridded(frame, tuple(notes))


def _first_days(present: BoolArray, grid: TimeGrid) -> list[int]:
    return [int(grid.day[row.argmax()]) if row.any() else grid.days for row in present]


def _sums(
    raw: RawSeries, grid: TimeGrid, types: list[str], opened: BoolArray
) -> tuple[FloatArray, FloatArray, FloatArray, BoolArray]:
    """Contacts, handle seconds, contacts of known handle time and presence of rows, each of shape (types, T)."""
    rows = raw.rows
    code = pd.Categorical(rows["contact_type"], categories=types).codes.astype(np.int64)
    elapsed = (rows["start"] - grid.starts[0]).dt.total_seconds().to_numpy()
    first = np.asarray(elapsed // (60 * grid.interval_min), dtype=np.int64)
    number = rows["contacts"].to_numpy(dtype=float)
    aht = rows["aht_s"].to_numpy(dtype=float)
    if raw.length_min > grid.interval_min:
        code, first, number, aht = _split(raw.length_min, grid, opened, (code, first, number, aht))
    shape = (len(types), len(grid))
    contacts, seconds, timed = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    present = np.zeros(shape, dtype=np.bool_)
    np.add.at(contacts, (code, first), number)
    known = np.isfinite(aht)
    np.add.at(seconds, (code[known], first[known]), number[known] * aht[known])
    np.add.at(timed, (code[known], first[known]), number[known])
    present[code, first] = True
    return contacts, seconds, timed, present


def _split(
    length_min: int,
    grid: TimeGrid,
    opened: BoolArray,
    rows: tuple[IntArray, IntArray, FloatArray, FloatArray],
) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """Spread each row evenly over the open intervals that it spans; over all of them when none is open."""
    code, first, number, aht = rows
    steps = length_min // grid.interval_min
    # A day of 23 or 25 hours is still one row.
    whole_day = length_min == DAY_MIN
    end = grid.day_bounds[grid.day[first] + 1] if whole_day else np.minimum(first + steps, len(grid))
    offset = np.arange(int((end - first).max(initial=1)))
    target = first[:, None] + offset
    inside = target < end[:, None]
    target = np.minimum(target, len(grid) - 1)
    takes = inside & opened[code[:, None], target]
    takes = np.where(takes.any(axis=1, keepdims=True), takes, inside)
    row, column = np.nonzero(takes)
    share = number / takes.sum(axis=1)
    return code[row], target[row, column], share[row], aht[row]


def _settle_closed(
    file: str, types: list[str], opened: BoolArray, deferrable: set[str], sums: tuple[FloatArray, ...]
) -> list[str]:
    """Empty the closed intervals in place: deferrable work moves to the next opening, the rest is left out."""
    moved, dropped, kinds = 0.0, 0.0, set()
    total = float(sums[0].sum())
    for place, name in enumerate(types):
        shut = np.flatnonzero(~opened[place] & (sums[0][place] > 0))
        if not shut.size:
            continue
        openings = np.flatnonzero(opened[place])
        following = np.searchsorted(openings, shut)
        waits = (following < openings.size) & (name in deferrable)
        moved += float(sums[0][place, shut[waits]].sum())
        lost = float(sums[0][place, shut[~waits]].sum())
        dropped += lost
        kinds |= {name} if lost else set()
        for values in sums:
            np.add.at(values[place], openings[following[waits]], values[place, shut[waits]])
            values[place, shut] = 0.0
    notes = []
    if moved:
        notes.append(
            remark("{file}: {count} deferrable contacts arrived while closed and wait for the next opening", file=file,
                   count=f"{moved:,.0f}")
        )  # fmt: skip
    if dropped:
        who = ", ".join(sorted(kinds))
        notes.append(
            remark("{file}: {count} contacts ({share}) lie in closed intervals and are left out: {names}", file=file,
                   count=f"{dropped:,.0f}", share=f"{dropped / total:.2%}", names=who)
        )  # fmt: skip
    return notes
