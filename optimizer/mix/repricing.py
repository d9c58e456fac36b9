"""A program with other prices and another floor of the satisfaction, without building it again."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from models.mix.case import MixCase
from models.mix.renumbering import CHANNEL_PRICES
from optimizer.mix.formulation import unit_of_money
from optimizer.mix.paying import cell_costs
from optimizer.mix.program import MixProgram
from optimizer.mix.rules import CSAT
from optimizer.solve import Program

_PARTS = (
    "periods", "days", "contact_types", "pools", "segments", "tiers", "links", "issues", "price_tiers", "cost_planes",
    "today",
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
    program = replace(old, cost=cost / money)
    level = case.settings.csat_floor
    if level is None or level == mix.case.settings.csat_floor:
        return replace(mix, case=case, money=money, program=program)
    return replace(_at_floor(mix, program, level), case=case, money=money)


def _at_floor(mix: MixProgram, program: Program, level: float) -> MixProgram:
    """Return a program with another floor of the overall satisfaction, over which tiers lead at least."""
    matrix, lower, upper = program.matrix.copy(), program.row_lower.copy(), program.row_upper.copy()
    columns, rows, lead = program.upper.copy(), list(mix.rule_rows), mix.lead
    for place, row in enumerate(rows):
        if row.rule.kind == CSAT:
            _set(matrix, row.row, row.base, -level)
            rows[place] = replace(row, level=level)
    if lead is not None:
        low = max(float(mix.case.links.csat.min()), level)  # as `lead_range`
        lead = replace(lead, low=low)
        columns[lead.theta] = max(lead.high - low, 0.0)
        for plane in lead.planes:
            of_base, lower[plane.row], upper[plane.row] = plane.numbers(low, lead.high)
            _set(matrix, plane.row, plane.base, of_base)
    program = replace(program, matrix=matrix, upper=columns, row_lower=lower, row_upper=upper)
    return replace(mix, program=program, rule_rows=tuple(rows), lead=lead)


def _set(matrix: sparse.csc_matrix, row: int, column: int, value: float) -> None:
    """Change a coefficient that stands in the matrix."""
    begin, end = matrix.indptr[column], matrix.indptr[column + 1]
    matrix.data[begin + int(np.flatnonzero(matrix.indices[begin:end] == row)[0])] = value
