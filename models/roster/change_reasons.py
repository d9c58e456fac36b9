"""Why a repair changes a day of somebody: what the roster would miss if that one day stayed as published."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from models.roster.breach import Breach
from models.roster.case import OFF, Lines, RosterCase
from models.roster.check import check
from models.roster.rules import wish_name


def change_reason(case: RosterCase, published: Lines, lines: Lines, place: int, day: int) -> str:
    """Say why a day of somebody is another than published.

    Parameters
    ----------
    case : RosterCase
        Without prices of changes.
    published, lines : ndarray of int, shape (employees, days)
    place, day : int
        A cell in which they differ.

    Returns
    -------
    str
        The leave or settled day that forbids the published shift; or whose shift it takes and what would be missed
        otherwise.
    """
    name, was = case.employees[place].name, int(published[place, day])
    for wish in case.wishes_of.get(name, ()):
        if wish.day == day and wish.price is None and not case.granted(wish, was):
            return wish_name(wish)
    words = [_taken_over(case, published, lines, place, day), _otherwise(case, published, lines, place, day)]
    return "; ".join(filter(None, words)) or "goes with another change"


def _taken_over(case: RosterCase, published: Lines, lines: Lines, place: int, day: int) -> str:
    """Say who worked the shift before, in the order of the agents."""
    shift = int(lines[place, day])
    if shift == OFF:
        return ""
    before = (published[:, day] == shift) & (lines[:, day] != shift)
    names = [case.employees[other].name for other in before.nonzero()[0].tolist()]
    return f"takes {case.shifts[shift].name} of {' or '.join(names)}" if names else ""


def _otherwise(case: RosterCase, published: Lines, lines: Lines, place: int, day: int) -> str:
    """Say what is missed more when the day stays as published: a hard rule first, else what costs most."""
    kept = lines.copy()
    kept[place, day] = published[place, day]
    employee = case.employees[place]
    near = replace(
        case,
        wishes=case.wishes_of.get(employee.name, ()),
        cover=tuple(one for one in case.cover if one.day == day),
        employees=tuple(one if one is employee else replace(one, rules=()) for one in case.employees),
    )
    now = Counter(_key(breach) for breach in _own(near, lines, employee.name))
    more = [breach for breach in _own(near, kept, employee.name) if not now[_key(breach)]]
    if not more:
        return ""
    worst = max(more, key=lambda breach: (breach.price is None, breach.cost))
    return f"else {worst.rule}: {worst.words}"


def _own(case: RosterCase, lines: Lines, name: str) -> list[Breach]:
    """Breaches of one person's rules and of the cover."""
    return [breach for breach in check(case, lines).breaches if breach.employee in (None, name)]


def _key(breach: Breach) -> tuple[str, int | None, str]:
    return breach.rule, breach.day, breach.words
