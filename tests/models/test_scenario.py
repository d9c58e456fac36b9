"""A scenario folder: what awkward input means, and every fault of every file at once."""

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.cost import pay_rules, price
from models.faults import InputFaults
from models.scenario import read_scenario
from models.scenario_checks import require_plannable

SCENARIO = """
time_zone: Europe/Amsterdam
horizon: {start: 2014-07-02, days: 7}
interval_min: 30
opening_hours: {mon-sat: "08:00-20:00"}
pay: {wage_per_hour: 20}
shifts:
  - {name: day, days: mon-sat, earliest_start: 08:00, latest_start: 12:00, latest_end: 20:00, paid_min: 480}
"""
TYPES = "contact_type,pool,aht_s,patience_s\ncalls,desk,200,300\n"
EMAIL = TYPES.replace("patience_s\n", "patience_s,kind,deadline_min\n") + "email,desk,300,,deferrable,480\n"


def history(start="2014-06-02", weeks=4, contact_type="calls"):
    """Ten contacts in each open half-hour."""
    times = pd.date_range(start, periods=weeks * 7 * 48, freq="30min")
    keep = (times.hour >= 8) & (times.hour < 20) & (times.day_of_week < 6)
    return "".join(f"{time:%Y-%m-%d %H:%M},{contact_type},10,240\n" for time in times[keep])


HEADER = "start,contact_type,contacts,aht_s\n"
ROWS = HEADER + history()


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        names = {"scenario": "scenario.yaml"}
        for name, text in ({"scenario": SCENARIO, "contact_types": TYPES, "history": ROWS} | files).items():
            if text is not None:
                (tmp_path / names.get(name, f"{name}.csv")).write_text(text)
        return tmp_path

    return write


def faults(path):
    with pytest.raises(InputFaults) as caught:
        read_scenario(path)
    return [str(fault) for fault in caught.value.faults]


def volumes(frame, contact_type="calls"):
    return frame[frame["contact_type"] == contact_type].set_index("start")["contacts"]


def at(text):
    return pd.Timestamp(text, tz="Europe/Amsterdam")


def test_a_plain_scenario(folder):
    scenario = read_scenario(folder())
    assert len(scenario.grid) == 7 * 48 and scenario.grid.weekday[0] == 2  # a week that starts on a Wednesday
    desk = scenario.pools["desk"]
    assert desk.contact_types == ("calls",) and desk.wage_per_hour == 20 and desk.max_heads is None
    assert desk.open.sum() == 6 * 24
    assert scenario.open_mask("calls") is desk.open and scenario.open_mask("desk") is desk.open
    with pytest.raises(KeyError):
        scenario.open_mask("nobody")
    row = scenario.contact_types.iloc[0]
    assert (row["kind"], row["concurrency"], row["resolved_share"], row["aht_s"]) == ("live", 1, 1, 200)
    assert len(scenario.history) == 24 * 24 and (scenario.history["contacts"] == 10).all()
    assert (scenario.history["aht_s"] == 240).all()
    assert scenario.demand is None and scenario.notes == ()


def test_all_faults_of_all_files_come_at_once(folder):
    found = faults(
        folder(
            scenario=SCENARIO.replace("wage_per_hour: 20", "wage_per_hour: -1").replace("480}", "470, pools: [dsk]}"),
            contact_types=TYPES + "calls,desk,x,\nchat,chats,100,,\n",
            pools="pool,target,floor\ndesk,0.6,0.7\n",
            history=ROWS
            + "2014-06-30 08:00,cals,1,\n2014-06-02 08:00,calls,-5,\n2014-06-02 08:00,calls,5,\nx,calls,1,\n",
        )
    )
    text = "\n".join(found)
    for part in (
        "scenario.yaml:6:pay.wage_per_hour: '-1'",
        "scenario.yaml:8:shifts.day.paid_min: '470 min'",
        "scenario.yaml:8:shifts.day.pools: 'dsk': is no pool; the pools are desk",
        "contact_types.csv:3:aht_s: 'x'",
        "contact_types.csv:3:contact_type: 'calls': stands in row 2 already",
        "contact_types.csv:4:pool: 'chats': is not in pools.csv",
        "pools.csv:2:floor: '0.7': floor (0.7) is above target (0.6)",
        "history.csv:578:contact_type: 'cals'",
        "history.csv:579:contacts: '-5'",
        "history.csv:580:start: '2014-06-02 08:00': the same contact type and time stand in row 2",
        "history.csv:581:start: 'x'",
    ):
        assert part in text, text


