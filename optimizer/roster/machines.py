"""Rules as machines that read a line of work day by day: what a machine must remember is its state.

A machine adds something on each day: what its rule costs there, infinity where a hard rule forbids it; or, for a total
that is charged at the end, by how much the total grows. Machines know the phase of each day: on days of one phase they
do the same. Days before the horizon are negative; what they cost lies in the past.

Here are the machines of stretches, successions and rests; those of totals stand in ``counting``.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from models.roster.case import OFF, RosterCase
from models.roster.records import Rule
from models.wallclock import DAY_MIN

State = Any
"""Hashable; each machine knows its own."""
CLOCK_CHANGE_MIN = 60
"""By which a day can be shorter or longer than 24 hours."""


class Machine(ABC):
    """Reads a line of work; what it remembers and adds is up to its kind."""

    def start(self, first_day: int) -> State:
        """Return the state before the first day that is known."""
        return self._start(first_day)

    def phase(self, day: int) -> Hashable:
        """Return what tells a day from others."""
        return self._phase(day)

    @property
    def kind(self) -> Hashable:
        """What it shares with machines that do the same on days of the same phase."""
        return self

    def step(self, state: State, day: int, choice: int) -> tuple[State, float]:
        """Return the state after a day on which ``choice`` is worked (`OFF` for none), and what the day adds."""
        return self._step(state, day, choice)

    def settled(self, state: State) -> State:
        """Return the state with which the horizon begins: what a history exceeds is not held against it."""
        return self._settled(state)

    def _start(self, first_day: int) -> State:
        return None

    def _phase(self, day: int) -> Hashable:
        return 0

    @abstractmethod
    def _step(self, state: State, day: int, choice: int) -> tuple[State, float]: ...

    def _settled(self, state: State) -> State:
        return state


def above(rule: Rule, count: float) -> float:
    """Cost of a count's part above the most."""
    return rule.cost(max(0.0, count - rule.most))


def below(rule: Rule, count: float) -> float:
    """Cost of what a count lacks to the least."""
    return rule.cost(max(0.0, rule.least - count))


def added(rule: Rule, before: float, after: float) -> float:
    """Cost above the most that a count gains on the way from one value to another."""
    cost = above(rule, after)
    return cost if math.isinf(cost) else cost - above(rule, before)


@dataclass(frozen=True)
class Stretch(Machine):
    """Days of one kind in a row; charged day by day above the most, at the end of the stretch below the least.

    Attributes
    ----------
    kinds : choices that belong to the stretch
    """

    rule: Rule
    kinds: frozenset[int]

    def _start(self, first_day: int) -> State:
        return 0, True  # a stretch that begins with the first day that is known is never too short

    def _step(self, state: State, day: int, choice: int) -> tuple[State, float]:
        run, first = state
        if choice not in self.kinds:
            return (0, False), 0.0 if first or not run else below(self.rule, run)
        cost = added(self.rule, run, run + 1)
        bounds = [math.ceil(self.rule.least), 1 if math.isinf(self.rule.most) else math.ceil(self.rule.most), 1]
        if not self.rule.growing or math.isinf(self.rule.most):
            run = min(run + 1, max(bounds))
        else:
            run += 1
        return (run, first and run < self.rule.least), cost

    def _settled(self, state: State) -> State:
        run, first = state
        return min(run, self.rule.most), first


@dataclass(frozen=True)
class Succession(Machine):
    """Shifts that may not follow each other on the next day; the state is the type worked last, if it forbids any."""

    forbidden: tuple[tuple[bool, ...], ...]

    def _start(self, first_day: int) -> State:
        return OFF

    def _step(self, state: State, day: int, choice: int) -> tuple[State, float]:
        banned = state != OFF and choice != OFF and self.forbidden[state][choice]
        return choice if choice != OFF and any(self.forbidden[choice]) else OFF, math.inf if banned else 0.0


@dataclass(frozen=True)
class DayCosts(Machine):
    """A rule that judges each day's shift by itself.

    Attributes
    ----------
    costs : of each type of shift
    """

    costs: tuple[float, ...]

    def _step(self, state: State, day: int, choice: int) -> tuple[State, float]:
        return None, 0.0 if choice == OFF else self.costs[choice]


