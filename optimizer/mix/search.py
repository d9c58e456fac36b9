"""Solving the program of a mix: linear ones with prices and certificate, others between a bound and a plan."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse

from models.mix.records import Floats
from models.plan import PROOF_TOLERANCE
from optimizer.certificate import certify
from optimizer.changing import ChangingProgram
from optimizer.mix.complete import clean_shares, complete, fixed_integers
from optimizer.mix.periods import Decomposed, coupling_rows
from optimizer.mix.program import MixProgram
from optimizer.mix.rules import BUDGET
from optimizer.progress import is_stop_asked, tell
from optimizer.solve import Answer, Program, SolverFailureError, Status, relative_gap, solve

ROW_TOLERANCE = 1e-6
"""How far a row may be missed by a mix that is written, in the row's own unit (about 1)."""

PART_OF_TIME = 0.5
"""Of what is left, for solving period by period; then branch and cut takes the whole."""
MOST_ROUNDS = 30
FINER, LAST_AIM = 0.1, 0.01
"""Where prices cannot be better within the gap and no mix is, the parts are solved so much closer, down to so much."""
INTEGER_SOLVER_OF_TABLES = "scip"
"""Closes the steps of cost tables: to 0.04 % in 9 s where HiGHS stood at 0.16 % (2 pools, 12 periods, 6 levels). With
licences alone HiGHS is three times as fast (38,561 columns, 36 of them whole)."""


@dataclass(frozen=True)
class Limits:
    """When a search ends: at a gap proved, or after so many seconds.

    Attributes
    ----------
    enough : currency; a bound within the gap of it ends the search, because a mix that costs as much is known
    """

    gap: float = 1e-6
    time_limit_s: float = 60.0
    seed: int = 1
    enough: float = np.inf


@dataclass(frozen=True, eq=False)
class Found:
    """What a search ended with.

    Attributes
    ----------
    values : all columns of the program, None without a mix
    cost, bound : in currency
    linear : answer of the linear program with prices: of the program itself, or with its whole columns fixed
    again : the search, to go on from at other levels; None of linear programs, and where a tier leads
    """

    status: Status
    values: Floats | None
    cost: float
    bound: float
    seconds: float
    solver: str
    linear: Answer | None = None
    again: Search | None = field(default=None, repr=False)

    @property
    def gap(self) -> float:
        """Relative gap between cost and bound."""
        return relative_gap(self.cost, self.bound)


def search(mix: MixProgram, limits: Limits, *, start: Floats | None = None, parts: Decomposed | None = None) -> Found:
    """Solve the program of a mix.

    Parameters
    ----------
    start : values of a mix to begin with, of the same columns
    parts : the periods of a program that differs in rules of the horizon only
    """
    return Search(mix, limits.seed, parts).solve(limits, start=start)


def decomposed(mix: MixProgram, seed: int) -> Decomposed:
    """Return the periods of a program."""
    return Decomposed(mix, seed, _integer_solver(mix))


def _integer_solver(mix: MixProgram) -> str:
    """Name the solver that closes what is left."""
    return INTEGER_SOLVER_OF_TABLES if mix.staffing else "highs"


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


def _in_order(matrix: sparse.csc_matrix) -> sparse.csc_matrix:
    """Return a matrix with the rows of each column in ascending order."""
    return matrix if matrix.has_sorted_indices else matrix.sorted_indices()


