"""Diving: lines are taken one after the other where the linear relaxation leans to them, and new ones fit the rest."""

from __future__ import annotations

from collections.abc import Callable

from optimizer.roster.cover import CoverRows
from optimizer.roster.lines import LinePool
from optimizer.roster.master import Master
from optimizer.roster.pricing import Pricer
from optimizer.roster.relaxation import relax

ROUNDS = 6
"""Of pricing after each step."""
SURE = 0.999
"""Lines taken by at least this share are fixed at once."""
STEPS = 20
"""A step fixes at least one employee in so many."""


def dive(
    master: Master,
    rows: CoverRows,
    pool: LinePool,
    pricer: Pricer,
    seconds_left: Callable[[], float],
    *,
    beaten: Callable[[float], bool] = lambda _: False,
) -> list[int] | None:
    """Fix the lines of a master's employees until each has one.

    Parameters
    ----------
    beaten : whether a linear relaxation of this cost cannot lead to anything better; the dive then ends

    Returns
    -------
    Numbers of the lines in the order of the master's employees; None when time or hope ran out.
    """
    taken: dict[int, int] = {}
    count = len(master.employees)
    while master.free:
        linear = relax(master, rows, pool, pricer, seconds_left, rounds=ROUNDS, smoothing=0.0, quick=True)
        if beaten(linear.answer.objective) or seconds_left() <= 0:
            return None
        shares = master.shares(linear.answer)
        order = sorted(
            ((share, number) for share, number in zip(shares.tolist(), master.numbers, strict=True) if share > 0),
            key=lambda one: (-one[0], one[1]),
        )
        least = max(1, count // STEPS)
        for share, number in order:
            employee = pool.employee[number]
            if employee in taken or (share < SURE and least <= 0):
                continue
            taken[employee] = number
            master.fix(number)
            least -= 1
    return [taken[employee] for employee in master.employees]
