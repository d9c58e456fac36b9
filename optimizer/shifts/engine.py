"""From a shift problem to a schedule: independent parts, linear bound, whole people, proof."""

from __future__ import annotations

import math
import os
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

import numpy as np

from optimizer.shifts.columns import Columns
from optimizer.shifts.components import Component, split
from optimizer.shifts.distinct import distinct_program
from optimizer.shifts.exact import solve_whole, whole_solver
from optimizer.shifts.heads import Chosen, exceeds
from optimizer.shifts.integer import KEEP_REDUCED_COST_SHARE, WINDOW_SOLVER, is_feasible, search
from optimizer.shifts.patterns import all_patterns
from optimizer.shifts.problem import Floats, Ints, ShiftProblem
from optimizer.shifts.relaxation import Relaxation, relax, whole_program
from optimizer.shifts.rows import Rows, build_rows
from optimizer.solve import FEASIBILITY_TOLERANCE, OPTIMALITY_GAP, Program, Status, relative_gap, solve

WHOLE_PROGRAM_ROWS = 700
"""A part with all its patterns written down and at most this many rows goes to the integer solver as a whole."""
WHOLE_PROGRAM_SECONDS = 20.0
MINIMUM_SECONDS = 1.0
LAST_RESORT_SECONDS = 20.0
GRAIN_TOLERANCE = 1e-7


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

    gap: float = 0.001
    time_limit_s: float = 60.0
    threads: int | None = None
    seed: int = 1
    window: int = 96


@dataclass(frozen=True)
class ShiftSolution:
    """A schedule with its proof.

    Attributes
    ----------
    chosen : people on patterns
    missing : (P, T) heads short of ``need``
    work_done : (P, T) heads on deferrable work
    price : (P, T) marginal cost of one more head needed (dual of the cover row of the linear relaxation)
    infeasible : parts for which no schedule exists (then ``status`` is INFEASIBLE)
    """

    status: Status
    objective: float
    bound: float
    seconds: float
    solver: str
    seed: int
    chosen: tuple[Chosen, ...]
    missing: Floats
    work_done: Floats
    price: Floats
    infeasible: tuple[Component, ...] = ()

    @property
    def gap(self) -> float:
        """Relative gap, of the objective."""
        return relative_gap(self.objective, self.bound)


@dataclass(frozen=True)
class _Part:
    component: Component
    rows: Rows
    status: Status
    columns: Columns | None
    values: Floats | None
    objective: float
    bound: float
    duals: Floats | None
    solver: str


def solve_shifts(problem: ShiftProblem, limits: Limits | None = None) -> ShiftSolution:
    """Return the cheapest schedule found, with a proved bound.

    Upper limits on heads (seats) tie pools and days together and seldom bind: a schedule is first sought without
    them. If it keeps them, it is a schedule of the whole problem, with the same proof; otherwise those that it breaks
    are put in.

    An interrupt (Ctrl-C) ends the search; the parts that are not yet solved are then rounded quickly. Parts without any
    schedule make the status INFEASIBLE; the rest is still solved.
    """
    limits = limits or Limits()
    started = time.perf_counter()
    clock = _Clock(started, limits.time_limit_s)
    waived = [limit for limit in problem.attendance if not np.isfinite(limit.lower).any()]
    while True:
        attendance = tuple(limit for limit in problem.attendance if limit not in waived)
        solution = _solve_all(replace(problem, attendance=attendance), limits, clock, started)
        broken = [limit for limit in waived if exceeds(problem, limit, solution.chosen)]
        if not broken or solution.status in (Status.INFEASIBLE, Status.NO_PLAN):
            return solution
        waived = [limit for limit in waived if limit not in broken]


def _solve_all(problem: ShiftProblem, limits: Limits, clock: _Clock, started: float) -> ShiftSolution:
    threads = limits.threads or os.cpu_count() or 1
    # the largest parts first, so that the last one does not run alone
    parts = sorted(split(problem), key=lambda part: -sum(len(family.starts) for family in part.problem.families))
    inner = 1 if len(parts) >= threads else threads
    solved: list[_Part] = []
    with ThreadPoolExecutor(threads if len(parts) > 1 else 1) as pool:
        pending: set[Future[_Part]] = set()
        for number, part in enumerate(parts):
            share = _Share(clock, len(parts) - number, threads)
            pending.add(pool.submit(_solve_part, part, limits, share, inner))
        while pending:
            try:
                done, pending = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
            except KeyboardInterrupt:
                clock.stop()
                continue
            solved.extend(future.result() for future in done)
    solved.sort(
        key=lambda part: (part.component.families, part.component.members[0].tolist() if part.component.members else [])
    )
    return _merge(problem, solved, time.perf_counter() - started, limits)


