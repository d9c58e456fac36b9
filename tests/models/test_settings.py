"""Settings: what a field accepts, and what a file with faults says."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from models.faults import FaultLog
from models.scenario_checks import breaks_fit
from models.section_file import sections
from models.settings import Break, HeadLimit, MinuteRange, Premium, Settings, ShiftType
from models.settings_file import read_settings

BASE = """
time_zone: Europe/Amsterdam
horizon: {start: 2014-07-02, days: 10}
opening_hours: {mon-sat: "08:00-20:00"}
pay: {wage_per_hour: 20}
"""
SHIFT = {"name": "a", "earliest_start": "08:00", "latest_start": "12:00", "paid_min": {"from": 240, "to": 480}}


def read(tmp_path, text):
    path = tmp_path / "scenario.yaml"
    path.write_text(text)
    log = FaultLog()
    return read_settings(path, log), [str(fault) for fault in log.faults]


def test_the_least_file_and_its_defaults(tmp_path):
    found, faults = read(tmp_path, BASE)
    assert faults == []
    settings_ = found.settings
    assert settings_.service.target == 0.8 and settings_.service.floor == 0.5 and settings_.service.model == "erlang-a"
    assert settings_.horizon.end == dt.date(2014, 7, 12)
    assert settings_.week[5] == ((480, 1200),) and settings_.week[6] == ()
    assert settings_.shifts == () and settings_.solve.seed == 1


def test_every_field_says_what_it_means():
    def walk(model: type[BaseModel]):
        for name, info in model.model_fields.items():
            assert info.description, f"{model.__name__}.{name}"
            assert "unit" in info.json_schema_extra, f"{model.__name__}.{name}"
            for inner in sections(info.annotation):
                walk(inner)

    walk(Settings)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("currancy: EUR", "scenario.yaml:6:currancy: is no setting here; did you mean currency?"),
        ("currency: euro", "scenario.yaml:6:currency: 'euro': "),
        ("interval_min: 25", "scenario.yaml:6:interval_min: '25': neither divides 60"),
        ("interval_min: .nan", "scenario.yaml:6:interval_min: 'nan': must be a finite number"),
        ("service: {target: .inf}", "scenario.yaml:6:service.target: 'inf': "),
        ("service:\n  target: 1.2", "scenario.yaml:7:service.target: '1.2': must be less than 1"),
        ("service:\n  floor: 0", "scenario.yaml:7:service.floor: '0': must be greater than 0"),
        ("service: {floor: 0.9}", "scenario.yaml:6:service: floor (0.9) is above target (0.8)"),
        ("service: {floor: 0.9, modl: x}", "scenario.yaml:6:service: floor (0.9) is above target (0.8)"),
        ("service:", "scenario.yaml:6:service: is empty; write its settings below it"),
        ("limits: {seats: true}", "scenario.yaml:6:limits.seats: 'True': true and false do not belong here"),
        ("limits: {heads: [{max: 3, min: 4}]}", "scenario.yaml:6:limits.heads.1: min (4) is above max (3)"),
        ("holidays: {country: NLX}", "no holiday calendar for country 'NLX'"),
        ("holidays: {country: DE, subdivision: XX}", "DE has no subdivision 'XX'"),
        ("holidays: {dates: {2014-07-14: shut}}", "2014-07-14: 'shut' is no opening range"),
        ("holidays: {dates: {2014-7-14: closed}}", "must be a date, written YYYY-MM-DD"),
        ("name: 12", "must be text; put it in quotes"),
        ("service: {definition: answered}", "definition answered cannot be planned with mode day"),
        ("service: {definition: without_short_abandons, mode: day}", "write definition: offered, or mode: interval"),
        ("service: {target: 80}", "service.target: '80': must be less than 1; write 0.8 for 80 %"),
        (
            "service: {target: 80%}",
            "service.target: '80%': must be a valid number, unable to parse string as a number;",
        ),
        ("service: {target: 80%}", "; write 0.8"),
        ("shrinkage:\n  planned: 12,5 %", "; write 0.125"),
        ("shrinkage:\n  planned: 0,12", "shrinkage.planned: '0,12': must be a valid number"),
        ("shrinkage:\n  planned: 0,12", "; write 0.12"),
        ("shrinkage: {planned: 0,12}", "shrinkage.12: is no setting here; a number with decimals has a point"),
        ("service: {short_abandon_s: '1,234'}", "; write 1.234, or 1234 if the comma parts thousands"),
        ("solve: {gap: 5}", "must be less than 1; write 0.05 for 5 %"),
        ("service: {mode: day, modell: erlang-c}", "service.modell: is no setting here; did you mean model?"),
        ("service: {within: 20}", "service.within: is no setting here; did you mean within_s?"),
        ("horizon_edges: loop", "must be 'lead_in', 'cut' or 'cyclic'"),
        ("solve: {seed: -1}", "scenario.yaml:6:solve.seed: '-1': must be greater than or equal to 0"),
    ],
)
def test_a_fault_has_its_line_its_key_and_what_to_do(tmp_path, text, message):
    _, faults = read(tmp_path, BASE.strip() + "\n\n" + text + "\n")
    assert any(message in fault for fault in faults), faults


@pytest.mark.parametrize("date", ["2014-02-30", "2014-13-01", "01-07-2014", "soon"])
def test_a_bad_date_is_said_once(tmp_path, date):
    _, faults = read(tmp_path, BASE.replace("2014-07-02", date))
    assert faults == [f"scenario.yaml:3:horizon.start: '{date}': must be a date, written YYYY-MM-DD"]


def test_percentages_of_settings_in_percent_stay_what_they_are(tmp_path):
    _, faults = read(tmp_path, BASE.replace("20}", "'16,50', holiday_percent: 50%}"))
    assert [fault.rpartition("; ")[2] for fault in faults] == ["write 16.50", "write 50"]


def test_a_name_that_is_given_already_is_not_proposed(tmp_path):
    _, faults = read(tmp_path, BASE + "service: {floor: 0.5, flor: 0.4}\n")
    assert faults == ["scenario.yaml:6:service.flor: is no setting here; remove it"]


def test_all_faults_come_at_once_and_the_rest_is_still_usable(tmp_path):
    text = """
