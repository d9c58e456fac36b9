"""Mixes whose people are paid by planes that hold in regions: one region of each pool at a time.

A relaxation that mixes regions lies low: it walks up a chord where people cost a curve. With the region of every pool
given, what is left is a program without these choices, and nearly linear. So every combination of regions is bounded by
its linear program, one after the other from the basis of the last (a few hundredths of a second for all), and those
that can be best are solved, until the next one's bound says that it cannot.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from models.mix.case import MixCase
from models.mix.records import Bools
from optimizer.changing import ChangingProgram
from optimizer.mix.formulation import build_program
from optimizer.mix.lead import solve_case
from optimizer.mix.program import MixProgram
from optimizer.mix.search import Found, Limits
from optimizer.solve import Status, relative_gap, solve

MOST_COMBINATIONS = 200
"""Of regions that are looked at one by one."""
LEAST_SECONDS = 0.5
"""Of a combination when time is up."""


@dataclass(frozen=True)
class Combination:
    """A region of each set of pools, and what a mix there costs at least, in the program's unit."""

    regions: tuple[int, ...]
    bound: float


def has_regions(case: MixCase) -> bool:
    """Say whether people are paid by planes in so many regions that one is chosen, and so few that all are tried.

    Every period takes regions of its own: with several periods whole columns choose.
    """
    count = float(np.prod([float(len(one.regions)) for one in case.cost_planes]))
    return len(case.periods) == 1 and 1 < count <= MOST_COMBINATIONS


def combinations(mix: MixProgram) -> list[Combination]:
    """Return every combination of regions that is possible, and the bound of its linear program; the lowest first."""
    linear = ChangingProgram(mix.relaxed)
    columns = np.concatenate([one.taken for one in mix.above])
    found = []
    for picked in itertools.product(*(range(len(one.taken)) for one in mix.above)):
        taken = _taken(mix, picked).astype(float)
        linear.set_bounds(columns, taken, taken)
        answer = linear.solve()
        if answer.status is not Status.INFEASIBLE:
            found.append(Combination(picked, answer.bound))
    return sorted(found, key=lambda one: one.bound)


def _taken(mix: MixProgram, picked: tuple[int, ...]) -> Bools:
    return np.concatenate([np.arange(len(one.taken)) == k for one, k in zip(mix.above, picked, strict=True)])


def least_of_regions(mix: MixProgram, gap: float, seconds: float) -> float:
    """Return a bound on the program, in its unit, with licences and other choices whole; inf without any mix."""
    program, best = mix.program, np.inf
    columns = np.concatenate([one.taken for one in mix.above])
    for one in combinations(mix):
        if one.bound >= best:
            break
        lower, upper = program.lower.copy(), program.upper.copy()
        lower[columns] = upper[columns] = _taken(mix, one.regions)
        answer = solve(replace(program, lower=lower, upper=upper), solver="highs", gap=gap, time_limit_s=seconds)
        if answer.status is not Status.INFEASIBLE:
            best = min(best, max(answer.bound, one.bound))
    return best


def solve_by_region(case: MixCase, limits: Limits) -> tuple[MixProgram, Found]:
    """Solve a mix as `optimizer.mix.lead.solve_case` does, region by region where people are paid so.

    Returns
    -------
    program, found
        The program is that of the region of the best mix; the bound is one of all regions.
    """
    if not has_regions(case):
        return solve_case(case, limits)
    started, best, bounds = time.perf_counter(), None, []
    whole = build_program(case)
    for one, within in _cases(case, combinations(whole)):
        bound = one.bound * whole.money
        if best is not None and relative_gap(best[1].cost, bound) <= limits.gap:
            bounds.append(bound)  # neither this one nor those behind it
            break
        left = max(limits.time_limit_s - (time.perf_counter() - started), LEAST_SECONDS)
        if best is not None and best[1].values is not None and left <= LEAST_SECONDS:
            bounds.append(bound)
            break
        program, found = solve_case(within, replace(limits, time_limit_s=left))
        if found.status is Status.INFEASIBLE:
            continue
        bounds.append(max(bound, found.bound))
        if best is None or found.cost < best[1].cost:
            best = program, found
    took = time.perf_counter() - started
    if best is None:
        return whole, Found(Status.INFEASIBLE, None, np.inf, -np.inf, took, "highs (regions)")
    bound = min([*bounds, best[1].cost])
    status = best[1].status if bound >= best[1].bound or best[1].values is None else Status.FEASIBLE
    return best[0], replace(best[1], bound=bound, seconds=took, status=status)


def _cases(case: MixCase, found: list[Combination]) -> Iterator[tuple[Combination, MixCase]]:
    """The case with the regions of each combination alone."""
    for one in found:
        planes = tuple(
            replace(whole, regions=(whole.regions[k],)) for whole, k in zip(case.cost_planes, one.regions, strict=True)
        )
        yield one, replace(case, cost_planes=planes)
