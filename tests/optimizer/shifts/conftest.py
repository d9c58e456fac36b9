"""Tiny shift problems, every pattern of them by plain loops, and a checker that shares no code with the formulation."""

import datetime as dt
import itertools
import math
from types import SimpleNamespace

import numpy as np
import pytest

from models.calendar import TimeGrid
from models.shiftlist import NeedByInterval, ShiftRow
from optimizer.shifts.problem import (
    AttendanceLimit,
    BreakWindow,
    CountLimit,
    DeferrableWork,
    ServicePeriod,
    ShiftFamily,
    ShiftProblem,
)
from optimizer.solve import Status

MONEY = 1e-6
TINY = 1e-6


def make_family(length, starts, cost, *, pool=0, shift=0, day=0, breaks=(), work_between=0, rate_factor=1.0):
    count = len(starts)
    whole = [np.broadcast_to(np.array(value, np.int64), (count,)).copy() for value in (shift, day)]
    money = np.broadcast_to(np.array(cost, float), (count,)).copy()
    return ShiftFamily(
        pool, length, np.array(starts, np.int64), *whole, money, tuple(breaks), work_between, rate_factor
    )


def make_break(length, *offsets, paid=False, name="rest"):
    return BreakWindow(name, length, tuple(offsets), paid)


def make_problem(need, families, *, before=0, after=None, wrap=False, pay=0.0, **rest):
    """Build a problem; ``need`` is (T,) or (P, T), the axis has ``before`` and ``after`` slots around the horizon."""
    need = np.atleast_2d(np.array(need, np.int64))
    pools, intervals = need.shape
    longest = max((family.length for family in families), default=0)
    after = longest if after is None else after
    tail = [slot % intervals for slot in range(after)] if wrap else [-1] * after
    slots = np.array([-1] * before + list(range(intervals)) + tail, np.int64)
    rate = np.broadcast_to(np.array(pay, float), (pools, len(slots))).copy()
    rest = {"open": np.ones(need.shape, bool)} | rest
    return ShiftProblem(
        intervals=intervals, interval_of_slot=slots, pools=tuple(f"p{k}" for k in range(pools)),
        shifts=tuple(f"s{k}" for k in range(9)), families=tuple(families), need=need, pay_rate=rate, **rest,
    )  # fmt: skip


def make_service(intervals, weight, base, gains, target, pool=0):
    rows = tuple(np.array(row, float) for row in gains)
    return ServicePeriod(
        pool, np.array(intervals, np.int64), np.array(weight, float), np.array(base, float), rows, target
    )


def make_limit(pools, intervals, *, least=-np.inf, most=np.inf, where=None, on_duty=False, name="limit"):
    lower, upper = np.full(intervals, -np.inf), np.full(intervals, np.inf)
    chosen = slice(None) if where is None else list(where)
    lower[chosen], upper[chosen] = least, most
    return AttendanceLimit(name, tuple(pools), lower, upper, on_duty)


def make_count(factors, *, least=-np.inf, most=np.inf, name="count"):
    return CountLimit(name, {family: np.array(row, float) for family, row in factors.items()}, least, most)


def make_work(work, within, pool=0, name="mail", waiting=0.0, waiting_until=0):
    """Work that arrives in each interval and must be done ``within`` intervals more; some waits from the start."""
    due = np.zeros(len(work))
    due[waiting_until:] += waiting
    for interval, amount in enumerate(work):
        if interval + within < len(work):
            due[interval + within :] += amount
    return DeferrableWork(name, pool, np.array(work, float), due, waiting)


def break_places(family):
    """Every way to place the breaks, in order, with work between them."""
    for places in itertools.product(*(window.offsets for window in family.breaks)):
        ends = [place + window.length for place, window in zip(places, family.breaks, strict=True)]
        if all(later - end >= family.work_between for end, later in zip(ends, places[1:], strict=False)):
            yield places


def patterns(problem):
    """Every (family, member, offsets) of a problem."""
    return [
        (index, member, places)
        for index, family in enumerate(problem.families)
        for member in range(len(family.starts))
        for places in break_places(family)
    ]


def pattern_cost(problem, index, member, places):
    family = problem.families[index]
    cost = float(family.cost[member])
    for place, window in zip(places, family.breaks, strict=True):
        if not window.paid:
            for slot in range(place, place + window.length):
                cost -= float(problem.pay_rate[family.pool, int(family.starts[member]) + slot]) * family.rate_factor
    return cost


def attendance(problem, index, member, places):
    """Present and on duty in each interval: two lists of length T."""
    family = problem.families[index]
    present, duty = [0] * problem.intervals, [0] * problem.intervals
    away = {place + step for place, window in zip(places, family.breaks, strict=True) for step in range(window.length)}
    for slot in range(family.length):
        interval = int(problem.interval_of_slot[int(family.starts[member]) + slot])
        if interval >= 0:
            present[interval] += 1
            duty[interval] += slot not in away
    return present, duty


