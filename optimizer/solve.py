"""The one door to the solvers: every status, bound, gap, time limit and seed is read here and nowhere else.

A ``Program`` is a linear or integer program in sparse arrays; ``solve`` sends it to a solver inside OR-Tools MathOpt
and returns an ``Answer`` whose status says what was proved. ``GrowingProgram`` is a linear program that gains columns
between solves (column generation) and keeps its basis; ``optimizer.changing`` holds one whose numbers change.
"""

from __future__ import annotations

import datetime
import math
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

FEASIBILITY_TOLERANCE = 1e-6
"""How far a row may be missed by a solver's answer, in the row's own unit."""
OPTIMALITY_GAP = 1e-9
"""A relative gap at or below this counts as proved optimal."""
GRAIN_SLACK = 0.01
"""Of a grain: a bound this little above a multiple stands on it."""


class Status(StrEnum):
    """What a solve ended with."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    NO_PLAN = "no plan within the limit"


STAGE_STATUS = {
    Status.OPTIMAL: "optimal", Status.FEASIBLE: "feasible", Status.INFEASIBLE: "infeasible",
    Status.UNBOUNDED: "failed", Status.NO_PLAN: "no plan",
}  # fmt: skip
"""Words of `models.plan.StageResult` for each."""


class SolverFailureError(RuntimeError):
    """A solver ended with an error of its own; never the fault of the input."""


@dataclass(frozen=True)
class Program:
    """Minimise ``cost @ x`` subject to ``row_lower <= matrix @ x <= row_upper`` and ``lower <= x <= upper``.

    Attributes
    ----------
    cost, lower, upper : (n,) arrays
    integer : (n,) bool array
    matrix : (m, n) sparse matrix
    row_lower, row_upper : (m,) arrays, infinite where a side is open
    """

    cost: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    integer: NDArray[np.bool_]
    matrix: sparse.csc_matrix
    row_lower: NDArray[np.float64]
    row_upper: NDArray[np.float64]

    def __post_init__(self) -> None:
        rows, columns = self.matrix.shape
        lengths = {len(self.cost), len(self.lower), len(self.upper), len(self.integer)}
        if lengths != {columns} or {len(self.row_lower), len(self.row_upper)} != {rows}:
            raise ValueError(f"program arrays do not match its {rows} x {columns} matrix")


@dataclass(frozen=True)
class Answer:
    """What a solver returned.

    Attributes
    ----------
    values : (n,) array or None when there is no solution
    objective, bound : value of the solution and proved lower bound, in the objective's unit
    row_duals : (m,) array, of linear programs only
    reduced_costs : (n,) array, of ``ChangingProgram`` only
    """

    status: Status
    values: NDArray[np.float64] | None
    objective: float
    bound: float
    seconds: float
    solver: str
    seed: int
    row_duals: NDArray[np.float64] | None = field(default=None, repr=False)
    reduced_costs: NDArray[np.float64] | None = field(default=None, repr=False)

    @property
    def gap(self) -> float:
        """Relative gap between objective and bound, of the objective."""
        return relative_gap(self.objective, self.bound)


def relative_gap(objective: float, bound: float) -> float:
    """Return (objective - bound) / |objective|; 0 where both are equal, infinite without a solution or a bound."""
    if not (math.isfinite(objective) and math.isfinite(bound)):
        return math.inf
    distance = max(0.0, objective - bound)
    return 0.0 if distance <= 1e-9 * max(1.0, abs(objective)) else distance / max(abs(objective), 1e-12)


def round_up(bound: float, grain: float) -> float:
    """Return the least multiple of ``grain`` at or above ``bound``: no schedule can cost anything in between."""
    if grain <= 0 or not math.isfinite(bound):
        return bound
    return max(bound, math.ceil(bound / grain - GRAIN_SLACK) * grain)


def solve(
    program: Program,
    *,
    solver: str = "highs",
    time_limit_s: float | None = None,
    gap: float = OPTIMALITY_GAP,
    absolute_gap: float | None = None,
    node_limit: int | None = None,
    seed: int = 1,
    hint: NDArray[np.float64] | None = None,
    cuts: bool = True,
) -> Answer:
    """Solve a program; the status is never better than what was proved.

    Parameters
    ----------
    solver : {"highs", "scip", "glop", "cp-sat"}
    time_limit_s : wall seconds
    gap : relative gap at which an integer program may stop
    absolute_gap : the same in the objective's unit
    hint : (n,) a solution to start from
    cuts : whether cutting planes may sharpen the bound; without them the search for solutions begins earlier. HiGHS
        always may

    Raises
    ------
    SolverFailureError
        When the solver ends with an internal error.
    """
    from ortools.math_opt.python import mathopt

    started = time.perf_counter()
    model = mathopt.Model.from_model_proto(model_message(program))
    parameters = mathopt.SolveParameters(
        relative_gap_tolerance=gap if program.integer.any() else None,
        absolute_gap_tolerance=absolute_gap if program.integer.any() else None,
        node_limit=node_limit,
        random_seed=seed,
        cuts=None if cuts or solver == "highs" else mathopt.Emphasis.OFF,
        time_limit=None if time_limit_s is None else datetime.timedelta(seconds=max(time_limit_s, 0.01)),
    )
    start = None
    if hint is not None and program.integer.any():
        start = mathopt.ModelSolveParameters()
        values = {variable: float(hint[variable.id]) for variable in model.variables()}
        start.solution_hints.append(mathopt.SolutionHint(variable_values=values))
    result = guarded(mathopt.solve, model, solver_type(solver), params=parameters, model_params=start)
    return _answer(result, program, time.perf_counter() - started, solver, seed)


class GrowingProgram:
    """A linear program that gains columns between solves; the simplex keeps its basis.

    GLOP is called below MathOpt's Python model: with thousands of columns, reading a solution through it takes longer
    than the solve.

    Parameters
    ----------
    program : the program to begin with; integrality is ignored
    presolve : whether each solve may simplify the program first; without, it goes on from the last basis, which is
        quicker where few columns come at a time
    """

    def __init__(self, program: Program, seed: int = 1, *, presolve: bool = True) -> None:
        from ortools.math_opt import parameters_pb2
        from ortools.math_opt.core.python import solver

        columns = len(program.cost)
        self._parts = [program.matrix]
        self._cost, self._lower, self._upper = [program.cost], program.lower.copy(), program.upper.copy()
        self._sides = program.row_lower, program.row_upper
        self._columns, self._seed, self._presolve = columns, seed, presolve
        nothing = parameters_pb2.SolverInitializerProto()
        self._solver = guarded(solver.new, solver_type("glop").value, model_message(self._whole()), nothing)

    def add_columns(self, cost: NDArray[np.float64], matrix: sparse.csc_matrix) -> None:
        """Add nonnegative columns: ``cost`` (k,), ``matrix`` (m, k)."""
        from ortools.math_opt import model_update_pb2

        count = len(cost)
        ids = np.arange(self._columns, self._columns + count)
        update = model_update_pb2.ModelUpdateProto()
        update.new_variables.ids.extend(ids.tolist())
        update.new_variables.lower_bounds.extend([0.0] * count)
        update.new_variables.upper_bounds.extend([math.inf] * count)
        update.new_variables.integers.extend([False] * count)
        priced = np.flatnonzero(cost)
        update.objective_updates.linear_coefficients.ids.extend(ids[priced].tolist())
        update.objective_updates.linear_coefficients.values.extend(cost[priced].tolist())
        _put_matrix(update.linear_constraint_matrix_updates, matrix, self._columns)
        self._parts.append(matrix)
        self._cost.append(cost)
        self._lower = np.concatenate([self._lower, np.zeros(count)])
        self._upper = np.concatenate([self._upper, np.full(count, math.inf)])
        self._columns += count
        guarded(self._solver.update, update)

    def bound_columns(self, columns: NDArray[np.int64], lower: float, upper: float) -> None:
        """Give some columns, in ascending order, new bounds; the basis is kept."""
        from ortools.math_opt import model_update_pb2

        self._lower[columns], self._upper[columns] = lower, upper
        update = model_update_pb2.ModelUpdateProto()
        for bounds, value in (("lower_bounds", lower), ("upper_bounds", upper)):
            changes = getattr(update.variable_updates, bounds)
            changes.ids.extend(columns.tolist())
            changes.values.extend([value] * len(columns))
        guarded(self._solver.update, update)

    def price_columns(self, columns: NDArray[np.int64], cost: NDArray[np.float64]) -> None:
        """Give some columns, in ascending order, new costs; the basis is kept."""
        from ortools.math_opt import model_update_pb2

        whole = np.concatenate(self._cost)
        whole[columns] = cost
        self._cost = [whole]
        update = model_update_pb2.ModelUpdateProto()
        update.objective_updates.linear_coefficients.ids.extend(columns.tolist())
        update.objective_updates.linear_coefficients.values.extend(cost.tolist())
        guarded(self._solver.update, update)

    def solve(self, time_limit_s: float | None = None) -> Answer:
        """Solve the linear program as it stands, from the last basis."""
        from ortools.math_opt import callback_pb2, model_parameters_pb2
        from ortools.math_opt.python import mathopt

        started = time.perf_counter()
        limit = None if time_limit_s is None else datetime.timedelta(seconds=max(time_limit_s, 0.01))
        presolve = None if self._presolve else mathopt.Emphasis.OFF
        parameters = mathopt.SolveParameters(time_limit=limit, random_seed=self._seed, presolve=presolve).to_proto()
        start, callback = model_parameters_pb2.ModelSolveParametersProto(), callback_pb2.CallbackRegistrationProto()
        result = guarded(self._solver.solve, parameters, start, None, callback, None, None)
        status = read_status(result)
        if status is Status.NO_PLAN and time.perf_counter() - started < (time_limit_s or math.inf):
            # GLOP gave up on its numbers, not on time: HiGHS takes this one from scratch
            return solve(self._whole(), solver="highs", seed=self._seed)
        seconds = time.perf_counter() - started
        if status is not Status.OPTIMAL:
            # feasible but stopped: no prices that prove anything
            status = Status.NO_PLAN if status is Status.FEASIBLE else status
            return Answer(status, None, math.inf, -math.inf, seconds, "glop", self._seed)
        found = result.solutions[0]
        values = dense(found.primal_solution.variable_values, self._columns)
        objective = float(found.primal_solution.objective_value)
        duals = dense(found.dual_solution.dual_values, len(self._sides[0]))
        return Answer(status, values, objective, objective, seconds, "glop", self._seed, row_duals=duals)

    def _whole(self) -> Program:
        """Return the program as it stands."""
        return Program(
            np.concatenate(self._cost), self._lower, self._upper, np.zeros(self._columns, bool),
            sparse.csc_matrix(sparse.hstack(self._parts)), *self._sides,
        )  # fmt: skip


def inner(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return the inner product of two long vectors, on one thread.

    Above 10,000 elements OpenBLAS shares it among threads that wait for each other by spinning: on a busy machine that
    takes longer than a few simplex pivots (38,000 elements: 20 ms in place of 0.05 ms).
    """
    return float((first * second).sum())