def test_a_folder_that_is_none_or_empty(tmp_path):
    assert "is no folder" in faults(tmp_path / "none")[0]
    found = faults(tmp_path)
    assert len(found) == 3  # scenario.yaml, contact_types.csv, and neither history nor demand


@pytest.mark.parametrize("name", ["scenario", "contact_types", "history"])
def test_empty_files(folder, name):
    assert any(fault.endswith("is empty") for fault in faults(folder(**{name: ""})))


def test_a_history_of_a_header_only_is_a_forecast_of_zero(folder):
    scenario = read_scenario(folder(history=HEADER))
    assert scenario.history is None
    assert "history.csv: has no rows, so the forecast is zero contacts in every interval; add past contacts" in (
        scenario.notes
    )
    blank = TYPES.replace("200", "")
    found = faults(folder(history=HEADER, contact_types=blank))
    assert len(found) == 1 and "history.csv has no rows, so the forecast is zero contacts" in found[0]
    given = read_scenario(
        folder(
            contact_types=TYPES,
            history=HEADER,
            demand=HEADER + "2014-07-02 10:00,calls,7,\n2014-07-02 10:30,calls,7,\n",
        )
    )
    assert "history.csv: has no rows; demand.csv is planned" in given.notes


def test_contact_types_of_a_header_only(folder):
    assert "names no contact type" in faults(folder(contact_types="contact_type,pool\n", history=HEADER))[0]


def test_missing_rows_are_zero_and_missing_days_are_unknown(folder):
    lines = ROWS.splitlines(keepends=True)
    kept = [line for line in lines if "2014-06-10" not in line and "2014-06-11 09:00" not in line]
    scenario = read_scenario(folder(history="".join(kept)))
    calls = volumes(scenario.history)
    assert calls[at("2014-06-11 09:00")] == 0
    assert at("2014-06-10 09:00") not in calls
    assert len(calls) == 23 * 24
    assert any("1 open intervals" in note for note in scenario.notes)
    assert any("2014-06-10" in note and "unknown" in note for note in scenario.notes)


def test_a_closed_holiday_without_rows_is_neither(folder):
    lines = [line for line in ROWS.splitlines(keepends=True) if "2014-06-09" not in line]  # Whit Monday
    text = SCENARIO + "holidays: {country: NL}\n"
    scenario = read_scenario(folder(scenario=text, history="".join(lines)))
    assert scenario.notes == ()
    assert scenario.holidays == {dt.date(2014, 6, 8): "Pentecost", dt.date(2014, 6, 9): "Pentecost Monday"}


def test_single_dates_come_before_holidays(folder):
    dates = (
        'holidays: {extra: {2014-07-03: Fair, 2014-07-04: Fair}, dates: {2014-07-04: open, 2014-07-05: "10:00-12:00"}}'
    )
    scenario = read_scenario(folder(scenario=SCENARIO + dates + "\n"))
    per_day = np.bincount(scenario.grid.day, weights=scenario.pools["desk"].open)
    assert list(per_day) == [24, 0, 24, 4, 0, 24, 24]
    assert list(scenario.holidays.values()) == ["Fair", "Fair"]