def level_at(period, place, further):
    """Service level with so many heads above the floor, in between by interpolation."""
    levels = [float(period.base_level[place])]
    for gain in period.gains[place]:
        levels.append(levels[-1] + float(gain))
    further = min(max(further, 0.0), len(levels) - 1.0)
    below = math.floor(further)
    above = min(below + 1, len(levels) - 1)
    return levels[below] + (further - below) * (levels[above] - levels[below])


def period_level(period, spare):
    reached = sum(
        float(weight) * level_at(period, place, spare[int(interval)])
        for place, (interval, weight) in enumerate(zip(period.intervals, period.weight, strict=True))
    )
    return reached / float(sum(period.weight))


def is_work_done(works, capacity):
    """Whether so much capacity in each interval can do the work of one pool in time; the most urgent work first."""
    queues = []
    for work in works:
        dues, before = [], 0.0
        for interval, due in enumerate(work.due):
            dues.append([interval, float(due) - before])
            before = float(due)
        dues.append([math.inf, work.waiting + float(sum(work.work)) - before])
        queues.append(SimpleNamespace(dues=[item for item in dues if item[1] > TINY], here=work.waiting, work=work))
    for interval, amount in enumerate(capacity):
        left = float(amount)
        for queue in queues:
            queue.here += float(queue.work.work[interval])
        while left > TINY:
            ready = [queue for queue in queues if queue.here > TINY and queue.dues]
            if not ready:
                break
            queue = min(ready, key=lambda one: one.dues[0][0])
            now = min(left, queue.here, queue.dues[0][1])
            left, queue.here = left - now, queue.here - now
            queue.dues[0][1] -= now
            if queue.dues[0][1] <= TINY:
                queue.dues.pop(0)
        if any(queue.dues and queue.dues[0][0] <= interval for queue in queues):
            return False
    return True


def is_all_capacity_used(works, capacity):
    """Whether no more is done than has arrived."""
    arrived, done = sum(work.waiting for work in works), 0.0
    for interval, amount in enumerate(capacity):
        arrived += sum(float(work.work[interval]) for work in works)
        done += float(amount)
        if done > arrived + 1e-5:
            return False
    return True


def check(problem, solution):
    """Assert that a solution keeps every rule and costs what it says; return heads by pool and interval."""
    pools, T = range(len(problem.pools)), range(problem.intervals)
    present = [[0] * problem.intervals for _ in pools]
    duty = [[0] * problem.intervals for _ in pools]
    cost, seen = 0.0, set()
    for one in solution.chosen:
        family = problem.families[one.family]
        assert one.count >= 1
        assert (one.family, one.member, one.offsets) not in seen
        seen.add((one.family, one.member, one.offsets))
        assert len(one.offsets) == len(family.breaks)
        end = None
        for place, window in zip(one.offsets, family.breaks, strict=True):
            assert place in window.offsets
            assert place >= 0
            assert place + window.length <= family.length
            assert end is None or place - end >= family.work_between
            end = place + window.length
        assert one.cost_each == pytest.approx(pattern_cost(problem, one.family, one.member, one.offsets), abs=MONEY)
        cost += one.count * one.cost_each
        here, working = attendance(problem, one.family, one.member, one.offsets)
        for t in T:
            present[family.pool][t] += one.count * here[t]
            duty[family.pool][t] += one.count * working[t]
    spare = [[0.0] * problem.intervals for _ in pools]
    for p in pools:
        for t in T:
            missing, work = float(solution.missing[p, t]), float(solution.work_done[p, t])
            spare[p][t] = duty[p][t] + missing - work - int(problem.need[p, t])
            assert missing > -TINY
            assert work > -TINY
            if problem.under_cost is None:
                assert missing == 0
            assert spare[p][t] > -1e-5, (p, t)
            cost += missing * (problem.under_cost or 0.0)
            if problem.over_cost and problem.open[p, t]:
                cost += max(0, duty[p][t] - int(problem.need[p, t])) * problem.over_cost
    for period in problem.service:
        assert period_level(period, spare[period.pool]) >= period.target - 5e-7
    for p in pools:
        works = [work for work in problem.deferrable if work.pool == p]
        assert all(problem.open[p, t] or solution.work_done[p, t] < TINY for t in T)
        # a hair of tolerance: work done is what an LP solver says
        assert is_work_done(works, [float(done) + 1e-5 for done in solution.work_done[p]])
        assert is_all_capacity_used(works, solution.work_done[p])
    for limit in problem.attendance:
        counted = duty if limit.on_duty else present
        for t in T:
            heads = sum(counted[p][t] for p in limit.pools)
            assert limit.lower[t] <= heads <= limit.upper[t], limit.name
    for limit in problem.counts:
        total = sum(
            one.count * float(limit.factors[one.family][one.member])
            for one in solution.chosen
            if one.family in limit.factors
        )
        assert limit.lower - TINY <= total <= limit.upper + TINY, limit.name
    if problem.distinct_cost:
        used = {int(problem.distinct_key[one.family][one.member]) for one in solution.chosen}
        cost += problem.distinct_cost * len(used)
    assert solution.objective == pytest.approx(cost, rel=1e-9, abs=MONEY)
    assert solution.bound <= solution.objective
    if solution.status is Status.OPTIMAL:
        assert solution.gap <= 1e-9
    else:
        assert solution.status is Status.FEASIBLE
    return SimpleNamespace(present=present, duty=duty, cost=cost)