def guarded(function: Any, *arguments: Any, **options: Any) -> Any:
    """Call a solver; whatever it raises is a failure of the solver."""
    try:
        return function(*arguments, **options)
    except KeyboardInterrupt:
        raise
    except Exception as error:
        # MathOpt reports solver errors by several exception types, some of them broken themselves
        cause = error.__context__ or error
        raise SolverFailureError(f"the solver stopped with an error: {cause}") from error


def solver_type(name: str) -> Any:
    """Return MathOpt's name of a solver."""
    from ortools.math_opt.python import mathopt

    kinds = {
        "highs": mathopt.SolverType.HIGHS, "scip": mathopt.SolverType.GSCIP,
        "glop": mathopt.SolverType.GLOP, "cp-sat": mathopt.SolverType.CP_SAT,
    }  # fmt: skip
    return kinds[name]


def model_message(program: Program) -> Any:
    """Return a program as MathOpt's message."""
    from ortools.math_opt import model_pb2

    proto = model_pb2.ModelProto()
    rows, columns = program.matrix.shape
    proto.variables.ids.extend(range(columns))
    proto.variables.lower_bounds.extend(program.lower.tolist())
    proto.variables.upper_bounds.extend(program.upper.tolist())
    proto.variables.integers.extend(program.integer.tolist())
    proto.linear_constraints.ids.extend(range(rows))
    proto.linear_constraints.lower_bounds.extend(program.row_lower.tolist())
    proto.linear_constraints.upper_bounds.extend(program.row_upper.tolist())
    priced = np.flatnonzero(program.cost)
    proto.objective.linear_coefficients.ids.extend(priced.tolist())
    proto.objective.linear_coefficients.values.extend(program.cost[priced].tolist())
    _put_matrix(proto.linear_constraint_matrix, program.matrix, 0)
    return proto


