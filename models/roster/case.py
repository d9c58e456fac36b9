"""A roster case: everything that is known before it is decided who works which shift."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.roster.records import Cover, Employee, ShiftType, Wish

Lines = NDArray[np.int64]
"""A roster as an array (employees, days): the index of the type of shift worked, or `OFF`."""
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

    def __post_init__(self) -> None:
        for what, names in (("shift", [s.name for s in self.shifts]), ("employee", [e.name for e in self.employees])):
            for name, count in Counter(names).items():
                if count > 1:
                    raise ValueError(f"{what} {name!r} stands {count} times")
        if self.days < 1 or not self.shifts or not self.employees:
            raise ValueError("a roster needs at least one day, one type of shift and one employee")
        used = {name for shift in self.shifts for name in shift.not_followed_by}
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
