"""The whole search: brute force on tiny cases, and what must always hold."""

import dataclasses
import functools
import itertools
import math
import time

import numpy as np
import pytest

from models.roster.case import OFF, RosterCase
from models.roster.check import check
from models.roster.records import Cover, Employee, Measure, Rule, ShiftType, Wish
from optimizer.roster.engine import RosterLimits, solve_roster
from optimizer.roster.result import roster_of
from optimizer.solve import Status

LIMITS = RosterLimits(time_limit_s=60.0, blocks=10)
DAY, NIGHT = ShiftType("D", 480), ShiftType("N", 600, ("D",))


def _cheapest(case, every_legal_line):
    """Least cost over every pair of legal lines; infinite when somebody has none."""
    people = [every_legal_line(case, place) for place in range(len(case.employees))]
    no_rules = dataclasses.replace(
        case, employees=tuple(Employee(one.name, (), one.skills) for one in case.employees), wishes=()
    )
    best = math.inf
    for first, cost in zip(*people[0], strict=True):
        for second, other in zip(*people[1], strict=True):
            if cost + other < best:
                covered = check(no_rules, np.array([first, second])).cost
                best = min(best, cost + other + covered)
    return best


@pytest.mark.parametrize("seed", [2, 5, 8, 11, 17, 23])
def test_no_roster_is_cheaper_than_the_bound_says(seed, make_case, every_legal_line):
    case = make_case(seed, days=4, people=2)
    best = _cheapest(case, every_legal_line)
    solution = solve_roster(case, LIMITS)
    if math.isinf(best):
        assert (solution.status, solution.lines) == (Status.INFEASIBLE, None)
        return
    assert solution.bound <= best + 1e-6 <= solution.cost + 2e-6
    if solution.status is Status.OPTIMAL:
        assert solution.cost == pytest.approx(best, abs=1e-6)
    found = check(case, solution.lines)
    assert (found.broken, found.cost) == ((), pytest.approx(solution.cost, abs=1e-6))


def test_brute_force_agrees_where_the_optimum_is_proved(make_case, every_legal_line):
    """Most tiny cases are proved: enough of them, so that the branch above is really taken."""
    proved = 0
    for seed in range(30, 40):
        case = make_case(seed, days=4, people=2)
        solution = solve_roster(case, LIMITS)
        if solution.status is Status.OPTIMAL:
            proved += 1
            assert solution.cost == pytest.approx(_cheapest(case, every_legal_line), abs=1e-6)
    assert proved >= 3


@functools.cache
def _ward():
    """Twelve people, two weeks: large enough that nothing is proved at once."""
    rng = np.random.default_rng(4)
    rules = (
        Rule("minutes", Measure.MINUTES, 4000, 4800),
        Rule("days in a row", Measure.DAYS_IN_A_ROW, 2, 5),
        Rule("days off in a row", Measure.DAYS_OFF_IN_A_ROW, 2),
        Rule("weekends", Measure.WEEKENDS, 0, 1),
        Rule("nights", Measure.SHIFTS, 0, 3, shifts=("N",)),
    )
    people = tuple(Employee(f"P{n}", rules) for n in range(12))
    wishes = tuple(
        Wish(f"P{n}", day, "D", bool(rng.random() < 0.5), float(rng.integers(1, 4)))
        for n in range(12) for day in rng.choice(14, 4, replace=False).tolist()
    )  # fmt: skip
    cover = tuple(
        Cover(day, name, int(rng.integers(3, 6) if name == "D" else rng.integers(1, 4)), 100.0, 1.0)
        for day in range(14) for name in ("D", "N")
    )  # fmt: skip
    return RosterCase("ward", 14, (DAY, NIGHT), people, wishes, cover, ((5, 6), (12, 13)))


@functools.cache
def _solved(seed, blocks=6):
    return solve_roster(_ward(), RosterLimits(time_limit_s=120.0, seed=seed, blocks=blocks))


