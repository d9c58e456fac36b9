"""One forecast from one origin: everything before it is known, everything after is not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.calendar import BoolArray
from models.forecast.daymodel import DayModel, fit_days
from models.forecast.daytypes import DayTypes
from models.forecast.history import DayCube
from models.forecast.intraday import profiles

FloatArray = npt.NDArray[np.float64]

# A day of which less than this share is open says little about a full day.
_MIN_OPEN_SHARE = 0.1


@dataclass(frozen=True)
class Fitted:
    """A day model with the profile that spreads its days; for K contact types and S slots.

    Parameters
    ----------
    days : DayModel
    profile : ndarray, shape (K, 7, S)
    """

    days: DayModel
    profile: FloatArray

    def expect(self, types: DayTypes, first: int, last: int) -> FloatArray:
        """Contacts by slot of the dates first to last - 1 of `types`; shape (K, last - first, S)."""
        levels = self.days.expect(types.regressors[first:last])
        return np.asarray(levels[:, :, None] * self.profile[:, types.weekday[first:last]], dtype=np.float64)


def fit(cube: DayCube, types: DayTypes, half_life_weeks: float) -> Fitted:
    """Fit the whole history that is given.

    Parameters
    ----------
    cube : DayCube
        D dates; the forecast's origin is the date after the last.
    types : DayTypes
        Starting on the same date, at least D dates.
    half_life_weeks : float

    Returns
    -------
    Fitted
    """
    usable = cube.seen & cube.open.any(axis=2)
    usual = cube.regular[:, cube.weekday]
    whole = usable & (cube.open | ~usual).all(axis=2)
    profile = profiles(cube, np.where(whole.any(axis=1, keepdims=True), whole, usable))
    counted = cube.open & usual
    share = (profile[:, cube.weekday] * counted).sum(axis=2)
    usable &= share >= _MIN_OPEN_SHARE
    contacts = np.where(usable, (cube.contacts * counted).sum(axis=2) / np.where(usable, share, 1.0), 0.0)
    return Fitted(fit_days(contacts, usable, types, half_life_weeks), profile)


def seasonal_naive(cube: DayCube, days: int, skip: bool) -> FloatArray:
    """Repeat the last week before the origin.

    Parameters
    ----------
    cube : DayCube
        D dates before the origin.
    days : int
        Dates to forecast.
    skip : bool
        Pass over dates that were closed or are missing, to the same weekday of an earlier week; otherwise a closed
        date forecasts nothing, and only missing ones (open, without rows) are passed over.

    Returns
    -------
    ndarray, shape (K, days, S)
        Zeros where no such date is known.
    """
    opened = cube.open.any(axis=(0, 2))
    good: BoolArray = cube.seen & opened if skip else cube.seen | ~opened
    result = np.zeros((cube.contacts.shape[0], days, cube.contacts.shape[2]))
    for day in range(days):
        source = cube.days - 7 + day % 7
        while source >= 0 and not good[source]:
            source -= 7
        if source >= 0:
            result[:, day] = cube.contacts[:, source]
    return result