def random_breaks(rng, length, most):
    """Up to ``most`` breaks that can be placed one after the other."""
    windows, ready = [], 0
    for number in range(int(rng.integers(0, most + 1))):
        size = int(rng.integers(1, 3))
        first = ready + int(rng.integers(0, 2))
        last = min(first + int(rng.integers(0, 3)), length - size)
        if first > last:
            break
        windows.append(make_break(size, *range(first, last + 1), paid=bool(rng.integers(0, 2)), name=f"b{number}"))
        ready = first + size
    return windows


def _of_a_schedule(rng, problem, top):
    """Need that some schedule covers."""
    duty = np.zeros_like(problem.need)
    for index, member, places in patterns(problem):
        duty[problem.families[index].pool] += rng.integers(0, 2) * np.array(
            attendance(problem, index, member, places)[1]
        )
    return np.minimum(np.maximum(duty - rng.integers(0, 2, duty.shape), 0), top)


def random_problem(rng, *, pools=1, intervals=6, families=2, starts=2, breaks=1, top=2, wrap=None, longest=4, **rest):
    """Build a small problem that is often, but not always, coverable."""
    wrap = bool(rng.integers(0, 2)) if wrap is None else wrap
    before = 0 if wrap else int(rng.integers(0, 3))
    made = []
    for index in range(families * pools):
        length = int(rng.integers(2, longest + 1))
        last = before + intervals - (1 if wrap else 0)
        begin = sorted(rng.choice(last, size=min(starts, last), replace=False).tolist())
        windows = random_breaks(rng, length, breaks)
        between = int(rng.integers(0, 2)) if len(windows) > 1 else 0
        family = make_family(
            length, begin, rng.integers(20, 60, len(begin)), pool=index % pools, shift=index % 9,
            day=[start % 2 for start in begin], breaks=windows, work_between=between,
            rate_factor=float(rng.choice([1.0, 1.25])),
        )  # fmt: skip
        if next(break_places(family), None) is not None:
            made.append(family)
    need = rng.integers(0, top + 1, (pools, intervals))
    if rng.random() < 0.75:
        need = _of_a_schedule(rng, make_problem(need, made, before=before, after=longest, wrap=wrap), top)
    pay = rng.integers(0, 5, (pools, before + intervals + longest)).astype(float)
    return make_problem(need, made, before=before, after=longest, wrap=wrap, pay=pay, **rest)


@pytest.fixture(scope="session")
def tiny():
    """Builders of small problems, their patterns by plain loops, and the checker."""
    return SimpleNamespace(
        family=make_family, rest=make_break, problem=make_problem, service=make_service, limit=make_limit,
        count=make_count, work=make_work, random=random_problem, patterns=patterns, pattern_cost=pattern_cost,
        attendance=attendance, break_places=break_places, level_at=level_at, period_level=period_level,
        is_work_done=is_work_done, check=check,
    )  # fmt: skip


@pytest.fixture(scope="session")
def week():
    """Return days of hours and two dozen shifts with a break, as the table mode reads them."""

    def make(days):
        rng = np.random.default_rng(12)
        hour = np.arange(24 * days) % 24
        level = 2 + 12 * np.exp(-(((hour - 11) / 3.5) ** 2)) + 7 * np.exp(-(((hour - 17) / 3) ** 2))
        agents = (level + rng.integers(0, 3, len(hour))).astype(np.int64)[None, :]
        need = NeedByInterval(TimeGrid("UTC", dt.date(2024, 3, 4), days, 60), ("all",), agents, False)
        rows = [
            ShiftRow(f"{start:02d}-{hours}h", start * 60, hours * 60, hours * 60 + 60, 60, 120, hours * 60 - 180)
            for start in (0, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 18, 22)
            for hours in (6, 8)
        ]
        return need, tuple(rows)

    return make
