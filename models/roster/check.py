"""What a roster breaks and what it costs, by the rules' own functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.roster.breach import Breach
from models.roster.case import Lines, RosterCase
from models.roster.rules import (
    LINE_RULES,
    forbidden_successions,
    people_over,
    people_short,
    skills_lacking,
    wish_refused,
)


@dataclass(frozen=True)
class RosterCheck:
    """Everything that a roster misses.

    Parameters
    ----------
    breaches : tuple of Breach
        Hard rules and soft ones, employee by employee, then the cover.
    """

    breaches: tuple[Breach, ...]

    @property
    def broken(self) -> tuple[Breach, ...]:
        """Hard rules that are broken; none in a legal roster."""
        return tuple(breach for breach in self.breaches if breach.price is None)

    @property
    def cost(self) -> float:
        """What the soft rules cost, in the unit of their prices."""
        return float(sum(breach.cost for breach in self.breaches))

    def cost_by_rule(self) -> dict[str, float]:
        """Cost of each soft rule that costs anything."""
        costs: dict[str, float] = {}
        for breach in self.breaches:
            if breach.cost:
                costs[breach.rule] = costs.get(breach.rule, 0.0) + breach.cost
        return costs


def check(case: RosterCase, lines: Lines) -> RosterCheck:
    """Apply every rule to a roster.

    Parameters
    ----------
    case : RosterCase
    lines : ndarray of int, shape (employees, days)
        Index of the type of shift worked, or `models.roster.case.OFF`.

    Raises
    ------
    ValueError
        If `lines` is no roster of this case.
    """
    case.require_shape(lines)
    return RosterCheck(tuple(_breaches(case, lines)))


def _breaches(case: RosterCase, lines: Lines) -> Iterator[Breach]:
    for place, employee in enumerate(case.employees):
        for rule in employee.rules:
            yield from LINE_RULES[rule.measure](case, employee, lines[place], rule)
        yield from forbidden_successions(case, employee, lines[place])
        yield from skills_lacking(case, employee, lines[place])
    for wish in case.wishes:
        line = lines[case.employee_index[wish.employee]]
        yield from wish_refused(case, line, wish)
    for cover in case.cover:
        yield from people_short(case, lines, cover)
        yield from people_over(case, lines, cover)
