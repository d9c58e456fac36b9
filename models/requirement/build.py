"""Demand -> requirement: one queue per pool and interval, the least agents for floor and target, the table of steps."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.backlog import (
    DeferrableWork,
    deadline_in_intervals,
    held_until_open,
    is_long,
    lagged_load,
    returning_load,
)
from models.calendar import TimeGrid
from models.faults import Fault, InputFaults
from models.opening import opening
from models.queueing import ServiceGoal, queue_figures, required_agents
from models.requirement.records import Bools, Floats, Ints, PoolRequirement, Requirement
from models.scenario import Pool, Scenario

#: The table of service levels reaches at least this level, so that no plan wants a step beyond it.
TABLE_LEVEL = 0.995
_MARGIN = 2  # columns beyond the target
_ROWS_AT_ONCE = 8192


@dataclass(frozen=True, eq=False)
class Queue:
    """One pool as one queue; arrays of shape (T,), zero where there is no load (patience infinite, concurrency 1)."""

    contacts: Floats
    aht_s: Floats
    patience_s: Floats
    load_erlang: Floats
    concurrency: Floats


def require(scenario: Scenario, demand: pd.DataFrame) -> Requirement:
    """Agents that each pool needs.

    Parameters
    ----------
    scenario : Scenario
    demand : DataFrame
        start (time-zone aware, on the planning grid), contact_type, contacts, aht_s (blank: that of the contact type).

    Returns
    -------
    Requirement, every pool of the scenario in its order.

    Raises
    ------
    InputFaults : rows off the grid, unknown contact types, a row twice, contacts that are negative or have no handle
    time.

    Notes
    -----
    Live types and chats of a pool are one queue: arrivals add up; AHT is weighted by contacts; the rates of abandoning
    (1 / patience) are weighted by contacts, so that types that never abandon mix with types that do; concurrency is
    load over agent time. Caps hold in every interval, in day mode too. Contacts of a closed pool: deferrable ones
    wait for the next opening, live ones are left out, as when a scenario is read.
    """
    tables = _by_type(scenario, demand)
    pools = {}
    for name, pool in scenario.pools.items():
        types = scenario.contact_types[scenario.contact_types["pool"] == name]
        pools[name] = _pool(scenario, pool, types, tables)
    return Requirement(scenario.grid, pools)


def goals(scenario: Scenario, pool: Pool) -> tuple[ServiceGoal, ServiceGoal]:
    """Floor and target of one interval of a pool, both with the caps."""
    service = scenario.settings.service

    def goal(level: float) -> ServiceGoal:
        return ServiceGoal(
            level,
            pool.within_s,
            service.definition,
            service.short_abandon_s,
            pool.abandonment_cap,
            pool.occupancy_cap,
            service.model,
        )

    return goal(min(pool.floor, pool.target)), goal(pool.target)


def size_pool(
    scenario: Scenario,
    pool: Pool,
    queue: Queue,
    deferrable: tuple[DeferrableWork, ...] = (),
    given: tuple[Ints, Ints] | None = None,
) -> PoolRequirement:
    """Requirement of a pool from its queue; `given` floor and target agents replace the computed ones."""
    floor_goal, target_goal = goals(scenario, pool)
    load, aht, patience, conc = queue.load_erlang, queue.aht_s, queue.patience_s, queue.concurrency
    safe_aht = np.where(load > 0, aht, 1.0)

    def least(goal: ServiceGoal) -> Ints:
        return required_agents(load, safe_aht, goal, patience_s=patience, concurrency=conc)

    if given is None:
        floor = least(floor_goal)
        target = np.maximum(least(target_goal), floor)
    else:
        floor, target = given
    nearly_all = replace(target_goal, target=TABLE_LEVEL, abandonment_cap=None, occupancy_cap=None)
    last = np.maximum(least(nearly_all), target + _MARGIN)
    columns = int(np.max(last - floor, initial=0, where=load > 0)) + 1
    table = np.ones((len(load), columns))
    live = np.flatnonzero(load > 0)
    for rows in np.array_split(live, len(live) * columns // _ROWS_AT_ONCE + 1):
        figures = queue_figures(
            floor[rows, None] + np.arange(columns),
            load[rows, None],
            aht[rows, None],
            within_s=pool.within_s,
            model=target_goal.model,
            patience_s=patience[rows, None],
            short_abandon_s=target_goal.short_abandon_s,
            concurrency=conc[rows, None],
        )
        # more agents never serve fewer in time; what the last digits say otherwise is rounding
        table[rows] = np.maximum.accumulate(figures.service_level(target_goal.definition), axis=1)
    total = np.sum([work.work for work in deferrable], axis=0) if deferrable else np.zeros(len(load))
    return PoolRequirement(
        pool.name,
        pool.open,
        queue.contacts,
        np.where(load > 0, aht, 0.0),
        patience,
        load,
        floor,
        target,
        table,
        total,
        deferrable,
        conc,
    )


def _pool(
    scenario: Scenario, pool: Pool, types: pd.DataFrame, tables: dict[str, tuple[Floats, Floats]]
) -> PoolRequirement:
    mask: Bools = pool.open
    step = scenario.grid.interval_min
    deferrable: list[DeferrableWork] = []
    parts: list[tuple[Floats, Floats, float, float]] = []
    zero = np.zeros(len(scenario.grid))
    for row in types.to_dict("records"):
        name = str(row["contact_type"])
        contacts, aht = tables.get(name, (zero, zero))
        if row["kind"] == "deferrable":
            work = held_until_open(contacts * aht / (step * 60.0), mask)
            deferrable.append(DeferrableWork(name, work, deadline_in_intervals(float(row["deadline_min"]), step), mask))
        else:
            patience = _number(row["patience_s"], np.inf)
            concurrency = _number(row["concurrency"], 1.0) if row["kind"] == "chat" else 1.0
            parts.append((np.where(mask, contacts, 0.0), aht, patience, concurrency))
    return size_pool(scenario, pool, _one_queue(parts, mask, step, _before(scenario, pool)), tuple(deferrable))


def _before(scenario: Scenario, pool: Pool) -> str:
    """What lies before the first interval: "end" of the horizon (cyclic), "open" doors or "closed" ones."""
    if scenario.settings.horizon_edges == "cyclic":
        return "end"
    grid = scenario.grid
    # short intervals divide that day even if the clocks change on it
    eve = TimeGrid(grid.time_zone, grid.first_date - dt.timedelta(days=1), 1, min(grid.interval_min, 30))
    return "open" if pool.open[0] and opening(eve, pool.week, scenario.settings.holidays)[-1] else "closed"


def _start_load(before: str, contacts: Floats, aht_s: Floats, interval_min: int) -> float:
    """Contacts at work when the horizon begins, erlang; arguments as for `lagged_load`.

    Doors that were open the moment before have about the load of the first interval itself, not an empty room; after
    hours that were closed the room is empty.
    """
    if before == "end":
        return returning_load(contacts, aht_s, interval_min)
    return float(contacts[0] * aht_s[0]) / (interval_min * 60.0) if before == "open" else 0.0


def _one_queue(parts: list[tuple[Floats, Floats, float, float]], mask: Bools, interval_min: int, before: str) -> Queue:
    """Several types as one queue, by rates: what arrives, what is at work, who abandons; `before` as of `_before`."""
    contacts, load, rate, leaving, agent_time = (np.zeros(len(mask)) for _ in range(5))
    for number, aht, patience, concurrency in parts:
        own = number * aht / (interval_min * 60.0)
        known = aht > 0
        mean_aht = float(np.sum(number * aht) / number.sum()) if number.sum() > 0 else 0.0
        if is_long(mean_aht, interval_min) and mean_aht > 0:
            # hours without contacts still work off the load of the hours before, at the mean handle time
            aht = np.where(known & (number > 0), aht, mean_aht)
            known = np.ones_like(mask)
            start = _start_load(before, number, aht, interval_min)
            own = np.where(mask, lagged_load(number, aht, interval_min, start), 0.0)
        per_second = np.where(known, own / np.where(known, aht, 1.0), 0.0)
        contacts += number
        load += own
        rate += per_second
        leaving += per_second / patience
        agent_time += own / concurrency
    some = load > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        return Queue(
            contacts,
            np.where(some, load / rate, 0.0),
            np.where(some & (leaving > 0), rate / leaving, np.inf),
            load,
            np.where(some, load / agent_time, 1.0),
        )


def _number(value: object, blank: float) -> float:
    number = float(str(value)) if value is not None else float("nan")
    return blank if np.isnan(number) else number


def _by_type(scenario: Scenario, demand: pd.DataFrame) -> dict[str, tuple[Floats, Floats]]:
    """Contacts and AHT by contact type, each (T,); faults for rows that do not fit."""
    grid, known = scenario.grid, scenario.contact_types.set_index("contact_type")
    start = pd.DatetimeIndex(demand["start"])
    if start.tz is None:
        raise ValueError("demand needs time-zone aware starts")
    place = grid.starts.get_indexer(start.tz_convert(grid.time_zone).as_unit("ns"))
    contacts = demand["contacts"].to_numpy(dtype=np.float64)
    types = demand["contact_type"].astype(str).to_numpy()
    default = demand["contact_type"].map(known["aht_s"]).to_numpy(dtype=np.float64)
    aht = demand["aht_s"].to_numpy(dtype=np.float64) if "aht_s" in demand else np.full(len(demand), np.nan)
    aht = np.where(aht > 0, aht, default)
    off = np.isin(types, known.index.to_numpy().astype(str))
    problems = (
        (place < 0, "start", start.astype(str), "is no interval of the planning grid"),
        (~off, "contact_type", types, "is not in contact_types.csv"),
        (~(contacts >= 0), "contacts", contacts, "must be a number that is not negative"),
        (off & (contacts > 0) & ~(aht > 0), "aht_s", aht, "no handle time here nor in contact_types.csv; give one"),
        (demand.duplicated(["start", "contact_type"]).to_numpy(), "start", start.astype(str), "the same row twice"),
    )
    faults = [
        Fault("demand", int(row) + 2, column, str(np.asarray(values)[row]), message)
        for wrong, column, values, message in problems
        for row in np.flatnonzero(wrong)[:20]
    ]
    if faults:
        raise InputFaults(faults)
    out: dict[str, tuple[Floats, Floats]] = {}
    for name in dict.fromkeys(types):
        mine = types == name
        number, handle = np.zeros(len(grid)), np.zeros(len(grid))
        number[place[mine]] = contacts[mine]
        handle[place[mine]] = np.where(contacts[mine] > 0, aht[mine], 0.0)
        out[str(name)] = (number, handle)
    return out
