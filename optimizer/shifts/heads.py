"""Who is there: heads by pool and interval of a chosen schedule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from optimizer.shifts.problem import AttendanceLimit, Floats, ShiftProblem

SHORT = 1e-6
"""Heads missing: less is what a solver's tolerances leave."""


@dataclass(frozen=True)
class Chosen:
    """People on one pattern.

    Attributes
    ----------
    family, member : which shift: family, and index of its start
    offsets : slots from the shift's start at which its breaks begin
    """

    family: int
    member: int
    offsets: tuple[int, ...]
    count: int
    cost_each: float


def heads_by_interval(problem: ShiftProblem, chosen: Iterable[Chosen]) -> tuple[Floats, Floats]:
    """Return (P, T) heads in their shift, and of those the heads on a break."""
    present, away = (np.zeros((len(problem.pools), problem.intervals)) for _ in range(2))
    for one in chosen:
        family = problem.families[one.family]
        start = int(family.starts[one.member])
        _add(present[family.pool], problem, start, family.length, one.count)
        for offset, window in zip(one.offsets, family.breaks, strict=True):
            _add(away[family.pool], problem, start + offset, window.length, one.count)
    return present, away


def exceeds(problem: ShiftProblem, limit: AttendanceLimit, chosen: Iterable[Chosen]) -> bool:
    """Say whether a schedule has more heads than a limit allows."""
    present, away = heads_by_interval(problem, chosen)
    counted = present - away if limit.on_duty else present
    return bool((counted[list(limit.pools)].sum(axis=0) > limit.upper + 1e-6).any())


def short(missing: Floats) -> list[tuple[int, int]]:
    """Return (pool, interval) of what a schedule leaves short, given (P, T) missing heads."""
    return [(pool, interval) for pool, interval in np.argwhere(missing > SHORT).tolist()]


def _add(heads: Floats, problem: ShiftProblem, start: int, length: int, count: int) -> None:
    interval = problem.interval_of_slot[start : start + length]
    np.add.at(heads, interval[interval >= 0], count)
