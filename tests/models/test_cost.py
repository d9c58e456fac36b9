"""The cost calculator against figures worked out by hand, and against a walk in plain Python."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.breaks import Break, format_breaks
from models.calendar import TimeGrid
from models.cost import COMPONENTS, PayRules, Premium, pay_rules, price
from models.costtable import contact_counts, cost_report, full_time_equivalents
from models.scenario import read_scenario

ZONE = "Europe/Amsterdam"
NIGHT = Premium("night", frozenset(range(7)), 22 * 60, 6 * 60, 40.0)
SUNDAY = Premium("sunday", frozenset({6}), 0, 1440, 100.0)


def row(start, paid_min, breaks=(), *, pool="p", shift="s", count=1):
    """Build a row as schedule.csv has it, from a start, its paid minutes and its breaks."""
    begin = pd.Timestamp(start).tz_convert(ZONE)
    end = begin + pd.Timedelta(minutes=paid_min + sum(b.length_min for b in breaks if not b.paid))
    return {
        "pool": pool,
        "date": str(begin.date()),
        "shift": shift,
        "start": begin.isoformat(),
        "end": end.isoformat(),
        "paid_min": paid_min,
        "breaks": format_breaks(begin, breaks),
        "count": count,
        "cost_each": 0.0,
    }


def rules(**changes):
    return PayRules(**{"time_zone": ZONE, "wage_per_hour": {"p": 20.0, "q": 30.0}} | changes)


def priced(rows, **changes):
    return price(pd.DataFrame(rows), rules(**changes)).rows


def test_base_is_paid_time_times_wage_factor_and_count():
    meal = Break(240, 30, "meal", False)
    rest = Break(120, 15, "rest", True)
    rows = priced([row("2014-07-01T08:00:00+02:00", 480, (meal, rest), count=3)], wage_factor={"s": 1.1})
    assert rows["cost"].item() == pytest.approx(3 * 8 * 22.0)
    assert rows["priced_each"].item() == pytest.approx(176.0)
    assert rows["rostered_hours"].item() == pytest.approx(24.0)
    assert rows["seat_hours"].item() == pytest.approx(25.5)


def test_premium_past_midnight_belongs_to_the_day_it_starts():
    friday_night = Premium("friday", frozenset({4}), 22 * 60, 6 * 60, 50.0)
    # 2014-07-04 is a Friday. The night from Friday to Saturday has it, the next one does not.
    first, second = (
        priced([row(f"2014-07-0{day}T20:00:00+02:00", 480)], premiums=(friday_night,))["premium"].item()
        for day in (4, 5)
    )
    assert first == pytest.approx(6 * 20.0 * 0.5)
    assert second == 0.0


def test_an_unpaid_break_earns_no_premium():
    meal = Break(120, 60, "meal", False)  # 22:00-23:00, inside the window
    rows = priced([row("2014-07-01T20:00:00+02:00", 420, (meal,))], premiums=(NIGHT,))
    assert rows["premium"].item() == pytest.approx(5 * 20.0 * 0.4)  # 23:00-04:00


def test_overlapping_premiums_and_holidays_add_up():
    # Sunday 2014-07-06, 20:00-24:00: two hours with Sunday only, two with Sunday and night, all on a holiday.
    rows = priced(
        [row("2014-07-06T20:00:00+02:00", 240)],
        premiums=(NIGHT, SUNDAY),
        holiday_percent=25.0,
        holidays=frozenset({dt.date(2014, 7, 6)}),
    )
    assert rows["premium"].item() == pytest.approx(20.0 * (4 * 1.0 + 2 * 0.4 + 4 * 0.25))


def test_holiday_ends_at_midnight():
    rows = priced(
        [row("2014-07-06T20:00:00+02:00", 480)], holiday_percent=100.0, holidays=frozenset({dt.date(2014, 7, 6)})
    )
    assert rows["premium"].item() == pytest.approx(4 * 20.0)


def test_overtime_counts_paid_minutes_beyond_its_threshold():
    meal = Break(240, 30, "meal", False)
    late = priced([row("2014-07-01T08:00:00+02:00", 540, (meal,))], overtime_after_min=480, overtime_percent=50.0)
    on_time = priced([row("2014-07-01T08:00:00+02:00", 480, (meal,))], overtime_after_min=480, overtime_percent=50.0)
    assert late["overtime"].item() == pytest.approx(1 * 20.0 * 0.5)
    assert late["base"].item() == pytest.approx(9 * 20.0)
    assert on_time["overtime"].item() == 0.0


def test_planned_shrinkage_raises_pay_and_nothing_else():
    rows = priced(
        [row("2014-07-01T08:00:00+02:00", 480)],
        planned_shrinkage={"p": 0.2},
        fixed_cost={"s": 7.0},
        overhead_per_seat_hour=3.0,
    )
    assert rows["shrinkage"].item() == pytest.approx(160 * 0.25)
    assert rows["fixed"].item() == pytest.approx(7.0)
    assert rows["overhead"].item() == pytest.approx(24.0)
    assert rows["cost"].item() == pytest.approx(160 / 0.8 + 7 + 24)
    assert rows["paid_hours"].item() == pytest.approx(10.0)


def test_overhead_runs_through_unpaid_breaks():
    split = Break(240, 180, "gap", False)
    rows = priced([row("2014-07-01T08:00:00+02:00", 480, (split,))], overhead_per_seat_hour=2.0)
    assert rows["overhead"].item() == pytest.approx(11 * 2.0)


@pytest.mark.parametrize(
    ("start", "end", "hours", "night_hours"),
    [
        ("2014-03-29T22:00:00+01:00", "2014-03-30T06:00:00+02:00", 7, 7),  # 23-hour day
        ("2014-10-25T22:00:00+02:00", "2014-10-26T06:00:00+01:00", 9, 9),  # 25-hour day
        ("2014-10-26T01:00:00+02:00", "2014-10-26T08:00:00+01:00", 8, 6),
    ],
)
def test_nights_on_which_the_clocks_change_pay_what_passes(start, end, hours, night_hours):
    entry = row(start, hours * 60)
    assert entry["end"] == end
    rows = priced([entry], premiums=(NIGHT,))
    assert rows["base"].item() == pytest.approx(hours * 20.0)
    assert rows["premium"].item() == pytest.approx(night_hours * 20.0 * 0.4)


def test_rows_that_contradict_themselves_are_refused():
    entry = row("2014-07-01T08:00:00+02:00", 480)
    for change, word in (
        ({"paid_min": 450}, "paid_min"),
        ({"pool": "unknown"}, "no wage"),
        ({"end": entry["start"]}, "does not end"),
        ({"breaks": "17:00-17:30 meal unpaid"}, "outside the shift"),
    ):
        with pytest.raises(ValueError, match=word):
            priced([entry | change])


def test_an_empty_schedule_costs_nothing():
    empty = pd.DataFrame(columns=list(row("2014-07-01T08:00:00+02:00", 60)))
    report = cost_report(empty, rules(), TimeGrid(ZONE, dt.date(2014, 7, 1), 7, 30))
    assert report.cost == 0.0
    assert report.level("total")["cost"].tolist() == [0.0]
    assert report.full_time_equivalents == 0.0


def walk(entry, pay):
    """Cost of one person on one shift, minute by minute, with nothing but the standard library."""
    zone = ZoneInfo(pay.time_zone)
    start, end = (dt.datetime.fromisoformat(entry[name]).astimezone(dt.UTC) for name in ("start", "end"))
    unpaid = []
    for part in filter(None, entry["breaks"].split("; ")):
        times, kind = part.split(" ")[0], part.rsplit(" ", 1)[1]
        if kind == "unpaid":
            unpaid.append(times.split("-"))
    money = surplus = 0.0
    worked = 0
    moment = start
    while moment < end:
        local = moment.astimezone(zone)
        clock = f"{local:%H:%M}"
        away = any((a <= clock < b) if a < b else (clock >= a or clock < b) for a, b in unpaid)
        if not away:
            worked += 1
            percent = 0.0
            for premium in pay.premiums:
                for back in (0, 1):
                    opening = dt.datetime.combine(local.date() - dt.timedelta(days=back), dt.time())
                    since = round((local.replace(tzinfo=None) - opening).total_seconds() / 60)
                    close = premium.to_min + (1440 if premium.to_min <= premium.from_min else 0)
                    if opening.weekday() in premium.weekdays and premium.from_min <= since < close:
                        percent += premium.percent
            if local.date() in pay.holidays:
                percent += pay.holiday_percent
            if pay.overtime_after_min is not None and worked > pay.overtime_after_min:
                percent += pay.overtime_percent
            surplus += percent / 100
            money += 1 + percent / 100
        moment += dt.timedelta(minutes=1)
    wage = pay.wage_per_hour[entry["pool"]] * pay.wage_factor.get(entry["shift"], 1.0) / 60
    pay_total = money * wage / (1 - pay.planned_shrinkage.get(entry["pool"], 0.0))
    seat = (end - start).total_seconds() / 3600 * pay.overhead_per_seat_hour
    return pay_total + pay.fixed_cost.get(entry["shift"], 0.0) + seat


premium = st.builds(
    Premium,
    name=st.just("x"),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    from_min=st.integers(0, 95).map(lambda k: 15 * k),
    to_min=st.integers(0, 96).map(lambda k: 15 * k),
    percent=st.sampled_from([12.5, 33.0, 100.0]),
)


@settings(max_examples=60, deadline=None)
@given(
    quarter=st.integers(0, 3 * 96),
    paid_quarters=st.integers(8, 40),
    meal=st.none() | st.integers(1, 6),
    premiums=st.lists(premium, max_size=3).map(tuple),
    overtime_after=st.none() | st.sampled_from([240, 475]),
    shrinkage=st.sampled_from([0.0, 0.13]),
)
def test_agrees_with_the_plain_walk(quarter, paid_quarters, meal, premiums, overtime_after, shrinkage):
    start = pd.Timestamp("2014-07-04T00:00:00+02:00") + pd.Timedelta(minutes=15 * quarter)
    breaks = () if meal is None else (Break(15 * meal, 30, "meal", False),)
    entry = row(start.isoformat(), 15 * paid_quarters, breaks, pool="q")
    pay = rules(
        premiums=premiums,
        overtime_after_min=overtime_after,
        overtime_percent=50.0,
        planned_shrinkage={"q": shrinkage},
        wage_factor={"s": 1.05},
        fixed_cost={"s": 4.0},
        overhead_per_seat_hour=1.5,
        holiday_percent=80.0,
        holidays=frozenset({dt.date(2014, 7, 6)}),
    )
    assert price(pd.DataFrame([entry]), pay).cost == pytest.approx(walk(entry, pay), abs=1e-6)


@pytest.fixture
def report():
    grid = TimeGrid(ZONE, dt.date(2014, 7, 2), 14, 30)  # a Wednesday
    meal = Break(240, 30, "meal", False)
    schedule = pd.DataFrame(
        [
            row("2014-07-02T08:00:00+02:00", 480, (meal,), count=2),
            row("2014-07-08T20:00:00+02:00", 540, pool="q"),  # into the second week
            row("2014-07-15T20:00:00+02:00", 480, pool="q"),  # beyond the horizon
        ]
    )
    demand = pd.DataFrame(
        {
            "start": [grid.starts[16], grid.starts[16], grid.starts[17]],
            "contact_type": ["easy", "hard", "easy"],
            "contacts": [10.0, 4.0, 6.0],
        }
    )
    types = pd.DataFrame({"contact_type": ["easy", "hard"], "pool": ["p", "q"], "resolved_share": [0.5, 1.0]})
    pay = rules(
        premiums=(NIGHT,),
        overtime_after_min=480,
        overtime_percent=50.0,
        planned_shrinkage={"p": 0.1, "q": 0.2},
        fixed_cost={"s": 5.0},
        overhead_per_seat_hour=1.0,
    )
    return cost_report(schedule, pay, grid, contact_counts(demand, types))


def test_every_level_adds_up_to_the_total(report):
    for level in ("total", "week", "day", "interval"):
        for pools in (report.level(level, pool=""), report.level(level)[lambda f: f["pool"] != ""]):
            assert pools["cost"].sum() == pytest.approx(report.cost)
            assert pools["contacts"].sum() == pytest.approx(20.0)
    parts = report.table[list(COMPONENTS)].sum(axis=1)
    assert np.allclose(parts, report.table["cost"])


def test_weeks_count_from_the_first_day_of_the_grid(report):
    weeks = report.level("week", pool="q").set_index("period")["rostered_hours"]
    assert weeks.to_dict() == pytest.approx({"2014-07-02": 4.0, "2014-07-09": 9.0, "2014-07-16": 4.0})


def test_minutes_fall_into_their_interval(report):
    first = report.level("interval", pool="p").set_index("period").loc["2014-07-02T12:00:00+02:00"]
    assert first["rostered_hours"] == 0.0  # both are at their meal
    assert first["seat_hours"] == pytest.approx(1.0)
    assert first["cost"] == pytest.approx(2 * (0.5 * 1.0 + 5.0 * 30 / 510))


def test_cost_per_contact_and_per_resolved_contact(report):
    total = report.level("total", pool="").iloc[0]
    assert total["resolved"] == pytest.approx(0.5 * 16 + 4)
    assert total["cost_per_contact"] == pytest.approx(report.cost / 20)
    assert total["cost_per_resolved"] == pytest.approx(report.cost / 12)
    quiet = report.level("day", pool="q").set_index("period").loc["2014-07-15"]
    assert np.isnan(quiet["cost_per_contact"])


def test_scaling_the_wage_scales_the_pay():
    entries = [row("2014-07-06T20:00:00+02:00", 480)]
    single = priced(entries, premiums=(NIGHT, SUNDAY))["cost"].item()
    double = priced(entries, premiums=(NIGHT, SUNDAY), wage_per_hour={"p": 40.0})["cost"].item()
    assert double == pytest.approx(2 * single)


def test_full_time_equivalents():
    assert full_time_equivalents(1600.0, 28) == pytest.approx(10.0)


def test_pay_rules_of_a_scenario():
    """The small example: EUR 20 an hour, 25 % on Saturdays, 10 % planned shrinkage, EUR 1.50 a seat hour."""
    scenario = read_scenario(Path(__file__).resolve().parents[2] / "data" / "small")
    pool, wage = next((name, pool.wage_per_hour) for name, pool in scenario.pools.items())
    saturday = row("2024-06-08T10:00:00+02:00", 240, pool=pool, shift="half")
    entry = price(pd.DataFrame([saturday]), pay_rules(scenario)).rows.iloc[0]
    shrinkage = scenario.pools[pool].planned_shrinkage
    assert entry["premium"] == pytest.approx(4 * wage * 0.25)
    assert entry["cost"] == pytest.approx(4 * wage * 1.25 / (1 - shrinkage) + 4 * 1.5)
