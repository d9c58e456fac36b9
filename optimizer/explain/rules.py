"""A rule that may give way, how far it does, and the problem in which it has."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.calendar import TimeGrid
from optimizer.shifts.problem import AttendanceLimit, CountLimit, Floats, ServicePeriod, ShiftProblem

ON_DAY = " on day "
"""Ends the label of a limit that holds for one day, with the day's number."""
SHARE = "max_share"
"""Begins the label of a limit on the share of a shift type."""

Family = tuple[str, str]
"""A rule on any day: its kind (of row) and its label without the day."""


@dataclass(frozen=True)
class Rule:
    """A demand or limit on one day (-1 = not of a day)."""

    kind: str
    label: str
    day: int

    @property
    def family(self) -> Family:
        """The same rule on any day."""
        return family_of(self.kind, self.label)


def family_of(kind: str, label: str) -> Family:
    """Return the rule of a row, on any day."""
    return kind, label.rpartition(ON_DAY)[0] or label


def day_of(kind: str, label: str, place: int, grid: TimeGrid) -> int:
    """Return the day of a row's rule, -1 for one that is of no day."""
    if kind == "counted":
        day = label.rpartition(ON_DAY)[2]
        return int(day) if label != day else -1
    return int(grid.day[place]) if kind != "due" else -1


@dataclass(frozen=True)
class Give:
    """How far a rule gives way.

    Attributes
    ----------
    amount : heads, shifts, share of contacts, or intervals of lateness
    days : on which, empty = always
    direction : "raise" or "lower", of a limit
    reaches : what the target or the share becomes
    """

    family: Family
    amount: float
    days: tuple[int, ...] = ()
    direction: str = "raise"
    reaches: float = 0.0

    @property
    def is_share(self) -> bool:
        """Whether the rule limits a share of the shifts."""
        return self.family[1].startswith(SHARE)

    def further(self, steps: int = 1) -> Give:
        """Return what gives way by some steps more: a head, a shift, an interval, or a hundredth."""
        lost = steps / 100
        if self.family[0] == "service":
            return replace(self, amount=self.amount + lost, reaches=max(0.0, self.reaches - lost))
        if self.is_share:
            return replace(self, amount=self.amount + lost, reaches=min(1.0, self.reaches + lost))
        return replace(self, amount=self.amount + steps)

    def together(self, other: Give) -> Give:
        """Return what covers both."""
        least = self.family[0] == "service"
        reaches = min(self.reaches, other.reaches) if least else max(self.reaches, other.reaches)
        days = tuple(sorted({*self.days, *other.days}))
        return replace(self, amount=max(self.amount, other.amount), days=days, reaches=reaches)


def give_way(problem: ShiftProblem, give: Give, grid: TimeGrid) -> ShiftProblem:
    """Return the problem in which a rule has given way."""
    kind, label = give.family
    mine = np.isin(grid.day, give.days) if give.days else np.ones(len(grid), bool)
    if kind == "cover":
        return _with_fewer(problem, problem.pools.index(label), mine, int(give.amount))
    if kind == "service":
        pool = problem.pools.index(label)
        return replace(problem, service=tuple(_aim_lower(item, pool, mine, give) for item in problem.service))
    if kind == "due":
        late = tuple(
            replace(work, due=_later(work.due, problem.open[work.pool], int(give.amount)))
            if work.name == label
            else work
            for work in problem.deferrable
        )
        return replace(problem, deferrable=late)
    if kind == "attended":
        return replace(problem, attendance=tuple(_wider(item, label, mine, give) for item in problem.attendance))
    return replace(problem, counts=tuple(_more(item, give, grid) for item in problem.counts))


def _with_fewer(problem: ShiftProblem, pool: int, mine: np.ndarray, amount: int) -> ShiftProblem:
    need = problem.need.copy()
    need[pool, mine] = np.maximum(need[pool, mine] - amount, 0)
    fewer = problem.need[pool] - need[pool]
    service = tuple(
        _on_fewer(period, problem.need[pool], fewer) if period.pool == pool else period for period in problem.service
    )
    return replace(problem, need=need, service=service)


def _on_fewer(period: ServicePeriod, need: np.ndarray, fewer: np.ndarray) -> ServicePeriod:
    """Count the service level of a period from fewer heads."""
    base, gains = period.base_level.copy(), list(period.gains)
    for place, interval in enumerate(period.intervals.tolist()):
        if fewer[interval]:
            lost = period.lost_by_missing(place, int(need[interval]))
            base[place] -= lost * fewer[interval]
            gains[place] = np.concatenate([np.full(int(fewer[interval]), lost), gains[place]])
    return replace(period, base_level=base, gains=tuple(gains))


def _aim_lower(period: ServicePeriod, pool: int, mine: np.ndarray, give: Give) -> ServicePeriod:
    if period.pool != pool or not mine[period.intervals[0]]:
        return period
    return replace(period, target=max(0.0, min(period.target, give.reaches)))


def _later(due: Floats, is_open: np.ndarray, intervals: int) -> Floats:
    opens = np.flatnonzero(is_open)
    later = np.concatenate([np.zeros(min(intervals, len(opens))), due[opens][: max(len(opens) - intervals, 0)]])
    result = np.zeros(len(due))
    result[opens] = later
    return np.maximum.accumulate(result)


def _wider(limit: AttendanceLimit, label: str, mine: np.ndarray, give: Give) -> AttendanceLimit:
    if limit.name != label:
        return limit
    if give.direction == "lower":
        return replace(limit, lower=np.where(mine, limit.lower - give.amount, limit.lower))
    return replace(limit, upper=np.where(mine, limit.upper + give.amount, limit.upper))


def _more(limit: CountLimit, give: Give, grid: TimeGrid) -> CountLimit:
    day = day_of("counted", limit.name, -1, grid)
    if family_of("counted", limit.name) != give.family or (give.days and day >= 0 and day not in give.days):
        return limit
    if give.is_share:
        share = give.reaches
        factors = {
            family: np.where(values > 0, 1.0 - share, np.where(values < 0, -share, 0.0))
            for family, values in limit.factors.items()
        }
        return replace(limit, factors=factors)
    if give.direction == "lower":
        return replace(limit, lower=limit.lower - give.amount)
    return replace(limit, upper=limit.upper + give.amount)
