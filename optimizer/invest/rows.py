"""A linear program that grows by named columns and rows, until it is handed over as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from models.investment.case import Floats
from optimizer.solve import Program

Label = tuple[str, int]
"""Kind of a rule and its place (year, period, initiative, relation), for explanations."""


@dataclass(eq=False)
class Rows:
    """Columns and rows, in the order in which they were added.

    Attributes
    ----------
    cost, lower, upper, integer : of each column; the program minimises
    row_lower, row_upper, labels : of each row
    """

    cost: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    integer: list[bool] = field(default_factory=list)
    row_lower: list[float] = field(default_factory=list)
    row_upper: list[float] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    _places: list[int] = field(default_factory=list)
    _columns: list[int] = field(default_factory=list)
    _values: list[float] = field(default_factory=list)

    def column(self, lower: float, upper: float, *, cost: float = 0.0, integer: bool = False) -> int:
        """Add a column and return its place."""
        self.cost.append(cost)
        self.lower.append(lower)
        self.upper.append(upper)
        self.integer.append(integer)
        return len(self.cost) - 1

    def row(self, label: Label, entries: Mapping[int, float], lower: float, upper: float) -> int:
        """Add a row of column and coefficient, and return its place."""
        place = len(self.row_lower)
        for column, value in entries.items():
            if value:
                self._places.append(place)
                self._columns.append(column)
                self._values.append(value)
        self.row_lower.append(lower)
        self.row_upper.append(upper)
        self.labels.append(label)
        return place

    def program(self, *, whole: bool = True) -> Program:
        """Arrays of the program; without integers when not `whole`."""
        shape = (len(self.row_lower), len(self.cost))
        integer = np.array(self.integer, bool)
        return Program(
            cost=np.array(self.cost),
            lower=np.array(self.lower),
            upper=np.array(self.upper),
            integer=integer if whole else np.zeros_like(integer),
            matrix=sparse.csc_matrix((self._values, (self._places, self._columns)), shape=shape),
            row_lower=np.array(self.row_lower),
            row_upper=np.array(self.row_upper),
        )


def sums(values: Floats, years: int) -> Floats:
    """Sums of each year's periods, shape (T,) to (Y,)."""
    return np.asarray(values.reshape(years, -1).sum(axis=1))
