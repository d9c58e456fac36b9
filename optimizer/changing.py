"""A linear program whose numbers change between solves: levels of floors, budgets, prices.

Statuses, failures and messages are those of ``optimizer.solve``; only the basis is kept here.
"""

from __future__ import annotations

import datetime
import math
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.solve import (
    Answer,
    Program,
    SolverFailureError,
    Status,
    dense,
    guarded,
    inner,
    model_message,
    read_status,
    solver_type,
)


class ChangingProgram:
    """A linear program whose numbers change between solves, such as the level of a floor or a budget.

    The first solve is by HiGHS, which is quickest from nothing; GLOP goes on from its basis by the dual simplex. Both
    are called below MathOpt's Python model: with many columns, reading a solution through it takes longer than the
    solve (38,400 columns, 4,800 rows: 0.13 s a solve instead of 0.03 s).

    Parameters
    ----------
    program : the program to begin with; integrality is ignored
    presolve : whether the first solve begins with one; of a few hundred columns it takes longer than the simplex
    """

    def __init__(self, program: Program, seed: int = 1, *, presolve: bool = True) -> None:
        # one order of the matrix, so that a coefficient has one place; a zero that may change has one too
        matrix = program.matrix.tocsc(copy=True)
        matrix.sort_indices()
        self.program = Program(
            program.cost.copy(), program.lower.copy(), program.upper.copy(), np.zeros(len(program.cost), bool), matrix,
            program.row_lower.copy(), program.row_upper.copy(),
        )  # fmt: skip
        self._seed, self._presolve = seed, presolve
        self._basis: Any = None
        self._solver: Any = None
        self._update: Any = None

    def set_sides(self, row: int, lower: float, upper: float) -> None:
        """Change both sides of a row."""
        self.program.row_lower[row], self.program.row_upper[row] = lower, upper
        change = self._changes().linear_constraint_updates
        for field_name, value in (("lower_bounds", lower), ("upper_bounds", upper)):
            _put(getattr(change, field_name), [row], [value])

    def set_rows(self, lower: NDArray[np.float64], upper: NDArray[np.float64]) -> None:
        """Change both sides of all rows."""
        self.program.row_lower[:], self.program.row_upper[:] = lower, upper
        change, rows = self._changes().linear_constraint_updates, list(range(len(lower)))
        _put(change.lower_bounds, rows, lower.tolist())
        _put(change.upper_bounds, rows, upper.tolist())

    def set_bounds(self, columns: NDArray[np.int64], lower: NDArray[np.float64], upper: NDArray[np.float64]) -> None:
        """Change the bounds of columns, in ascending order."""
        self.program.lower[columns], self.program.upper[columns] = lower, upper
        change = self._changes().variable_updates
        _put(change.lower_bounds, columns.tolist(), lower.tolist())
        _put(change.upper_bounds, columns.tolist(), upper.tolist())

    def set_costs(self, columns: NDArray[np.int64], costs: NDArray[np.float64]) -> None:
        """Change the objective's coefficients of columns, in ascending order."""
        self.program.cost[columns] = costs
        _put(self._changes().objective_updates.linear_coefficients, columns.tolist(), costs.tolist())

    def set_coefficient(self, row: int, column: int, value: float) -> None:
        """Change a coefficient that stands in the matrix.

        Raises
        ------
        KeyError
            When there is none.
        """
        matrix = self.program.matrix
        begin, end = matrix.indptr[column], matrix.indptr[column + 1]
        place = begin + int(np.searchsorted(matrix.indices[begin:end], row))
        if place == end or matrix.indices[place] != row:
            raise KeyError(f"row {row} has no coefficient in column {column}")
        matrix.data[place] = value
        change = self._changes().linear_constraint_matrix_updates
        places = zip(change.row_ids, change.column_ids, strict=True)
        known = dict(zip(places, change.coefficients, strict=True)) | {(row, column): value}
        change.Clear()
        for (at_row, at_column), coefficient in sorted(known.items()):
            change.row_ids.append(at_row)
            change.column_ids.append(at_column)
            change.coefficients.append(coefficient)

    def solve(self, time_limit_s: float | None = None) -> Answer:
        """Solve the program as it stands, from the last basis where there is one."""
        started = time.perf_counter()
        result, solver = None, "glop"
        if self._basis is not None:
            result = self._from_basis(time_limit_s)
            if read_status(result) not in (Status.OPTIMAL, Status.UNBOUNDED):
                result = None  # what GLOP calls infeasible, or gives up on, HiGHS takes from scratch
        if result is None:
            result, solver = self._from_nothing(time_limit_s)
            self._solver = self._update = None
            self._basis = result.solutions[0].basis if result.solutions else None
        status, seconds = read_status(result), time.perf_counter() - started
        if status is not Status.OPTIMAL:
            # feasible but stopped: nothing that proves anything
            status = Status.NO_PLAN if status is Status.FEASIBLE else status
            return Answer(status, None, math.inf, -math.inf, seconds, solver, self._seed)
        found = result.solutions[0]
        program = self.program
        values = dense(found.primal_solution.variable_values, len(program.cost))
        duals = dense(found.dual_solution.dual_values, len(program.row_lower))
        objective = inner(program.cost, values)
        return Answer(
            status, values, objective, objective, seconds, solver, self._seed, row_duals=duals,
            reduced_costs=program.cost - program.matrix.T @ duals,
        )  # fmt: skip

    def _from_nothing(self, time_limit_s: float | None) -> tuple[Any, str]:
        """Solve without a basis; GLOP where HiGHS gives up on its numbers, not on time."""
        message, started = model_message(self.program), time.perf_counter()
        try:
            result = guarded(_below, "highs", message, time_limit_s, self._seed, presolve=self._presolve)
            given_up = read_status(result) is Status.NO_PLAN
            if not given_up or time.perf_counter() - started >= (time_limit_s or math.inf):
                return result, "highs"
        except SolverFailureError:
            pass  # GLOP may do better; if not, its failure is the one that is told
        return guarded(_below, "glop", message, time_limit_s, self._seed), "glop"

    def _changes(self) -> Any:
        """Return the message that collects changes until the next solve."""
        from ortools.math_opt import model_update_pb2

        if self._update is None:
            self._update = model_update_pb2.ModelUpdateProto()
        return self._update

    def _from_basis(self, time_limit_s: float | None) -> Any:
        """Solve by GLOP, which keeps its basis by itself once it has one."""
        from ortools.math_opt import callback_pb2
        from ortools.math_opt.python import mathopt

        start = _only_nonzero()
        if self._solver is None:
            self._solver = guarded(_new_solver, "glop", model_message(self.program))
            start.initial_basis.CopyFrom(self._basis)
        elif self._update is not None:
            guarded(self._solver.update, self._update)
        self._update = None
        parameters = mathopt.SolveParameters(
            presolve=mathopt.Emphasis.OFF,
            scaling=mathopt.Emphasis.OFF,
            lp_algorithm=mathopt.LPAlgorithm.DUAL_SIMPLEX,
            random_seed=self._seed,
            time_limit=None if time_limit_s is None else datetime.timedelta(seconds=max(time_limit_s, 0.01)),
        )
        callback = callback_pb2.CallbackRegistrationProto()
        return guarded(self._solver.solve, parameters.to_proto(), start, None, callback, None, None)


