"""Forecast again what is already known: rolling origins, beside the last week repeated."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.forecast.band import MAX_SPREAD, calibrate, covered
from models.forecast.daytypes import DayTypes
from models.forecast.history import DayCube
from models.forecast.predict import fit, seasonal_naive

FloatArray = npt.NDArray[np.float64]

TOTAL = "total"
AUTO, NAIVE = "auto", "seasonal_naive"
# Weeks before the reported ones whose errors set the width of the first 80 % intervals.
_CALIBRATION_WEEKS = 6
# Farther ahead than so many weeks the spread is extrapolated.
_MAX_LEAD_WEEKS = 4
_MIN_HISTORY_DAYS = 14


@dataclass(frozen=True)
class Backtest:
    """How wrong the forecast was on weeks that were held out.

    Parameters
    ----------
    weeks : int
        Number of held-out weeks, each forecast from its own origin.
    lead_weeks : int
        1: the week right after the origin; 4: the fourth week after it.
    first_date, last_date : date
        Of the held-out weeks together.
    table : DataFrame
        One row per contact type and a last row "total": contact_type, intervals, contacts (actual), wape,
        wape_seasonal_naive (same interval of the last week before the origin; a closed day forecasts nothing),
        wape_naive_open (the same, but from the last such weekday that was open), coverage_80 (share of open intervals
        whose contacts lie within contacts_low..contacts_high), bias (forecast over actual contacts, less 1).
        WAPE = sum |actual - forecast| / sum actual over open intervals; NaN where no contact came. The total adds up
        the errors of the types; it does not let them cancel.
    """

    weeks: int
    lead_weeks: int
    first_date: dt.date
    last_date: dt.date
    table: pd.DataFrame

    @property
    def wape(self) -> float:
        """WAPE of all types together."""
        return self._total("wape")

    @property
    def wape_seasonal_naive(self) -> float:
        """WAPE of the seasonal-naive forecast, all types together."""
        return self._total("wape_seasonal_naive")

    @property
    def coverage_80(self) -> float:
        """Share of open intervals of all types within their 80 % interval."""
        return self._total("coverage_80")

    @property
    def improvement(self) -> float:
        """Relative gain in WAPE over the seasonal-naive forecast: 0.1 is ten per cent better."""
        return 1.0 - self.wape / self.wape_seasonal_naive if self.wape_seasonal_naive > 0 else float("nan")

    def _total(self, column: str) -> float:
        return float(self.table[column].iloc[-1])


@dataclass(frozen=True)
class Trial:
    """One week forecast from one origin; K types, N slots in all of its dates, zero where closed or missing.

    Parameters
    ----------
    target : int
        Index of the week's first date.
    lead : int
        Weeks from the origin: 1 is the week right after it.
    judged : ndarray of bool, shape (K, N)
        Open and not missing.
    actual, forecast, naive, naive_open : ndarray, shape (K, N)
    """

    target: int
    lead: int
    judged: npt.NDArray[np.bool_]
    actual: FloatArray
    forecast: FloatArray
    naive: FloatArray
    naive_open: FloatArray

    @property
    def origin(self) -> int:
        """Index of the first date that the forecast did not know."""
        return self.target - 7 * (self.lead - 1)


def trials(
    cube: DayCube, types: DayTypes, weeks: int, lead_weeks: int, half_life_weeks: float, method: str = AUTO
) -> list[Trial]:
    """Forecast past weeks from rolling origins, a week apart.

    Parameters
    ----------
    cube : DayCube
        The whole history; its last date ends the last week.
    types : DayTypes
        From the cube's first date.
    weeks : int
        Weeks that will be reported; six more before them calibrate.
    lead_weeks : int
        Weeks ahead that will be reported; origins serve one to four weeks ahead, and this lead.
    half_life_weeks : float
    method : str
        "auto" or "seasonal_naive".

    Returns
    -------
    list of Trial
        Oldest origin first; empty when the history is shorter than two weeks and one to judge.
    """
    result: list[Trial] = []
    for back in range(weeks + lead_weeks - 1 + _CALIBRATION_WEEKS, 0, -1):
        origin = cube.days - 7 * back
        if origin < _MIN_HISTORY_DAYS:
            continue
        known = cube.until(origin)
        ahead = 7 * min(back, max(lead_weeks, _MAX_LEAD_WEEKS))
        naive, naive_open = (seasonal_naive(known, ahead, skip) for skip in (False, True))
        made = (
            naive_open if method == NAIVE else fit(known, types, half_life_weeks).expect(types, origin, origin + ahead)
        )
        for lead in range(1, ahead // 7 + 1):
            week = slice(origin + 7 * (lead - 1), origin + 7 * lead)
            part = slice(7 * (lead - 1), 7 * lead)
            judged = cube.open[:, week] & cube.seen[week][:, None]
            flat = (len(cube.contact_types), -1)
            masked = [
                np.where(judged, values, 0.0).reshape(flat)
                for values in (cube.contacts[:, week], made[:, part], naive[:, part], naive_open[:, part])
            ]
            result.append(Trial(week.start, lead, judged.reshape(flat), *masked))
    return result


def spreads(past: list[Trial], kinds: int, leads: int) -> FloatArray:
    """Relative error of the day's level by contact type and weeks ahead, calibrated on past weeks.

    Parameters
    ----------
    past : list of Trial
        Only weeks that had ended at the time.
    kinds, leads : int
        K contact types, weeks ahead that are asked for.

    Returns
    -------
    ndarray, shape (K, leads)
        Never falling with the lead. Leads that were not tried grow like the square root of time from the last one
        that was.
    """
    tried = sorted({trial.lead for trial in past})
    # The shortest and the longest lead that were tried; in between the variance grows in proportion to time.
    ends = np.array([tried[0], tried[-1]] if tried else [1, 1])
    known = np.array([[_spread_at(past, k, lead) for lead in dict.fromkeys(ends.tolist())] for k in range(kinds)])
    near, far = np.square(known[:, :1]), np.square(np.maximum(known[:, -1:], known[:, :1]))
    ahead = np.arange(1, leads + 1)
    share = np.clip((ahead - ends[0]) / max(ends[1] - ends[0], 1), 0.0, 1.0)
    beyond = np.maximum(ahead / ends[1], 1.0)
    return np.asarray(np.minimum(np.sqrt((near + share * (far - near)) * beyond), MAX_SPREAD), dtype=np.float64)


def _spread_at(past: list[Trial], kind: int, lead: int) -> float:
    """Spread of one contact type so many weeks ahead."""
    trials_of = [trial for trial in past if trial.lead == lead]
    actual = [trial.actual[kind, trial.judged[kind]] for trial in trials_of]
    made = [trial.forecast[kind, trial.judged[kind]] for trial in trials_of]
    return calibrate(np.concatenate([*actual, np.zeros(0)]), np.concatenate([*made, np.zeros(0)]), 5 * len(trials_of))


def backtest(cube: DayCube, tried: list[Trial], weeks: int, lead_weeks: int) -> Backtest | None:
    """Sum up the last weeks' trials.

    Each held-out week's 80 % intervals are calibrated only on weeks that had ended at its origin.

    Parameters
    ----------
    cube : DayCube
    tried : list of Trial
        From `trials`.
    weeks, lead_weeks : int

    Returns
    -------
    Backtest or None
        None when no week could be held out.
    """
    first = cube.days - 7 * weeks
    held = [trial for trial in tried if trial.lead == lead_weeks and trial.target >= first]
    if not held:
        return None
    inside = []
    for trial in held:
        past = [other for other in tried if other.lead == lead_weeks and other.target + 7 <= trial.origin]
        spread = spreads(past, len(cube.contact_types), lead_weeks)[:, -1:]
        inside.append(covered(trial.actual, trial.forecast, spread) & trial.judged)
    per_type = {
        "intervals": np.sum([trial.judged.sum(axis=1) for trial in held], axis=0),
        "contacts": np.sum([trial.actual.sum(axis=1) for trial in held], axis=0),
        "inside": np.sum([part.sum(axis=1) for part in inside], axis=0),
        "forecast": np.sum([trial.forecast.sum(axis=1) for trial in held], axis=0),
        "wape": np.sum([np.abs(trial.actual - trial.forecast).sum(axis=1) for trial in held], axis=0),
        "wape_seasonal_naive": np.sum([np.abs(trial.actual - trial.naive).sum(axis=1) for trial in held], axis=0),
        "wape_naive_open": np.sum([np.abs(trial.actual - trial.naive_open).sum(axis=1) for trial in held], axis=0),
    }
    sums = pd.DataFrame(per_type, index=pd.Index(cube.contact_types)).astype(np.float64)
    sums.loc[TOTAL] = sums.sum()
    start = min(trial.target for trial in held)
    return Backtest(
        weeks=len(held),
        lead_weeks=lead_weeks,
        first_date=cube.first_date + dt.timedelta(days=start),
        last_date=cube.first_date + dt.timedelta(days=cube.days - 1),
        table=_ratios(sums),
    )


def _ratios(sums: pd.DataFrame) -> pd.DataFrame:
    """Sums of errors to rates; rows as given."""
    contacts = sums["contacts"].where(sums["contacts"] > 0)
    table = pd.DataFrame({"contact_type": sums.index.astype(str)}, index=sums.index)
    table["intervals"] = sums["intervals"].astype(int)
    table["contacts"] = sums["contacts"]
    for column in ("wape", "wape_seasonal_naive", "wape_naive_open"):
        table[column] = sums[column] / contacts
    table["coverage_80"] = sums["inside"] / sums["intervals"].where(sums["intervals"] > 0)
    table["bias"] = sums["forecast"] / contacts - 1.0
    return table.reset_index(drop=True)