time_zone: Europe/Amsterdm
horizon: {start: 2014-07-02, days: 0}
opening_hours: {mon-sat: "08:00-20:0", mo: closed}
shifts:
  - name: late
    earliest_start: 12:00
    latest_start: 08:00
    paid_min: {from: 480, to: 240}
  - {name: fine, earliest_start: 08:00, latest_start: 12:00, paid_min: 240}
  - {name: "x;y", earliest_start: 08:00, latest_start: 26:00, paid_min: 240, days: weekend}
"""
    found, faults = read(tmp_path, text)
    keys = [fault.split(": ")[0].removeprefix("scenario.yaml:") for fault in faults]
    for key in (
        "2:time_zone",
        "3:horizon.days",
        "4:opening_hours",
        "pay",
        "9:shifts.late.paid_min",
        "11:shifts.x;y.name",
        "11:shifts.x;y.latest_start",
        "11:shifts.x;y.days",
    ):
        assert key in keys, faults
    assert [shift.name for shift in found.settings.shifts] == ["fine"]
    assert {"time_zone", "horizon", "opening_hours", "pay", "shifts"} <= found.unsure


def test_times_need_no_quotes(tmp_path):
    text = (
        BASE + "shifts: [{name: a, earliest_start: 12:00, latest_start: 22:00, latest_end: 06:00+1, paid_min: 480}]\n"
    )
    found, faults = read(tmp_path, text)
    shift = found.settings.shift("a")
    assert faults == [] and (shift.earliest_start, shift.latest_start, shift.latest_end) == (720, 1320, 1800)


def test_a_shift_knows_its_starts_lengths_and_spans():
    meal = {"name": "meal", "length_min": 30, "for_paid_from_min": 331}
    split = {"name": "split", "length_min": {"from": 120, "to": 240, "step": 60}}
    shift = ShiftType.model_validate(SHIFT | {"breaks": [meal, split], "start_step_min": 60})
    assert shift.starts == (480, 540, 600, 660, 720)
    assert shift.paid_min.values[:2] == (240, 270)
    assert [entry.name for entry in shift.breaks_for(330)] == ["split"]
    assert shift.spans_min(330) == (450, 570)
    assert shift.spans_min(360) == (510, 630)


def test_a_single_number_is_a_range_of_one():
    assert MinuteRange.model_validate(45).values == (45,)
    with pytest.raises(ValidationError):
        MinuteRange.model_validate(True)


def test_windows_past_midnight():
    assert Premium.model_validate({"name": "n", "from": "22:00", "to": "06:00", "percent": 1}).window_min == (
        1320,
        1800,
    )
    assert HeadLimit.model_validate({"max": 3}).window_min == (0, 1440)


@given(
    span=st.integers(10, 40).map(lambda n: 15 * n),
    length=st.integers(1, 8).map(lambda n: 15 * n),
    after=st.integers(0, 200),
    before=st.integers(0, 200),
    within_start=st.none() | st.integers(0, 500),
    within_end=st.none() | st.integers(0, 500),
    middle=st.none() | st.integers(0, 200),
)
@settings(max_examples=200, deadline=None)
def test_the_window_of_a_break_is_exactly_its_rules(span, length, after, before, within_start, within_end, middle):
    entry = Break.model_validate(
        {
            "name": "b",
            "length_min": length,
            "after_start_min": after,
            "before_end_min": before,
            "within_start_min": within_start,
            "within_end_min": within_end,
            "around_middle_min": middle,
        }
    )
    low, high = entry.start_window(span, length)
    for start in range(-5, span + 5):
        allowed = (
            start >= after
            and start + length <= span - before
            and (within_start is None or start <= within_start)
            and (within_end is None or start >= span - within_end)
            and (middle is None or abs(start + length / 2 - span / 2) <= middle)
        )
        assert (low <= start <= high) == allowed


def test_breaks_that_fit_and_that_do_not():
    def shift(*breaks, gap=60):
        return ShiftType.model_validate(SHIFT | {"breaks": list(breaks), "min_work_between_breaks_min": gap})

    rest = {"name": "rest", "length_min": 15, "paid": True, "after_start_min": 60, "within_start_min": 120}
    meal = {"name": "meal", "length_min": 30, "after_start_min": 90, "within_start_min": 150}
    assert breaks_fit(shift(meal), 240, 15)
    assert breaks_fit(shift(meal, rest), 240, 15)  # the rest first, although it is listed last
    assert not breaks_fit(shift(meal, rest, gap=90), 240, 15)
    assert not breaks_fit(shift({"name": "m", "length_min": 30, "after_start_min": 200, "before_end_min": 60}), 240, 15)
    # The work before the first break and after the last counts too: 270 minutes hold a break of 30 between two of 120.
    anywhere = {"name": "m", "length_min": 30}
    assert breaks_fit(shift(anywhere, gap=120), 240, 30) and not breaks_fit(shift(anywhere, gap=121), 240, 1)
    # A window that holds no point of the grid is no window.
    narrow = {"name": "n", "length_min": 30, "after_start_min": 65, "within_start_min": 85}
    assert not breaks_fit(shift(narrow), 240, 30)
    assert breaks_fit(shift(narrow), 240, 5)
