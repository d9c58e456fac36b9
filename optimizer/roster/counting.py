"""Totals as machines: what each day adds to a count, and counts that are charged at the end of each period."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from models.roster.case import OFF, RosterCase
from models.roster.records import Employee, Measure, Period, Reason, Rule
from optimizer.roster.machines import Machine, State, added, below

WEEKEND_MEASURES = frozenset({Measure.WEEKENDS, Measure.WEEKENDS_OFF, Measure.SPLIT_WEEKENDS})


@dataclass(frozen=True, eq=False)
class PerChoice(Machine):
    """A count of what each day's choice adds by itself.

    Attributes
    ----------
    off : added by a day off
    worked : added by each type of shift
    days : on which anything counts; None = all
    """

    off: int
    worked: tuple[int, ...]
    days: frozenset[int] | None = None

    def _phase(self, day: int) -> Hashable:
        return self.days is None or day in self.days

    def _step(self, state: State, day: int, choice: int) -> tuple[State, float]:
        if self.days is not None and day not in self.days:
            return None, 0
        return None, self.off if choice == OFF else self.worked[choice]


@dataclass(frozen=True, eq=False)
class PerDay(Machine):
    """A count of what each choice adds on each day: requests that it refuses.

    Attributes
    ----------
    table : of each day of the horizon, what a day off and then each type of shift adds
    """

    table: tuple[tuple[int, ...], ...]

    def _phase(self, day: int) -> Hashable:
        return self.table[day] if day >= 0 else 0

    def _step(self, state: State, day: int, choice: int) -> tuple[State, float]:
        return None, self.table[day][choice + 1] if day >= 0 else 0


@dataclass(frozen=True, eq=False)
class Weekends(Machine):
    """A count of weekends; the state is whether each of its days so far was worked.

    Attributes
    ----------
    size, place : of the weekend of each day and of the day in it; size 0 = none
    counts : whether a weekend whose days were worked or not is one to count
    """

    size: tuple[int, ...]
    place: tuple[int, ...]
    counts: Callable[[tuple[bool, ...]], bool]

    def _start(self, first_day: int) -> State:
        return ()

    def _phase(self, day: int) -> Hashable:
        return (self.size[day], self.place[day]) if day >= 0 else (0, 0)

    def _step(self, state: State, day: int, choice: int) -> tuple[State, float]:
        if day < 0 or not self.size[day]:
            return (), 0
        worked = (*(state if self.place[day] else ()), choice != OFF)
        return ((), int(self.counts(worked))) if len(worked) == self.size[day] else (worked, 0)


@dataclass(frozen=True, eq=False)
class Pairs(Machine):
    """A count of days off behind a day off; the state is whether the day before was off."""

    def _start(self, first_day: int) -> State:
        return False

    def _step(self, state: State, day: int, choice: int) -> tuple[State, float]:
        return choice == OFF, int(state and choice == OFF)


@dataclass(frozen=True, eq=False)
class Kinds(Machine):
    """A count of different kinds of shift; the state is those worked so far.

    Attributes
    ----------
    kind : of each type of shift
    """

    kind: tuple[str, ...]

    def _start(self, first_day: int) -> State:
        return frozenset()

    def _step(self, state: State, day: int, choice: int) -> tuple[State, float]:
        if choice == OFF or self.kind[choice] in state:
            return state, 0
        return state | {self.kind[choice]}, 1


@dataclass(frozen=True, eq=False)
class InPeriod(Machine):
    """A count that only grows within one period."""

    count: Machine
    period: Period

    def _start(self, first_day: int) -> State:
        return self.count.start(first_day)

    def _phase(self, day: int) -> Hashable:
        return self.count.phase(day) if self._inside(day) else None

    def _step(self, state: State, day: int, choice: int) -> tuple[State, float]:
        return self.count.step(state, day, choice) if self._inside(day) else (self.count.start(day), 0)

    def _inside(self, day: int) -> bool:
        return self.period[0] <= day < self.period[1]


@dataclass(frozen=True, eq=False)
class PerPeriod(Machine):
    """A rule on a count that begins anew with each period.

    What a day adds above the most is charged at once, what lacks to the least on the period's last day; so nothing has
    to be remembered of a count beyond both. The state is that of the count, and the count.

    Attributes
    ----------
    count : what is counted
    rule : bounds; its first period may have counted something before the days that are known
    periods : disjoint and in order
    days : of the horizon
    """

    count: Machine
    rule: Rule
    periods: tuple[Period, ...]
    days: int
    before: float = 0

    def _start(self, first_day: int) -> State:
        inside = self.periods[0][0] <= first_day < self.periods[0][1]
        return self.count.start(first_day), self.before if inside else 0

    def _phase(self, day: int) -> Hashable:
        period = self._period(day)
        if period is None:
            return None
        return day == period[0], self._last(day, period), day == self.periods[0][0], self.count.phase(day)

    def _step(self, state: State, day: int, choice: int) -> tuple[State, float]:
        period = self._period(day)
        if period is None:
            return (self.count.start(day), 0), 0.0
        if day == period[0]:
            state = self.count.start(day), min(self.before, self.rule.most) if period == self.periods[0] else 0
        inner, more = self.count.step(state[0], day, choice)
        total = state[1] + more
        cost = added(self.rule, state[1], total)
        if self._last(day, period):
            return (self.count.start(day + 1), 0), cost + below(self.rule, total)
        if not self.rule.growing or math.isinf(self.rule.most):
            total = min(total, self.rule.least if math.isinf(self.rule.most) else self.rule.most)
        return (inner, total), cost

    def _settled(self, state: State) -> State:
        return state[0], min(state[1], self.rule.most)

    def _period(self, day: int) -> Period | None:
        return next((period for period in self.periods if period[0] <= day < period[1]), None)

    def _last(self, day: int, period: Period) -> bool:
        return day == min(period[1], self.days) - 1


def count_of(case: RosterCase, employee: Employee, rule: Rule) -> Machine:
    """Return the machine that counts what a rule on a total is about."""
    shifts = case.shifts
    days = frozenset(rule.days) or None
    if rule.measure is Measure.SHIFTS:
        return PerChoice(0, tuple(int(shift.name in rule.shifts) for shift in shifts), days)
    if rule.measure is Measure.MINUTES:
        return PerChoice(0, tuple(shift.length_min for shift in shifts), days)
    if rule.measure is Measure.DAYS_OFF:
        return PerChoice(1, (0,) * len(shifts))
    if rule.measure is Measure.DAYS_OFF_PAIRS:
        return Pairs()
    if rule.measure is Measure.SHIFT_TYPES:
        return Kinds(tuple(shift.counts_as for shift in shifts))
    if rule.measure is Measure.REFUSED:
        return PerDay(refusals(case, employee))
    return _weekends(case, rule.measure)


def refusals(case: RosterCase, employee: Employee) -> tuple[tuple[int, ...], ...]:
    """Return how many requests each choice refuses on each day: a day off, then each type of shift."""
    table = [[0] * (len(case.shifts) + 1) for _ in range(case.days)]
    for wish in case.wishes_of.get(employee.name, ()):
        if wish.reason is Reason.REQUEST and wish.price is not None:
            for choice in range(OFF, len(case.shifts)):
                table[wish.day][choice + 1] += not case.granted(wish, choice)
    return tuple(map(tuple, table))


def periods_of(case: RosterCase, rule: Rule) -> tuple[Period, ...]:
    """Return the days on which the rule's periods count; a weekend belongs to the period of its first day."""
    periods = rule.periods or ((0, case.days),)
    if rule.measure not in WEEKEND_MEASURES:
        return periods
    found = []
    for first, end in periods:
        inside = [weekend for weekend in case.weekends if first <= weekend[0] < end]
        found.append((inside[0][0], inside[-1][-1] + 1) if inside else (first, first))
    return tuple(found)


def _weekends(case: RosterCase, measure: Measure) -> Machine:
    size, place = [0] * case.days, [0] * case.days
    for weekend in case.weekends:
        for number, day in enumerate(weekend):
            size[day], place[day] = len(weekend), number
    return Weekends(tuple(size), tuple(place), _WEEKENDS[measure])


_WEEKENDS: dict[Measure, Callable[[tuple[bool, ...]], bool]] = {
    Measure.WEEKENDS: any,
    Measure.WEEKENDS_OFF: lambda worked: not any(worked),
    Measure.SPLIT_WEEKENDS: lambda worked: any(worked) and not all(worked),
}
"""Whether a weekend counts, by its days with work."""