def test_same_seed_same_roster():
    again = solve_roster(_ward(), RosterLimits(time_limit_s=120.0, seed=1, blocks=6))
    assert (again.lines == _solved(1).lines).all()
    assert (again.cost, again.bound) == (_solved(1).cost, _solved(1).bound)


def test_threads_change_nothing():
    again = solve_roster(_ward(), RosterLimits(time_limit_s=120.0, seed=1, blocks=6, threads=2))
    assert (again.lines == _solved(1).lines).all()


def test_progress_only_gets_better():
    told = []
    solution = solve_roster(_ward(), RosterLimits(time_limit_s=120.0, blocks=6), progress=told.append)
    assert len(told) >= 3
    for before, after in itertools.pairwise(told):
        assert after.cost <= before.cost
        assert after.bound >= before.bound
        assert after.seconds >= before.seconds
    assert (told[-1].cost, told[-1].bound) == (solution.cost, solution.bound)
    assert told[-1].gap == solution.gap


def test_renaming_people_changes_no_cost():
    ward = _ward()
    name = {employee.name: f"X{place:02d}" for place, employee in enumerate(ward.employees)}
    renamed = dataclasses.replace(
        ward,
        employees=tuple(Employee(name[one.name], one.rules) for one in ward.employees),
        wishes=tuple(dataclasses.replace(wish, employee=name[wish.employee]) for wish in ward.wishes),
    )
    solution = solve_roster(renamed, RosterLimits(time_limit_s=120.0, seed=1, blocks=6))
    assert (solution.cost, solution.bound) == (_solved(1).cost, _solved(1).bound)


def test_a_looser_rule_never_raises_the_bound():
    ward = _ward()
    rules = tuple(rule for rule in ward.employees[0].rules if rule.name != "weekends")
    loose = dataclasses.replace(ward, employees=tuple(Employee(one.name, rules) for one in ward.employees))
    assert solve_roster(loose, RosterLimits(time_limit_s=120.0, blocks=0)).bound <= _solved(1).bound + 1e-6


def test_a_warm_start_is_never_made_worse():
    first = _solved(1)
    again = solve_roster(_ward(), RosterLimits(time_limit_s=1.0, blocks=0), start=first.lines)
    assert again.cost <= first.cost


def test_a_warm_start_that_breaks_rules_is_mended():
    lines = _solved(1).lines.copy()
    lines[0] = 0
    lines[1, :] = OFF
    solution = solve_roster(_ward(), RosterLimits(time_limit_s=120.0, blocks=0), start=lines)
    assert check(_ward(), solution.lines).broken == ()


def test_the_time_limit_is_kept_and_there_is_a_roster():
    solve_roster(_ward(), RosterLimits(time_limit_s=0.1, blocks=0))  # compiles
    for limit_s in (0.05, 2.0):
        begun = time.perf_counter()
        solution = solve_roster(_ward(), RosterLimits(time_limit_s=limit_s))
        assert time.perf_counter() - begun < 1.05 * limit_s + 1.0  # a loaded machine
        assert check(_ward(), solution.lines).broken == ()


def test_a_gap_that_is_reached_ends_the_search():
    solution = solve_roster(_ward(), RosterLimits(time_limit_s=60.0, gap=0.9))
    assert solution.gap <= 0.9
    assert solution.seconds < 30


def test_one_uncovered_shift_is_a_cost_and_no_infeasibility():
    people = (Employee("Ann", (Rule("minutes", Measure.MINUTES, 0, 480),)),)
    case = RosterCase("short", 3, (DAY,), people, (), tuple(Cover(day, "D", 1, 10.0) for day in range(3)))
    solution = solve_roster(case, LIMITS)
    assert (solution.status, solution.cost) == (Status.OPTIMAL, 20.0)


