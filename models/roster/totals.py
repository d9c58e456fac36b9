"""Rules on totals: what a line of work counts in each period, one function a measure.

Each function gets the days known from the first day of the history on, and the places in them of the period's days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.roster.breach import Breach, outside
from models.roster.case import OFF, Line, RosterCase
from models.roster.records import Employee, Measure, Reason, Rule

Days = NDArray[np.int64]
"""Days of a period that are known, ascending; negative before the horizon."""


def total(case: RosterCase, employee: Employee, line: Line, rule: Rule) -> Iterator[Breach]:
    """Judge a total in each period of a rule."""
    known = case.with_history(employee, line)
    count = COUNTS[rule.measure]
    for place, (first, end) in enumerate(rule.periods or ((0, case.days),)):
        past_days = np.arange(max(first, -len(employee.history)), min(end, 0))
        days = np.arange(max(first, -len(employee.history)), min(end, case.days))
        before = rule.before if place == 0 else 0
        past = before + (count(case, employee, known, past_days, rule) if len(past_days) else 0)
        found = before + count(case, employee, known, days, rule)
        for breach in outside(rule, employee, max(first, 0) if rule.periods else None, found, _unit(rule), past):
            yield replace(breach, words=breach.words + _where(case, employee, known, days, rule, past))


def shifts_worked(case: RosterCase, employee: Employee, known: Line, days: Days, rule: Rule) -> float:
    """Shifts of the rule's types, on its days."""
    types = [case.shift_index[name] for name in rule.shifts]
    return int(np.isin(_on(known, employee, days, rule), types).sum())


def minutes_worked(case: RosterCase, employee: Employee, known: Line, days: Days, rule: Rule) -> float:
    """Paid minutes of the shifts that start on the rule's days."""
    line = _on(known, employee, days, rule)
    return int(case.length_min[line[line != OFF]].sum())


def days_off(case: RosterCase, employee: Employee, known: Line, days: Days, rule: Rule) -> float:
    """Days without a shift."""
    return int((_on(known, employee, days, rule) == OFF).sum())


def weekends_worked(case: RosterCase, employee: Employee, known: Line, days: Days, rule: Rule) -> float:
    """Weekends with work on at least one of their days."""
    return sum(any(worked) for _, worked in _weekends(case, employee, known, days))


def weekends_off(case: RosterCase, employee: Employee, known: Line, days: Days, rule: Rule) -> float:
    """Weekends without work."""
    return sum(not any(worked) for _, worked in _weekends(case, employee, known, days))


def split_weekends(case: RosterCase, employee: Employee, known: Line, days: Days, rule: Rule) -> float:
    """Weekends of two days with work on exactly one of them."""
    return sum(any(worked) and not all(worked) for _, worked in _weekends(case, employee, known, days))


def paired_days_off(case: RosterCase, employee: Employee, known: Line, days: Days, rule: Rule) -> float:
    """Days off that follow a day off of the same period."""
    off = _on(known, employee, days, rule) == OFF
    return int((off[1:] & off[:-1]).sum())


def types_worked(case: RosterCase, employee: Employee, known: Line, days: Days, rule: Rule) -> float:
    """Different kinds of shift."""
    line = _on(known, employee, days, rule)
    return len({case.shifts[shift].counts_as for shift in line[line != OFF]})


def requests_refused(case: RosterCase, employee: Employee, known: Line, days: Days, rule: Rule) -> float:
    """Requests that are not granted."""
    return sum(
        1
        for wish in case.wishes_of.get(employee.name, ())
        if wish.reason is Reason.REQUEST
        and wish.price is not None
        and days[0] <= wish.day <= days[-1]
        and not case.granted(wish, int(known[len(employee.history) + wish.day]))
    )


COUNTS: dict[Measure, Callable[[RosterCase, Employee, Line, Days, Rule], float]] = {
    Measure.SHIFTS: shifts_worked,
    Measure.MINUTES: minutes_worked,
    Measure.DAYS_OFF: days_off,
    Measure.WEEKENDS: weekends_worked,
    Measure.WEEKENDS_OFF: weekends_off,
    Measure.SPLIT_WEEKENDS: split_weekends,
    Measure.DAYS_OFF_PAIRS: paired_days_off,
    Measure.SHIFT_TYPES: types_worked,
    Measure.REFUSED: requests_refused,
}
"""Measure of a total and the function that counts it."""


def _unit(rule: Rule) -> str:
    if rule.measure is Measure.SHIFTS:
        return f"shifts {'|'.join(rule.shifts)}"
    return "weekends with work" if rule.measure is Measure.WEEKENDS else str(rule.measure)


def _where(case: RosterCase, employee: Employee, known: Line, days: Days, rule: Rule, past: float) -> str:
    """Say what of a count lies before the horizon, and which weekends it counts."""
    words = f" ({past / rule.unit:g} before the first day)" if past else ""
    if rule.measure in (Measure.WEEKENDS, Measure.SPLIT_WEEKENDS):
        counted = [
            case.date(weekend[0]).isoformat() if case.first_date is not None else f"day {weekend[0]}"
            for weekend, worked in _weekends(case, employee, known, days)
            if any(worked) and (rule.measure is Measure.WEEKENDS or not all(worked))
        ]
        words += f": {', '.join(counted)}" if counted else ""
    return words


def _on(known: Line, employee: Employee, days: Days, rule: Rule) -> Line:
    """Shifts of a period's days, those that the rule counts."""
    counted = days[np.isin(days, rule.days)] if rule.days else days
    return known[counted + len(employee.history)]


def _weekends(
    case: RosterCase, employee: Employee, known: Line, days: Days
) -> Iterator[tuple[tuple[int, ...], list[bool]]]:
    """Weekends whose first day lies in the period, and whether each of their days is worked."""
    for weekend in case.weekends:
        if len(days) and days[0] <= weekend[0] <= days[-1]:
            yield weekend, [bool(known[len(employee.history) + day] != OFF) for day in weekend]
