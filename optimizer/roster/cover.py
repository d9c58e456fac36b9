"""The cover that lines of work give: which rows of the master a line stands in, and what a row's price pays it."""

from __future__ import annotations

import copy

import numpy as np

from models.roster.case import Lines, RosterCase
from optimizer.roster.network import Bools, Floats, Ints

DAYS_PER_WEEK = 7
SCARCE, PLENTY = 0.02, 0.5
"""Shares of the rows of a weekday that are short, and over, for all of them to be taken so; see `scarcity`."""


class CoverRows:
    """One row for each cover of the case.

    Parameters
    ----------
    case : RosterCase

    Attributes
    ----------
    need, under_price, over_price : (K,) of each row
    """

    def __init__(self, case: RosterCase) -> None:
        self.need = np.array([cover.need for cover in case.cover], np.float64)
        self.under_price = np.array([cover.under_price for cover in case.cover], np.float64)
        self.over_price = np.array([cover.over_price for cover in case.cover], np.float64)
        self._day = np.array([cover.day for cover in case.cover], np.int64)
        self._shift = np.array([case.shift_index[cover.shift] for cover in case.cover], np.int64)
        skills = sorted({cover.skill for cover in case.cover if cover.skill is not None})
        group = {skill: place for place, skill in enumerate([None, *skills])}
        self._group = np.array([group[cover.skill] for cover in case.cover], np.int64)
        self._has: Bools = np.array(
            [[skill is None or skill in employee.skills for skill in group] for employee in case.employees], bool
        )
        self._shape = (case.days, len(case.shifts))

    def __len__(self) -> int:
        return len(self.need)

    def on_days(self, first: int, end: int) -> tuple[CoverRows, Ints]:
        """Return the rows of some days, from a first to before an end day, and their places among all."""
        places = np.flatnonzero((self._day >= first) & (self._day < end))
        found = copy.copy(self)
        found.need, found.under_price, found.over_price = (
            self.need[places], self.under_price[places], self.over_price[places],
        )  # fmt: skip
        found._day, found._shift, found._group = self._day[places], self._shift[places], self._group[places]
        return found, places

    def given(self, employee: int, line: Ints) -> Ints:
        """Rows in which one line of an employee stands."""
        return np.flatnonzero((line[self._day] == self._shift) & self._has[employee, self._group])

    def present(self, lines: Lines, employees: Ints) -> Floats:
        """People in each row, of some employees: ``lines`` (n, D) of ``employees`` (n,)."""
        if not len(employees):
            return np.zeros(len(self))
        return np.asarray(
            ((lines[:, self._day] == self._shift) & self._has[employees][:, self._group]).sum(axis=0), np.float64
        )

    def cost(self, present: Floats) -> float:
        """Cost of the people short and over."""
        short, over = np.maximum(0, self.need - present), np.maximum(0, present - self.need)
        return float(self.under_price @ short + self.over_price @ over)

    def scarcity(self, present: Floats) -> Floats:
        """Guess prices (K,) from the people present in a good roster.

        Where some rows are short, all of that weekday are about as scarce, since people could work there instead; where
        most rows of a type of shift are over on a weekday, one more is of no use.
        """
        prices, weekday = np.zeros(len(self)), self._day % DAYS_PER_WEEK
        for day in range(DAYS_PER_WEEK):
            alike = weekday == day
            if alike.any() and np.mean(present[alike] < self.need[alike]) > SCARCE:
                prices[alike] = self.under_price[alike]
                continue
            for shift in range(self._shape[1]):
                same = alike & (self._shift == shift)
                if same.any() and np.mean(present[same] > self.need[same]) > PLENTY:
                    prices[same] = -self.over_price[same]
        return prices

    def within(self, prices: Floats) -> Floats:
        """Prices cut to what a person short or over costs: beyond that they prove nothing."""
        return np.clip(prices, -self.over_price, self.under_price)

    def reward(self, employee: int, prices: Floats) -> Floats:
        """What a day in a type of shift earns one employee (D, S) at prices (K,) of the rows."""
        earned = np.zeros(self._shape)
        np.add.at(earned, (self._day, self._shift), prices * self._has[employee, self._group])
        return earned

    def rewards(self, prices: Floats) -> Floats:
        """What a day in a type of shift earns each employee (E, D, S) at prices (K,) of the rows."""
        by_group = np.zeros((self._has.shape[1], *self._shape))
        np.add.at(by_group, (self._group, self._day, self._shift), prices)
        return np.tensordot(self._has.astype(np.float64), by_group, axes=1)
