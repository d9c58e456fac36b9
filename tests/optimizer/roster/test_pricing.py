"""The cheapest line at any prices, held against brute force over every line of work."""

import math

import numpy as np
import pytest

from models.roster.case import OFF, RosterCase
from models.roster.records import Employee, Measure, Rule, ShiftType
from optimizer.roster.pricing import Pricer


def _value(lines, costs, reward):
    earned = np.where(lines == OFF, 0.0, reward[np.arange(lines.shape[1]), lines]).sum(axis=1)
    return costs - earned


@pytest.mark.parametrize("seed", range(60))
def test_the_cheapest_line_is_that_of_brute_force(seed, make_case, every_legal_line):
    case = make_case(seed)
    lines, costs = every_legal_line(case, 0)
    reward = np.random.default_rng(seed).uniform(-5, 10, (1, case.days, len(case.shifts)))
    (found,) = Pricer(case).price([0], reward, 5)
    if not len(lines):
        assert (len(found.lines), found.bound) == (0, math.inf)
        return
    best = _value(lines, costs, reward[0]).min()
    assert found.value[0] == pytest.approx(best, abs=1e-6)
    assert best - 1e-5 <= found.bound <= best + 1e-9
    known = {line.tobytes(): cost for line, cost in zip(lines, costs, strict=True)}
    for line, cost, value in zip(found.lines, found.cost, found.value, strict=True):
        assert cost == pytest.approx(known[line.tobytes()], abs=1e-9)
        assert value == pytest.approx(_value(line[None], np.array([cost]), reward[0])[0], abs=1e-9)
    assert (np.diff(found.value) >= -1e-6).all()


@pytest.mark.parametrize("exact", [True, False])
def test_within_a_window_the_cheapest_line_is_that_of_brute_force(exact, make_case, every_legal_line, monkeypatch):
    if not exact:
        monkeypatch.setattr("optimizer.roster.building.TIGHTEST_WORK", 0)
        monkeypatch.setattr("optimizer.roster.building.EXACT_WORK", 0)
    tried = 0
    for seed in range(40):
        case, rng = make_case(seed), np.random.default_rng(seed)
        lines, costs = every_legal_line(case, 0)
        if not len(lines):
            continue
        given = lines[rng.integers(len(lines))]
        first = int(rng.integers(case.days))
        end = int(rng.integers(first + 1, case.days + 1))
        outside = np.r_[0:first, end : case.days]
        able = (lines[:, outside] == given[outside]).all(axis=1)
        reward = np.zeros((1, case.days, len(case.shifts)))
        reward[0, first:end] = rng.uniform(-5, 10, (end - first, len(case.shifts)))
        pricer = Pricer(case)
        with pricer.within({0: given}, first, end):
            (found,) = pricer.price([0], reward, 3)
        value = _value(lines[able], costs[able], reward[0])
        assert found.value[0] == pytest.approx(value.min(), abs=1e-6)
        assert value.min() - 1e-5 <= found.bound <= value.min() + 1e-9
        known = {line.tobytes(): cost for line, cost in zip(lines[able], costs[able], strict=True)}
        assert [known[line.tobytes()] for line in found.lines] == pytest.approx(found.cost.tolist(), abs=1e-9)
        tried += len(set(value.tolist())) > 1
    assert tried > 15  # windows that leave a choice


def test_the_random_cases_differ(make_case, every_legal_line):
    """The test above would prove nothing on cases that are all free."""
    counts = [len(every_legal_line(make_case(seed), 0)[0]) for seed in range(12)]
    assert len(set(counts)) > 8
    assert max(counts) < 3**6


def test_rules_that_exclude_each_other_leave_no_line():
    rules = (Rule("a", Measure.MINUTES, 960), Rule("b", Measure.SHIFTS, 0, 1, shifts=("D",)))
    case = RosterCase("impossible", 4, (ShiftType("D", 480),), (Employee("Ann", rules),))
    (found,) = Pricer(case).price([0], np.zeros((1, 4, 1)), 5)
    assert (len(found.lines), found.bound) == (0, math.inf)


def test_a_search_that_is_cut_short_keeps_a_valid_bound(make_case, every_legal_line):
    for seed in range(20):
        case = make_case(seed)
        lines, costs = every_legal_line(case, 0)
        reward = np.random.default_rng(seed).uniform(-5, 10, (1, case.days, len(case.shifts)))
        (found,) = Pricer(case).price([0], reward, 1, partial_lines=6)
        if len(lines):
            assert found.bound <= _value(lines, costs, reward[0]).min() + 1e-9


def test_employees_side_by_side_get_the_same_lines(make_case):
    case = make_case(3, people=4)
    reward = np.random.default_rng(1).uniform(-5, 10, (4, case.days, len(case.shifts)))
    one, two = (Pricer(case, threads).price(range(4), reward, 3) for threads in (1, 2))
    assert [(a.employee, a.lines.tolist(), a.bound) for a in one] == [
        (b.employee, b.lines.tolist(), b.bound) for b in two
    ]


def test_lines_followed_day_by_day_are_legal_and_leave_a_valid_bound(make_case, every_legal_line, monkeypatch):
    monkeypatch.setattr("optimizer.roster.pricing.QUICK_BEAM", 1)
    monkeypatch.setattr("optimizer.roster.pricing.BEAM", 1)
    monkeypatch.setattr("optimizer.roster.building.TIGHTEST_WORK", 0)
    monkeypatch.setattr("optimizer.roster.building.EXACT_WORK", 0)  # costs to go only bound what totals cost
    cut_short = 0
    for seed in range(15):
        case = make_case(seed)
        lines, costs = every_legal_line(case, 0)
        reward = np.random.default_rng(seed).uniform(-5, 10, (1, case.days, len(case.shifts)))
        (found,) = Pricer(case).price([0], reward, 2, partial_lines=0)
        known = {line.tobytes(): cost for line, cost in zip(lines, costs, strict=True)}
        assert [known[line.tobytes()] for line in found.lines] == pytest.approx(found.cost.tolist(), abs=1e-9)
        if len(lines):
            best = _value(lines, costs, reward[0]).min()
            assert found.bound <= best + 1e-9
            cut_short += not len(found.lines) or found.value[0] > best + 1e-6
        else:
            assert not len(found.lines)
    assert cut_short  # or the bound was never put to the test
