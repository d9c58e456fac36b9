"""A shift plan as a case: its shifts as people, its demand as queues, each pool a group of agents.

What the plan promises is a formula's word. Here the same people meet customers one by one: agents finish a contact
before a break and take the break in full, leave when their shift is over, and are missing one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.breaks import parse_breaks
from models.calendar import TimeGrid
from models.scenario import Scenario
from models.simulation.case import Groups, Queues, SimulationCase
from models.simulation.people import People, people

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Behaviour:
    """How customers and people behave, beyond what a scenario says.

    handle : form of handle times, "exponential" or "lognormal" with the coefficient of variation `handle_cv`.
    day_cv : coefficient of variation of the factor by which all contacts of a day differ from the forecast.
    absences : "random", each person-shift by itself with the pool's unplanned shrinkage; "even"; "none".
    """

    handle: str = "exponential"
    handle_cv: float = 1.0
    day_cv: float = 0.0
    absences: str = "random"


def case_of_plan(
    scenario: Scenario, schedule: pd.DataFrame, demand: pd.DataFrame, behaviour: Behaviour | None = None
) -> SimulationCase:
    """Make the case of a plan.

    Parameters
    ----------
    scenario : Scenario
        For the grid, contact types, pools and the service that is promised.
    schedule : DataFrame
        `models.plan.ShiftPlan.schedule`.
    demand : DataFrame
        start (time-zone aware, on the grid), contact_type, contacts, aht_s (blank: that of the contact type).
    behaviour : Behaviour, optional

    Returns
    -------
    SimulationCase
        Queues are the contact types, groups the pools, both in the scenario's order; days are the local days.

    Notes
    -----
    Live contacts of closed intervals are left out, as in the requirement. Patience is that of the queueing model of
    the scenario: none abandons under erlang-c, nobody waits under erlang-b. With horizon_edges cyclic, shifts that
    reach over the end come in at the start as well.
    """
    service, grid = scenario.settings.service, scenario.grid
    pools = list(scenario.pools)
    types = scenario.contact_types
    owner = [str(pool) for pool in types["pool"]]
    live = np.asarray(types["kind"] != "deferrable", dtype=np.bool_)
    picks = np.array([[0 if owner[q] == pool else -1 for q in range(len(types))] for pool in pools])
    serves = np.asarray((picks >= 0).any(axis=1))
    groups = Groups(
        tuple(pool for pool, some in zip(pools, serves, strict=True) if some),
        picks[serves],
        absent=np.array([pool.unplanned_shrinkage for pool in scenario.pools.values()])[serves],
    )
    case = SimulationCase(
        interval_s=grid.interval_min * 60.0,
        queues=_queues(scenario, types, owner, live, demand),
        groups=groups,
        people=people_of_schedule(schedule, grid, groups.names, wrap=scenario.settings.horizon_edges == "cyclic"),
        day=grid.day,
        definition=service.definition,
        short_abandon_s=service.short_abandon_s,
    )
    return behaving(case, behaviour or Behaviour())


def behaving(case: SimulationCase, how: Behaviour) -> SimulationCase:
    """Return a case whose customers and people behave in another way."""
    absences = how.absences != "none"
    return replace(
        case, groups=replace(case.groups, absent=case.groups.absent * absences), handle=how.handle,
        handle_cv=np.array(how.handle_cv), day_cv=how.day_cv, absences=how.absences if absences else "random",
    )  # fmt: skip


def _queues(
    scenario: Scenario, types: pd.DataFrame, owner: list[str], live: NDArray[np.bool_], demand: pd.DataFrame
) -> Queues:
    names = tuple(str(name) for name in types["contact_type"])
    opened = np.array([scenario.pools[pool].open for pool in owner])
    contacts, aht_s = demand_arrays(demand, scenario.grid, names, types["aht_s"].to_numpy(dtype=np.float64))
    patience = types["patience_s"].to_numpy(dtype=np.float64)
    if scenario.settings.service.model != "erlang-a":
        patience = np.full(len(names), np.inf if scenario.settings.service.model == "erlang-c" else 0.0)
    return Queues(
        names=names,
        contacts=np.where(opened | ~live[:, None], contacts, 0.0),
        aht_s=aht_s,
        patience_s=patience,
        within_s=np.array([scenario.pools[pool].within_s for pool in owner]),
        pools=tuple(owner),
        open=opened,
        concurrency=np.where(types["kind"] == "chat", types["concurrency"].fillna(1.0), 1.0).astype(np.float64),
        deadline_s=np.where(live, np.nan, types["deadline_min"].to_numpy(dtype=np.float64) * 60.0),
    )


def demand_arrays(demand: pd.DataFrame, grid: TimeGrid, names: tuple[str, ...], aht_s: Floats) -> tuple[Floats, Floats]:
    """Put contacts and handle times on the grid.

    Parameters
    ----------
    demand : DataFrame
        start, contact_type, contacts, aht_s; rows of other times or types are left out.
    grid : TimeGrid
    names : tuple of str, length Q
    aht_s : (Q,)
        Handle times where demand gives none.

    Returns
    -------
    (Q, T), (Q, T)
    """
    contacts = np.zeros((len(names), len(grid)))
    handle = np.repeat(np.where(aht_s > 0, aht_s, 1.0)[:, None], len(grid), axis=1)
    place = grid.starts.get_indexer(pd.DatetimeIndex(demand["start"]).tz_convert(grid.time_zone).as_unit("ns"))
    queue = pd.Index(names).get_indexer(pd.Index(demand["contact_type"].astype(str)))
    number, own = (demand[column].to_numpy(dtype=np.float64) for column in ("contacts", "aht_s"))
    known = (place >= 0) & (queue >= 0)
    contacts[queue[known], place[known]] = number[known]
    timed = known & (own > 0) & (number > 0)
    handle[queue[timed], place[timed]] = own[timed]
    return contacts, handle


def people_of_schedule(schedule: pd.DataFrame, grid: TimeGrid, pools: tuple[str, ...], *, wrap: bool = False) -> People:
    """Turn the rows of schedule.csv into people, sorted by pool, start and end.

    Parameters
    ----------
    schedule : DataFrame
    grid : TimeGrid
    pools : tuple of str
        Names of the groups; rows of others are left out.
    wrap : bool
        Whether shifts that reach over the end of the grid come in at its start as well.
    """
    rows: list[tuple[int, float, float, tuple[tuple[float, float], ...]]] = []
    first, length_s = grid.starts[0], len(grid) * grid.interval_min * 60.0
    for row in schedule.to_dict("records"):
        if row["pool"] not in pools:
            continue
        start = pd.Timestamp(row["start"]).tz_convert(grid.time_zone)
        begin = (start - first).total_seconds()
        end = (pd.Timestamp(row["end"]) - first).total_seconds()
        pauses = [
            (begin + 60.0 * item.offset_min, 60.0 * item.length_min) for item in parse_breaks(start, row["breaks"])
        ]
        shifts = [0.0, length_s] if wrap and end > length_s else [0.0]
        for back in shifts:
            moved = tuple((at - back, length) for at, length in pauses)
            rows += [(pools.index(row["pool"]), begin - back, end - back, moved)] * int(row["count"])
    return people(sorted(rows))
