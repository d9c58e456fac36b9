"""What a date is to a contact centre: its weekday, its place beside holidays, its place in the month."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.calendar import BoolArray, IntArray

FloatArray = npt.NDArray[np.float64]

WEEKDAYS = tuple(f"weekday_{day}" for day in range(7))
EFFECTS = ("open_holiday", "after_closed", "bridge", "before_closed", "month_start", "month_end")
# Contacts pile up on the first three and the last five working days of a month (bills, pay, subscriptions).
_START_DAYS, _END_DAYS = 3, 5


@dataclass(frozen=True)
class DayTypes:
    """Regressors of N consecutive dates.

    Parameters
    ----------
    first_date : date
    regressors : ndarray, shape (N, 13)
        Columns WEEKDAYS (0 or 1), then EFFECTS (0 to 1).
    """

    first_date: dt.date
    regressors: FloatArray

    @property
    def weekday(self) -> IntArray:
        """Weekday of each date, 0 = Monday; shape (N,)."""
        return (self.first_date.weekday() + np.arange(len(self.regressors), dtype=np.int64)) % 7


def day_types(first_date: dt.date, is_open: BoolArray, holiday: BoolArray) -> DayTypes:
    """Describe consecutive dates.

    Parameters
    ----------
    first_date : date
    is_open : ndarray of bool, shape (N,)
        The centre is open on that date.
    holiday : ndarray of bool, shape (N,)
        The date is a holiday, open or closed.

    Returns
    -------
    DayTypes
        - open_holiday: a holiday on which the centre works.
        - after_closed: first open working day after a holiday that was closed; what waited comes in then.
        - bridge: the Friday after a closed Thursday, or the Monday before a closed Tuesday; many customers are away.
        - before_closed: last open working day before a closed holiday.
        - month_start: 1, 2/3, 1/3 on the first three open working days of the month.
        - month_end: 0.2, ..., 1 on the last five.
        Working days are Monday to Friday; weekends have none of the last five effects.
    """
    days = len(is_open)
    weekday = (first_date.weekday() + np.arange(days)) % 7
    work = is_open & (weekday < 5)
    closed_holiday = holiday & ~is_open & (weekday < 5)
    columns = np.zeros((days, len(WEEKDAYS) + len(EFFECTS)))
    columns[np.arange(days), weekday] = 1.0
    effect = dict(zip(EFFECTS, columns.T[len(WEEKDAYS) :], strict=True))
    effect["open_holiday"][:] = holiday & is_open
    after = work & _touches(closed_holiday, is_open)
    before = work & _touches(closed_holiday[::-1], is_open[::-1])[::-1]
    bridge = (after & (weekday == 4)) | (before & (weekday == 0))
    effect["after_closed"][:] = after & ~bridge
    effect["bridge"][:] = bridge
    effect["before_closed"][:] = before & ~bridge
    effect["month_start"][:], effect["month_end"][:] = _month_ramps(first_date, work)
    return DayTypes(first_date, columns)


def _touches(closed_holiday: BoolArray, is_open: BoolArray) -> BoolArray:
    """Whether a closed holiday lies in the run of closed days that ends right before each date; shape (N,)."""
    result = np.zeros(len(is_open), dtype=np.bool_)
    pending = False
    for day in range(len(is_open)):
        result[day] = pending
        pending = False if is_open[day] else pending or bool(closed_holiday[day])
    return result


def _month_ramps(first_date: dt.date, work: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Ramps over the first and last working days of each month; shape (N,) each.

    Months that the dates cover only in part are completed with their weekdays, as if nothing else were closed.
    """
    start, end = np.zeros(len(work)), np.zeros(len(work))
    if not len(work):
        return start, end
    last = first_date + dt.timedelta(days=len(work) - 1)
    month = first_date.replace(day=1)
    while month <= last:
        following = (month + dt.timedelta(days=31)).replace(day=1)
        span = [month + dt.timedelta(days=day) for day in range((following - month).days)]
        index = [(date - first_date).days for date in span]
        working = [
            i for date, i in zip(span, index, strict=True) if (work[i] if 0 <= i < len(work) else date.weekday() < 5)
        ]
        for rank, i in enumerate(working[:_START_DAYS]):
            if 0 <= i < len(work):
                start[i] = (_START_DAYS - rank) / _START_DAYS
        for rank, i in enumerate(reversed(working[-_END_DAYS:])):
            if 0 <= i < len(work):
                end[i] = (_END_DAYS - rank) / _END_DAYS
        month = following
    return start, end
