"""Intervals in which somebody is needed and no shift can have anyone on duty."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.calendar import TimeGrid
from models.remark import remark
from models.wallclock import format_time
from optimizer.explain.words import clock, runs, weekdays, which_days
from optimizer.shifts.problem import ShiftProblem

_NONE, _EARLIER, _LATER, _BETWEEN = "none", "earlier", "later", "between"
Mend = tuple[str, str, str, str]


def gaps(problem: ShiftProblem) -> NDArray[np.bool_]:
    """Return (P, T): somebody is needed and no shift can have anyone on duty."""
    reach = np.zeros(problem.need.shape, bool)
    for family in problem.families:
        always_off = np.zeros(family.length, int)
        for window in family.breaks:
            # off duty whatever the place of the break: only the slots that all its places share
            always_off[window.offsets[-1] : window.offsets[0] + window.length] += 1
        slots = (family.starts[:, None] + np.flatnonzero(always_off == 0)[None, :]).ravel()
        interval = problem.interval_of_slot[slots]
        reach[family.pool, interval[interval >= 0]] = True
    return (problem.need > 0) & ~reach


def gap_words(
    problem: ShiftProblem, open_gaps: NDArray[np.bool_], grid: TimeGrid, lead_in: str = ""
) -> tuple[list[str], list[str]]:
    """Say where nobody can be, and what shift it takes; days on which the same is true stand together.

    Parameters
    ----------
    lead_in : how to let shifts of the day before the horizon reach in; empty where they may
    """
    places: dict[tuple[int, str], list[tuple[int, int]]] = {}
    mends: dict[Mend, list[int]] = {}
    led_in: list[str] = []
    for pool in np.flatnonzero(open_gaps.any(axis=1)).tolist():
        for first, last in _runs_of_a_day(np.flatnonzero(open_gaps[pool]), grid):
            places.setdefault((pool, clock(grid, first, last)), []).append((first, last))
            mends.setdefault(_mend(problem, pool, first, last, grid), []).append(int(grid.day[first]))
            if lead_in and _night_before_reaches(problem, pool, first, grid):
                led_in.append(
                    remark("let shifts of pool {pool} that start the day before reach in: {setting}",
                           pool=problem.pools[pool], setting=lead_in)
                )  # fmt: skip
    said = [_gap(problem, pool, time, where, grid) for (pool, time), where in places.items()]
    return said, [*led_in, *(_mend_on(mend, days, grid) for mend, days in mends.items())]


def _gap(problem: ShiftProblem, pool: int, time: str, where: list[tuple[int, int]], grid: TimeGrid) -> str:
    needed = [int(problem.need[pool, first : last + 1].max()) for first, last in where]
    days = which_days((int(grid.day[first]) for first, _ in where), grid)
    # the comma parts the days from the hour, which one day alone does not need
    place = f"{days} {time}" if len(where) == 1 else f"{days}, {time}"
    return remark(
        "no shift can have anyone on duty in pool {pool} on {days}, where {count} are needed" if len(set(needed)) == 1
        else "no shift can have anyone on duty in pool {pool} on {days}, where up to {count} are needed",
        pool=problem.pools[pool], days=place, count=max(needed),
    )  # fmt: skip


def _runs_of_a_day(index: NDArray[np.int64], grid: TimeGrid) -> list[tuple[int, int]]:
    found = []
    for day in np.unique(grid.day[index]):
        found += runs(index[grid.day[index] == day])
    return found


def _night_before_reaches(problem: ShiftProblem, pool: int, first: int, grid: TimeGrid) -> bool:
    """Say whether a shift of the day before the horizon would reach the interval, judging by those of its weekday."""
    if grid.day[first]:
        return False
    origin = int(np.flatnonzero(problem.interval_of_slot == 0)[0])
    for family in (family for family in problem.families if family.pool == pool):
        day = family.day
        alike = (day >= 0) & (day < grid.days) & ((day % 7 == 6) | (grid.days < 7))
        begin = family.starts[alike] - origin - grid.day_bounds[day[alike] + 1]
        if ((begin <= first) & (first < begin + family.length)).any():
            return True
    return False


def _mend(problem: ShiftProblem, pool: int, first: int, last: int, grid: TimeGrid) -> Mend:
    """Return what it takes: a kind, the pool, the time of day that is wanted, and what there is now."""
    name, step = problem.pools[pool], grid.interval_min
    day = int(grid.day[first])
    origin = int(np.flatnonzero(problem.interval_of_slot == 0)[0])
    begins, ends = [], []
    for family in problem.families:
        if family.pool == pool:
            today = family.starts[family.day == day] - origin
            today = today[today >= grid.day_bounds[day]]  # past the end of a cyclic horizon is its first morning
            begins += today.tolist()
            ends += (today + family.length).tolist()
    if not begins:
        return _NONE, name, "", ""
    if last < min(begins):
        earliest, wanted = (format_time(int(grid.minute_of_day[place])) for place in (min(begins), first))
        return _EARLIER, name, wanted, earliest
    if first >= max(ends):
        latest, wanted = (format_time(int(grid.minute_of_day[place]) + step) for place in (max(ends) - 1, last))
        return _LATER, name, wanted, latest
    return _BETWEEN, name, clock(grid, first, last), ""


def _mend_on(mend: Mend, days: list[int], grid: TimeGrid) -> str:
    """Say what it takes, on all its days."""
    kind, pool, time, now = mend
    if kind == _EARLIER:
        return remark("let a shift of pool {pool} start at {time} or earlier on {days}: the earliest is {limit}",
                      pool=pool, time=time, days=weekdays(days, grid), limit=now)  # fmt: skip
    if kind == _LATER:
        return remark("let a shift of pool {pool} end at {time} or later on {days}: the latest ends at {limit}",
                      pool=pool, time=time, days=weekdays(days, grid), limit=now)  # fmt: skip
    if kind == _BETWEEN:
        when = f"{which_days(days, grid)}{',' if len(days) > 1 else ''} {time}"
        return remark("add a shift of pool {pool}, or widen a break window, with people on duty on {days}", pool=pool,
                      days=when)  # fmt: skip
    return remark(
        "let a shift of pool {pool} be worked on {days}: none may start on that day" if len(days) == 1
        else "let a shift of pool {pool} be worked on {days}: none may start on those days",
        pool=pool, days=which_days(days, grid),
    )  # fmt: skip
