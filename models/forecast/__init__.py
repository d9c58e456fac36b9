"""Interval history -> contacts and handling time per open interval of the plan, with its backtested error."""

from models.forecast.backtest import Backtest
from models.forecast.entry import forecast, options_of
from models.forecast.run import COLUMNS, Forecast, ForecastOptions, forecast_frame

__all__ = ["COLUMNS", "Backtest", "Forecast", "ForecastOptions", "forecast", "forecast_frame", "options_of"]
