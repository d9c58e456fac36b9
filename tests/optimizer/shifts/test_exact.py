"""Whole people in two steps: the bound is one, and nothing better was thrown away."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.shifts import exact
from optimizer.shifts.exact import solve_whole
from optimizer.shifts.grain import cost_grain
from optimizer.shifts.relaxation import relax, whole_program
from optimizer.shifts.rows import build_rows
from optimizer.solve import Answer, Status, round_up, solve


def _parts(tiny, seed, kind):
    rng = np.random.default_rng(seed)
    problem = tiny.random(rng, pools=1, intervals=12, families=5, starts=6, breaks=2, longest=7, top=5)
    if kind == "service":
        service = tiny.service(range(8), rng.uniform(1, 9, 8), [0.5] * 8, rng.uniform(0.01, 0.2, (8, 3)), 0.65)
        problem = replace(problem, service=(service,))
    rows = build_rows(problem)
    linear = relax(problem, rows)
    return problem, rows, linear


def _solve_in_steps(problem, rows, linear, gap=0.0, time_limit_s=20.0):
    program, grain = whole_program(problem, rows, linear.columns), cost_grain(problem, rows)
    return solve_whole(
        program, linear.reduced_cost, linear.objective, bound=round_up(linear.bound, grain), grain=grain, gap=gap,
        seed=1, time_limit_s=time_limit_s,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["cover", "service"])
@pytest.mark.parametrize("gap", [0.0, 0.05])
def test_two_steps_find_what_one_full_solve_finds(tiny, kind, gap):
    solved = fractional = 0
    for seed in range(7):
        problem, rows, linear = _parts(tiny, seed, kind)
        if linear.status is not Status.OPTIMAL:
            continue
        program = whole_program(problem, rows, linear.columns)
        full = solve(program, gap=0.0)
        values, bound = _solve_in_steps(problem, rows, linear, gap)
        if full.status is Status.INFEASIBLE:
            assert (values, bound) == (None, np.inf)
            continue
        assert full.status is Status.OPTIMAL
        solved += 1
        fractional += full.objective > linear.objective + 1e-6
        reached = float(program.cost @ values)
        assert bound <= full.objective + 1e-6
        assert full.objective - 1e-6 <= reached <= full.objective * (1 + gap) + 1e-6
        assert reached - bound <= gap * reached + 1e-6 + cost_grain(problem, rows)
        slack = 1e-6 * np.maximum(1.0, np.abs(program.row_lower))
        assert (program.matrix @ values >= program.row_lower - slack).all()
        assert (program.matrix @ values <= program.row_upper + 1e-6).all()
    assert solved >= 4
    assert fractional >= 2  # otherwise the linear program would have been enough


def test_no_time_is_not_a_contradiction(tiny, monkeypatch):
    """A solver that found nothing and proved nothing has not shown that there is nothing."""
    problem, rows, linear = _parts(tiny, 1, "cover")
    assert linear.status is Status.OPTIMAL

    def nothing(program, **options):
        return Answer(Status.NO_PLAN, None, np.inf, -np.inf, 0.0, "highs", 1)

    monkeypatch.setattr(exact, "solve", nothing)
    values, bound = _solve_in_steps(problem, rows, linear)
    assert values is None
    assert bound < np.inf


def test_only_proof_that_all_patterns_fail_is_a_contradiction(tiny, monkeypatch):
    """The patterns without reduced cost may have no whole solution: the others are tried before the word is used."""
    for seed in range(5):
        problem, rows, linear = _parts(tiny, seed, "cover")
        if linear.status is not Status.OPTIMAL:
            continue
        program = whole_program(problem, rows, linear.columns)
        calls = []

        def first_fails(part, *, calls=calls, **options):
            calls.append(part)
            if len(calls) == 1:
                return Answer(Status.INFEASIBLE, None, np.inf, np.inf, 0.0, "highs", 1)
            return solve(part, **options)

        with monkeypatch.context() as patch:
            patch.setattr(exact, "solve", first_fails)
            values, bound = _solve_in_steps(problem, rows, linear)
        best = solve(program, gap=0.0).objective
        assert len(calls) == 2
        assert calls[1].matrix.shape == program.matrix.shape
        assert float(program.cost @ values) == pytest.approx(best)
        assert bound <= best + 1e-6
