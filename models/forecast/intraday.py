"""How a day's contacts, and their handling time, spread over the day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.calendar import BoolArray
from models.forecast.history import DayCube

FloatArray = npt.NDArray[np.float64]

_HALF_LIFE_WEEKS = 8.0
# Contacts that a prior weighs: a type's own weekday against its days of the same class, those against all types.
_PRIOR_WEEKDAY, _PRIOR_TYPE = 1000.0, 50.0
_AHT_HALF_LIFE_WEEKS = 4.0
_AHT_PRIOR_LEVEL, _AHT_PRIOR_SHAPE = 20.0, 50.0
_CLASSES = ((0, 1, 2, 3, 4), (5,), (6,))


def profiles(cube: DayCube, usable: BoolArray) -> FloatArray:
    """Share of a regular day's contacts in each slot.

    Parameters
    ----------
    cube : DayCube
    usable : ndarray of bool, shape (K, D)
        Days to learn from; the last date of the cube is the most recent.

    Returns
    -------
    ndarray, shape (K, 7, S)
        Zero outside the regular hours; adds up to 1 over a weekday that has regular hours. A weekday's own counts are
        drawn to those of all working days of the type (Saturday and Sunday stand alone), and those to all types.
        A type or weekday without contacts is flat over its regular hours.
    """
    kinds, days, slots = cube.contacts.shape
    weight = 0.5 ** ((days - 1.0 - np.arange(days)) / (7.0 * _HALF_LIFE_WEEKS)) * usable
    counts = np.zeros((kinds, 7, slots))
    for day in range(7):
        at = cube.weekday == day
        counts[:, day] = np.einsum("kds,kd->ks", cube.contacts[:, at], weight[:, at])
    counts *= cube.regular
    result = np.zeros_like(counts)
    for group in _CLASSES:
        own = counts[:, group].sum(axis=1)
        hours = cube.regular[:, group].any(axis=1)
        pooled = np.where(hours, _shares(own.sum(axis=0))[None], 0.0)
        pooled = _shares(np.where(pooled.sum(axis=1, keepdims=True) > 0, pooled, hours.astype(np.float64)))
        base = _shares(own + _PRIOR_TYPE * pooled)
        result[:, group] = counts[:, group] + _PRIOR_WEEKDAY * base[:, None]
    return _shares(result * cube.regular)


def _shares(counts: FloatArray) -> FloatArray:
    """Counts to shares along the last axis; zeros stay zeros."""
    total = counts.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(counts, total, out=np.zeros_like(counts), where=total > 0), dtype=np.float64)


def handling_times(cube: DayCube, default_aht_s: FloatArray) -> FloatArray:
    """Mean handling time by contact type and slot.

    Parameters
    ----------
    cube : DayCube
    default_aht_s : ndarray, shape (K,)
        For types without handling times in the history.

    Returns
    -------
    ndarray, shape (K, S)
        Seconds. Recent contact-weighted level, drawn to the level of the whole history, times the shape of the day,
        drawn to flat.
    """
    days = cube.days
    weight = 0.5 ** ((days - 1.0 - np.arange(days)) / (7.0 * _AHT_HALF_LIFE_WEEKS))
    work = np.nan_to_num(cube.aht_s) * cube.handled
    number, seconds = cube.handled.sum(axis=(1, 2)), work.sum(axis=(1, 2))
    overall = np.divide(seconds, number, out=default_aht_s.astype(np.float64), where=number > 0)
    recent_n = np.einsum("kds,d->k", cube.handled, weight)
    recent_s = np.einsum("kds,d->k", work, weight)
    level = (recent_s + _AHT_PRIOR_LEVEL * overall) / (recent_n + _AHT_PRIOR_LEVEL)
    by_slot_n, by_slot_s = cube.handled.sum(axis=1), work.sum(axis=1)
    shape = (by_slot_s + _AHT_PRIOR_SHAPE * overall[:, None]) / (by_slot_n + _AHT_PRIOR_SHAPE)
    flat = np.maximum(overall, 1e-9)[:, None]
    return np.asarray(level[:, None] * shape / flat, dtype=np.float64)
