"""Teams and promises as rows of the shift problem: small cases against enumeration."""

from itertools import product

import numpy as np
import pytest

from optimizer.shifts.engine import Limits, solve_shifts
from optimizer.shifts.heads import heads_by_interval
from optimizer.shifts.problem import Promise, ServicePeriod, ShiftFamily, ShiftProblem, Support, Team
from optimizer.skills.master import lacks
from optimizer.skills.parts import Parts
from optimizer.solve import Status

COST = (2.0, 3.0, 4.0)
LIMITS = Limits(gap=0.0, time_limit_s=10.0, threads=1)


def problem_of(**given):
    """Three pools, two intervals, shifts of one interval."""
    families = [
        ShiftFamily(
            pool=pool, length=1, starts=np.arange(2), shift=np.zeros(2, np.int64), day=np.zeros(2, np.int64),
            cost=np.full(2, COST[pool]),
        )
        for pool in range(3)
    ]  # fmt: skip
    return ShiftProblem(
        intervals=2, interval_of_slot=np.arange(2), pools=("b", "t", "both"), shifts=("one",), families=tuple(families),
        need=np.zeros((3, 2), np.int64), open=np.ones((3, 2), bool), pay_rate=np.zeros((3, 2)), **given,
    )  # fmt: skip


def cheapest(keeps, most=6):
    """Least cost of an interval by enumeration of its heads."""
    return min(np.dot(COST, heads) for heads in product(range(most), repeat=3) if keeps(*heads))


def test_teams_are_covered_at_least_cost():
    teams = (
        Team("b", (0, 2), np.array([3, 1])), Team("t", (1, 2), np.array([2, 2])),
        Team("all", (0, 1, 2), np.array([4, 2])),
    )  # fmt: skip
    expected = cheapest(lambda b, t, f: b + f >= 3 and t + f >= 2 and b + t + f >= 4)
    expected += cheapest(lambda b, t, f: b + f >= 1 and t + f >= 2 and b + t + f >= 2)
    problem = problem_of(teams=teams)
    solution = solve_shifts(problem, LIMITS)
    assert solution.status is Status.OPTIMAL and solution.objective == pytest.approx(expected)
    found = Parts(LIMITS).solve(problem)
    assert found.objective == pytest.approx(expected) and found.bound <= expected + 1e-9
    present, _ = heads_by_interval(problem, found.chosen)
    assert not any(lacks(team, present) for team in teams)


def test_a_teams_day_is_served_where_heads_gain_most():
    # one head each; the target wants one step more, and interval 1 gains more from it
    day = ServicePeriod(0, np.arange(2), np.ones(2), np.array([0.5, 0.5]), (np.array([0.1]), np.array([0.5])), 0.75)
    problem = problem_of(teams=(Team("all", (0, 1), np.array([1, 1]), (day,)),))
    solution = solve_shifts(problem, LIMITS)
    present, _ = heads_by_interval(problem, solution.chosen)
    assert present[0].tolist() == [1, 2] and solution.objective == 6.0
    assert lacks(problem.teams[0], np.array([[2, 1], [0, 0], [0, 0]]))


def test_a_promise_is_kept_by_its_bounds():
    first = Support(np.array([0.2, 0.2]), np.array([[0.1, 0.1], [0.0, 0.0], [0.2, 0.2]]), np.zeros((3, 2)))
    second = Support(np.array([0.5, 0.5]), np.array([[0.1, 0.1], [0.0, 0.0], [0.05, 0.05]]), np.zeros((3, 2)))
    promise = Promise("b", np.arange(2), np.array([1.0, 1.0]), 0.7, np.full(2, 0.7), (first, second))

    def keeps(b, t, f):
        return min(0.2 + 0.1 * b + 0.2 * f, 0.5 + 0.1 * b + 0.05 * f) >= 0.7 - 1e-9

    solution = solve_shifts(problem_of(promises=(promise,)), LIMITS)
    assert solution.status is Status.OPTIMAL and solution.objective == pytest.approx(2 * cheapest(keeps))


def test_a_promise_without_bounds_binds_nothing():
    promise = Promise("b", np.arange(2), np.ones(2), 0.8, np.full(2, 0.5))
    assert solve_shifts(problem_of(promises=(promise,)), LIMITS).objective == 0.0


def test_days_without_common_shifts_are_solved_once_and_kept():
    teams = (Team("all", (0, 1, 2), np.array([3, 2])),)
    parts = Parts(LIMITS)
    first = parts.solve(problem_of(teams=teams))
    known = {place: found for place, (_, found) in parts.known.items()}
    second = parts.solve(problem_of(teams=teams))
    assert len(known) == 2 and second.objective == first.objective == 10.0
    assert all(parts.known[place][1] is found for place, found in known.items())
