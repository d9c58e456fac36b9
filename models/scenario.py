"""The typed input of everything: a folder with scenario.yaml and CSV tables, read and checked as a whole.

A folder holds scenario.yaml, contact_types.csv, history.csv or demand.csv (or both), and may hold pools.csv. What each
field means stands in the data dictionary; what awkward input means stands in `models.series`, `models.calendar` and
`models.scenario_checks`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models import tables
from models.calendar import BoolArray, TimeGrid
from models.csvtable import read_table
from models.faults import FaultLog
from models.opening import holiday_names, opening
from models.remark import remark
from models.scenario_checks import check_cycle, check_settings, check_tables
from models.series import RawSeries, onto_grid, read_series
from models.settings import Settings
from models.settings_file import SettingsFile, read_settings
from models.wallclock import Ranges

SETTINGS_FILE = "scenario.yaml"
MAX_HISTORY_DAYS = 4018
FAR_DAYS = 60
NO_ROWS = "has no rows, so the forecast is zero contacts in every interval; add past contacts"


@dataclass(frozen=True, eq=False)
class Pool:
    """A group of agents that serves some contact types, with what is promised and paid there.

    Parameters
    ----------
    name : str
    wage_per_hour : float
        Currency per paid hour.
    target, within_s, floor : float
        Service level (share), its waiting time (s), and the least share of any interval in day mode.
    abandonment_cap, occupancy_cap : float or None
        Shares; None means no cap.
    planned_shrinkage, unplanned_shrinkage : float
        Shares.
    max_heads : int or None
        Most heads on duty at a time, those on a break not counted.
    open : ndarray of bool, shape (T,)
        Open intervals of the planning grid.
    contact_types : tuple of str
        What it serves.
    week : sequence of Ranges, length 7
        Its weekly hours, Monday first.
    """

    name: str
    wage_per_hour: float
    target: float
    within_s: float
    floor: float
    abandonment_cap: float | None
    occupancy_cap: float | None
    planned_shrinkage: float
    unplanned_shrinkage: float
    max_heads: int | None
    open: BoolArray
    contact_types: tuple[str, ...] = ()
    week: Sequence[Ranges] = field(default_factory=lambda: ((),) * 7)


@dataclass(frozen=True, eq=False)
class Scenario:
    """Everything that is known before planning starts.

    Parameters
    ----------
    folder : Path
        Where it was read.
    settings : Settings
        scenario.yaml.
    grid : TimeGrid
        Planning intervals of the horizon, T in all.
    contact_types : DataFrame
        contact_types.csv with defaults filled: kind live, patience_s inf (nobody gives up), concurrency 1,
        resolved_share 1, aht_s the contact-weighted mean of the history (or demand) where blank.
    pools : dict of str to Pool
    history : DataFrame or None
        start (time-zone aware), contact_type, contacts, aht_s (NaN where unknown) on intervals of the planning length:
        every open interval of every known day before the horizon, zero contacts included. Days without any row are
        absent: they are unknown, not zero.
    demand : DataFrame or None
        The same columns for every open interval of the horizon; aht_s is filled. None when there is no demand.csv.
    notes : tuple of str
        Remarks that are no faults.
    holidays : dict of date to str
        Public holidays from the first day of the history to the day after the horizon, and at least from the day
        before the horizon: shifts reach in and out, and are paid for what they work there.
    """

    folder: Path
    settings: Settings
    grid: TimeGrid
    contact_types: pd.DataFrame
    pools: dict[str, Pool]
    history: pd.DataFrame | None
    demand: pd.DataFrame | None
    notes: tuple[str, ...]
    holidays: dict[dt.date, str]

    def open_mask(self, name: str) -> BoolArray:
        """Open intervals of a pool, or of the pool that serves a contact type; shape (T,).

        Raises
        ------
        KeyError
            If neither has that name.
        """
        if name in self.pools:
            return self.pools[name].open
        for pool in self.pools.values():
            if name in pool.contact_types:
                return pool.open
        raise KeyError(name)


def read_scenario(folder: str | Path) -> Scenario:
    """Read a scenario folder and check it as a whole.

    Parameters
    ----------
    folder : str or Path
        The folder.

    Returns
    -------
    Scenario

    Raises
    ------
    InputFaults
        With all faults of all files at once.
    """
    place, log = Path(folder), FaultLog()
    if not place.is_dir():
        log.add(str(folder), None, None, "", "is no folder; `servopt init small DIR` makes an example of one")
        log.raise_if_any()
    file = read_settings(place / SETTINGS_FILE, log)
    types = read_table(place / tables.CONTACT_TYPES.name, tables.CONTACT_TYPES, log)
    pools = read_table(place / tables.POOLS.name, tables.POOLS, log) if _has(place, tables.POOLS) else None
    known = None if types is None else [str(name) for name in types["contact_type"].dropna()]
    zone = file.settings.time_zone if file else "UTC"
    if types is not None and not known and not len(log):
        log.add(tables.CONTACT_TYPES.name, None, None, "", "names no contact type; add at least one row")
    series = {
        schema.name: read_series(place / schema.name, schema, zone, known, log)
        for schema in (tables.HISTORY, tables.DEMAND)
        if _has(place, schema)
    }
    if not series:
        log.add(str(place), None, None, "", "has neither history.csv nor demand.csv; add one of them")
    notes: list[str] = []
    pool_table = _pool_table(types, pools, log) if types is not None else None
    if types is not None and pool_table is not None:
        check_tables(types, pool_table, pools, file, log, notes)
    if file is None or types is None or pool_table is None:
        log.raise_if_any()
        raise AssertionError("a file that cannot be read leaves a fault")
    check_settings(file, pool_table, log, notes)
    _check_lengths(series, file, log)
    return _assemble(place, file, types, pool_table, series, log, notes)


def _has(place: Path, schema: Any) -> bool:
    return (place / str(schema.name)).exists()


def _pool_table(types: pd.DataFrame, pools: pd.DataFrame | None, log: FaultLog) -> pd.DataFrame:
    """Pools that serve something, indexed by name, with the contact types that each serves."""
    served = types.dropna(subset=["contact_type", "pool"]).groupby("pool", sort=False)["contact_type"].agg(tuple)
    listed = pd.DataFrame({"pool": list(served.index)}) if pools is None else pools.dropna(subset=["pool"])
    table = listed.reindex(columns=list(tables.POOLS.columns)).set_index("pool")
    if pools is not None:
        for line, name in types["pool"].dropna().drop_duplicates().items():
            if name not in table.index:
                message = "is not in pools.csv; add a row there (other cells may be blank), or correct the name"
                log.add(tables.CONTACT_TYPES.name, int(str(line)), "pool", name, message, kind=f"unknown {name}")
    return table.assign(contact_types=[served.get(name, ()) for name in table.index])


def _check_lengths(series: dict[str, RawSeries | None], file: SettingsFile, log: FaultLog) -> None:
    """The file's intervals and the planning intervals must fit into each other."""
    step = file.settings.interval_min
    if "interval_min" in file.unsure:
        return
    for name, raw in series.items():
        if raw is not None and raw.length_min % step and step % raw.length_min:
            message = f"its rows are {raw.length_min} minutes apart, which neither divides interval_min ({step}) nor is"
            log.add(name, None, "start", "", f"{message} a multiple of it; change interval_min or the file")


