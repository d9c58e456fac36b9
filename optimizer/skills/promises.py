"""Promises of classes of queues: what must be kept every day, and what simulation has said about it so far."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.scenario import Scenario
from models.simulation import Queues
from models.skills import Skills
from optimizer.shifts.problem import Floats, Promise, Support
from optimizer.skills.simulated import Served
from optimizer.skills.teams import alike, team_of

Ints = NDArray[np.int64]
MOST_TARGET = 0.995
BORROWED = 50.0
"""Contacts with the service of the whole day that are added to those simulated in an interval."""
AMPLE, LEAST_AMPLE = 0.25, 2.0
"""Share of the heads there, and least number, with which a queue surely reaches its target."""


def _at_most(share: Floats, number: Floats) -> Floats:
    """Upper end of the 95 % interval of a share seen among so many (Wilson 1927), which holds for few as well."""
    z, n = 1.96, np.maximum(number, 1e-9)
    centre = share + z * z / (2 * n)
    upper: Floats = (centre + z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    return upper


@dataclass
class Day:
    """A class of queues on one day.

    Attributes
    ----------
    queues, groups : indices; the groups can serve the queues
    margin, floor_margin : what is asked for on top of target and floor, since an answer fell short of them
    """

    name: str
    queues: tuple[int, ...]
    groups: tuple[int, ...]
    day: int
    intervals: Ints
    target: float
    floor: float
    margin: float = 0.0
    floor_margin: Floats = field(init=False)
    weight: Floats = field(default_factory=lambda: np.zeros(0))
    supports: list[Support] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.floor_margin = np.zeros(len(self.intervals))

    @property
    def key(self) -> tuple[tuple[int, ...], int]:
        """What tells one from the others."""
        return self.queues, self.day

    def shortfall(self, served: Served, *, safety: float = 0.0) -> float:
        """How far the day's service lies below what is asked; 0 or less where nothing is missed.

        The class as a whole has to keep the target (plus `safety` times its own half-width); each queue of it and the
        floor in each interval must not be below by more than the noise of the simulation, since a queue of some
        contacts a day is never known to the per mille.
        """
        short = self._short_of_day(served, safety)
        if self.floor > 0:
            short = max(short, float(np.max(self._below_floor(served))))
        return short

    def _short_of_day(self, served: Served, safety: float) -> float:
        mine = list(self.queues)
        level, half_width = served.day_level(self.queues, self.day)
        short = self.target + safety * half_width - level
        queues = self.target - served.level[self.day, mine] - served.half_width[self.day, mine]
        return max(short, float(np.max(np.nan_to_num(queues, nan=-1.0))))

    def _below_floor(self, served: Served) -> Floats:
        """How far each interval lies below the floor for sure; (n,)."""
        levels = served.class_level(self.queues, self.intervals)
        number = self._sum(served.counted) * served.result.replications
        missed: Floats = np.where(number > 0, self.floor - _at_most(levels, number), -1.0)
        return missed

    def ask_more(self, served: Served, safety: float) -> None:
        """Ask for what a schedule missed on top of what was asked so far: for the day, and interval by interval."""
        over_day = self._short_of_day(served, safety)
        self.margin += max(over_day, 0.0)
        if self.floor > 0:
            self.floor_margin = self.floor_margin + np.maximum(self._below_floor(served), 0.0)

    def learn(self, heads: Floats, base: Served, gains: list[Served]) -> None:
        """Add the upper bound that a simulated schedule with ``heads`` (P, T) on duty gives.

        A half-hour of some contacts borrows from its day (`BORROWED`). Where service is so low that one head changes
        nothing, far more do: the slope is at least the one that reaches the target with `AMPLE` more heads.
        """
        number = self._sum(base.counted)
        level = self._smooth(base)
        slope = np.maximum(np.array([self._smooth(one) for one in gains]) - level, 0.0)
        there = heads[list(self.groups)].sum(axis=0)[self.intervals]
        ample = np.maximum(self.target - level, 0.0) / np.maximum(AMPLE * there, LEAST_AMPLE)
        slope[list(self.groups)] = np.maximum(slope[list(self.groups)], ample)
        self.weight = number
        self.supports.append(Support(level, slope, heads[:, self.intervals].copy()))

    def _sum(self, sums: Floats) -> Floats:
        """Sum over the queues, in each interval; of (T, Q)."""
        total: Floats = sums[self.intervals][:, list(self.queues)].sum(axis=1)
        return total

    def _smooth(self, served: Served) -> Floats:
        above, below = self._sum(served.in_time), self._sum(served.counted)
        lent = BORROWED / served.result.replications
        level: Floats = (above + lent * above.sum() / max(float(below.sum()), 1e-12)) / (below + lent)
        return level

    def promise(self) -> Promise:
        """Return the promise as rows of the shift problem know it."""
        target = min(self.target + self.margin, max(MOST_TARGET, self.target))
        floor = np.minimum(self.floor + self.floor_margin, MOST_TARGET)
        return Promise(self.name, self.intervals, self.weight, target, floor, tuple(self.supports))


def days_of(scenario: Scenario, queues: Queues, skills: Skills) -> list[Day]:
    """Return every class of queues on every day on which it has contacts.

    In interval mode the floor of an interval is the target itself.
    """
    service = scenario.settings.service
    pools = [scenario.pools[name] for name in queues.pools]
    promised = [(pool.target, pool.within_s, pool.floor) for pool in pools]
    found = []
    for members in alike(skills.can, skills.picks(), promised):
        name = " + ".join(queues.names[queue] for queue in members)
        pool = pools[members[0]]
        floor = pool.target if service.mode == "interval" else min(pool.floor, pool.target)
        busy = queues.contacts[list(members)].sum(axis=0) > 0
        for day in np.unique(scenario.grid.day[busy]).tolist():
            intervals = np.flatnonzero(busy & (scenario.grid.day == day))
            found.append(Day(name, members, team_of(skills.can, members), int(day), intervals, pool.target, floor))
    return found