def test_somebody_without_a_legal_line_is_explained():
    rules = (Rule("least minutes", Measure.MINUTES, 3 * 480), Rule("in a row", Measure.DAYS_IN_A_ROW, 0, 2))
    people = (Employee("Bob"), Employee("Ann", rules))
    leave = tuple(Wish("Ann", day, None, False, None) for day in (0, 4))
    case = RosterCase("impossible", 5, (DAY,), people, leave, (Cover(0, "D", 1, 10.0),))
    solution = solve_roster(case, LIMITS)
    assert (solution.status, solution.lines) == (Status.INFEASIBLE, None)
    (conflict,) = solution.conflicts
    assert conflict.employee == "Ann"
    assert conflict.is_smallest
    assert conflict.demands == (
        "least minutes: at least 24 h, over the horizon",
        "in a row: days in a row at most 2",
        "leave: no work, day 0",
        "leave: no work, day 4",
    )
    assert "in a row: at most 3 in place of 2" in conflict.ways_out


def test_skills_on_a_shift():
    people = (Employee("Ann", (), frozenset({"german"})), Employee("Bob"))
    cover = (Cover(0, "D", 1, 10.0, 1.0), Cover(0, "D", 1, 10.0, 0.0, "german"))
    solution = solve_roster(RosterCase("skills", 1, (DAY,), people, (), cover), LIMITS)
    assert (solution.cost, solution.lines.tolist()) == (0.0, [[0], [OFF]])


def test_the_answer_carries_its_proof():
    solution = _solved(1)
    answer = roster_of(_ward(), solution)
    assert (answer.result.objective, answer.result.bound) == (solution.cost, solution.bound)
    assert answer.result.status == str(solution.status)
    assert answer.result.gap == pytest.approx(solution.gap)
    with pytest.raises(ValueError, match="there is no roster: infeasible"):
        roster_of(_ward(), dataclasses.replace(solution, status=Status.INFEASIBLE, lines=None))


def test_somebody_who_may_work_nothing_is_off():
    people = (Employee("Ann", (Rule("none", Measure.SHIFTS, 0, 0, shifts=("D", "N")),)), Employee("Bob"))
    case = RosterCase("off", 2, (DAY, NIGHT), people, (), (Cover(0, "D", 2, 10.0),))
    solution = solve_roster(case, LIMITS)
    assert (solution.status, solution.cost, solution.lines[0].tolist()) == (Status.OPTIMAL, 10.0, [OFF, OFF])


def test_without_cover_everybody_gets_the_wishes():
    case = RosterCase("free", 2, (DAY,), (Employee("Ann"),), (Wish("Ann", 1, "D", True, 3.0),))
    solution = solve_roster(case, LIMITS)
    assert (solution.status, solution.cost, solution.lines[0, 1]) == (Status.OPTIMAL, 0.0, 0)


@pytest.mark.parametrize("call", [0, 1, 2])
def test_ctrl_c_keeps_the_best_roster_so_far(call):
    """Here it comes as a better roster, or a bound, is told; the search never begins again after it."""
    told = []

    def press(progress):
        told.append(progress)
        if len(told) == call + 1:
            raise KeyboardInterrupt

    solution = solve_roster(_ward(), RosterLimits(time_limit_s=60.0, blocks=50), progress=press)
    assert solution.interrupted
    assert len(told) == call + 1
    found = check(_ward(), solution.lines)
    assert (found.broken, found.cost) == ((), pytest.approx(solution.cost))
    assert solution.cost <= told[-1].cost + 1e-6
    assert solution.bound <= solution.cost


def test_ctrl_c_before_the_first_roster_leaves_legal_lines(monkeypatch):
    def press(setting, legal):
        raise KeyboardInterrupt

    monkeypatch.setattr("optimizer.roster.engine.first_roster", press)
    solution = solve_roster(_ward(), LIMITS)
    assert solution.interrupted
    assert (solution.status, solution.bound) == (Status.FEASIBLE, -math.inf)
    assert check(_ward(), solution.lines).broken == ()
