"""Why there is no schedule: conflicts that are smallest, and ways out that work when they are taken."""

import datetime as dt
import itertools
import re
from dataclasses import replace

import numpy as np
import pytest

from models.calendar import TimeGrid
from optimizer.explain import Wording, explain
from optimizer.explain.conflict import on_fewest_days, resolve, smallest_conflict
from optimizer.explain.rules import Rule
from optimizer.shifts.engine import Limits, solve_shifts
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

QUICK = Limits(gap=0.0, time_limit_s=10.0)
MONDAY = dt.date(2024, 6, 3)


def grid_of(intervals, per_day=4):
    return TimeGrid("UTC", MONDAY, -(-intervals // per_day), 1440 // per_day)


def family(length, starts, cost, *, pool=0, shift=0, day=0, breaks=()):
    count = len(starts)
    return ShiftFamily(
        pool, length, np.array(starts, np.int64), np.full(count, shift), np.broadcast_to(np.array(day), count).copy(),
        np.broadcast_to(np.array(cost, float), count).copy(), tuple(breaks),
    )  # fmt: skip


def problem(need, families, *, wrap=False, **rest):
    need = np.atleast_2d(np.array(need, np.int64))
    pools, intervals = need.shape
    after = max((one.length for one in families), default=0)
    slots = [*range(intervals), *([place % intervals for place in range(after)] if wrap else [-1] * after)]
    return ShiftProblem(
        intervals=intervals, interval_of_slot=np.array(slots, np.int64), pools=("desk", "chat")[:pools],
        shifts=("early", "late", "long"), families=tuple(families), need=need,
        **{"open": np.ones(need.shape, bool), "pay_rate": np.zeros((pools, len(slots)))} | rest,
    )  # fmt: skip


def at_most(heads, where, intervals, *, pools=(0,), name="limits.seats", on_duty=False):
    upper = np.full(intervals, np.inf)
    upper[list(where)] = heads
    return AttendanceLimit(name, pools, np.full(intervals, -np.inf), upper, on_duty)


def at_least(heads, where, intervals, *, pools=(0,), name="limits.heads[0]"):
    lower = np.full(intervals, -np.inf)
    lower[list(where)] = heads
    return AttendanceLimit(name, pools, lower, np.full(intervals, np.inf), on_duty=True)


def explained(one, per_day=4, target=None):
    solution = solve_shifts(one, QUICK)
    assert solution.status is Status.INFEASIBLE
    wording = Wording(grid_of(one.intervals, per_day), target or {}, lambda amount: f"{amount:.0f} EUR")
    return explain(solution.infeasible, one, wording, rest_cost=solution.shift_cost)


def has_schedule(one):
    return solve_shifts(one, QUICK).status in (Status.OPTIMAL, Status.FEASIBLE)


# intervals that no shift reaches


def test_an_interval_before_every_shift_is_named_with_when_to_start():
    why = explained(problem([2, 2, 1, 0], [family(2, [1, 2], 10)]))
    assert why.conflicts == (
        "no shift can have anyone on duty in pool desk on mon 2024-06-03 00:00-06:00, where 2 are needed",
    )
    assert why.relaxations == ("let a shift of pool desk start at 00:00 or earlier on mon: the earliest is 06:00",)


def test_an_interval_after_every_shift_is_named_with_when_to_end():
    why = explained(problem([0, 2, 1, 3], [family(2, [0, 1], 10)]))
    assert "mon 2024-06-03 18:00-00:00, where 3 are needed" in why.conflicts[0]
    assert why.relaxations == ("let a shift of pool desk end at 24:00 or later on mon: the latest ends at 18:00",)


def test_neighbouring_intervals_are_one_gap_even_where_nothing_ties_them():
    why = explained(problem([1, 2, 3, 1], [family(1, [3], 10)]))
    assert len(why.conflicts) == 1
    assert "00:00-18:00, where 3 are needed" in why.conflicts[0]
    assert len(why.relaxations) == 1
    assert "start at 00:00 or earlier" in why.relaxations[0]


def test_gaps_of_two_days_and_pools_are_told_apart():
    why = explained(problem([[1, 0, 0, 0, 1, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0]], [family(1, [3, 7], 9, day=[0, 1])]))
    assert [line.split(" in ")[1].split(",")[0] for line in why.conflicts] == [
        "pool desk on mon to tue",
        "pool chat on mon 2024-06-03 00:00-06:00",
    ]
    assert "none may start on that day" in why.relaxations[-1]


def days_of(need, days=14, per_day=4):
    """Need by interval of some days: ``need(weekday)`` is a list of a day."""
    return [count for day in range(days) for count in need(day % 7)]


def test_the_same_hour_without_a_shift_on_many_days_is_one_line():
    starts = [4 * day + 2 for day in range(14)]
    shift = family(2, starts, 10, day=[start // 4 for start in starts])
    why = explained(problem(days_of(lambda day: [0, 2 if day < 5 else 0, 1, 0]), [shift]))
    assert why.conflicts == (
        "no shift can have anyone on duty in pool desk on mon to fri, 2024-06-03 to 2024-06-14, 06:00-12:00, "
        "where 2 are needed",
    )
    assert why.relaxations == (
        "let a shift of pool desk start at 06:00 or earlier on mon to fri: the earliest is 12:00",
    )


def test_days_that_are_not_all_of_their_weekdays_are_counted():
    starts = [4 * day + 2 for day in range(14)]
    shift = family(2, starts, 10, day=[start // 4 for start in starts])
    need = days_of(lambda day: [0, 0, 1, 0])
    need[1], need[4 * 7 + 1], need[4 * 8 + 1] = 3, 1, 2
    why = explained(problem(need, [shift]))
    assert len(why.conflicts) == 1
    assert "on 3 of 4 days, mon to tue, 2024-06-03 to 2024-06-11, 06:00-12:00, where up to 3 are" in why.conflicts[0]


def test_days_without_any_shift_are_one_line_each_way():
    starts = [4 * day + 2 for day in range(14) if day % 7 < 5]
    shift = family(2, starts, 10, day=[start // 4 for start in starts])
    why = explained(problem(days_of(lambda day: [0, 0, 1, 0]), [shift]))
    assert len(why.conflicts) == 1
    assert why.relaxations == (
        "let a shift of pool desk be worked on sat to sun, 2024-06-08 to 2024-06-16: none may start on those days",
    )


@pytest.mark.parametrize(("cut", "first_day_only"), [(True, True), (False, True), (True, False)])
def test_the_night_before_is_named_where_it_is_cut_off(cut, first_day_only):
    """Nights from 18:00 to 06:00: what they miss is the first morning; nobody covers the second one's noon."""
    nights = family(2, [4 * day + 3 for day in range(7)], 10, day=range(7))
    need = [1 if place % 4 in (0, 3) else 0 for place in range(28)]
    if not first_day_only:
        need[0], need[6] = 0, 1
    one = problem(need, [nights])
    solution = solve_shifts(one, QUICK)
    wording = Wording(grid_of(28), {}, str, "horizon_edges: lead_in" if cut else "")
    why = explain(solution.infeasible, one, wording)
    said = "let shifts of pool desk that start the day before reach in: horizon_edges: lead_in"
    assert (said in why.relaxations) == (cut and first_day_only)


def test_to_do_with_fewer_people_is_the_last_way_out():
    one = problem([3, 5, 2, 0], [family(2, [0, 1, 2], 10)], attendance=(at_most(3, range(4), 4),))
    why = explained(one)
    assert [text.startswith("accept up to") for text in why.relaxations] == [False, True]
    # what is said to cost so much can be had for it
    raised, money = re.search(r"by (\d+).* costs about (\d+) EUR or less", why.relaxations[0]).groups()
    allowed = replace(one, attendance=(at_most(3 + int(raised), range(4), 4),))
    assert solve_shifts(allowed, QUICK).objective <= int(money) + 0.5


def test_a_break_that_everyone_takes_at_once_is_a_gap():
    lunch = BreakWindow("meal", 1, (1,))
    why = explained(problem([1, 1, 1], [family(3, [0], 10, breaks=[lunch])]))
    assert "06:00-12:00" in why.conflicts[0]
    assert "widen a break window" in why.relaxations[0]
    assert has_schedule(problem([1, 1, 1], [family(3, [0], 10, breaks=[BreakWindow("meal", 1, (1, 2))])]))


# conflicts


def test_seats_too_few_the_raise_works_and_one_less_does_not():
    one = problem([3, 5, 2, 0], [family(2, [0, 1, 2], 10)], attendance=(at_most(3, range(4), 4),))
    why = explained(one)
    assert len(why.conflicts) == 1
    assert "pool desk needs the people of its requirement" in why.conflicts[0]
    assert "limits.seats" in why.conflicts[0]
    by = next(re.search(r"raise limits\.seats by (\d+)", text) for text in why.relaxations if "raise" in text)
    raised = int(by[1])
    assert has_schedule(replace(one, attendance=(at_most(3 + raised, range(4), 4),)))
    assert not has_schedule(replace(one, attendance=(at_most(2 + raised, range(4), 4),)))
    fewer = next(re.search(r"accept up to (\d+) people fewer", text) for text in why.relaxations if "accept" in text)
    assert has_schedule(replace(one, need=np.maximum(one.need - int(fewer[1]), 0)))


def test_least_and_most_heads_exclude_each_other_and_nothing_else_is_named():
    rules = (at_least(4, [1], 4), at_most(2, [1], 4, name="limits.heads[1]", on_duty=True))
    spare = at_most(50, range(4), 4)
    one = problem([1, 1, 1, 1], [family(2, [0, 1, 2], 10)], attendance=(*rules, spare))
    why = explained(one)
    assert why.conflicts == (
        "together these cannot be kept: limits.heads[0] on mon 2024-06-03; limits.heads[1] on mon 2024-06-03",
    )
    assert sorted(text.split(" (")[0] for text in why.relaxations) == [
        "lower limits.heads[0] by 2 on mon 2024-06-03", "raise limits.heads[1] by 2 on mon 2024-06-03",
    ]  # fmt: skip
    for dropped in rules:
        left = tuple(limit for limit in one.attendance if limit is not dropped)
        assert has_schedule(replace(one, attendance=left))


def test_what_a_limit_left_out_at_first_forbids_is_counted_too():
    """Raising A by one would do, were there no B, which the engine had not yet needed when it gave up."""
    long = family(3, [0], 1, breaks=[BreakWindow("rest", 1, (1,))])
    short, second = family(2, [0], 5, shift=1), family(2, [2], 1, shift=2)
    a = at_most(0, [2], 4, name="A", on_duty=True)
    b = at_most(3, [1], 4, name="B", on_duty=True)
    one = problem([4, 0, 0, 1], [long, short, second], attendance=(a, b))
    why = explained(one)
    assert why.ways
    for way in why.ways:
        assert has_schedule(taken(one, way)), way


def test_conflicts_on_two_days_need_one_way_out_of_both():
    limits = (at_most(2, range(4), 8, name="A", on_duty=True), at_most(3, range(4, 8), 8, name="B", on_duty=True))
    one = problem([1, 4, 0, 0, 1, 9, 0, 0], [family(2, [0, 1, 4, 5], 10, day=[0, 0, 1, 1])], attendance=limits)
    why = explained(one)
    assert len(why.conflicts) == 2
    assert any("raise A by 2" in text and "raise B by 6" in text for text in why.relaxations), why
    for way in why.ways:
        assert has_schedule(taken(one, way)), way


def test_what_people_in_parts_could_do_is_told_apart():
    pair = family(2, [0, 1, 2], 10)
    one = problem([1, 1, 1], [pair], wrap=True, counts=(CountLimit("most", {0: np.full(3, 2.0)}, -np.inf, 3.0),))
    why = explained(one, per_day=3)
    assert "no whole number of shifts can" in why.conflicts[0]
    assert "most" in why.conflicts[0]
    assert any(text.startswith("raise most by 1") for text in why.relaxations), why
    assert has_schedule(replace(one, counts=(CountLimit("most", {0: np.full(3, 2.0)}, -np.inf, 4.0),)))


def test_a_deadline_that_nobody_can_keep_is_named_with_how_much_later():
    work = DeferrableWork("mail", 0, np.array([2.0, 0, 0, 0]), np.array([2.0, 2, 2, 2]))
    one = problem([0, 0, 0, 0], [family(2, [1, 2], 10)], deferrable=(work,))
    why = explained(one)
    assert why.conflicts == ("this cannot be kept: work of mail must be done by its deadline",)
    assert why.relaxations[0].startswith("let work of mail be done 360 minutes of opening time later")
    later = replace(work, due=np.array([0.0, 2, 2, 2]))
    assert has_schedule(replace(one, deferrable=(later,)))


def test_a_service_level_that_seats_forbid_is_named_and_nobody_is_served_by_who_is_missing():
    gains = tuple(np.array([0.2, 0.1]) for _ in range(4))
    day = ServicePeriod(0, np.arange(4), np.ones(4), np.full(4, 0.5), gains, 0.75)
    one = problem([1, 1, 1, 1], [family(2, [0, 2], 10)], service=(day,), attendance=(at_most(1, range(4), 4),))
    why = explained(one, target={"desk": "75% of contacts"})
    assert why.conflicts == (
        "together these cannot be kept: pool desk must reach 75% of contacts on mon 2024-06-03; "
        "limits.seats on mon 2024-06-03",
    )
    assert not any(text.startswith("accept up to") for text in why.relaxations)
    assert any(text.startswith("accept 50.0% instead of 75% of contacts") for text in why.relaxations)
    assert has_schedule(replace(one, service=(replace(day, target=0.5),)))
    assert any(text.startswith("raise limits.seats by 2") for text in why.relaxations)
    assert has_schedule(replace(one, attendance=(at_most(3, range(4), 4),)))


# every way out works


def taken(one, way):
    """The problem after a way out, by plain loops; shares nothing with optimizer.explain."""
    for give in way:
        (kind, label), amount = give.family, give.amount
        days = set(give.days) or {0, 1}
        times = [t for t in range(one.intervals) if t // 4 in days]
        if kind == "cover":
            need = one.need.copy()
            for t in times:
                need[one.pools.index(label), t] = max(0, need[one.pools.index(label), t] - amount)
            one = replace(one, need=need)
        elif kind == "attended":
            limits = []
            for limit in one.attendance:
                lower, upper = limit.lower.copy(), limit.upper.copy()
                for t in times:
                    if limit.name == label and give.direction == "raise":
                        upper[t] += amount
                    elif limit.name == label:
                        lower[t] -= amount
                limits.append(replace(limit, lower=lower, upper=upper))
            one = replace(one, attendance=tuple(limits))
        elif kind == "counted":
            counts = []
            for limit in one.counts:
                base, _, day = limit.name.rpartition(" on day ")
                if base == label and int(day) in days:
                    limit = replace(limit, upper=limit.upper + amount)
                counts.append(limit)
            one = replace(one, counts=tuple(counts))
        else:
            pytest.fail(f"no rule of kind {kind} was stated")
    return one


def random_problem(rng):
    pools, intervals = int(rng.integers(1, 3)), 8
    families = []
    for pool in range(pools):
        for shift in range(2):
            length = int(rng.integers(1, 4))
            starts = sorted(rng.choice(intervals - length + 1, size=4, replace=False).tolist())
            breaks = [BreakWindow("rest", 1, (0, 1, 2)[:length])] if length == 3 and rng.random() < 0.5 else []
            families.append(
                family(length, starts, rng.integers(5, 20, 4), pool=pool, shift=shift, breaks=breaks,
                       day=[start // 4 for start in starts])
            )  # fmt: skip
    everywhere = tuple(range(pools))
    limits = [at_most(int(rng.integers(1, 5)), range(8), 8, pools=everywhere)]
    if rng.random() < 0.6:
        where = rng.choice(8, size=3, replace=False).tolist()
        limits.append(at_most(int(rng.integers(0, 3)), where, 8, name="limits.heads[0]", on_duty=True))
    if rng.random() < 0.6:
        limits.append(at_least(int(rng.integers(1, 4)), rng.choice(8, size=2).tolist(), 8, name="limits.heads[1]"))
    counts = []
    if rng.random() < 0.7:
        for day in range(2):
            factors = {
                index: (one.day == day).astype(float) for index, one in enumerate(families) if (one.shift == 0).all()
            }
            counts.append(CountLimit(f"max_per_day (1) of early on day {day}", factors, -np.inf, 1.0))
    need = rng.integers(0, 4, (pools, intervals))
    return problem(need, families, attendance=tuple(limits), counts=tuple(counts))


def test_every_way_out_works_when_it_is_taken():
    rng = np.random.default_rng(20240603)
    explained_ones = ways = 0
    while explained_ones < 12:
        one = random_problem(rng)
        solution = solve_shifts(one, QUICK)
        if solution.status is not Status.INFEASIBLE:
            continue
        why = explain(solution.infeasible, one, Wording(grid_of(8), {}, str), rest_cost=solution.shift_cost)
        assert why.conflicts
        if any(line.startswith("no shift can have anyone") for line in why.conflicts):
            continue
        explained_ones += 1
        assert why.ways, why.conflicts
        for way in why.ways:
            ways += 1
            assert has_schedule(taken(one, way)), (way, why.relaxations)
    assert ways > 20


# the search for conflicts, with conflicts that are known


@pytest.mark.parametrize("seed", range(40))
def test_conflicts_are_smallest_and_ways_out_are_all_smallest_hitting_sets(seed):
    rng = np.random.default_rng(seed)
    families = [("rule", name) for name in "abcdef"]
    raw = [
        frozenset(families[k] for k in rng.choice(6, size=int(rng.integers(1, 4)), replace=False))
        for _ in range(int(rng.integers(1, 4)))
    ]
    hidden = [one for one in raw if not any(other < one for other in raw)]
    found, ways = resolve(families, lambda waived: all(one & set(waived) for one in hidden))
    assert all(frozenset(conflict) in hidden for conflict in found)
    hitting = [
        set(chosen)
        for size in range(7)
        for chosen in itertools.combinations(families, size)
        if all(one & set(chosen) for one in hidden)
    ]
    smallest = [one for one in hitting if not any(other < one for other in hitting)]
    assert len(ways) == min(len(smallest), 6)
    assert all(way in smallest for way in ways)


def test_a_smallest_conflict_leaves_out_what_plays_no_part():
    families = [("rule", name) for name in "abcd"]
    hidden = {("rule", "b"), ("rule", "d")}
    assert smallest_conflict(families, (), lambda waived: bool(hidden & set(waived))) == hidden


@pytest.mark.parametrize("days", [{3}, {0, 27}, {5, 6, 7}, set(range(28))])
def test_a_conflict_is_named_on_the_days_that_matter(days):
    rules = [Rule("cover", "desk", day) for day in range(28)] + [Rule("attended", "seats", day) for day in range(28)]
    core = {Rule("cover", "desk", day) for day in days} | {Rule("attended", "seats", min(days))}
    looks = []

    def possible(waived):
        looks.append(len(waived))
        return bool(core & set(waived))

    found = on_fewest_days(rules, {("cover", "desk"), ("attended", "seats")}, possible)
    assert set(found) == core
    if len(days) == 1:
        assert len(looks) < 30  # a look at every rule would take 56
