"""A forecast in short: contacts per week and past errors by contact type, as a table and as plain values for JSON."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from models.forecast.backtest import TOTAL, Backtest
from models.forecast.run import Forecast

ERRORS = ("wape", "wape_seasonal_naive", "wape_naive_open", "coverage_80", "bias")


def summary(forecast: Forecast, days: int) -> pd.DataFrame:
    """Sum up a forecast by contact type.

    Parameters
    ----------
    forecast : Forecast
    days : int
        Length of the horizon.

    Returns
    -------
    DataFrame
        One row per contact type and a last row "total": contact_type, contacts_per_week, aht_s (contact-weighted; NaN
        without contacts), wape, wape_seasonal_naive, wape_naive_open, improvement (over wape_seasonal_naive),
        coverage_80, bias, method. NaN where there is no backtest.
    """
    demand = forecast.demand
    work = (demand["contacts"] * demand["aht_s"]).groupby(demand["contact_type"], sort=False).sum()
    contacts = (
        demand.groupby("contact_type", sort=False)["contacts"].sum().reindex(list(forecast.methods), fill_value=0)
    )
    work = work.reindex(contacts.index, fill_value=0.0)
    contacts.loc[TOTAL], work.loc[TOTAL] = contacts.sum(), work.sum()
    table = pd.DataFrame({"contact_type": contacts.index.astype(str)})
    table["contacts_per_week"] = (contacts * 7 / days).to_numpy()
    table["aht_s"] = (work / contacts.where(contacts > 0)).to_numpy()
    errors = None if forecast.backtest is None else forecast.backtest.table.reset_index(drop=True)
    for name in ERRORS:
        table[name] = float("nan") if errors is None else errors[name]
    naive = table["wape_seasonal_naive"]
    table.insert(6, "improvement", 1.0 - table["wape"] / naive.where(naive > 0))
    table["method"] = [*forecast.methods.values(), ""]
    return table


def as_values(forecast: Forecast, days: int) -> dict[str, Any]:
    """Turn a forecast's summary into values that JSON can hold; NaN becomes None."""
    rows = summary(forecast, days).to_dict(orient="records")
    clean = [{str(name): _plain(value) for name, value in row.items()} for row in rows]
    return {
        "method": forecast.method,
        "notes": list(forecast.notes),
        "contact_types": clean[:-1],
        TOTAL: clean[-1],
        "backtest": None if forecast.backtest is None else _span(forecast.backtest),
    }


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def _span(backtest: Backtest) -> dict[str, Any]:
    """Which weeks were held out."""
    return {
        "weeks": backtest.weeks,
        "lead_weeks": backtest.lead_weeks,
        "first_date": backtest.first_date.isoformat(),
        "last_date": backtest.last_date.isoformat(),
    }
