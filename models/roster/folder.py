"""A roster folder as it was read: the case to decide, and what the outputs need beside it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from models.roster.case import RosterCase
from models.roster.settings import OvertimeTier, RosterSettings
from models.wallclock import DAY_NAMES


@dataclass(frozen=True)
class Contract:
    """A contract of contracts.csv; infinite or 0 where a bound is not given.

    Parameters
    ----------
    name : str
    hours_per_week : float
        Contract hours.
    min_hours, max_hours : float
        Over the horizon.
    min_hours_per_week, max_hours_per_week : float
    min_days_in_a_row, max_days_in_a_row, min_days_off_in_a_row, max_weekends : float
    max_shifts : mapping of str to int
        Most shifts by type or kind.
    wage_per_hour : float or None
    """

    name: str
    hours_per_week: float
    min_hours: float = 0
    max_hours: float = math.inf
    min_hours_per_week: float = 0
    max_hours_per_week: float = math.inf
    min_days_in_a_row: float = 0
    max_days_in_a_row: float = math.inf
    min_days_off_in_a_row: float = 0
    max_weekends: float = math.inf
    max_shifts: Mapping[str, int] = field(default_factory=dict)
    wage_per_hour: float | None = None


@dataclass(frozen=True)
class Agent:
    """A person of agents.csv.

    Parameters
    ----------
    name : str
    contract : Contract
    skills : frozenset of str
    seniority : float
        Weight of the person's requests.
    wage_per_hour : float
    credit_min : tuple of float
        Minutes that paid leave credits on each day of the horizon.
    away : frozenset of int
        Days of the horizon on leave, or outside the employment.
    outside : frozenset of int
        Those of them outside the employment.
    """

    name: str
    contract: Contract
    skills: frozenset[str]
    seniority: float
    wage_per_hour: float
    credit_min: tuple[float, ...] = ()
    away: frozenset[int] = frozenset()
    outside: frozenset[int] = frozenset()


@dataclass(frozen=True)
class RosterCalendar:
    """Days of the horizon as dates, weeks and weekends.

    Parameters
    ----------
    first_day : date
    days : int
    week_start : int
        Weekday on which a week begins, 0 = Monday.
    weekend_days : tuple of int
        Weekdays of the weekend.
    """

    first_day: dt.date
    days: int
    week_start: int
    weekend_days: tuple[int, ...]

    @classmethod
    def of(cls, settings: RosterSettings) -> RosterCalendar:
        """Calendar of roster.yaml."""
        return cls(settings.first_day, settings.days, DAY_NAMES.index(settings.week_start), settings.weekend)

    def date(self, day: int) -> dt.date:
        """Date of a day, also outside the horizon."""
        return self.first_day + dt.timedelta(days=day)

    def day(self, date: dt.date) -> int:
        """Day of a date, negative before the horizon."""
        return (date - self.first_day).days

    def weekday(self, day: int) -> int:
        """Weekday of a day, 0 = Monday."""
        return self.date(day).weekday()

    def days_on(self, weekdays: tuple[int, ...]) -> tuple[int, ...]:
        """Days of the horizon on some weekdays."""
        return tuple(day for day in range(self.days) if self.weekday(day) in weekdays)

    @cached_property
    def weeks(self) -> tuple[tuple[int, int], ...]:
        """Weeks that reach into the horizon, from the first day to before the last; both may lie outside."""
        first = -((self.weekday(0) - self.week_start) % 7)
        return tuple((start, start + 7) for start in range(first, self.days, 7))

    @cached_property
    def weekends(self) -> tuple[tuple[int, ...], ...]:
        """Weekends; one that the horizon cuts has the day inside it."""
        days = set(self.days_on(self.weekend_days))
        pairs = len(self.weekend_days) == 2
        first = self.weekend_days[0]
        if pairs and self.weekend_days[1] - first == 6:  # sun,mon is (0, 6)
            first = self.weekend_days[1]
        found: list[tuple[int, ...]] = []
        for day in sorted(days):
            if self.weekday(day) == first:
                found.append((day, day + 1) if pairs and day + 1 in days else (day,))
            elif day - 1 not in days:
                found.append((day,))
        return tuple(found)


@dataclass(frozen=True, eq=False)
class RosterFolder:
    """Everything that was read.

    Parameters
    ----------
    settings : RosterSettings
    calendar : RosterCalendar
    case : RosterCase
        Employees in the order of `agents`.
    agents : tuple of Agent
    overtime : tuple of OvertimeTier
        Those of roster.yaml, or else of its packs.
    holiday_percent : float
    packs : tuple of str
        Packs of rules in use, each with its title and label.
    breaks : mapping of (int, str) to tuple of str
        By day and type of shift: the breaks of each person, as schedule.csv writes them. Empty without a schedule.
    schedule_cost : float or None
        What the schedule costs by its own rows. None without one.
    notes : tuple of str
        Remarks that are no faults.
    """

    settings: RosterSettings
    calendar: RosterCalendar
    case: RosterCase
    agents: tuple[Agent, ...]
    overtime: tuple[OvertimeTier, ...] = ()
    holiday_percent: float = 0.0
    packs: tuple[str, ...] = ()
    breaks: Mapping[tuple[int, str], tuple[str, ...]] = field(default_factory=dict)
    schedule_cost: float | None = None
    notes: tuple[str, ...] = ()
