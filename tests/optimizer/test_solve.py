"""What a solver ended with is what is said: statuses, bounds, gaps, limits."""

import math

import numpy as np
import pytest
from scipy import sparse

from optimizer import solve as door
from optimizer.solve import (
    GrowingProgram,
    Program,
    SolverFailureError,
    Status,
    relative_gap,
    solve,
)

SOLVERS = ["highs", "scip", "cp-sat"]


def _program(cost, rows, lower, *, upper=np.inf, integer=True, row_upper=np.inf):
    matrix = sparse.csc_matrix(np.array(rows, float))
    count = len(cost)
    return Program(
        np.array(cost, float), np.zeros(count), np.full(count, upper, float), np.full(count, integer), matrix,
        np.array(lower, float), np.broadcast_to(np.array(row_upper, float), len(lower)).copy(),
    )  # fmt: skip


def _hard(size=40, seed=3):
    """A cover problem with random whole costs that no solver closes at once."""
    rng = np.random.default_rng(seed)
    rows = rng.random((size, 4 * size)) < 0.07
    rows[np.arange(size), rng.integers(0, 4 * size, size)] = True
    return _program(rng.integers(90, 110, 4 * size), rows, rng.integers(1, 4, size), upper=50)


@pytest.mark.parametrize("solver", SOLVERS)
def test_optimal(solver):
    """Whole numbers: fractions would do with less."""
    found = solve(_program([5, 3.5], [[3, 2]], [7], upper=20), solver=solver)
    best = min(5 * a + 3.5 * b for a in range(5) for b in range(5) if 3 * a + 2 * b >= 7)
    assert found.status is Status.OPTIMAL
    assert found.objective == best == found.bound
    assert found.gap == 0
    assert (found.values == np.round(found.values)).all()


@pytest.mark.parametrize("solver", [*SOLVERS, "glop"])
def test_infeasible_gives_no_values(solver):
    found = solve(_program([1, 1], [[1, 1]], [5], upper=1, integer=solver != "glop"), solver=solver)
    assert found.status is Status.INFEASIBLE
    assert found.values is None
    assert found.row_duals is None
    assert found.objective == math.inf
    assert found.gap == math.inf


def test_a_program_stopped_at_its_gap_is_feasible_with_that_gap():
    program = _hard()
    loose, exact = solve(program, gap=0.2), solve(program, gap=0.0, time_limit_s=30)
    assert exact.status is Status.OPTIMAL
    assert loose.status is Status.FEASIBLE
    assert 0 < loose.gap <= 0.2
    assert loose.bound <= exact.objective <= loose.objective
    assert loose.gap == pytest.approx((loose.objective - loose.bound) / loose.objective)


@pytest.mark.parametrize("solver", ["highs", "scip"])
def test_a_program_stopped_by_time_is_never_optimal(solver):
    program = _hard(size=180)
    found = solve(program, gap=0.0, time_limit_s=1.0, solver=solver)
    assert found.seconds < 10
    assert found.status in (Status.FEASIBLE, Status.NO_PLAN)
    if found.status is Status.FEASIBLE:
        assert found.gap > 1e-4
        assert (program.matrix @ found.values >= program.row_lower - 1e-6).all()
        assert found.objective == pytest.approx(float(program.cost @ found.values))
    else:
        assert found.values is None


def test_no_time_is_no_plan():
    found = solve(_hard(size=180), time_limit_s=0.0, gap=0.0)
    assert found.status is not Status.OPTIMAL
    assert found.status is not Status.INFEASIBLE
    assert (found.values is None) == (found.status is Status.NO_PLAN)


def test_the_objective_is_that_of_the_values(monkeypatch):
    """A solver at its limit may state another objective than its values have: the values count."""
    program = _program([5, 3.5], [[3, 2]], [7], upper=20)
    call = door.guarded

    class Liar:
        def __init__(self, result):
            self._result = result
            self.termination = result.termination

        def __getattr__(self, name):
            return getattr(self._result, name)

        def objective_value(self):
            return 1.0

        def variable_values(self):
            return {variable: value + 3e-7 for variable, value in self._result.variable_values().items()}

    monkeypatch.setattr(door, "guarded", lambda *arguments, **options: Liar(call(*arguments, **options)))
    found = solve(program)
    assert found.objective == float(program.cost @ found.values) == 12.0
    assert (found.values == np.round(found.values)).all()  # and people are whole, not nearly whole


