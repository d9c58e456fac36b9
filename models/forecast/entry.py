"""The forecast of a scenario: its history, or the demand that came with it."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from models.forecast.history import history_grid
from models.forecast.run import COLUMNS, Forecast, ForecastOptions, forecast_cube, forecast_frame
from models.opening import opening
from models.scenario import Scenario

GIVEN = "given"


def options_of(scenario: Scenario) -> ForecastOptions:
    """Read the options from the settings."""
    chosen = scenario.settings.forecast
    return ForecastOptions(method=chosen.method, backtest_weeks=chosen.holdout_weeks)


def forecast(scenario: Scenario, options: ForecastOptions | None = None) -> Forecast:
    """Find the demand of every contact type in every open interval of the horizon.

    Demand that the scenario gives is passed through, its bounds equal to itself. Otherwise the history is extrapolated;
    without one there are no contacts. Neither is an error.

    Parameters
    ----------
    scenario : Scenario
    options : ForecastOptions, optional
        Instead of those in the settings.

    Returns
    -------
    Forecast
        On the scenario's grid, open intervals only.
    """
    if scenario.demand is not None:
        return _given(scenario.demand)
    options = options or options_of(scenario)
    names = [str(name) for name in scenario.contact_types["contact_type"]]
    default_aht_s = dict(zip(names, scenario.contact_types["aht_s"].astype(float), strict=True))
    is_open = {name: scenario.open_mask(name) for name in names}
    history = _recent(scenario)
    if history is None or history.empty:
        return forecast_cube(None, scenario.grid, is_open, scenario.holidays, default_aht_s, options)
    on = history_grid(history, scenario.grid.time_zone, scenario.grid.interval_min)
    holidays = scenario.settings.holidays
    week_of = {name: pool.week for pool in scenario.pools.values() for name in pool.contact_types}
    history_open = {name: opening(on, week_of[name], holidays) for name in names}
    return forecast_frame(history, history_open, on, scenario.grid, is_open, scenario.holidays, default_aht_s, options)


def _recent(scenario: Scenario) -> pd.DataFrame | None:
    """The part of the history that may be used: the last weeks before the horizon when the settings say so."""
    history, weeks = scenario.history, scenario.settings.forecast.history_weeks
    if history is None or weeks is None:
        return history
    first = pd.Timestamp(scenario.grid.first_date - dt.timedelta(weeks=weeks), tz=scenario.grid.time_zone)
    return history[history["start"] >= first]


def _given(demand: pd.DataFrame) -> Forecast:
    """Demand as given, as a forecast."""
    frame = demand.assign(contacts_low=demand["contacts"], contacts_high=demand["contacts"])[list(COLUMNS)]
    methods = dict.fromkeys((str(name) for name in frame["contact_type"].unique()), GIVEN)
    return Forecast(frame.reset_index(drop=True), None, GIVEN, methods)
