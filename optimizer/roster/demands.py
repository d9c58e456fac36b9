"""What one person's line of work has to keep, taken apart into single demands that can be put together again."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from models.roster.case import RosterCase
from models.roster.records import Employee, Period, Rule, ShiftType, Wish
from models.roster.rule_words import rule_words, wish_words


@dataclass(frozen=True)
class Demand:
    """One bound of a hard rule in one of its periods, days that are settled in one way, a succession or a skill.

    Exactly one of rule, wishes, succession and skill is given.

    Attributes
    ----------
    rule : with one bound, and one period where it has any
    wishes : alike, on days that follow each other
    succession : a type of shift, and one that may not be worked on the day after it
    skill : that some shifts need and the person lacks
    """

    rule: Rule | None = None
    wishes: tuple[Wish, ...] = ()
    succession: tuple[str, str] | None = None
    skill: str = ""

    def words(self, case: RosterCase) -> str:
        """Say it."""
        if self.rule is not None:
            return rule_words(case, self.rule)
        if self.wishes:
            return wish_words(case, self.wishes)
        if self.succession is not None:
            return f"forbidden succession: {self.succession[0]} is not followed by {self.succession[1]}"
        shifts = ", ".join(shift.name for shift in case.shifts if self.skill in shift.needs)
        return f"skill: {shifts} need{'' if ',' in shifts else 's'} {self.skill}"

    @property
    def kind(self) -> object:
        """What demands alike of other people share."""
        if self.rule is not None:
            return self.rule.name, self.rule.least > 0, self.rule.periods
        return self.succession or self.skill or None


def demands_on(case: RosterCase, employee: Employee) -> list[Demand]:
    """Take apart everything hard that bears on a person's line of work."""
    found = [one for rule in employee.rules if rule.price is None for one in _of_rule(rule)]
    hard = [wish for wish in case.wishes_of.get(employee.name, ()) if wish.price is None]
    found += [Demand(wishes=spell) for spell in _spells(hard)]
    found += [Demand(succession=(one.name, other)) for one in case.shifts for other in one.not_followed_by]
    lacking = sorted({skill for shift in case.shifts for skill in shift.needs} - employee.skills)
    return found + [Demand(skill=skill) for skill in lacking]


def _of_rule(rule: Rule) -> Iterator[Demand]:
    for place, period in enumerate(rule.periods or (None,)):
        periods = () if period is None else (period,)
        own = replace(rule, periods=periods, before=rule.before if place == 0 else 0)
        if rule.least > 0:
            yield Demand(replace(own, most=math.inf))
        if math.isfinite(rule.most):
            yield Demand(replace(own, least=0))


def _spells(wishes: list[Wish]) -> Iterator[tuple[Wish, ...]]:
    """Wishes alike on days that follow each other, together."""

    def alike(wish: Wish) -> tuple[str, bool, str]:
        return wish.shift or "", wish.wanted, str(wish.reason)

    for _, same in groupby(sorted(wishes, key=lambda wish: (alike(wish), wish.day)), key=alike):
        spell: list[Wish] = []
        for wish in same:
            if spell and wish.day > spell[-1].day + 1:
                yield tuple(spell)
                spell = []
            spell.append(wish)
        yield tuple(spell)


def alone(case: RosterCase, employee: Employee, demands: Iterable[Demand], *, history: bool = True) -> RosterCase:
    """Return the case of one person with some demands and nothing else; without the days before where asked."""
    kept = list(demands)
    skills = {skill for shift in case.shifts for skill in shift.needs} - {one.skill for one in kept}
    person = replace(
        employee,
        rules=tuple(_together([one.rule for one in kept if one.rule is not None])),
        skills=employee.skills | skills,
        history=employee.history if history else (),
    )
    pairs = {one.succession for one in kept}
    shifts: tuple[ShiftType, ...] = tuple(
        replace(one, not_followed_by=tuple(other for other in one.not_followed_by if (one.name, other) in pairs))
        for one in case.shifts
    )
    wishes = tuple(wish for one in kept for wish in one.wishes)
    return replace(case, employees=(person,), shifts=shifts, wishes=wishes, cover=())


def _together(rules: list[Rule]) -> Iterator[Rule]:
    """Make bounds of single periods whole rules again: the search is quicker with these."""
    same: dict[tuple[Rule, Period | None], list[Rule]] = {}
    for rule in rules:
        period = rule.periods[0] if rule.periods else None
        plain = replace(rule, least=0, most=math.inf, periods=(), before=0)
        same.setdefault((plain, period), []).append(rule)
    whole: dict[tuple[Rule, float, float, float], list[Period]] = {}
    for (plain, period), bounds in same.items():
        if any(rule.price is not None for rule in bounds):
            yield from bounds
            continue
        key = plain, max(one.least for one in bounds), min(one.most for one in bounds), bounds[0].before
        whole.setdefault(key, []).extend([] if period is None else [period])
    for (plain, least, most, before), periods in whole.items():
        yield replace(plain, least=least, most=most, before=before, periods=tuple(sorted(periods)))
