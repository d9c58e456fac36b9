"""Who may work which shift on which day by what is settled beforehand: skills, leave, fixed days, shifts barred."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.roster.case import RosterCase
from models.roster.records import Measure
from models.wallclock import DAY_NAMES

Bools = NDArray[np.bool_]


def available(case: RosterCase) -> Bools:
    """Return who may work what, (employees, days, shifts), as far as no rule on other days stands against it."""
    may = np.ones((len(case.employees), case.days, len(case.shifts)), dtype=np.bool_)
    for place, employee in enumerate(case.employees):
        for number, shift in enumerate(case.shifts):
            may[place, :, number] = shift.needs <= employee.skills
        for rule in employee.rules:
            if rule.measure is Measure.SHIFTS and rule.price is None and rule.most == 0:
                days = list(rule.days) or slice(None)
                for name in rule.shifts:
                    may[place, days, case.shift_index[name]] = False
    for wish in case.wishes:
        if wish.price is None and wish.employee in case.employee_index:
            place = case.employee_index[wish.employee]
            shifts = [s for s, shift in enumerate(case.shifts) if wish.shift in (None, shift.name)]
            barred = np.ones(len(case.shifts), dtype=np.bool_) if wish.wanted else np.zeros(len(case.shifts), np.bool_)
            barred[shifts] = not wish.wanted
            may[place, wish.day, barred] = False
    return may


def beyond_reach(case: RosterCase) -> tuple[str, ...]:
    """Say which cover of a roster with dates asks for more people than may work it at all."""
    may, said = available(case), []
    for cover in case.cover:
        skilled = [
            place
            for place, employee in enumerate(case.employees)
            if cover.skill is None or cover.skill in employee.skills
        ]
        able = int(may[skilled, cover.day, case.shift_index[cover.shift]].sum())
        if cover.need > able:
            what = cover.shift if cover.skill is None else f"{cover.shift} with {cover.skill}"
            said.append(f"{_date(case, cover.day)}: {cover.need:g} needed on {what}, at most {able} people may work it")
    return tuple(said)


def _date(case: RosterCase, day: int) -> str:
    date = case.date(day)
    return f"{DAY_NAMES[date.weekday()]} {date}"
