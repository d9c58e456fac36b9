"""The breaks cell of schedule.csv: wall clock, the next day, and the nights on which the clocks change."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.breaks import Break, format_breaks, parse_breaks

AMSTERDAM = "Europe/Amsterdam"


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(text).tz_convert(AMSTERDAM)


def test_breaks_are_wall_clock_times():
    breaks = (Break(240, 30, "meal", False), Break(420, 15, "rest", True))
    cell = format_breaks(at("2014-07-01T08:00:00+02:00"), breaks)
    assert cell == "12:00-12:30 meal unpaid; 15:00-15:15 rest paid"


def test_break_before_the_start_time_is_on_the_next_day():
    start = at("2014-07-01T22:00:00+02:00")
    assert parse_breaks(start, "02:00-02:30 meal unpaid") == (Break(240, 30, "meal", False),)
    assert parse_breaks(start, "23:45-00:15 meal unpaid") == (Break(105, 30, "meal", False),)


def test_break_in_the_night_that_skips_an_hour():
    start = at("2014-03-29T22:00:00+01:00")  # the clock jumps from 02:00 to 03:00
    assert parse_breaks(start, "03:00-03:30 meal unpaid") == (Break(240, 30, "meal", False),)
    with pytest.raises(ValueError, match=r"02:15 .* does not show"):
        parse_breaks(start, "02:15-02:30 rest paid")


def test_break_in_the_hour_that_comes_twice_keeps_its_pass():
    start = at("2014-10-25T22:00:00+02:00")  # 02:00 to 03:00 comes twice
    first, second = (Break(250, 15, "rest", True),), (Break(310, 15, "rest", True),)
    assert format_breaks(start, first) == "02:10-02:25 rest paid"
    assert format_breaks(start, second) == "02:10+01:00-02:25+01:00 rest paid"
    assert parse_breaks(start, format_breaks(start, first)) == first
    assert parse_breaks(start, format_breaks(start, second)) == second


@given(
    hour=st.integers(0, 71),
    offsets=st.lists(st.integers(0, 47), unique=True, max_size=4),
    length=st.sampled_from([5, 10, 15]),
    date=st.sampled_from(["2014-03-27", "2014-03-29", "2014-10-23", "2014-10-25", "2014-07-01"]),
)
def test_cells_round_trip_over_any_night(hour, offsets, length, date):
    start = pd.Timestamp(date, tz=AMSTERDAM) + pd.Timedelta(minutes=20 * hour)
    breaks = tuple(Break(15 * k, length, "tea break", bool(k % 2)) for k in sorted(offsets))
    assert parse_breaks(start, format_breaks(start, breaks)) == breaks


@pytest.mark.parametrize(
    "cell",
    ["12:00-12:30 meal", "noon meal paid", "25:00-25:30 meal paid", "12:00-12:30 meal unpaid; 12:15-12:45 rest paid"],
)
def test_unreadable_or_overlapping_breaks_are_refused(cell):
    with pytest.raises(ValueError, match=r"no break|overlap"):
        parse_breaks(at("2014-07-01T08:00:00+02:00"), cell)


@pytest.mark.parametrize("values", [(-1, 30, "meal"), (0, 0, "meal"), (0, 30, "a;b"), (0, 30, " ")])
def test_a_break_checks_itself(values):
    with pytest.raises(ValueError):
        Break(*values, paid=True)
