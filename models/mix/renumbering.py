"""A channel mix with other numbers in some of its tables: what was checked of its names and shares stays checked.

Prices, costs and volumes can change without changing who serves what, so that the case of the tables before is taken
over and only these numbers are read and checked again. What else changes, or a number that turns a cell on or off (a
volume that was 0), asks for reading everything again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pandas as pd

from models.faults import FaultLog
from models.mix.assemble import cost_tables_of, issues_of, price_tiers_of
from models.mix.case import MixCase
from models.mix.frames import MixTables
from models.mix.reach import check_reach
from models.mix.setting_checks import check_pool_costs

NUMBERS = {
    "volumes": ("issues",),
    "pool_costs": ("cost_per_week", "least_cost_per_week"),
    "channels": ("unit_price", "resolution_price", "licence_price"),
}
"""Columns that may have other numbers, by table."""
CHANNEL_PRICES = NUMBERS["channels"]
MOST_KNOWN = 256
"""So many tables are remembered."""


class Renumbering:
    """A case that was read in whole, with other numbers.

    Parameters
    ----------
    case : MixCase
    data : MixTables
        Its tables, in which no fault was found.
    """

    def __init__(self, case: MixCase, data: MixTables) -> None:
        self._case, self._data = case, data
        self._known: OrderedDict[int, tuple[pd.DataFrame, dict[str, Any] | None]] = OrderedDict()

    def with_tables(self, other: MixTables) -> MixCase | None:
        """Return the case of other tables that have other numbers only; None where more is other, or has faults.

        Parameters
        ----------
        other : MixTables
            Each sound by itself.
        """
        changes: dict[str, Any] = {}
        for item in fields(MixTables):
            if getattr(self._data, item.name) is getattr(other, item.name):
                continue
            part = self._part(item.name, other)
            if part is None:
                return None
            changes |= part
        return replace(self._case, **changes)

    def _part(self, name: str, other: MixTables) -> dict[str, Any] | None:
        """What a table with other numbers changes of the case; None where it has more than those, or faults."""
        frame: pd.DataFrame = getattr(other, name)
        known = self._known.get(id(frame))
        if known is None:
            part = None
            if name in NUMBERS and _is_alike(getattr(self._data, name), frame, NUMBERS[name]):
                part = self._checked(name, replace(self._data, **{name: frame}))
            known = self._known[id(frame)] = frame, part  # the frame is kept, so that its id stays its own
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return known[1]

    def _checked(self, name: str, other: MixTables) -> dict[str, Any] | None:
        part, log = _PARTS[name](self._case, other), FaultLog()
        if name == "pool_costs":
            check_pool_costs(other, log)
        if name == "volumes":
            check_reach(replace(self._case, **part), {}, log)
        return None if len(log) else part


def _is_alike(one: pd.DataFrame, other: pd.DataFrame, numbers: tuple[str, ...]) -> bool:
    """Say whether two tables have the same rows but for some numbers, which are blank and 0 in the same ones."""
    if not one.index.equals(other.index) or not one.columns.equals(other.columns):
        return False
    before, after = one[list(numbers)].to_numpy(dtype=float), other[list(numbers)].to_numpy(dtype=float)
    same = np.array_equal(np.isnan(before), np.isnan(after)) and np.array_equal(before > 0, after > 0)
    return same and one.drop(columns=list(numbers)).equals(other.drop(columns=list(numbers)))


def _volumes(case: MixCase, other: MixTables) -> dict[str, Any]:
    return {"issues": issues_of(other.volumes, list(case.contact_types), list(case.tiers.name), case.periods)}


def _pool_costs(case: MixCase, other: MixTables) -> dict[str, Any]:
    return {"cost_tables": cost_tables_of(other.pool_costs, list(case.pools))}


def _channels(case: MixCase, other: MixTables) -> dict[str, Any]:
    prices: dict[str, Any] = {
        name: other.channels[name].astype(float).fillna(0.0).to_numpy(dtype=float) for name in CHANNEL_PRICES
    }
    place = {name: number for number, name in enumerate(case.channels.name)}
    return {"channels": replace(case.channels, **prices), "price_tiers": price_tiers_of(other, place)}


_PARTS: dict[str, Callable[[MixCase, MixTables], dict[str, Any]]] = {
    "volumes": _volumes,
    "pool_costs": _pool_costs,
    "channels": _channels,
}
