"""A roster that changes near one place: a few people get new lines together, all others keep theirs.

What the others work is taken off the cover, so that a roster of the few costs more or less by exactly as much as the
whole one does.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.roster.case import OFF, Lines, RosterCase
from models.roster.check import RosterCheck, check
from models.roster.records import Cover
from optimizer.roster.engine import RosterLimits, RosterSolution, solve_roster
from optimizer.solve import Status

Swap = tuple[int, int]
"""A day, and a type of shift (or `OFF`) that somebody else should work on it."""


def broken_people(case: RosterCase, judged: RosterCheck) -> list[int]:
    """Places of people whose line breaks a hard rule."""
    names = {breach.employee for breach in judged.broken}
    return [place for place, employee in enumerate(case.employees) if employee.name in names]


def lost_shifts(case: RosterCase, lines: Lines, places: Sequence[int]) -> list[Swap]:
    """Shifts that people cannot work for a hard wish of that day."""
    found = []
    for place in places:
        for wish in case.wishes_of.get(case.employees[place].name, ()):
            worked = int(lines[place, wish.day])
            if wish.price is None and not case.granted(wish, worked):
                found.append((wish.day, worked))
    return sorted(set(found))


def nearest_people(
    case: RosterCase, lines: Lines, judged: RosterCheck, places: Sequence[int], swaps: Sequence[Swap], most: int
) -> list[int]:
    """Add to some people those whose lines take a swap with the fewest rules broken, and at the least cost.

    Who is off on the day comes before who would have to leave another shift.

    Parameters
    ----------
    judged : check of the lines
    places : of the people who need help
    most : people in all

    Returns
    -------
    list of int
        Places, ascending.
    """
    cost: dict[str | None, float] = defaultdict(float)
    for breach in judged.breaches:
        cost[breach.employee] += breach.cost
    others = sorted(set(range(len(case.employees))) - set(places))
    idle = [place for place in others if any(lines[place, day] == OFF != shift for day, shift in swaps)]
    enough = len(idle) >= most
    ranked: list[tuple[float, float, int]] = []
    for place in idle if enough else others:
        employee = case.employees[place]
        alone = replace(case, employees=(employee,), wishes=case.wishes_of.get(employee.name, ()), cover=())
        best = math.inf, math.inf
        for day, shift in swaps:
            if lines[place, day] != shift and (lines[place, day] == OFF or not enough):
                line = lines[[place]].copy()
                line[0, day] = shift
                own = check(alone, line)
                best = min(best, (float(len(own.broken)), own.cost - cost[employee.name]))
        ranked.append((*best, place))
    chosen = [place for *_, place in sorted(ranked)]
    return sorted([*places, *chosen[: max(0, most - len(places))]])


def part_of(case: RosterCase, lines: Lines, places: Sequence[int]) -> RosterCase:
    """Return the case of some people in which all others work what they do; costs differ by what does not change."""
    people = tuple(case.employees[place] for place in places)
    names = {one.name for one in people}
    others = np.ones(len(case.employees), bool)
    others[list(places)] = False

    def left(cover: Cover) -> Cover:
        there = others & (lines[:, cover.day] == case.shift_index[cover.shift])
        if cover.skill is not None:
            there &= skilled[cover.skill]
        return replace(cover, need=max(0, cover.need - int(there.sum())))

    skilled = {
        skill: np.array([skill in one.skills for one in case.employees])
        for skill in {cover.skill for cover in case.cover if cover.skill is not None}
    }
    wishes = tuple(wish for wish in case.wishes if wish.employee in names)
    return replace(case, employees=people, wishes=wishes, cover=tuple(map(left, case.cover)))


def solve_near(case: RosterCase, lines: Lines, places: Sequence[int], limits: RosterLimits) -> RosterSolution:
    """Find the cheapest roster in which only some people's lines change.

    Returns
    -------
    RosterSolution
        Of the whole case, without a bound; INFEASIBLE, with its conflicts, where one of the people has no legal line.
    """
    part = part_of(case, lines, places)
    found = solve_roster(part, limits, start=lines[list(places)])
    if found.lines is None:
        return found
    whole = lines.copy()
    whole[list(places)] = found.lines
    cost = check(case, whole).cost
    solver = f"{found.solver}, of {len(places)} people"
    return replace(found, status=Status.FEASIBLE, lines=whole, cost=cost, bound=-math.inf, solver=solver)
