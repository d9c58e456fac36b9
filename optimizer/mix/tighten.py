"""Whole columns that no better mix uses, fixed before branch and cut."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.mix.paying import MARGIN
from optimizer.solve import Answer, Program


def close_by_prices(program: Program, relaxed: Answer, best: float) -> Program:
    """Fix the whole columns that would cost more than the best mix if they moved from their bound.

    With prices the relaxation bounds what a mix costs that uses a column once more: its own cost and the reduced cost
    (Dantzig, Fulkerson & Johnson 1954, Operations Research 2(4)).
    """
    if relaxed.values is None or relaxed.reduced_costs is None:
        return program
    reduced = np.where(program.integer, relaxed.reduced_costs, 0.0)
    room = best - relaxed.objective + MARGIN * abs(best)
    lower, upper = program.lower.copy(), program.upper.copy()
    at_lower, at_upper = (np.abs(relaxed.values - side) < MARGIN for side in (program.lower, program.upper))
    upper[at_lower & (reduced > room)] = lower[at_lower & (reduced > room)]
    lower[at_upper & (-reduced > room)] = upper[at_upper & (-reduced > room)]
    return replace(program, lower=lower, upper=upper)
