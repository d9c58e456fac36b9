"""Pricing: the best place for the breaks of every shift at given dual prices, all starts of a family at once.

The reduced cost of a pattern is its cost less the duals that it collects. Both are sums over runs of slots, so prefix
sums price any run in one subtraction, and a running minimum over the earlier break places the breaks in order. No
pattern is ever enumerated, however many there are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.shifts.patterns import Patterns
from optimizer.shifts.problem import Floats, ShiftProblem
from optimizer.shifts.rows import Rows


@dataclass(frozen=True)
class Priced:
    """The best pattern of every start of a family.

    Attributes
    ----------
    patterns : one per start
    reduced_cost : (n,)
    """

    patterns: Patterns
    reduced_cost: Floats


def price(problem: ShiftProblem, rows: Rows, duals: Floats) -> list[Priced]:
    """Return the best pattern of every start of every family.

    Parameters
    ----------
    duals : (m,) dual of each row
    """
    extended = np.append(duals, 0.0)  # row -1 is no row
    nothing = np.zeros(len(problem.interval_of_slot))
    cover = [
        _prefix(sum((extended[row] for row in layers), extended[rows.cover_of_slot[pool]]))
        for pool, layers in enumerate(rows.duty_of_slot)
    ]
    attended = [_prefix(sum((extended[row] for row in layers), nothing)) for layers in rows.attended_of_slot]
    pay = [_prefix(rate) for rate in problem.pay_rate]
    return [
        _price_family(problem, rows, index, duals, cover[family.pool], attended[family.pool], pay[family.pool])
        for index, family in enumerate(problem.families)
    ]


def _prefix(values: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(values)])


def _price_family(
    problem: ShiftProblem, rows: Rows, index: int, duals: Floats, cover: Floats, attended: Floats, pay: Floats
) -> Priced:
    family = problem.families[index]
    starts, ends = family.starts, family.starts + family.length
    reduced = family.cost - (cover[ends] - cover[starts]) - (attended[ends] - attended[starts])
    for row, factors in rows.counted_of_family.get(index, ()):
        reduced = reduced - duals[row] * factors
    every = np.arange(len(starts))
    total: Floats | None = None
    reached: list[np.ndarray] = []  # for each break and place: index of the best place of the break before
    ready = np.zeros(0, np.int64)
    for window in family.breaks:
        offsets = np.array(window.offsets)
        begin = starts[:, None] + offsets[None, :]
        value = cover[begin + window.length] - cover[begin]
        if not window.paid:
            value = value - (pay[begin + window.length] - pay[begin]) * family.rate_factor
        if total is not None:
            best = _running_argmin(total)
            latest = np.searchsorted(ready, offsets, side="right") - 1
            chosen = best[:, np.maximum(latest, 0)]
            earlier = np.take_along_axis(total, chosen, axis=1)
            value = value + np.where(latest[None, :] >= 0, earlier, np.inf)
            reached.append(chosen)
        total = value
        ready = offsets + window.length + family.work_between
    offsets_of = np.zeros((len(starts), len(family.breaks)), np.int64)
    if total is not None:
        place = total.argmin(axis=1)
        reduced = reduced + total[every, place]
        for number in range(len(family.breaks) - 1, -1, -1):
            offsets_of[:, number] = np.array(family.breaks[number].offsets)[place]
            if number:
                place = reached[number - 1][every, place]
    return Priced(Patterns(index, every, offsets_of), reduced)


def _running_argmin(values: Floats) -> np.ndarray:
    """Return, for each place, the index of the least value up to and including it."""
    least = np.minimum.accumulate(values, axis=1)
    improved = np.concatenate([np.ones((len(values), 1), bool), least[:, 1:] < least[:, :-1]], axis=1)
    places = np.where(improved, np.arange(values.shape[1])[None, :], 0)
    return np.maximum.accumulate(places, axis=1)