def _put(vector: Any, places: list[int], values: list[float]) -> None:
    """Enter values into a sparse vector of changes; a later change of a place replaces the earlier one."""
    known = dict(zip(vector.ids, vector.values, strict=True))
    known.update(zip(places, values, strict=True))
    ordered = sorted(known.items())
    vector.Clear()
    vector.ids.extend(place for place, _ in ordered)
    vector.values.extend(value for _, value in ordered)


def _new_solver(name: str, proto: Any) -> Any:
    from ortools.math_opt import parameters_pb2
    from ortools.math_opt.core.python import solver

    return solver.new(solver_type(name).value, proto, parameters_pb2.SolverInitializerProto())


def _below(name: str, proto: Any, time_limit_s: float | None, seed: int, *, presolve: bool = True) -> Any:
    """Solve a model by MathOpt's own messages."""
    from ortools.math_opt import callback_pb2, parameters_pb2
    from ortools.math_opt.core.python import solver
    from ortools.math_opt.python import mathopt

    limit = None if time_limit_s is None else datetime.timedelta(seconds=max(time_limit_s, 0.01))
    parameters = mathopt.SolveParameters(
        random_seed=seed, time_limit=limit, presolve=None if presolve else mathopt.Emphasis.OFF
    ).to_proto()
    return solver.solve(
        proto, solver_type(name).value, parameters_pb2.SolverInitializerProto(), parameters,
        _only_nonzero(), None, callback_pb2.CallbackRegistrationProto(), None, None,
    )  # fmt: skip


def _only_nonzero() -> Any:
    """Return what a solve is asked to report: values and prices other than 0; reduced costs follow from the prices."""
    from ortools.math_opt import model_parameters_pb2

    asked = model_parameters_pb2.ModelSolveParametersProto()
    asked.variable_values_filter.skip_zero_values = True
    asked.dual_values_filter.skip_zero_values = True
    asked.reduced_costs_filter.filter_by_ids = True
    return asked
