"""The engine finds what trying every number of people on every pattern finds, and never proves more than that."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from optimizer.shifts.engine import Limits, solve_shifts
from optimizer.solve import Program, Status, solve

EXACT = Limits(gap=0.0, time_limit_s=20.0, threads=1)


@pytest.fixture(scope="module")
def brute(tiny):
    """Return the least cost of a problem, or None; with up to ``most`` people on each pattern."""

    def least_cost(problem, most):
        patterns = tiny.patterns(problem)
        assert (most + 1) ** len(patterns) <= 300_000, "too many to try"
        counts = np.array(list(itertools.product(range(most + 1), repeat=len(patterns))), np.int64)
        counts = counts.reshape((most + 1) ** len(patterns), len(patterns))
        shape = (len(problem.pools), problem.intervals)
        present, duty = np.zeros((2, len(patterns), *shape), np.int64)
        for number, (index, member, places) in enumerate(patterns):
            pool = problem.families[index].pool
            present[number, pool], duty[number, pool] = tiny.attendance(problem, index, member, places)
        here = np.tensordot(counts, present, 1) if patterns else np.zeros((1, *shape), np.int64)
        working = np.tensordot(counts, duty, 1) if patterns else np.zeros((1, *shape), np.int64)
        cost = counts @ np.array([tiny.pattern_cost(problem, *pattern) for pattern in patterns])
        good = np.ones(len(counts), bool)
        short = np.maximum(problem.need - working, 0)
        if problem.under_cost is None:
            good &= (short == 0).all(axis=(1, 2))
        else:
            cost = cost + problem.under_cost * short.sum(axis=(1, 2))
        over = np.where(problem.open, np.maximum(working - problem.need, 0), 0)
        cost = cost + problem.over_cost * over.sum(axis=(1, 2))
        for limit in problem.attendance:
            heads = (working if limit.on_duty else here)[:, list(limit.pools)].sum(axis=1)
            good &= ((heads >= limit.lower) & (heads <= limit.upper)).all(axis=1)
        for limit in problem.counts:
            factor = [limit.factors[index][member] if index in limit.factors else 0.0 for index, member, _ in patterns]
            total = counts @ np.array(factor)
            good &= (total >= limit.lower - 1e-9) & (total <= limit.upper + 1e-9)
        if problem.distinct_cost:
            keys = np.array([problem.distinct_key[index][member] for index, member, _ in patterns])
            for key in np.unique(keys):
                cost = cost + problem.distinct_cost * (counts[:, keys == key] > 0).any(axis=1)
        spare = working - problem.need
        for row in np.argsort(cost, kind="stable"):
            if good[row] and _serves(problem, spare[row]):
                return float(cost[row])
        return None

    def _serves(problem, spare):
        for pool in range(len(problem.pools)):
            periods = [period for period in problem.service if period.pool == pool]
            works = [work for work in problem.deferrable if work.pool == pool]
            if periods and works:
                kept = _shared(problem, periods, works, spare[pool])
            elif periods:
                kept = all(tiny.period_level(period, spare[pool]) >= period.target - 1e-9 for period in periods)
            else:
                kept = tiny.is_work_done(works, np.where(problem.open[pool], spare[pool], 0))
            if not kept:
                return False
        return True

    def _shared(problem, periods, works, spare):
        """Whether spare heads can be shared between service (decreasing gains) and one kind of deferrable work."""
        (work,) = works
        T = problem.intervals
        # variables: work of each interval, then for each period and interval the level above the floor by steps
        columns, upper = T, [float(max(s, 0)) if o else 0.0 for s, o in zip(spare, problem.open[0], strict=True)]
        rows, low, high = [], [], []
        for interval in range(T):
            rows.append(dict.fromkeys(range(interval + 1), 1.0))
            low.append(float(work.due[interval]))
            high.append(work.waiting + float(np.cumsum(work.work)[interval]))
        use = [{t: 1.0} for t in range(T)]
        for period in periods:
            level = {}
            for place, interval in enumerate(period.intervals.tolist()):
                for gain in period.gains[place]:
                    use[interval][columns] = 1.0
                    level[columns] = float(gain * period.weight[place])
                    upper.append(1.0)
                    columns += 1
            rows.append(level)
            low.append(float(period.weight @ (period.target - period.base_level)) - 1e-9)
            high.append(np.inf)
        rows += use
        low += [-np.inf] * T
        high += [float(max(s, 0)) for s in spare]
        matrix = sparse.lil_matrix((len(rows), columns))
        for number, row in enumerate(rows):
            for column, value in row.items():
                matrix[number, column] = value
        free = np.zeros(columns)
        program = Program(
            free, free, np.array(upper), np.zeros(columns, bool), matrix.tocsc(), np.array(low), np.array(high)
        )
        return solve(program, solver="glop").status is Status.OPTIMAL

    return least_cost


@pytest.fixture(scope="module")
def agree(tiny, brute):
    """Assert that the engine's schedule is checked, as cheap as the cheapest, and not called cheaper than that."""

    def compare(problem, most, limits=EXACT):
        best = brute(problem, most)
        found = solve_shifts(problem, limits)
        if best is None:
            assert found.status is Status.INFEASIBLE
            assert found.objective == np.inf
            return None
        tiny.check(problem, found)
        assert found.bound <= best + 1e-6
        assert found.objective == pytest.approx(best, abs=1e-6)
        assert found.status is Status.OPTIMAL
        return best

    return compare


