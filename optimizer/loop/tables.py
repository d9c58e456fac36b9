"""Schedule-cost tables of a mix's pools, at the shape of the day that a mix leaves behind.

Sets
    p pools of the scenario, k steps
Given
    main[p], beside[p]  work of a mix in the parts of a pool: contacts and handle times of each contact type
    L[k], D[k]          grids of hours
For each pool
    S(l, d)         cost of a schedule (`optimizer.shifts`) of l hours in the proportions of main[p], d of beside[p]
    beside          S(l*, D[k]) - S(l*, D[0]), l* being the hours of the mix in its main part
    main table      S(L[k], d*) less what the table beside it says of d*, the hours of the mix there
Then
    cost[k] = min over k' >= k: a schedule for more work does less work too; least[k] = max over k' <= k of the bounds

Both together are exact at the mix whose shape they have (up to the steps), and elsewhere as far as proportions and
handle times within a pool stay as they are: that is why the loop makes them again for the mix that it found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.mix.case import MixCase
from models.mix.cost import step_cost
from models.mix.records import CostTable, Floats
from optimizer.cost_table import Solved
from optimizer.loop.pools import SplitPools
from optimizer.loop.schedules import Job, Schedules
from optimizer.loop.workload import Workload, WorkloadMap

HALVINGS, SAME = 5, 1e-4
"""Of the interval in which a step ends; and costs that differ by less are the same."""
SMALLEST = 1e-6
"""Hours a week that count as no work."""


@dataclass(frozen=True, eq=False)
class Shape:
    """Work of a week in each part of the pools (`optimizer.loop.pools`)."""

    parts: tuple[Workload, ...]

    def of_pool(self, places: Sequence[int]) -> Workload:
        """Return the work of some parts together."""
        return sum((self.parts[place] for place in places[1:]), self.parts[places[0]])

    def without(self, places: Sequence[int], place: int) -> Workload:
        """Return the work of some parts together but for one of them."""
        return sum((self.parts[other] for other in places if other != place), self.parts[place].scaled(0.0))


@dataclass(frozen=True)
class Grid:
    """Steps of the tables, as shares of the hours of today (or of the scenario)."""

    live: tuple[float, ...] = tuple(round(0.4 + 0.06 * k, 2) for k in range(12))
    late: tuple[float, ...] = (0.1, 0.25, 0.5, 0.75, 1.0)


class TableMaker:
    """Makes the tables of a case.

    Parameters
    ----------
    schedules : Schedules
    works : WorkloadMap
    split : SplitPools
    base : Shape
        Today's, whose hours the grid counts in.
    levels : dict of pool to service level
    grid : Grid
    """

    def __init__(
        self, schedules: Schedules, works: WorkloadMap, split: SplitPools, base: Shape, levels: dict[str, float],
        grid: Grid | None = None,
    ) -> None:  # fmt: skip
        self.schedules, self.works, self.split, self.base = schedules, works, split, base
        self.levels, self.grid = levels, grid or Grid()

    def shape_of(self, mix: MixCase, flow: Floats) -> Shape:
        """Return the work of a mix, by part."""
        return shape_of(self.works, self.split, mix, flow)

    def job(self, pool: int, work: Workload, *, needed: bool = True) -> Job:
        """Return the schedule of a pool at some work."""
        name = self.pool_names[pool]
        return Job(name, self.levels[name], self.works.demand_of(work), needed=needed)

    @property
    def pool_names(self) -> tuple[str, ...]:
        """Pools of the scenario, in the order of the mix."""
        return self.split.pool_names[: len(self.split.parts)]

    def true_costs(self, shapes: Sequence[Shape]) -> list[list[Solved]]:
        """Solve the schedule of every pool for each of some mixes."""
        jobs = [self.job(p, shape.of_pool(places)) for shape in shapes for p, places in enumerate(self.split.parts)]
        solved = self.schedules.solve(jobs)
        size = len(self.split.parts)
        return [solved[place : place + size] for place in range(0, len(solved), size)]

    def tables(self, shape: Shape, *, rough: bool = False, refined: bool = False) -> tuple[CostTable, ...]:
        """Solve the schedules of the grids and return the tables of all pools of the split case.

        The ends of the grids and the mix's own hours are solved whatever the time; steps between them that time does
        not reach cost what the next one does.

        Parameters
        ----------
        rough : bool
            Whether those are all.
        refined : bool
            Whether the end of the step at the shape's own hours in the main part is looked for: how much more work the
            schedules that it takes can serve at the same cost.
        """
        jobs: list[Job] = []
        plan: list[tuple[int, int, list[float]]] = []
        for p, places in enumerate(self.split.parts):
            for place in places:
                own, base = shape.parts[place], self.base.parts[place]
                steps = self._steps(self.grid.late if self.split.deferrable[place] else self.grid.live, base, own)
                must = _needed(steps, own)
                steps = sorted(must) if rough else steps
                plan.append((p, place, steps))
                unit, rest = self.of_one_hour(own, base), shape.without(places, place)
                jobs += [self.job(p, unit.scaled(hours) + rest, needed=hours in must) for hours in steps]
        solved, found = iter(self._in_turn(jobs)), []
        rows = {place: [next(solved) for _ in steps] for _, place, steps in plan}
        added = dict.fromkeys(range(len(self.split.parts)), 0.0)
        for p, place, steps in reversed(plan):  # what lies beside the main part first
            level, main = self.levels[self.pool_names[p]], place == self.split.parts[p][0]
            if not steps:
                continue
            mine = rows[place]
            if not main:
                table = _table(place, level, steps, mine, mine[0].cost if rows[self.split.parts[p][0]] else 0.0)
                added[p] += step_cost(table, float(shape.parts[place].hours.sum()))
                found.append(table)
                continue
            if refined:
                ends = self._step_end(p, place, shape, steps, mine)
                order = sorted([*zip(steps, mine, strict=True), *ends], key=lambda pair: pair[0])
                steps, mine = [hours for hours, _ in order], [one for _, one in order]
            found.append(_table(place, level, steps, mine, added[p]))
        return tuple(sorted(found, key=lambda table: table.pool))

    def _in_turn(self, jobs: list[Job]) -> list[Solved]:
        """Solve what is needed first."""
        order = sorted(range(len(jobs)), key=lambda place: not jobs[place].needed)
        found = dict(zip(order, self.schedules.solve([jobs[place] for place in order]), strict=True))
        return [found[place] for place in range(len(jobs))]

    def _step_end(
        self, pool: int, place: int, shape: Shape, steps: list[float], rows: list[Solved]
    ) -> list[tuple[float, Solved]]:
        """Halve the interval between the hours of the shape in a part and the next dearer step."""
        here = shape.parts[place]
        own, rest = float(here.hours.sum()), shape.without(self.split.parts[pool], place)
        if own <= SMALLEST:
            return []
        unit, found = self.of_one_hour(here, self.base.parts[place]), []
        low, cost = own, rows[steps.index(own)].cost
        dearer = [hours for hours, one in zip(steps, rows, strict=True) if hours > own and one.cost > cost * (1 + SAME)]
        high = min(dearer, default=own)
        for _ in range(HALVINGS):
            if high - low <= SAME * own:
                break
            middle = (low + high) / 2
            one = self.schedules.solve([self.job(pool, unit.scaled(middle) + rest, needed=False)])[0]
            if not np.isfinite(one.cost):
                break
            found.append((middle, one))
            if one.cost <= cost * (1 + SAME):
                low = middle
            else:
                high = middle
        return found

    def own_work(self, place: int) -> Workload:
        """Return the scenario's own work of the contact types that are a part."""
        types, base = list(self.split.done_by[place]), self.works.base
        mine = np.isin(np.arange(len(base.hours)), types)
        return Workload(np.where(mine, base.contacts, 0.0), np.where(mine, base.hours, 0.0))

    def of_one_hour(self, work: Workload, base: Workload) -> Workload:
        """Work of one hour in the proportions of a mix; those of today where it leaves none."""
        chosen = work if work.hours.sum() > SMALLEST else base
        hours = float(chosen.hours.sum())
        return chosen.scaled(1 / hours) if hours > SMALLEST else chosen

    def _steps(self, shares: tuple[float, ...], base: Workload, here: Workload) -> list[float]:
        """Hours that are tabulated: the grid, and the mix's own."""
        whole = float(base.hours.sum()) or float(here.hours.sum())
        if whole <= SMALLEST:
            return []
        steps = {round(share * whole, 6) for share in shares}
        own = float(here.hours.sum())
        if own > SMALLEST:
            steps.add(own)
        return sorted(steps)


def _needed(steps: list[float], here: Workload) -> set[float]:
    """Steps that a table cannot do without: its ends, and the mix's own hours."""
    own = float(here.hours.sum())
    return {hours for place, hours in enumerate(steps) if place in (0, len(steps) - 1) or hours == own}


def shape_of(works: WorkloadMap, split: SplitPools, mix: MixCase, flow: Floats) -> Shape:
    """Return the work of a mix, by part."""
    return Shape(tuple(works.of(mix, flow, np.array([place])) for place in range(len(split.case.pools))))


def _table(pool: int, level: float, steps: list[float], solved: list[Solved], less: float) -> CostTable:
    """Steps of a pool, less what the other kind of work costs."""
    cost = np.minimum.accumulate(np.array([one.cost for one in solved])[::-1])[::-1]
    least = np.maximum.accumulate(np.array([one.bound for one in solved]))
    kept = np.isfinite(cost)
    hours = np.concatenate([[0.0], np.array(steps)[kept]])
    cost = np.concatenate([[0.0], np.maximum(cost[kept] - less, 0.0)])
    least = np.concatenate([[0.0], np.clip(least[kept] - less, 0.0, cost[1:])])
    return CostTable(pool, level, hours, cost, least)
