"""Interval history as an array: contacts and AHT by contact type, local date and wall-clock slot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.calendar import DAY_MIN, BoolArray, IntArray, TimeGrid

FloatArray = npt.NDArray[np.float64]


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
        Open for that type by the rules.
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

    Raises
    ------
    ValueError
        If the history is empty.
    """
    if history.empty:
        raise ValueError("an empty history spans no dates")
    local = pd.DatetimeIndex(history["start"]).tz_convert(time_zone)
    first, last = local.min().date(), local.max().date()
    return TimeGrid(time_zone, first, (last - first).days + 1, interval_min)


def day_cube(
    history: pd.DataFrame,
    grid: TimeGrid,
    is_open: Mapping[str, BoolArray],
    holidays: Mapping[dt.date, str],
    slot_min: int,
) -> DayCube:
    """Sort a history into its cube. Rows of the same slot add up, so that a history finer than the slots is welcome.

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
    index = (kind, day, minute // slot_min)
    contacts, handled, work = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    known = np.isfinite(aht) & (number > 0)
    np.add.at(contacts, index, number)
    np.add.at(handled, index, np.where(known, number, 0.0))
    np.add.at(work, index, np.where(known, number * np.nan_to_num(aht), 0.0))
    seen = np.zeros(grid.days, dtype=np.bool_)
    seen[day] = True
    return DayCube(
        contact_types=types,
        first_date=grid.first_date,
        slot_min=slot_min,
        contacts=contacts / np.where(occurs > 0, occurs, 1.0),
        aht_s=np.divide(work, handled, out=np.full(shape, np.nan), where=handled > 0),
        handled=handled,
        open=opened & (occurs > 0),
        seen=seen,
        holiday=np.array([date in holidays for date in grid.dates], dtype=np.bool_),
    )