def _some_have_a_schedule(results, share=0.3):
    """Guard the tests themselves: instances must be neither all empty nor all impossible."""
    found = [result for result in results if result is not None]
    assert len(found) >= share * len(results)
    assert sum(cost > 0 for cost in found) >= 0.6 * len(found)


@pytest.mark.parametrize("breaks", [0, 1])
def test_hard_cover(tiny, agree, breaks):
    rng = np.random.default_rng(1 + breaks)
    results = []
    while len(results) < 25:
        problem = tiny.random(rng, families=3 - breaks, starts=2, breaks=breaks)
        if 2 <= len(tiny.patterns(problem)) <= 8:
            results.append(agree(problem, int(problem.need.max())))
    _some_have_a_schedule(results)


def test_two_breaks_with_work_between(tiny, agree):
    rng = np.random.default_rng(3)
    results = []
    for _ in range(15):
        windows = (tiny.rest(1, 0, 1, 2, name="first"), tiny.rest(1, 2, 3, 4, name="second", paid=True))
        family = tiny.family(5, [0], 50.0, breaks=windows, work_between=int(rng.integers(0, 3)))
        need = rng.integers(0, 3, 5)
        problem = tiny.problem(need, [family], pay=rng.integers(1, 5, 10))
        if len(tiny.patterns(problem)) > 8:
            windows = (tiny.rest(1, 1, 2), tiny.rest(1, 2, 3, 4))
            problem = replace(problem, families=(replace(family, breaks=windows),))
        results.append(agree(problem, 3))
    _some_have_a_schedule(results)


@pytest.mark.parametrize("decreasing", [True, False])
def test_service_of_the_day(tiny, agree, decreasing):
    rng = np.random.default_rng(5 + decreasing)
    results = []
    for _ in range(25):
        problem = tiny.random(rng, families=2, starts=2, breaks=1, intervals=4, top=1, wrap=True)
        if not 2 <= len(tiny.patterns(problem)) <= 6:
            continue
        results.append(agree(replace(problem, service=_services(tiny, rng, decreasing)), 4))
    assert len(results) >= 10
    _some_have_a_schedule(results)