def test_holidays_reach_a_day_beyond_both_ends_of_the_horizon(folder):
    """A night shift that runs into New Year's Day just after the horizon earns holiday pay."""
    text = SCENARIO.replace("2014-07-02, days: 7", "2014-12-27, days: 5") + "holidays: {country: NL}\n"
    demand = "".join(f"2014-12-{day} {hour:02d}:{m},calls,9,240\n" for day in (29, 30) for hour in range(8, 20)
                     for m in ("00", "30"))  # fmt: skip
    scenario = read_scenario(folder(scenario=text, history=None, demand=HEADER + demand))
    assert scenario.grid.dates[-1] == dt.date(2014, 12, 31)
    assert list(scenario.holidays) == [dt.date(2014, 12, 26), dt.date(2015, 1, 1)]
    night = {"pool": "desk", "shift": "day", "start": "2014-12-31T20:00:00+01:00", "end": "2015-01-01T04:00:00+01:00"}
    shift = pd.DataFrame([night | {"date": "2014-12-31", "paid_min": 480, "breaks": "", "count": 1, "cost_each": 0.0}])
    rules = dataclasses.replace(pay_rules(scenario), holiday_percent=100.0)
    assert price(shift, rules).cost == pytest.approx(20 * 8 + 20 * 4)


def test_contacts_while_closed_are_left_out_and_said(folder):
    scenario = read_scenario(folder(history=ROWS + "2014-06-15 12:00,calls,7,200\n2014-06-16 07:30,calls,3,200\n"))
    assert scenario.history["contacts"].sum() == 24 * 24 * 10
    assert any("10 contacts" in note and "calls" in note for note in scenario.notes)


def test_deferrable_work_waits_for_the_next_opening(folder):
    mail = "2014-06-14 21:00,email,4,100\n2014-06-15 12:00,email,2,400\n2014-06-16 08:00,email,6,300\n"
    scenario = read_scenario(folder(contact_types=EMAIL, history=ROWS + mail))
    row = scenario.history[(scenario.history["contact_type"] == "email") & (scenario.history["contacts"] > 0)]
    assert list(row["start"]) == [at("2014-06-16 08:00")] and list(row["contacts"]) == [12]
    assert row["aht_s"].item() == pytest.approx((4 * 100 + 2 * 400 + 6 * 300) / 12)
    assert any("6 deferrable contacts" in note for note in scenario.notes)


def test_a_type_starts_to_exist_on_its_first_day(folder):
    both = TYPES + "new,desk,100,\n"
    scenario = read_scenario(folder(contact_types=both, history=ROWS + "2014-06-25 12:00,new,5,100\n"))
    new = volumes(scenario.history, "new")
    assert new.index[0] == at("2014-06-25 08:00") and new.sum() == 5


def test_finer_history_is_added_up(folder):
    rows = [
        f"2014-06-{day:02d} 09:{minute:02d},calls,{minute},{100 + minute}\n"
        for day in (23, 24)
        for minute in range(0, 60, 5)
    ]
    calls = read_scenario(folder(history=HEADER + "".join(rows))).history.set_index("start")
    assert calls["contacts"][at("2014-06-23 09:00")] == sum(range(0, 30, 5))
    weights = np.arange(30, 60, 5)
    assert calls["aht_s"][at("2014-06-24 09:30")] == pytest.approx(np.average(100 + weights, weights=weights))


def test_coarser_history_is_split_over_open_intervals(folder):
    hours = "".join(f"2014-06-{day} {hour:02d}:00,calls,10,240\n" for day in (23, 24) for hour in range(8, 20))
    calls = volumes(read_scenario(folder(history=HEADER + hours)).history)
    assert (calls == 5).all() and len(calls) == 48
    days = "".join(f"2014-06-{day},calls,240,240\n" for day in (23, 24))
    calls = volumes(read_scenario(folder(history=HEADER + days)).history)
    assert (calls == 10).all() and len(calls) == 48


def test_lengths_that_do_not_divide_each_other(folder):
    rows = "".join(f"2014-06-23 {hour:02d}:{minute},calls,1,\n" for hour in (9, 10) for minute in ("00", "20", "40"))
    assert "20 minutes apart" in faults(folder(history=HEADER + rows))[0]


def test_a_stray_row_between_hourly_rows_is_a_fault(folder):
    hours = "".join(f"2014-06-{day:02d} {hour:02d}:00,calls,10,\n" for day in range(2, 28) for hour in range(8, 20))
    hours = HEADER + hours
    found = faults(folder(history=hours + "2014-06-27 09:30,calls,3,\n"))
    assert len(found) == 1 and "history.csv:314:start" in found[0] and "60-minute grid" in found[0]


