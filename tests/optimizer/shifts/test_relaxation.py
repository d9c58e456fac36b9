"""Column generation reaches the linear optimum over every pattern, and its bounds are bounds."""

from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse

from optimizer.shifts import relaxation
from optimizer.shifts.engine import Limits, solve_shifts
from optimizer.shifts.relaxation import relax
from optimizer.shifts.rows import build_rows
from optimizer.solve import Program, Status, solve


@pytest.fixture
def generated(monkeypatch):
    """Let every problem be solved by column generation, two patterns a round at first."""
    monkeypatch.setattr(relaxation, "EXPLICIT_PATTERNS", 0)
    monkeypatch.setattr(relaxation, "COLUMNS_PER_ROUND", 2)


def _explicit(tiny, problem):
    """The linear optimum over all patterns, their columns by plain loops; infinite without a solution."""
    rows = build_rows(problem)
    patterns = tiny.patterns(problem)
    matrix = sparse.lil_matrix((rows.count, len(patterns)))
    for column, pattern in enumerate(patterns):
        family = problem.families[pattern[0]]
        present, duty = tiny.attendance(problem, *pattern)
        for row, (kind, label, place) in enumerate(rows.names):
            if kind == "cover" and label == problem.pools[family.pool]:
                matrix[row, column] = duty[place]
            elif kind == "attended":
                limit = next(limit for limit in problem.attendance if limit.name == label)
                if family.pool in limit.pools:
                    matrix[row, column] = (duty if limit.on_duty else present)[place]
            elif kind == "counted":
                limit = next(limit for limit in problem.counts if limit.name == label)
                if pattern[0] in limit.factors:
                    matrix[row, column] = limit.factors[pattern[0]][pattern[1]]
    count = len(patterns) + len(rows.side_cost)
    program = Program(
        np.concatenate([[tiny.pattern_cost(problem, *pattern) for pattern in patterns], rows.side_cost]),
        np.zeros(count), np.concatenate([np.full(len(patterns), np.inf), rows.side_upper]), np.zeros(count, bool),
        sparse.hstack([matrix, rows.side_matrix], format="csc"), rows.lower, rows.upper,
    )  # fmt: skip
    return solve(program, solver="glop").objective


def _problem(tiny, rng, kind):
    problem = tiny.random(rng, pools=2, intervals=10, families=3, starts=4, breaks=3, longest=9, top=4)
    if kind == "service":
        gains = np.sort(rng.uniform(0.01, 0.2, (5, 4)), axis=1)[:, ::-1]
        service = tiny.service(range(5), rng.uniform(1, 9, 5), [0.5] * 5, gains, 0.7)
        return replace(problem, service=(service,))
    if kind == "soft":
        return replace(problem, under_cost=30.0, over_cost=3.0)
    if kind == "work":
        return replace(problem, deferrable=(tiny.work(rng.uniform(0, 1, 10), 3),))
    if kind == "limits":
        top = int(problem.need.sum(axis=0).max())
        return replace(
            problem,
            attendance=(tiny.limit((0, 1), 10, most=top + 1, on_duty=True), tiny.limit((1,), 10, least=1, name="low")),
            counts=(tiny.count({0: np.ones(len(problem.families[0].starts))}, most=2.0),),
        )
    return problem


@pytest.mark.parametrize("kind", ["cover", "service", "soft", "work", "limits"])
def test_generation_reaches_the_linear_optimum(tiny, generated, kind):
    solved = 0
    for seed in range(12):
        problem = _problem(tiny, np.random.default_rng(seed), kind)
        rows = build_rows(problem)
        found, best = relax(problem, rows), _explicit(tiny, problem)
        assert not found.explicit
        if np.isinf(best):
            assert found.status is Status.INFEASIBLE
            continue
        solved += 1
        assert found.status is Status.OPTIMAL
        assert found.objective == pytest.approx(best, rel=1e-7, abs=1e-6)
        assert found.bound == pytest.approx(best, rel=1e-7, abs=1e-6)
        assert len(found.columns) <= len(tiny.patterns(problem))
        # the duals are feasible: no pattern prices out, and need has no negative price
        for pattern in tiny.patterns(problem):
            present, duty = tiny.attendance(problem, *pattern)
            collected = 0.0
            for (row_kind, label, place), dual in zip(rows.names, found.duals.tolist(), strict=True):
                family = problem.families[pattern[0]]
                if row_kind == "cover" and label == problem.pools[family.pool]:
                    collected += dual * duty[place]
                    assert dual >= -1e-7 or problem.over_cost
                elif row_kind == "attended":
                    limit = next(limit for limit in problem.attendance if limit.name == label)
                    if family.pool in limit.pools:
                        collected += dual * (duty if limit.on_duty else present)[place]
                elif row_kind == "counted" and pattern[0] == 0:
                    collected += dual
            assert tiny.pattern_cost(problem, *pattern) - collected >= -1e-4
    assert solved >= 5


def test_explicit_and_generated_are_the_same(tiny, monkeypatch):
    rng = np.random.default_rng(3)
    for _ in range(10):
        problem = _problem(tiny, rng, "cover")
        rows = build_rows(problem)
        explicit = relax(problem, rows)
        with monkeypatch.context() as patch:
            patch.setattr(relaxation, "EXPLICIT_PATTERNS", 0)
            generated = relax(problem, rows)
        assert (explicit.explicit, generated.explicit) == (True, False)
        assert explicit.status is generated.status
        if explicit.status is Status.OPTIMAL:
            assert explicit.bound == pytest.approx(generated.bound, abs=1e-6)


