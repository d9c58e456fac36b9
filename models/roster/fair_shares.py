"""Fairness: everybody's share of a burden, by contract hours, and the rule that prices what lies beside it.

The burden is what the cover asks for. A unit beside somebody's share costs the price, the next one twice that, and so
on: with the burden given, the cheapest division is the most even one.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from models.roster.breach import HOUR_MIN
from models.roster.folder import Agent, RosterCalendar
from models.roster.person_rules import ShiftNames
from models.roster.records import Cover, Measure, Rule, ShiftType
from models.roster.settings import COUNTS, FairnessSettings


def fair_rules(
    given: FairnessSettings,
    agents: Sequence[Agent],
    shifts: Sequence[ShiftType],
    cover: Sequence[Cover],
    calendar: RosterCalendar,
    before: Sequence[float],
    named: ShiftNames,
    never: Mapping[str, Collection[tuple[int, str | None]]],
) -> list[Rule | None]:
    """Return each person's rule of one burden.

    Parameters
    ----------
    agents : people
    shifts, cover : what there is to do
    before : what each person had of the burden before the horizon, (people,), in the burden's unit
    named : types of shift for names and kinds
    never : days on which somebody may not work, with the type of shift or None for any, by employee

    Returns
    -------
    list of Rule or None
        None for people who have no part in the burden.
    """
    measure, factor = COUNTS[given.counts]
    if measure is Measure.REFUSED:
        return [Rule(given.name, measure, 0, had, given.price, before=had, growing=True) for had in before]
    days = tuple(range(calendar.days)) if given.days is None else calendar.days_on(given.days)
    types = named(given.shifts) if given.shifts else tuple(shift.name for shift in shifts)
    wanted = _burden(measure, shifts, cover, calendar, types, days)
    shares = _shares(wanted, agents, shifts, sum(before), days, never)
    rules: list[Rule | None] = []
    for share, had in zip(shares, before, strict=True):
        if share is None:
            rules.append(None)
            continue
        least, most = math.floor(share + 1e-9), math.ceil(share - 1e-9)
        rules.append(
            Rule(
                given.name,
                measure,
                least * factor,
                most * factor,
                given.price,
                types if measure is Measure.SHIFTS else (),
                before=had * factor,
                days=days if given.days is not None else (),
                unit=factor,
                growing=True,
            )
        )
    return rules


def _burden(
    measure: Measure,
    shifts: Sequence[ShiftType],
    cover: Sequence[Cover],
    calendar: RosterCalendar,
    types: tuple[str, ...],
    days: tuple[int, ...],
) -> dict[str, float]:
    """Units that the cover asks for by type of shift: shifts, hours, or people on the fuller day of each weekend."""
    length = {shift.name: shift.length_min / HOUR_MIN for shift in shifts}
    need = {(one.day, one.shift): float(one.need) for one in cover if one.skill is None}
    wanted = dict.fromkeys(types, 0.0)
    if measure is Measure.WEEKENDS:
        for weekend in calendar.weekends:
            fuller = max(weekend, key=lambda day: sum(need.get((day, name), 0.0) for name in types))
            for name in types:
                wanted[name] += need.get((fuller, name), 0.0)
        return wanted
    for (day, name), people in need.items():
        if name in wanted and day in set(days):
            wanted[name] += people * (length[name] if measure is Measure.MINUTES else 1.0)
    return wanted


def _shares(
    wanted: dict[str, float],
    agents: Sequence[Agent],
    shifts: Sequence[ShiftType],
    before: float,
    days: Sequence[int],
    never: Mapping[str, Collection[tuple[int, str | None]]],
) -> list[float | None]:
    """Divide what each type asks for, and what was done before, among those who may work it.

    By contract hours, times the share of the days on which somebody is neither away nor barred from the type.
    """
    by_name = {shift.name: shift for shift in shifts}
    shares: list[float | None] = [None] * len(agents)
    total = sum(wanted.values())
    for name, units in wanted.items():
        weights = {}
        for place, agent in enumerate(agents):
            barred = {day for day, shift in never.get(agent.name, ()) if shift in (None, name)}
            free = sum(day not in barred for day in days)
            if free and _may_work(agent, by_name[name]):
                weights[place] = agent.contract.hours_per_week * free / len(days)
        whole = sum(weights.values())
        for place, weight in weights.items() if whole > 0 else ():
            part = units + (before * units / total if total else 0.0)
            shares[place] = (shares[place] or 0.0) + part * weight / whole
    return shares


def _may_work(agent: Agent, shift: ShiftType) -> bool:
    """Say whether skills and contract let somebody work a type at all."""
    none = [name for name, most in agent.contract.max_shifts.items() if most < 1]
    return shift.needs <= agent.skills and not {shift.name, shift.kind} & set(none)
