"""Intervals in which somebody is needed and no shift can have anyone on duty."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.calendar import TimeGrid
from models.wallclock import format_time
from optimizer.explain.words import clock, runs, weekdays, which_days
from optimizer.shifts.problem import ShiftProblem


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
    mends: dict[tuple[str, str, str], list[int]] = {}
    led_in: list[str] = []
    for pool in np.flatnonzero(open_gaps.any(axis=1)).tolist():
        for first, last in _runs_of_a_day(np.flatnonzero(open_gaps[pool]), grid):
            places.setdefault((pool, clock(grid, first, last)), []).append((first, last))
            mends.setdefault(_mend(problem, pool, first, last, grid), []).append(int(grid.day[first]))
            if lead_in and _night_before_reaches(problem, pool, first, grid):
                led_in.append(f"let shifts of pool {problem.pools[pool]} that start the day before reach in: {lead_in}")
    said = [_gap(problem, pool, time, where, grid) for (pool, time), where in places.items()]
    return said, [*led_in, *(_mend_on(mend, days, grid) for mend, days in mends.items())]


def _gap(problem: ShiftProblem, pool: int, time: str, where: list[tuple[int, int]], grid: TimeGrid) -> str:
    needed = [int(problem.need[pool, first : last + 1].max()) for first, last in where]
    days = which_days((int(grid.day[first]) for first, _ in where), grid)
    most = f"{max(needed)}" if len(set(needed)) == 1 else f"up to {max(needed)}"
    # the comma parts the days from the hour, which one day alone does not need
    place = f"{days} {time}" if len(where) == 1 else f"{days}, {time}"
    return f"no shift can have anyone on duty in pool {problem.pools[pool]} on {place}, where {most} are needed"


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


def _mend(problem: ShiftProblem, pool: int, first: int, last: int, grid: TimeGrid) -> tuple[str, str, str]:
    """Return what it takes: the words before and after the days, and how the days are named."""
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
        return f"let a shift of pool {name} be worked on", "none may start on", "dates"
    if last < min(begins):
        earliest, wanted = (format_time(int(grid.minute_of_day[place])) for place in (min(begins), first))
        return f"let a shift of pool {name} start at {wanted} or earlier on", f"the earliest is {earliest}", "weekdays"
    if first >= max(ends):
        latest, wanted = (format_time(int(grid.minute_of_day[place]) + step) for place in (max(ends) - 1, last))
        return f"let a shift of pool {name} end at {wanted} or later on", f"the latest ends at {latest}", "weekdays"
    need = f"add a shift of pool {name}, or widen a break window, with people on duty on"
    return need, clock(grid, first, last), "times"


def _mend_on(mend: tuple[str, str, str], days: list[int], grid: TimeGrid) -> str:
    """Say what it takes, on all its days."""
    before, after, how = mend
    if how == "weekdays":
        return f"{before} {weekdays(days, grid)}: {after}"
    if how == "times":
        return f"{before} {which_days(days, grid)}{',' if len(days) > 1 else ''} {after}"
    if len(days) == 1:
        return f"{before} {weekdays(days, grid)} ({grid.dates[days[0]]}): {after} that day"
    return f"{before} {which_days(days, grid)}: {after} those days"
