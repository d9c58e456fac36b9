"""Cover: who is in a shift, on a break and on duty in every interval, counted from the shifts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.verification.clock import Calendar, read_instant
from models.verification.files import Row, read_table
from models.verification.findings import Log
from models.verification.inputs import Inputs
from models.verification.schedule import Shift

CHECK = "cover"
COVERAGE = "coverage.csv"
COLUMNS = (
    "start", "pool", "contacts", "aht_s", "agents_floor", "agents_target", "heads", "on_break", "on_duty",
    "productive", "deferrable_done", "service_level", "abandonment", "occupancy", "mean_wait_s", "counted",
)  # fmt: skip
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Heads:
    """People of a pool by interval: in their shift, and of those on a break; (T,)."""

    present: Ints
    away: Ints

    @property
    def on_duty(self) -> Ints:
        """In their shift and on no break."""
        return self.present - self.away


CoverageRows = dict[tuple[str, int], Row]
"""Rows of coverage.csv by pool and interval."""


def count_heads(inputs: Inputs, shifts: list[Shift], log: Log) -> dict[str, Heads]:
    """Count heads from the shifts; a shift or break off the planning grid is a finding."""
    calendar = inputs.calendar
    empty = {name: Heads(*(np.zeros(calendar.length, np.int64) for _ in range(2))) for name in inputs.pools}
    for shift in shifts:
        heads = empty.get(shift.pool)
        if heads is None:
            continue  # `shift_rules` says so
        _add(heads.present, inputs, shift, shift.start, shift.end, log)
        for item in shift.breaks:
            _add(heads.away, inputs, shift, shift.start + item.begin, shift.start + item.end, log)
    return empty


def _add(heads: Ints, inputs: Inputs, shift: Shift, begin: int, end: int, log: Log) -> None:
    calendar = inputs.calendar
    first, last = calendar.index(begin), calendar.index(end)
    aligned = first is not None and last is not None
    log.holds(CHECK, aligned, shift.row.place("start"), f"times on the grid of {calendar.step} minutes", "others")
    if first is None or last is None:
        return
    if inputs.edges == "cyclic":
        np.add.at(heads, np.arange(first, last) % calendar.length, shift.count)
    else:
        heads[max(first, 0) : max(last, 0)] += shift.count


def read_coverage(folder: Path, inputs: Inputs, log: Log) -> CoverageRows:
    """Read coverage.csv: one row for every pool and open interval, and no other."""
    calendar = inputs.calendar
    found: CoverageRows = {}
    for row in read_table(folder / COVERAGE, COVERAGE, COLUMNS, log):
        pool, interval = row.text("pool"), place_of(row, calendar)
        wanted = (
            interval is not None
            and pool in inputs.pools
            and 0 <= interval < calendar.length
            and inputs.pools[pool].open[interval]
            and (pool, interval) not in found
        )
        log.holds(CHECK, wanted, row.place("start"), "one row for each open interval of a pool", row.text("start"))
        if interval is not None and wanted:
            found[pool, interval] = row
    for name, pool_terms in inputs.pools.items():
        missing = [t for t in range(calendar.length) if pool_terms.open[t] and (name, t) not in found]
        for interval in missing:
            stamp = calendar.stamp(interval)
            log.holds(CHECK, False, (COVERAGE, None, "start"), f"a row for pool {name} at {stamp}", "none")
    return found


def place_of(row: Row, calendar: Calendar) -> int | None:
    """Interval of the stamp in a row's column start."""
    instant = read_instant(row.text("start"))
    return None if instant is None else calendar.index(instant)


def check_cover(inputs: Inputs, heads: dict[str, Heads], coverage: CoverageRows, log: Log) -> None:
    """Hold the heads of coverage.csv against those of the shifts."""
    for (pool, interval), row in coverage.items():
        here = heads[pool]
        on_duty = float(here.on_duty[interval])
        for column, expected in (
            ("heads", float(here.present[interval])),
            ("on_break", float(here.away[interval])),
            ("on_duty", on_duty),
            ("productive", on_duty * (1 - inputs.pools[pool].unplanned)),
        ):
            log.equal(CHECK, row.place(column), expected, row.figure(column, log))
