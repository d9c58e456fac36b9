"""The backtest: what it holds out, what it compares with, and that it never looks ahead."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from models.calendar import TimeGrid, open_mask, parse_week
from models.forecast import ForecastOptions
from models.forecast.backtest import backtest, spreads, trials
from models.forecast.daytypes import day_types
from models.forecast.history import day_cube
from models.forecast.predict import seasonal_naive

ZONE = "Europe/Amsterdam"
FIRST = dt.date(2014, 1, 6)  # a Monday
WEEK = parse_week({"mon-fri": "09:00-17:00"})
HALF_LIFE = ForecastOptions().half_life_weeks


def make(weeks=16, closed=(), missing=(), seed=3, level=30.0):
    """One type of 16 half-hours a day, Mondays busier; returns (cube, kinds of days, counts by date)."""
    grid = TimeGrid(ZONE, FIRST, 7 * weeks, 30)
    mask = open_mask(grid, WEEK, dict.fromkeys(closed, ()))
    mean = level * np.where(grid.weekday == 0, 1.4, 1.0)
    counts = np.random.default_rng(seed).poisson(mean)
    frame = pd.DataFrame({"start": grid.starts, "contact_type": "a", "contacts": counts, "aht_s": np.nan})[mask]
    frame = frame[~frame["start"].dt.date.isin(list(missing))]
    cube = day_cube(frame, grid, {"a": mask}, dict.fromkeys(closed, "holiday"), 30)
    opened = cube.open.any(axis=(0, 2))
    # Two weeks more than the history, as a plan would need.
    opened = np.concatenate([opened, opened[:14]])
    holiday = np.concatenate([cube.holiday, np.zeros(14, dtype=bool)])
    return cube, day_types(FIRST, opened, holiday)


def test_wape_and_naive_are_the_sums_that_their_definitions_say():
    cube, kinds = make()
    tried = trials(cube, kinds, 4, 1, HALF_LIFE)
    report = backtest(cube, tried, 4, 1)
    assert (report.weeks, report.lead_weeks) == (4, 1)
    assert (report.first_date, report.last_date) == (dt.date(2014, 3, 31), dt.date(2014, 4, 27))
    last = cube.contacts[0, -28:]
    before = cube.contacts[0, -35:-7]
    row = report.table.iloc[0]
    assert row["contacts"] == last.sum()
    assert row["intervals"] == 4 * 5 * 16
    assert row["wape_seasonal_naive"] == pytest.approx(np.abs(last - before).sum() / last.sum())
    assert row["wape_naive_open"] == row["wape_seasonal_naive"]
    assert report.wape_seasonal_naive == row["wape_seasonal_naive"]
    assert report.improvement == pytest.approx(1 - report.wape / report.wape_seasonal_naive)


def test_four_weeks_ahead_compares_with_the_last_week_before_the_origin():
    cube, kinds = make()
    report = backtest(cube, trials(cube, kinds, 4, 4, HALF_LIFE), 4, 4)
    last, known = cube.contacts[0, -28:], cube.contacts[0, -56:-28]
    assert report.table["wape_seasonal_naive"].iloc[0] == pytest.approx(np.abs(last - known).sum() / last.sum())
    assert (report.first_date, report.weeks) == (dt.date(2014, 3, 31), 4)


def test_noise_alone_beats_the_naive_by_the_known_factor():
    # Pure Poisson counts: the error of a perfect forecast is 1/sqrt(2) of that of repeating a week.
    cube, kinds = make(weeks=26, level=80.0)
    report = backtest(cube, trials(cube, kinds, 8, 1, HALF_LIFE), 8, 1)
    assert report.improvement == pytest.approx(1 - 1 / np.sqrt(2), abs=0.06)
    assert report.coverage_80 == pytest.approx(0.8, abs=0.08)


def test_nothing_after_the_origin_is_used():
    cube, kinds = make()
    tried = trials(cube, kinds, 4, 1, HALF_LIFE)
    later = cube.contacts.copy()
    later[:, -7:] *= 50
    changed = trials(type(cube)(**{**vars_of(cube), "contacts": later}), kinds, 4, 1, HALF_LIFE)
    assert [trial.target for trial in tried] == [trial.target for trial in changed]
    for one, two in zip(tried, changed, strict=True):
        np.testing.assert_array_equal(one.forecast, two.forecast)
        np.testing.assert_array_equal(one.naive, two.naive)


def vars_of(cube):
    names = ("contact_types", "first_date", "slot_min", "contacts", "aht_s", "handled", "open", "seen", "holiday")
    return {name: getattr(cube, name) for name in names}


def test_closed_and_missing_days_are_not_judged():
    closed, missing = dt.date(2014, 4, 21), dt.date(2014, 4, 23)
    cube, kinds = make(closed=[closed], missing=[missing])
    report = backtest(cube, trials(cube, kinds, 1, 1, HALF_LIFE), 1, 1)
    assert report.table["intervals"].iloc[0] == 3 * 16
    assert report.table["contacts"].iloc[0] == cube.contacts[0, -7:].sum()


def test_naive_after_a_closed_day():
    monday = dt.date(2014, 4, 14)
    cube, _ = make(closed=[monday])
    known = cube.until(cube.days - 7)
    plain, skipping = seasonal_naive(known, 7, skip=False), seasonal_naive(known, 7, skip=True)
    assert plain[0, 0].sum() == 0.0
    np.testing.assert_array_equal(skipping[0, 0], cube.contacts[0, -21])
    np.testing.assert_array_equal(plain[0, 1:], skipping[0, 1:])


def test_naive_passes_over_a_missing_day():
    cube, _ = make(missing=[dt.date(2014, 4, 15)])
    naive = seasonal_naive(cube.until(cube.days - 7), 7, skip=False)
    np.testing.assert_array_equal(naive[0, 1], cube.contacts[0, -20])


@pytest.mark.parametrize(("weeks", "held"), [(2, 0), (3, 1), (4, 2), (9, 4)])
def test_short_histories_hold_out_fewer_weeks(weeks, held):
    cube, kinds = make(weeks=weeks)
    report = backtest(cube, trials(cube, kinds, 4, 1, HALF_LIFE), 4, 1)
    assert (0 if report is None else report.weeks) == held


def test_spread_never_falls_with_the_lead_and_grows_beyond_what_was_tried():
    cube, kinds = make()
    spread = spreads(trials(cube, kinds, 4, 1, HALF_LIFE), 1, 16)[0]
    assert (np.diff(spread) >= 0).all()
    assert spread[15] == pytest.approx(2 * spread[3])
    assert spreads([], 1, 2)[0] == pytest.approx([0.2, 0.2 * np.sqrt(2)])
