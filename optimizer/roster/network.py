"""An employee's rules as a network of states, in which every legal line of work is a path and its length its cost.

Sets
    days d; types of shift t that the employee may work; states after each day: off for o = 1..off_states days, or
    working type t as the r-th day in a row, r = 1..work_states (the last state of a kind means "or more");
    weekends w worked and level m of minutes worked so far; a count for each rule on types of shift that can bind.
Decisions
    on each day: off, or one type of shift.
Cost of a step
    the day's own cost (wishes), plus what it costs to lengthen or to end a stretch of that length, infinite where a
    hard rule forbids it. A stretch that began on day 0 is never too short, nor is one that lasts to the last day.
Cost at the end
    what the rules on weekends, minutes and counts of shifts charge for the totals.

Soft rules thus cost what `models.roster.rules` says they do; hard ones cost infinity.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.roster.case import RosterCase
from models.roster.records import Employee, Measure, Rule

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class LineNetwork(NamedTuple):
    """The states and prices of one employee's lines of work.

    Attributes
    ----------
    types : (T,) places of the types of shift in the case
    levels : (T,) levels of minutes that each type adds
    may_follow : (T, T) whether the second type may be worked on the day after the first
    work_cost : (D, T) the day's own cost, infinite where the type may not be worked
    off_cost : (D,) the same for a day off
    work_step, work_end : (work_states + 1,) cost of one more day in a row, and of ending the stretch, after r days
    off_step, off_end : (off_states + 1,) the same for days off
    weekend_day : (D,) 1 on the first day of a weekend, 2 on the second, 0 elsewhere
    weekend_cost : (W,) cost of each total of weekends
    minute_cost : (M,) cost of each level of minutes
    low, high : (D + 1,) levels of minutes between which a legal line can stand before each day
    counted : (K, T) bool, types that each count is about
    least, most : (K,) bounds of the counts
    under_price, over_price : (K,) cost of each shift below and above them, infinite where hard
    """

    types: Ints
    levels: Ints
    may_follow: Bools
    work_cost: Floats
    off_cost: Floats
    work_step: Floats
    work_end: Floats
    off_step: Floats
    off_end: Floats
    weekend_day: Ints
    weekend_cost: Floats
    minute_cost: Floats
    low: Ints
    high: Ints
    counted: Bools
    least: Ints
    most: Ints
    under_price: Floats
    over_price: Floats

    @property
    def states(self) -> int:
        """Number of states after a day."""
        return len(self.off_step) - 1 + len(self.types) * (len(self.work_step) - 1)


def line_network(case: RosterCase, place: int) -> LineNetwork:
    """Build the network of the employee at a place of the case."""
    employee = case.employees[place]
    work_cost, off_cost = _day_costs(case, employee)
    types = np.flatnonzero(np.isfinite(work_cost).any(axis=0) & ~_never_worked(case, employee))
    grain = math.gcd(*case.length_min.tolist())
    work_step, work_end = _stretch_costs(_rules(employee, Measure.DAYS_IN_A_ROW), case.days)
    off_step, off_end = _stretch_costs(_rules(employee, Measure.DAYS_OFF_IN_A_ROW), case.days)
    most_days = _most_days(case.days, work_step, off_end)
    longest = int(case.length_min[types].max(initial=0)) // grain
    bounds = _rules(employee, Measure.MINUTES)
    if not bounds:  # minutes without a rule need no states
        longest = 0
    minute_cost = _total_costs(bounds, int(most_days[-1]) * longest, grain)
    least_level = int(np.flatnonzero(np.isfinite(minute_cost))[0]) if np.isfinite(minute_cost).any() else 0
    high = np.minimum(len(minute_cost) - 1, most_days * longest)
    low = np.maximum(0, least_level - most_days[::-1] * longest)
    weekend_rules = _rules(employee, Measure.WEEKENDS)
    weekends = case.weekends if weekend_rules else ()
    weekend_day = np.zeros(case.days, np.int64)
    for weekend in weekends:
        weekend_day[list(weekend)] = np.arange(1, len(weekend) + 1)
    counts = _counts(case, employee, types, int(most_days[-1]))
    return LineNetwork(
        types=types,
        levels=case.length_min[types] // grain * (longest > 0),
        may_follow=~case.forbidden[np.ix_(types, types)],
        work_cost=np.ascontiguousarray(work_cost[:, types]),
        off_cost=off_cost,
        work_step=work_step, work_end=work_end, off_step=off_step, off_end=off_end,
        weekend_day=weekend_day,
        weekend_cost=_total_costs(weekend_rules, len(weekends), 1),
        minute_cost=minute_cost,
        low=low, high=high,
        counted=np.array([[case.shifts[t].name in rule.shifts for t in types] for rule in counts], bool).reshape(
            len(counts), len(types)
        ),
        least=np.array([math.ceil(rule.least) for rule in counts], np.int64),
        most=np.array([min(rule.most, case.days) for rule in counts], np.int64),
        under_price=np.array([math.inf if rule.price is None else rule.price for rule in counts], np.float64),
        over_price=np.array([math.inf if rule.price is None else rule.price for rule in counts], np.float64),
    )  # fmt: skip


def _rules(employee: Employee, measure: Measure) -> list[Rule]:
    return [rule for rule in employee.rules if rule.measure is measure]


def _price(rule: Rule, count: float) -> float:
    """Cost of a total or of a stretch's length, infinite where a hard rule is broken."""
    miss = rule.miss(count)
    if not miss:
        return 0.0
    return math.inf if rule.price is None else miss * rule.price