def test_history_across_the_change_of_the_clocks(folder):
    text = (
        SCENARIO.replace("mon-sat", "daily")
        .replace("08:00-20:00", "00:00-24:00")
        .replace("start: 2014-07-02", "start: 2014-11-01")
    )
    times = pd.date_range("2014-10-20", "2014-10-31 23:30", freq="30min")
    twice = {pd.Timestamp("2014-10-26 02:00"), pd.Timestamp("2014-10-26 02:30")}
    rows = "".join(f"{time:%Y-%m-%d %H:%M},calls,{1 if time in twice else 2},\n" for time in times)
    second = "".join(f"{time:%Y-%m-%d %H:%M},calls,7,\n" for time in sorted(twice))
    calls = volumes(read_scenario(folder(scenario=text, history=HEADER + rows + second)).history)
    assert len(calls) == 12 * 48 + 2
    assert calls[pd.Timestamp("2014-10-26T02:30+02:00")] == 1 and calls[pd.Timestamp("2014-10-26T02:30+01:00")] == 7
    assert "stand in row" in faults(folder(scenario=text, history=HEADER + rows + second + second))[0]
    spring = HEADER + "2014-03-30 02:30,calls,1,\n"
    assert "the clocks of Europe/Amsterdam skip" in faults(folder(history=spring))[0]
    silent = ROWS + "2014-03-30 02:30,calls,0,\n"  # an export of all wall-clock times
    assert read_scenario(folder(history=silent)).history is not None


def test_a_horizon_across_the_change_of_the_clocks(folder):
    text = SCENARIO.replace("2014-07-02, days: 7", "2014-10-25, days: 3").replace('"08:00-20:00"', '"20:00-04:00"')
    text = text.replace("08:00, latest_start: 12:00, latest_end: 20:00", "20:00, latest_start: 20:00, latest_end: null")
    scenario = read_scenario(folder(scenario=text))
    per_day = np.bincount(scenario.grid.day, weights=scenario.pools["desk"].open)
    # Saturday: Friday's night and its own evening; Sunday: the ten half-hours of Saturday's night; Monday: its evening.
    assert list(per_day) == [8 + 8, 10, 8]


def test_the_future_is_not_known(folder):
    scenario = read_scenario(folder(history=ROWS + history("2014-07-02", 1)))
    assert scenario.history["start"].max() < scenario.grid.starts[0]
    assert any("left out" in note for note in scenario.notes)
    assert "all rows lie on or after" in faults(folder(history=HEADER + history("2014-07-02", 1)))[0]


def test_a_horizon_far_from_the_history_and_a_short_history(folder):
    far = SCENARIO.replace("2014-07-02", "2015-07-01")
    assert any("days before the horizon" in note for note in read_scenario(folder(scenario=far)).notes)
    short = read_scenario(folder(history=HEADER + history("2014-06-23", 1)))
    assert any("spans 6 days" in note for note in short.notes)
    ages = HEADER + "1970-01-01 08:00,calls,1,\n2014-06-02 08:00,calls,1,\n"
    assert "more than 11 years" in faults(folder(history=ages))[0]


def test_zero_contacts_are_no_fault(folder):
    scenario = read_scenario(folder(history=ROWS.replace(",10,", ",0,")))
    assert scenario.history["contacts"].sum() == 0 and scenario.contact_types["aht_s"].item() == 200
    assert any("planned with none" in note for note in scenario.notes)


def test_a_blank_handle_time_is_the_mean_of_the_history(folder):
    blank = TYPES.replace(",200,", ",,")
    mixed = HEADER + "2014-06-23 09:00,calls,1,100\n2014-06-23 09:30,calls,3,200\n2014-06-23 10:00,calls,9,0\n"
    assert read_scenario(folder(contact_types=blank, history=mixed)).contact_types["aht_s"].item() == 175
    none = HEADER + "2014-06-23 09:00,calls,1,\n"
    assert "contact_types.csv:2:aht_s: is blank" in faults(folder(contact_types=blank, history=none))[0]