class Search:
    """A program of a mix that is solved, again and again while its costs and levels of rules of the horizon change.

    The relaxation is rounded up, which is a first mix; then the periods are solved with prices for the rules of the
    horizon (`optimizer.mix.periods`), and at the end branch and cut has what is left.

    Parameters
    ----------
    mix : its `program` is not changed
    parts : its periods, of a program that differs in rules of the horizon only
    """

    def __init__(self, mix: MixProgram, seed: int = 1, parts: Decomposed | None = None) -> None:
        self.mix, self.seed, self.program = mix, seed, mix.program
        self.whole = np.flatnonzero(mix.program.integer)
        self._changing = ChangingProgram(mix.program, seed)
        self._parts = parts

    def move(self, mix: MixProgram) -> None:
        """Go on with other costs and other levels of rules of the horizon.

        Parameters
        ----------
        mix : with the same columns and rows

        Raises
        ------
        ValueError
            When its periods differ in more than their costs.
        """
        old, new = self.program, replace(mix.program, cost=mix.program.cost * (mix.money / self.mix.money))
        matrix, before = _in_order(new.matrix), _in_order(old.matrix)
        if not all(np.array_equal(getattr(matrix, name), getattr(before, name)) for name in ("indptr", "indices")):
            raise ValueError("the programs have other rows or columns")
        places = np.flatnonzero(matrix.data != before.data)
        sides = np.flatnonzero((new.row_lower != old.row_lower) | (new.row_upper != old.row_upper))
        if not set(matrix.indices[places]) | set(sides) <= set(np.flatnonzero(coupling_rows(mix))):
            raise ValueError("only costs and rules of the horizon change between solves")
        columns = np.searchsorted(matrix.indptr, places, side="right") - 1
        for row, column, value in zip(matrix.indices[places], columns, matrix.data[places], strict=True):
            self._changing.set_coefficient(int(row), int(column), float(value))
        every = np.arange(len(new.cost))
        self._changing.set_rows(new.row_lower, new.row_upper)
        self._changing.set_bounds(every, new.lower, new.upper)
        self._changing.set_costs(every, new.cost)
        parts = self._parts
        self.program, self.mix = new, replace(mix, program=new, money=self.mix.money)
        if parts is not None:
            parts.set_program(new)

    def solve(self, limits: Limits, *, start: Floats | None = None) -> Found:
        """Solve the program with the levels of now.

        Parameters
        ----------
        start : values of a mix to begin with; those of a program with other columns are left aside
        """
        started = time.perf_counter()
        self._changing.set_bounds(self.whole, self.program.lower[self.whole], self.program.upper[self.whole])
        relaxed = certified(self._changing, limits.time_limit_s)
        if relaxed.values is None:
            return Found(relaxed.status, None, np.inf, -np.inf, time.perf_counter() - started, relaxed.solver)
        if self.mix.is_linear:
            return _of_linear(self.mix, relaxed, relaxed.values, time.perf_counter() - started)
        return replace(_Run(self, limits, relaxed, started).found(start), again=self)

    @property
    def parts(self) -> Decomposed:
        """The periods, with what is known of them."""
        if self._parts is None:
            self._parts = decomposed(self.mix, self.seed)
        if self._parts.program is not self.program:
            self._parts.restart(self.program)
        return self._parts

    def with_whole(self, values: Floats, seconds: float) -> tuple[Floats, Answer] | None:
        """Return the best mix with these whole columns, and the linear program's answer; None without one."""
        program = self.program
        at = np.clip(np.round(values[self.whole]), program.lower[self.whole], program.upper[self.whole])
        self._changing.set_bounds(self.whole, at, at)
        answer = certified(self._changing, seconds)
        if answer.values is None:
            return None
        mix = complete(self.mix, clean_shares(self.mix, answer.values), answer.values)
        return None if mix is None or not keeps_rows(program, mix) else (mix, answer)


