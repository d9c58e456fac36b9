"""The grain of cost: a sum of money of which the cost of every schedule is a whole multiple, which lifts bounds."""

from __future__ import annotations

import math

import numpy as np

from optimizer.shifts.problem import ShiftProblem
from optimizer.shifts.rows import Rows

GRAIN_TOLERANCE = 1e-7
"""Relative to the dearest shift: amounts closer than this are the same."""
MOST_OFF = 1e-6
"""Of a grain: how far an amount may lie from a multiple. Ten thousand people then are less than a bound's slack off."""
LEAST_SHARE = 1e-5
"""Of the dearest shift: a finer grain lifts no bound worth the name."""


def cost_grain(problem: ShiftProblem, rows: Rows) -> float:
    """Return a sum of money of which every pattern's cost is a whole multiple; 0 where there is none worth using."""
    if rows.side_cost.any():
        return 0.0
    amounts = []
    for family in problem.families:
        amounts.append(family.cost)
        paid = np.concatenate([[0.0], np.cumsum(problem.pay_rate[family.pool])]) * family.rate_factor
        for window in family.breaks:
            if not window.paid:
                begin = family.starts[:, None] + np.array(window.offsets)
                amounts.append((paid[begin + window.length] - paid[begin]).ravel())
    every = np.unique(np.round(np.abs(np.concatenate(amounts)), 9)) if amounts else np.zeros(0)
    every = every[every > 0]
    if not len(every):
        return 0.0
    grain, noise = float(every[0]), GRAIN_TOLERANCE * float(every[-1])
    for amount in every.tolist():
        while amount > noise:
            grain, amount = amount, math.fmod(grain, amount)
            if grain - amount < noise:
                amount = 0.0
    # the division chain carries its rounding along: the grain that fits all amounts best is the sharper one
    multiples = np.round(every / grain)
    grain = float(every @ multiples / (multiples @ multiples))
    exact = bool((np.abs(every / grain - multiples) < MOST_OFF).all())
    return grain if exact and grain > LEAST_SHARE * float(every[-1]) else 0.0
