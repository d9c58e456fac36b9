"""Money: rounding as accountants do, and sharing out so that the parts are the whole, to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
EXACT = 2.0**53  # beyond it a float no longer holds every whole number of cents


def minor_units(amount: ArrayLike, decimals: int = 2) -> NDArray[np.int64]:
    """Amounts in whole minor units (cents), rounded half away from zero.

    Parameters
    ----------
    amount : array_like, any shape
        Currency.
    decimals : int
        Decimals of the currency: 2 for cents.

    Returns
    -------
    ndarray of int64, the same shape
        A half that floating point shifted (1.005 is stored as 1.00499...) still counts as a half.

    Raises
    ------
    ValueError
        If an amount is not finite, or too large to be held to the cent (2^53 minor units).
    """
    values = np.asarray(amount, dtype=np.float64)
    scaled = np.abs(values) * 10.0**decimals
    if not np.all(scaled < EXACT):
        raise ValueError("an amount is not finite, or too large to be exact to its last decimal")
    whole = np.floor(scaled * (1.0 + 4.0 * np.finfo(np.float64).eps) + 0.5)
    return np.asarray(np.sign(values) * whole, dtype=np.int64)


def round_money(amount: ArrayLike, decimals: int = 2) -> Any:
    """Amounts rounded to the minor unit, half away from zero (`minor_units`).

    Parameters
    ----------
    amount : array_like, any shape
        Currency.
    decimals : int
        Decimals of the currency.

    Returns
    -------
    float, or ndarray of the same shape
        Each the float nearest to its decimal amount.

    Raises
    ------
    ValueError
        As `minor_units`.
    """
    rounded = minor_units(amount, decimals) / 10.0**decimals
    return float(rounded) if np.ndim(amount) == 0 else rounded


def money_sum(amounts: ArrayLike, decimals: int = 2) -> float:
    """Sum of amounts that are each a whole number of minor units; exact, in whatever order they stand.

    Parameters
    ----------
    amounts : array_like
        Currency; each is rounded to the minor unit first.
    decimals : int
        Decimals of the currency.

    Returns
    -------
    float
        Currency.

    Raises
    ------
    ValueError
        As `minor_units`, also for the sum.
    """
    if np.abs(np.asarray(amounts, dtype=np.float64)).sum() * 10.0**decimals >= EXACT:
        raise ValueError("the amounts are too large for their sum to be exact to its last decimal")
    return float(int(minor_units(amounts, decimals).sum()) / 10.0**decimals)


def allocate(total: float, shares: Sequence[float] | ArrayLike, decimals: int = 2) -> Floats:
    """Share out an amount so that the parts add up to it, to the minor unit, by the largest remainder.

    Every part gets its exact share rounded down; the minor units that are left go one each to the parts that lost most
    by it (Hamilton's method). Among equal remainders the earlier part comes first. A negative total is shared out as
    its positive and negated. No part is further than one minor unit from its exact share.

    Parameters
    ----------
    total : float
        Currency; rounded to the minor unit first.
    shares : array_like, shape (n,)
        Weights >= 0; they need not add up to 1.
    decimals : int
        Decimals of the currency.

    Returns
    -------
    ndarray, shape (n,)
        Currency; ``money_sum`` of them is the total.

    Raises
    ------
    ValueError
        If a share is negative or not finite, or all are zero (or there is none) while the total is not.
    """
    weights = np.asarray(shares, dtype=np.float64)
    if weights.ndim != 1 or not np.all(np.isfinite(weights)) or np.any(weights < 0):
        raise ValueError("shares must be one row of finite numbers that are not negative")
    units = int(minor_units(total, decimals))
    if units == 0:
        return np.zeros(len(weights))
    if not np.any(weights > 0):
        raise ValueError("nothing to share by: every share is zero")
    weights = weights / weights.max()  # so that their sum cannot overflow
    exact = abs(units) * (weights / weights.sum())
    parts = np.floor(exact).astype(np.int64)
    left = abs(units) - int(parts.sum())
    # Floating point may put a share that is whole a hair above or below it; `left` is then a few units off, either way.
    order = np.argsort(-np.where(weights > 0, exact - parts, -1.0), kind="stable")[: int((weights > 0).sum())]
    while left > 0:
        parts[order[:left]] += 1
        left -= min(left, len(order))
    for place in order[::-1]:
        if left >= 0:
            break
        if parts[place] > 0:
            parts[place] -= 1
            left += 1
    return np.asarray(np.sign(units) * parts, dtype=np.float64) / 10.0**decimals