def _day_costs(case: RosterCase, employee: Employee) -> tuple[Floats, Floats]:
    """Cost of each type of shift (D, S) and of being off (D,) on each day, by the employee's wishes."""
    work, off = np.zeros((case.days, len(case.shifts))), np.zeros(case.days)
    for wish in case.wishes:
        if wish.employee != employee.name:
            continue
        price = math.inf if wish.price is None else wish.price
        asked = np.zeros(len(case.shifts), bool)
        asked[slice(None) if wish.shift is None else case.shift_index[wish.shift]] = True
        work[wish.day, asked != wish.wanted] += price
        if wish.wanted:
            off[wish.day] += price
    return work, off


def _never_worked(case: RosterCase, employee: Employee) -> Bools:
    """Types that a hard rule allows no single shift of."""
    never = [
        name
        for rule in _rules(employee, Measure.SHIFTS)
        if rule.price is None and rule.most < 1
        for name in rule.shifts
    ]
    return np.array([shift.name in never for shift in case.shifts])


def _stretch_costs(rules: list[Rule], days: int) -> tuple[Floats, Floats]:
    """Cost of one more day after r days in a row, and of ending after r days; r from 0, its last value is "or more"."""
    bounds = [math.ceil(rule.least) for rule in rules]
    bounds += [int(rule.most) + (rule.price is not None) for rule in rules if math.isfinite(rule.most)]
    states = max(1, min(days, max(bounds, default=1)))
    above = [Rule(rule.name, rule.measure, 0, rule.most, rule.price) for rule in rules]
    below = [Rule(rule.name, rule.measure, rule.least, math.inf, rule.price) for rule in rules]
    over = [[_price(rule, run) for run in range(states + 2)] for rule in above]
    step = np.array([sum(_added(costs, run) for costs in over) for run in range(states + 1)])
    end = np.array([sum(_price(rule, run) for rule in below) for run in range(states + 1)], np.float64)
    return step.astype(np.float64), end


def _added(costs: list[float], run: int) -> float:
    return math.inf if math.isinf(costs[run + 1]) else costs[run + 1] - costs[run]


def _total_costs(rules: list[Rule], most: int, grain: int) -> Floats:
    """Cost of each total from 0 to ``most`` units of ``grain``, cut after the last one that is allowed."""
    costs = np.array([sum(_price(rule, total * grain) for rule in rules) for total in range(most + 1)], np.float64)
    allowed = np.flatnonzero(np.isfinite(costs))
    return costs[: allowed[-1] + 1] if len(allowed) else costs[:1]


def _most_days(days: int, work_step: Floats, off_end: Floats) -> Ints:
    """Most days that can be worked among any n days in a row, n = 0..days, by the hard rules on stretches."""
    forbidden = np.flatnonzero(np.isinf(work_step))
    run = int(forbidden[0]) if len(forbidden) else days
    off = max(1, int(np.isinf(off_end[1:]).sum()) + 1)
    n = np.arange(days + 1)
    return n // (run + off) * run + np.minimum(n % (run + off), run)


def _counts(case: RosterCase, employee: Employee, types: Ints, most_days: int) -> list[Rule]:
    """Rules on types of shift that a line of work could break."""
    allowed = {case.shifts[t].name for t in types}
    return [
        rule
        for rule in _rules(employee, Measure.SHIFTS)
        if rule.least > 0 or (rule.most < most_days and allowed & set(rule.shifts))
    ]
