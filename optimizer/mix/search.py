"""Solving the program of a mix: linear ones with prices and certificate, others between a bound and a plan."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from models.mix.records import Floats
from models.plan import PROOF_TOLERANCE
from optimizer.certificate import certify
from optimizer.changing import ChangingProgram
from optimizer.mix.complete import clean_shares, complete, fixed_integers
from optimizer.mix.periods import solve_periods
from optimizer.mix.program import MixProgram
from optimizer.mix.tighten import close_by_prices
from optimizer.solve import Answer, Program, SolverFailureError, Status, relative_gap, solve

ROW_TOLERANCE = 1e-6
"""How far a row may be missed by a mix that is written, in the row's own unit (about 1)."""

PART_OF_TIME = 0.5
"""Of what is left, for solving period by period; then branch and cut takes the whole."""
INTEGER_SOLVER_OF_TABLES = "scip"
"""Closes the steps of cost tables: to 0.04 % in 9 s where HiGHS stood at 0.16 % (2 pools, 12 periods, 6 levels). With
licences alone HiGHS is three times as fast (38,561 columns, 36 of them whole)."""


@dataclass(frozen=True)
class Limits:
    """When a search ends: at a gap proved, or after so many seconds."""

    gap: float = 1e-6
    time_limit_s: float = 60.0
    seed: int = 1


@dataclass(frozen=True, eq=False)
class Found:
    """What a search ended with.

    Attributes
    ----------
    values : all columns of the program, None without a mix
    cost, bound : in currency
    linear : answer of the linear program with prices: of the program itself, or with its whole columns fixed
    """

    status: Status
    values: Floats | None
    cost: float
    bound: float
    seconds: float
    solver: str
    linear: Answer | None = None

    @property
    def gap(self) -> float:
        """Relative gap between cost and bound."""
        return relative_gap(self.cost, self.bound)


def search(mix: MixProgram, limits: Limits, *, start: Floats | None = None) -> Found:
    """Solve the program of a mix.

    Parameters
    ----------
    start : values of a mix to begin with, of the same columns
    """
    started = time.perf_counter()
    changing = ChangingProgram(mix.program, limits.seed)
    relaxed = certified(changing, limits.time_limit_s)
    if relaxed.values is None:
        return Found(relaxed.status, None, np.inf, -np.inf, time.perf_counter() - started, relaxed.solver)
    if mix.is_linear:
        return _of_linear(mix, relaxed, relaxed.values, time.perf_counter() - started)
    return _Whole(mix, limits, changing, relaxed.objective, started).found(relaxed.values, start)


def certified(changing: ChangingProgram, time_limit_s: float | None = None) -> Answer:
    """Solve a linear program and check its answer against the conditions of optimality.

    Raises
    ------
    SolverFailureError
        When they do not hold.
    """
    answer = changing.solve(time_limit_s)
    if answer.values is not None and not certify(changing.program, answer).holds():
        raise SolverFailureError("the solver's answer fails the check of optimality (certificate)")
    return answer


def _of_linear(mix: MixProgram, answer: Answer, solution: Floats, seconds: float) -> Found:
    values = complete(mix, clean_shares(mix, solution), solution)
    if values is None:
        raise SolverFailureError("the solver's mix has no staffing level that carries it")
    cost = float(mix.program.cost @ values)
    # the same mix, cleaned: what is left between the two is rounding
    bound = min(cost, answer.objective)
    return Found(
        Status.OPTIMAL, values, cost * mix.money, bound * mix.money, seconds, f"{answer.solver} (linear)", answer
    )