class _Clock:
    def __init__(self, started: float, limit_s: float) -> None:
        self._end = started + limit_s
        self.stopped = False

    def stop(self) -> None:
        self.stopped = True
        self._end = time.perf_counter()

    def left(self) -> float:
        return self._end - time.perf_counter()


class _Share:
    """The time that one of several parts may take: an equal share of what is left when it begins."""

    def __init__(self, clock: _Clock, parts_left: int, threads: int) -> None:
        self._clock, self._parts, self._threads = clock, parts_left, threads

    def begin(self) -> float:
        return self._clock.left() * min(1.0, 4.0 * self._threads / max(self._parts, 1))

    def left(self) -> float:
        return self._clock.left()


def _solve_part(component: Component, limits: Limits, share: _Share, threads: int) -> _Part:
    problem = component.problem
    rows = build_rows(problem)
    if problem.distinct_cost:
        return _solve_distinct(component, rows, limits, share)
    linear = relax(problem, rows, time_limit_s=max(share.begin(), MINIMUM_SECONDS), seed=limits.seed)
    if linear.status in (Status.INFEASIBLE, Status.NO_PLAN):
        return _Part(component, rows, linear.status, linear.columns, None, math.inf, linear.bound, None, "glop")
    program = whole_program(problem, rows, linear.columns)
    grain = cost_grain(problem, rows)
    found, bound, solver = _whole_people(program, rows, linear, limits, share, threads, grain)
    if found is None:
        status = Status.INFEASIBLE if math.isinf(bound) else Status.NO_PLAN
        return _Part(component, rows, status, linear.columns, None, math.inf, bound, linear.duals, solver)
    objective = float(program.cost @ found)
    bound = min(bound, objective)
    status = Status.OPTIMAL if relative_gap(objective, bound) <= OPTIMALITY_GAP else Status.FEASIBLE
    return _Part(component, rows, status, linear.columns, found, objective, bound, linear.duals, solver)


def _whole_people(
    program: Program, rows: Rows, linear: Relaxation, limits: Limits, share: _Share, threads: int, grain: float
) -> tuple[Floats | None, float, str]:
    """Return an integer solution (or None), the bound, and which solvers found it."""
    count = len(linear.columns)
    values = np.concatenate([linear.values[count:], linear.values[:count]])
    bound = round_up(linear.bound, grain)
    if linear.status is Status.OPTIMAL and is_feasible(program, values):
        values[program.integer] = np.round(values[program.integer])
        return values, bound, "glop"
    found, solver = None, ""
    if linear.explicit and rows.count <= WHOLE_PROGRAM_ROWS:
        found, proved = solve_whole(
            program, linear.reduced_cost, linear.objective, bound=bound, grain=grain, gap=limits.gap, seed=limits.seed,
            time_limit_s=max(min(share.begin(), WHOLE_PROGRAM_SECONDS), MINIMUM_SECONDS),
        )  # fmt: skip
        if found is None and math.isinf(proved):
            return None, math.inf, whole_solver(program)
        solver, bound = whole_solver(program), max(bound, round_up(proved, grain))
    reached = math.inf if found is None else float(program.cost @ found)
    if relative_gap(reached, bound) > limits.gap:
        better = _search(program, rows, linear, values if found is None else found, bound, limits, share, threads)
        if better is not None and float(program.cost @ better) < reached:
            found, solver = better, f"glop and {WINDOW_SOLVER} by windows"
    if found is None:
        answer = solve(program, gap=1.0, time_limit_s=LAST_RESORT_SECONDS, seed=limits.seed)
        found, solver = answer.values, "highs"
    return found, bound, solver