@dataclass(frozen=True)
class Rests:
    """What the rest between two shifts costs, by the days and types of both."""

    case: RosterCase
    rule: Rule

    @cached_property
    def reach(self) -> int:
        """Days after which a shift can no longer make a rest cost anything."""
        if math.isfinite(self.rule.most):
            return self.case.days + max((len(one.history) for one in self.case.employees), default=0)
        latest = max(self.case.end_min(0, shift) for shift in range(len(self.case.shifts)))
        return math.ceil((self.rule.least + latest) / DAY_MIN) + 1

    @cached_property
    def memory(self) -> tuple[int, ...]:
        """Days after which each type of shift can no longer make a rest cost anything."""
        if math.isfinite(self.rule.most):
            return (self.reach,) * len(self.case.shifts)
        types = range(len(self.case.shifts))
        first = min(self.case.shifts[shift].start_min or 0 for shift in types) - CLOCK_CHANGE_MIN
        ends = [self.case.end_min(0, shift) - self.case.midnight_min(0) + CLOCK_CHANGE_MIN for shift in types]
        return tuple(max(0, math.ceil((self.rule.least + end - first) / DAY_MIN) - 1) for end in ends)

    def cost(self, day: int, one: int, gap: int, other: int) -> float:
        """Cost of working ``other`` on a day when ``one`` was worked last, ``gap`` days before."""
        rest = self.case.start_min(day, other) - self.case.end_min(day - gap, one)
        return self.rule.cost(self.rule.miss(rest))

    def phase(self, day: int) -> Hashable:
        """Return the lengths of the days that a rest can reach over: they tell one change of the clocks from none."""
        near = range(day - self.reach, day + 1)
        return tuple(self.case.midnight_min(one + 1) - self.case.midnight_min(one) for one in near), self._starts(day)

    def _starts(self, day: int) -> tuple[int, ...]:
        midnight = self.case.midnight_min(day)
        return tuple(self.case.start_min(day, shift) - midnight for shift in range(len(self.case.shifts)))


@dataclass(frozen=True)
class Rest(Machine):
    """Rest between every two shifts; the state is the type worked last and how many days ago."""

    rests: Rests

    def _phase(self, day: int) -> Hashable:
        return self.rests.phase(day)

    def _step(self, state: State, day: int, choice: int) -> tuple[State, float]:
        if choice != OFF:
            cost = 0.0 if state is None else self.rests.cost(day, state[0], state[1], choice)
            return (choice, 1) if self.rests.memory[choice] >= 1 else None, cost
        lasts = state is not None and state[1] < self.rests.memory[state[0]]
        return (state[0], state[1] + 1) if lasts else None, 0.0


@dataclass(frozen=True)
class RestAfter(Machine):
    """Rest after a stretch of some types; the state is its length, its last type, and how many days ago it ended."""

    rests: Rests
    kinds: frozenset[int]

    def _phase(self, day: int) -> Hashable:
        return self.rests.phase(day)

    def _step(self, state: State, day: int, choice: int) -> tuple[State, float]:
        after = self.rests.rule.after
        goes_on = choice in self.kinds and state is not None and state[2] == 0
        if goes_on:
            return (min(state[0] + 1, after), choice, 0), 0.0
        owed = state is not None and state[0] >= after
        if choice == OFF:
            ended = owed and state[2] + 1 < self.rests.memory[state[1]]
            return (after, state[1], state[2] + 1) if ended else None, 0.0
        cost = self.rests.cost(day, state[1], state[2] + 1, choice) if owed else 0.0
        return (1, choice, 0) if choice in self.kinds else None, cost


@dataclass(frozen=True, eq=False)
class LongestRest(Machine):
    """The longest time without work inside each period.

    The state is since when nobody works, in minutes from the next midnight, and the longest rest of the period so far.
    """

    case: RosterCase
    rule: Rule

    def _start(self, first_day: int) -> State:
        period = self._period(first_day)
        since = 0 if period is None else self.case.midnight_min(period[0]) - self.case.midnight_min(first_day)
        return since, 0

    @property
    def kind(self) -> Hashable:
        """What it shares with others: all but the periods, which the phases tell."""
        return self.case, replace(self.rule, periods=())

    def _phase(self, day: int) -> Hashable:
        period = self._period(day)
        inside = None if period is None else (day == period[0], self._last(day, period), self._rest_of(day, period))
        midnight, types = self.case.midnight_min(day), range(len(self.case.shifts))
        times = tuple((self.case.start_min(day, t) - midnight, self.case.end_min(day, t) - midnight) for t in types)
        return inside, times, self.case.midnight_min(day + 1) - midnight

    def _step(self, state: State, day: int, choice: int) -> tuple[State, float]:
        since, longest = state
        midnight, period = self.case.midnight_min(day), self._period(day)
        length = self.case.midnight_min(day + 1) - midnight
        until = since if choice == OFF else self.case.end_min(day, choice) - midnight
        if period is None:
            return (max(until - length, 0), 0), 0.0
        if day == period[0]:
            since, longest = max(since, 0), 0
            until = max(until, 0)
        if choice != OFF:
            longest = max(longest, min(self.case.start_min(day, choice) - midnight, self._rest_of(day, period)) - since)
        if not self._last(day, period):
            if math.isinf(self.rule.most):
                if max(longest, length - until) >= self.rule.least:  # enough: what follows cannot take it away
                    return (max(until - length, 0), self.rule.least), 0.0
                longest = 0 if self.rule.price is None else longest
            return (until - length, longest), 0.0
        longest = max(longest, self._rest_of(day, period) - until)
        return (max(until - length, 0), 0), self.rule.cost(self.rule.miss(longest))

    def _period(self, day: int) -> tuple[int, int] | None:
        periods = self.rule.periods or ((0, self.case.days),)
        return next((period for period in periods if period[0] <= day < period[1]), None)

    def _last(self, day: int, period: tuple[int, int]) -> bool:
        return day == min(period[1], self.case.days) - 1

    def _rest_of(self, day: int, period: tuple[int, int]) -> int:
        """Minutes from a day's midnight to the period's end."""
        return self.case.midnight_min(period[1]) - self.case.midnight_min(day)
