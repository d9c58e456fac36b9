"""The linear relaxation over every pattern, by column generation: a proved lower bound and the rows' prices."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from optimizer.shifts.columns import Columns
from optimizer.shifts.patterns import Patterns, all_patterns, count_patterns, on_duty, pattern_costs
from optimizer.shifts.pricing import Priced, price
from optimizer.shifts.problem import Floats, ShiftProblem
from optimizer.shifts.rows import Rows, build_rows
from optimizer.solve import GrowingProgram, Program, Status

EXPLICIT_PATTERNS = 20_000
"""Up to this many patterns all of them are written down; beyond it they are generated."""
COLUMNS_PER_ROUND = 1_000
LEAST_SECONDS = 5.0
"""Of the first round."""
ELASTIC_FACTOR = 10.0
REDUCED_COST_TOLERANCE = 1e-7
"""Relative to the dearest shift: reduced costs above minus this count as nonnegative."""


@dataclass(frozen=True)
class Relaxation:
    """The solved linear relaxation.

    Attributes
    ----------
    status : OPTIMAL when priced out, FEASIBLE when stopped earlier (then ``bound`` is the Farley bound), INFEASIBLE
    values : (n + q,) patterns, then side columns
    duals : (m,)
    reduced_cost : (n,) of the patterns
    """

    status: Status
    columns: Columns
    values: Floats
    duals: Floats
    reduced_cost: Floats
    objective: float
    bound: float
    rounds: int
    seconds: float
    explicit: bool


def relax(
    problem: ShiftProblem,
    rows: Rows,
    *,
    time_limit_s: float | None = None,
    seed: int = 1,
    seconds_left: Callable[[], float] | None = None,
) -> Relaxation:
    """Solve the linear relaxation.

    Parameters
    ----------
    time_limit_s : wall seconds, not reached by the last round that has begun
    seconds_left : asked before each round, where the time may end early (Ctrl-C)

    The bound of a relaxation that the time limit stopped is Farley's: duals scaled until no pattern prices out, valid
    while every priced column costs something. Source: Farley 1990, Operations Research 38(5).
    """
    started = time.perf_counter()

    def left_s() -> float:
        limit = math.inf if time_limit_s is None else time_limit_s - (time.perf_counter() - started)
        return limit if seconds_left is None else min(limit, seconds_left())

    columns = Columns(problem, rows)
    explicit = count_patterns(problem) <= EXPLICIT_PATTERNS
    columns.add(all_patterns(problem) if explicit else _thinned(problem), check=not explicit)
    program = GrowingProgram(whole_program(problem, rows, columns), seed)
    scale = float(max(columns.cost.max(initial=1.0), 1e-9))
    values = duals = np.zeros(0)
    none_yet = Status.INFEASIBLE
    objective, bound, rounds, timed_out, completed = np.inf, -np.inf, 0, False, explicit or problem.elastic
    while True:
        # the first round has its time whatever the limit: without it there is neither bound nor direction
        limit = LEAST_SECONDS if rounds == 0 else 0.0
        answer = program.solve(None if math.isinf(left_s()) else max(left_s(), limit))
        rounds += 1
        if answer.status is Status.INFEASIBLE and not completed:
            # the patterns at hand may be too few: those that miss the demands least settle whether there is a schedule
            free = _free_of_charge(as_elastic(problem))
            helper = relax(free, build_rows(free), seed=seed, time_limit_s=time_limit_s, seconds_left=seconds_left)
            columns.add(helper.columns.batches)
            none_yet = Status.INFEASIBLE if helper.status is Status.OPTIMAL else Status.NO_PLAN
            program, completed = GrowingProgram(whole_program(problem, rows, columns), seed), True
            continue
        if answer.row_duals is None or answer.values is None:
            # out of time within a round: what the round before found still holds
            timed_out = answer.status is Status.NO_PLAN and np.isfinite(objective)
            if timed_out:
                break
            empty = np.zeros(0)
            seconds = time.perf_counter() - started
            status = none_yet if answer.status is Status.INFEASIBLE else answer.status
            return Relaxation(status, columns, empty, empty, empty, np.inf, bound, rounds, seconds, explicit)
        values, duals, objective = answer.values, answer.row_duals, answer.objective
        if explicit:
            bound = objective
            break
        priced = price(problem, rows, duals)
        worst = min(float(item.reduced_cost.min(initial=0.0)) for item in priced)
        if worst > -REDUCED_COST_TOLERANCE * scale:
            bound = objective
            break
        bound = max(bound, _farley(problem, rows, priced, objective))
        timed_out = left_s() <= 0
        if timed_out:
            break
        cost, matrix = columns.add(_best(priced, REDUCED_COST_TOLERANCE * scale))
        if not len(cost):
            bound = objective
            break
        program.add_columns(cost, matrix)
    status = Status.FEASIBLE if timed_out else Status.OPTIMAL
    return Relaxation(
        status, columns, _patterns_first(values, len(rows.side_cost), len(columns)), duals,
        columns.cost - columns.matrix.T @ duals, objective, bound, rounds, time.perf_counter() - started, explicit,
    )  # fmt: skip


def as_elastic(problem: ShiftProblem) -> ShiftProblem:
    """Return the problem whose demands may be missed, each unit at more than any shift costs."""
    dearest = max((float(family.cost.max(initial=0.0)) for family in problem.families), default=0.0)
    return replace(problem, under_cost=ELASTIC_FACTOR * max(dearest, 1.0), elastic=True)


def _free_of_charge(elastic: ShiftProblem) -> ShiftProblem:
    """Return the elastic problem in which only missing a demand costs: no price keeps anyone from meeting it."""
    families = tuple(replace(family, cost=np.zeros(len(family.starts))) for family in elastic.families)
    unpaid = np.zeros_like(elastic.pay_rate)
    return replace(elastic, families=families, pay_rate=unpaid, under_cost=1.0, over_cost=0.0)


def whole_program(problem: ShiftProblem, rows: Rows, columns: Columns) -> Program:
    """Return the integer program over the columns at hand: side columns first, then patterns."""
    count = len(columns)
    return Program(
        cost=np.concatenate([rows.side_cost, columns.cost]),
        lower=np.zeros(len(rows.side_cost) + count),
        upper=np.concatenate([rows.side_upper, np.full(count, np.inf)]),
        integer=np.concatenate([rows.side_integer, np.ones(count, bool)]),
        matrix=sparse.hstack([rows.side_matrix, columns.matrix], format="csc"),
        row_lower=rows.lower,
        row_upper=rows.upper,
    )


def _patterns_first(values: Floats, side: int, patterns: int) -> Floats:
    """Put the patterns first; those that were added after the last round are not used."""
    unused = np.zeros(side + patterns - len(values))
    return np.concatenate([values[side:], unused, values[:side]])


def _thinned(problem: ShiftProblem) -> list[Patterns]:
    """A third of the first patterns, spread over lengths and starts, where these still meet every row; else all."""
    every = _first_patterns(problem)
    # a thin beginning halves the time of the linear programs: generation brings what is missing
    thin = [batch.take(np.arange(number % 2, len(batch), 2)) for number, batch in enumerate(every) if number % 3 == 0]
    return thin if _covers_the_same(problem, every, thin) else every


def _covers_the_same(problem: ShiftProblem, every: list[Patterns], thin: list[Patterns]) -> bool:
    if problem.counts or problem.attendance:
        return False
    met = [np.zeros(problem.pay_rate.shape, np.int64) for _ in range(2)]
    for reach, batches in zip(met, (every, thin), strict=True):
        for batch in batches:
            family = problem.families[batch.family]
            starts = family.starts[batch.member]
            np.add.at(reach[family.pool], (starts[:, None] + np.arange(family.length)), on_duty(problem, batch))
    inside = problem.interval_of_slot >= 0
    return bool(((met[0] > 0) == (met[1] > 0))[:, inside].all())


def _first_patterns(problem: ShiftProblem) -> list[Patterns]:
    """One pattern per start, its breaks as near to the middle of their windows as their order allows."""
    first = []
    for index, family in enumerate(problem.families):
        offsets = np.zeros((len(family.starts), len(family.breaks)), np.int64)
        latest = [window.offsets[-1] for window in family.breaks]
        for number in range(len(family.breaks) - 2, -1, -1):
            room = latest[number + 1] - family.breaks[number].length - family.work_between
            latest[number] = max(place for place in family.breaks[number].offsets if place <= room)
        ready = 0
        for number, window in enumerate(family.breaks):
            allowed = [place for place in window.offsets if ready <= place <= latest[number]]
            offsets[:, number] = allowed[len(allowed) // 2]
            ready = allowed[len(allowed) // 2] + window.length + family.work_between
        first.append(Patterns(index, np.arange(len(family.starts)), offsets))
    return first


def _best(priced: list[Priced], tolerance: float) -> list[Patterns]:
    costs = np.concatenate([item.reduced_cost for item in priced])
    negative = np.sort(costs[costs < -tolerance])
    cut = negative[min(COLUMNS_PER_ROUND, len(negative)) - 1]
    return [item.patterns.take(item.reduced_cost <= cut) for item in priced if (item.reduced_cost <= cut).any()]


def _farley(problem: ShiftProblem, rows: Rows, priced: list[Priced], objective: float) -> float:
    """Return the bound of the duals scaled down until every pattern's reduced cost is nonnegative."""
    if problem.counts or problem.attendance or np.isfinite(rows.upper).any():
        return -np.inf
    ratio = 1.0
    for item in priced:
        cost = pattern_costs(problem, item.patterns)
        collected = cost - item.reduced_cost
        if (cost <= 0).any():
            return -np.inf
        with np.errstate(divide="ignore"):
            ratio = min(ratio, float(np.where(collected > 0, cost / np.maximum(collected, 1e-12), 1.0).min()))
    return objective * max(ratio, 0.0)
