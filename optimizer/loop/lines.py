"""Schedule-cost tables as lines, for pools so large that a further person is no step that decides.

Sets
    p pools of the scenario, k points between the least and the most hours that any mix can have
Given
    LP(l, d)    linear program of the schedule (`optimizer.shifts`) of l live and d deferrable hours, in the proportions
                of a mix: people cost no less
    dearer[p]   what the schedule of the mix itself, with whole people, costs beside its linear program
Then
    least(l)    lower convex hull of LP(L[k], d*) less what the deferrable hours d* of the mix add, over the hours that
                are of use; deferrable likewise
    cost(l)     dearer[p] least(l)

A linear program takes a tenth of the time of a schedule, and its cost hardly bends between two points (`data/retail`:
the hull lies 0.2 % below the points on average), so that a mix on such tables needs no whole levels. With few people it
does bend: hours so few that no good mix has them are left out (`of_use`), and a mix cannot have less than the first
point pays for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.investment.average_month import at_least
from models.investment.case import InvestmentCase
from models.investment.with_mix import mix_at
from models.mix.case import MixCase
from models.mix.cost import step_cost
from models.mix.records import CostTable, Floats
from optimizer.invest.reach import everything, loosened
from optimizer.loop.tables import SMALLEST, Shape, TableMaker
from optimizer.mix.formulation import build_program
from optimizer.mix.program import MixProgram
from optimizer.solve import Status, solve

POINTS, LATE_POINTS = 20, 5
SMALL_STEP = 0.02
"""Of what all people cost over the horizon: one more shift costs less where lines stand for steps."""
MOST_HOURS = 1.06
"""Of today's, or of the mix's own: the end of a table."""
ASIDE = 0.9
"""Of the fewest hours in a best mix: with fewer, no mix is as good."""
Reach = list[tuple[float, float]]
"""Least and most hours a week of each pool of the split case."""


@dataclass(frozen=True, eq=False)
class Points:
    """Linear programs of a pool: their cost by its hours, and how much dearer whole people are."""

    pool: int
    level: float
    hours: Floats
    cost: Floats
    dearer: float


def points(maker: TableMaker, shape: Shape, reach: Reach, dearer: list[float]) -> list[Points]:
    """Solve the linear programs of all pools at the proportions of a mix.

    Parameters
    ----------
    maker : TableMaker
    shape : Shape
        Of the mix.
    reach : list of (least, most)
    dearer : list of float
        Of each pool of the scenario.
    """
    jobs, plan = [], []
    for p in range(len(maker.split.live)):
        own, late = shape.live[p], shape.late[p]
        live_place, late_place = int(maker.split.live[p]), int(maker.split.late[p])
        for place, work, base, other, count in (
            (live_place, own, maker.base.live[p], late, POINTS),
            (late_place, late, maker.base.late[p], own, LATE_POINTS),
        ):
            here, today = float(work.hours.sum()), float(base.hours.sum())
            if place < 0 or here + today <= SMALLEST:
                continue
            beside = place == late_place and live_place >= 0
            low = 0.0 if beside else min(reach[place][0], here)
            high = max(min(reach[place][1], MOST_HOURS * today), MOST_HOURS * here, low + SMALLEST)
            hours = np.unique(np.round([*np.linspace(low, high, count), here], 9))
            plan.append((p, place, beside, hours, here))
            unit = maker.of_one_hour(work, base)
            jobs += [replace(maker.job(p, unit.scaled(h) + other), linear=True) for h in hours.tolist()]
    solved = iter(maker.schedules.solve(jobs))
    found, added = [], {}
    for p, place, beside, hours, here in plan:
        cost = np.array([next(solved).bound for _ in hours])
        if beside:
            added[p] = float(np.interp(here, hours, cost) - cost[0])
        found.append((p, place, beside, hours, cost))
    return [
        Points(place, maker.levels[maker.pool_names[p]], hours,
               cost - (float(cost[0]) if beside else added.get(p, 0.0)), dearer[p])
        for p, place, beside, hours, cost in sorted(found, key=lambda one: one[1])
    ]  # fmt: skip


def tables_of(
    found: list[Points], first: dict[int, float], last: dict[int, float] | None = None
) -> tuple[CostTable, ...]:
    """Return the tables of some points, each from its first hours on, and to its last."""
    tables = []
    for one in found:
        known = np.isfinite(one.cost)
        hours, cost = one.hours[known], np.maximum.accumulate(np.maximum(one.cost[known], 0.0))
        low = max(first.get(one.pool, 0.0), float(hours[0]))
        high = min((last or {}).get(one.pool, np.inf), float(hours[-1]))
        here = np.unique(np.concatenate([[low, high], hours[(hours > low) & (hours < high)]]))
        least = np.interp(here, hours, cost)
        kept = _hull(here, least)
        tables.append(CostTable(one.pool, one.level, here[kept], one.dearer * least[kept], least[kept], lines=True))
    return tuple(tables)


def of_use(found: list[Points], months: list[MixCase]) -> dict[int, float]:
    """Return the hours of each pool below which no mix is good.

    Left out is what is dearer than some mix, by linear programs on the lower hull of the points, with nothing funded
    and with everything.

    Parameters
    ----------
    found : list of Points
    months : list of MixCase
        On the tables of all points: with nothing funded, and with everything.
    """
    first: dict[int, float] = {}
    programs = [build_program(at_least(month)) for month in months]
    best = [_cheapest(program).values for program in programs]
    for one in found:
        pairs = [(program, values) for program, values in zip(programs, best, strict=True) if values is not None]
        low = ASIDE * min((_load(*pair, one.pool) for pair in pairs), default=0.0)
        if low > one.hours[0] and all(_is_dearer(*pair, one, low, found) for pair in pairs):
            first[one.pool] = low
    return first


def _is_dearer(program: MixProgram, values: Floats, one: Points, low: float, found: list[Points]) -> bool:
    """Whether every mix with so few hours of a pool is dearer than a mix is by the points themselves."""
    tables, bend, few = list(at_least(program.case).cost_tables), 0.0, None
    for other in found:
        place = next(k for k, table in enumerate(tables) if table.pool == other.pool)
        table, known = tables[place], np.isfinite(other.cost)
        # leavers make a table of a month dearer than its points
        scale = float(table.cost_per_week[-1]) / max(float(other.cost[known][-1]), SMALLEST)
        cost = scale * other.cost
        load = _load(program, values, other.pool)
        bend += float(np.interp(load, other.hours[known], cost[known])) - step_cost(table, load)
        if other is one:
            few = place, tables_of([replace(one, cost=cost, dearer=1.0)], {}, last={one.pool: low})[0]
    if few is not None:
        tables[few[0]] = few[1]
    answer = _cheapest(build_program(replace(program.case, cost_tables=tuple(tables))))
    return answer.bound > float(program.program.cost @ values) * program.money + bend * _weeks(program)


@dataclass(frozen=True, eq=False)
class _Cheapest:
    """Linear program of a mix: its bound in money (inf without a mix), and its values."""

    bound: float
    values: Floats | None


def _cheapest(program: MixProgram) -> _Cheapest:
    linear = replace(program.program, integer=np.zeros_like(program.program.integer))
    answer = solve(linear, solver="glop")
    if answer.status is Status.INFEASIBLE:
        return _Cheapest(np.inf, None)
    return _Cheapest(answer.bound * program.money, answer.values)


def _load(program: MixProgram, values: Floats, pool: int) -> float:
    """Hours a week of a pool."""
    return float((program.load[pool] @ values[: program.load.shape[1]])[0]) / _weeks(program)


def _weeks(program: MixProgram) -> float:
    return float(program.case.days.sum()) / 7.0


def _hull(hours: Floats, cost: Floats) -> list[int]:
    """Places of the points of the lower convex hull."""
    kept: list[int] = []
    for k in range(len(hours)):
        while len(kept) >= 2:
            a, b = kept[-2:]
            if (cost[b] - cost[a]) * (hours[k] - hours[b]) < (cost[k] - cost[b]) * (hours[b] - hours[a]):
                break
            kept.pop()
        kept.append(k)
    return kept


def months_of(month: MixCase, case: InvestmentCase | None) -> list[MixCase]:
    """Return the month with nothing funded, and with everything that helps and its rules loosened."""
    if case is None:
        return [month]
    share, kept = everything(case)
    with_all = mix_at(case, month, share, kept)
    return [mix_at(case, month, 0 * share, kept), loosened(with_all, month, with_all)]


def reachable(month: MixCase, case: InvestmentCase | None) -> Reach:
    """Return the least and the most handling hours a week that a pool can have in any mix, whatever is funded."""
    programs = [build_program(one) for one in months_of(month, case)]
    return [
        (max(_extreme(programs[-1], pool, 1.0), 0.0), max(_extreme(programs[0], pool, -1.0), 0.0))
        for pool in range(len(month.pools))
    ]


def _extreme(program: MixProgram, pool: int, sign: float) -> float:
    """Least (1) or most (-1) hours a week of a pool; 0 where the solver finds none."""
    hours = np.asarray(program.load[pool].todense()).ravel()
    cost = np.zeros(len(program.program.cost))
    cost[: len(hours)] = sign * hours
    whole = np.zeros_like(program.program.integer)
    answer = solve(replace(program.program, cost=cost, integer=whole), solver="glop")
    return 0.0 if answer.values is None else sign * answer.objective / _weeks(program)
