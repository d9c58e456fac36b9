"""The master program: which lines of work are taken.

Sets
    employees e (those that are not fixed); lines j of each, found so far; cover rows k.
Decisions
    take[j] >= 0, one of each employee; short[k], over[k] >= 0 people.
Objective
    minimise  sum_j cost[j] take[j] + sum_k under_price[k] short[k] + over_price[k] over[k]
Subject to
    one_line[e]:  sum over lines j of e: take[j] = 1
    cover[k]:     sum over lines j that stand in k: take[j] + short[k] - over[k] = need[k]

``need`` is what the employees that are fixed leave over; it may be negative.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from optimizer.roster.cover import CoverRows
from optimizer.roster.lines import LinePool
from optimizer.roster.network import Floats
from optimizer.roster.pricing import Priced
from optimizer.solve import FEASIBILITY_TOLERANCE, Answer, GrowingProgram, Program, solve

LATEST = 25
"""Lines of each employee with which a smaller program begins, beside those that were taken."""


class Master:
    """The master program over some employees and the lines they were given so far.

    Parameters
    ----------
    rows : cover of the case
    pool : lines; the master names them by their numbers there
    employees : places of the employees to decide
    need : (K,) people that they are to give
    free : those of them who have no line for good yet
    numbers : lines to begin with, at least one of each employee

    Attributes
    ----------
    settled : cost of lines that were fixed before
    """

    def __init__(
        self, rows: CoverRows, pool: LinePool, employees: list[int], need: Floats, numbers: list[int], seed: int = 1
    ) -> None:
        self._rows, self._pool, self._seed = rows, pool, seed
        self.employees = employees
        self.free = list(employees)
        self.need = need
        self._fixed: list[int] = []
        self.settled = 0.0
        self._place = {employee: place for place, employee in enumerate(employees)}
        self.numbers: list[int] = []
        self._known: set[int] = set()
        self._side = 2 * len(rows)
        self._program = GrowingProgram(self._whole([]), seed, presolve=False)
        self.add(numbers)

    def add(self, numbers: list[int]) -> int:
        """Take lines of the pool into the program; returns how many were new to it."""
        new = [number for number in dict.fromkeys(numbers) if number not in self._known]
        if new:
            self._known.update(new)
            self.numbers.extend(new)
            self._program.add_columns(self._pool.costs(np.array(new)), self._matrix(new))
        return len(new)

    def solve(self, time_limit_s: float | None = None, allowed: tuple[Floats, Floats] | None = None) -> Answer:
        """Solve the linear relaxation; the values are the side columns, then the lines.

        Parameters
        ----------
        allowed : least and highest price of each cover row; None = as far as people short and over cost
        """
        low, high = (-self._rows.over_price, self._rows.under_price) if allowed is None else allowed
        self._program.price_columns(np.arange(self._side), np.stack([high, -low], 1).ravel())
        return self._program.solve(time_limit_s)

    def objective(self, answer: Answer) -> float:
        """Return what an answer costs at the full prices of people short and over."""
        if answer.values is None:
            raise ValueError("there is no solution to read")
        missing = answer.values[: self._side : 2] - answer.values[1 : self._side : 2]
        people = self._rows.under_price @ np.maximum(missing, 0) + self._rows.over_price @ np.maximum(-missing, 0)
        shares = answer.values[self._side :]
        return self.settled + float(people + self._pool.costs(np.array(self.numbers[: len(shares)], np.int64)) @ shares)

    def shares(self, answer: Answer) -> Floats:
        """How far each line is taken, in the order of `numbers`; lines that came after the answer are not."""
        if answer.values is None:
            raise ValueError("there is no solution to read")
        known = answer.values[self._side :]
        return np.concatenate([known, np.zeros(len(self.numbers) - len(known))])

    def prices(self, answer: Answer) -> tuple[Floats, Floats]:
        """Prices of the employees' rows and of the cover rows; the latter within what a person short or over costs."""
        if answer.row_duals is None:
            raise ValueError("there are no duals to read")
        people = len(self.employees)
        return answer.row_duals[:people], self._rows.within(answer.row_duals[people:])

    def bound(self, prices: Floats, priced: list[Priced]) -> float:
        """Lower bound at any prices of the cover rows, from the cheapest lines of the free employees at them."""
        fixed = sum(
            self._pool.cost[number]
            - float(prices[self._rows.given(self._pool.employee[number], self._pool.line[number])].sum())
            for number in self._fixed
        )
        return self.settled + float(self.need @ prices) + sum(one.bound for one in priced) + fixed

    def fix(self, number: int) -> None:
        """Give an employee one line for good."""
        employee = self._pool.employee[number]
        others = [
            self._side + place
            for place, other in enumerate(self.numbers)
            if other != number and self._pool.employee[other] == employee
        ]
        self._program.bound_columns(np.array(others, np.int64), 0.0, 0.0)
        self.free.remove(employee)
        self._fixed.append(number)

    def rest(self, shares: Floats) -> Master:
        """Return the program over those who are free, with the lines taken to some share and the latest ones of each.

        What the fixed lines cost is ``settled``.
        """
        lines = self._pool.lines(np.array(self._fixed, np.int64))
        places = np.array([self._pool.employee[number] for number in self._fixed], np.int64)
        own: dict[int, list[int]] = {employee: [] for employee in self.free}
        for number, share in zip(reversed(self.numbers), reversed(shares.tolist()), strict=True):
            some = own.get(self._pool.employee[number])
            if some is not None and (share > 0 or len(some) < LATEST):
                some.append(number)
        numbers = sorted(number for some in own.values() for number in some)
        found = Master(
            self._rows, self._pool, list(self.free), self.need - self._rows.present(lines, places), numbers, self._seed
        )
        found.settled = self.settled + sum(self._pool.cost[number] for number in self._fixed)
        return found

    def whole_lines_below(
        self, linear: Answer, cost: float, current: list[int], *, node_limit: int | None, time_limit_s: float
    ) -> list[int] | None:
        """Choose one line for each employee, among those that the relaxation leaves room for below a cost.

        Parameters
        ----------
        linear : answer of the linear relaxation over the same lines
        cost : of ``current``
        current : numbers of a choice to start from, one of each employee

        Returns
        -------
        Numbers taken, in the order of `employees`; None when nothing was found.
        """
        people, prices = self.prices(linear)
        room = cost - linear.objective + FEASIBILITY_TOLERANCE
        numbers = sorted(set(current) | self._within(people, prices, room))
        program = self._whole(numbers)
        start = np.zeros(len(program.cost))
        start[self._side :] = np.isin(numbers, current)
        missing = self.need - program.matrix[len(self.employees) :, self._side :] @ start[self._side :]
        start[: self._side : 2], start[1 : self._side : 2] = np.maximum(0, missing), np.maximum(0, -missing)
        answer = solve(
            program, solver="highs", time_limit_s=time_limit_s, node_limit=node_limit, seed=self._seed, hint=start
        )
        if answer.values is None:
            return None
        taken = [number for number, share in zip(numbers, answer.values[self._side :], strict=True) if share > 0.5]
        return sorted(taken, key=lambda number: self._place[self._pool.employee[number]])

    def _within(self, people: Floats, prices: Floats, room: float) -> set[int]:
        """Lines whose reduced cost is at most ``room``."""
        price = dict(zip(self.employees, people.tolist(), strict=True))
        return {n for n in self.numbers if self._value(n, prices) - price[self._pool.employee[n]] <= room}

    def _value(self, number: int, prices: Floats) -> float:
        """Cost of a line less what its cover earns."""
        rows = self._rows.given(self._pool.employee[number], self._pool.line[number])
        return self._pool.cost[number] - float(prices[rows].sum())

    def _matrix(self, numbers: list[int]) -> sparse.csc_matrix:
        people = len(self.employees)
        indices, starts = [], [0]
        for number in numbers:
            employee = self._pool.employee[number]
            indices.append(np.array([self._place[employee]]))
            indices.append(people + self._rows.given(employee, self._pool.line[number]))
            starts.append(starts[-1] + 1 + len(indices[-1]))
        entries = np.concatenate(indices) if indices else np.zeros(0, np.int64)
        return sparse.csc_matrix(
            (np.ones(len(entries)), entries, starts), shape=(people + len(self._rows), len(numbers))
        )

    def _whole(self, numbers: list[int]) -> Program:
        """The program over some lines; side columns come first, short and over of each row in turn."""
        people, count = len(self.employees), len(self._rows)
        sign = np.tile([1.0, -1.0], count)
        side = sparse.csc_matrix((sign, people + np.repeat(np.arange(count), 2), np.arange(2 * count + 1)),
                                 shape=(people + count, 2 * count))  # fmt: skip
        columns = 2 * count + len(numbers)
        right: Floats = np.concatenate([np.ones(people), self.need])
        return Program(
            np.concatenate([np.stack([self._rows.under_price, self._rows.over_price], 1).ravel(),
                            self._pool.costs(np.array(numbers))]),
            np.zeros(columns),
            np.full(columns, np.inf),
            np.arange(columns) >= 2 * count,
            sparse.csc_matrix(sparse.hstack([side, self._matrix(numbers)])),
            right,
            right,
        )  # fmt: skip
