"""How entries of the cache are written: numbers as NumPy arrays, the rest as JSON, tables as Parquet; never code.

An entry is an uncompressed .npz file whose first array is JSON: a record, and the names of the further arrays. A reader
raises ValueError, KeyError or TypeError for what it did not write.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.backlog import DeferrableWork
from models.calendar import TimeGrid
from models.forecast import Backtest, Forecast
from models.requirement.records import PoolRequirement, Requirement
from optimizer.batch.reuse import Format

Arrays = Mapping[str, NDArray[Any]]
POOL_ARRAYS = (
    "open", "contacts", "aht_s", "patience_s", "load_erlang", "floor_agents", "target_agents", "service_level",
    "deferrable_agents", "concurrency", "target_shift",
)  # fmt: skip


def pack(record: object, arrays: Arrays) -> bytes:
    """Write a JSON value and arrays as one .npz file.

    Raises
    ------
    ValueError
        An array holds objects.
    """
    if objects := [name for name, array in arrays.items() if array.dtype.hasobject]:
        raise ValueError(f"arrays of objects are not kept: {', '.join(objects)}")
    out = io.BytesIO()
    text = json.dumps([record, list(arrays)]).encode()
    np.savez(out, np.frombuffer(text, dtype=np.uint8), *arrays.values())
    return out.getvalue()


def unpack(content: bytes) -> tuple[Any, dict[str, NDArray[Any]]]:
    """Read what `pack` wrote.

    Raises
    ------
    ValueError, KeyError
        It is something else.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as found:
            text, *arrays = (found[f"arr_{place}"] for place in range(len(found.files)))
    except (OSError, EOFError, zipfile.BadZipFile, AttributeError, TypeError) as problem:
        raise ValueError("no entry of the cache") from problem
    record, names = json.loads(text.tobytes())
    return record, dict(zip(names, arrays, strict=True))


def _frame_bytes(frame: pd.DataFrame) -> NDArray[np.uint8]:
    out = io.BytesIO()
    frame.to_parquet(out, engine="pyarrow", compression="zstd")
    return np.frombuffer(out.getvalue(), dtype=np.uint8)


def _kinds(frame: pd.DataFrame) -> dict[str, str]:
    return {str(name): str(kind) for name, kind in frame.dtypes.items()}


def _frame_of(content: NDArray[Any], kinds: Mapping[str, str]) -> pd.DataFrame:
    frame = pd.read_parquet(io.BytesIO(content.tobytes()), engine="pyarrow")
    # Parquet knows one kind of text and pandas two
    return frame.astype({name: kind for name, kind in kinds.items() if str(frame[name].dtype) != kind})


def write_forecast(forecast: Forecast) -> bytes:
    """Write a forecast with its backtest."""
    arrays = {"demand": _frame_bytes(forecast.demand)}
    past = forecast.backtest
    told = None
    if past is not None:
        arrays["backtest"] = _frame_bytes(past.table)
        told = {
            "weeks": past.weeks, "lead_weeks": past.lead_weeks, "kinds": _kinds(past.table),
            "first_date": past.first_date.isoformat(), "last_date": past.last_date.isoformat(),
        }  # fmt: skip
    record = {
        "kinds": _kinds(forecast.demand), "backtest": told, "method": forecast.method,
        "methods": list(forecast.methods.items()), "notes": list(forecast.notes),
    }  # fmt: skip
    return pack(record, arrays)


def read_forecast(content: bytes) -> Forecast:
    """Read what `write_forecast` wrote."""
    record, arrays = unpack(content)
    told, past = record["backtest"], None
    if told is not None:
        first, last = (dt.date.fromisoformat(told[name]) for name in ("first_date", "last_date"))
        table = _frame_of(arrays["backtest"], told["kinds"])
        past = Backtest(told["weeks"], told["lead_weeks"], first, last, table)
    demand = _frame_of(arrays["demand"], record["kinds"])
    return Forecast(demand, past, record["method"], dict(record["methods"]), tuple(record["notes"]))


def write_requirement(requirement: Requirement) -> bytes:
    """Write a requirement: its grid, and the arrays of each pool and of its deferrable work."""
    arrays: dict[str, NDArray[Any]] = {}
    pools = []
    for place, pool in enumerate(requirement.pools.values()):
        arrays |= {f"{place}.{name}": getattr(pool, name) for name in POOL_ARRAYS}
        works = []
        for number, work in enumerate(pool.deferrable):
            arrays[f"{place}.{number}.work"] = work.work
            if work.open is not None:
                arrays[f"{place}.{number}.open"] = work.open
            works.append([work.contact_type, work.deadline_intervals])
        pools.append({"pool": pool.pool, "deferrable": works})
    grid = requirement.grid
    told = [grid.time_zone, grid.first_date.isoformat(), grid.days, grid.interval_min]
    return pack({"grid": told, "pools": pools}, arrays)


def read_requirement(content: bytes) -> Requirement:
    """Read what `write_requirement` wrote."""
    record, arrays = unpack(content)
    zone, first, days, step = record["grid"]
    pools = {}
    for place, told in enumerate(record["pools"]):
        works = tuple(
            DeferrableWork(name, arrays[f"{place}.{number}.work"], deadline, arrays.get(f"{place}.{number}.open"))
            for number, (name, deadline) in enumerate(told["deferrable"])
        )
        own = {name: arrays[f"{place}.{name}"] for name in POOL_ARRAYS}
        pools[told["pool"]] = PoolRequirement(pool=told["pool"], deferrable=works, **own)
    return Requirement(TimeGrid(zone, dt.date.fromisoformat(first), days, step), pools)


FORECAST = Format(write_forecast, read_forecast)
REQUIREMENT = Format(write_requirement, read_requirement)
