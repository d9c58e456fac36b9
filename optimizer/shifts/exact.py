"""Small parts: the whole integer program, in two steps that keep it small.

First only the patterns that a schedule at the bound can use (reduced cost up to what rounding added to the linear
bound), which nearly always hold an optimum or almost; the bound is known, so this is a hunt for a schedule and not for
a proof. Its value U then proves that no better schedule uses a pattern whose reduced cost exceeds U less the linear
bound: the rest is left out, and the proof stays exact (reduced cost fixing).
"""

from __future__ import annotations

import math
import time

import numpy as np
from numpy.typing import NDArray

from optimizer.shifts.problem import Floats
from optimizer.solve import Program, Status, relative_gap, solve

FIRST_STEP_SHARE = 1e-6
"""Reduced costs up to this share of the dearest shift count as none in the first step."""
HUNT_SHARE = 0.2
"""Of the time, where a hunt may be for a schedule that does not exist: pure cover without cuts proves nothing."""
WORTH_TRYING_SECONDS = 0.05


def is_pure_cover(program: Program) -> bool:
    """Say whether shifts are all that is decided: no service steps, no deferrable work."""
    return bool(program.integer.all())


def solvers_used(program: Program) -> str:
    """Return the solvers of ``solve_whole``, each the faster one at its step."""
    return "scip and highs" if is_pure_cover(program) else "scip"


def solve_whole(
    program: Program, reduced_cost: Floats, linear_objective: float, *, bound: float, grain: float, gap: float,
    seed: int, time_limit_s: float,
) -> tuple[Floats | None, float]:  # fmt: skip
    """Return the best integer solution (None when there is none) and a proved bound; both in the program's order.

    Parameters
    ----------
    reduced_cost : (q,) of the patterns, the last q columns of the program, at the linear optimum
    linear_objective : value of the linear relaxation over all patterns
    bound : the same, rounded up to what a schedule can cost
    grain : money of which every cost is a multiple, 0 for none

    Returns
    -------
    values, bound
        ``(None, inf)`` when no integer solution exists.
    """
    started = time.perf_counter()
    others = len(program.cost) - len(reduced_cost)
    small = FIRST_STEP_SHARE * float(np.max(program.cost, initial=1.0))
    first = _keep(reduced_cost, others, max(0.0, bound - linear_objective) + small)
    share = HUNT_SHARE if is_pure_cover(program) and len(first) < len(program.cost) else 0.5
    found, _ = _solve_some(program, first, None, grain, gap, seed, time_limit_s * share)
    value = math.inf if found is None else float(program.cost @ found)
    if value - bound <= 0.99 * grain or relative_gap(value, bound) <= gap:
        return found, bound
    room = math.inf if found is None else value - 0.99 * grain - linear_objective + small
    left = time_limit_s - (time.perf_counter() - started)
    if found is not None and left < WORTH_TRYING_SECONDS:
        return found, bound
    keep = _keep(reduced_cost, others, room)
    better, second_bound = _solve_some(program, keep, found, grain, gap, seed, max(left, WORTH_TRYING_SECONDS))
    if better is None and second_bound == math.inf and found is None:
        return None, math.inf
    if better is not None and float(program.cost @ better) < value:
        found = better
    # outside the patterns kept every schedule costs at least what was already found
    return found, max(bound, min(second_bound, value if room < math.inf else math.inf))


def _keep(reduced_cost: Floats, others: int, room: float) -> NDArray[np.int64]:
    return np.flatnonzero(np.concatenate([np.ones(others, bool), reduced_cost <= room]))


def _solve_some(
    program: Program, keep: NDArray[np.int64], start: Floats | None, grain: float, gap: float, seed: int,
    time_limit_s: float,
) -> tuple[Floats | None, float]:  # fmt: skip
    part = Program(
        program.cost[keep], program.lower[keep], program.upper[keep], program.integer[keep],
        program.matrix[:, keep].tocsc(), program.row_lower, program.row_upper,
    )  # fmt: skip
    # pure cover: without cuts SCIP finds a schedule at the bound in a third of HiGHS's time; proving one is HiGHS's
    pure = is_pure_cover(program)
    hunt = pure and start is None and len(keep) < len(program.cost)
    answer = solve(
        part, gap=gap, absolute_gap=0.99 * grain or None, seed=seed, time_limit_s=time_limit_s,
        hint=None if start is None else start[keep], solver="highs" if pure and not hunt else "scip", cuts=not hunt,
    )  # fmt: skip
    if answer.values is None:
        return None, math.inf if answer.status is Status.INFEASIBLE else answer.bound
    values = np.zeros(len(program.cost))
    values[keep] = answer.values
    return values, answer.bound
