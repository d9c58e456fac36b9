"""Parts that share no row stand alone: taking a problem apart never changes what is best."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.shifts import engine
from optimizer.shifts.components import Component, split
from optimizer.shifts.engine import Limits, solve_shifts
from optimizer.solve import Status

EXACT = Limits(gap=0.0, time_limit_s=20.0, threads=1)


def _in_one_piece(problem):
    return [
        Component(
            problem,
            tuple(range(len(problem.families))),
            tuple(np.arange(len(family.starts)) for family in problem.families),
        )
    ]


@pytest.fixture
def whole_and_apart(monkeypatch):
    """Solve in one piece and apart; return both and the number of parts."""

    def both(problem):
        apart = solve_shifts(problem, EXACT)
        with monkeypatch.context() as patch:
            patch.setattr(engine, "split", _in_one_piece)
            whole = solve_shifts(problem, EXACT)
        return whole, apart, len(split(problem))

    return both


def _three_days(tiny, rng, kind):
    """Days of five intervals; shifts of a day do not leave it, but for the second family."""
    starts = [day * 5 + place for day in range(3) for place in range(3)]
    days = [start // 5 for start in starts]
    families = [
        tiny.family(3, starts, rng.integers(20, 40, 9), day=days, breaks=(tiny.rest(1, 0, 1, 2),)),
        tiny.family(2, [0, 3, 5, 8, 10], rng.integers(20, 40, 5), day=[0, 0, 1, 1, 2], shift=1),
        tiny.family(2, [0, 5, 10], rng.integers(20, 40, 3), day=[0, 1, 2], pool=1, shift=2),
    ]
    need = np.vstack([rng.integers(0, 3, 15), np.zeros(15, int)])
    need[1, [0, 5, 11]] = rng.integers(0, 2, 3)
    problem = tiny.problem(need, families)
    if kind == "service":
        periods = [
            tiny.service(range(day, day + 5), rng.uniform(1, 5, 5), [0.5] * 5, rng.uniform(0.01, 0.2, (5, 2)), 0.6)
            for day in (0, 5, 10)
        ]
        return replace(problem, service=tuple(periods))
    if kind == "work":
        return replace(problem, deferrable=(tiny.work(rng.uniform(0, 1, 15), 6),))
    if kind == "limits":
        counts = tuple(
            tiny.count({0: np.array(days) == day}, most=int(rng.integers(1, 4)), name=f"day {day}") for day in range(3)
        )
        return replace(problem, counts=counts, attendance=(tiny.limit((0, 1), 15, most=3, where=range(5, 10)),))
    if kind == "seats":
        return replace(problem, attendance=(tiny.limit((0, 1), 15, most=3),))
    if kind == "distinct":
        keys = {index: rng.integers(0, 4, len(family.starts)) for index, family in enumerate(families)}
        return replace(problem, distinct_cost=25.0, distinct_key=keys)
    if kind == "soft":
        return replace(problem, under_cost=15.0, over_cost=2.0)
    return problem


@pytest.mark.parametrize("kind", ["cover", "service", "work", "limits", "seats", "distinct", "soft"])
def test_splitting_never_changes_the_optimum(tiny, whole_and_apart, kind):
    solved, parts = 0, []
    for seed in range(6 if kind in ("work", "service") else 12):
        problem = _three_days(tiny, np.random.default_rng(seed), kind)
        whole, apart, count = whole_and_apart(problem)
        parts.append(count)
        assert apart.status is whole.status
        if whole.status is Status.INFEASIBLE:
            continue
        solved += 1
        tiny.check(problem, whole)
        tiny.check(problem, apart)
        assert apart.objective == pytest.approx(whole.objective)
        assert apart.bound == pytest.approx(whole.bound, abs=1e-6)
    assert solved >= 2
    assert kind in ("work", "distinct") or max(parts) >= 2


def test_a_start_belongs_to_at_most_one_part(tiny):
    for seed in range(20):
        problem = _three_days(tiny, np.random.default_rng(seed), "cover")
        parts = split(problem)
        seen = [
            (family, member)
            for part in parts
            for family, members in zip(part.families, part.members, strict=True)
            for member in members.tolist()
        ]
        assert len(seen) == len(set(seen))
        for part in parts:
            for own, family, members in zip(part.problem.families, part.families, part.members, strict=True):
                assert own.starts.tolist() == problem.families[family].starts[members].tolist()
                assert own.cost.tolist() == problem.families[family].cost[members].tolist()
        assert sum(part.problem.need for part in parts).tolist() == problem.need.tolist()


def test_a_start_that_helps_nobody_is_left_out(tiny):
    problem = tiny.problem([1, 0, 0, 0], [tiny.family(2, [0, 2], 10.0)])
    (part,) = split(problem)
    assert [members.tolist() for members in part.members] == [[0]]


def test_a_day_whose_first_interval_needs_no_more_service(tiny, whole_and_apart):
    """The first interval is answered whatever happens, and shares no shift with the rest of its day."""
    shifts = [tiny.family(1, [0, 1], 10.0)]
    service = tiny.service([0, 1], [1, 9], [1.0, 0.5], [[0.0], [0.4, 0.1]], 0.9)
    whole, apart, _ = whole_and_apart(tiny.problem([1, 1], shifts, service=(service,)))
    assert whole.status is Status.OPTIMAL
    assert (whole.objective, apart.objective) == (30.0, 30.0)


def test_a_day_out_of_reach_is_infeasible_even_without_shifts(tiny, whole_and_apart):
    service = tiny.service([1, 2], [1, 1], [0.5, 0.5], [[], [0.1]], 0.9)
    for families in ([], [tiny.family(1, [0, 1, 2], 10.0)]):
        whole, apart, _ = whole_and_apart(tiny.problem([0, 0, 0], families, service=(service,)))
        assert (whole.status, apart.status) == (Status.INFEASIBLE, Status.INFEASIBLE)
        assert apart.infeasible


def test_nothing_to_do_is_an_empty_plan(tiny, whole_and_apart):
    for families in ([], [tiny.family(2, [0, 1], 10.0)]):
        found = solve_shifts(tiny.problem([0, 0, 0], families), EXACT)
        assert (found.status, found.objective, found.bound, found.chosen) == (Status.OPTIMAL, 0.0, 0.0, ())
