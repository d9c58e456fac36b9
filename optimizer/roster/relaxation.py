"""The linear relaxation over every legal line of work, by column generation: a proved lower bound.

The prices at which lines are sought lie between the best ones so far and those of the master (P. Wentges, "Weighted
Dantzig-Wolfe decomposition for linear mixed-integer programming", 1997): that settles them sooner. At any prices pi
within what a person short or over costs, the bound is ``sum_k need[k] pi[k] + sum_e min over lines (cost - reward)``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from optimizer.roster.cover import CoverRows
from optimizer.roster.lines import LinePool
from optimizer.roster.master import Master
from optimizer.roster.network import Floats
from optimizer.roster.pricing import PARTIAL_LINES, QUICK_PARTIAL_LINES, Priced, Pricer
from optimizer.solve import Answer

SMOOTHING = 0.6
LINES_PER_ROUND = 4
"""Of each employee; one where more than `MANY` are priced: there are enough then, and the program is large."""
MANY = 50
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


def relax(
    master: Master,
    rows: CoverRows,
    pool: LinePool,
    pricer: Pricer,
    seconds_left: Callable[[], float],
    *,
    rounds: int | None = None,
    smoothing: float = SMOOTHING,
    lines_per_round: int | None = None,
    quick: bool = False,
    enough: Callable[[float, float], bool] = lambda objective, bound: (
        objective - bound <= 1e-6 * max(1, abs(objective))
    ),
) -> Relaxation:
    """Add lines to the master until none pays, the time is over, or ``enough(objective, bound)``.

    ``quick`` leaves out the thorough searches at the end, without which the bound may stay low.
    """
    if lines_per_round is None:
        lines_per_round = LINES_PER_ROUND if len(master.employees) <= MANY else 1
    best, centre, number = -math.inf, None, 0
    answer: Answer | None = None
    partial_lines = QUICK_PARTIAL_LINES
    while True:
        linear = master.solve(None if answer is None else max(seconds_left(), LEAST_SECONDS))
        if answer is not None and linear.row_duals is None:  # no time for it
            return Relaxation(answer, best, number, False)
        answer = linear
        number += 1
        people, true = master.prices(answer)
        closed = enough(answer.objective, best)
        if closed or seconds_left() <= 0 or (rounds is not None and number > rounds):
            return Relaxation(answer, best, number, closed)
        mixed = true if centre is None else smoothing * centre + (1 - smoothing) * true
        new = 0
        for prices in (mixed,) if mixed is true else (mixed, true):
            priced = pricer.price(master.free, rows.rewards(prices), lines_per_round, partial_lines)
            bound = master.bound(prices, priced)
            if bound > best:
                best, centre = bound, prices
            new = master.add(_worth(priced, rows, pool, dict(zip(master.employees, people, strict=True)), true))
            if new:
                break
        if not new and (quick or partial_lines == PARTIAL_LINES):
            return Relaxation(answer, best, number, True)
        if not new:
            partial_lines = PARTIAL_LINES


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
