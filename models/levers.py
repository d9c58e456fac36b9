"""Three levers on the cost of service: handle time, cost of a contact, number of contacts (U20)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

import pandas as pd

from models.money import minor_units

LEVERS = ("handle_time", "cost_per_contact", "contacts")
"""Handle time, cost of a contact at an unchanged handle time (pay, channel), number of contacts."""


def levers(cost: float, changes: Mapping[str, float]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Saving when several levers move at once, and how much of it each one earned.

    cost = contacts x handle time x cost of a unit of it, so that effects multiply: new cost = cost x prod(1 + change).
    Each lever is credited with its Shapley value: its effect averaged over all orders in which the levers may be
    pulled. That needs no order, adds up to the whole, and gives a lever that does not move nothing.

    Parameters
    ----------
    cost : float
        Cost before, currency; >= 0.
    changes : mapping of str to float
        Change of each lever as a share (-0.15 is 15 % less), >= -1; names from `LEVERS`, but any will do.

    Returns
    -------
    effects : DataFrame
        lever, change (share), alone_saving (if only it moved), saving (its part of the whole), saving_share (of the
        cost before); then "together". Money is currency, positive when cost falls; the parts add up to the whole to
        the cent, the largest one taking what rounding leaves.
    notes : tuple of str
        What adding the changes up would have claimed.

    Raises
    ------
    ValueError
        A negative or infinite cost, no lever, or a change below -1.

    Notes
    -----
    Source: L. S. Shapley, A value for n-person games (1953). For two levers a and b the value is
    -a (1 + b / 2) x cost: half of what they do jointly.
    """
    if not (math.isfinite(cost) and cost >= 0):
        raise ValueError("the cost must be a finite amount that is not negative")
    if not changes or any(not (math.isfinite(change) and change >= -1) for change in changes.values()):
        raise ValueError("a change is a share of at least -1 (nothing left); give at least one")
    factors = {name: 1.0 + change for name, change in changes.items()}
    shares = {name: _shapley(name, factors) for name in factors}
    whole = int(minor_units(cost)) - int(minor_units(cost * math.prod(factors.values())))
    parts = {name: int(minor_units(cost * share)) for name, share in shares.items()}
    largest = max(parts, key=lambda name: abs(parts[name]))
    parts[largest] += whole - sum(parts.values())
    base = int(minor_units(cost))
    rows = [
        (name, changes[name], int(minor_units(-cost * changes[name])) / 100, parts[name] / 100, shares[name])
        for name in factors
    ]
    total = 1.0 - math.prod(factors.values())
    rows.append(("together", -total, whole / 100, whole / 100, total))
    frame = pd.DataFrame(rows, columns=["lever", "change", "alone_saving", "saving", "saving_share"])
    added = -sum(changes.values())
    notes = [f"cost before {base / 100:,.2f}, after {(base - whole) / 100:,.2f}"]
    if abs(added - total) > 1e-12:
        notes.append(f"effects multiply: {-total:+.2%} of the cost, not the {-added:+.2%} that adding up would claim")
    return frame, tuple(notes)


def _shapley(name: str, factors: Mapping[str, float]) -> float:
    """Saving that one lever earns, as a share of the cost before."""
    others = [factor for other, factor in factors.items() if other != name]
    value = 0.0
    for size in range(len(others) + 1):
        weight = math.factorial(size) * math.factorial(len(others) - size) / math.factorial(len(others) + 1)
        value += weight * sum(math.prod(chosen) for chosen in itertools.combinations(others, size))
    return (1.0 - factors[name]) * value
