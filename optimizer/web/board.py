"""A roster that is changed by hand: who swaps what, and what its rules then say and cost, by plain arithmetic."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from models.roster.breach import Breach
from models.roster.case import OFF, Lines, RosterCase
from models.roster.check import RosterCheck, check
from models.roster.folder import RosterFolder
from models.roster.pay import pay_table
from models.roster.reading import read_roster_folder
from models.roster.worked import read_published, worked_shifts

ROSTER_FILE = "roster.csv"


@dataclass(frozen=True)
class Cell:
    """A person's day.

    Attributes
    ----------
    employee, day : indices
    """

    employee: int
    day: int


class Board:
    """A roster on the table.

    Parameters
    ----------
    case : what it is a roster of
    first_day : of the horizon
    lines : shape (employees, days), index of the type of shift or `OFF`
    folder : with wages and premiums; without it nobody knows the pay
    """

    def __init__(self, case: RosterCase, first_day: dt.date, lines: Lines, folder: RosterFolder | None = None) -> None:
        case.require_shape(lines)
        self.case, self.first_day, self._folder = case, first_day, folder
        self.published = lines.copy()
        self._lines = lines.copy()
        self._undo: list[Lines] = []
        self._found: RosterCheck | None = None

    @classmethod
    def of_run(cls, inputs: Path, output: Path) -> Board:
        """Read a run of `servopt roster`.

        Raises
        ------
        models.faults.InputFaults
            When its files are not as they were written.
        """
        folder = read_roster_folder(inputs)
        lines, _ = read_published(output / ROSTER_FILE, folder)
        return cls(folder.case, folder.settings.first_day, lines, folder)

    @property
    def lines(self) -> Lines:
        """The roster as it is now."""
        return self._lines

    @property
    def dates(self) -> list[dt.date]:
        """Days of the horizon."""
        return [self.first_day + dt.timedelta(days=day) for day in range(self.case.days)]

    @cached_property
    def before(self) -> RosterCheck:
        """What the roster misses as it was published."""
        return check(self.case, self.published)

    @property
    def found(self) -> RosterCheck:
        """What it misses as it is now."""
        if self._found is None:
            self._found = check(self.case, self._lines)
        return self._found

    def pay(self) -> float | None:
        """What the people are paid as it is now, in the folder's currency; None where that is not known."""
        return self._pay_of(self._lines)

    @cached_property
    def pay_before(self) -> float | None:
        """What they are paid as it was published."""
        return self._pay_of(self.published)

    @property
    def currency(self) -> str:
        """Of the pay."""
        return "" if self._folder is None else self._folder.settings.currency

    def _pay_of(self, lines: Lines) -> float | None:
        if self._folder is None:
            return None
        return float(pay_table(self._folder, lines, worked_shifts(self._folder, lines))["pay"].sum())

    @property
    def is_changed(self) -> bool:
        """Whether anything differs from what was published."""
        return bool((self._lines != self.published).any())

    def text(self, cell: Cell) -> str:
        """Name of the shift there; empty on a day off."""
        shift = int(self._lines[cell.employee, cell.day])
        return "" if shift == OFF else self.case.shifts[shift].name

    def swap(self, one: Cell, other: Cell) -> None:
        """Exchange what two people do, or what a person does on two days."""
        self._require(one)
        self._require(other)
        lines = self._lines.copy()
        lines[one.employee, one.day] = self._lines[other.employee, other.day]
        lines[other.employee, other.day] = self._lines[one.employee, one.day]
        self._put(lines)

    def assign(self, cell: Cell, shift: str) -> None:
        """Give a person a shift on a day; empty: the day off.

        Raises
        ------
        ValueError
            When there is no such shift or cell.
        """
        self._require(cell)
        if shift and shift not in self.case.shift_index:
            raise ValueError(f"there is no shift {shift}")
        lines = self._lines.copy()
        lines[cell.employee, cell.day] = self.case.shift_index[shift] if shift else OFF
        self._put(lines)

    def undo(self) -> None:
        """Take back the last change."""
        if self._undo:
            self._lines, self._found = self._undo.pop(), None

    def changed(self) -> list[Cell]:
        """Cells that differ from what was published."""
        places = np.argwhere(self._lines != self.published).tolist()
        return [Cell(employee, day) for employee, day in places]

    def new_breaches(self) -> list[Breach]:
        """What is missed now and was not before: hard rules first, then the dearest."""
        known = {(one.rule, one.employee, one.day, one.words) for one in self.before.breaches}
        fresh = [one for one in self.found.breaches if (one.rule, one.employee, one.day, one.words) not in known]
        return sorted(fresh, key=lambda one: (one.price is not None, -one.cost))

    def mended(self) -> int:
        """How many places that were missed before are not any more."""
        now = {(one.rule, one.employee, one.day, one.words) for one in self.found.breaches}
        return sum((one.rule, one.employee, one.day, one.words) not in now for one in self.before.breaches)

    def broken_cells(self) -> set[tuple[int, int]]:
        """Employee and day of hard rules that are broken; day -1: the whole line."""
        index = self.case.employee_index
        return {(index[one.employee], -1 if one.day is None else one.day)
                for one in self.found.broken if one.employee is not None}  # fmt: skip

    def as_csv(self) -> str:
        """The roster as it is now: employee, date, shift."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("employee", "date", "shift"))
        for employee, person in enumerate(self.case.employees):
            for day, date in enumerate(self.dates):
                if text := self.text(Cell(employee, day)):
                    writer.writerow((person.name, date.isoformat(), text))
        return out.getvalue()

    def _require(self, cell: Cell) -> None:
        if not (0 <= cell.employee < len(self.case.employees) and 0 <= cell.day < self.case.days):
            raise ValueError(f"there is no cell {cell}")

    def _put(self, lines: Lines) -> None:
        self._undo.append(self._lines)
        self._lines, self._found = lines, None
