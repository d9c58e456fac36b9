"""Patterns: a shift's start with a place for each of its breaks, as columns of the integer program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.shifts.problem import Floats, Ints, ShiftFamily, ShiftProblem
from optimizer.shifts.rows import Rows


@dataclass(frozen=True)
class Patterns:
    """Patterns of one family.

    Attributes
    ----------
    family : index of the family
    member : (k,) index into the family's starts
    offsets : (k, number of breaks) where each break starts, slots from the shift's start
    """

    family: int
    member: Ints
    offsets: Ints

    def __len__(self) -> int:
        return len(self.member)

    def take(self, index: NDArray[np.int64] | NDArray[np.bool_]) -> Patterns:
        """Return the patterns at ``index``."""
        return Patterns(self.family, self.member[index], self.offsets[index])


def break_places(family: ShiftFamily) -> Ints:
    """Return every way to place the breaks: (number of ways, number of breaks) offsets from the shift's start."""
    places = np.zeros((1, 0), np.int64)
    for number, window in enumerate(family.breaks):
        offsets = np.array(window.offsets, np.int64)
        grown = np.hstack([np.repeat(places, len(offsets), axis=0), np.tile(offsets, len(places))[:, None]])
        if number:
            earlier = family.breaks[number - 1].length + family.work_between
            grown = grown[grown[:, -1] >= grown[:, -2] + earlier]
        places = grown
    return places


def count_break_places(family: ShiftFamily) -> int:
    """Return how many ways there are to place the breaks, without making them."""
    ways = np.ones(1, dtype=object)
    ends = np.array([-(10**9)])
    for window in family.breaks:
        offsets = np.array(window.offsets)
        totals = np.concatenate([[0], np.cumsum(ways)])
        ways = totals[np.searchsorted(ends, offsets, side="right")]
        ends = offsets + window.length + family.work_between
    return int(ways.sum())


def count_patterns(problem: ShiftProblem) -> int:
    """Return how many patterns the problem has in all."""
    return sum(len(family.starts) * count_break_places(family) for family in problem.families)


def all_patterns(problem: ShiftProblem) -> Iterator[Patterns]:
    """Every pattern of every family."""
    for index, family in enumerate(problem.families):
        places = break_places(family)
        starts = len(family.starts)
        yield Patterns(index, np.repeat(np.arange(starts), len(places)), np.tile(places, (starts, 1)))


def pattern_costs(problem: ShiftProblem, patterns: Patterns) -> Floats:
    """Return the cost of one person on each pattern: the shift's cost less the pay of its unpaid breaks."""
    family = problem.families[patterns.family]
    cost = family.cost[patterns.member].copy()
    paid = np.concatenate([[0.0], np.cumsum(problem.pay_rate[family.pool])]) * family.rate_factor
    for number, window in enumerate(family.breaks):
        if not window.paid:
            begin = family.starts[patterns.member] + patterns.offsets[:, number]
            cost -= paid[begin + window.length] - paid[begin]
    return cost


def on_duty(problem: ShiftProblem, patterns: Patterns) -> NDArray[np.bool_]:
    """Return (k, length): whether a pattern's person is on duty in each slot of the shift."""
    family = problem.families[patterns.family]
    duty = np.ones((len(patterns), family.length), bool)
    every = np.arange(len(patterns))
    for number, window in enumerate(family.breaks):
        for step in range(window.length):
            duty[every, patterns.offsets[:, number] + step] = False
    return duty


def pattern_matrix(problem: ShiftProblem, rows: Rows, patterns: Patterns) -> sparse.csc_matrix:
    """Return the (rows, k) matrix of the patterns."""
    family = problem.families[patterns.family]
    slots = family.starts[patterns.member][:, None] + np.arange(family.length)[None, :]
    columns = np.broadcast_to(np.arange(len(patterns))[:, None], slots.shape)
    parts: list[tuple[NDArray[np.int64], NDArray[np.int64], Floats]] = []

    def add(row: NDArray[np.int64], keep: NDArray[np.bool_]) -> None:
        keep = keep & (row >= 0)
        parts.append((row[keep], columns[keep], np.ones(int(keep.sum()))))

    duty = on_duty(problem, patterns)
    for limited in (rows.cover_of_slot[family.pool], *rows.duty_of_slot[family.pool]):
        add(limited[slots], duty)
    everywhere = np.ones(slots.shape, bool)
    for attended in rows.attended_of_slot[family.pool]:
        add(attended[slots], everywhere)
    for row, factors in rows.counted_of_family.get(patterns.family, ()):
        values = factors[patterns.member]
        used = np.flatnonzero(values)
        parts.append((np.full(len(used), row, np.int64), used, values[used]))
    index, column, value = (np.concatenate(part) for part in zip(*parts, strict=True))
    # a cyclic horizon shorter than a shift meets a row twice: the entries add up
    return sparse.coo_matrix((value, (index, column)), shape=(rows.count, len(patterns))).tocsc()
