"""Interval history as an array: contacts and AHT by contact type, local date and wall-clock slot."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.calendar import DAY_MIN, BoolArray, IntArray, TimeGrid

FloatArray = npt.NDArray[np.float64]

# A date that the calendar calls closed counts as open when it drew at least this share of its weekday's usual contacts:
# the data know better than the calendar, but a handful of stray calls does not make an open day.
_OPEN_AFTER_ALL = 0.2
# Fewer distinct times of day than this, not repeated this often, say nothing about the history's own grid.
_STAMPS_TO_TRUST, _REPEATS_TO_TRUST = 10, 5


@dataclass(frozen=True)
class DayCube:
    """History by K contact types, D consecutive local dates and S wall-clock slots of a day.

    Parameters
    ----------
    contact_types : tuple of str, length K
    first_date : date
    slot_min : int
        Length of a slot; S = 1440 / slot_min.
    contacts : ndarray, shape (K, D, S)
        Contacts per slot of full length. The hour that a clock shows twice is averaged, so that a day of 25 hours
        compares with one of 24.
    aht_s : ndarray, shape (K, D, S)
        Mean handling time in seconds; NaN where unknown.
    handled : ndarray, shape (K, D, S)
        Contacts behind `aht_s`; 0 where unknown.
    open : ndarray of bool, shape (K, D, S)
        Open for that type by the rules, or on a holiday that turned out to be worked.
    seen : ndarray of bool, shape (D,)
        The date has at least one row, of any type. An open date without any is missing, not zero.
    holiday : ndarray of bool, shape (D,)
    """

    contact_types: tuple[str, ...]
    first_date: dt.date
    slot_min: int
    contacts: FloatArray
    aht_s: FloatArray
    handled: FloatArray
    open: BoolArray
    seen: BoolArray
    holiday: BoolArray

    @property
    def days(self) -> int:
        """Number of dates, D."""
        return int(self.contacts.shape[1])

    def until(self, day: int) -> DayCube:
        """The same history as it stood before a date, given by its index: its first `day` dates."""
        return DayCube(
            contact_types=self.contact_types,
            first_date=self.first_date,
            slot_min=self.slot_min,
            contacts=self.contacts[:, :day],
            aht_s=self.aht_s[:, :day],
            handled=self.handled[:, :day],
            open=self.open[:, :day],
            seen=self.seen[:day],
            holiday=self.holiday[:day],
        )

    @cached_property
    def weekday(self) -> IntArray:
        """Weekday of each date, 0 = Monday; shape (D,)."""
        return (self.first_date.weekday() + np.arange(self.days, dtype=np.int64)) % 7

    @cached_property
    def regular(self) -> BoolArray:
        """Slots that are open on most dates of a weekday; shape (K, 7, S)."""
        return regular_hours(self.open, self.weekday)


def regular_hours(is_open: BoolArray, weekday: IntArray) -> BoolArray:
    """Find the slots that are open on at least half of the dates of each weekday.

    Parameters
    ----------
    is_open : ndarray of bool, shape (K, D, S)
    weekday : ndarray, shape (D,)

    Returns
    -------
    ndarray of bool, shape (K, 7, S)
        False throughout for weekdays that do not occur.
    """
    result = np.zeros((is_open.shape[0], 7, is_open.shape[2]), dtype=np.bool_)
    for day in np.unique(weekday):
        result[:, day] = is_open[:, weekday == day].mean(axis=1) >= 0.5
    return result


def history_grid(history: pd.DataFrame, time_zone: str, interval_min: int) -> TimeGrid:
    """Span a grid over the local dates of a history, on which its opening hours can be asked for.

    Its intervals are at most an hour long, so that days of 23 or 25 hours fit however long the plan's intervals are.

    Raises
    ------
    ValueError
        If the history is empty.
    """
    if history.empty:
        raise ValueError("an empty history spans no dates")
    local = pd.DatetimeIndex(history["start"]).tz_convert(time_zone)
    first, last = local.min().date(), local.max().date()
    return TimeGrid(time_zone, first, (last - first).days + 1, min(interval_min, 60))


def history_step_min(minute_of_day: IntArray) -> int:
    """Infer the length of a history's own intervals: the largest step on which every start lies.

    Parameters
    ----------
    minute_of_day : ndarray
        Wall-clock minutes of the starts of all rows.

    Returns
    -------
    int
        Minutes, a divisor of 1440 (1440: a history by day); 1 when there are too few rows to say.
    """
    distinct = np.unique(minute_of_day)
    if len(distinct) < _STAMPS_TO_TRUST and len(minute_of_day) < _REPEATS_TO_TRUST * len(distinct):
        return 1
    return math.gcd(DAY_MIN, int(np.gcd.reduce(distinct)))


def day_cube(
    history: pd.DataFrame,
    grid: TimeGrid,
    is_open: Mapping[str, BoolArray],
    holidays: Mapping[dt.date, str],
    slot_min: int,
) -> DayCube:
    """Sort a history into its cube.

    A history on a finer grid than the slots is added up; one on a coarser grid is split evenly over the open slots that
    a row spans (over all of them when none is open).

    Parameters
    ----------
    history : DataFrame
        start (time-zone aware), contact_type, contacts, aht_s (NaN allowed). Types not in `is_open` are left out.
    grid : TimeGrid
        Over the dates of the history (`history_grid`).
    is_open : mapping of contact type to ndarray of bool, shape (T,)
        Opening hours on that grid.
    holidays : mapping of date to name
    slot_min : int
        Length of the slots, the plan's interval.

    Returns
    -------
    DayCube
    """
    types = tuple(is_open)
    rows = history[history["contact_type"].isin(types)]
    local = pd.DatetimeIndex(rows["start"]).tz_convert(grid.time_zone)
    day = np.asarray((local.tz_localize(None).normalize() - pd.Timestamp(grid.first_date)).days, dtype=np.int64)
    minute = np.asarray(local.hour * 60 + local.minute, dtype=np.int64)
    kind = pd.Index(types).get_indexer(pd.Index(rows["contact_type"]))

    shape = (len(types), grid.days, DAY_MIN // slot_min)
    slot = grid.minute_of_day // slot_min
    occurs = np.zeros(shape[1:])
    np.add.at(occurs, (grid.day, slot), grid.interval_min / slot_min)
    opened = np.zeros(shape, dtype=np.bool_)
    for k, name in enumerate(types):
        opened[k, grid.day[is_open[name]], slot[is_open[name]]] = True

    number = rows["contacts"].to_numpy(dtype=np.float64)
    aht = rows["aht_s"].to_numpy(dtype=np.float64) if "aht_s" in rows else np.full(len(rows), np.nan)
    index, share = _shares(kind, day, minute, opened, slot_min)
    contacts, handled, work = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    known = np.isfinite(aht) & (number > 0)
    np.add.at(contacts, index, number[:, None] * share)
    np.add.at(handled, index, np.where(known, number, 0.0)[:, None] * share)
    np.add.at(work, index, np.where(known, number * np.nan_to_num(aht), 0.0)[:, None] * share)

    holiday = np.array([date in holidays for date in grid.dates], dtype=np.bool_)
    seen = np.zeros(grid.days, dtype=np.bool_)
    seen[day] = True
    weekday = (grid.first_date.weekday() + np.arange(grid.days)) % 7
    opened = _worked_holidays(contacts, opened, holiday, weekday)
    return DayCube(
        contact_types=types,
        first_date=grid.first_date,
        slot_min=slot_min,
        contacts=contacts / np.where(occurs > 0, occurs, 1.0),
        aht_s=np.divide(work, handled, out=np.full(shape, np.nan), where=handled > 0),
        handled=handled,
        open=opened & (occurs > 0),
        seen=seen,
        holiday=holiday,
    )


def _shares(
    kind: IntArray, day: IntArray, minute: IntArray, opened: BoolArray, slot_min: int
) -> tuple[tuple[IntArray, IntArray, IntArray], FloatArray]:
    """Cube index and share of each piece of each row; arrays of shape (rows, pieces), shares add up to 1 by row."""
    step = history_step_min(minute)
    piece_min = math.gcd(step, slot_min)
    offset = np.arange(step // piece_min, dtype=np.int64) * piece_min
    slot = np.minimum((minute[:, None] + offset) // slot_min, DAY_MIN // slot_min - 1)
    index = (np.broadcast_to(kind[:, None], slot.shape), np.broadcast_to(day[:, None], slot.shape), slot)
    weight = opened[index].astype(np.float64)
    weight[weight.sum(axis=1) == 0] = 1.0
    return index, weight / weight.sum(axis=1, keepdims=True)


def _worked_holidays(contacts: FloatArray, opened: BoolArray, holiday: BoolArray, weekday: IntArray) -> BoolArray:
    """Give a holiday that was closed by the rules but worked its weekday's regular hours."""
    total = contacts.sum(axis=(0, 2))
    regular = regular_hours(opened, weekday)
    result = opened.copy()
    for day in np.flatnonzero(holiday & ~opened.any(axis=(0, 2))):
        usual = total[(weekday == weekday[day]) & ~holiday]
        if usual.size and total[day] >= _OPEN_AFTER_ALL * np.median(usual) > 0:
            result[:, day] = regular[:, weekday[day]]
    return result
