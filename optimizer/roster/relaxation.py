"""The linear relaxation over every legal line of work, by column generation: a proved lower bound.

The prices of cover are kept within a box around the best ones so far, which grows while they improve the bound (R. E.
Marsten, W. W. Hogan and J. W. Blankenship, "The boxstep method for large-scale optimization", 1975): without it the
first prices are far too high, and lines sought at them are of no use. At any prices pi within what a person short or
over costs, the bound is ``sum_k need[k] pi[k] + sum_e min over lines (cost - reward)``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizer.roster.cover import CoverRows
from optimizer.roster.lines import LinePool
from optimizer.roster.master import Master
from optimizer.roster.network import Floats
from optimizer.roster.pricing import PARTIAL_LINES, Priced, Pricer
from optimizer.solve import Answer

FIRST_BOX = 0.5
"""Distance of prices from zero at first, in the case's units of price."""
GROWTH, SHRINK, LEAP = 1.3, 0.9, 4.0
"""Of the box when the bound rises, when it does not, and when nothing is left to find inside."""
LINES_PER_ROUND = 4
"""Of each employee; one where more than `MANY` are priced: there are enough then, and the program is large."""
MANY = 50
AGAIN = 4
"""Thorough rounds that find nothing before the bound stays as it is: their multipliers go on from where they ended."""
LEAST_SECONDS = 0.05
"""For a linear program, whatever the time that is left."""
TOLERANCE = 1e-6
"""A line must be this much cheaper than its employee's price to be worth taking."""


@dataclass(frozen=True, eq=False)
class Relaxation:
    """Where column generation ended.

    Attributes
    ----------
    answer : of the master's last linear program
    bound : proved, over every legal line
    rounds : of pricing
    closed : whether master and bound met
    """

    answer: Answer
    bound: float
    rounds: int
    closed: bool


def met(objective: float, bound: float) -> bool:
    """Say whether a linear program and the bound on it are one."""
    return objective - bound <= TOLERANCE * max(1.0, abs(objective))


class Box:
    """Prices that are allowed: within a distance of the best ones so far.

    Parameters
    ----------
    rows : cover of the case
    size : distance to begin with, in units of cost
    centre : (K,) prices to begin with; None = zero
    shrink : factor of the size when the bound does not rise
    """

    def __init__(self, rows: CoverRows, size: float, centre: Floats | None = None, *, shrink: float = SHRINK) -> None:
        self._low, self._high = -rows.over_price, rows.under_price
        self.centre: Floats = np.zeros(len(rows)) if centre is None else centre
        self.size, self._shrink = size, shrink
        self.best = -math.inf

    @property
    def low(self) -> Floats:
        """Least prices allowed, (K,)."""
        return np.maximum(self._low, self.centre - self.size)

    @property
    def high(self) -> Floats:
        """Highest prices allowed, (K,)."""
        return np.minimum(self._high, self.centre + self.size)

    def is_open(self, prices: Floats) -> bool:
        """Say whether nothing but the prices of people short and over holds these prices."""
        low, high = self.low, self.high
        return not (((prices <= low) & (low > self._low)) | ((prices >= high) & (high < self._high))).any()

    def move(self, prices: Floats, bound: float) -> bool:
        """Take a bound at some prices into account; says whether it is the best."""
        better = bound > self.best
        if better:
            self.best, self.centre = bound, prices
        self.size *= GROWTH if better else self._shrink
        return better

    def leap(self) -> None:
        """Make the box much larger."""
        self.size *= LEAP


def relax(
    master: Master,
    rows: CoverRows,
    pool: LinePool,
    pricer: Pricer,
    seconds_left: Callable[[], float],
    box: Box,
    *,
    rounds: int | None = None,
    lines_per_round: int | None = None,
    quick: bool = False,
    enough: Callable[[float, float], bool] = met,
) -> Relaxation:
    """Add lines to the master until none pays, the time is over, or ``enough(objective, bound)``.

    Parameters
    ----------
    box : of the prices; it is moved
    quick : leave out the thorough searches at the end, without which the bound may stay low
    """
    if lines_per_round is None:
        lines_per_round = LINES_PER_ROUND if len(master.employees) <= MANY else 1
    number = 0
    answer: Answer | None = None
    partial_lines, again = 0, AGAIN
    while True:
        low, high = box.low, box.high
        linear = master.solve(None if answer is None else max(seconds_left(), LEAST_SECONDS), (low, high))
        if answer is not None and linear.row_duals is None:  # no time for it
            return Relaxation(answer, box.best, number, False)
        answer = linear
        number += 1
        people, prices = master.prices(answer)
        prices = np.clip(prices, low, high)
        closed = enough(master.objective(answer), box.best)
        if closed or seconds_left() <= 0 or (rounds is not None and number > rounds):
            return Relaxation(answer, box.best, number, closed)
        priced = pricer.price(master.free, rows.rewards(prices), lines_per_round, partial_lines)
        is_open = box.is_open(prices)
        better = box.move(prices, master.bound(prices, priced))
        worth = _worth(priced, rows, pool, dict(zip(master.employees, people, strict=True)), prices)
        if master.add(worth) or (better and not quick and partial_lines):
            continue
        if not is_open:
            box.leap()
        elif not partial_lines and not quick:
            partial_lines = PARTIAL_LINES
        elif quick or not again:
            return Relaxation(answer, box.best, number, True)
        else:
            again -= 1


def _worth(
    priced: list[Priced], rows: CoverRows, pool: LinePool, people: dict[int, float], prices: Floats
) -> list[int]:
    """Put the lines that pay at the master's own prices into the pool; returns their numbers."""
    numbers = []
    for one in priced:
        for line, cost in zip(one.lines, one.cost, strict=True):
            if cost - prices[rows.given(one.employee, line)].sum() < people[one.employee] - TOLERANCE:
                numbers.append(pool.add(one.employee, line, float(cost)))
    return numbers