def _services(tiny, rng, decreasing, intervals=4):
    periods = []
    for part in (range(intervals // 2), range(intervals // 2, intervals)):
        gains = rng.uniform(0.02, 0.25, (len(part), 3))
        gains = np.sort(gains, axis=1)[:, ::-1] if decreasing else np.sort(gains, axis=1)
        weight = rng.uniform(1, 10, len(part))
        periods.append(tiny.service(part, weight, [0.5] * len(part), gains, float(rng.uniform(0.55, 0.85))))
    return tuple(periods)


def test_gains_that_increase_need_order_rows(tiny, agree):
    """One more head gains nothing, two gain all: the second step alone must not be bought."""
    shifts = [tiny.family(1, [0, 1], 10.0)]
    service = tiny.service([0, 1], [1, 1], [0.4, 0.4], [[0.0, 0.5], [0.2, 0.1]], 0.64)
    assert agree(tiny.problem([1, 1], shifts, service=(service,)), 4) == 40.0
    # the level of one interval with one more head is 0.4, not 0.9: with cheating 30 would do
    decreasing = tiny.service([0, 1], [1, 1], [0.4, 0.4], [[0.5, 0.0], [0.2, 0.1]], 0.64)
    assert agree(tiny.problem([1, 1], shifts, service=(decreasing,)), 4) == 30.0


def test_deferrable_work_with_deadline(tiny, agree):
    rng = np.random.default_rng(7)
    results = []
    while len(results) < 25:
        problem = tiny.random(rng, families=2, starts=2, breaks=1, top=1)
        if not 2 <= len(tiny.patterns(problem)) <= 6:
            continue
        works = [
            tiny.work(
                rng.uniform(0, 0.9, 6) * rng.integers(0, 2, 6),
                int(rng.integers(0, 4)),
                name=name,
                waiting=float(rng.choice([0.0, 0.6])),
                waiting_until=int(rng.integers(0, 5)),
            )
            for name in ("mail", "letters")[: int(rng.integers(1, 3))]
        ]
        is_open = np.ones((1, 6), bool)
        is_open[0, int(rng.integers(0, 6))] = bool(rng.integers(0, 2))
        need = np.where(is_open & (rng.random(6) < 0.5), problem.need, 0)
        results.append(agree(replace(problem, deferrable=tuple(works), open=is_open, need=need), 4))
    _some_have_a_schedule(results, share=0.25)


def test_deferrable_work_beside_service(tiny, agree):
    rng = np.random.default_rng(11)
    results = []
    while len(results) < 12:
        problem = tiny.random(rng, families=2, starts=2, breaks=0, intervals=4, top=1, wrap=True)
        if len(tiny.patterns(problem)) != 4:
            continue
        waiting = float(rng.choice([0.0, 0.5]))
        work = tiny.work(rng.uniform(0, 1.2, 4), int(rng.integers(1, 3)), waiting=waiting, waiting_until=1)
        service = _services(tiny, rng, decreasing=True)
        results.append(agree(replace(problem, service=service, deferrable=(work,)), 5))
    _some_have_a_schedule(results)


@pytest.mark.parametrize("on_duty", [False, True])
def test_seats_and_limits_by_hour(tiny, agree, on_duty):
    rng = np.random.default_rng(13 + on_duty)
    results, bites = [], 0
    while len(results) < 25:
        problem = tiny.random(rng, pools=2, families=1, starts=2, breaks=1, top=2)
        if not 4 <= len(tiny.patterns(problem)) <= 7:
            continue
        top = int(problem.need.sum(axis=0).max()) + int(rng.integers(0, 2))
        limits = [tiny.limit((0, 1), 6, most=top, on_duty=on_duty, name="all")]
        if rng.integers(0, 2):
            where = rng.choice(6, 2, replace=False)
            limits.append(tiny.limit((0,), 6, least=1, most=3, where=where, on_duty=on_duty, name="hour"))
        results.append(agree(replace(problem, attendance=tuple(limits)), 3))
        bites += results[-1] != solve_shifts(problem, EXACT).objective
    _some_have_a_schedule(results, share=0.2)
    assert bites >= 5


def test_limits_and_shares_of_shift_types(tiny, agree):
    rng = np.random.default_rng(17)
    results, bites = [], 0
    while len(results) < 25:
        problem = tiny.random(rng, families=2, starts=2, breaks=0, top=2)
        if len(tiny.patterns(problem)) != 4:
            continue
        share = float(rng.choice([0.25, 0.5]))
        kept = {index: np.full(2, (index == 0) - share) for index in range(2)}
        limits = (
            tiny.count({0: np.ones(2)}, most=int(rng.integers(1, 4)), name="most"),
            tiny.count(kept, most=0.0, name="share"),
            tiny.count({1: np.array([1.0, 0.0])}, least=int(rng.integers(0, 2)), name="least"),
        )
        results.append(agree(replace(problem, counts=limits), 8))
        bites += results[-1] != solve_shifts(problem, EXACT).objective
    _some_have_a_schedule(results)
    assert bites >= 5


@pytest.mark.parametrize("edges", ["cyclic", "cut", "lead_in"])
def test_edges(tiny, agree, edges):
    rng = np.random.default_rng(19)
    results = []
    for _ in range(15):
        first = -2 if edges == "lead_in" else 0
        starts = rng.choice(np.arange(first, 5), 4, replace=False) + (2 if edges == "lead_in" else 0)
        families = [tiny.family(3, np.sort(starts), rng.integers(20, 60, 4)), tiny.family(2, [starts[0]], 25.0)]
        problem = tiny.problem(
            rng.integers(0, 3, 5), families, before=2 if edges == "lead_in" else 0, wrap=edges == "cyclic"
        )
        results.append(agree(problem, 2))
    _some_have_a_schedule(results, share=0.15)


@pytest.mark.parametrize(("under", "over"), [(7.0, 0.0), (7.0, 3.0), (None, 3.0), (40.0, 11.5)])
def test_cost_of_too_few_and_too_many(tiny, agree, under, over):
    rng = np.random.default_rng(23)
    results = []
    while len(results) < 12:
        problem = tiny.random(rng, families=2, starts=2, breaks=1, top=3)
        if 2 <= len(tiny.patterns(problem)) <= 7:
            results.append(agree(replace(problem, under_cost=under, over_cost=over), 3))
    _some_have_a_schedule(results)


@pytest.mark.parametrize("under", [None, 9.0])
def test_cost_of_each_distinct_shift(tiny, agree, under):
    rng = np.random.default_rng(29)
    results = []
    while len(results) < 20:
        problem = tiny.random(rng, pools=int(rng.integers(1, 3)), families=2, starts=2, breaks=1, top=2)
        if not 2 <= len(tiny.patterns(problem)) <= 8:
            continue
        keys = {index: rng.integers(0, 3, len(family.starts)) for index, family in enumerate(problem.families)}
        over = float(rng.choice([0.0, 2.0]))
        results.append(
            agree(replace(problem, distinct_cost=33.0, distinct_key=keys, under_cost=under, over_cost=over), 2)
        )
    _some_have_a_schedule(results, share=0.2)


def test_a_distinct_shift_is_paid_once_over_all_days(tiny, agree):
    """Two days that share nothing else: taking the same shift on both saves the second fixed cost."""
    same = tiny.family(1, [0, 2], [10.0, 10.0])
    other = tiny.family(1, [2], 9.0)
    keys = {0: np.array([0, 0]), 1: np.array([1])}
    problem = tiny.problem([1, 0, 1], [same, other], distinct_cost=5.0, distinct_key=keys)
    assert agree(problem, 2) == 25.0


def test_days_apart_keep_their_own_rules(tiny, agree):
    """Everything at once on two days of their own."""
    rng = np.random.default_rng(31)
    results = []
    for _ in range(10):
        families = [
            tiny.family(2, [0, 1, 4, 5], rng.integers(20, 40, 4), day=[0, 0, 1, 1], breaks=(tiny.rest(1, 1),)),
            tiny.family(3, [0, 4], rng.integers(30, 50, 2), day=[0, 1]),
        ]
        service = tuple(
            tiny.service(range(day, day + 3), rng.uniform(1, 5, 3), [0.5] * 3, [[0.2, 0.1]] * 3, target)
            for day, target in ((0, 0.55), (4, 0.6))
        )
        counts = tuple(tiny.count({0: np.array([1, 1, 0, 0])}, most=1, name="day 0") for _ in range(1))
        problem = tiny.problem(
            np.r_[rng.integers(0, 2, 3), 0, rng.integers(0, 2, 3), 0], families, service=service, counts=counts,
            attendance=(tiny.limit((0,), 8, most=3, where=range(3)),),
        )  # fmt: skip
        results.append(agree(problem, 3))
    _some_have_a_schedule(results)