def _assemble(
    place: Path,
    file: SettingsFile,
    types: pd.DataFrame,
    pool_table: pd.DataFrame,
    series: dict[str, RawSeries | None],
    log: FaultLog,
    notes: list[str],
) -> Scenario:
    """Build the records; what depends on the calendar is found here."""
    settings = file.settings
    grid = _grid(file, settings.horizon.start, settings.horizon.days, log)
    if grid is not None:
        check_cycle(file, len(grid) * grid.interval_min, log)
    log.raise_if_any()
    if grid is None:
        raise AssertionError("a grid that cannot be built leaves a fault")
    weeks = {name: _week(settings, row["opening_hours"]) for name, row in pool_table.iterrows()}
    pools = {
        str(name): _pool(str(name), row, settings, opening(grid, weeks[name], settings.holidays), weeks[name])
        for name, row in pool_table.iterrows()
        if row["contact_types"]
    }
    for pool in pools.values():
        if not pool.open.any():
            file.fault(
                log, ("opening_hours",), "", f"pool {pool.name} is never open in the horizon; open it on some day"
            )
    order = {name: pool for pool in pools.values() for name in pool.contact_types}
    masks = {name: order[name].open for name in types["contact_type"]}
    deferrable = set(types.loc[types["kind"] == "deferrable", "contact_type"])
    history, first = None, grid.first_date
    raw = series.get(str(tables.HISTORY.name))
    if raw is not None:
        past = _past(raw, grid, notes, log, forecast=str(tables.DEMAND.name) not in series)
        if past is not None and (past_grid := _past_grid(past, file, log)) is not None:
            first = past_grid.first_date
            open_of = {n: opening(past_grid, order[n].week, settings.holidays) for n in types["contact_type"]}
            gridded = onto_grid(past, past_grid, open_of, deferrable, fill_days=False)
            history = gridded.frame
            notes.extend(gridded.notes)
    demand = None
    raw = series.get(str(tables.DEMAND.name))
    if raw is not None and (inside := _inside(raw, grid, notes, log)) is not None:
        gridded = onto_grid(inside, grid, masks, deferrable, fill_days=True)
        demand = gridded.frame
        notes.extend(gridded.notes)
    full = _fill(types, history, demand, log, notes)
    log.raise_if_any()
    if demand is not None:
        demand["aht_s"] = demand["aht_s"].fillna(demand["contact_type"].map(full.set_index("contact_type")["aht_s"]))
    day = dt.timedelta(days=1)  # night shifts reach across both ends of the horizon
    holidays = holiday_names(settings.holidays, min(first, grid.first_date - day), grid.dates[-1] + day)
    return Scenario(place, settings, grid, full, pools, history, demand, tuple(notes), holidays)


