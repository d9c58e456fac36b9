"""What an entry of the cache depends on, as digests: scenarios that agree in it share the entry."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pandas as pd

from models.scenario import Scenario
from optimizer.batch.keys import digest
from optimizer.shifts.engine import Limits

_NOT_FORECAST = frozenset(
    {"name", "description", "currency", "service", "shrinkage", "pay", "limits", "shifts", "horizon_edges", "solve"}
)
_NOT_REQUIRED = frozenset({"name", "description", "currency", "pay", "limits", "shifts", "forecast", "solve"})
_POOL_PAY = ("wage_per_hour", "max_heads", "planned_shrinkage")


def forecast_parts(scenario: Scenario) -> list[bytes]:
    """All that the forecast of a scenario depends on: history, calendar, hours, and the settings of forecasting."""
    settings = scenario.settings.model_dump(mode="json", exclude=set(_NOT_FORECAST))
    hours = {name: [pool.week, pool.contact_types] for name, pool in scenario.pools.items()}
    days = {str(date): name for date, name in scenario.holidays.items()}
    types = scenario.contact_types[["contact_type", "kind", "aht_s"]]
    frames = [types, *(one for one in (scenario.history, scenario.demand) if one is not None)]
    return [_text([settings, hours, days]), *(_frame(one) for one in frames)]


def requirement_parts(scenario: Scenario, demand: pd.DataFrame) -> list[bytes]:
    """All that the requirement of a scenario depends on: the demand, the service of its pools, contact types, hours."""
    settings = scenario.settings.model_dump(mode="json", exclude=set(_NOT_REQUIRED))
    pools = {
        name: {field: value for field, value in vars(pool).items() if field not in (*_POOL_PAY, "open")}
        for name, pool in scenario.pools.items()
    }
    masks = [np.packbits(pool.open).tobytes() for pool in scenario.pools.values()]
    return [_text([settings, pools]), *masks, _frame(scenario.contact_types), _frame(demand)]


def schedule_parts(scenario: Scenario, demand: pd.DataFrame, limits: Limits) -> list[bytes]:
    """All that the cost of a scenario's schedule depends on: its requirement, pay, shifts, limits, and the search."""
    settings = scenario.settings.model_dump(mode="json", include={"pay", "limits", "shifts"})
    pay = {name: [getattr(pool, field) for field in _POOL_PAY] for name, pool in scenario.pools.items()}
    return [*requirement_parts(scenario, demand), _text([settings, pay, dataclasses.asdict(limits)])]


def _text(content: Any) -> bytes:
    return json.dumps(content, sort_keys=True, default=str).encode()


def _frame(frame: pd.DataFrame) -> bytes:
    """Digest of a frame: names, types and cells, in their order."""
    head = [[str(name), str(kind)] for name, kind in frame.dtypes.items()]
    cells = b"".join(
        column.to_numpy(dtype="float64").tobytes()
        if pd.api.types.is_numeric_dtype(column.dtype)
        else pd.util.hash_pandas_object(column, index=False).to_numpy().tobytes()
        for _, column in frame.items()
    )
    return digest(_text(head) + cells).encode()