def test_given_demand(folder):
    rows = HEADER + "2014-07-02 09:00,calls,10,\n2014-07-02 09:15,calls,5,100\n2014-07-20 09:00,calls,10,\n"
    scenario = read_scenario(folder(history=None, demand=rows))
    demand = scenario.demand
    assert scenario.history is None and len(demand) == 6 * 24
    assert demand["contacts"].sum() == 15 and demand["aht_s"].notna().all()
    assert volumes(demand)[at("2014-07-02 09:00")] == 15
    assert any("1 rows outside the horizon" in note for note in scenario.notes)
    assert "no row within the horizon" in faults(folder(history=None, demand=HEADER + "2013-01-01,calls,1,\n"))[0]


def test_pools_take_blank_cells_from_the_settings(folder):
    hours = "mon-fri 09:00-17:00; sat 10:00-12:00"
    pools = f"pool,wage_per_hour,target,max_heads,opening_hours\ndesk,,0.9,7,{hours}\nidle,,,,\n"
    scenario = read_scenario(folder(pools=pools))
    desk = scenario.pools["desk"]
    assert (desk.wage_per_hour, desk.target, desk.floor, desk.max_heads) == (20, 0.9, 0.5, 7)
    assert desk.open.sum() == 5 * 16 + 4 and set(scenario.pools) == {"desk"}
    assert any("idle serves no contact type" in note for note in scenario.notes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("08:00, latest_start", "08:15, latest_start"),
            "shifts.day.earliest_start: '08:15': is no multiple of interval_min (30)",
        ),
        (("paid_min: 480", "paid_min: 480, start_step_min: 45"), "shifts.day.start_step_min: '45'"),
        (("paid_min: 480", "paid_min: {from: 240, to: 300, step: 15}"), "shifts.day.paid_min: '255 min'"),
        (
            ("480}", "480, breaks: [{name: m, length_min: 15}]}"),
            "shifts.day.breaks.m.length_min: '15 min': is no multiple",
        ),
        (
            ("480}", "480, breaks: [{name: m, length_min: 30, after_start_min: 600}]}"),
            "shifts.day.breaks: in no paid length",
        ),
        (("paid_min: 480", "paid_min: 780"), "shifts.day.latest_end: '20:00': even the shortest shift"),
        (("days: mon-sat", "days: sun"), "never meets the opening hours"),
        (('"08:00-20:00"', '"08:00-19:45"'), "opening_hours: 19:45 is not on the 30-minute grid"),
        (("480}", "480, pools: [sales]}"), "'sales': is no pool; the pools are desk"),
        (("shifts:", "limits: {heads: [{max: 5, pool: sales}]}\nshifts:"), "limits.heads.1.pool: 'sales'"),
        (
            ("shifts:", "limits: {shift_types: [{shift: nite, max_per_day: 1}]}\nshifts:"),
            "limits.shift_types.1.shift: 'nite'",
        ),
        (("shifts:", "limits: {heads: [{max: 5, from: 08:10}]}\nshifts:"), "limits.heads.1.from: '08:10'"),
        (("interval_min: 30", "interval_min: 120"), "is no multiple of interval_min (120)"),
        (
            ("shifts:", "service: {model: erlang-b, definition: answered, mode: interval}\nshifts:"),
            "service.definition: 'answered': with model erlang-b everybody who is answered is answered at once",
        ),
        (("2014-07-02", "9999-12-30"), "horizon.start: '9999-12-30': must be less than 2200-01-01"),
        (("2014-07-02", "0001-01-01"), "horizon.start: '0001-01-01': must be greater than or equal to 1900-01-01"),
        (("2014-07-02", "2300-01-01"), "horizon.start: '2300-01-01': must be less than 2200-01-01"),
        (("wage_per_hour: 20", "wage_per_hour: 1e300"), "pay.wage_per_hour: '1e+300': must be less than or equal to"),
        (("480}", "480, fixed_cost: 1e300}"), "shifts.day.fixed_cost: '1e+300': must be less than or equal to"),
        (("shifts:", f"limits: {{seats: 1{'0' * 400}}}\nshifts:"), "limits.seats"),
        (("days: 7}", "days: 1}\nholidays: {extra: {2014-07-02: Fair}}"), "never open in the horizon"),
    ],
)
def test_settings_that_cannot_work_together(folder, change, message):
    assert change[0] in SCENARIO
    found = faults(folder(scenario=SCENARIO.replace(*change)))
    assert any(message in fault for fault in found), found


