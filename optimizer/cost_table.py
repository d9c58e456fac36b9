"""What a pool's people cost by their workload: the shift schedule solved again over a grid of loads and service levels.

Sets
    p pools, q service levels, k factors on the demand (0 first: no contacts at all)
For each (p, q, k)
    cost[p, q, k] = cost of the schedule of pool p alone, its demand times k, its service target q (`optimizer.shifts`)
Then
    cost[p, q, k] = min over k' >= k of cost[p, q, k']: a schedule for more work does less work too, so that the table
    never falls with the load although every schedule is only proved within a gap
    least[p, q, k] = max over k' <= k of the proved bounds: no schedule for the load costs less

The channel mix reads the table as a step function (`models.mix.records.CostTable`). Each pool stands alone: a limit on
all pools together (seats, heads) is kept by every one for itself.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pandas as pd

from models.mix.tables import POOL_COSTS
from models.requirement import require
from models.scenario import Scenario
from optimizer.shifts.components import split
from optimizer.shifts.engine import Limits, solve_shifts
from optimizer.shifts.from_scenario import scenario_problem
from optimizer.shifts.relaxation import relax
from optimizer.shifts.rows import build_rows
from optimizer.solve import SolverFailureError, Status

COLUMNS = tuple(POOL_COSTS.columns)
HOURS_DIGITS, MONEY_DIGITS = 3, 2
MOST_FACTORS = 1000
"""Of a grid; each is a schedule for every pool and service level."""
Progress = Callable[[int, int], None]
"""Takes the number of schedules solved and of all schedules."""


@dataclass(frozen=True)
class Point:
    """One schedule to solve: a pool, its service target, and the factor on its demand."""

    pool: str
    service_level: float
    factor: float


@dataclass(frozen=True)
class Solved:
    """What the schedule of a point costs over the horizon; inf where there is none, and why in words."""

    point: Point
    load_hours: float
    cost: float
    bound: float
    why: str = ""
    proved: bool = True
    """Within the gap, or that there is none; not when time ended the search."""


class Known(Protocol):
    """Points that were solved before."""

    def find(self, point: Point) -> Solved | None:
        """What is known of a point."""

    def keep(self, solved: Solved) -> None:
        """Take note of a point that is proved."""


@dataclass(frozen=True, eq=False)
class PoolCosts:
    """A cost table.

    Parameters
    ----------
    table : DataFrame
        Columns of pool_costs.csv, sorted by pool, service level and load.
    notes : tuple of str
        Loads that no schedule can carry, and limits that could not be looked at.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]


def factors(first: float, last: float, step: float) -> list[float]:
    """Return the factors of the grid: 0, then from `first` in equal steps to `last` at most.

    Raises
    ------
    ValueError
        If there are more than `MOST_FACTORS`.
    """
    steps = (last - first) / step
    if steps >= MOST_FACTORS:
        raise ValueError(f"makes more than {MOST_FACTORS:,} factors from {first:g} to {last:g}; give a larger step")
    count = math.floor(steps + 1e-9) + 1
    return [0.0, *(round(first + place * step, 9) for place in range(count) if first + place * step > 1e-9)]


def pool_costs(
    scenario: Scenario, demand: pd.DataFrame, levels: Sequence[float], grid: Sequence[float], limits: Limits,
    *, processes: int | None = None, progress: Progress = lambda done, total: None, known: Known | None = None,
) -> PoolCosts:  # fmt: skip
    """Solve the schedule of every pool, service level and factor.

    Parameters
    ----------
    scenario : Scenario
        With shift types.
    demand : DataFrame
        As `models.requirement.require` takes it: factor 1.
    levels : sequence of float
        Service targets. A floor of the scenario above one is lowered to it.
    grid : sequence of float
        Factors, ascending.
    limits : Limits
        Of the search of each schedule, which runs in one thread: the same answer whatever runs beside it, unless time
        ends a search.
    processes : int, optional
        Searches side by side; as many as cores by default.
    progress : function, optional

    Returns
    -------
    PoolCosts

    Raises
    ------
    SolverFailureError
        When a process dies.
    """
    points = [Point(pool, level, factor) for pool in scenario.pools for level in levels for factor in grid]
    # the largest first, so that the last one does not run alone
    queue = sorted(points, key=lambda point: -point.factor)
    found: dict[Point, Solved] = {}
    if known is not None:
        found = {point: solved for point in queue if (solved := known.find(point)) is not None}
        queue = [point for point in queue if point not in found]
        progress(len(found), len(points))
    one_thread = replace(limits, threads=1)
    count = min(processes or os.cpu_count() or 1, max(len(queue), 1))
    for solved in _solve_all(scenario, demand, queue, one_thread, count):
        found[solved.point] = solved
        if known is not None and solved.proved:
            known.keep(solved)
        progress(len(found), len(points))
    weeks = scenario.settings.horizon.days / 7
    parts, notes = [], list(_joint_limits(scenario))
    for pool in scenario.pools:
        for level in levels:
            part, left_out = _steps([found[Point(pool, level, factor)] for factor in grid], weeks)
            parts.append(part)
            notes += left_out
    return PoolCosts(pd.concat(parts, ignore_index=True)[list(COLUMNS)], tuple(notes))


def _solve_all(
    scenario: Scenario, demand: pd.DataFrame, queue: Sequence[Point], limits: Limits, processes: int
) -> Iterator[Solved]:
    if processes == 1:
        yield from (solve_point(scenario, demand, point, limits) for point in queue)
        return
    # spawned, not forked: a fork copies the locks of the solver's threads as they happen to be
    context = multiprocessing.get_context("spawn")
    workers = ProcessPoolExecutor(processes, context, initializer=_take, initargs=(scenario, demand, limits))
    try:
        yield from workers.map(_solve_taken, queue)
    except BrokenExecutor as error:
        message = (
            "a process that solved a schedule was ended from outside, perhaps for want of memory: fewer --processes"
        )
        raise SolverFailureError(message) from error
    finally:
        workers.shutdown(cancel_futures=True)


