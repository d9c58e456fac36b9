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
FEW_CONTACTS = 20.0
"""A queue of fewer contacts a day is judged over all days together."""
FLOOR_STEP = 0.01
"""Of service level: asked for on top of what an interval lies below its floor."""
HOPELESS = 0.3
"""Service level below which one more head changes little, and many do."""
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

    A day of fewer contacts than `FEW_CONTACTS` is judged with all days together: one contact moves its service by
    points, and in most of its intervals nobody calls, so that a floor would mean nothing.

    Attributes
    ----------
    queues, groups : indices; the groups can serve the queues
    expected : contacts of the day
    ask : service level that a search asks for on top of the target, since its customers are easier to serve than those
        of the last word (negative: harder); floor_ask : (n,) the same of the floor in each interval
    """

    name: str
    queues: tuple[int, ...]
    groups: tuple[int, ...]
    day: int
    intervals: Ints
    expected: float
    target: float
    floor: float
    ask: float = 0.0
    floor_ask: Floats = field(init=False)
    weight: Floats = field(default_factory=lambda: np.zeros(0))
    supports: list[Support] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.floor_ask = np.zeros(len(self.intervals))
        if self.is_small:
            self.floor = 0.0

    @property
    def is_small(self) -> bool:
        """Whether the day is judged with all days together."""
        return self.expected < FEW_CONTACTS

    @property
    def key(self) -> tuple[tuple[int, ...], int]:
        """What tells one from the others."""
        return self.queues, self.day

    def shortfall(self, served: Served, *, safety: float = 0.0) -> float:
        """How far the day's service lies below what is promised; 0 or less where nothing is missed.

        The class as a whole has to keep the target (plus `safety` times its own half-width); each queue of it and the
        floor in each interval must not be below by more than the noise of the simulation, since a queue of some
        contacts a day is never known to the per mille.
        """
        return max(self._short(served, safety), float(np.max(self._below_floor(served), initial=-1.0)))

    def level(self, served: Served) -> tuple[float, float]:
        """Service level that the day is judged by, and its half-width."""
        return served.day_level(self.queues, None if self.is_small else self.day)

    def missing(self, served: Served, safety: float) -> float:
        """Contacts of the day that lack for what a search asks; negative: to spare.

        A small day lacks nothing as long as it keeps the target itself: what its class lacks is sought elsewhere.
        """
        short = self._short(served, safety)
        if self.is_small:
            short = min(short, self.target - served.day_level(self.queues, self.day)[0])
        return (short + self.ask) * float(self._sum(served.counted).sum())

    def missing_of_floor(self, served: Served) -> Floats:
        """Contacts that lack for the floor in each interval, (n,); nothing without a floor."""
        below = self._below_floor(served)
        return (below + self.floor_ask) * self._sum(served.counted) if len(below) else below

    def ask_more(self, searched: Served, served: Served, margin: float) -> None:
        """Ask for as much more as a search saw too much, of a day that the last word (``served``) finds short."""
        (easy, _), (level, half_width) = self.level(searched), self.level(served)
        self.ask = max(easy - level + margin * half_width, self.ask)
        seen, true = self._below_floor(searched), self._below_floor(served)
        if len(true):
            more = np.where(true > 0, true - seen + FLOOR_STEP, 0.0)
            self.floor_ask = np.maximum(self.floor_ask, more)

    def _short(self, served: Served, safety: float) -> float:
        level, half_width = self.level(served)
        short = self.target + safety * half_width - level
        if self.is_small:
            return short
        mine = list(self.queues)
        queues = self.target - served.level[self.day, mine] - served.half_width[self.day, mine]
        number = served.counted[self.intervals][:, mine].sum(axis=0)
        return max(short, float(np.max(np.where(number < FEW_CONTACTS, -1.0, np.nan_to_num(queues, nan=-1.0)))))

    def _below_floor(self, served: Served) -> Floats:
        """How far each interval lies below the floor for sure, (n,); nothing without a floor."""
        if self.floor <= 0:
            return np.zeros(0)
        levels = served.class_level(self.queues, self.intervals)
        number = self._sum(served.counted) * served.result.replications
        missed: Floats = np.where(number > 0, self.floor - _at_most(levels, number), -1.0)
        return missed

    def learn(self, heads: Floats, base: Served, gains: list[Served]) -> None:
        """Add the upper bound that a simulated schedule with ``heads`` (P, T) on duty gives.

        A half-hour of some contacts borrows from its day (`BORROWED`). Where service is so low that one head changes
        nothing, far more do: the slope is at least the one that reaches the target with `AMPLE` more heads.
        """
        level = self._smooth(base)
        slope = self._with_ample(heads, level, self._gained(level, gains))
        self.weight = self._sum(base.counted)
        self.supports.append(Support(level, slope, heads[:, self.intervals].copy()))

    def slopes(self, heads: Floats, base: Served, gains: list[Served]) -> Floats:
        """Contacts more in time for one more head of a group in an interval of the day, (P, n).

        What a head changes is seen in the intervals beside it too: each is averaged with its neighbours.
        """
        level = self._smooth(base)
        slope = self._gained(level, gains)
        padded = np.pad(slope, ((0, 0), (1, 1)), mode="edge")
        slope = (padded[:, :-2] + 2 * slope + padded[:, 2:]) / 4
        lost = level < HOPELESS
        slope[:, lost] = self._with_ample(heads, level, slope)[:, lost]
        weighted: Floats = slope * self._sum(base.counted)
        return weighted

    def _gained(self, level: Floats, gains: list[Served]) -> Floats:
        gained: Floats = np.maximum(np.array([self._smooth(one) for one in gains]) - level, 0.0)
        return gained

    def _with_ample(self, heads: Floats, level: Floats, slope: Floats) -> Floats:
        mine = list(self.groups)
        there = heads[mine].sum(axis=0)[self.intervals]
        ample = np.maximum(self.target - level, 0.0) / np.maximum(AMPLE * there, LEAST_AMPLE)
        slope = slope.copy()
        slope[mine] = np.maximum(slope[mine], ample)
        return slope

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
        floor = np.full(len(self.intervals), self.floor)
        return Promise(self.name, self.intervals, self.weight, self.target, floor, tuple(self.supports))


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
            expected = float(queues.contacts[list(members)][:, intervals].sum())
            found.append(
                Day(name, members, team_of(skills.can, members), int(day), intervals, expected, pool.target, floor)
            )
    return found
