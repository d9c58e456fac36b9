"""Why somebody has no legal line of work: the rules that the nearest line breaks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.roster.case import RosterCase
from models.roster.check import check
from models.roster.records import Measure, Rule, Wish
from models.roster.rules import Breach
from optimizer.roster.pricing import Pricer


def nearest_breaches(case: RosterCase, place: int) -> tuple[Breach, ...]:
    """Return what the line breaks that misses an employee's hard rules by the least.

    Each shift, day or weekend beyond a rule counts as one; so do the minutes of the shortest shift. Successions of
    shifts stay forbidden.
    """
    employee = case.employees[place]
    shortest = float(case.length_min.min())
    rules = tuple(_softened(rule, shortest) for rule in employee.rules if rule.price is None)
    wishes = tuple(wish for wish in case.wishes if wish.employee == employee.name and wish.price is None)
    alone = RosterCase(case.name, case.days, case.shifts, (employee,), wishes, (), case.weekends)
    soft = replace(
        alone,
        employees=(replace(employee, rules=rules),),
        wishes=tuple(Wish(wish.employee, wish.day, wish.shift, wish.wanted, 1.0) for wish in wishes),
    )
    nothing = np.zeros((1, case.days, len(case.shifts)))
    (found,) = Pricer(soft).price([0], nothing, 1)
    return check(alone, found.lines[:1]).broken if len(found.lines) else ()


def _softened(rule: Rule, shortest_min: float) -> Rule:
    return replace(rule, price=1.0 / shortest_min if rule.measure is Measure.MINUTES else 1.0)
