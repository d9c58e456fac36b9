"""What each rule means: one function a rule, which lists what a line of work or a roster breaks and what that costs.

These functions share nothing with the optimiser but the records: they judge what it decides. Rules that count
something stand in `totals`, `stretches` and `rests`; here are those on successions, skills, single days and cover.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from models.roster.breach import Breach, outside
from models.roster.case import OFF, Line, Lines, RosterCase
from models.roster.records import Cover, Employee, Measure, Reason, Rule, Wish
from models.roster.rests import longest_rest, rest_after, rest_between
from models.roster.stretches import days_in_a_row, days_off_in_a_row, shifts_in_a_row
from models.roster.totals import COUNTS, total

__all__ = [
    "LINE_RULES",
    "Breach",
    "forbidden_successions",
    "people_over",
    "people_short",
    "skills_lacking",
    "wish_name",
    "wish_refused",
]


def minutes_in_a_day(case: RosterCase, employee: Employee, line: Line, rule: Rule) -> Iterator[Breach]:
    """Judge the minutes of each day's shift; days off have none and break nothing."""
    for day in np.flatnonzero(line != OFF).tolist():
        yield from outside(rule, employee, day, int(case.length_min[line[day]]), "minutes in a day")


LINE_RULES: dict[Measure, Callable[[RosterCase, Employee, Line, Rule], Iterator[Breach]]] = {
    **dict.fromkeys(COUNTS, total),
    Measure.DAY_MINUTES: minutes_in_a_day,
    Measure.DAYS_IN_A_ROW: days_in_a_row,
    Measure.DAYS_OFF_IN_A_ROW: days_off_in_a_row,
    Measure.SHIFTS_IN_A_ROW: shifts_in_a_row,
    Measure.REST: rest_between,
    Measure.REST_AFTER: rest_after,
    Measure.LONGEST_REST: longest_rest,
}
"""Measure of a rule and the function that applies it."""


def skills_lacking(case: RosterCase, employee: Employee, line: Line) -> Iterator[Breach]:
    """Find shifts that need a skill which the employee does not have."""
    for day in np.flatnonzero(line != OFF).tolist():
        shift = case.shifts[line[day]]
        if lacking := shift.needs - employee.skills:
            words = f"{shift.name} needs {', '.join(sorted(lacking))}"
            yield Breach("skill", employee.name, day, 1, None, words)


def forbidden_successions(case: RosterCase, employee: Employee, line: Line) -> Iterator[Breach]:
    """Find shifts that may not follow the one of the day before; a type may follow itself unless it says otherwise."""
    known = case.with_history(employee, line)[max(0, len(employee.history) - 1) :]
    for place, (first, second) in enumerate(pairwise(known.tolist())):
        if first != OFF and second != OFF and case.forbidden[first, second]:
            words = f"{case.shifts[first].name} is followed by {case.shifts[second].name}"
            yield Breach("forbidden succession", employee.name, place - bool(employee.history), 1, None, words)


def wish_refused(case: RosterCase, line: Line, wish: Wish) -> Iterator[Breach]:
    """Say when a wish is not granted: leave, a fixed or forbidden assignment, a request, an earlier promise."""
    worked = int(line[wish.day])
    if not case.granted(wish, worked):
        found = "off" if worked == OFF else case.shifts[worked].name
        words = f"{found} instead of {wish.shift or 'a shift'}" if wish.wanted else f"works {found}"
        yield Breach(wish_name(wish), wish.employee, wish.day, 1, wish.price, words)


def wish_name(wish: Wish) -> str:
    """Name of the rule that a wish is."""
    hard = wish.price is None
    if wish.reason is Reason.CHANGE:
        return "frozen day" if hard else str(wish.reason)
    if wish.reason is Reason.CLOSED:
        return str(wish.reason)
    if wish.wanted:
        return "fixed assignment" if hard else "shift wanted"
    if wish.shift is None:
        settled = "settled day off" if wish.reason is Reason.FIXED else "leave"
        return settled if hard else "day off wanted"
    return "forbidden assignment" if hard else "shift not wanted"


def people_short(case: RosterCase, lines: Lines, cover: Cover) -> Iterator[Breach]:
    """Count the people that a shift lacks."""
    present = _present(case, lines, cover)
    if present < cover.need:
        words = f"{_people(cover)}: {present} of {cover.need}"
        yield Breach("people short", None, cover.day, cover.need - present, cover.under_price, words)


def people_over(case: RosterCase, lines: Lines, cover: Cover) -> Iterator[Breach]:
    """Count the people that a shift has beyond its need."""
    present = _present(case, lines, cover)
    if present > cover.need:
        words = f"{_people(cover)}: {present}, needed {cover.need}"
        yield Breach("people over", None, cover.day, present - cover.need, cover.over_price, words)


def _present(case: RosterCase, lines: Lines, cover: Cover) -> int:
    works = lines[:, cover.day] == case.shift_index[cover.shift]
    if cover.skill is not None:
        works = works & np.array([cover.skill in employee.skills for employee in case.employees])
    return int(works.sum())


def _people(cover: Cover) -> str:
    return cover.shift if cover.skill is None else f"{cover.shift} with {cover.skill}"