class _Run:
    """One solve of a program with whole columns: its bound, and the best mix so far."""

    def __init__(self, search: Search, limits: Limits, relaxed: Answer, started: float) -> None:
        self.search, self.limits, self.relaxed, self.started = search, limits, relaxed, started
        self.bound = relaxed.objective
        self.best: Floats | None = None
        self.linear: Answer | None = None
        self.tried: set[bytes] = set()

    def found(self, start: Floats | None) -> Found:
        """Search until the gap is proved or the time is up."""
        solver = "highs (linear relaxation, rounded up)"
        if start is not None and len(start) == len(self.search.program.cost):
            self.try_whole(start)
        if self.relaxed.values is not None:
            self.try_whole(fixed_integers(self.search.mix, self.relaxed.values))
        if not self.is_done():
            solver = "by period (priced horizon)"
            self.by_period()
        is_over = self.best is not None and is_stop_asked()
        if not self.is_done() and not np.isposinf(self.bound) and not is_over:
            solver = f"{_integer_solver(self.search.mix)} (integer)"
            self.branch_and_cut()
        money = self.search.mix.money
        if self.best is None:
            if np.isposinf(self.bound):
                return Found(Status.INFEASIBLE, None, np.inf, -np.inf, self.seconds, solver)
            return Found(Status.NO_PLAN, None, np.inf, self.bound * money, self.seconds, solver)
        cost = self.cost(self.best)
        bound = min(self.bound, cost)
        status = Status.OPTIMAL if relative_gap(cost, bound) <= PROOF_TOLERANCE else Status.FEASIBLE
        return Found(status, self.best, cost * money, bound * money, self.seconds, solver, self.linear)

    @property
    def seconds(self) -> float:
        """Wall time so far."""
        return time.perf_counter() - self.started

    @property
    def left(self) -> float:
        """Wall time that is left."""
        return 0.0 if is_stop_asked() else max(self.limits.time_limit_s - self.seconds, 0.0)

    def cost(self, values: Floats) -> float:
        """Objective of a solution, in the program's unit."""
        return float(self.search.program.cost @ values)

    def is_done(self) -> bool:
        """Whether the gap is proved, or nothing better than what is known is left."""
        if np.isfinite(self.limits.enough):
            known = self.limits.enough / self.search.mix.money
            if relative_gap(known, self.bound) <= self.limits.gap:
                return True
        return self.best is not None and relative_gap(self.cost(self.best), self.bound) <= self.limits.gap

    def by_period(self) -> None:
        """Price the rules of the horizon round by round, for a bound and a mix."""
        if self.relaxed.row_duals is None:
            return
        parts, end, aim = self.search.parts, PART_OF_TIME * self.left + self.seconds, self.limits.gap
        for _ in range(MOST_ROUNDS):
            whole = parts.round(self.relaxed.row_duals, aim, max(end - self.seconds, 0.0))
            self.bound = max(self.bound, parts.bound)
            tell("channel mix", bound=self.bound * self.search.mix.money)
            if self.is_over_budget():
                self.bound = np.inf
            if whole is not None:
                self.try_whole(whole)
            if self.is_done() or np.isposinf(self.bound) or self.seconds >= end or is_stop_asked():
                break
            if parts.is_ended:
                if not parts.bound > -np.inf or aim <= LAST_AIM * self.limits.gap:
                    break
                aim *= FINER

    def is_over_budget(self) -> bool:
        """Whether the bound says that no mix is within the budget of the horizon."""
        program, money = self.search.program, self.search.mix.money
        for row in self.search.mix.rule_rows:
            if row.rule.kind == BUDGET and self.best is None:
                spent = program.matrix[row.row].toarray().ravel() / (row.unit * money)
                # a search may have another objective than cost
                if np.allclose(spent, program.cost):
                    most = float(program.row_upper[row.row]) / (row.unit * money)
                    return self.bound > most + ROW_TOLERANCE * abs(most)
        return False

    def branch_and_cut(self) -> None:
        """Give what is left to a solver of integer programs, without what no better mix uses."""
        program = self.search.program
        if self.best is not None:
            program = self.search.parts.narrowed(self.cost(self.best))
        answer = solve(
            program, solver=_integer_solver(self.search.mix), time_limit_s=max(self.left, 0.1), gap=self.limits.gap / 2,
            seed=self.limits.seed, hint=self.best,
        )  # fmt: skip
        if answer.status is Status.INFEASIBLE and self.best is None:
            self.bound = np.inf
        if np.isfinite(answer.bound):
            self.bound = max(self.bound, answer.bound)
        if answer.values is not None:
            self.try_whole(answer.values)

    def try_whole(self, values: Floats) -> None:
        """Keep the mix with these whole columns if it is better than the best."""
        key = np.round(values[self.search.whole]).astype(np.int64).tobytes()
        if key in self.tried:
            return
        self.tried.add(key)
        found = self.search.with_whole(values, max(self.left, 0.5))
        if found is not None and (self.best is None or self.cost(found[0]) < self.cost(self.best)):
            self.best, self.linear = found
            money = self.search.mix.money
            tell("channel mix", best=self.cost(self.best) * money, bound=self.bound * money)


def keeps_rows(program: Program, values: Floats) -> bool:
    """Say whether a solution keeps every row and bound, within what is written."""
    activity = program.matrix @ values
    return bool(
        (activity >= program.row_lower - ROW_TOLERANCE).all()
        and (activity <= program.row_upper + ROW_TOLERANCE).all()
        and (values <= program.upper + ROW_TOLERANCE).all()
    )