class _Whole:
    """The search of a program with whole columns: relaxation, rounding up, then branch and cut for what is left."""

    def __init__(
        self, mix: MixProgram, limits: Limits, changing: ChangingProgram, bound: float, started: float
    ) -> None:
        self.mix, self.limits, self.changing, self.started = mix, limits, changing, started
        self.bound = bound
        self.best: Floats | None = None
        self.linear: Answer | None = None
        self.whole = np.flatnonzero(mix.program.integer)
        self.program = mix.program  # with ever narrower bounds

    def found(self, relaxed: Floats, start: Floats | None) -> Found:
        """Search until the gap is proved or the time is up."""
        solver = "highs (linear relaxation, rounded up)"
        if start is not None:
            self.try_integers(start)
        self.try_integers(fixed_integers(self.mix, relaxed))
        if not self.is_done():
            solver = "by period (priced horizon)"
            self.by_period()
        if not self.is_done():
            name = INTEGER_SOLVER_OF_TABLES if self.mix.staffing else "highs"
            solver = f"{name} (integer)"
            left = max(self.limits.time_limit_s - (time.perf_counter() - self.started), 0.1)
            answer = solve(
                self.program,
                solver=name,
                time_limit_s=left,
                gap=self.limits.gap / 2,
                seed=self.limits.seed,
                hint=self.best,
            )
            if answer.status is Status.INFEASIBLE and self.best is None:
                return Found(Status.INFEASIBLE, None, np.inf, -np.inf, self.seconds, solver)
            if np.isfinite(answer.bound):
                self.bound = max(self.bound, answer.bound)
            if answer.values is not None:
                self.try_integers(answer.values)
        if self.best is None:
            return Found(Status.NO_PLAN, None, np.inf, self.bound * self.mix.money, self.seconds, solver)
        cost = self.cost(self.best)
        bound = min(self.bound, cost)
        status = Status.OPTIMAL if relative_gap(cost, bound) <= PROOF_TOLERANCE else Status.FEASIBLE
        money = self.mix.money
        return Found(status, self.best, cost * money, bound * money, self.seconds, solver, self.linear)

    @property
    def seconds(self) -> float:
        """Wall time so far."""
        return time.perf_counter() - self.started

    def cost(self, values: Floats) -> float:
        """Objective of a solution, in the program's unit."""
        return float(self.mix.program.cost @ values)

    def is_done(self) -> bool:
        """Whether the gap is proved."""
        return self.best is not None and relative_gap(self.cost(self.best), self.bound) <= self.limits.gap

    def by_period(self) -> None:
        """Solve each period by itself, for a bound and a mix; then close what no better mix uses."""
        relaxed = self.relax()
        name = INTEGER_SOLVER_OF_TABLES if self.mix.staffing else "highs"
        left = PART_OF_TIME * max(self.limits.time_limit_s - self.seconds, 0.0)
        found = solve_periods(
            self.mix, self.program, relaxed, gap=self.limits.gap / 2, seconds=left, seed=self.limits.seed, solver=name
        )
        if found is not None:
            bound, values = found
            self.bound = max(self.bound, bound)
            self.try_integers(fixed_integers(self.mix, values))
        if self.best is not None:
            self.program = close_by_prices(self.program, relaxed, self.cost(self.best))

    def relax(self) -> Answer:
        """Solve the relaxation with the bounds of now."""
        self.changing.set_bounds(self.whole, self.program.lower[self.whole], self.program.upper[self.whole])
        return certified(self.changing)

    def try_integers(self, values: Floats) -> None:
        """Solve for the best shares with these whole columns, and keep the mix if it is better than the best."""
        program = self.mix.program
        at = np.clip(np.round(values[self.whole]), program.lower[self.whole], program.upper[self.whole])
        self.changing.set_bounds(self.whole, at, at)
        answer = certified(self.changing, max(self.limits.time_limit_s - self.seconds, 0.5))
        if answer.values is None:
            return
        mix = complete(self.mix, clean_shares(self.mix, answer.values), answer.values)
        if mix is None or not keeps_rows(program, mix):
            return
        if self.best is None or self.cost(mix) < self.cost(self.best):
            self.best, self.linear = mix, answer


def keeps_rows(program: Program, values: Floats) -> bool:
    """Say whether a solution keeps every row and bound, within what is written."""
    activity = program.matrix @ values
    return bool(
        (activity >= program.row_lower - ROW_TOLERANCE).all()
        and (activity <= program.row_upper + ROW_TOLERANCE).all()
        and (values <= program.upper + ROW_TOLERANCE).all()
    )
