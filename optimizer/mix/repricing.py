"""A program with other prices and another floor of the satisfaction, without building it again."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from models.mix.case import MixCase
from optimizer.mix.formulation import unit_of_money
from optimizer.mix.paying import cell_costs
from optimizer.mix.program import MixProgram
from optimizer.mix.rules import CSAT

CHANNEL_PRICES = ("unit_price", "resolution_price", "licence_price")
_PARTS = (
    "periods", "days", "contact_types", "pools", "segments", "tiers", "links", "issues", "price_tiers", "today",
)  # fmt: skip


def is_price_alone(one: MixCase, other: MixCase) -> bool:
    """Say whether a program of one case is one of the other, but for its costs and the floor of the satisfaction."""
    if one.settings.budget is not None or one.settings.budget_per_period is not None:
        return False  # prices stand in their rows too
    if (one.settings.csat_floor is None) != (other.settings.csat_floor is None):
        return False
    return (
        _structure(one) == _structure(other)
        and all(_is_same(getattr(one, name), getattr(other, name)) for name in _PARTS)
        and _is_same(_unpriced(one), _unpriced(other))
        and len(one.cost_tables) == len(other.cost_tables)
        and all(
            (a.pool, a.service_level) == (b.pool, b.service_level)
            and np.array_equal(a.load_hours_per_week, b.load_hours_per_week)
            for a, b in zip(one.cost_tables, other.cost_tables, strict=True)
        )
    )


def _structure(case: MixCase) -> Any:
    people = case.settings.people.model_copy(update={"cost_per_hour": 0.0, "by_pool": {}})
    return case.settings.model_copy(update={"csat_floor": None, "lost_cost": 0.0, "people": people})


def _unpriced(case: MixCase) -> tuple[Any, ...]:
    """Channels without their prices; whether a licence has one says whether it is counted."""
    channels = case.channels
    rest = [getattr(channels, item.name) for item in fields(channels) if item.name not in CHANNEL_PRICES]
    return (*rest, channels.licence_price > 0)


def _is_same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(_is_same, one, other))
    if is_dataclass(one):
        return all(_is_same(getattr(one, item.name), getattr(other, item.name)) for item in fields(one))
    return bool(one == other)


def with_prices(mix: MixProgram, case: MixCase) -> MixProgram:
    """Return a program with the prices and the floor of another case (`is_price_alone`)."""
    old, count = mix.program, len(mix.cells.link)
    cost = old.cost * mix.money
    cost[:count] = cell_costs(case, mix.cells)
    for h, period in np.argwhere(mix.licences >= 0).tolist():
        cost[mix.licences[h, period]] = case.channels.licence_price[h]
    for one in mix.staffing:
        cost[one.columns] = case.table_of(one.pool).cost_per_week * (float(case.days[one.period]) / 7)
    money = unit_of_money(cost[:count])
    floors = {row.row for row in mix.rule_rows if row.rule.kind == CSAT}
    level, matrix = float(case.settings.csat_floor or 0.0), old.matrix
    rows = mix.rule_rows
    if floors and level != mix.case.settings.csat_floor:
        matrix = matrix.copy()
        rows = tuple(replace(row, level=level) if row.row in floors else row for row in rows)
        for row in rows:
            if row.row in floors:
                matrix[row.row, row.base] = -level
    program = replace(old, cost=cost / money, matrix=matrix)
    return replace(mix, case=case, money=money, program=program, rule_rows=rows)
