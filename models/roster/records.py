"""What a roster is decided from: types of shift, rules as data, wishes and cover."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class Measure(StrEnum):
    """What a rule counts in one employee's line of work."""

    SHIFTS = "shifts"
    MINUTES = "minutes"
    DAYS_IN_A_ROW = "days in a row"
    DAYS_OFF_IN_A_ROW = "days off in a row"
    WEEKENDS = "weekends"


@dataclass(frozen=True)
class ShiftType:
    """A type of shift; an employee works at most one a day.

    Parameters
    ----------
    name : str
    length_min : int
        Paid minutes.
    not_followed_by : tuple of str
        Types that may not be worked on the day after this one.

    Raises
    ------
    ValueError
        If the length is not positive.
    """

    name: str
    length_min: int
    not_followed_by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.length_min <= 0:
            raise ValueError(f"shift {self.name!r}: {self.length_min} minutes is no length")


@dataclass(frozen=True)
class Rule:
    """Bounds on what an employee's line of work may count, hard or at a price.

    Parameters
    ----------
    name : str
        How the planner calls it; it appears in reports.
    measure : Measure
        What is counted: SHIFTS worked of the types in `shifts` and MINUTES worked, both over the horizon; the length of
        every unbroken stretch of DAYS_IN_A_ROW and of DAYS_OFF_IN_A_ROW; WEEKENDS with work on at least one day.
    least, most : int or float
        Bounds, both allowed. `most` may be infinite. A stretch that touches an end of the horizon is never too short:
        as many days of its kind as it takes are assumed beyond the end.
    price : float or None
        Cost of each unit (shift, minute, day, weekend) below `least` or above `most`. None: the rule is hard.
    shifts : tuple of str
        For SHIFTS only: the types that count.

    Raises
    ------
    ValueError
        If the bounds exclude each other or a figure is negative.
    """

    name: str
    measure: Measure
    least: float = 0
    most: float = math.inf
    price: float | None = None
    shifts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.least <= self.most:
            raise ValueError(f"rule {self.name!r}: least {self.least} and most {self.most} exclude each other")
        if self.price is not None and not (math.isfinite(self.price) and self.price >= 0):
            raise ValueError(f"rule {self.name!r}: {self.price} is no price")
        if bool(self.shifts) != (self.measure is Measure.SHIFTS):
            raise ValueError(f"rule {self.name!r}: types of shift go with the measure shifts, only and always")

    def miss(self, count: float) -> float:
        """Return how many units a count lies outside the bounds."""
        return max(0.0, self.least - count, count - self.most)


@dataclass(frozen=True)
class Employee:
    """A person with the rules of the contract.

    Parameters
    ----------
    name : str
    rules : tuple of Rule
        Several may bound the same measure.
    skills : frozenset of str
    """

    name: str
    rules: tuple[Rule, ...] = ()
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Wish:
    """What an employee is to work, or not to work, on a day; hard, or at a price.

    A leave day is ``wanted=False, shift=None, price=None``; a fixed assignment ``wanted=True`` without a price.

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
