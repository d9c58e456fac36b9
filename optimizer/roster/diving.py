"""Diving: lines are taken one after the other where the linear relaxation leans to them, and new ones fit the rest."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from optimizer.roster.cover import CoverRows
from optimizer.roster.lines import LinePool
from optimizer.roster.master import Master
from optimizer.roster.pricing import Pricer
from optimizer.roster.relaxation import Box, met, relax

ROUNDS, MOST_ROUNDS = 2, 12
"""Of pricing after each step: the fewer people are left, the more, since each round costs less and matters more."""
BOXES = 0.5, 2.0, 8.0
"""Distances of prices from those of the linear bound in one dive after the other, in the case's units of price."""
SURE = 0.999
"""Lines taken by at least this share are fixed at once."""
LEAST_STEP, MOST_STEP = 1 / 30, 1 / 8
"""Shares of the employees left that a step fixes at least; it is halved when that costs something, else doubled."""
SMALLER = 0.6
"""When no more than this share of a program's employees is left, a smaller one takes its place."""
RISE = 2e-4
"""A relaxation that costs no more than this share above the last one is good enough without new lines."""


def dive(
    master: Master,
    rows: CoverRows,
    pool: LinePool,
    pricer: Pricer,
    seconds_left: Callable[[], float],
    box: Box,
    *,
    bound: float = -math.inf,
    effort: int = 1,
    beaten: Callable[[float], bool] = lambda _: False,
) -> list[int] | None:
    """Fix the lines of a master's employees until each has one.

    Parameters
    ----------
    box : of the prices to begin with
    bound : on the linear relaxation
    effort : times the usual rounds of pricing: slower, and better
    beaten : whether a linear relaxation of this cost cannot lead to anything better; the dive then ends

    Returns
    -------
    Numbers of the lines in the order of the master's employees; None when time or hope ran out.
    """
    taken: dict[int, int] = {}
    everybody, cost, step = master.employees, bound, LEAST_STEP
    count = len(everybody)
    while master.free:
        rounds = effort * min(MOST_ROUNDS, ROUNDS * count // len(master.free))
        enough = cost + RISE * abs(cost)
        linear = relax(
            master, rows, pool, pricer, seconds_left, box, rounds=rounds, quick=True,
            enough=partial(_is_good, enough),
        )  # fmt: skip
        box = Box(rows, box.size, box.centre)
        if beaten(master.settled + linear.answer.objective) or seconds_left() <= 0:
            return None
        now = master.objective(linear.answer)
        step = min(2 * step, MOST_STEP) if now <= enough else max(step / 2, LEAST_STEP)
        cost = now
        shares = master.shares(linear.answer)
        order = sorted(
            ((share, number) for share, number in zip(shares.tolist(), master.numbers, strict=True) if share > 0),
            key=lambda one: (-one[0], one[1]),
        )
        least = max(1, int(step * len(master.free)))
        for share, number in order:
            employee = pool.employee[number]
            if employee in taken or (share < SURE and least <= 0):
                continue
            taken[employee] = number
            master.fix(number)
            least -= 1
        if len(master.free) < SMALLER * len(master.employees):
            master = master.rest(shares)
    return [taken[employee] for employee in everybody]


def _is_good(enough: float, objective: float, bound: float) -> bool:
    """Say whether a relaxation needs no further lines."""
    return objective <= enough or met(objective, bound)
