"""The axis of slots: the horizon's intervals with room before and after for shifts that reach in or out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.calendar import TimeGrid
from models.faults import Fault, InputFaults
from optimizer.shifts.problem import Ints

Edges = Literal["lead_in", "cut", "cyclic"]


@dataclass(frozen=True)
class Axis:
    """Slots around a grid of intervals.

    Attributes
    ----------
    before : slots before the first interval
    interval_of_slot : (S,) interval of each slot, -1 outside the horizon; wrapped when the horizon is cyclic
    """

    grid: TimeGrid
    edges: Edges
    before: int
    interval_of_slot: Ints

    def start_dates(self) -> list[tuple[int, dt.date]]:
        """Days on which a shift may start: (index of the day, date); -1 is the day before the horizon."""
        first = -1 if self.edges == "lead_in" else 0
        return [(day, self.grid.first_date + dt.timedelta(days=day)) for day in range(first, self.grid.days)]

    def slot_at(self, date: dt.date, minute: int, length: int, latest_end: int | None = None) -> int | None:
        """Return the slot of a wall-clock start, or None where a shift of ``length`` slots cannot stand.

        Parameters
        ----------
        minute, latest_end : wall-clock minutes after the midnight of ``date``; a start past the end of a cyclic horizon
            is one at its beginning
        """
        index = self.grid.index_at(date, minute)
        if index is None or (latest_end is not None and index + length > self._end_index(date, latest_end)):
            return None
        if self.edges == "cyclic":
            return index % len(self.grid) + self.before
        if index + length <= 0 or index >= len(self.grid) or (index < 0 and self.edges != "lead_in"):
            return None
        return index + self.before

    def _end_index(self, date: dt.date, minute: int) -> int:
        """Return the interval that begins at a wall-clock end; an end that the clocks skip is when they change."""
        index = self.grid.index_at(date, minute)
        later = 0
        while index is None:
            later += 1
            index = self.grid.index_at(date, minute - later * self.grid.interval_min)
        return index + min(later, 1)


def build_axis(grid: TimeGrid, longest: int, edges: Edges) -> Axis:
    """Return the axis for shifts of at most ``longest`` slots.

    Raises
    ------
    InputFaults
        If a shift is longer than a cyclic horizon.
    """
    inside = np.arange(len(grid))
    if edges == "cyclic":
        if longest > len(grid):
            message = "a shift is longer than the whole horizon; take more days, a shorter shift, or lead_in"
            raise InputFaults([Fault("edges of the horizon", None, None, edges, message)])
        return Axis(grid, edges, 0, np.concatenate([inside, inside[:longest]]))
    outside = np.full(longest, -1)
    return Axis(grid, edges, longest, np.concatenate([outside, inside, outside]))
