"""The time grid: contiguous intervals over whole local days, and what is open on it.

A grid lives in one time zone. Its intervals have equal elapsed length, so a day on which the clocks change has 23 or
25 hours of them. Rules about opening hours and shift starts are read on the wall clock: when an hour comes twice both
times are open, and an hour that is skipped does not exist.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.wallclock import (
    DAY_MIN,
    DAY_NAMES,
    Ranges,
    format_time,
    parse_days,
    parse_ranges,
    parse_time,
    parse_week,
)

__all__ = [
    "DAY_MIN",
    "DAY_NAMES",
    "END_OF_DATES",
    "FIRST_DATE",
    "BoolArray",
    "IntArray",
    "Ranges",
    "TimeGrid",
    "format_time",
    "instant_of",
    "interval_fits_day",
    "localise",
    "open_mask",
    "parse_days",
    "parse_ranges",
    "parse_time",
    "parse_week",
]

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
UTC = dt.UTC
FIRST_DATE, END_OF_DATES = dt.date(1900, 1, 1), dt.date(2200, 1, 1)
"""Every date lies from the one to before the other: typing errors beyond them would overflow the clocks."""


def interval_fits_day(interval_min: int) -> bool:
    """Say whether intervals of this length fit a day: a divisor of 60, or a multiple of 60 that divides 1440."""
    if interval_min < 1:
        return False
    return 60 % interval_min == 0 or (interval_min % 60 == 0 and DAY_MIN % interval_min == 0)


def instant_of(date: dt.date, minute_of_day: int, time_zone: str) -> dt.datetime | None:
    """Find the instant of a wall-clock time.

    Parameters
    ----------
    date : date
        Local date.
    minute_of_day : int
        Wall-clock minutes after midnight; outside 0..1439 it rolls over to other dates.
    time_zone : str
        IANA name.

    Returns
    -------
    datetime or None
        In UTC. The first of the two when the clock shows that time twice; None when it never shows it.
    """
    naive = dt.datetime.combine(date, dt.time()) + dt.timedelta(minutes=int(minute_of_day))
    zone = ZoneInfo(time_zone)
    instant = naive.replace(tzinfo=zone).astimezone(UTC)
    return instant if instant.astimezone(zone).replace(tzinfo=None) == naive else None


def _day_start(date: dt.date, time_zone: str) -> dt.datetime:
    """First instant of a local date, in UTC; not midnight where the clocks skip midnight."""
    instant = instant_of(date, 0, time_zone)
    if instant is not None:
        return instant
    # Skipped midnight: zoneinfo reads it with the offset before the change, which is the instant of the change itself.
    return dt.datetime.combine(date, dt.time(), tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


@dataclass(frozen=True)
class TimeGrid:
    """Contiguous intervals of equal elapsed length over whole local days; T intervals in all.

    Parameters
    ----------
    time_zone : str
        IANA name, such as Europe/Amsterdam.
    first_date : date
        First local day; any weekday.
    days : int
        Number of local days, at least 1.
    interval_min : int
        Length in minutes: a divisor of 60, or a multiple of 60 that divides 1440.

    Raises
    ------
    ValueError
        If the length does not fit a day, or a day of the grid (clocks change) is no whole number of intervals.
    """

    time_zone: str
    first_date: dt.date
    days: int
    interval_min: int

    def __post_init__(self) -> None:
        if not interval_fits_day(self.interval_min):
            raise ValueError(
                f"interval_min {self.interval_min} neither divides 60 nor is whole hours that divide a day"
            )
        if self.days < 1:
            raise ValueError(f"a grid needs at least one day, not {self.days}")
        steps = np.diff(self._elapsed_min)
        odd = np.flatnonzero(steps % self.interval_min)
        if odd.size:
            raise ValueError(
                f"{self.dates[odd[0]]} has {steps[odd[0]] / 60:g} hours in {self.time_zone} (the clocks change), which"
                f" intervals of {self.interval_min} minutes do not divide; use 60 minutes or less"
            )

    @cached_property
    def _origin(self) -> dt.datetime:
        return _day_start(self.first_date, self.time_zone)

    @cached_property
    def _elapsed_min(self) -> IntArray:
        """Minutes from the grid's start to the start of each local day and to the grid's end; shape (days + 1,)."""
        ends = (_day_start(self.first_date + dt.timedelta(days=d), self.time_zone) for d in range(self.days + 1))
        return np.array([round((end - self._origin).total_seconds() / 60) for end in ends], dtype=np.int64)

    @cached_property
    def dates(self) -> list[dt.date]:
        """Local dates, length days."""
        return [self.first_date + dt.timedelta(days=d) for d in range(self.days)]

    @cached_property
    def day_bounds(self) -> IntArray:
        """Grid index at which each local day starts, and T at the end; shape (days + 1,)."""
        return self._elapsed_min // self.interval_min

    @cached_property
    def starts(self) -> pd.DatetimeIndex:
        """Start of each interval, time-zone aware, contiguous in elapsed time; shape (T,)."""
        index = pd.date_range(self._origin, periods=len(self), freq=f"{self.interval_min}min")
        return index.tz_convert(self.time_zone).as_unit("ns")

    @cached_property
    def day(self) -> IntArray:
        """Index of the local date, 0 to days - 1; shape (T,)."""
        return np.repeat(np.arange(self.days, dtype=np.int64), np.diff(self.day_bounds))

    @cached_property
    def minute_of_day(self) -> IntArray:
        """Wall-clock minutes of each interval's start, 0 to 1439; shape (T,)."""
        return np.asarray(self.starts.hour * 60 + self.starts.minute, dtype=np.int64)

    @cached_property
    def weekday(self) -> IntArray:
        """Weekday of the local date, 0 = Monday; shape (T,)."""
        return (self.day + self.first_date.weekday()) % 7

    def __len__(self) -> int:
        return int(self.day_bounds[-1])

    def index_at(self, date: dt.date, minute_of_day: int) -> int | None:
        """Find the interval that holds a wall-clock time.

        Parameters
        ----------
        date : date
            Local date; may lie outside the grid.
        minute_of_day : int
            Wall-clock minutes after that date's midnight; 1440 and more lie on later dates.

        Returns
        -------
        int or None
            Index of the interval in which the time lies, negative before the grid and T or more after it. The first
            of the two when the clock shows that time twice; None when it never shows it.
        """
        instant = instant_of(date, minute_of_day, self.time_zone)
        if instant is None:
            return None
        return int((instant - self._origin).total_seconds() // (60 * self.interval_min))

    def same_as(self, other: TimeGrid) -> bool:
        """Say whether both grids have the same intervals in the same time zone."""
        return self == other

    def require_same(self, other: TimeGrid) -> None:
        """Refuse to mix series on different grids.

        Raises
        ------
        ValueError
            If the grids differ; the message says both.
        """
        if not self.same_as(other):
            raise ValueError(f"series on different time grids cannot be mixed: {self} and {other}")

    def __str__(self) -> str:
        last = self.dates[-1]
        return f"{self.first_date} to {last} in {self.interval_min}-minute intervals, {self.time_zone}"


def open_mask(grid: TimeGrid, week: Sequence[Ranges], exceptions: Mapping[dt.date, Ranges] | None = None) -> BoolArray:
    """Mark the intervals in which the doors are open.

    Parameters
    ----------
    grid : TimeGrid
        T intervals.
    week : sequence of Ranges, length 7
        Opening ranges that start on each weekday, Monday first (`parse_week`). A range past midnight belongs to the day
        on which it starts and also opens the morning of the grid's first day.
    exceptions : mapping of date to Ranges, optional
        Dates whose own ranges replace those of their weekday; empty means closed. What reaches in from the day before
        stays open.

    Returns
    -------
    ndarray of bool, shape (T,)
        True where the start of the interval lies in a range, on the wall clock.
    """
    exceptions = exceptions or {}
    mask = np.zeros(len(grid), dtype=np.bool_)
    for day in range(-1, grid.days):
        date = grid.first_date + dt.timedelta(days=day)
        ranges = exceptions.get(date, week[date.weekday()])
        for offset in (0, 1):
            if not 0 <= day + offset < grid.days:
                continue
            part = slice(grid.day_bounds[day + offset], grid.day_bounds[day + offset + 1])
            minute = grid.minute_of_day[part] + offset * DAY_MIN
            for start, end in ranges:
                mask[part] |= (minute >= start) & (minute < end)
    return mask


def localise(
    stamps: Sequence[str] | pd.Series, time_zone: str, keys: Sequence[str] | pd.Series | None = None
) -> pd.DatetimeIndex:
    """Read ISO stamps, with or without an offset, as instants in a time zone.

    A stamp with an offset (or Z) is that instant. A stamp without one is local wall-clock time. In the hour that the
    clock shows twice, a stamp without offset is the first of the two; when the same stamp stands twice under the same
    key, the second row is the second hour.

    Parameters
    ----------
    stamps : sequence of str, length N
        "2014-07-01 08:00", "2014-07-01T08:00:00+02:00", "2014-07-01" (midnight).
    time_zone : str
        IANA name.
    keys : sequence of str, length N, optional
        What a stamp belongs to (contact type); rows of different keys do not count as repetitions.

    Returns
    -------
    DatetimeIndex, length N
        In `time_zone`; NaT where the text is no stamp, lies outside 1900 to 2199, or is a wall-clock time that the
        clocks skip.
    """
    rows = pd.Series(list(stamps), dtype="object").astype("string").str.strip()
    # Most stamps stand in many rows (one for each contact type): each distinct text is read once.
    place, distinct = pd.factorize(rows, use_na_sentinel=False)
    text = pd.Series(distinct, dtype="string")
    valid = text.str.fullmatch(_STAMP).fillna(False).astype(bool)
    exact = valid & text.str.contains(_OFFSET).fillna(False).astype(bool)
    read = pd.Series(pd.to_datetime(text.where(valid & ~exact), format="ISO8601", errors="coerce"))
    naive = read.take(place).reset_index(drop=True)
    key = pd.Series("", index=naive.index) if keys is None else pd.Series(list(keys), index=naive.index)
    repeated = pd.DataFrame({"stamp": naive, "key": key.astype("string")}).groupby(["stamp", "key"]).cumcount()
    local = naive.dt.tz_localize(time_zone, ambiguous=(repeated == 0).to_numpy(), nonexistent="NaT")
    absolute = pd.Series(pd.to_datetime(text.where(exact), format="ISO8601", errors="coerce", utc=True))
    shifted = absolute.dt.tz_convert(time_zone).take(place).reset_index(drop=True)
    return pd.DatetimeIndex(local.fillna(shifted)).as_unit("ns")


_OFFSET = r"[T ].*(?:Z|[+-]\d{2}:?\d{2})$"
_STAMP = r"(?:19|20|21)\d{2}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
