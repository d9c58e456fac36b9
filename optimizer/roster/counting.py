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
    """A count of what each choice adds on each day: requests that it refuses. It differs from person to person.

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
    counts_as : of each type of shift
    """

    counts_as: tuple[str, ...]

    def _start(self, first_day: int) -> State:
        return frozenset()

    def _step(self, state: State, day: int, choice: int) -> tuple[State, float]:
        if choice == OFF or self.counts_as[choice] in state:
            return state, 0
        return state | {self.counts_as[choice]}, 1


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


@dataclass(frozen=True)
class Bounded:
    """A period with the rules that hold in it.

    Attributes
    ----------
    before : what was counted before the days that are known
    """

    period: Period
    rules: tuple[Rule, ...]
    before: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class PerPeriod(Machine):
    """Rules on a count that begins anew with each period.

    What a day adds above the most is charged at once, what lacks to the least on the period's last day; so nothing has
    to be remembered of a count beyond both, nor of one that can reach no bound any more. The state is that of the
    count, and the count of each rule: they differ where something was counted before.

    Attributes
    ----------
    count : what is counted
    what : names what is counted
    largest : that one day can add
    bounded : disjoint and in order
    days : of the horizon
    """

    count: Machine
    what: Hashable
    largest: float
    bounded: tuple[Bounded, ...]
    days: int

    @property
    def kind(self) -> Hashable:
        """What it shares with others: all but the periods and bounds, which the phases tell."""
        return self.what

    def _start(self, first_day: int) -> State:
        now = self._at(first_day)
        return self.count.start(first_day), () if now is None else now.before

    def _phase(self, day: int) -> Hashable:
        now = self._at(day)
        if now is None:
            return None
        return day == now.period[0], self._left(day, now), now.rules, now.before, self.count.phase(day)

    def _step(self, state: State, day: int, choice: int) -> tuple[State, float]:
        now = self._at(day)
        if now is None:
            return (self.count.start(day + 1), ()), 0.0
        if day == now.period[0]:
            past = zip(now.rules, now.before, strict=True)
            state = self.count.start(day), tuple(min(before, rule.most) for rule, before in past)
        inner, more = self.count.step(state[0], day, choice)
        totals, cost, left = [], 0.0, self._left(day, now)
        for rule, before in zip(now.rules, state[1], strict=True):
            total = before + more
            cost += added(rule, before, total)
            if not left:
                cost += below(rule, total)
            totals.append(_worth_knowing(rule, total, left * self.largest))
        return (inner, tuple(totals)) if left else (self.count.start(day + 1), ()), cost

    def _settled(self, state: State) -> State:
        now = self._at(0)
        if now is None or not state[1]:
            return state
        return state[0], tuple(min(total, rule.most) for rule, total in zip(now.rules, state[1], strict=True))

    def _at(self, day: int) -> Bounded | None:
        return next((one for one in self.bounded if one.period[0] <= day < one.period[1]), None)

    def _left(self, day: int, now: Bounded) -> int:
        """Days of the period behind a day; one more than can reach any bound stands for all that are more."""
        reaches = [
            int(rule.most // self.largest) + 1 for rule in now.rules if math.isfinite(rule.most) and self.largest
        ]
        return min(min(now.period[1], self.days) - 1 - day, max(reaches, default=1))


def _worth_knowing(rule: Rule, total: float, to_come: float) -> float:
    """Return a total that costs the same whatever follows, the same one for as many totals as possible."""
    top = rule.most if math.isfinite(rule.most) else rule.least
    if not rule.growing or math.isinf(rule.most):
        total = min(total, top)
    if total >= rule.least and total + to_come <= rule.most:
        return rule.least
    return total


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
