"""What each rule means: one function a rule, which lists what a line of work or a roster breaks and what that costs.

These functions share nothing with the optimiser but the records: they judge what it decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from models.roster.case import OFF, Lines, RosterCase
from models.roster.records import Cover, Employee, Measure, Rule, Wish

Line = NDArray[np.int64]
"""One employee's types of shift by day, shape (days,); `OFF` on a day off."""


@dataclass(frozen=True)
class Breach:
    """One place where a roster misses a rule.

    Parameters
    ----------
    rule : str
        Name of the rule.
    employee : str or None
        None: the rule is about the whole roster.
    day : int or None
        First day concerned; None: the whole horizon.
    amount : float
        Units (shifts, minutes, days, weekends, people) missed.
    price : float or None
        Cost of a unit. None: a hard rule is broken.
    words : str
        What was found and what is allowed.
    """

    rule: str
    employee: str | None
    day: int | None
    amount: float
    price: float | None
    words: str

    @property
    def cost(self) -> float:
        """Price of the whole breach; 0 for a hard rule, which has none."""
        return 0.0 if self.price is None else self.amount * self.price

    def __str__(self) -> str:
        place = [self.employee or "", "" if self.day is None else f"day {self.day}"]
        return f"{' '.join(part for part in place if part)}: {self.rule}: {self.words}".removeprefix(": ")


def shifts_worked(case: RosterCase, employee: Employee, line: Line, rule: Rule) -> Iterator[Breach]:
    """Count the shifts of the rule's types over the horizon."""
    types = [case.shift_index[name] for name in rule.shifts]
    yield from _bounded(rule, employee, None, int(np.isin(line, types).sum()), f"shifts {'|'.join(rule.shifts)}")


def minutes_worked(case: RosterCase, employee: Employee, line: Line, rule: Rule) -> Iterator[Breach]:
    """Count the minutes worked over the horizon."""
    yield from _bounded(rule, employee, None, int(case.length_min[line[line != OFF]].sum()), "minutes")


def days_in_a_row(case: RosterCase, employee: Employee, line: Line, rule: Rule) -> Iterator[Breach]:
    """Count the days of every unbroken stretch of work."""
    yield from _stretches(employee, line, rule, working=True)


def days_off_in_a_row(case: RosterCase, employee: Employee, line: Line, rule: Rule) -> Iterator[Breach]:
    """Count the days of every unbroken stretch of days off."""
    yield from _stretches(employee, line, rule, working=False)


def weekends_worked(case: RosterCase, employee: Employee, line: Line, rule: Rule) -> Iterator[Breach]:
    """Count the weekends with work on at least one of their days."""
    count = sum(bool((line[list(weekend)] != OFF).any()) for weekend in case.weekends)
    yield from _bounded(rule, employee, None, count, "weekends with work")


LINE_RULES: dict[Measure, Callable[[RosterCase, Employee, Line, Rule], Iterator[Breach]]] = {
    Measure.SHIFTS: shifts_worked,
    Measure.MINUTES: minutes_worked,
    Measure.DAYS_IN_A_ROW: days_in_a_row,
    Measure.DAYS_OFF_IN_A_ROW: days_off_in_a_row,
    Measure.WEEKENDS: weekends_worked,
}
"""Measure of a rule and the function that applies it."""


def forbidden_successions(case: RosterCase, employee: Employee, line: Line) -> Iterator[Breach]:
    """Find shifts that may not follow the one of the day before; a type may follow itself unless it says otherwise."""
    for day in range(case.days - 1):
        first, second = line[day], line[day + 1]
        if first != OFF and second != OFF and case.forbidden[first, second]:
            words = f"{case.shifts[first].name} is followed by {case.shifts[second].name}"
            yield Breach("forbidden succession", employee.name, day, 1, None, words)


def shift_wanted(case: RosterCase, line: Line, wish: Wish) -> Iterator[Breach]:
    """Say when a wish for a shift, or for any shift, is not granted."""
    worked = line[wish.day]
    granted = worked != OFF if wish.shift is None else worked == case.shift_index[wish.shift]
    if not granted:
        name = "fixed assignment" if wish.price is None else "shift wanted"
        found = "off" if worked == OFF else case.shifts[worked].name
        yield Breach(name, wish.employee, wish.day, 1, wish.price, f"{found} instead of {wish.shift or 'a shift'}")


def shift_not_wanted(case: RosterCase, line: Line, wish: Wish) -> Iterator[Breach]:
    """Say when a shift is worked that was not to be; leave is the hard wish against any shift."""
    worked = line[wish.day]
    if worked != OFF if wish.shift is None else worked == case.shift_index[wish.shift]:
        name = "leave" if wish.shift is None and wish.price is None else "shift not wanted"
        yield Breach(name, wish.employee, wish.day, 1, wish.price, f"works {case.shifts[worked].name}")


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


def _bounded(rule: Rule, employee: Employee, day: int | None, count: float, unit: str) -> Iterator[Breach]:
    if amount := rule.miss(count):
        allowed = f"at least {rule.least:g}" if count < rule.least else f"at most {rule.most:g}"
        yield Breach(rule.name, employee.name, day, amount, rule.price, f"{count:g} {unit}, {allowed}")


def _stretches(employee: Employee, line: Line, rule: Rule, *, working: bool) -> Iterator[Breach]:
    """Judge stretches of one kind; one that touches an end of the horizon may go on beyond it."""
    start = 0
    for kind, days in groupby((line != OFF).tolist()):
        length = len(list(days))
        at_edge = start == 0 or start + length == len(line)
        if kind == working and not (at_edge and length < rule.least):
            yield from _bounded(rule, employee, start, length, rule.measure)
        start += length


def _present(case: RosterCase, lines: Lines, cover: Cover) -> int:
    works = lines[:, cover.day] == case.shift_index[cover.shift]
    if cover.skill is not None:
        works = works & np.array([cover.skill in employee.skills for employee in case.employees])
    return int(works.sum())


def _people(cover: Cover) -> str:
    return cover.shift if cover.skill is None else f"{cover.shift} with {cover.skill}"
