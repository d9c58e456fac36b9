"""What the shifts of a part have to keep, as claims: from a simulation, and from the formulas of the teams."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.shifts.problem import Floats, ServicePeriod, Team
from optimizer.skills.desk import Claims, Desk
from optimizer.skills.promises import Day
from optimizer.skills.simulated import Served

LOSES_MORE = 1.25
"""A head less is taken to lose so many times what one more gains: service is concave in the heads."""
Slopes = dict[tuple[tuple[int, ...], int], Floats]
"""Class of queues and day -> (P, n) contacts more in time for one more head of a group in an interval of the day."""


def claims_of(desk: Desk, days: Sequence[Day], served: Served, slopes: Slopes, safety: float) -> Claims:
    """Return the claims of a part.

    Parameters
    ----------
    days : of the part
    served : simulated with the people of the desk
    slopes : of each of ``days``
    safety : half-widths above the target that are asked for
    """
    gathered = _Gathered(desk)
    for day in days:
        gathered.simulated(day, served, slopes[day.key], safety)
    for team in desk.part.problem.teams:
        gathered.team(team)
    return Claims(np.array(gathered.short), np.array(gathered.more), np.array(gathered.fewer))


class _Gathered:
    """Claims of a part, one after the other."""

    def __init__(self, desk: Desk) -> None:
        self.group, self.interval = desk.cells.T
        self.heads = desk.heads
        self.short: list[float] = []
        self.more: list[Floats] = []
        self.fewer: list[Floats] = []

    def simulated(self, day: Day, served: Served, slope: Floats, safety: float) -> None:
        """Add the claims of a class of queues: the day, and the floor in each interval."""
        place = np.searchsorted(day.intervals, self.interval)
        inside = np.isin(self.interval, day.intervals)
        brings = np.where(inside, slope[self.group, np.minimum(place, len(day.intervals) - 1)], 0.0)
        self._add(day.missing(served, safety), brings, LOSES_MORE * brings)
        for interval, short in zip(day.intervals.tolist(), day.missing_of_floor(served).tolist(), strict=False):
            there = np.where(self.interval == interval, brings, 0.0)
            self._add(short, there, LOSES_MORE * there)

    def team(self, team: Team) -> None:
        """Add what a team needs: heads in each interval, and by Erlang's formulas contacts over the day."""
        member = np.isin(self.group, team.pools)
        there = np.bincount(self.interval[member], self.heads[member], minlength=len(team.need))
        for interval in np.flatnonzero(team.need > 0).tolist():
            mine = (member & (self.interval == interval)).astype(float)
            self._add(float(team.need[interval] - there[interval]), mine, mine)
        for period in team.service:
            self._period(period, member, (there - team.need).astype(np.float64))

    def _period(self, period: ServicePeriod, member: np.ndarray, above: Floats) -> None:
        missing = float(period.target * period.weight.sum())
        more, fewer = np.zeros(len(self.group)), np.zeros(len(self.group))
        for place, interval in enumerate(period.intervals.tolist()):
            steps = max(round(float(above[interval])), 0)
            gains, weight = period.gains[place], float(period.weight[place])
            missing -= weight * float(period.base_level[place] + gains[:steps].sum())
            mine = member & (self.interval == interval)
            more[mine] = weight * gains[steps] if steps < len(gains) else 0.0
            fewer[mine] = weight * gains[min(steps, len(gains)) - 1] if 0 < steps <= len(gains) else 0.0
        self._add(missing, more, fewer)

    def _add(self, short: float, more: Floats, fewer: Floats) -> None:
        self.short.append(short)
        self.more.append(more)
        self.fewer.append(fewer)
