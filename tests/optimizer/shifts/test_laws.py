"""What must hold between two schedules whatever the numbers are, and what is said of a search that was cut short."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from optimizer.shifts import part, relaxation
from optimizer.shifts.engine import Limits, solve_shifts
from optimizer.shifts.from_tables import schedule_frame, table_problem
from optimizer.shifts.problem import ShiftProblem
from optimizer.solve import Status

EXACT = Limits(gap=0.0, time_limit_s=20.0, threads=1)
CHEAPER = 1e-6


def _problems(tiny, count, seed=0, *, service=False, **shape):
    """Problems that have a schedule."""
    rng = np.random.default_rng(seed)
    found: list[ShiftProblem] = []
    while len(found) < count:
        problem = tiny.random(
            rng, **({"intervals": 10, "families": 3, "starts": 4, "breaks": 2, "longest": 7, "top": 4} | shape)
        )
        if service:
            gains = -np.sort(-rng.uniform(0.02, 0.2, (6, 3)), axis=1)
            problem = replace(problem, service=(tiny.service(range(6), rng.uniform(1, 9, 6), [0.5] * 6, gains, 0.6),))
        if problem.need.any() and solve_shifts(problem, EXACT).status is Status.OPTIMAL:
            found.append(problem)
    return found


def test_a_looser_service_level_never_costs_more(tiny):
    saved = 0
    for problem in _problems(tiny, 6, service=True):
        costs = []
        for target in (0.64, 0.6, 0.56, 0.4):
            period = replace(problem.service[0], target=target)
            costs.append(solve_shifts(replace(problem, service=(period,)), EXACT).objective)
        assert all(later <= earlier + CHEAPER for earlier, later in pairwise(costs))
        saved += costs[-1] < costs[0] - 1
    assert saved >= 2


def test_more_shift_types_never_cost_more(tiny):
    saved = 0
    for problem in _problems(tiny, 10):
        whole = solve_shifts(problem, EXACT).objective
        for left_out in range(len(problem.families)):
            families = tuple(family for index, family in enumerate(problem.families) if index != left_out)
            fewer = solve_shifts(replace(problem, families=families), EXACT).objective
            assert whole <= fewer + CHEAPER
            saved += whole < fewer - 1
    assert saved >= 5


def test_a_wider_break_window_never_costs_more(tiny):
    saved = 0
    for problem in _problems(tiny, 10, families=2):
        narrow = [
            replace(family, breaks=tuple(replace(w, offsets=w.offsets[:1]) for w in family.breaks))
            for family in problem.families
        ]
        narrow = [family for family in narrow if list(tiny.break_places(family))]
        one = solve_shifts(replace(problem, families=tuple(narrow)), EXACT).objective
        whole = solve_shifts(problem, EXACT).objective
        assert whole <= one + CHEAPER
        saved += whole < one - 1
    assert saved >= 3


def test_scaling_money_scales_cost(tiny):
    for factor, soft in ((7.5, None), (0.01, 12.0), (1000.0, None)):
        for problem in _problems(tiny, 3, service=soft is None):
            problem = replace(problem, under_cost=soft)
            families = tuple(replace(family, cost=family.cost * factor) for family in problem.families)
            dearer = replace(
                problem, families=families, pay_rate=problem.pay_rate * factor,
                under_cost=None if soft is None else soft * factor,
            )  # fmt: skip
            plain, scaled = solve_shifts(problem, EXACT), solve_shifts(dearer, EXACT)
            tiny.check(dearer, scaled)
            assert scaled.objective == pytest.approx(factor * plain.objective)


def test_renaming_changes_nothing(tiny):
    for problem in _problems(tiny, 5, pools=2, families=2):
        renamed = replace(problem, pools=("zeta", "alpha"), shifts=tuple("zyxwvutsr"))
        one, other = solve_shifts(problem, EXACT), solve_shifts(renamed, EXACT)
        assert one.chosen == other.chosen
        assert one.objective == other.objective


def test_splitting_a_pool_never_saves(tiny):
    dearer = 0
    rng = np.random.default_rng(4)
    for problem in _problems(tiny, 10):
        first = np.minimum(problem.need[0], rng.integers(0, 3, problem.intervals))
        apart = replace(
            problem, pools=("a", "b"), need=np.vstack([first, problem.need[0] - first]),
            open=np.ones((2, problem.intervals), bool), pay_rate=np.vstack([problem.pay_rate] * 2),
            families=problem.families + tuple(replace(family, pool=1) for family in problem.families),
        )  # fmt: skip
        together, split = solve_shifts(problem, EXACT), solve_shifts(apart, EXACT)
        tiny.check(apart, split)
        assert together.objective <= split.objective + CHEAPER
        dearer += together.objective < split.objective - 1
    assert dearer >= 3


def test_a_limit_that_binds_nothing_changes_nothing(tiny):
    for problem in _problems(tiny, 6):
        ones = {index: np.ones(len(family.starts)) for index, family in enumerate(problem.families)}
        T = problem.intervals
        limited = replace(
            problem,
            attendance=(
                tiny.limit((0,), T, most=500, name="seats"),
                tiny.limit((0,), T, least=0, most=500, on_duty=True, name="duty"),
            ),
            counts=(tiny.count(ones, most=500.0, name="many"), tiny.count(ones, least=0.0, name="none")),
        )
        assert solve_shifts(limited, EXACT).objective == pytest.approx(solve_shifts(problem, EXACT).objective)


def test_an_idle_day_more_changes_nothing(tiny):
    for problem in _problems(tiny, 5, wrap=False):
        slots = np.concatenate([problem.interval_of_slot, np.full(4, -1)])
        last = int(np.flatnonzero(slots >= 0)[-1])
        slots[last + 1 : last + 5] = problem.intervals + np.arange(4)
        longer = replace(
            problem, intervals=problem.intervals + 4, interval_of_slot=slots,
            need=np.pad(problem.need, [(0, 0), (0, 4)]),
            open=np.pad(problem.open, [(0, 0), (0, 4)]), pay_rate=np.pad(problem.pay_rate, [(0, 0), (0, 4)]),
        )  # fmt: skip
        assert solve_shifts(longer, EXACT).objective == pytest.approx(solve_shifts(problem, EXACT).objective)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("windows", [False, True])
def test_the_same_seed_gives_the_same_schedule(week, monkeypatch, threads, windows):
    if windows:
        monkeypatch.setattr(part, "WHOLE_PROGRAM_ENTRIES", -1)
    table = table_problem(*week(4), edges="cyclic")
    limits = Limits(gap=0.005, time_limit_s=60, threads=threads, seed=7, window=24)
    first, second = (solve_shifts(table.problem, limits) for _ in range(2))
    assert len(first.chosen) > 10
    assert ("windows" in first.solver) == windows
    texts = [schedule_frame(table, found).to_csv(index=False).encode() for found in (first, second)]
    assert texts[0] == texts[1]
    assert (first.objective, first.bound) == (second.objective, second.bound)


def test_threads_change_no_proved_optimum(week):
    table = table_problem(*week(1), edges="cut")
    costs = {
        threads: solve_shifts(table.problem, Limits(gap=0.0, time_limit_s=30, threads=threads)) for threads in (1, 2)
    }
    assert {found.status for found in costs.values()} == {Status.OPTIMAL}
    assert costs[1].objective == pytest.approx(costs[2].objective)


def _of_kind(tiny, problem, kind):
    T = problem.intervals
    if kind == "work":
        return replace(problem, deferrable=(tiny.work(np.full(T, 0.3), 4),))
    if kind == "limits":
        # as tight as an exact schedule lets it be
        free = tiny.check(problem, solve_shifts(problem, EXACT))
        return replace(problem, attendance=(tiny.limit((0,), T, least=0, most=max(free.present[0])),))
    if kind == "soft":
        return replace(problem, under_cost=9.0, over_cost=2.0)
    return problem


@pytest.mark.parametrize("kind", ["cover", "service", "work", "limits", "soft"])
@pytest.mark.parametrize("generated", [False, True])
def test_search_by_windows_keeps_every_rule(tiny, monkeypatch, kind, generated):
    """The way of large problems, on small ones whose optimum is known and whose linear program is not enough."""
    reached, by_windows = [], 0
    for plain in _problems(tiny, 40, seed=1, service=kind == "service", intervals=12, families=4, longest=9):
        problem = _of_kind(tiny, plain, kind)
        best = solve_shifts(problem, EXACT)
        if best.solver == "glop" or best.status is not Status.OPTIMAL:
            continue
        with monkeypatch.context() as patch:
            patch.setattr(part, "WHOLE_PROGRAM_ENTRIES", -1)
            if generated:
                patch.setattr(relaxation, "EXPLICIT_PATTERNS", 0)
            found = solve_shifts(problem, Limits(gap=0.0, time_limit_s=1.5, threads=2, window=4))
        if found.status is Status.NO_PLAN:
            assert generated  # the patterns of the linear program need not hold a whole schedule
            continue
        tiny.check(problem, found)
        assert found.bound <= best.objective + CHEAPER <= found.objective + 2 * CHEAPER
        reached.append(found.objective / best.objective)
        by_windows += "windows" in found.solver
        if len(reached) == 4:
            break
    assert by_windows >= 2
    assert np.mean(reached) < 1.1


def test_a_search_cut_short_is_feasible_with_its_gap(tiny):
    loose = 0
    for problem in _problems(tiny, 12, seed=2, families=4, top=5):
        best = solve_shifts(problem, EXACT)
        found = solve_shifts(problem, replace(EXACT, gap=0.15))
        tiny.check(problem, found)
        assert found.bound <= best.objective + CHEAPER <= found.objective + 2 * CHEAPER
        assert found.gap <= 0.15
        assert (found.status is Status.OPTIMAL) == (found.gap <= 1e-9)
        loose += found.status is Status.FEASIBLE
    assert loose >= 3


def test_no_time_at_all_gives_a_schedule_or_says_that_there_is_none_yet(week):
    table = table_problem(*week(1), edges="cyclic")
    best = solve_shifts(table.problem, Limits(gap=0.0, time_limit_s=30, threads=2))
    found = solve_shifts(table.problem, Limits(gap=0.0, time_limit_s=0.0, threads=2))
    assert found.status in (Status.FEASIBLE, Status.OPTIMAL)
    assert found.bound <= best.objective + CHEAPER <= found.objective + 2 * CHEAPER
    assert (found.status is Status.OPTIMAL) == (found.gap <= 1e-9)


def test_marginal_prices_are_what_one_more_head_costs(tiny):
    """On one shift the price of its interval is its cost; where somebody is idle it is nothing."""
    problem = tiny.problem([1, 0, 2], [tiny.family(1, [0, 1, 2], [10.0, 20.0, 30.0])])
    found = solve_shifts(problem, EXACT)
    assert found.price.tolist() == [[10.0, 0.0, 30.0]]
    spare = tiny.problem([1, 2], [tiny.family(2, [0], 10.0)])
    assert solve_shifts(spare, EXACT).price.tolist() == [[0.0, 10.0]]