def _grid(file: SettingsFile, first: dt.date, days: int, log: FaultLog) -> TimeGrid | None:
    try:
        return TimeGrid(file.settings.time_zone, first, days, file.settings.interval_min)
    except ValueError as problem:
        file.fault(log, ("interval_min",), file.settings.interval_min, str(problem))
        return None


def _week(settings: Settings, cell: Any) -> tuple[Ranges, ...]:
    return settings.week if pd.isna(cell) else tables.parse_pool_hours(cell)


def _pool(name: str, row: pd.Series, settings: Settings, opened: BoolArray, week: Sequence[Ranges]) -> Pool:
    def cell(column: str, default: float | None) -> Any:
        return default if pd.isna(row[column]) else float(row[column])

    service, shrinkage = settings.service, settings.shrinkage
    heads = cell("max_heads", None)
    return Pool(
        name=name,
        wage_per_hour=cell("wage_per_hour", settings.pay.wage_per_hour),
        target=cell("target", service.target),
        within_s=cell("within_s", service.within_s),
        floor=cell("floor", service.floor),
        abandonment_cap=cell("abandonment_cap", service.abandonment_cap),
        occupancy_cap=cell("occupancy_cap", service.occupancy_cap),
        planned_shrinkage=cell("planned_shrinkage", shrinkage.planned),
        unplanned_shrinkage=cell("unplanned_shrinkage", shrinkage.unplanned),
        max_heads=None if heads is None else int(heads),
        open=opened,
        contact_types=tuple(row["contact_types"]),
        week=week,
    )