def test_linear_programs_have_duals():
    """One more unit of the row costs what the cheaper column costs a unit."""
    program = _program([5, 3], [[3, 2]], [7], integer=False)
    for solver in ("glop", "highs"):
        found = solve(program, solver=solver)
        assert found.status is Status.OPTIMAL
        assert found.objective == pytest.approx(10.5)
        assert found.row_duals == pytest.approx([1.5])


def test_integer_programs_have_none():
    assert solve(_program([5, 3], [[3, 2]], [7], upper=20)).row_duals is None


def test_unbounded_is_no_optimum():
    found = solve(_program([-1.0], [[1.0]], [0.0], integer=False), solver="glop")
    assert found.status in (Status.UNBOUNDED, Status.INFEASIBLE)
    assert found.values is None


def test_a_growing_program_reaches_the_whole_one():
    rng = np.random.default_rng(5)
    rows = (rng.random((12, 60)) < 0.3).astype(float)
    rows[:, :12] += np.eye(12)
    cost, need = rng.uniform(5, 20, 60), rng.integers(1, 5, 12)
    growing = GrowingProgram(_program(cost[:12], rows[:, :12], need, integer=False))
    values = [growing.solve().objective]
    for begin in range(12, 60, 12):
        growing.add_columns(cost[begin : begin + 12], sparse.csc_matrix(rows[:, begin : begin + 12]))
        answer = growing.solve()
        values.append(answer.objective)
        assert len(answer.values) == begin + 12
        assert (rows[:, : begin + 12] @ answer.values >= need - 1e-6).all()
    assert values == sorted(values, reverse=True)
    whole = solve(_program(cost, rows, need, integer=False), solver="highs")
    assert values[-1] == pytest.approx(whole.objective)
    assert answer.row_duals @ need == pytest.approx(whole.objective)
    assert (rows.T @ answer.row_duals <= cost + 1e-6).all()


def test_a_growing_program_without_solution():
    growing = GrowingProgram(_program([1.0], [[1.0], [0.0]], [1, 1], integer=False))
    answer = growing.solve()
    assert (answer.status, answer.values, answer.row_duals) == (Status.INFEASIBLE, None, None)
    growing.add_columns(np.array([2.0]), sparse.csc_matrix([[0.0], [1.0]]))
    assert growing.solve().objective == pytest.approx(3.0)


def test_a_solver_that_fails_says_so(monkeypatch):
    from ortools.math_opt.python import mathopt

    def broken(*arguments, **options):
        raise RuntimeError("internal")

    monkeypatch.setattr(mathopt, "solve", broken)
    with pytest.raises(SolverFailureError, match="internal"):
        solve(_program([1.0], [[1.0]], [1.0], upper=5))


def test_an_interrupt_is_not_swallowed(monkeypatch):
    from ortools.math_opt.python import mathopt

    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(mathopt, "solve", interrupted)
    with pytest.raises(KeyboardInterrupt):
        solve(_program([1.0], [[1.0]], [1.0], upper=5))


def test_shapes_must_match():
    with pytest.raises(ValueError, match="do not match"):
        _program([1.0, 2.0], [[1.0]], [1.0])


@pytest.mark.parametrize(
    ("objective", "bound", "gap"),
    [(100, 99, 0.01), (100, 100, 0), (100, 101, 0), (0, 0, 0), (-50, -60, 0.2), (math.inf, 5, math.inf)],
)
def test_relative_gap(objective, bound, gap):
    assert relative_gap(objective, bound) == pytest.approx(gap)


def test_a_gap_just_above_noise_counts():
    assert relative_gap(100, 100 - 1e-6) > 0
    assert relative_gap(5, -math.inf) == math.inf


@pytest.mark.parametrize("presolve", [True, False])
def test_a_growing_program_takes_columns_away_again(presolve):
    """min 5a + 3b + 2c, a + b + c = 1: the cheapest that is left, each time."""
    one = np.ones(1)
    program = Program(
        np.array([5.0]), np.zeros(1), np.full(1, np.inf), np.zeros(1, bool), sparse.csc_matrix([[1.0]]), one, one
    )
    growing = GrowingProgram(program, presolve=presolve)
    growing.add_columns(np.array([3.0, 2.0]), sparse.csc_matrix([[1.0, 1.0]]))
    assert growing.solve().objective == pytest.approx(2.0)
    growing.bound_columns(np.array([2]), 0.0, 0.0)
    answer = growing.solve()
    assert answer.objective == pytest.approx(3.0)
    assert answer.row_duals == pytest.approx([3.0])
    growing.bound_columns(np.array([2]), 0.25, 0.25)
    assert growing.solve().values == pytest.approx([0.0, 0.75, 0.25])