@pytest.mark.parametrize(
    "stamp", ["9999-12-31 08:00", "0001-01-01 08:00", "2300-01-01 08:00", "9999-12-31T23:00-02:00"]
)
@pytest.mark.parametrize("name", ["history", "demand"])
def test_times_of_other_ages_are_faults(folder, name, stamp):
    found = faults(folder(**{name: f"{ROWS}{stamp},calls,1,\n"}))
    assert any(f"{name}.csv:578:start: '{stamp}': is no time between 1900 and 2199" in fault for fault in found)


@pytest.mark.parametrize("start", ["1900-01-01", "2199-12-31"])
def test_horizons_at_the_ends_of_time(folder, start):
    """Demand of a day: a week at either end is read like any other."""
    rows = f"{HEADER}{start} 10:00,calls,1,\n{start} 10:30,calls,1,\n"
    text = SCENARIO.replace("2014-07-02", start).replace("mon-sat", "mon-sun")
    assert read_scenario(folder(scenario=text, history=None, demand=rows)).demand["contacts"].sum() == 2


def test_no_shift_is_longer_than_a_horizon_that_repeats(folder):
    day = SCENARIO.replace("days: 7}", "days: 1}\nhorizon_edges: cyclic")
    long = "480}\n  - {name: long, earliest_start: 08:00, latest_start: 08:00, paid_min: 1440, breaks: [B]}\n"
    text = day.replace("480}", long.replace("B", "{name: meal, length_min: 30}"))
    assert faults(folder(scenario=text)) == [
        "scenario.yaml:10:shifts.long.paid_min: with breaks a shift of up to 24.5 h is longer than the cyclic horizon"
        " of 24 h; shorten it, plan more days, or take another horizon_edges"
    ]
    assert read_scenario(folder(scenario=text.replace("cyclic", "cut")))
    assert read_scenario(folder(scenario=text.replace("days: 1}", "days: 2}")))


def test_a_scenario_without_shift_types_is_read_but_not_planned(folder):
    scenario = read_scenario(folder(scenario=SCENARIO[: SCENARIO.index("shifts:")]))
    with pytest.raises(InputFaults, match=r"scenario.yaml:shifts: there are no shift types.* add at least one"):
        require_plannable(scenario)
    require_plannable(read_scenario(folder()))


def test_erlang_b_counts_the_answered_where_losses_are_capped(folder):
    service = "service: {model: erlang-b, definition: answered, mode: interval}\nshifts:"
    text = SCENARIO.replace("shifts:", service)
    assert read_scenario(folder(scenario=text, pools="pool,abandonment_cap\ndesk,0.02\n"))
    assert read_scenario(folder(scenario=text.replace("interval}", "interval, abandonment_cap: 0.05}"), pools=None))


def test_shift_names_are_unique(folder):
    again = "  - {name: day, earliest_start: 09:00, latest_start: 12:00, paid_min: 480}\n"
    assert "two shift types have this name" in faults(folder(scenario=SCENARIO + again))[0]


def test_paid_lengths_without_room_for_their_breaks_are_said(folder):
    breaks = (
        "480}",
        "{from: 240, to: 480, step: 120}, breaks: [{name: m, length_min: 30, after_start_min: 180,"
        " before_end_min: 120}]}",
    )
    scenario = read_scenario(folder(scenario=SCENARIO.replace(*breaks)))
    assert [note for note in scenario.notes if "with 4 h paid" in note]


