"""Intervals in which somebody is needed and no shift can have anyone on duty."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.calendar import TimeGrid
from models.wallclock import DAY_NAMES, format_time
from optimizer.explain.words import runs, when
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


def gap_words(problem: ShiftProblem, open_gaps: NDArray[np.bool_], grid: TimeGrid) -> tuple[list[str], list[str]]:
    """Say where nobody can be, and what shift it takes; one entry for each run of intervals of a day."""
    said, mend = [], []
    for pool in np.flatnonzero(open_gaps.any(axis=1)).tolist():
        for first, last in _runs_of_a_day(np.flatnonzero(open_gaps[pool]), grid):
            most = int(problem.need[pool, first : last + 1].max())
            place = when(grid, first, last)
            said.append(
                f"no shift can have anyone on duty in pool {problem.pools[pool]} on {place}, where {most} are needed"
            )
            mend.append(_mend(problem, pool, first, last, grid))
    return said, mend


def _runs_of_a_day(index: NDArray[np.int64], grid: TimeGrid) -> list[tuple[int, int]]:
    found = []
    for day in np.unique(grid.day[index]):
        found += runs(index[grid.day[index] == day])
    return found


def _mend(problem: ShiftProblem, pool: int, first: int, last: int, grid: TimeGrid) -> str:
    name, step = problem.pools[pool], grid.interval_min
    day = int(grid.day[first])
    weekday = DAY_NAMES[grid.dates[day].weekday()]
    origin = int(np.flatnonzero(problem.interval_of_slot == 0)[0])
    begins, ends = [], []
    for family in problem.families:
        if family.pool == pool:
            today = family.starts[family.day == day] - origin
            begins += today.tolist()
            ends += (today + family.length).tolist()
    if not begins:
        return f"let a shift of pool {name} be worked on {weekday} ({grid.dates[day]}): none may start on that day"
    if last < min(begins):
        earliest, wanted = (format_time(int(grid.minute_of_day[place])) for place in (min(begins), first))
        return f"let a shift of pool {name} start at {wanted} or earlier on {weekday}: the earliest is {earliest}"
    if first >= max(ends):
        latest, wanted = (format_time(int(grid.minute_of_day[place]) + step) for place in (max(ends) - 1, last))
        return f"let a shift of pool {name} end at {wanted} or later on {weekday}: the latest ends at {latest}"
    return f"add a shift of pool {name}, or widen a break window, with people on duty on {when(grid, first, last)}"
