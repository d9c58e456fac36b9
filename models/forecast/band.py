"""The 80 % interval of a forecast: chance within the interval of time, plus error in the day's level.

Contacts are taken as Poisson with a random mean whose relative standard deviation is the `spread`: a variance of
mean + (spread * mean)^2, as in the negative binomial. Its quantiles are read off the gamma distribution of the same
mean and variance, with a continuity correction; they agree with the exact ones to one contact.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammainc, gammaincinv

FloatArray = npt.NDArray[np.float64]

COVERAGE = 0.8
# Spread before anything was observed, and how many days of observations that belief weighs.
_PRIOR_SPREAD, _PRIOR_DAYS = 0.2, 2.0
MAX_SPREAD = 2.0
_MIN_SPREAD, _HALVINGS = 0.01, 9


def bounds(mean: FloatArray, spread: FloatArray | float) -> tuple[FloatArray, FloatArray]:
    """Bounds between which the contacts lie with a chance of at least 80 %.

    Parameters
    ----------
    mean : ndarray
        Expected contacts, not negative.
    spread : ndarray or float
        Relative standard deviation of the mean, broadcast against it.

    Returns
    -------
    low, high : ndarray
        Whole contacts, the 10 % and the 90 % quantile; both included. 0 and 0 where nothing is expected.
    """
    some = mean > 0
    safe = np.where(some, mean, 1.0)
    shape = safe / (1.0 + np.square(spread) * safe)
    tail = (1.0 - COVERAGE) / 2.0
    low = np.ceil(gammaincinv(shape, tail) / shape * safe - 0.5)
    high = np.ceil(gammaincinv(shape, 1.0 - tail) / shape * safe - 0.5)
    return np.where(some, np.maximum(low, 0.0), 0.0), np.where(some, np.maximum(high, 0.0), 0.0)


def covered(actual: FloatArray, mean: FloatArray, spread: FloatArray | float) -> npt.NDArray[np.bool_]:
    """Say where the actual contacts lie within `bounds`.

    Asked of the distribution, not of its quantiles, which gives the same answer several times faster:
    ceil(q - 1/2) <= n is the same as q <= n + 1/2, and n <= ceil(q - 1/2) the same as n - 1/2 < q.
    """
    some = mean > 0
    safe = np.where(some, mean, 1.0)
    shape = safe / (1.0 + np.square(spread) * safe)
    rate = shape / safe
    tail = (1.0 - COVERAGE) / 2.0
    reached = gammainc(shape, (actual + 0.5) * rate) >= tail
    within = gammainc(shape, np.maximum(actual - 0.5, 0.0) * rate) < 1.0 - tail
    return np.asarray(np.where(some, reached & within, actual == 0), dtype=np.bool_)


def calibrate(actual: FloatArray, mean: FloatArray, days: int) -> float:
    """Find the spread at which 80 % of past intervals lie within the bounds.

    Parameters
    ----------
    actual, mean : ndarray, shape (N,)
        What came, and what had been forecast.
    days : int
        Number of days that the intervals belong to; few days are drawn to a spread of 0.2.

    Returns
    -------
    float
        Spread, 0.01 to 2.
    """
    some = mean > 0
    actual, mean = actual[some], mean[some]
    if actual.size == 0:
        return _PRIOR_SPREAD
    low, high = _MIN_SPREAD, MAX_SPREAD
    for _ in range(_HALVINGS):
        middle = np.sqrt(low * high)
        if covered(actual, mean, middle).mean() >= COVERAGE:
            high = middle
        else:
            low = middle
    return float(np.exp((days * np.log(high) + _PRIOR_DAYS * np.log(_PRIOR_SPREAD)) / (days + _PRIOR_DAYS)))
