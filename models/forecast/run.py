"""From a scenario's history to its demand: fit, forecast the horizon, judge by rolling origins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.calendar import DAY_MIN, DAY_NAMES, BoolArray, TimeGrid
from models.forecast.backtest import AUTO, NAIVE, Backtest, backtest, spreads, trials
from models.forecast.band import bounds
from models.forecast.daymodel import MEAN, NONE, REGRESSION, SCALED, SILENT
from models.forecast.daytypes import DayTypes, day_types
from models.forecast.history import DayCube, day_cube
from models.forecast.intraday import handling_times
from models.forecast.predict import Fitted, fit, seasonal_naive
from models.remark import remark

FloatArray = npt.NDArray[np.float64]

COLUMNS = ("start", "contact_type", "contacts", "aht_s", "contacts_low", "contacts_high")
_SAID = {
    REGRESSION: remark("daily regression with intraday profile (statsmodels WLS)"),
    SCALED: remark("pattern of all types at the type's own rate"),
    MEAN: remark("weekday means (history shorter than two weeks)"),
    SILENT: remark("silent for 20 open days, none forecast"),
    NONE: remark("no contacts in history, none forecast"),
    NAIVE: remark("last week repeated (seasonal naive)"),
}


@dataclass(frozen=True)
class ForecastOptions:
    """What may be chosen about a forecast.

    Parameters
    ----------
    method : str
        "auto" or "seasonal_naive".
    backtest_weeks : int
        Held-out weeks; 0 for no backtest.
    backtest_lead_weeks : int
        Weeks ahead that each of them is forecast; 1 is the week right after the origin.
    half_life_weeks : float
        A day this much older counts half. On VANAD 4 to 26 weeks differ by less than 0.3 points of WAPE.
    """

    method: str = AUTO
    backtest_weeks: int = 4
    backtest_lead_weeks: int = 1
    half_life_weeks: float = 8.0


@dataclass(frozen=True)
class Forecast:
    """Demand on the planning grid.

    Parameters
    ----------
    demand : DataFrame
        One row per contact type and open interval, by type, then time: start (time-zone aware), contact_type,
        contacts, aht_s, contacts_low, contacts_high (80 % interval, whole contacts).
    backtest : Backtest or None
        None when demand was given, no backtest was asked for, or the history is too short to hold a week out.
    method : str
        How it was made, for people; says which types fell back to something simpler.
    methods : mapping of contact type to str
        "regression", "scaled", "mean", "silent", "no history", "seasonal_naive" or "given".
    notes : tuple of str
        What a planner should know before trusting it.
    """

    demand: pd.DataFrame
    backtest: Backtest | None
    method: str
    methods: Mapping[str, str]
    notes: tuple[str, ...] = ()


def forecast_cube(
    cube: DayCube | None,
    grid: TimeGrid,
    is_open: Mapping[str, BoolArray],
    holidays: Mapping[dt.date, str],
    default_aht_s: Mapping[str, float],
    options: ForecastOptions,
) -> Forecast:
    """Forecast a planning grid from a history sorted by day and slot.

    Parameters
    ----------
    cube : DayCube or None
        History before the grid's first date, with the types of `is_open` in the same order; None when there is none.
    grid : TimeGrid
        T intervals, as long as the cube's slots.
    is_open : mapping of contact type to ndarray of bool, shape (T,)
    holidays : mapping of date to name
        Over the dates of the history and the grid.
    default_aht_s : mapping of contact type to float
        Seconds, for types whose history has no handling times.
    options : ForecastOptions

    Returns
    -------
    Forecast
    """
    names = list(is_open)
    slots = grid.minute_of_day // grid.interval_min
    if cube is None:
        zero = np.zeros((len(names), grid.days, DAY_MIN // grid.interval_min))
        aht = np.repeat(np.array([default_aht_s[name] for name in names])[:, None], zero.shape[2], axis=1)
        demand = _demand(grid, is_open, zero, zero, zero, aht)
        return Forecast(
            demand, None, _SAID[NONE], dict.fromkeys(names, NONE), (remark("there is no history before the plan"),)
        )
    if cube.slot_min != grid.interval_min:
        raise ValueError(f"a history in slots of {cube.slot_min} min cannot forecast {grid}")

    gap = (grid.first_date - cube.first_date).days
    types = _calendar(cube, grid, is_open, holidays)
    lead = options.backtest_lead_weeks
    tried = trials(cube, types, options.backtest_weeks, lead, options.half_life_weeks, options.method)
    fitted = fit(cube, types, options.half_life_weeks)
    ahead = np.arange(gap, gap + grid.days)
    if options.method == NAIVE:
        mean = seasonal_naive(cube, int(ahead[-1]) + 1 - cube.days, skip=True)[:, ahead - cube.days]
        methods = dict.fromkeys(names, NAIVE)
    else:
        mean = fitted.expect(types, gap, gap + grid.days)
        methods = dict(zip(names, fitted.days.methods, strict=True))
    weeks_ahead = (ahead - cube.days) // 7
    spread = spreads(tried, len(names), int(weeks_ahead[-1]) + 1)[:, weeks_ahead]
    low, high = bounds(mean, spread[:, :, None])
    aht = handling_times(cube, np.array([default_aht_s[name] for name in names], dtype=np.float64))
    report = backtest(cube, tried, options.backtest_weeks, lead) if options.backtest_weeks else None
    notes = _notes(cube, grid, is_open, fitted, slots, report, options)
    return Forecast(_demand(grid, is_open, mean, low, high, aht), report, _say(methods), methods, notes)


def forecast_frame(
    history: pd.DataFrame,
    history_open: Mapping[str, BoolArray],
    history_on: TimeGrid,
    grid: TimeGrid,
    is_open: Mapping[str, BoolArray],
    holidays: Mapping[dt.date, str],
    default_aht_s: Mapping[str, float],
    options: ForecastOptions | None = None,
) -> Forecast:
    """Forecast from plain frames; the part of `forecast` that knows no scenario.

    Parameters
    ----------
    history : DataFrame
        start (time-zone aware), contact_type, contacts, aht_s (NaN allowed), all before the grid's first date.
    history_open : mapping of contact type to ndarray of bool
        Opening hours on `history_on`, for the same types as `is_open`.
    history_on : TimeGrid
        Over the dates of the history (`history_grid`).
    grid, is_open, holidays, default_aht_s, options
        As in `forecast_cube`.

    Returns
    -------
    Forecast
    """
    ordered = {name: history_open[name] for name in is_open}
    cube = day_cube(history, history_on, ordered, holidays, grid.interval_min)
    return forecast_cube(cube, grid, is_open, holidays, default_aht_s, options or ForecastOptions())


def _calendar(
    cube: DayCube, grid: TimeGrid, is_open: Mapping[str, BoolArray], holidays: Mapping[dt.date, str]
) -> DayTypes:
    """Kinds of all dates from the history's first to a week after the grid's last; shape (N, 13) inside."""
    gap = (grid.first_date - cube.first_date).days
    total = gap + grid.days + 7
    dates = [cube.first_date + dt.timedelta(days=day) for day in range(total)]
    weekday = np.array([date.weekday() for date in dates])
    holiday = np.array([date in holidays for date in dates])
    by_history: BoolArray = np.asarray(cube.open.any(axis=(0, 2)), dtype=np.bool_)
    open_weekday: BoolArray = np.asarray(cube.regular.any(axis=(0, 2)), dtype=np.bool_)
    closes = not by_history[cube.holiday].mean() > 0.5 if cube.holiday.any() else True
    opened = open_weekday[weekday] & ~(holiday & closes)  # between history and plan, and after it: by habit
    opened[: cube.days] = by_history
    opened[gap : gap + grid.days] = False
    for mask in is_open.values():
        opened[gap + np.unique(grid.day[mask])] = True
    return day_types(cube.first_date, opened, holiday)


def _demand(
    grid: TimeGrid,
    is_open: Mapping[str, BoolArray],
    mean: FloatArray,
    low: FloatArray,
    high: FloatArray,
    aht_s: FloatArray,
) -> pd.DataFrame:
    """Arrays by date and slot (K, days, S), aht_s (K, S), to rows of the open intervals."""
    slot = grid.minute_of_day // grid.interval_min
    parts = []
    for k, (name, mask) in enumerate(is_open.items()):
        at = (k, grid.day[mask], slot[mask])
        # Rounded here, so that a stage that starts from the written file gets the same numbers as one that goes on.
        contacts, handling = mean[at].round(4), aht_s[k, slot[mask]].round(2)
        values = (grid.starts[mask], name, contacts, handling, low[at], high[at])
        parts.append(pd.DataFrame(dict(zip(COLUMNS, values, strict=True))))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def _say(methods: Mapping[str, str]) -> str:
    """Name the method that most types have, then the others with their types."""
    groups: dict[str, list[str]] = {}
    for name, method in methods.items():
        groups.setdefault(method, []).append(name)
    ranked = sorted(groups, key=lambda method: -len(groups[method]))
    main = _SAID[ranked[0]] if ranked else remark("no contact types")
    others = (
        remark("{what} for {names}", what=_SAID[method], names=", ".join(groups[method])) for method in ranked[1:]
    )
    return "; ".join([main, *others])


def _notes(
    cube: DayCube,
    grid: TimeGrid,
    is_open: Mapping[str, BoolArray],
    fitted: Fitted,
    slots: npt.NDArray[np.int64],
    report: Backtest | None,
    options: ForecastOptions,
) -> tuple[str, ...]:
    """What a planner should know: hours that the history never saw, a backtest that is short or missing."""
    notes = []
    new = [
        name
        for k, (name, mask) in enumerate(is_open.items())
        if fitted.days.methods[k] != NONE and (~cube.regular[k, grid.weekday[mask], slots[mask]]).any()
    ]
    if new:
        notes.append(
            remark("opening hours that the history does not know are forecast without contacts: {names}",
                   names=", ".join(new))
        )  # fmt: skip
    seen = np.unique(cube.weekday[cube.seen & cube.open.any(axis=(0, 2))])
    planned = np.unique(np.concatenate([grid.weekday[mask] for mask in is_open.values()] or [slots[:0]]))
    unseen = [DAY_NAMES[day] for day in planned if day not in seen and cube.regular[:, day].any()]
    if unseen:
        notes.append(
            remark("no {days} in the history has rows; the mean of the other days is taken for it",
                   days=", ".join(unseen))
        )  # fmt: skip
    if options.backtest_weeks and report is None:
        notes.append(remark("the history is too short to hold a week out: no backtest"))
    elif report is not None and report.weeks < options.backtest_weeks:
        notes.append(
            remark("the history is long enough to hold out {count} of {all} weeks only", count=report.weeks,
                   all=options.backtest_weeks)
        )  # fmt: skip
    return tuple(notes)
