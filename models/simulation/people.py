"""Who works when: one row a person-shift, with its breaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class People:
    """Person-shifts of a simulation; N of them, B breaks in all. Seconds count from the start of the first interval.

    Parameters
    ----------
    group : (N,) int
        Agent group of each, 0 to G - 1.
    start_s, end_s : (N,)
        When the shift begins and ends; may lie outside the horizon. A contact in hand is finished first.
    break_person : (B,) int
        Person-shift of each break.
    break_start_s, break_length_s : (B,)
        A break begins when the contact in hand is finished, and has its full length.

    Raises
    ------
    ValueError
        If shapes differ, a shift does not end after it starts, or a break lies outside its shift.
    """

    group: Ints
    start_s: Floats
    end_s: Floats
    break_person: Ints
    break_start_s: Floats
    break_length_s: Floats

    def __post_init__(self) -> None:
        for name in ("group", "break_person"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.int64))
        for name in ("start_s", "end_s", "break_start_s", "break_length_s"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64))
        if not self.group.shape == self.start_s.shape == self.end_s.shape or self.group.ndim != 1:
            raise ValueError("group, start_s and end_s need one value for each person-shift")
        if not self.break_person.shape == self.break_start_s.shape == self.break_length_s.shape:
            raise ValueError("break_person, break_start_s and break_length_s need one value for each break")
        if not (self.end_s > self.start_s).all():
            raise ValueError(f"person-shift {int(np.argmin(self.end_s - self.start_s))} does not end after it starts")
        if not ((self.break_person >= 0) & (self.break_person < len(self))).all():
            raise ValueError("a break belongs to no person-shift")
        first, last = self.start_s[self.break_person], self.end_s[self.break_person]
        inside = (self.break_start_s >= first) & (self.break_start_s + self.break_length_s <= last)
        if not (inside & (self.break_length_s > 0)).all():
            raise ValueError(f"break {int(np.argmin(inside & (self.break_length_s > 0)))} lies outside its shift")

    def __len__(self) -> int:
        return len(self.group)


def people(rows: Sequence[tuple[int, float, float, Sequence[tuple[float, float]]]]) -> People:
    """Make people from rows.

    Parameters
    ----------
    rows : sequence of (group, start_s, end_s, breaks), breaks as (start_s, length_s)
        One row a person-shift.
    """
    pauses = [(n, start, length) for n, row in enumerate(rows) for start, length in row[3]]
    return People(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.float64),
        np.array([row[2] for row in rows], dtype=np.float64),
        np.array([pause[0] for pause in pauses], dtype=np.int64),
        np.array([pause[1] for pause in pauses], dtype=np.float64),
        np.array([pause[2] for pause in pauses], dtype=np.float64),
    )


def people_from_levels(agents: ArrayLike, interval_s: float) -> People:
    """Make people from how many of each group are on duty in each interval.

    Who came first leaves first. There are no breaks; a person whose time goes on is not interrupted.

    Parameters
    ----------
    agents : array_like of int, (G, T)
        Agents on duty.
    interval_s : float
        Length of an interval.

    Raises
    ------
    ValueError
        If a number is negative or not whole.
    """
    levels = np.asarray(agents, dtype=np.float64)
    if levels.ndim != 2 or not ((levels >= 0) & (levels % 1 == 0)).all():
        raise ValueError("agents need whole numbers, none negative, of shape (groups, intervals)")
    steps = np.diff(levels, axis=1, prepend=0, append=0).astype(np.int64)
    ticks = np.arange(steps.shape[1], dtype=np.float64) * interval_s
    parts = []
    for group, step in enumerate(steps):
        start = np.repeat(ticks, np.maximum(step, 0))  # the k-th that comes is the k-th that leaves
        parts.append((np.full(len(start), group), start, np.repeat(ticks, np.maximum(-step, 0))))
    group_of, start_s, end_s = (np.concatenate([part[k] for part in parts]) for k in range(3))
    none = np.zeros(0)
    return People(group_of.astype(np.int64), start_s, end_s, np.zeros(0, dtype=np.int64), none, none)
