"""What a roster is decided from: types of shift, rules as data, wishes and cover."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from models.wallclock import DAY_MIN


class Measure(StrEnum):
    """What a rule counts in one employee's line of work.

    Totals, counted in each period of the rule: SHIFTS worked (of the rule's types, on its days); MINUTES worked (on its
    days); DAYS_OFF; WEEKENDS with work on at least one day and WEEKENDS_OFF without any; SPLIT_WEEKENDS of two days
    with work on exactly one of them; DAYS_OFF_PAIRS, days off that follow a day off of the same period; SHIFT_TYPES,
    different kinds of shift worked; REFUSED, requests that are not granted.

    Each day: DAY_MINUTES, the minutes of the shift worked on it.

    Stretches: the length of every unbroken stretch of DAYS_IN_A_ROW worked, of DAYS_OFF_IN_A_ROW, and of
    SHIFTS_IN_A_ROW, days with a shift of the rule's types.

    Rests, in elapsed minutes between the end of a shift and the start of the next one worked: REST between any two;
    REST_AFTER a stretch of the rule's types that has ended; LONGEST_REST, the longest time without work inside each
    period.
    """

    SHIFTS = "shifts"
    MINUTES = "minutes"
    DAYS_OFF = "days off"
    WEEKENDS = "weekends"
    WEEKENDS_OFF = "weekends off"
    SPLIT_WEEKENDS = "split weekends"
    DAYS_OFF_PAIRS = "paired days off"
    SHIFT_TYPES = "types of shift"
    REFUSED = "refused requests"
    DAY_MINUTES = "minutes in a day"
    DAYS_IN_A_ROW = "days in a row"
    DAYS_OFF_IN_A_ROW = "days off in a row"
    SHIFTS_IN_A_ROW = "shifts in a row"
    REST = "rest"
    REST_AFTER = "rest after a stretch"
    LONGEST_REST = "longest rest"


STRETCHES = frozenset({Measure.DAYS_IN_A_ROW, Measure.DAYS_OFF_IN_A_ROW, Measure.SHIFTS_IN_A_ROW})
RESTS = frozenset({Measure.REST, Measure.REST_AFTER, Measure.LONGEST_REST})
"""Measures that need to know when shifts start and end."""
WHOLE_HORIZON = STRETCHES | {Measure.DAY_MINUTES, Measure.REST, Measure.REST_AFTER}
"""Measures without periods."""
OF_TYPES = frozenset({Measure.SHIFTS, Measure.SHIFTS_IN_A_ROW, Measure.REST_AFTER})
"""Measures about the types of shift that a rule names."""
ON_DAYS = frozenset({Measure.SHIFTS, Measure.MINUTES})
"""Measures that a rule may restrict to some days."""
Period = tuple[int, int]
"""Days from the first to before the second; days before the horizon are negative."""


class Reason(StrEnum):
    """Why a wish stands in a case."""

    REQUEST = "request"
    LEAVE = "leave"
    FIXED = "fixed assignment"
    CLOSED = "closed day"
    CHANGE = "change of the published roster"


@dataclass(frozen=True)
class ShiftType:
    """A type of shift; an employee works at most one a day, that on which it starts.

    Parameters
    ----------
    name : str
    length_min : int
        Paid minutes.
    not_followed_by : tuple of str
        Types that may not be worked on the day after this one.
    start_min : int or None
        Wall-clock minutes after midnight. None: not known, and no rule on rest can be judged.
    span_min : int or None
        Elapsed minutes from start to end, unpaid breaks included. None: as paid.
    kind : str
        What it counts as among types of shift, such as early; empty: its own name.
    needs : frozenset of str
        Skills that whoever works it must have, all of them.

    Raises
    ------
    ValueError
        If a length is not positive or the start lies outside the day.
    """

    name: str
    length_min: int
    not_followed_by: tuple[str, ...] = ()
    start_min: int | None = None
    span_min: int | None = None
    kind: str = ""
    needs: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.length_min <= 0:
            raise ValueError(f"shift {self.name!r}: {self.length_min} minutes is no length")
        if self.start_min is not None and not 0 <= self.start_min < DAY_MIN:
            raise ValueError(f"shift {self.name!r}: {self.start_min} minutes is no time of its day")
        if self.span_min is not None and not self.length_min <= self.span_min <= 2 * DAY_MIN:
            raise ValueError(f"shift {self.name!r}: a span of {self.span_min} minutes cannot hold {self.length_min}")

    @property
    def counts_as(self) -> str:
        """Kind of the shift, its name without one."""
        return self.kind or self.name


@dataclass(frozen=True)
class Rule:
    """Bounds on what an employee's line of work may count, hard or at a price.

    Parameters
    ----------
    name : str
        How the planner calls it; it appears in reports.
    measure : Measure
        What is counted.
    least, most : int or float
        Bounds, both allowed. `most` may be infinite. A stretch that touches an end of what is known (the first day of
        the history, of the horizon without one, or the last day) is never too short: as many days of its kind as it
        takes are assumed beyond. What the days before the horizon exceed on their own is not held against the roster.
    price : float or None
        Cost of each unit below `least` or above `most`. None: the rule is hard.
    shifts : tuple of str
        Types that count, for SHIFTS, SHIFTS_IN_A_ROW and REST_AFTER.
    periods : tuple of (int, int)
        For totals and LONGEST_REST: the bounds hold in each of them. They do not overlap and stand in order; one that
        begins before day 0 counts the days of the history. Empty: the whole horizon.
    before : float
        For totals: what the first period counted before the days that the history knows.
    days : tuple of int
        For SHIFTS and MINUTES: only these days count. Empty: all.
    after : int
        For REST_AFTER: shorter stretches need no rest.
    unit : float
        What makes one unit of the price, such as 60 for hours where minutes are counted.
    growing : bool
        Whether the price grows by itself with each further unit: m units cost ``price * m (m + 1) / 2``. With the fair
        share of everybody as bounds, the cheapest division of a given sum is then the one of least variance.

    Raises
    ------
    ValueError
        If the bounds exclude each other, a figure is negative, or a field does not go with the measure.
    """

    name: str
    measure: Measure
    least: float = 0
    most: float = math.inf
    price: float | None = None
    shifts: tuple[str, ...] = ()
    periods: tuple[Period, ...] = ()
    before: float = 0
    days: tuple[int, ...] = ()
    after: int = 1
    unit: float = 1
    growing: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.least <= self.most:
            raise ValueError(f"rule {self.name!r}: least {self.least} and most {self.most} exclude each other")
        if self.price is not None and not (math.isfinite(self.price) and self.price >= 0):
            raise ValueError(f"rule {self.name!r}: {self.price} is no price")
        if bool(self.shifts) != (self.measure in OF_TYPES):
            raise ValueError(f"rule {self.name!r}: types of shift go with {_listed(OF_TYPES)}, only and always")
        if self.days and self.measure not in ON_DAYS:
            raise ValueError(f"rule {self.name!r}: days go with {_listed(ON_DAYS)} only")
        if self.periods and self.measure in WHOLE_HORIZON:
            raise ValueError(f"rule {self.name!r}: {self.measure} has no periods")
        empty = any(first >= end for first, end in self.periods)
        if empty or any(later[0] < earlier[1] for earlier, later in pairwise(self.periods)):
            raise ValueError(f"rule {self.name!r}: periods {self.periods} are empty, overlap or are out of order")
        if self.before < 0 or self.after < 1 or not self.unit > 0:
            raise ValueError(f"rule {self.name!r}: before, after and unit cannot be negative or 0")

    def miss(self, count: float, past: float = 0) -> float:
        """Return by how much a count lies outside the bounds; ``past`` of it lay before the horizon."""
        return max(0.0, self.least - count, count - max(self.most, past))

    def cost(self, miss: float) -> float:
        """Cost of a miss; infinite where the rule is hard."""
        if not miss:
            return 0.0
        if self.price is None:
            return math.inf
        units = miss / self.unit
        return self.price * (units * (units + 1) / 2 if self.growing else units)


def _listed(measures: frozenset[Measure]) -> str:
    return ", ".join(sorted(measures))


@dataclass(frozen=True)
class Employee:
    """A person with the rules of the contract.

    Parameters
    ----------
    name : str
    rules : tuple of Rule
        Several may bound the same measure.
    skills : frozenset of str
    history : tuple of str or None
        Types of shift worked on the last days before day 0, oldest first; None on a day off. Empty: not known.
    """

    name: str
    rules: tuple[Rule, ...] = ()
    skills: frozenset[str] = frozenset()
    history: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Wish:
    """What an employee is to work, or not to work, on a day; hard, or at a price.

    A leave day is ``wanted=False, shift=None, price=None``; a fixed assignment ``wanted=True`` without a price; a
    forbidden one ``wanted=False`` with its shift and without a price.

    Parameters
    ----------
    employee : str
    day : int
        Counts from 0.
    shift : str or None
        None: any shift, so that "not wanted" asks for a day off.
    wanted : bool
    price : float or None
        Cost when it is not granted. None: it is granted, or the roster is not legal.
    reason : Reason
        Only what is a REQUEST counts as refused; the others say whose decision it was.

    Raises
    ------
    ValueError
        If the price is negative.
    """

    employee: str
    day: int
    shift: str | None
    wanted: bool
    price: float | None
    reason: Reason = Reason.REQUEST

    def __post_init__(self) -> None:
        if self.price is not None and not (math.isfinite(self.price) and self.price >= 0):
            raise ValueError(f"wish of {self.employee!r} on day {self.day}: {self.price} is no price")


@dataclass(frozen=True)
class Cover:
    """People that a shift needs on a day; fewer or more cost money, neither makes a roster illegal.

    Parameters
    ----------
    day : int
        Counts from 0.
    shift : str
    need : int
    under_price, over_price : float
        Cost of each person too few and too many.
    skill : str or None
        Only people with this skill count. None: everybody does.

    Raises
    ------
    ValueError
        If a figure is negative.
    """

    day: int
    shift: str
    need: int
    under_price: float
    over_price: float = 0.0
    skill: str | None = None

    def __post_init__(self) -> None:
        for figure in (self.need, self.under_price, self.over_price):
            if not (math.isfinite(figure) and figure >= 0):
                raise ValueError(f"cover of {self.shift!r} on day {self.day}: {figure} is negative or no number")
