"""One independent part of a shift problem: linear bound, whole people, proof."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from optimizer.clock import Budget
from optimizer.shifts.columns import Columns
from optimizer.shifts.components import Component
from optimizer.shifts.distinct import distinct_program
from optimizer.shifts.exact import solve_kept, solve_whole, solvers_used
from optimizer.shifts.grain import cost_grain
from optimizer.shifts.integer import KEEP_REDUCED_COST_SHARE, WINDOW_SOLVER, is_feasible, search
from optimizer.shifts.patterns import all_patterns
from optimizer.shifts.problem import Floats
from optimizer.shifts.relaxation import Relaxation, relax, whole_program
from optimizer.shifts.rows import Rows, build_rows
from optimizer.solve import FEASIBILITY_TOLERANCE, OPTIMALITY_GAP, Program, Status, relative_gap, round_up, solve

WHOLE_PROGRAM_ENTRIES = 200_000
"""A part with all its patterns written down and at most this many matrix entries goes to the integer solver whole."""
WHOLE_PROGRAM_SECONDS = 15.0
"""At most, even where more is left: a solver cannot be interrupted while it works on a whole part."""
QUICK_SECONDS, QUICK_GAP = 1.0, 0.05
"""How a part is solved when the time is over: quickly, but with a plan."""
SLICE_SECONDS = 60.0
"""Of one attempt at the rest of the gap: a solver that works cannot be interrupted."""
GRACE_SECONDS = 10.0
"""For a first schedule of a part whose time is over before there is any."""


@dataclass(frozen=True)
class Limits:
    """When to stop.

    Attributes
    ----------
    gap : relative gap that is good enough
    time_limit_s : wall seconds for the whole schedule
    threads : parts or windows solved side by side; None = one a processor
    window : slots of a search window, about a day
    """

    gap: float = 0.002
    time_limit_s: float = 60.0
    threads: int | None = None
    seed: int = 1
    window: int = 96


@dataclass(frozen=True)
class SolvedPart:
    """What became of a part.

    Attributes
    ----------
    values : side columns, then patterns; None without a schedule
    duals : (m,) of the linear relaxation
    """

    component: Component
    rows: Rows
    status: Status
    columns: Columns
    values: Floats | None
    objective: float
    bound: float
    duals: Floats | None
    solver: str
    search: Search | None = None


def solve_part(component: Component, limits: Limits, budget: Budget, threads: int) -> SolvedPart:
    """Return the cheapest schedule found for a part, within its time."""
    problem = component.problem
    rows = build_rows(problem)
    if problem.distinct_cost:
        return _solve_distinct(component, rows, limits, budget)
    linear = relax(problem, rows, seed=limits.seed, seconds_left=budget.left)
    if linear.status in (Status.INFEASIBLE, Status.NO_PLAN) or not len(linear.duals):
        return SolvedPart(component, rows, linear.status, linear.columns, None, math.inf, linear.bound, None, "glop")
    search = Search(whole_program(problem, rows, linear.columns), rows, linear, limits, budget, threads)
    found, bound, solver = search.whole_people(cost_grain(problem, rows))
    if found is None:
        status = Status.INFEASIBLE if bound == math.inf else Status.NO_PLAN
        return SolvedPart(component, rows, status, linear.columns, None, math.inf, bound, linear.duals, solver)
    return search.solved(component, found, bound, solver)


def improve_part(part: SolvedPart, limits: Limits, budget: Budget) -> SolvedPart:
    """Use time that other parts left on one whose gap is still open; returns it as it is when that is no use."""
    search = part.search
    if search is None or part.values is None or not search.linear.explicit:
        return part
    again = replace(search, limits=limits, budget=budget)
    found, bound = again.to_the_end(part.values, part.bound, cost_grain(part.component.problem, part.rows))
    solver = part.solver if "highs" in part.solver else f"{part.solver} and highs".removeprefix(" and ")
    return again.solved(part.component, found, bound, solver)


def is_open(part: SolvedPart, gap: float) -> bool:
    """Say whether more time could narrow the gap of a part."""
    usable = part.search is not None and part.search.linear.explicit
    return usable and part.status is Status.FEASIBLE and relative_gap(part.objective, part.bound) > gap


HOPELESS = 3.0
"""A schedule that costs so many times its bound is none to go on from: windows take back few people at a time."""


@dataclass(frozen=True)
class Search:
    """The search for whole people in one part."""

    program: Program
    rows: Rows
    linear: Relaxation
    limits: Limits
    budget: Budget
    threads: int

    def whole_people(self, grain: float) -> tuple[Floats | None, float, str]:
        """Return an integer solution (None and an infinite bound: there is none), the bound, and who found it."""
        linear, program, gap = self.linear, self.program, self.limits.gap
        count = len(linear.columns)
        values = np.concatenate([linear.values[count:], linear.values[:count]])
        bound = round_up(linear.bound, grain)
        if linear.status is Status.OPTIMAL and is_feasible(program, values):
            values[program.integer] = np.round(values[program.integer])
            return values, bound, "glop"
        found, solver = None, ""
        if linear.explicit and program.matrix.nnz <= WHOLE_PROGRAM_ENTRIES:
            found, proved = self._whole(bound, grain)
            if found is None and proved == math.inf:
                return None, math.inf, solvers_used(program)
            solver, bound = solvers_used(program), max(bound, round_up(proved, grain))
            if found is not None and float(program.cost @ found) > HOPELESS * max(bound, grain):
                found = None  # a solver's first guess at its time limit, a hundred thousand people here and there
        reached = math.inf if found is None else float(program.cost @ found)
        if relative_gap(reached, bound) > gap and (self.budget.left() > 0 or found is None):
            better = self._by_windows(values if found is None else found, bound)
            if better is not None and float(program.cost @ better) < reached:
                found, solver = better, f"glop and {WINDOW_SOLVER} by windows"
        if found is None:
            answer = solve(program, solver="scip", gap=1.0, time_limit_s=GRACE_SECONDS, seed=self.limits.seed)
            found, solver = answer.values, "scip"
            bound = math.inf if answer.status is Status.INFEASIBLE and linear.explicit else bound
        return found, bound, solver

    def _whole(self, bound: float, grain: float) -> tuple[Floats | None, float]:
        left = min(self.budget.left(), WHOLE_PROGRAM_SECONDS)
        in_time = left > QUICK_SECONDS / 2
        return solve_whole(
            self.program,
            self.linear.reduced_cost,
            self.linear.objective,
            bound=bound,
            grain=grain,
            gap=self.limits.gap if in_time else max(self.limits.gap, QUICK_GAP),
            seed=self.limits.seed,
            time_limit_s=left if in_time else QUICK_SECONDS,
        )

    def solved(self, component: Component, found: Floats, bound: float, solver: str) -> SolvedPart:
        """Return the part with a schedule and what is proved of it."""
        objective = float(self.program.cost @ found)
        bound = min(bound, objective)
        status = Status.OPTIMAL if relative_gap(objective, bound) <= OPTIMALITY_GAP else Status.FEASIBLE
        columns, duals = self.linear.columns, self.linear.duals
        return SolvedPart(component, self.rows, status, columns, found, objective, bound, duals, solver, self)

    def to_the_end(self, found: Floats, bound: float, grain: float) -> tuple[Floats, float]:
        """Use what time is left on the whole program, where the gap is not reached yet."""
        program = self.program
        reached = float(program.cost @ found)
        while relative_gap(reached, bound) > self.limits.gap and (left := self.budget.left()) > QUICK_SECONDS:
            room = reached - self.linear.objective + FEASIBILITY_TOLERANCE
            answer = solve_kept(
                program, self.linear.reduced_cost, room, found, solver="highs", gap=self.limits.gap, grain=grain,
                seed=self.limits.seed, time_limit_s=min(left, SLICE_SECONDS),
            )  # fmt: skip
            bound = max(bound, round_up(min(answer.bound, reached), grain))
            if answer.values is not None and float(program.cost @ answer.values) < reached:
                found, reached = answer.values, float(program.cost @ answer.values)
        return found, bound

    def _by_windows(self, start: Floats, bound: float) -> Floats | None:
        columns, problem = self.linear.columns, self.linear.columns.problem
        slot_of_interval = np.zeros(problem.intervals, np.int64)
        inside = np.flatnonzero(problem.interval_of_slot >= 0)[::-1]
        slot_of_interval[problem.interval_of_slot[inside]] = inside
        position = np.concatenate([slot_of_interval[self.rows.side_interval], columns.start])
        near = self.linear.reduced_cost <= KEEP_REDUCED_COST_SHARE * float(np.mean(columns.cost))
        used = self.linear.values[: len(columns)] > FEASIBILITY_TOLERANCE
        return search(
            self.program,
            start,
            position,
            np.concatenate([np.ones(len(self.rows.side_cost), bool), near | used]),
            bound=bound,
            gap=self.limits.gap,
            width=self.limits.window,
            threads=self.threads,
            seed=self.limits.seed,
            seconds_left=self._left_or_grace(is_first=not is_feasible(self.program, start)),
        )

    def _left_or_grace(self, *, is_first: bool) -> Callable[[], float]:
        """Return the clock; one that still grants a little where there is no schedule at all yet."""
        if not is_first or self.budget.left() > GRACE_SECONDS:
            return self.budget.left
        end = time.perf_counter() + GRACE_SECONDS
        return lambda: max(self.budget.left(), end - time.perf_counter())


def _solve_distinct(component: Component, rows: Rows, limits: Limits, budget: Budget) -> SolvedPart:
    problem = component.problem
    columns = Columns(problem, rows)
    columns.add(all_patterns(problem), check=False)
    program = distinct_program(problem, rows, columns)
    limit = max(budget.left(), QUICK_SECONDS)
    answer = solve(program, solver="highs", gap=limits.gap, time_limit_s=limit, seed=limits.seed)
    if answer.values is None:
        return SolvedPart(component, rows, answer.status, columns, None, math.inf, answer.bound, None, "highs")
    values = answer.values[: len(rows.side_cost) + len(columns)]
    return SolvedPart(component, rows, answer.status, columns, values, answer.objective, answer.bound, None, "highs")
