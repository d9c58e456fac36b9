"""A roster case: everything that is known before it is decided who works which shift."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from models.roster.records import RESTS, Cover, Employee, ShiftType, Wish
from models.wallclock import DAY_MIN

Lines = NDArray[np.int64]
"""A roster as an array (employees, days): the index of the type of shift worked, or `OFF`."""
Line = NDArray[np.int64]
"""One employee's row of it, shape (days,)."""
OFF = -1


@dataclass(frozen=True, eq=False)
class RosterCase:
    """Employees, days, shifts and rules.

    Parameters
    ----------
    name : str
    days : int
        Length of the horizon.
    shifts : tuple of ShiftType
    employees : tuple of Employee
    wishes : tuple of Wish
    cover : tuple of Cover
    weekends : tuple of tuple of int
        Days of each weekend: one day, or two that follow each other.
    first_date : date or None
        Local date of day 0. None: every day has 24 hours.
    time_zone : str
        IANA name; the clocks of the shifts' starts.

    Raises
    ------
    ValueError
        If names repeat or are unknown, or a day lies outside the horizon.
    """

    name: str
    days: int
    shifts: tuple[ShiftType, ...]
    employees: tuple[Employee, ...]
    wishes: tuple[Wish, ...] = ()
    cover: tuple[Cover, ...] = ()
    weekends: tuple[tuple[int, ...], ...] = ()
    first_date: dt.date | None = None
    time_zone: str = "UTC"

    def __post_init__(self) -> None:
        for what, names in (("shift", [s.name for s in self.shifts]), ("employee", [e.name for e in self.employees])):
            for name, count in Counter(names).items():
                if count > 1:
                    raise ValueError(f"{what} {name!r} stands {count} times")
        if self.days < 1 or not self.shifts or not self.employees:
            raise ValueError("a roster needs at least one day, one type of shift and one employee")
        used = {name for shift in self.shifts for name in shift.not_followed_by}
        used |= {name for employee in self.employees for name in employee.history if name is not None}
        used |= {name for employee in self.employees for rule in employee.rules for name in rule.shifts}
        used |= {wish.shift for wish in self.wishes if wish.shift is not None} | {cover.shift for cover in self.cover}
        if unknown := used - set(self.shift_index):
            raise ValueError(f"unknown types of shift: {', '.join(sorted(unknown))}")
        if unknown := {wish.employee for wish in self.wishes} - set(self.employee_index):
            raise ValueError(f"unknown employees: {', '.join(sorted(unknown))}")
        days = [wish.day for wish in self.wishes] + [cover.day for cover in self.cover]
        days += [day for weekend in self.weekends for day in weekend]
        if outside := [day for day in days if not 0 <= day < self.days]:
            raise ValueError(f"day {outside[0]} lies outside the horizon of {self.days} days")
        for weekend in self.weekends:
            if len(weekend) not in (1, 2) or weekend[-1] - weekend[0] != len(weekend) - 1:
                raise ValueError(f"weekend {weekend} is neither one day nor two that follow each other")
        rests = [rule.name for employee in self.employees for rule in employee.rules if rule.measure in RESTS]
        if rests and any(shift.start_min is None for shift in self.shifts):
            raise ValueError(f"rule {rests[0]!r} is about rest: every type of shift needs its start")

    @cached_property
    def shift_index(self) -> dict[str, int]:
        """Name of a type of shift -> its place."""
        return {shift.name: place for place, shift in enumerate(self.shifts)}

    @cached_property
    def employee_index(self) -> dict[str, int]:
        """Name of an employee -> the place."""
        return {employee.name: place for place, employee in enumerate(self.employees)}

    @cached_property
    def length_min(self) -> NDArray[np.int64]:
        """Minutes of each type of shift, shape (shifts,)."""
        return np.array([shift.length_min for shift in self.shifts], np.int64)

    @cached_property
    def forbidden(self) -> NDArray[np.bool_]:
        """Whether the second type may not be worked on the day after the first, shape (shifts, shifts)."""
        table = np.zeros((len(self.shifts), len(self.shifts)), bool)
        for place, shift in enumerate(self.shifts):
            table[place, [self.shift_index[name] for name in shift.not_followed_by]] = True
        return table

    @cached_property
    def wishes_of(self) -> dict[str, tuple[Wish, ...]]:
        """Wishes of each employee who has any."""
        found: dict[str, list[Wish]] = {}
        for wish in self.wishes:
            found.setdefault(wish.employee, []).append(wish)
        return {name: tuple(wishes) for name, wishes in found.items()}

    def granted(self, wish: Wish, worked: int) -> bool:
        """Say whether the type of shift worked on its day, or `OFF`, is what a wish asks for."""
        asked = worked != OFF if wish.shift is None else worked == self.shift_index[wish.shift]
        return asked == wish.wanted

    def history(self, employee: Employee) -> Line:
        """Index of the type of shift, or `OFF`, on each day of an employee's history, shape (days of history,)."""
        return np.array([OFF if name is None else self.shift_index[name] for name in employee.history], np.int64)

    def with_history(self, employee: Employee, line: Line) -> Line:
        """Put an employee's history before a line of work, shape (days of history + days,)."""
        return np.concatenate([self.history(employee), line]) if employee.history else line

    def date(self, day: int) -> dt.date:
        """Date of a day, also outside the horizon.

        Raises
        ------
        ValueError
            If the case has no dates.
        """
        if self.first_date is None:
            raise ValueError(f"roster {self.name!r} has no dates")
        return self.first_date + dt.timedelta(days=day)

    def midnight_min(self, day: int) -> int:
        """Elapsed minutes from the start of day 0 to that of another day, which may lie outside the horizon."""
        return self._clock(day, 0)

    def start_min(self, day: int, shift: int) -> int:
        """Elapsed minutes from the start of day 0 to that of a shift on a day.

        Raises
        ------
        ValueError
            If the type of shift has no start.
        """
        minute = self.shifts[shift].start_min
        if minute is None:
            raise ValueError(f"shift {self.shifts[shift].name!r} has no start")
        return self._clock(day, minute)

    def end_min(self, day: int, shift: int) -> int:
        """Elapsed minutes from the start of day 0 to the end of a shift that starts on a day."""
        found = self.shifts[shift]
        return self.start_min(day, shift) + (found.span_min or found.length_min)

    def _clock(self, day: int, minute: int) -> int:
        """Elapsed minutes of a wall-clock time; see `_instant`."""
        if self.first_date is None:
            return day * DAY_MIN + minute
        if (day, minute) not in self._clocks:
            instant = _instant(self.first_date, day, minute, self.time_zone)
            origin = _instant(self.first_date, 0, 0, self.time_zone)
            self._clocks[day, minute] = round((instant - origin).total_seconds() / 60)
        return self._clocks[day, minute]

    @cached_property
    def _clocks(self) -> dict[tuple[int, int], int]:
        """Elapsed minutes that were asked for."""
        return {}

    def require_shape(self, lines: Lines) -> None:
        """Refuse an array that is no roster of this case.

        Raises
        ------
        ValueError
            If its shape or a value does not fit.
        """
        if lines.shape != (len(self.employees), self.days):
            raise ValueError(f"lines have the shape {lines.shape}, not {(len(self.employees), self.days)}")
        if lines.size and not (lines.min() >= OFF and lines.max() < len(self.shifts)):
            raise ValueError("lines hold a number that is no type of shift")


def _instant(first_date: dt.date, day: int, minute: int, time_zone: str) -> dt.datetime:
    """Instant of a wall-clock time, the first of two; one that the clocks skip is read as if they had not changed."""
    naive = dt.datetime.combine(first_date + dt.timedelta(days=day), dt.time()) + dt.timedelta(minutes=minute)
    return naive.replace(tzinfo=ZoneInfo(time_zone)).astimezone(dt.UTC)
