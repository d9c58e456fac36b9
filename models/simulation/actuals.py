"""What really came, instead of what was forecast: contacts by interval, or one by one, replayed against a plan."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models import tables
from models.calendar import localise
from models.columns import between, number, text
from models.csvtable import read_table
from models.faults import FaultLog
from models.scenario import Scenario
from models.series import RawSeries, onto_grid, read_series
from models.simulation.case import SimulationCase
from models.simulation.plan_case import demand_arrays
from models.textfile import read_text

MAX_BYTES = 200_000_000
MOST_CLOSED = 0.5
"""Share of live contacts in closed hours above which a file cannot be of this centre's days."""
SINGLE = pa.DataFrameSchema(
    {
        "start": text("when the contact came, ISO; local wall-clock time where no offset is given", "required"),
        "contact_type": text("contact type of contact_types.csv", "required"),
        "aht_s": number("how long it was handled", "s", "drawn", between(0, 86400, "must lie between 0 and 86400")),
    },
    strict=False,
    name="actuals.csv",
    description="Single contacts, one a row.",
)


@dataclasses.dataclass(frozen=True)
class Actuals:
    """A case whose customers are those that really came.

    case : with contacts in given numbers at random times of their interval, or one by one at their own times.
    days : the days of the grid on which anything came, by number; the others are not simulated.
    notes : remarks for the planner.
    absent : pools with contacts in the plan of which none came; they tell nothing of the plan.
    """

    case: SimulationCase
    days: tuple[int, ...]
    notes: tuple[str, ...]
    absent: tuple[str, ...] = ()


def replay(case: SimulationCase, scenario: Scenario, path: str | Path) -> Actuals:
    """Replace the forecast of a case by what really came.

    Parameters
    ----------
    case : SimulationCase
        Of a plan (`case_of_plan`).
    scenario : Scenario
        Of the same plan.
    path : str or Path
        CSV file: start, contact_type, contacts, aht_s by interval (like history.csv; where `aht_s` is blank, that of
        the case); or, without a column `contacts`, one row for each contact with its own time and handle time (drawn
        where blank).

    Returns
    -------
    Actuals
        Numbers of contacts do not vary by chance or by day any more.

    Raises
    ------
    InputFaults
        Every fault of the file; or nothing lies in the plan's days.
    """
    file, log = Path(path), FaultLog()
    content = read_text(file, MAX_BYTES, log)
    log.raise_if_any()
    header = [name.strip() for name in (content or "").split("\n", 1)[0].split(",")]
    by_interval = "contacts" in header
    found = _intervals(case, scenario, file, log) if by_interval else _single(case, scenario, file, log)
    log.raise_if_any()
    if found is None:
        raise AssertionError("a file that cannot be read leaves a fault")
    return dataclasses.replace(found, absent=_absent(case, found))


def _absent(case: SimulationCase, found: Actuals) -> tuple[str, ...]:
    came = found.case.queues.contacts.sum(axis=1)
    if found.case.given_queue is not None:
        came = came + np.bincount(found.case.given_queue, minlength=len(came))
    here = {pool for pool, contacts in zip(case.queues.pools, came, strict=True) if contacts > 0}
    planned = zip(case.queues.pools, case.queues.contacts.sum(axis=1), strict=True)
    return tuple(dict.fromkeys(pool for pool, contacts in planned if contacts > 0 and pool not in here))


def _require_open(file: Path, closed: float, inside: float, log: FaultLog) -> None:
    """Most contacts while nobody is there: hours or time zone are others than the plan's."""
    if closed > MOST_CLOSED * inside:
        message = (
            f"{closed:,.0f} of {inside:,.0f} live contacts within the days of the plan came while it is closed: are "
            "its times local, and its contact types and days those of the plan?"
        )
        log.add(file.name, None, "start", "", message)


def _fixed(case: SimulationCase, **queues: object) -> SimulationCase:
    changed = dataclasses.replace(case.queues, **queues)  # type: ignore[arg-type]
    return dataclasses.replace(case, queues=changed, arrivals="fixed", day_cv=0.0)


def _days(contacts: np.ndarray, scenario: Scenario) -> tuple[int, ...]:
    seen = np.zeros(scenario.grid.days, dtype=np.bool_)
    seen[scenario.grid.day[contacts.sum(axis=0) > 0]] = True
    return tuple(int(day) for day in np.flatnonzero(seen))


