"""What schedules cost as planes over the kinds of work in a pool, where a further person is no step that decides.

Sets
    p pools of the scenario, j parts of a pool (`optimizer.loop.pools`), s samples of their hours a week, r regions
Given
    LP[s]       linear program of the schedule (`optimizer.shifts`) of W[s, j] hours in each part: people cost no less
    dearer[p]   what the schedule of a mix itself, with whole people, costs beside its linear program
Then
    plane[r, k](w) = base[k] + sum over j of per_hour[k, j] w[j], nowhere above a sample of the region: those of the
                   lower convex hull that are wanted, one at a time, until no sample lies more than `NEAR` above them
    least(w)       highest plane of the region of w; cost(w) = dearer[p] least(w)

The samples lie between the least and the most hours that any mix can have, whatever is funded: at today's mix, at the
ends of each kind of work, at the corners, and spread between them. A linear program takes a tenth of the time of a
schedule. Its cost is convex in what each half-hour needs; what half-hours need by their work bends the other way: a
tenth more work wants less than a tenth more people. So the region with the samples farthest above its planes is
halved, across the kind of work that helps most and with more samples, until they lie near, or regions are many. How far
they lie above is stated (`Fit.above`).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.stats import qmc

from models.investment.case import InvestmentCase
from models.investment.with_mix import mix_at
from models.mix.case import MixCase
from models.mix.records import CostPlanes, CostRegion, Floats
from optimizer.invest.reach import LET_IN, everything, helps, loosened
from optimizer.loop.schedules import TOO_LATE
from optimizer.loop.tables import SMALLEST, Shape, TableMaker
from optimizer.loop.workload import Workload
from optimizer.mix.formulation import build_program
from optimizer.mix.program import MixProgram
from optimizer.solve import Program, SolverFailureError, solve

SMALL_STEP = 0.02
"""Of what all people cost over the horizon: one more shift costs less where planes stand for steps."""
MOST_CORNER_PARTS = 4
"""Of so many kinds of work all corners are sampled."""
SPREAD, SPREAD_IN_HALF = 8, 1
"""Samples between the ends for each kind of work: of all, and of each half of a region."""
NEAR, MOST_PLANES = 1e-3, 16
"""Of its cost, a sample may lie above the planes; and how many there are at most."""
ENOUGH, MOST_REGIONS = 0.004, 10
"""On average, samples of a region that lie so near above its planes leave it whole; and regions of a pool at most."""
BEYOND = 2.0
"""So many times the most hours the last regions reach, for a mix that has more after all."""
_ASIDE = 0.02
"""How far a plane is pulled from its sample to the middle of all, so that it is high elsewhere, too."""
Reach = list[tuple[float, float]]
"""Least and most hours a week of each part."""


@dataclass
class Samples:
    """What is known of a pool: hours of its parts (S, J), and what the linear program costs (S,)."""

    hours: list[Floats]
    cost: list[float]


@dataclass(frozen=True)
class Fit:
    """Planes of a pool, and how far the samples lie above them: the most, and on average, of their cost."""

    base: Floats
    per_hour: Floats
    above: float
    above_on_average: float


@dataclass(frozen=True, eq=False)
class Region:
    """Hours between two limits (J,), and the planes of the samples there."""

    low: Floats
    high: Floats
    fit: Fit


class PlaneMaker:
    """Makes the planes of all pools, finer round by round.

    Parameters
    ----------
    maker : TableMaker
    reach : list of (least, most)
        Of each part.

    Attributes
    ----------
    regions : list of list of Region
        Of each pool.
    is_capped : bool
        Whether some work within reach is more than any schedule serves, which planes cannot say.
    """

    def __init__(self, maker: TableMaker, reach: Reach) -> None:
        self.maker, self.reach = maker, reach
        self.samples = [Samples([], []) for _ in maker.split.parts]
        self.limits: list[tuple[Floats, Floats]] = []
        self.regions: list[list[Region]] = []
        self.is_capped = False

    def planes(self, shapes: Sequence[Shape], whole: Sequence[float]) -> tuple[CostPlanes, ...]:
        """Sample the works of some mixes, and at first all that mixes can reach; return the planes of each pool.

        Parameters
        ----------
        shapes : sequence of Shape
            At first one, which says what an hour of each part is made of.
        whole : sequence of float
            What the schedule of the first shape costs, with whole people, of each pool.
        """
        parts = self.maker.split.parts
        own = [[np.array([shape.parts[place].hours.sum() for place in places]) for shape in shapes] for places in parts]
        least, _ = self._ask([
            (p, own[p][k], shape.of_pool(places), True)
            for k, shape in enumerate(shapes) for p, places in enumerate(parts)
        ])  # fmt: skip
        pairs = zip(whole, least[: len(parts)], strict=True)
        dearer = [max(cost / low, 1.0) if low > 0 else 1.0 for cost, low in pairs]
        if self.regions:
            self.regions = [[self._fitted(p, one.low, one.high) for one in mine] for p, mine in enumerate(self.regions)]
        else:
            self._begin(shapes[0], [mine[0] for mine in own])
        return tuple(
            CostPlanes(np.array(places), tuple(self._record(p, one, factor) for one in self.regions[p]), 1 / factor)
            for p, (places, factor) in enumerate(zip(parts, dearer, strict=True))
        )

    @property
    def count(self) -> int:
        """Linear programs that the planes were fitted to."""
        return sum(len(np.unique(np.array(one.hours), axis=0)) for one in self.samples)

    @property
    def above(self) -> float:
        """How far the samples lie above the planes on average, in the pool and region where it is most."""
        return max(one.fit.above_on_average for mine in self.regions for one in mine)

    def _begin(self, shape: Shape, here: list[Floats]) -> None:
        """Sample everything within reach, and halve regions until samples lie near their planes."""
        parts, asked = self.maker.split.parts, []
        for p, places in enumerate(parts):
            low = np.minimum([self.reach[place][0] for place in places], here[p])
            high = np.maximum([self.reach[place][1] for place in places], np.maximum(here[p], low + SMALLEST))
            self.limits.append((low, high))
            ends = [np.where(np.arange(len(low)) == j, end, here[p]) for j in range(len(low)) for end in (low, high)]
            asked += [(p, hours, self._work(places, shape, hours), True) for hours in ends]
            asked += [(p, hours, self._work(places, shape, hours), False) for hours in _spread(low, high, SPREAD)]
        self._ask(asked)
        self.regions = [[self._fitted(p, *both)] for p, both in enumerate(self.limits)]
        for _ in range(MOST_REGIONS - 1):
            if not self._halve(shape):
                return

    def _halve(self, shape: Shape) -> bool:
        """Halve the worst region of each pool; False when all are near enough, or time is up."""
        halves: list[tuple[int, Region, list[tuple[Floats, Floats]]]] = []
        asked = []
        for p, mine in enumerate(self.regions):
            worst = max(mine, key=lambda one: one.fit.above_on_average)
            if worst.fit.above_on_average <= ENOUGH:
                continue
            both = min(
                self._ways(worst), key=lambda way: sum(self._fitted(p, *half).fit.above_on_average for half in way)
            )
            halves.append((p, worst, both))
            places = self.maker.split.parts[p]
            asked += [
                (p, hours, self._work(places, shape, hours), False)
                for half in both for hours in _spread(*half, SPREAD_IN_HALF)
            ]  # fmt: skip
        _, in_time = self._ask(asked)
        for p, worst, both in halves:
            found = [self._fitted(p, *half) for half in both]
            if all(len(one.fit.base) > 1 for one in found):  # a region without samples would be free
                self.regions[p].remove(worst)
                self.regions[p] += found
        return bool(halves) and in_time

    def _ways(self, region: Region) -> list[list[tuple[Floats, Floats]]]:
        """Return the ways to halve a region, across one part each."""
        ways = []
        for j, middle in enumerate(((region.low + region.high) / 2).tolist()):
            high, low = region.high.copy(), region.low.copy()
            high[j] = low[j] = middle
            ways.append([(region.low, high), (low, region.high)])
        return ways

    def _fitted(self, pool: int, low: Floats, high: Floats) -> Region:
        """Return a region with its planes."""
        hours, cost = np.array(self.samples[pool].hours), np.array(self.samples[pool].cost)
        least, most = self._beyond(pool, low, high)
        inside = ((hours >= least - SMALLEST) & (hours <= most + SMALLEST)).all(axis=1)
        return Region(low, high, fit(hours[inside], cost[inside]))

    def _beyond(self, pool: int, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """Return the limits of a region; the first reaches down to nothing, the last beyond what is reached."""
        least, most = self.limits[pool]
        return (
            np.where(low <= least + SMALLEST, 0.0, low),
            np.where(high >= most - SMALLEST, BEYOND * high + len(high), high),
        )

    def _record(self, pool: int, region: Region, factor: float) -> CostRegion:
        """Return a region as the mix reads it."""
        low, high = self._beyond(pool, region.low, region.high)
        return CostRegion(low, high, factor * region.fit.base, factor * region.fit.per_hour)

    def _ask(self, asked: list[tuple[int, Floats, Workload, bool]]) -> tuple[list[float], bool]:
        """Solve linear programs of pools at some hours, needed or not: their costs; False when time was up before."""
        jobs = [replace(self.maker.job(p, work, needed=needed), linear=True) for p, _, work, needed in asked]
        in_time, solved = True, self.maker.schedules.solve(jobs)
        for (p, hours, _, _), one in zip(asked, solved, strict=True):
            self.is_capped |= not np.isfinite(one.cost) and one.why != TOO_LATE
            in_time &= one.why != TOO_LATE
            if np.isfinite(one.cost):
                self.samples[p].hours.append(hours)
                self.samples[p].cost.append(one.bound)
        return [one.bound for one in solved], in_time

    def _work(self, places: Sequence[int], shape: Shape, hours: Floats) -> Workload:
        """Return so many hours of each part, in the proportions of a mix."""
        works = []
        for place, each in zip(places, hours.tolist(), strict=True):
            unit = self.maker.of_one_hour(shape.parts[place], self.maker.base.parts[place])
            if unit.hours.sum() <= 0:  # nobody has this work today
                unit = self.maker.of_one_hour(unit, self.maker.own_work(place))
            self.is_capped |= each > SMALLEST and unit.hours.sum() <= 0
            works.append(unit.scaled(each))
        return sum(works[1:], works[0])


def _spread(low: Floats, high: Floats, count: int) -> list[Floats]:
    """Return the corners of limits, and hours between them, so many for each part."""
    corners = [
        np.where(picked, high, low)
        for picked in itertools.product((False, True), repeat=len(low))
        if len(low) <= MOST_CORNER_PARTS
    ]
    between = qmc.Halton(len(low), scramble=False).random(count * len(low) + 1)[1:]
    return [*corners, *(low + (high - low) * between)]


def fit(hours: Floats, cost: Floats) -> Fit:
    """Return planes that lie nowhere above some samples, and near all that are on their lower convex hull.

    Parameters
    ----------
    hours : ndarray, shape (S, J)
    cost : ndarray, shape (S,)
    """
    base, per_hour = np.zeros(1), np.zeros((1, hours.shape[1]))
    unit, left = np.maximum(cost, SMALLEST), np.ones(len(cost), bool)
    for _ in range(MOST_PLANES):
        above = (cost - (base + hours @ per_hour.T).max(axis=1)) / unit
        place = int(np.argmax(np.where(left, above, -np.inf)))
        if not left.any() or above[place] <= NEAR:
            break
        left[place] = False
        b, g = _plane_at(hours, cost, place)
        if b + hours[place] @ g > cost[place] - above[place] * unit[place] + NEAR * unit[place]:
            base, per_hour = np.append(base, b), np.vstack([per_hour, g])
    above = np.maximum((cost - (base + hours @ per_hour.T).max(axis=1)) / unit, 0.0)
    return Fit(base, per_hour, float(above.max(initial=0.0)), float(above.mean()) if len(above) else 0.0)


def _plane_at(hours: Floats, cost: Floats, place: int) -> tuple[float, Floats]:
    """Highest plane at a sample that lies nowhere above the others."""
    count, size = hours.shape
    scale, unit = np.maximum(np.abs(hours).max(axis=0), SMALLEST), float(np.abs(cost).max()) or 1.0
    wanted = ((1 - _ASIDE) * hours[place] + _ASIDE * hours.mean(axis=0)) / scale
    answer = solve(
        Program(
            cost=-np.concatenate([[1.0], wanted]), lower=np.concatenate([[-np.inf], np.zeros(size)]),
            upper=np.full(size + 1, np.inf), integer=np.zeros(size + 1, bool),
            matrix=sparse.csc_matrix(np.hstack([np.ones((count, 1)), hours / scale])),
            row_lower=np.full(count, -np.inf), row_upper=cost / unit,
        ),
        solver="glop",
    )  # fmt: skip
    if answer.values is None:
        raise SolverFailureError("no plane was found below the costs of schedules")
    b, g = float(answer.values[0]) * unit, np.maximum(answer.values[1:], 0.0) * unit / scale
    # a solver's tolerance must not lift it above a sample
    return b - max(0.0, float((b + hours @ g - cost).max())), g


def _months_of(month: MixCase, case: InvestmentCase | None) -> list[MixCase]:
    """Return the month with nothing funded, with everything that helps, and with what lets more work in.

    The latter two with their rules loosened.
    """
    if case is None:
        return [month]
    share, kept = everything(case)
    lets_in = np.array([effect.on in LET_IN for effect in case.effects], dtype=bool)
    harms = np.array([not helps(effect.on, effect.likely) for effect in case.effects], dtype=bool)
    with_all, with_more = (mix_at(case, month, one, kept) for one in (share, (share * lets_in + harms).astype(float)))
    return [
        mix_at(case, month, 0 * share, kept), loosened(with_all, month, with_all),
        loosened(with_more, month, with_all),
    ]  # fmt: skip


def reachable(month: MixCase, case: InvestmentCase | None) -> Reach:
    """Return the least and the most handling hours a week that a part can have in any mix, whatever is funded."""
    programs = [build_program(one) for one in _months_of(month, case)]
    return [
        (
            max(min(_extreme(program, pool, 1.0) for program in programs), 0.0),
            max(_extreme(program, pool, -1.0) for program in programs),
        )
        for pool in range(len(month.pools))
    ]


def _extreme(program: MixProgram, pool: int, sign: float) -> float:
    """Least (1) or most (-1) hours a week of a pool; 0 where the solver finds none."""
    hours = np.asarray(program.load[pool].todense()).ravel()
    cost = np.zeros(len(program.program.cost))
    cost[: len(hours)] = sign * hours
    answer = solve(replace(program.relaxed, cost=cost), solver="glop")
    return 0.0 if answer.values is None else sign * answer.objective / (float(program.case.days.sum()) / 7.0)
