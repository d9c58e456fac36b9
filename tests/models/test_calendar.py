"""The time grid: days of 23, 24 and 25 hours, wall-clock words, opening hours, stamps."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calendar import (
    TimeGrid,
    format_time,
    localise,
    open_mask,
    parse_days,
    parse_ranges,
    parse_time,
    parse_week,
)

AMS = "Europe/Amsterdam"
SPRING, AUTUMN = dt.date(2014, 3, 30), dt.date(2014, 10, 26)
ZONES = [
    AMS,
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Sydney",
    "America/Sao_Paulo",
    "Europe/Dublin",
    "America/Havana",
    "UTC",
]


@st.composite
def grids(draw):
    return TimeGrid(
        draw(st.sampled_from(ZONES)),
        draw(st.dates(dt.date(2008, 1, 1), dt.date(2030, 12, 31))),
        draw(st.integers(1, 12)),
        draw(st.sampled_from([5, 10, 15, 30, 60])),
    )


@given(grids())
@settings(max_examples=60, deadline=None)
def test_a_grid_covers_each_local_day_once_and_contiguously(grid):
    starts = grid.starts
    assert len(starts) == len(grid) == len(grid.day) == len(grid.minute_of_day) == len(grid.weekday)
    gaps = (starts[1:] - starts[:-1]).unique() if len(starts) > 1 else []
    assert all(gap == pd.Timedelta(minutes=grid.interval_min) for gap in gaps)
    assert [start.date() for start in starts] == [grid.dates[day] for day in grid.day]
    assert list(grid.weekday) == [start.weekday() for start in starts]
    assert list(grid.minute_of_day) == [start.hour * 60 + start.minute for start in starts]
    before, after = starts[0] - pd.Timedelta(minutes=1), starts[-1] + pd.Timedelta(minutes=grid.interval_min)
    assert before.date() < grid.first_date
    assert after.date() == grid.first_date + dt.timedelta(days=grid.days)
    assert grid.day_bounds[0] == 0 and grid.day_bounds[-1] == len(grid)
    assert set(np.diff(grid.day_bounds) * grid.interval_min / 60) <= {23, 24, 25}


@given(grids())
@settings(max_examples=40, deadline=None)
def test_index_at_inverts_the_wall_clock(grid):
    seen = {}
    for index, (day, minute) in enumerate(zip(grid.day, grid.minute_of_day, strict=True)):
        seen.setdefault((day, minute), index)  # an hour that comes twice: the first
    for (day, minute), index in seen.items():
        assert grid.index_at(grid.dates[day], minute) == index
        assert grid.index_at(grid.dates[day] - dt.timedelta(days=1), minute + 1440) == index
    present = {minute for day, minute in seen if day == 0}
    for minute in set(range(0, 1440, grid.interval_min)) - present:
        assert grid.index_at(grid.first_date, minute) is None


def test_days_on_which_the_clocks_change():
    grid = TimeGrid(AMS, SPRING - dt.timedelta(days=1), 2, 30)
    assert list(np.diff(grid.day_bounds)) == [48, 46]
    assert grid.index_at(SPRING, 150) is None
    assert grid.index_at(SPRING, 180) == 48 + 4
    grid = TimeGrid(AMS, AUTUMN, 1, 30)
    assert len(grid) == 50
    assert list(grid.minute_of_day[3:9]) == [90, 120, 150, 120, 150, 180]
    assert grid.index_at(AUTUMN, 150) == 5


def test_index_at_outside_the_grid_and_within_an_interval():
    grid = TimeGrid(AMS, dt.date(2014, 7, 1), 1, 30)
    assert grid.index_at(dt.date(2014, 6, 30), 23 * 60) == -2
    assert grid.index_at(dt.date(2014, 7, 2), 0) == 48
    assert grid.index_at(dt.date(2014, 7, 1), 8 * 60 + 29) == 16


def test_a_midnight_that_the_clocks_skip():
    grid = TimeGrid("America/Sao_Paulo", dt.date(2018, 11, 4), 1, 60)
    assert len(grid) == 23
    assert grid.minute_of_day[0] == 60


@pytest.mark.parametrize("interval_min", [7, 45, 90, 300, 0, -30])
def test_intervals_that_fit_no_day_are_refused(interval_min):
    with pytest.raises(ValueError, match="interval_min"):
        TimeGrid(AMS, dt.date(2014, 7, 1), 1, interval_min)


def test_two_hour_intervals_are_refused_only_where_the_clocks_change():
    assert len(TimeGrid(AMS, dt.date(2014, 7, 1), 7, 120)) == 84
    with pytest.raises(ValueError, match="2014-10-26 has 25 hours"):
        TimeGrid(AMS, dt.date(2014, 10, 20), 7, 120)


def test_different_grids_refuse_to_mix():
    one = TimeGrid(AMS, dt.date(2014, 7, 1), 7, 30)
    one.require_same(TimeGrid(AMS, dt.date(2014, 7, 1), 7, 30))
    with pytest.raises(ValueError, match=r"30-minute.*15-minute"):
        one.require_same(TimeGrid(AMS, dt.date(2014, 7, 1), 7, 15))


@given(st.integers(0, 2880))
def test_times_are_read_as_they_are_written(minute):
    assert parse_time(format_time(minute)) == minute


@pytest.mark.parametrize("text", ["8", "25:00", "24:30", "08:60", "8h", "", "08:00+2", "-1:00"])
def test_times_that_are_none(text):
    with pytest.raises(ValueError, match="HH:MM"):
        parse_time(text)


def test_weekdays():
    assert parse_days("mon-fri,sun") == (0, 1, 2, 3, 4, 6)
    assert parse_days("Sat - Mon") == (0, 5, 6)
    assert parse_days("wed") == (2,)
    assert parse_days("daily") == tuple(range(7))
    for text in ("monday", "", "mon-", "mon-tue-wed"):
        with pytest.raises(ValueError, match="weekday"):
            parse_days(text)


def test_opening_ranges():
    assert parse_ranges("13:00-17:00, 08:00-12:00") == ((480, 720), (780, 1020))
    assert parse_ranges("closed") == ()
    assert parse_ranges("00:00-24:00") == ((0, 1440),)
    assert parse_ranges("22:00-06:00") == ((1320, 1800),)
    for text in ("08:00-12:00,11:00-13:00", "08:00", "06:00+1-07:00"):
        with pytest.raises(ValueError, match=r"overlap|opening range|next day"):
            parse_ranges(text)
    with pytest.raises(ValueError, match="mon has two"):
        parse_week({"mon-fri": "08:00-12:00", "mon": "closed"})


def test_hours_past_midnight_belong_to_the_day_on_which_they_start():
    week = parse_week({"mon-sat": "22:00-06:00"})
    grid = TimeGrid(AMS, dt.date(2014, 7, 6), 2, 60)  # a Sunday and a Monday
    mask = open_mask(grid, week)
    assert list(np.flatnonzero(mask)) == [0, 1, 2, 3, 4, 5, 24 + 22, 24 + 23]
    # Saturday's own hours fall away, so the first morning is shut too; what reaches in from a day before stays.
    assert not open_mask(grid, week, {dt.date(2014, 7, 5): ()})[:6].any()
    assert open_mask(grid, week, {dt.date(2014, 7, 6): ()})[:6].all()


def test_a_night_shift_of_the_doors_lasts_nine_hours_when_the_clocks_go_back():
    week = parse_week({"sat": "22:00-06:00"})
    assert open_mask(TimeGrid(AMS, AUTUMN - dt.timedelta(days=1), 2, 60), week).sum() == 9
    assert open_mask(TimeGrid(AMS, SPRING - dt.timedelta(days=1), 2, 60), week).sum() == 7


def test_exceptions_replace_the_hours_of_their_date():
    week = parse_week({"daily": "08:00-20:00"})
    grid = TimeGrid(AMS, dt.date(2014, 7, 1), 2, 60)
    mask = open_mask(grid, week, {dt.date(2014, 7, 2): parse_ranges("10:00-16:00")})
    assert list(np.flatnonzero(mask[24:])) == list(range(10, 16))
    assert mask[:24].sum() == 12


def test_stamps_without_offset_are_wall_clock_time():
    stamps = localise(["2014-07-01 08:00", "2014-07-01T08:00:00+00:00", "2014-07-01T08:00Z", "2014-07-01"], AMS)
    assert [stamp.isoformat() for stamp in stamps] == [
        "2014-07-01T08:00:00+02:00",
        "2014-07-01T10:00:00+02:00",
        "2014-07-01T10:00:00+02:00",
        "2014-07-01T00:00:00+02:00",
    ]


def test_stamps_in_the_hour_that_comes_twice_and_the_one_that_never_comes():
    twice = "2014-10-26 02:30"
    stamps = localise([twice, twice, twice, "2014-03-30 02:30", "nonsense", ""], AMS, ["a", "b", "a", "a", "a", "a"])
    assert [str(stamp)[-6:] for stamp in stamps[:3]] == ["+02:00", "+02:00", "+01:00"]
    assert stamps[3:].isna().all()