def _intervals(case: SimulationCase, scenario: Scenario, file: Path, log: FaultLog) -> Actuals | None:
    grid, types = scenario.grid, scenario.contact_types
    names = case.queues.names
    raw = read_series(file, tables.HISTORY, grid.time_zone, list(names), log)
    if raw is None or len(log):
        return None
    if raw.length_min % grid.interval_min and grid.interval_min % raw.length_min:
        message = f"its rows are {raw.length_min} minutes apart, which does not fit the plan's {grid.interval_min}"
        log.add(file.name, None, "start", "", message)
        return None
    end = grid.starts[-1] + pd.Timedelta(minutes=grid.interval_min)
    rows = raw.rows[(raw.rows["start"] >= grid.starts[0]) & (raw.rows["start"] < end)]
    if rows.empty:
        log.add(file.name, None, "start", "", f"has no row within the days of the plan ({grid})")
        return None
    left = len(raw.rows) - len(rows)
    notes = (f"{file.name}: {left:,} rows outside the days of the plan are left out",) if left else ()
    opened = {name: case.queues.open[place] for place, name in enumerate(names)}
    _require_open(file, *_closed(rows, case, scenario), log)
    if len(log):
        return None
    deferrable = set(types.loc[types["kind"] == "deferrable", "contact_type"])
    gridded = onto_grid(RawSeries(raw.file, rows, raw.length_min), grid, opened, deferrable, fill_days=True)
    contacts, aht_s = demand_arrays(gridded.frame, grid, names, np.zeros(len(names)))
    known = np.zeros_like(contacts, dtype=np.bool_)
    timed = gridded.frame[(gridded.frame["aht_s"] > 0) & (gridded.frame["contacts"] > 0)]
    known[
        pd.Index(names).get_indexer(pd.Index(timed["contact_type"])),
        grid.starts.get_indexer(pd.DatetimeIndex(timed["start"])),
    ] = True
    changed = _fixed(case, contacts=contacts, aht_s=np.where(known, aht_s, case.queues.aht_s))
    return Actuals(changed, _days(contacts, scenario), (*notes, *gridded.notes))


def _closed(rows: pd.DataFrame, case: SimulationCase, scenario: Scenario) -> tuple[float, float]:
    """Live contacts by interval that came while closed, and all of them."""
    queue = pd.Index(case.queues.names).get_indexer(pd.Index(rows["contact_type"]))
    interval = scenario.grid.starts.searchsorted(pd.DatetimeIndex(rows["start"]), side="right") - 1
    contacts = rows["contacts"].to_numpy(dtype=np.float64)
    live = ~case.queues.deferrable[queue]
    closed = live & ~case.queues.open[queue, interval]
    return float(np.nansum(contacts[closed])), float(np.nansum(contacts[live]))


def _single(case: SimulationCase, scenario: Scenario, file: Path, log: FaultLog) -> Actuals | None:
    grid, names = scenario.grid, case.queues.names
    table = read_table(file, SINGLE, log)
    if table is None:
        return None
    stamps = localise(table["start"], grid.time_zone, [str(line) for line in table.index])
    for line in table.index[table["start"].notna() & np.asarray(stamps.isna())]:
        log.add(file.name, int(line), "start", table.at[line, "start"], "is no time; write 2014-07-01 08:03:21")
    queue = pd.Index(names).get_indexer(pd.Index(table["contact_type"]))
    for line in table.index[table["contact_type"].notna() & (queue < 0)]:
        name = str(table["contact_type"][line])
        log.add(file.name, int(line), "contact_type", name, "is not in contact_types.csv", kind=f"unknown {name}")
    if len(log):
        return None
    at_s = np.asarray((stamps - grid.starts[0]).total_seconds(), dtype=np.float64)
    inside = (at_s >= 0) & (at_s < len(grid) * case.interval_s)
    interval = np.minimum((at_s / case.interval_s).astype(np.int64), len(grid) - 1)
    opened = case.queues.open[queue, np.maximum(interval, 0)] | case.queues.deferrable[queue]
    notes = []
    for count, where in (((~inside).sum(), "outside the days of the plan"), ((inside & ~opened).sum(), "while closed")):
        if count:
            notes.append(f"{file.name}: {count:,} contacts {where} are left out")
    live = inside & ~case.queues.deferrable[queue]
    _require_open(file, float((live & ~opened).sum()), float(live.sum()), log)
    takes = np.flatnonzero(inside & opened)
    if len(log):
        return None
    if not len(takes):
        log.add(file.name, None, "start", "", f"has no contact within the opening hours of the plan ({grid})")
        return None
    takes = takes[np.argsort(at_s[takes], kind="stable")]
    handle = table["aht_s"].to_numpy(dtype=np.float64)[takes]
    seen = np.zeros_like(case.queues.contacts)
    np.add.at(seen, (queue[takes], interval[takes]), 1.0)
    changed = dataclasses.replace(
        _fixed(case, contacts=np.zeros_like(seen)),
        given_at_s=at_s[takes],
        given_queue=queue[takes],
        given_handle_s=np.where(handle > 0, handle, np.nan),
    )
    return Actuals(changed, _days(seen, scenario), tuple(notes))
