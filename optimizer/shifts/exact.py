"""Small parts: the whole integer program, in two steps that keep it small.

First only the patterns that a schedule at the bound can use (reduced cost up to what rounding added to the linear
bound), which nearly always hold an optimum or almost; the bound is known, so this is a hunt for a schedule and not for
a proof. Its value U then proves that no better schedule uses a pattern whose reduced cost exceeds U less the linear
bound: the rest is left out, and the proof stays exact (reduced cost fixing).

Service levels that rise ever faster with the first heads make steps that are bought whole, which is hard. A schedule
that buys all of them everywhere is found at once; the search starts from it.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimizer.shifts.problem import Floats
from optimizer.solve import Answer, Program, Status, relative_gap, solve

FIRST_STEP_SHARE = 1e-6
"""Reduced costs up to this share of the dearest shift count as none in the first step."""
HUNT_SHARE = 1 / 3
"""Of the time on pure cover, where the hunt may be for a schedule that does not exist."""
GRANTED_SHARE = 0.2
"""Of the time, for a schedule with every whole step bought."""
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
    granted = _with_whole_steps(program, others, gap, seed, time_limit_s * GRANTED_SHARE)
    pure, slack = is_pure_cover(program), max(0.0, bound - linear_objective)
    # pure cover, 35 days of other people's instances: with no room between linear and rounded bound HiGHS hunts in a
    # third of SCIP's time; with some, SCIP without cuts is no slower and less often slow
    hunter, share = ("highs" if pure and slack <= small else "scip"), (HUNT_SHARE if pure else 0.5)
    found, _ = _solve_some(program, reduced_cost, slack + small, None, hunter, grain, gap, seed, time_limit_s * share)
    if granted is not None and (found is None or program.cost @ granted < program.cost @ found):
        found = granted
    value = math.inf if found is None else float(program.cost @ found)
    if value - bound <= 0.99 * grain or relative_gap(value, bound) <= gap:
        return found, bound
    room = math.inf if found is None else value - 0.99 * grain - linear_objective + small
    left = time_limit_s - (time.perf_counter() - started)
    if found is not None and left < WORTH_TRYING_SECONDS:
        return found, bound
    rest = max(left, WORTH_TRYING_SECONDS)
    prover = "highs" if pure else "scip"
    better, second_bound = _solve_some(program, reduced_cost, room, found, prover, grain, gap, seed, rest)
    if better is None and second_bound == math.inf and found is None:
        return None, math.inf
    if better is not None and float(program.cost @ better) < value:
        found = better
    # outside the patterns kept every schedule costs at least what was already found
    return found, max(bound, min(second_bound, value if room < math.inf else math.inf))


def _with_whole_steps(program: Program, others: int, gap: float, seed: int, time_limit_s: float) -> Floats | None:
    """Return a schedule that buys every step which must be whole; None without such steps, or without a schedule."""
    whole = program.integer & (np.arange(len(program.cost)) < others)
    if not whole.any():
        return None
    bought = replace(program, lower=np.where(whole, 1.0, program.lower), integer=program.integer & ~whole)
    return solve(bought, solver="scip", gap=gap, seed=seed, time_limit_s=time_limit_s).values


def _keep(reduced_cost: Floats, others: int, room: float) -> NDArray[np.int64]:
    return np.flatnonzero(np.concatenate([np.ones(others, bool), reduced_cost <= room]))


def solve_kept(
    program: Program, reduced_cost: Floats, room: float, start: Floats | None, *, solver: str, gap: float, grain: float,
    seed: int, time_limit_s: float, cuts: bool = True,
) -> Answer:  # fmt: skip
    """Solve with the patterns whose reduced cost is at most ``room`` only; values are in the program's order."""
    keep = _keep(reduced_cost, len(program.cost) - len(reduced_cost), room)
    part = Program(
        program.cost[keep], program.lower[keep], program.upper[keep], program.integer[keep],
        program.matrix[:, keep].tocsc(), program.row_lower, program.row_upper,
    )  # fmt: skip
    answer = solve(
        part, gap=gap, absolute_gap=0.99 * grain or None, seed=seed, time_limit_s=time_limit_s,
        hint=None if start is None else start[keep], solver=solver, cuts=cuts,
    )  # fmt: skip
    if answer.values is None:
        return replace(answer, bound=math.inf) if answer.status is Status.INFEASIBLE else answer
    values = np.zeros(len(program.cost))
    values[keep] = answer.values
    return replace(answer, values=values)


def _solve_some(
    program: Program, reduced_cost: Floats, room: float, start: Floats | None, solver: str, grain: float, gap: float,
    seed: int, time_limit_s: float,
) -> tuple[Floats | None, float]:  # fmt: skip
    answer = solve_kept(
        program, reduced_cost, room, start, solver=solver, gap=gap, grain=grain, seed=seed, time_limit_s=time_limit_s,
        cuts=not (solver == "scip" and is_pure_cover(program)),
    )  # fmt: skip
    return answer.values, answer.bound