def _past(raw: RawSeries, grid: TimeGrid, notes: list[str], log: FaultLog, *, forecast: bool) -> RawSeries | None:
    """History before the horizon: what lies in it or after it must not be known to a forecast."""
    rows = raw.rows
    if rows.empty:
        said = remark(
            "{file}: has no rows, so the forecast is zero contacts in every interval; add past contacts" if forecast
            else "{file}: has no rows; demand.csv is planned", file=raw.file,
        )  # fmt: skip
        notes.append(said)
        return None
    before = rows[rows["start"] < grid.starts[0]]
    later = len(rows) - len(before)
    if before.empty:
        message = (
            f"all rows lie on or after the horizon's first day {grid.first_date}; give older rows or a later horizon"
        )
        log.add(raw.file, None, "start", "", message)
        return None
    if later:
        notes.append(
            remark("{file}: {count} rows from {date} on lie in or after the horizon and are left out", file=raw.file,
                   count=f"{later:,}", date=grid.first_date)
        )  # fmt: skip
    gap = (grid.first_date - before["start"].max().date()).days
    if gap > FAR_DAYS:
        notes.append(
            remark("{file}: ends {count} days before the horizon starts; the forecast reaches far", file=raw.file,
                   count=gap)
        )  # fmt: skip
    span = (before["start"].max() - before["start"].min()).days
    if span < 14:
        notes.append(
            remark("{file}: spans {count} days; a forecast needs some weeks to see the days of the week", file=raw.file,
                   count=span + 1)
        )  # fmt: skip
    return RawSeries(raw.file, before, raw.length_min)


def _past_grid(past: RawSeries, file: SettingsFile, log: FaultLog) -> TimeGrid | None:
    first, last = past.rows["start"].min().date(), past.rows["start"].max().date()
    days = (last - first).days + 1
    if days > MAX_HISTORY_DAYS:
        message = f"spans {first} to {last}, more than 11 years; correct the times or remove old rows"
        log.add(past.file, None, "start", "", message)
        return None
    return _grid(file, first, days, log)


def _inside(raw: RawSeries, grid: TimeGrid, notes: list[str], log: FaultLog) -> RawSeries | None:
    """Demand of the horizon."""
    end = grid.starts[-1] + pd.Timedelta(minutes=grid.interval_min)
    rows = raw.rows[(raw.rows["start"] >= grid.starts[0]) & (raw.rows["start"] < end)]
    if rows.empty:
        log.add(
            raw.file, None, "start", "", f"has no row within the horizon ({grid}); change horizon.start or the file"
        )
        return None
    if len(rows) < len(raw.rows):
        left = f"{len(raw.rows) - len(rows):,}"
        notes.append(remark("{file}: {count} rows outside the horizon are left out", file=raw.file, count=left))
    return RawSeries(raw.file, rows, raw.length_min)


def _fill(
    types: pd.DataFrame, history: pd.DataFrame | None, demand: pd.DataFrame | None, log: FaultLog, notes: list[str]
) -> pd.DataFrame:
    """contact_types.csv with its defaults."""
    full = types.copy()
    full["kind"] = full["kind"].fillna("live")
    full["patience_s"] = full["patience_s"].fillna(np.inf)
    full["concurrency"] = full["concurrency"].fillna(1.0)
    full["resolved_share"] = full["resolved_share"].fillna(1.0)
    full["description"] = full["description"].fillna("")
    seen = [frame for frame in (history, demand) if frame is not None]
    total = pd.concat(seen) if seen else pd.DataFrame(columns=["contact_type", "contacts", "aht_s"])
    volume = total.groupby("contact_type")["contacts"].sum()
    timed = total[total["aht_s"].notna()]
    weight = timed.groupby("contact_type")["contacts"].sum()
    mean = (timed["contacts"] * timed["aht_s"]).groupby(timed["contact_type"]).sum() / weight.where(weight > 0)
    for line, name, aht_s in zip(types.index, types["contact_type"], types["aht_s"], strict=True):
        if not volume.get(name, 0.0) > 0:
            notes.append(
                remark("contact type {name} has no contacts in history or demand and is planned with none", name=name)
            )
        known = float(mean.get(name, np.nan) if np.isnan(aht_s) else aht_s)
        full.loc[line, "aht_s"] = known
        if np.isnan(known):
            message = "is blank, and no handle time is in history or demand; give one in seconds"
            if not seen:
                message = f"is blank, and history.csv {NO_ROWS}, and give a handle time here in seconds"
            log.add(tables.CONTACT_TYPES.name, int(line), "aht_s", "", message)
    return full.reset_index(drop=True)