def _put_matrix(message: Any, matrix: sparse.csc_matrix, first_column: int) -> None:
    """Enter a matrix into a message, row by row as MathOpt asks for; its columns count from ``first_column``."""
    by_row = matrix.tocsr()
    by_row.sort_indices()
    message.row_ids.extend(np.repeat(np.arange(by_row.shape[0]), np.diff(by_row.indptr)).tolist())
    message.column_ids.extend((first_column + by_row.indices).tolist())
    message.coefficients.extend(by_row.data.tolist())


def dense(vector: Any, length: int) -> NDArray[np.float64]:
    """Return a sparse vector of a message as an array."""
    values = np.zeros(length)
    values[np.fromiter(vector.ids, np.int64, len(vector.ids))] = np.fromiter(
        vector.values, np.float64, len(vector.values)
    )
    return values


def read_status(result: Any) -> Status:
    """Return what a result of MathOpt, or its message, ended with."""
    from ortools.math_opt.python import mathopt

    # MathOpt's messages hold the reason as a number
    reason = mathopt.TerminationReason(result.termination.reason)
    if reason is mathopt.TerminationReason.OPTIMAL:
        return Status.OPTIMAL
    if reason is mathopt.TerminationReason.FEASIBLE:
        return Status.FEASIBLE
    if reason in (mathopt.TerminationReason.INFEASIBLE, mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED):
        return Status.INFEASIBLE
    if reason is mathopt.TerminationReason.UNBOUNDED:
        return Status.UNBOUNDED
    if reason in (mathopt.TerminationReason.NO_SOLUTION_FOUND, mathopt.TerminationReason.IMPRECISE):
        return Status.NO_PLAN
    raise SolverFailureError(f"the solver ended with {reason.name}: {result.termination.detail}")