def test_a_night_shift_meets_hours_past_midnight(folder):
    text = SCENARIO.replace('"08:00-20:00"', '"20:00-06:00"')
    text = text.replace("08:00, latest_start: 12:00, latest_end: 20:00", "00:00, latest_start: 00:00, latest_end: null")
    read_scenario(folder(scenario=text))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("email,desk,300,,deferrable,", "contact_types.csv:3:deadline_min: is blank"),
        ("email,desk,300,,deferrable,10", "is shorter than one interval (30 minutes)"),
        ("talk,desk,300,,live,600", "is only for deferrable work"),
        ("talk,desk,300,,phone,", "must be one of live, chat, deferrable"),
        ("desk,other,300,,live,", "is also the name of a pool that does not serve it"),
    ],
)
def test_contact_types_that_contradict_their_kind(folder, row, message):
    types = EMAIL.splitlines(keepends=True)
    found = faults(folder(contact_types="".join(types[:2]) + row + "\n"))
    assert any(message in fault for fault in found), found


def test_a_deadline_that_cannot_be_read_is_not_blank_too(folder):
    found = faults(folder(contact_types=EMAIL.replace("480", "24h")))
    assert len(found) == 1 and found[0].startswith("contact_types.csv:3:deadline_min: '24h': is no finite number")
    assert "is blank; deferrable work needs a deadline" in faults(folder(contact_types=EMAIL.replace("480", "")))[0]


@pytest.mark.parametrize(
    ("files", "messages"),
    [
        (
            {"history": ROWS.replace("contacts,", "Contacts,", 1)},
            ["history.csv:1:contacts: the column is missing; rename Contacts: names of columns are in small letters"],
        ),
        (
            {"pools": "Pool,target\ndesk,0.8\n"},
            ["pools.csv:1:pool: the column is missing; rename Pool: names of columns are in small letters"],
        ),
        (
            {"pools": "pool,wage\ndesk,16\n"},
            ["pools.csv:1:wage: is no column of this table; did you mean wage_per_hour?"],
        ),
        ({"pools": "pool,target,targt\ndesk,0.8,0.7\n"}, ["pools.csv:1:targt: is no column of this table; remove it"]),
        (
            {"pools": 'pool,target,floor\ndesk,80,"0,5"\n'},
            [
                "pools.csv:2:target: '80': must lie between 0 and 1, both excluded; write 0.8 for 80 %",
                "pools.csv:2:floor: '0,5': is no finite number; write 0.5",
            ],
        ),
        (
            {"pools": "pool,target,unplanned_shrinkage\ndesk,80%,7.5 %\n"},
            [
                "pools.csv:2:target: '80%': is no finite number; write 0.8",
                "pools.csv:2:unplanned_shrinkage: '7.5 %': is no finite number; write 0.075",
            ],
        ),
    ],
)
def test_what_was_meant_is_said(folder, files, messages):
    found = faults(folder(**files))
    assert len(found) == len(messages)
    for message in messages:
        assert any(fault.startswith(message) for fault in found), found


def test_customers_without_patience_are_said(folder):
    notes = read_scenario(folder(contact_types=TYPES.replace(",300\n", ",\n"))).notes
    assert any("nobody gives up" in note for note in notes)


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 13), st.integers(0, 287), st.integers(0, 50)),
        min_size=1,
        max_size=30,
        unique_by=lambda r: r[:2],
    ),
    interval_min=st.sampled_from([15, 30, 60]),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_contact_is_lost_or_invented_when_the_doors_never_close(folder, rows, interval_min):
    text = (
        SCENARIO.replace("mon-sat: ", "daily: ")
        .replace("08:00-20:00", "00:00-24:00")
        .replace(": 30", f": {interval_min}")
        .replace("paid_min: 480", "paid_min: 480, start_step_min: 60")
    )
    first = pd.Timestamp("2014-06-10")
    # One row on the five-minute grid of midnight fixes the length of the file's intervals.
    cells = {first + pd.Timedelta(days=d, minutes=5 * m): n for d, m, n in [(0, 0, 1), (0, 1, 1), *rows]}
    table = HEADER + "".join(f"{time:%Y-%m-%d %H:%M},calls,{n},60\n" for time, n in cells.items())
    scenario = read_scenario(folder(scenario=text, history=table))
    assert scenario.history["contacts"].sum() == sum(cells.values())
    assert (scenario.history.groupby(scenario.history["start"].dt.date).size() == 1440 // interval_min).all()
