"""The lines of work that were found so far, each kept once."""

from __future__ import annotations

import numpy as np

from models.roster.case import Lines
from optimizer.roster.network import Floats, Ints


class LinePool:
    """Lines of all employees, numbered in the order in which they were found."""

    def __init__(self, days: int) -> None:
        self._numbers: dict[tuple[int, bytes], int] = {}
        self._by_employee: dict[int, list[int]] = {}
        self.employee: list[int] = []
        self.cost: list[float] = []
        self.line: list[Ints] = []
        self._days = days

    def __len__(self) -> int:
        return len(self.line)

    def add(self, employee: int, line: Ints, cost: float) -> int:
        """Return the number of a line, which is new when it equals the length before."""
        key = (employee, line.tobytes())
        number = self._numbers.setdefault(key, len(self.line))
        if number == len(self.line):
            self.employee.append(employee)
            self.cost.append(round(cost, 9))
            self.line.append(line)
            self._by_employee.setdefault(employee, []).append(number)
        return number

    def take(self, other: LinePool, number: int) -> int:
        """Return the number here of a line of another pool."""
        return self.add(other.employee[number], other.line[number], other.cost[number])

    def of(self, employee: int) -> list[int]:
        """Numbers of an employee's lines."""
        return self._by_employee.get(employee, [])

    def lines(self, numbers: Ints) -> Lines:
        """Lines of some numbers, (n, D)."""
        return np.array([self.line[number] for number in numbers], np.int64).reshape(len(numbers), self._days)

    def costs(self, numbers: Ints) -> Floats:
        """Own costs of some lines, (n,)."""
        return np.array([self.cost[number] for number in numbers], np.float64)