def _answer(result: Any, program: Program, seconds: float, solver: str, seed: int) -> Answer:
    status = read_status(result)
    bound = float(result.termination.objective_bounds.dual_bound)
    if status not in (Status.OPTIMAL, Status.FEASIBLE) or not result.has_primal_feasible_solution():
        missing = Status.NO_PLAN if status in (Status.OPTIMAL, Status.FEASIBLE) else status
        return Answer(missing, None, math.inf, bound, seconds, solver, seed)
    found = result.variable_values()
    values = np.zeros(len(program.cost))
    for variable, value in found.items():
        values[variable.id] = value
    values[program.integer] = np.round(values[program.integer])
    # a solver at its limit may report an objective of an unpolished point: the values are what counts
    objective = float(program.cost @ values)
    bound = min(bound, objective)
    # a solver calls "optimal" what reached the gap it was given; here the word is kept for what is proved
    if status is Status.OPTIMAL and relative_gap(objective, bound) > OPTIMALITY_GAP:
        status = Status.FEASIBLE
    duals = None
    if not program.integer.any() and result.has_dual_feasible_solution():
        duals = np.zeros(len(program.row_lower))
        for row, dual in result.dual_values().items():
            duals[row.id] = dual
    return Answer(status, values, objective, bound, seconds, solver, seed, row_duals=duals)
