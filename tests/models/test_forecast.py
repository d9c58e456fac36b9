"""The forecast on histories whose truth is known, and the defined meaning of every odd history."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models.calendar import TimeGrid, open_mask, parse_week
from models.forecast import ForecastOptions, forecast_frame
from models.forecast.band import bounds, calibrate, covered
from models.forecast.daytypes import EFFECTS, WEEKDAYS, day_types
from models.forecast.history import history_grid

ZONE = "Europe/Amsterdam"
WEEK = parse_week({"mon-fri": "08:00-18:00", "sat": "10:00-16:00"})
DAY_FACTOR = np.array([1.3, 1.1, 1.0, 0.95, 0.9, 0.3, 0.0])
QUIET = ForecastOptions(backtest_weeks=0)


def shape_of_day(minute):
    """Two humps between 08:00 and 18:00, mean about one."""
    return 1.0 + 0.5 * np.sin((np.asarray(minute) - 480) / 600 * 2 * np.pi)


def truth(grid, per_interval):
    return per_interval * DAY_FACTOR[grid.weekday] * shape_of_day(grid.minute_of_day)


def make_history(first, days, levels, interval_min=30, closed=(), seed=1, noise=True, day_factor=None, zone=ZONE):
    """Poisson counts by type; `levels` = mean contacts per interval."""
    grid = TimeGrid(zone, first, days, interval_min)
    mask = open_mask(grid, WEEK, dict.fromkeys(closed, ()))
    rng = np.random.default_rng(seed)
    frames = []
    for name, level in levels.items():
        mean = truth(grid, level)[mask] * (1.0 if day_factor is None else day_factor(grid)[mask])
        counts = rng.poisson(mean) if noise else mean
        frames.append(
            pd.DataFrame({"start": grid.starts[mask], "contact_type": name, "contacts": counts, "aht_s": 240.0})
        )
    return pd.concat(frames, ignore_index=True)


def run(history, first, days=14, interval_min=30, holidays=None, closed=True, options=QUIET, names=None, zone=ZONE):
    names = names or list(dict.fromkeys(history["contact_type"]))
    holidays = holidays or {}
    exceptions = dict.fromkeys(holidays, ()) if closed else {}
    grid = TimeGrid(zone, first, days, interval_min)
    mask = open_mask(grid, WEEK, exceptions)
    on = history_grid(history, zone, interval_min)
    past = open_mask(on, WEEK, exceptions)
    return forecast_frame(
        history,
        dict.fromkeys(names, past),
        on,
        grid,
        dict.fromkeys(names, mask),
        holidays,
        dict.fromkeys(names, 300.0),
        options,
    )


def by_date(result, name=None):
    rows = result.demand if name is None else result.demand[result.demand["contact_type"] == name]
    return rows.groupby(rows["start"].dt.date)["contacts"].sum()


FIRST = dt.date(2014, 1, 6)  # a Monday


def test_recovers_the_truth_without_noise():
    history = make_history(FIRST, 84, {"a": 40.0, "b": 10.0}, noise=False)
    result = run(history, dt.date(2014, 3, 31))
    grid = TimeGrid(ZONE, dt.date(2014, 3, 31), 14, 30)
    for name, level in (("a", 40.0), ("b", 10.0)):
        rows = result.demand[result.demand["contact_type"] == name]
        expected = truth(grid, level)[open_mask(grid, WEEK)]
        # Month effects are drawn to zero but not exactly zero; the day's half contact of the logarithm stays small.
        assert rows["contacts"].to_numpy() == pytest.approx(expected, rel=0.02)
        assert rows["aht_s"].to_numpy() == pytest.approx(240.0)
    assert result.methods == {"a": "regression", "b": "regression"}


def test_rows_are_exactly_the_open_intervals_in_order():
    history = make_history(FIRST, 56, {"b": 10.0, "a": 40.0})
    result = run(history, dt.date(2014, 3, 4), days=7)
    grid = TimeGrid(ZONE, dt.date(2014, 3, 4), 7, 30)
    opened = grid.starts[open_mask(grid, WEEK)]
    assert list(result.demand.columns) == [
        "start",
        "contact_type",
        "contacts",
        "aht_s",
        "contacts_low",
        "contacts_high",
    ]
    for name in ("a", "b"):
        rows = result.demand[result.demand["contact_type"] == name]
        assert list(rows["start"]) == list(opened)
    assert (result.demand["contacts_low"] <= result.demand["contacts"] + 1).all()
    assert (result.demand["contacts_high"] >= result.demand["contacts"] - 1).all()


def test_same_input_same_answer():
    history = make_history(FIRST, 70, {"a": 20.0, "b": 3.0})
    one, two = (run(history, dt.date(2014, 3, 17), options=ForecastOptions(backtest_weeks=2)) for _ in range(2))
    pd.testing.assert_frame_equal(one.demand, two.demand, check_exact=True)
    pd.testing.assert_frame_equal(one.backtest.table, two.backtest.table, check_exact=True)


def test_twice_the_history_twice_the_forecast():
    history = make_history(FIRST, 70, {"a": 50.0}, noise=False)
    double = history.assign(contacts=history["contacts"] * 2)
    one, two = (run(frame, dt.date(2014, 3, 17)).demand["contacts"] for frame in (history, double))
    assert two.to_numpy() == pytest.approx(2 * one.to_numpy(), rel=2e-3)


def test_a_recent_step_in_level_is_followed():
    history = make_history(FIRST, 84, {"a": 40.0}, day_factor=lambda grid: np.where(grid.day >= 63, 1.5, 1.0))
    result = run(history, dt.date(2014, 3, 31), days=7)
    plain = run(make_history(FIRST, 84, {"a": 40.0}), dt.date(2014, 3, 31), days=7)
    # Not in full: three weeks in, half a step may still be the month's end, which is the only one after it.
    for date in (dt.date(2014, 4, 2), dt.date(2014, 4, 5)):  # a Wednesday and a Saturday
        assert 1.2 < by_date(result)[date] / by_date(plain)[date] < 1.6


def test_busy_days_after_closed_holidays_are_learnt():
    holidays = {dt.date(2014, 2, 10): "one", dt.date(2014, 3, 10): "two", dt.date(2014, 4, 7): "three"}
    after = [day + dt.timedelta(days=1) for day in holidays]

    def factor(grid):
        dates = np.array(grid.dates)[grid.day]
        return np.where(np.isin(dates, after), 1.6, 1.0)

    history = make_history(FIRST, 84, {"a": 40.0}, closed=holidays, day_factor=factor)
    result = by_date(run(history, dt.date(2014, 4, 1), days=14, holidays=holidays))
    assert dt.date(2014, 4, 7) not in result.index  # closed: no intervals, no contacts
    plain = by_date(run(make_history(FIRST, 84, {"a": 40.0}), dt.date(2014, 4, 1), days=14))
    assert 1.25 < result[dt.date(2014, 4, 8)] / plain[dt.date(2014, 4, 8)] < 1.65
    assert result[dt.date(2014, 4, 9)] / plain[dt.date(2014, 4, 9)] == pytest.approx(1.0, abs=0.05)


def test_open_holidays_are_quieter_when_they_were():
    holidays = {dt.date(2014, 2, 5): "one", dt.date(2014, 3, 5): "two", dt.date(2014, 4, 2): "three"}

    def factor(grid):
        return np.where(np.isin(np.array(grid.dates)[grid.day], list(holidays)), 0.4, 1.0)

    history = make_history(FIRST, 84, {"a": 40.0}, day_factor=factor)
    result = by_date(run(history, dt.date(2014, 4, 1), days=9, holidays=holidays, closed=False))
    assert 0.35 < result[dt.date(2014, 4, 2)] / result[dt.date(2014, 4, 9)] < 0.75


def test_type_that_is_shut_on_open_holidays_stays_shut():
    holidays = {dt.date(2014, 2, 5): "one", dt.date(2014, 4, 2): "two"}
    history = make_history(FIRST, 84, {"a": 40.0, "b": 30.0})
    day = history["start"].dt.date == dt.date(2014, 2, 5)
    history.loc[day & (history["contact_type"] == "b"), "contacts"] = 0
    result = run(history, dt.date(2014, 4, 1), days=7, holidays=holidays, closed=False)
    assert by_date(result, "b")[dt.date(2014, 4, 2)] == 0.0
    assert by_date(result, "a")[dt.date(2014, 4, 2)] > 0.0
    assert by_date(result, "b")[dt.date(2014, 4, 3)] > 400.0


def test_zero_day_of_one_busy_type_is_a_closure_not_a_trend():
    history = make_history(FIRST, 84, {"a": 40.0, "b": 30.0})
    last_friday = dt.date(2014, 3, 28)
    hit = history.copy()
    hit.loc[(hit["start"].dt.date == last_friday) & (hit["contact_type"] == "b"), "contacts"] = 0
    one, two = (by_date(run(frame, dt.date(2014, 3, 31), days=7), "b").sum() for frame in (history, hit))
    assert two == pytest.approx(one, rel=0.05)


def test_missing_days_are_missing_not_zero():
    history = make_history(FIRST, 84, {"a": 40.0, "b": 2.0})
    gone = [dt.date(2014, 3, 17) + dt.timedelta(days=day) for day in range(6)]
    holes = history[~history["start"].dt.date.isin(gone)]
    full, part = (run(frame, dt.date(2014, 3, 31), days=7) for frame in (history, holes))
    assert by_date(part).sum() == pytest.approx(by_date(full).sum(), rel=0.04)


def test_intervals_without_rows_on_a_day_with_rows_are_zero():
    history = make_history(FIRST, 84, {"a": 40.0})
    history = history[history["start"].dt.hour != 12]  # nobody ever calls between twelve and one
    result = run(history, dt.date(2014, 3, 31), days=5).demand
    noon = result["start"].dt.hour == 12
    assert result.loc[noon, "contacts"].max() == 0.0
    assert result.loc[~noon, "contacts"].min() > 10.0


@pytest.mark.parametrize("days", [1, 5, 13])
def test_short_history_falls_back_to_weekday_means(days):
    history = make_history(FIRST, days, {"a": 40.0}, noise=False)
    result = run(history, dt.date(2014, 2, 3), days=7, options=ForecastOptions())
    assert result.methods == {"a": "mean"}
    assert "shorter than two weeks" in result.method
    assert result.backtest is None
    assert any("no backtest" in note for note in result.notes)
    monday = by_date(result)[dt.date(2014, 2, 3)]
    assert monday == pytest.approx(history[history["start"].dt.date == FIRST]["contacts"].sum(), rel=1e-6)


def test_two_weeks_are_enough_for_the_regression():
    result = run(make_history(FIRST, 14, {"a": 40.0}), dt.date(2014, 1, 20), days=7)
    assert result.methods == {"a": "mean"} or result.methods == {"a": "regression"}
    assert np.isfinite(result.demand["contacts"]).all()


def test_type_without_history_gets_zero():
    history = make_history(FIRST, 70, {"a": 40.0})
    result = run(history, dt.date(2014, 3, 17), names=["a", "new"], options=ForecastOptions(backtest_weeks=1))
    rows = result.demand[result.demand["contact_type"] == "new"]
    assert len(rows) and (rows[["contacts", "contacts_low", "contacts_high"]] == 0).all().all()
    assert (rows["aht_s"] == 300.0).all()
    assert result.methods["new"] == "no history"
    assert "new" in result.method
    assert np.isnan(result.backtest.table.set_index("contact_type").loc["new", "wape"])


def test_all_zeros_forecast_zero():
    history = make_history(FIRST, 70, {"a": 40.0}).assign(contacts=0)
    result = run(history, dt.date(2014, 3, 17), options=ForecastOptions())
    assert (result.demand["contacts"] == 0).all()
    assert np.isnan(result.backtest.wape)
    assert np.isnan(result.backtest.improvement)


def test_type_with_almost_no_history_keeps_its_mean():
    history = make_history(FIRST, 84, {"a": 40.0, "rare": 0.05}, seed=4)
    result = run(history, dt.date(2014, 3, 31), days=14)
    assert result.methods["rare"] == "scaled"
    per_week = history[history["contact_type"] == "rare"]["contacts"].sum() / 12
    assert by_date(result, "rare").sum() / 2 == pytest.approx(per_week, rel=0.6)


def test_type_that_ended_is_silent():
    history = make_history(FIRST, 84, {"a": 40.0, "campaign": 20.0})
    ended = (history["contact_type"] == "campaign") & (history["start"] >= pd.Timestamp("2014-02-20", tz=ZONE))
    history.loc[ended, "contacts"] = 0
    result = run(history, dt.date(2014, 3, 31))
    assert result.methods["campaign"] == "silent"
    assert by_date(result, "campaign").sum() == 0.0


def test_type_that_began_late_is_not_dragged_down_by_the_days_before():
    history = make_history(FIRST, 84, {"a": 40.0, "young": 20.0})
    before = (history["contact_type"] == "young") & (history["start"] < pd.Timestamp("2014-03-03", tz=ZONE))
    result = run(history[~before], dt.date(2014, 3, 31), days=7)
    grid = TimeGrid(ZONE, dt.date(2014, 3, 31), 7, 30)
    assert by_date(result, "young").sum() == pytest.approx(truth(grid, 20.0)[open_mask(grid, WEEK)].sum(), rel=0.08)


def test_finer_history_is_added_up():
    fine = make_history(FIRST, 70, {"a": 8.0}, interval_min=5)
    coarse = fine.assign(start=fine["start"].dt.floor("30min")).groupby(["start", "contact_type"], as_index=False)
    summed = coarse.agg(contacts=("contacts", "sum"), aht_s=("aht_s", "mean"))
    one, two = (run(frame, dt.date(2014, 3, 17), days=7).demand["contacts"] for frame in (fine, summed))
    assert one.to_numpy() == pytest.approx(two.to_numpy(), rel=1e-9)


def test_clock_changes_neither_lose_nor_double_contacts():
    week = parse_week({"mon-sun": "00:00-24:00"})
    on = TimeGrid(ZONE, dt.date(2014, 9, 1), 63, 60)  # to 2 November; 26 October has 25 hours
    history = pd.DataFrame({"start": on.starts, "contact_type": "a", "contacts": 10.0, "aht_s": np.nan})
    grid = TimeGrid(ZONE, dt.date(2015, 3, 23), 14, 60)  # 29 March has 23 hours
    result = forecast_frame(
        history,
        {"a": open_mask(on, week)},
        on,
        grid,
        {"a": open_mask(grid, week)},
        {},
        {"a": 300.0},
        QUIET,
    )
    assert len(result.demand) == 14 * 24 - 1
    # The repeated hour is two hours of ten contacts, not one of twenty; the skipped hour takes its contacts with it.
    assert result.demand["contacts"].to_numpy() == pytest.approx(10.0, rel=0.01)
    assert (result.demand["aht_s"] == 300.0).all()
    autumn = TimeGrid(ZONE, dt.date(2014, 11, 3), 7, 60)
    plain = forecast_frame(
        history, {"a": open_mask(on, week)}, on, autumn, {"a": open_mask(autumn, week)}, {}, {"a": 300.0}, QUIET
    )
    assert plain.demand["contacts"].to_numpy() == pytest.approx(10.0, rel=0.01)


def test_plan_far_after_the_history_is_possible_and_wider():
    history = make_history(FIRST, 84, {"a": 40.0})
    near = run(history, dt.date(2014, 3, 31), days=7)
    far = run(history, dt.date(2015, 3, 30), days=7)
    assert by_date(far).sum() == pytest.approx(by_date(near).sum(), rel=0.1)
    width = [(r.demand["contacts_high"] - r.demand["contacts_low"]).mean() for r in (near, far)]
    assert width[1] > width[0]


def test_weekday_and_hours_that_history_never_saw_get_no_contacts():
    history = make_history(FIRST, 84, {"a": 40.0})
    on = history_grid(history, ZONE, 30)
    grid = TimeGrid(ZONE, dt.date(2014, 3, 31), 7, 30)
    longer = open_mask(grid, parse_week({"mon-sun": "08:00-20:00"}))
    result = forecast_frame(history, {"a": open_mask(on, WEEK)}, on, grid, {"a": longer}, {}, {"a": 300.0}, QUIET)
    new = (result.demand["start"].dt.day_of_week == 6) | (result.demand["start"].dt.hour >= 18)
    assert (result.demand.loc[new, "contacts"] == 0).all()
    assert any("does not know" in note for note in result.notes)


def test_weekday_that_is_open_but_was_never_recorded_takes_the_mean_of_the_others():
    history = make_history(FIRST, 84, {"a": 40.0}, noise=False)
    result = run(history[history["start"].dt.day_of_week != 2], dt.date(2014, 4, 7), days=7)
    days = by_date(result)
    others = days.drop(dt.date(2014, 4, 9))
    assert others.min() < days[dt.date(2014, 4, 9)] < others.max()
    assert any("no wed in the history" in note for note in result.notes)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    days=st.integers(1, 60),
    keep=st.floats(0.02, 1.0),
    levels=st.lists(st.sampled_from([0.0, 0.02, 0.5, 5.0, 400.0]), min_size=1, max_size=3),
    gap=st.integers(0, 40),
)
def test_any_history_gives_finite_demand(seed, days, keep, levels, gap):
    rng = np.random.default_rng(seed)
    names = [f"type {i}" for i in range(len(levels))]
    history = make_history(FIRST, days, dict(zip(names, levels, strict=True)), seed=seed)
    history.loc[rng.random(len(history)) < 0.5, "aht_s"] = np.nan
    history = history[rng.random(len(history)) < keep]
    if history.empty:
        return
    holidays = {FIRST + dt.timedelta(days=int(day)): "holiday" for day in rng.integers(0, 100, 4)}
    first = FIRST + dt.timedelta(days=days + gap)
    result = run(
        history,
        first,
        days=10,
        holidays=holidays,
        closed=bool(seed % 2),
        names=names,
        options=ForecastOptions(backtest_weeks=2),
    )
    demand = result.demand
    values = demand[["contacts", "aht_s", "contacts_low", "contacts_high"]].to_numpy()
    assert np.isfinite(values).all()
    assert (values >= 0).all()
    assert (demand["contacts_low"] <= demand["contacts_high"]).all()
    biggest = history.groupby("start")["contacts"].sum().max()
    assert demand["contacts"].max() <= 10 * biggest + 5


def test_handling_time_follows_the_time_of_day_and_the_recent_level():
    history = make_history(FIRST, 84, {"a": 60.0})
    late = history["start"].dt.hour >= 14
    history["aht_s"] = np.where(late, 360.0, 240.0)
    history.loc[history["start"] >= pd.Timestamp("2014-02-17", tz=ZONE), "aht_s"] *= 1.2
    result = run(history, dt.date(2014, 3, 31), days=5).demand
    late = result["start"].dt.hour >= 14
    assert result.loc[~late, "aht_s"].mean() == pytest.approx(240 * 1.2, rel=0.05)
    assert result.loc[late, "aht_s"].mean() == pytest.approx(360 * 1.2, rel=0.05)


def test_seasonal_naive_repeats_the_last_open_week():
    closed = {dt.date(2014, 3, 25): "holiday"}
    history = make_history(FIRST, 84, {"a": 40.0}, closed=closed)
    result = run(
        history,
        dt.date(2014, 3, 31),
        holidays=closed,
        options=ForecastOptions(method="seasonal_naive", backtest_weeks=0),
    )
    actual = history.groupby(history["start"].dt.date)["contacts"].sum()
    expected = by_date(result)
    assert expected[dt.date(2014, 3, 31)] == actual[dt.date(2014, 3, 24)]
    assert expected[dt.date(2014, 4, 1)] == actual[dt.date(2014, 3, 18)]  # the 25th was closed
    assert expected[dt.date(2014, 4, 8)] == actual[dt.date(2014, 3, 18)]
    assert result.methods == {"a": "seasonal_naive"}


def test_kinds_of_days():
    first = dt.date(2014, 5, 26)  # Monday; Thursday the 29th is Ascension Day; Monday 9 June is Pentecost Monday
    dates = [first + dt.timedelta(days=day) for day in range(21)]
    holiday = np.array([date in {dt.date(2014, 5, 29), dt.date(2014, 6, 9)} for date in dates])
    is_open = np.array([date.weekday() != 6 for date in dates]) & ~holiday
    kinds = day_types(first, is_open, holiday)
    effect = {name: kinds.regressors[:, len(WEEKDAYS) + i] for i, name in enumerate(EFFECTS)}
    assert [dates[i].day for i in np.flatnonzero(effect["after_closed"])] == [10]
    assert [dates[i].day for i in np.flatnonzero(effect["bridge"])] == [30]
    # Saturday the 7th is open and lies between Friday and the closed Monday: no working day stands right before it.
    assert [dates[i].day for i in np.flatnonzero(effect["before_closed"])] == [28]
    # Working days: 26, 27, 28, 30 May (29 closed), 2, 3, 4 June; the month's end counts back from the 30th.
    assert effect["month_end"][[0, 1, 2, 4]] == pytest.approx([0.4, 0.6, 0.8, 1.0])
    assert effect["month_start"][[7, 8, 9, 10]] == pytest.approx([1.0, 2 / 3, 1 / 3, 0.0])
    assert not effect["open_holiday"].any()


def test_band_agrees_with_the_negative_binomial():
    mean = np.array([0.3, 1.0, 5.0, 40.0, 300.0])
    for spread in (0.1, 0.4):
        size = 1 / spread**2
        exact = stats.nbinom(size, size / (size + mean))
        low, high = bounds(mean, spread)
        assert np.abs(low - exact.ppf(0.1)).max() <= 1
        assert np.abs(high - exact.ppf(0.9)).max() <= 1
    low, high = bounds(np.array([0.0, 2.0]), 0.0001)
    assert (low[0], high[0]) == (0.0, 0.0)
    assert high[1] == stats.poisson(2.0).ppf(0.9)


def test_covered_is_the_same_as_lying_within_the_bounds():
    rng = np.random.default_rng(2)
    mean = np.concatenate([[0.0, 0.0], rng.gamma(0.7, 30.0, 3000)])
    actual = np.concatenate([[0.0, 1.0], rng.poisson(mean[2:] * rng.gamma(4.0, 0.25, 3000))]).astype(float)
    for spread in (0.01, 0.3, 1.5):
        low, high = bounds(mean, spread)
        np.testing.assert_array_equal(covered(actual, mean, spread), (low <= actual) & (actual <= high))


def test_calibration_finds_the_spread_and_covers_new_weeks():
    rng = np.random.default_rng(7)
    mean = np.full(4000, 60.0)
    actual = rng.poisson(mean * rng.gamma(1 / 0.2**2, 0.2**2, 4000))
    spread = calibrate(actual.astype(float), mean, days=200)
    assert spread == pytest.approx(0.2, rel=0.1)
    fresh = rng.poisson(mean * rng.gamma(1 / 0.2**2, 0.2**2, 4000))
    assert covered(fresh.astype(float), mean, spread).mean() == pytest.approx(0.8, abs=0.03)
    assert calibrate(np.zeros(0), np.zeros(0), days=0) == 0.2