_taken: list[tuple[Scenario, pd.DataFrame, Limits]] = []


def _take(scenario: Scenario, demand: pd.DataFrame, limits: Limits) -> None:
    """Keep in a new process what all its points share, and let it end with the process that began it."""
    _taken[:] = [(scenario, demand, limits)]
    end_with_parent()


def end_with_parent() -> None:
    """Let a process end with the one that began it, however that ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()  # returns when the parent is gone, however it ended
        os._exit(1)


def _solve_taken(point: Point) -> Solved:
    scenario, demand, limits = _taken[0]
    return solve_point(scenario, demand, point, limits)


def solve_point(scenario: Scenario, demand: pd.DataFrame, point: Point, limits: Limits) -> Solved:
    """Solve the schedule of one pool at one load."""
    alone, scaled = point_case(scenario, demand, point)
    hours = workload_hours(alone, scaled)
    solution = solve_shifts(scenario_problem(alone, require(alone, scaled)).problem, limits)
    if solution.status in (Status.OPTIMAL, Status.FEASIBLE):
        bound = max(solution.bound, 0.0)
        return Solved(point, hours, solution.objective, bound, proved=solution.gap <= limits.gap)
    why = "no schedule keeps every rule" if solution.status is Status.INFEASIBLE else "no schedule was found in time"
    return Solved(point, hours, math.inf, 0.0, why, proved=solution.status is Status.INFEASIBLE)


def least_point(scenario: Scenario, demand: pd.DataFrame, point: Point) -> Solved:
    """Return what people cost at least at a load: the linear program of its schedule, as cost and as bound."""
    alone, scaled = point_case(scenario, demand, point)
    hours = workload_hours(alone, scaled)
    least = 0.0
    for part in split(scenario_problem(alone, require(alone, scaled)).problem):
        linear = relax(part.problem, build_rows(part.problem))
        if linear.status is Status.INFEASIBLE:
            return Solved(point, hours, math.inf, math.inf, "no schedule keeps every rule")
        least += max(linear.bound, 0.0)
    return Solved(point, hours, least, least, proved=False)


def point_case(scenario: Scenario, demand: pd.DataFrame, point: Point) -> tuple[Scenario, pd.DataFrame]:
    """Return the scenario and the demand whose schedule is that of a point."""
    alone = only_pool(scenario, point.pool, point.service_level)
    mine = demand[demand["contact_type"].isin(alone.contact_types["contact_type"])]
    return alone, mine.assign(contacts=mine["contacts"] * point.factor)


def only_pool(scenario: Scenario, name: str, service_level: float) -> Scenario:
    """Return a scenario in which there is only one pool, with another service target."""
    pool = scenario.pools[name]
    types = scenario.contact_types
    heads = tuple(limit for limit in scenario.settings.limits.heads if limit.pool == name)
    limits = scenario.settings.limits.model_copy(update={"heads": heads})
    return replace(
        scenario,
        settings=scenario.settings.model_copy(update={"limits": limits}),
        pools={name: replace(pool, target=service_level, floor=min(pool.floor, service_level))},
        contact_types=types[types["pool"] == name],
        history=None,
        demand=None,
    )


def workload_hours(scenario: Scenario, demand: pd.DataFrame) -> float:
    """Handling hours of a demand: contacts x AHT / concurrency."""
    types = scenario.contact_types.set_index("contact_type")
    aht_s = demand["aht_s"].fillna(demand["contact_type"].map(types["aht_s"]))
    at_once = demand["contact_type"].map(types["concurrency"])
    return float((demand["contacts"] * aht_s / at_once).sum()) / 3600


def _joint_limits(scenario: Scenario) -> Iterator[str]:
    if len(scenario.pools) > 1:
        limits = scenario.settings.limits
        if limits.seats is not None:
            yield f"limits.seats ({limits.seats}) counts all pools; here every pool keeps it for itself"
        if any(limit.pool is None for limit in limits.heads):
            yield "limits.heads for all pools together are not looked at; only those of single pools"


def _steps(solved: Sequence[Solved], weeks: float) -> tuple[pd.DataFrame, list[str]]:
    """Rows of one pool and service level, and notes on loads that are left out."""
    point = solved[0].point
    place = f"pool {point.pool}, service level {point.service_level:g}"
    cost = np.minimum.accumulate([one.cost for one in solved][::-1])[::-1]
    bound = np.minimum(np.maximum.accumulate([one.bound for one in solved]), cost)
    notes = [
        f"{place}: factor {one.point.factor:g} "
        f"{'costs what a larger one does' if math.isfinite(cost[number]) else 'is left out'}: {one.why}"
        for number, one in enumerate(solved)
        if one.why
    ]
    gap = max((1 - low / high for low, high in zip(bound, cost, strict=True) if 0 < high < math.inf), default=0.0)
    rows = [
        {
            "pool": point.pool,
            "service_level": point.service_level,
            "load_hours_per_week": round(one.load_hours / weeks, HOURS_DIGITS),
            "cost_per_week": round(cost[number] / weeks, MONEY_DIGITS),
            "least_cost_per_week": round(bound[number] / weeks, MONEY_DIGITS),
            "source": f"servopt cost-table: schedules proved within {gap:.2%}",
            "confidence": "high",
        }
        for number, one in enumerate(solved)
        if math.isfinite(cost[number])
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).drop_duplicates("load_hours_per_week", keep="last")
    return table, notes
