"""requirement.csv: the requirement as a table for people, and back; and its summary by day."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.backlog import DeferrableWork, deadline_in_intervals
from models.calendar import localise
from models.csvtable import read_table
from models.faults import FaultLog
from models.queueing import heads_for
from models.requirement.build import Queue, size_pool
from models.requirement.records import Floats, Ints, Requirement
from models.scenario import Scenario

#: Columns of deferrable work, one for each contact type: this and its name.
DEFERRABLE = "deferrable:"

_DAY_KEYS = ("pool", "date")
_DAY_SUMS = ("contacts", "load_hours", "deferrable_hours", "peak_agents", "agent_hours", "head_hours")


def requirement_frame(requirement: Requirement, scenario: Scenario) -> pd.DataFrame:
    """One row per pool and open interval.

    Columns: start, pool, contacts, aht_s, patience_s (blank: nobody abandons), concurrency, load_erlang, agents
    (productive, for the target in that interval), agents_floor, heads (least whole heads on duty with heads x
    (1 - unplanned shrinkage) >= agents), service_level (with `agents`), deferrable_agents, and `deferrable:TYPE` for
    each deferrable contact type of the scenario (agent-intervals that arrive; blank where the type is another pool's).
    """
    parts = []
    for name, need in requirement.pools.items():
        rows = np.flatnonzero(need.open)
        level = need.service_level[rows, need.target_agents[rows] - need.floor_agents[rows]]
        frame = pd.DataFrame(
            {
                "start": requirement.grid.starts[rows],
                "pool": name,
                "contacts": need.contacts[rows],
                "aht_s": need.aht_s[rows],
                "patience_s": np.where(np.isinf(need.patience_s), np.nan, need.patience_s)[rows],
                "concurrency": np.broadcast_to(need.concurrency, need.contacts.shape)[rows],
                "load_erlang": need.load_erlang[rows],
                "agents": need.target_agents[rows],
                "agents_floor": need.floor_agents[rows],
                "heads": heads_for(need.target_agents[rows], scenario.pools[name].unplanned_shrinkage),
                "service_level": level,
                "deferrable_agents": need.deferrable_agents[rows],
            }
        )
        for work in need.deferrable:
            frame[DEFERRABLE + work.contact_type] = work.work[rows]
        parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def day_table(requirement: Requirement, scenario: Scenario) -> pd.DataFrame:
    """One row per pool and local day that is open.

    Columns: pool, date, contacts, load_hours (agent-hours of contacts at work), deferrable_hours, peak_agents,
    agent_hours (productive, for the target in every interval), head_hours (on duty for them).
    """
    grid = requirement.grid
    hours = grid.interval_min / 60
    parts = []
    for name, need in requirement.pools.items():
        heads = heads_for(need.target_agents, scenario.pools[name].unplanned_shrinkage)
        frame = pd.DataFrame(
            {
                "contacts": need.contacts,
                "load_hours": need.load_erlang / need.concurrency * hours,
                "deferrable_hours": need.deferrable_agents * hours,
                "agent_hours": need.target_agents * hours,
                "head_hours": heads * hours,
            }
        )
        days = frame.groupby(grid.day).sum()
        days["peak_agents"] = pd.Series(need.target_agents).groupby(grid.day).max()
        opened = pd.Series(need.open).groupby(grid.day).any()
        days = days[opened]
        days.insert(0, "pool", name)
        days.insert(1, "date", [grid.dates[int(day)].isoformat() for day in days.index])
        parts.append(days)
    columns = [*_DAY_KEYS, *_DAY_SUMS]
    return pd.concat(parts, ignore_index=True)[columns]


def _schema(scenario: Scenario) -> pa.DataFrameSchema:
    whole = pa.Check(lambda values: values % 1 == 0, error="must be a whole number")
    least = pa.Check.ge(0, error="must be 0 or more")
    positive = pa.Check.gt(0, error="must be above 0")
    pools = pa.Check.isin(list(scenario.pools), error="is no pool of the scenario")

    def number(*checks: pa.Check, blank: bool = False) -> pa.Column:
        return pa.Column(float, list(checks), nullable=blank, required=not blank)

    columns = {
        "start": pa.Column("object"),
        "pool": pa.Column("object", pools),
        "contacts": number(least),
        "aht_s": number(least),
        "agents": number(least, whole),
        "agents_floor": number(least, whole, blank=True),
        "patience_s": number(positive, blank=True),
        "concurrency": number(pa.Check.ge(1, error="must be at least 1"), blank=True),
        "load_erlang": number(least, blank=True),
    }
    types = scenario.contact_types
    for name in types.loc[types["kind"] == "deferrable", "contact_type"]:
        columns[DEFERRABLE + str(name)] = number(least, blank=True)
    return pa.DataFrameSchema(columns, strict=False, name="requirement.csv")


def read_requirement(path: str | Path, scenario: Scenario) -> Requirement:
    """Read requirement.csv for a scenario.

    agents and agents_floor are taken as they stand, so that a planner may change them.
    Blank or missing: agents_floor is agents, patience_s nobody abandons, concurrency 1, load_erlang from contacts
    and AHT. Intervals without a row need nobody. The table of service levels is computed again.

    Raises
    ------
    InputFaults : every fault of the file, with its line.
    """
    log = FaultLog()
    file = Path(path)
    table = read_table(file, _schema(scenario), log)
    if table is None or not len(table):
        if table is not None:
            log.add(file.name, None, None, "", "has no rows")
        log.raise_if_any()
        raise AssertionError("a table that cannot be read leaves a fault")
    grid = scenario.grid
    stamps = localise(table["start"], grid.time_zone, table["pool"])
    place = pd.Series(grid.starts.get_indexer(stamps), index=table.index)
    for line in table.index[(place < 0).to_numpy()]:
        log.add(file.name, int(line), "start", table.at[line, "start"], "is no interval of the planning grid")
    table = table.assign(place=place, agents_floor=table["agents_floor"].fillna(table["agents"]))
    for line in table.index[table.duplicated(["pool", "place"]).to_numpy() & (place >= 0).to_numpy()]:
        log.add(file.name, int(line), "start", table.at[line, "start"], "stands twice for this pool; keep one row")
    for line in table.index[(table["agents_floor"] > table["agents"]).to_numpy()]:
        log.add(file.name, int(line), "agents_floor", table.at[line, "agents_floor"], "is above agents of the same row")
    for name, pool in scenario.pools.items():
        mine = table[(table["pool"] == name) & (table["place"] >= 0)]
        shut = ~pool.open[mine["place"].to_numpy()]
        for line in mine.index[shut & (mine["agents"] > 0).to_numpy()]:
            log.add(file.name, int(line), "start", table.at[line, "start"], f"pool {name} is closed then")
    log.raise_if_any()
    pools = {name: _read_pool(scenario, name, table[table["pool"] == name]) for name in scenario.pools}
    return Requirement(grid, {name: size_pool(scenario, scenario.pools[name], *parts) for name, parts in pools.items()})


def _read_pool(
    scenario: Scenario, name: str, rows: pd.DataFrame
) -> tuple[Queue, tuple[DeferrableWork, ...], tuple[Ints, Ints]]:
    """Queue, deferrable work and given agents of one pool from its rows."""
    grid, pool = scenario.grid, scenario.pools[name]
    place = rows["place"].to_numpy()

    def column(source: str, blank: float) -> Floats:
        values = np.full(len(grid), blank)
        if source in rows:
            values[place] = rows[source].fillna(blank).to_numpy(dtype=np.float64)
        return values

    contacts, aht = column("contacts", 0.0), column("aht_s", 0.0)
    load = column("load_erlang", np.nan)
    load = np.where(np.isnan(load), contacts * aht / (grid.interval_min * 60.0), load)
    queue = Queue(contacts, aht, column("patience_s", np.inf), np.where(aht > 0, load, 0.0), column("concurrency", 1.0))
    works = []
    types = scenario.contact_types
    for row in types[(types["kind"] == "deferrable") & (types["pool"] == name)].to_dict("records"):
        deadline = deadline_in_intervals(float(row["deadline_min"]), grid.interval_min)
        work = np.where(pool.open, column(DEFERRABLE + str(row["contact_type"]), 0.0), 0.0)
        works.append(DeferrableWork(str(row["contact_type"]), work, deadline, pool.open))
    given = tuple(column(source, 0.0).round().astype(np.int64) for source in ("agents_floor", "agents"))
    return queue, tuple(works), (given[0], given[1])
