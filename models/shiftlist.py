"""Two tables for people who already know what they need: agents by interval, and a list of shifts with their cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.calendar import DAY_MIN, TimeGrid, interval_fits_day, localise
from models.csvtable import read_table
from models.faults import FaultLog
from models.remark import remark
from models.wallclock import parse_days, parse_time

ONE_POOL = "all"
EVERY_DAY = frozenset(range(7))
ROUNDING = 1e-6
"""10.000000001 agents from a spreadsheet are 10."""
MOST_AGENTS = 1_000_000
MOST_COST = 1e12


@dataclass(frozen=True)
class ShiftRow:
    """One row of shifts.csv.

    Attributes
    ----------
    start_min : minutes after midnight
    length_min : from start to end, break included; the end may lie on the next day
    cost : of one person on one day, unpaid time as given
    break_min, break_earliest_min, break_latest_min : length of the break (0 = none) and window of its start, in minutes
        from the shift's start
    days : weekdays on which it may start, 0 = Monday
    """

    name: str
    start_min: int
    length_min: int
    cost: float
    break_min: int = 0
    break_earliest_min: int = 0
    break_latest_min: int = 0
    days: frozenset[int] = EVERY_DAY


@dataclass(frozen=True, eq=False)
class NeedByInterval:
    """Whole agents by pool and interval.

    Attributes
    ----------
    agents : (P, T); intervals that the file does not name need nobody
    named : whether the file names pools
    notes : remarks that are no faults
    """

    grid: TimeGrid
    pools: tuple[str, ...]
    agents: np.ndarray
    named: bool
    notes: tuple[str, ...] = ()


def _number(least: float, *, blank: bool) -> pa.Column:
    check = pa.Check.ge(least, error=f"must be a number of at least {least:g}")
    return pa.Column(float, check, nullable=blank, required=not blank)


_TEXT = pa.Column("object", nullable=False)
_MAY_BE_BLANK = pa.Column("object", nullable=True, required=False)
NEED_TABLE = pa.DataFrameSchema(
    {
        "start": _TEXT,
        "agents": pa.Column(
            float, pa.Check.between(0, MOST_AGENTS, error=f"must be a number from 0 to {MOST_AGENTS:,}"), nullable=False
        ),
        "pool": _MAY_BE_BLANK,
    },
    name="requirement.csv",
)
SHIFT_TABLE = pa.DataFrameSchema(
    {
        "shift": _TEXT,
        "start": _TEXT,
        "length_min": _number(1, blank=False),
        "cost": pa.Column(
            float, pa.Check.between(0, MOST_COST, error=f"must be a number from 0 to {MOST_COST:,.0f}"), nullable=False
        ),
        "break_min": _number(0, blank=True),
        "break_earliest_min": _number(0, blank=True),
        "break_latest_min": _number(0, blank=True),
        "days": _MAY_BE_BLANK,
    },
    name="shifts.csv",
)


def read_need_and_shifts(
    need_file: Path, shift_file: Path, time_zone: str = "UTC"
) -> tuple[NeedByInterval, tuple[ShiftRow, ...]]:
    """Read both tables.

    Parameters
    ----------
    need_file : Path
        ``start`` (ISO), ``agents``, optionally ``pool``. The planning interval is the least distance of two stamps.
    shift_file : Path
        ``shift,start,length_min,cost`` and optionally ``break_min,break_earliest_min,break_latest_min,days``. Rows of
        one name that differ only in their days are one shift.
    time_zone : str
        Of stamps without offset, and of the shifts' start times.

    Raises
    ------
    InputFaults
        Every fault of both files.
    """
    log = FaultLog()
    need = _need(need_file, time_zone, log)
    shifts = _shifts(shift_file, None if need is None else need.grid.interval_min, log)
    log.raise_if_any()
    if need is None:
        raise AssertionError("a table that cannot be read leaves a fault")
    return need, shifts


def _need(path: Path, time_zone: str, log: FaultLog) -> NeedByInterval | None:
    table = read_table(path, NEED_TABLE, log)
    if table is None:
        return None
    if table.empty:
        log.add(path.name, None, None, "", "has no rows")
        return None
    named = bool(table["pool"].notna().any())
    for line in table.index[table["pool"].isna() & named]:
        log.add(path.name, int(line), "pool", "", "is blank; name the pool in every row, or leave the column out")
    pool = table["pool"].fillna(ONE_POOL)
    stamps = pd.Series(localise(table["start"], time_zone, pool), index=table.index)
    for line in table.index[stamps.isna()]:
        log.add(path.name, int(line), "start", table.at[line, "start"], "is no time such as 2026-03-02T08:00")
    rows = pd.DataFrame({"start": stamps, "pool": pool, "agents": table["agents"]}).dropna()
    for line in rows.index[rows.duplicated(["start", "pool"])]:
        log.add(path.name, int(line), "start", table.at[line, "start"], "stands twice; keep one row")
    return None if rows.empty or len(log) else _on_grid(path.name, rows, time_zone, named, log)


def _on_grid(file: str, rows: pd.DataFrame, time_zone: str, named: bool, log: FaultLog) -> NeedByInterval | None:
    instants = np.unique(rows["start"].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[s]"))
    least = int(np.diff(instants).min().astype(int)) if len(instants) > 1 else 3600
    if least % 60 or not interval_fits_day(least // 60):
        log.add(
            file, None, "start", "", f"intervals of {least / 60:g} minutes do not divide a day; use 5, 15, 30 or 60"
        )
        return None
    first, last = rows["start"].min().date(), rows["start"].max().date()
    try:
        grid = TimeGrid(time_zone, first, (last - first).days + 1, least // 60)
    except ValueError as odd_day:
        log.add(file, None, "start", "", str(odd_day))
        return None
    place = pd.Series(grid.starts.get_indexer(pd.DatetimeIndex(rows["start"])), index=rows.index)
    for line in rows.index[place < 0]:
        log.add(file, int(line), "start", str(rows.at[line, "start"]), f"is no start of {grid.interval_min} minutes")
    if len(log):
        return None
    pools = tuple(str(name) for name in dict.fromkeys(rows["pool"]))
    agents = np.zeros((len(pools), len(grid)), np.int64)
    index = rows["pool"].map({name: number for number, name in enumerate(pools)}).to_numpy(dtype=int)
    # a fraction of an agent is met by the next whole one
    agents[index, place.to_numpy()] = np.ceil(rows["agents"].to_numpy() - ROUNDING).astype(np.int64)
    return NeedByInterval(grid, pools, agents, named, _notes(file, place, len(pools)))


def _notes(file: str, place: pd.Series, pools: int) -> tuple[str, ...]:
    """Count the intervals that may have been forgotten; each row holds one, of one pool."""
    blank = pools * int(place.max() - place.min() + 1) - len(place)
    if not blank:
        return ()
    if pools == 1:
        said = remark("{file}: intervals without a row between the first and the last: {count}; they need nobody",
                      file=file, count=f"{blank:,}")  # fmt: skip
    else:
        said = remark("{file}: intervals of a pool without a row between the first and the last: {count}; they need "
                      "nobody", file=file, count=f"{blank:,}")  # fmt: skip
    return (said,)


def _shifts(path: Path, interval_min: int | None, log: FaultLog) -> tuple[ShiftRow, ...]:
    table = read_table(path, SHIFT_TABLE, log)
    if table is None:
        return ()
    if table.empty:
        log.add(path.name, None, None, "", "has no rows")
    numbers = ["length_min", "cost", "break_min", "break_earliest_min"]
    table[numbers] = table[numbers].fillna(0.0)
    rows: dict[str, ShiftRow] = {}
    for line, cells in zip(table.index.tolist(), table.to_dict("records"), strict=True):
        row = _shift(path.name, int(line), {str(key): cell for key, cell in cells.items()}, interval_min, log)
        if row is None:
            continue
        known = rows.setdefault(row.name, row)
        if known is row:
            continue
        if replace(row, days=known.days) != known or row.days == known.days:
            message = "is the name of two shifts; only rows that differ in nothing but their days may share one"
            log.add(path.name, int(line), "shift", row.name, message)
        rows[row.name] = replace(known, days=known.days | row.days)
    return tuple(rows.values())


def _shift(file: str, line: int, cells: dict[str, object], interval_min: int | None, log: FaultLog) -> ShiftRow | None:
    before = len(log)
    length, away = float(str(cells["length_min"])), float(str(cells["break_min"]))
    earliest, latest = float(str(cells["break_earliest_min"])), float(str(cells["break_latest_min"]))
    if np.isnan(latest):
        latest = length - away - earliest  # as late as it may be early
    start, days = 0, EVERY_DAY
    try:
        start = parse_time(str(cells["start"]))
    except ValueError:
        log.add(file, line, "start", cells["start"], "is no time of day such as 08:00")
    try:
        days = frozenset(parse_days(str(cells["days"]))) if cells["days"] is not None else EVERY_DAY
    except ValueError:
        log.add(file, line, "days", cells["days"], "are no weekdays such as mon-fri or sat,sun")
    if interval_min is not None:
        for column, value in (("start", float(start)), ("length_min", length), ("break_min", away)):
            if value % interval_min:
                said = cells[column] if column == "start" else f"{value:g}"
                log.add(file, line, column, said, f"is no multiple of the requirement's {interval_min} minutes")
    if length > DAY_MIN:
        log.add(file, line, "length_min", f"{length:g}", f"is longer than a day ({DAY_MIN} minutes)")
    step = interval_min or 1
    if away and not -(-earliest // step) * step <= min(latest, length - away):
        said = f"{earliest:g} to {latest:g}"
        log.add(file, line, "break_latest_min", said, f"leaves no start for a break of {away:g} min in {length:g} min")
    if len(log) > before:
        return None
    return ShiftRow(
        str(cells["shift"]),
        start,
        int(length),
        float(str(cells["cost"])),
        int(away),
        int(earliest),
        int(min(latest, length - away)),
        days,
    )