def test_farley_bound_never_exceeds_the_optimum(tiny, generated, monkeypatch):
    bounds = []
    farley = relaxation._farley

    def record(*arguments):
        bounds.append(farley(*arguments))
        return bounds[-1]

    monkeypatch.setattr(relaxation, "_farley", record)
    kept = worth = 0
    for seed in range(15):
        for kind in ("cover", "service"):
            problem = _problem(tiny, np.random.default_rng(seed), kind)
            bounds.clear()
            best = _explicit(tiny, problem)
            relax(problem, build_rows(problem))
            if np.isfinite(best):
                assert all(bound <= best + 1e-6 for bound in bounds)
                kept += len(bounds)
                worth += sum(bound > 0.5 * best for bound in bounds)
    assert kept >= 20
    assert worth >= 0.5 * kept


def test_a_relaxation_out_of_time_is_feasible_with_a_valid_bound(tiny, generated, monkeypatch):
    """The clock jumps after the first round: what is at hand is kept, the bound is Farley's."""
    rng = np.random.default_rng(8)
    stopped = 0
    for _ in range(10):
        problem = _problem(tiny, rng, "cover")
        best = _explicit(tiny, problem)
        rows = build_rows(problem)
        if np.isinf(best) or relax(problem, rows).rounds < 3:
            continue
        now = iter([0.0, 0.0] + [100.0] * 1000)
        with monkeypatch.context() as patch:
            patch.setattr(relaxation, "time", SimpleNamespace(perf_counter=partial(next, now)))
            found = relax(problem, rows, time_limit_s=50.0)
        assert found.status is Status.FEASIBLE
        assert found.rounds == 1
        assert found.bound <= best + 1e-6 <= found.objective + 2e-6
        stopped += 1
    assert stopped >= 3


def test_a_schedule_is_found_where_the_first_patterns_have_none(tiny, generated):
    """Breaks in the middle of their windows leave one interval to nobody; other places do not."""
    family = tiny.family(5, [0], 50.0, breaks=(tiny.rest(1, 1, 2, 3),))
    found = solve_shifts(tiny.problem([1] * 5, [family]), Limits(gap=0.0))
    assert found.status is Status.OPTIMAL
    assert found.objective == 100.0


def test_a_hard_to_reach_service_level_is_no_contradiction(tiny, generated):
    """The last per mille takes many dear people: hardly worth it, yet possible, and asked for."""
    family = tiny.family(3, [0], 50.0, breaks=(tiny.rest(1, 0, 1, 2),))
    service = tiny.service([1], [1.0], [0.99], [[2e-6] * 20], 0.99 + 29e-6)
    problem = tiny.problem([1, 0, 1], [family], service=(service,), pay=[[0, 30, 0, 0, 0, 0]])
    found = solve_shifts(problem, Limits(gap=0.0))
    tiny.check(problem, found)
    assert found.objective == 750.0


def test_a_linear_program_out_of_time_keeps_the_round_before(tiny, generated, monkeypatch):
    """GLOP stopped half-way through a later round has no answer: the answer of the round before still counts."""
    rng = np.random.default_rng(8)
    solve_growing, rounds = relaxation.GrowingProgram.solve, []

    def stopped(program, left):
        rounds.append(left)
        answer = solve_growing(program, left)
        if len(rounds) < 3:
            return answer
        return replace(answer, status=Status.NO_PLAN, values=None, row_duals=None, objective=np.inf, bound=-np.inf)

    monkeypatch.setattr(relaxation.GrowingProgram, "solve", stopped)
    checked = 0
    for _ in range(10):
        problem, rounds[:] = _problem(tiny, rng, "cover"), []
        best, rows = _explicit(tiny, problem), build_rows(problem)
        found = relax(problem, rows, time_limit_s=9.0)
        if np.isinf(best) or len(rounds) < 3:
            continue
        assert found.status is Status.FEASIBLE
        assert len(found.values) == len(found.columns) + len(rows.side_cost)
        assert len(found.reduced_cost) == len(found.columns)
        assert found.bound <= best + 1e-6 <= found.objective + 2e-6
        checked += 1
    assert checked >= 3


def test_no_time_to_look_further_is_not_a_contradiction(tiny, generated):
    """The first patterns have no schedule, and there is no time to find those that have one."""
    family = tiny.family(5, [0], 50.0, breaks=(tiny.rest(1, 1, 2, 3),))
    problem = tiny.problem([1] * 5, [family])
    found = relax(problem, build_rows(problem), seconds_left=lambda: 0.0)
    assert found.status is not Status.INFEASIBLE
    assert relax(problem, build_rows(problem), seconds_left=lambda: 60.0).status is Status.OPTIMAL


def test_a_contradiction_is_found_by_generation_too(tiny, generated):
    family = tiny.family(5, [0], 50.0, breaks=(tiny.rest(1, 1, 2, 3),))
    problem = tiny.problem([1] * 5, [family], attendance=(tiny.limit((0,), 5, most=1),))
    assert solve_shifts(problem, Limits(gap=0.0)).status is Status.INFEASIBLE
    assert solve_shifts(replace(problem, attendance=()), Limits(gap=0.0)).status is Status.OPTIMAL