def _search(
    program: Program, rows: Rows, linear: Relaxation, start: Floats, bound: float, limits: Limits, share: _Share,
    threads: int,
) -> Floats | None:  # fmt: skip
    columns, problem = linear.columns, linear.columns.problem
    slot_of_interval = np.zeros(problem.intervals, np.int64)
    inside = np.flatnonzero(problem.interval_of_slot >= 0)[::-1]
    slot_of_interval[problem.interval_of_slot[inside]] = inside
    position = np.concatenate([slot_of_interval[rows.side_interval], columns.start])
    near = linear.reduced_cost <= KEEP_REDUCED_COST_SHARE * float(np.mean(columns.cost))
    used = linear.values[: len(columns)] > FEASIBILITY_TOLERANCE
    useful = np.concatenate([np.ones(len(rows.side_cost), bool), near | used])
    return search(
        program, start, position, useful, bound=bound, gap=limits.gap, width=limits.window, threads=threads,
        seed=limits.seed, seconds_left=share.left,
    )  # fmt: skip


def _solve_distinct(component: Component, rows: Rows, limits: Limits, share: _Share) -> _Part:
    problem = component.problem
    columns = Columns(problem, rows)
    columns.add(all_patterns(problem), check=False)
    program = distinct_program(problem, rows, columns)
    limit = max(share.left(), MINIMUM_SECONDS)
    answer = solve(program, solver="highs", gap=limits.gap, time_limit_s=limit, seed=limits.seed)
    if answer.values is None:
        return _Part(component, rows, answer.status, columns, None, math.inf, answer.bound, None, "highs")
    values = answer.values[: len(rows.side_cost) + len(columns)]
    return _Part(component, rows, answer.status, columns, values, answer.objective, answer.bound, None, "highs")


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
    multiples = every / grain
    exact = bool((np.abs(multiples - np.round(multiples)) < GRAIN_TOLERANCE * np.maximum(1.0, multiples)).all())
    return grain if exact and grain > 1e-5 * float(every[-1]) else 0.0


def round_up(bound: float, grain: float) -> float:
    """Return the least multiple of ``grain`` at or above ``bound``: no schedule can cost anything in between."""
    if grain <= 0 or not math.isfinite(bound):
        return bound
    return max(bound, math.ceil(bound / grain - 0.01) * grain)


def _merge(problem: ShiftProblem, parts: list[_Part], seconds: float, limits: Limits) -> ShiftSolution:
    chosen: list[Chosen] = []
    missing, work, prices = (np.zeros(problem.need.shape) for _ in range(3))
    for part in parts:
        if part.duals is not None:
            covered = part.rows.cover_of_interval >= 0
            prices[covered] += part.duals[part.rows.cover_of_interval[covered]]
        if part.values is None or part.columns is None:
            continue
        side = len(part.rows.side_cost)
        for (kind, pool), interval, value in zip(
            part.rows.side_kind, part.rows.side_interval.tolist(), part.values[:side].tolist(), strict=True
        ):
            if kind == "missing":
                missing[pool, interval] += value
            elif kind == "work":
                work[pool, interval] += value
        chosen.extend(_chosen(part, part.columns, np.round(part.values[side:]).astype(np.int64)))
    chosen.sort(key=lambda one: (one.family, one.member, one.offsets))
    infeasible = tuple(part.component for part in parts if part.status is Status.INFEASIBLE)
    objective = float(sum(part.objective for part in parts))
    bound = float(sum(part.bound for part in parts))
    solvers = sorted({part.solver for part in parts if part.solver})
    return ShiftSolution(
        _overall(parts), objective, bound, seconds, " + ".join(solvers), limits.seed, tuple(chosen), missing, work,
        prices, infeasible,
    )  # fmt: skip


def _overall(parts: list[_Part]) -> Status:
    found = {part.status for part in parts}
    for status in (Status.INFEASIBLE, Status.NO_PLAN, Status.UNBOUNDED, Status.FEASIBLE):
        if status in found:
            return status
    return Status.OPTIMAL


def _chosen(part: _Part, columns: Columns, counts: Ints) -> list[Chosen]:
    used = np.flatnonzero(counts)
    found = []
    for patterns, where in columns.patterns_at(used):
        family = part.component.families[patterns.family]
        members = part.component.members[patterns.family][patterns.member]
        for row, member in enumerate(members.tolist()):
            column = int(used[where[row]])
            offsets = tuple(patterns.offsets[row].tolist())
            found.append(Chosen(family, member, offsets, int(counts[column]), float(columns.cost[column])))
    return found
