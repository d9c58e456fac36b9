"""Each rule of a shift type: what breaks only that rule is not there, its permitted neighbour is."""

import datetime as dt
import itertools
import math

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from models.scenario import read_scenario
from optimizer.shifts.axis import build_axis
from optimizer.shifts.families import build_families, longest_span_min
from optimizer.shifts.paying import PayTable

STEP = 30
BASE = {
    "time_zone": "Europe/Amsterdam",
    "horizon": {"start": dt.date(2024, 3, 4), "days": 7},  # a Monday
    "interval_min": STEP,
    "opening_hours": {"daily": "00:00-24:00"},
    "pay": {"wage_per_hour": 20},
    "horizon_edges": "cut",
}
DAY = {"name": "day", "earliest_start": "08:00", "latest_start": "10:00", "start_step_min": 60, "paid_min": 240}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("rules")
    (path / "contact_types.csv").write_text("contact_type,pool,aht_s\ncalls,desk,180\nchat,web,180\n")
    (path / "demand.csv").write_text("start,contact_type,contacts\n2024-03-04 10:00,calls,1\n2024-03-04 10:00,chat,1\n")
    return path


@pytest.fixture(scope="module")
def layouts(tiny, folder):
    """Every (pool, local start, span, breaks) of a scenario's shift types; breaks as (name, offset, length)."""

    def spell_out(*shifts, **changes):
        (folder / "scenario.yaml").write_text(yaml.safe_dump(BASE | changes | {"shifts": list(shifts)}))
        scenario = read_scenario(folder)
        axis = build_axis(scenario.grid, longest_span_min(scenario) // STEP, scenario.settings.horizon_edges)
        families = build_families(scenario, axis, PayTable(scenario, axis))
        found, pools = [], list(scenario.pools)
        for family in families:
            places = list(tiny.break_places(family))
            assert places, "a family without any pattern"
            for slot, offsets in itertools.product(family.starts.tolist(), places):
                start = scenario.grid.starts[0] + dt.timedelta(minutes=(slot - axis.before) * STEP)
                breaks = [
                    (window.name, offset * STEP, window.length * STEP)
                    for window, offset in zip(family.breaks, offsets, strict=True)
                ]
                found.append((pools[family.pool], f"{start:%a %H:%M}", family.length * STEP, tuple(breaks)))
        assert len(found) == len(set(found)), "a layout stands twice"
        return set(found)

    return spell_out


@pytest.fixture(scope="module")
def starts(layouts):
    return lambda *shifts, **changes: {(start, span) for _, start, span, _ in layouts(*shifts, **changes)}


@pytest.fixture(scope="module")
def offsets(layouts):
    """Where the breaks of a shift of four paid hours (with 30 unpaid minutes) may start."""

    def of(*breaks, **shift):
        meal = [{"name": f"b{k}", "length_min": 30} | item for k, item in enumerate(breaks)]
        found = layouts(DAY | {"days": "mon", "latest_start": "08:00", "breaks": meal} | shift)
        return {tuple(offset for _, offset, _ in taken) for pool, _, _, taken in found if pool == "desk"}

    return of


def _times(first, last, step=30):
    return {(minutes,) for minutes in range(first, last + 1, step)}


def test_start_grid(starts):
    monday = {start for start, _ in starts(DAY) if start.startswith("Mon")}
    assert monday == {"Mon 08:00", "Mon 09:00", "Mon 10:00"}
    finer = {start for start, _ in starts(DAY | {"start_step_min": 30}) if start.startswith("Mon")}
    assert finer - monday == {"Mon 08:30", "Mon 09:30"}


def test_days_of_the_week(starts):
    assert {start[:3] for start, _ in starts(DAY | {"days": "mon,wed-thu"})} == {"Mon", "Wed", "Thu"}


def test_latest_end(starts):
    found = {start for start, _ in starts(DAY | {"days": "mon", "latest_end": "13:00"})}
    assert found == {"Mon 08:00", "Mon 09:00"}


def test_latest_end_of_the_next_morning(starts):
    night = DAY | {"days": "mon", "earliest_start": "22:00", "latest_start": "24:00", "paid_min": 480}
    assert {start for start, _ in starts(night | {"latest_end": "07:00+1"})} == {"Mon 22:00", "Mon 23:00"}
    assert {start for start, _ in starts(night)} == {"Mon 22:00", "Mon 23:00", "Tue 00:00"}


def test_paid_length_range(starts):
    found = starts(DAY | {"days": "mon", "latest_start": "08:00", "paid_min": {"from": 240, "to": 360, "step": 60}})
    assert {span for _, span in found} == {240, 300, 360}


def test_pools(layouts):
    assert {pool for pool, *_ in layouts(DAY)} == {"desk", "web"}
    other = DAY | {"name": "other"}
    found = layouts(DAY | {"pools": ["web"]}, other | {"earliest_start": "09:00", "pools": ["desk"]})
    assert {(pool, start) for pool, start, *_ in found if start == "Mon 08:00"} == {("web", "Mon 08:00")}


def test_the_day_before_only_with_lead_in(starts):
    night = DAY | {"earliest_start": "22:00", "latest_start": "22:00", "paid_min": 480}
    two = {"horizon": {"start": dt.date(2024, 3, 4), "days": 2}}
    assert {start for start, _ in starts(night, **two)} == {"Mon 22:00", "Tue 22:00"}
    assert {start for start, _ in starts(night, **two, horizon_edges="lead_in")} - {"Mon 22:00", "Tue 22:00"} == {
        "Sun 22:00"
    }
    # a shift of the day before that ends at midnight does not reach in
    evening = night | {"paid_min": 120}
    assert "Sun 22:00" not in {start for start, _ in starts(evening, **two, horizon_edges="lead_in")}


def test_unpaid_breaks_make_the_shift_longer_and_paid_ones_do_not(starts):
    for paid, span in ((False, 270), (True, 240)):
        shift = DAY | {"breaks": [{"name": "meal", "length_min": 30, "paid": paid}]}
        assert {found for _, found in starts(shift)} == {span}


def test_a_break_without_window_lies_anywhere_inside(offsets):
    assert offsets({}) == _times(0, 240)


def test_after_start(offsets):
    assert offsets({"after_start_min": 120}) == _times(120, 240)
    assert offsets({"after_start_min": 121}) == _times(150, 240)


def test_within_start(offsets):
    assert offsets({"within_start_min": 120}) == _times(0, 120)
    assert offsets({"within_start_min": 119}) == _times(0, 90)


def test_before_end(offsets):
    """The break ends so long before the end of 270 minutes."""
    assert offsets({"before_end_min": 120}) == _times(0, 120)
    assert offsets({"before_end_min": 121}) == _times(0, 90)


def test_within_end(offsets):
    assert offsets({"within_end_min": 120}) == _times(150, 240)
    assert offsets({"within_end_min": 119}) == _times(180, 240)


def test_around_middle(offsets):
    """The middle of 270 minutes is 135; a break from 120 to 150 lies on it."""
    assert offsets({"around_middle_min": 0}) == {(120,)}
    assert offsets({"around_middle_min": 29}) == {(120,)}
    assert offsets({"around_middle_min": 30}) == _times(90, 150)


def test_breaks_by_paid_length(layouts):
    meal = {"name": "meal", "length_min": 30, "for_paid_from_min": 300, "for_paid_to_min": 330}
    shift = DAY | {"days": "mon", "paid_min": {"from": 270, "to": 360, "step": 30}, "breaks": [meal]}
    has_break = {(span, bool(taken)) for _, _, span, taken in layouts(shift)}
    assert has_break == {(270, False), (330, True), (360, True), (360, False)}


def test_work_between_breaks(offsets):
    for least, closest in ((0, 30), (60, 90), (61, 120)):
        found = offsets({}, {}, paid_min=300, min_work_between_breaks_min=least)
        assert min(second - first for first, second in found) == closest
        # before the first and after the last break there is work too
        assert min(first for first, _ in found) == math.ceil(least / 30) * 30
        assert max(second for _, second in found) == 360 - 30 - math.ceil(least / 30) * 30


def test_breaks_come_in_any_order(layouts):
    long = {"name": "long", "length_min": 60, "paid": True}
    short = {"name": "short", "length_min": 30, "paid": True}
    shift = DAY | {"days": "mon", "latest_start": "08:00", "breaks": [long, short]}
    orders = {tuple(name for name, _, _ in taken) for *_, taken in layouts(shift)}
    assert orders == {("long", "short"), ("short", "long")}


def test_a_split_shift(layouts):
    gap = {
        "name": "gap",
        "length_min": {"from": 120, "to": 180, "step": 60},
        "after_start_min": 120,
        "before_end_min": 120,
    }
    found = {(span, taken) for *_, span, taken in layouts(DAY | {"latest_start": "08:00", "breaks": [gap]})}
    assert found == {(360, (("gap", 120, 120),)), (420, (("gap", 120, 180),))}


def test_windows_between_the_half_hours_leave_no_empty_form(layouts):
    """91 minutes from either end and 10 of work between: on the half-hours one order has no place at all."""
    breaks = [
        {"name": "b0", "length_min": 30, "after_start_min": 91},
        {"name": "b1", "length_min": 30, "before_end_min": 91},
    ]
    shift = DAY | {"days": "mon", "latest_start": "08:00", "min_work_between_breaks_min": 10, "breaks": breaks}
    found = {taken for *_, taken in layouts(shift)}
    assert found == _allowed(breaks, 10, 300)
    assert {tuple(name for name, _, _ in taken) for taken in found} == {("b1", "b0")}


minutes = st.integers(0, 150)
windows = st.fixed_dictionaries(
    {"length_min": st.sampled_from([30, 60]), "paid": st.booleans()},
    optional={
        "after_start_min": minutes,
        "within_start_min": st.integers(60, 240),
        "before_end_min": minutes,
        "within_end_min": st.integers(60, 240),
        "around_middle_min": st.integers(10, 120),
    },
)


def _allowed(breaks, work, span):
    """Every way to place the breaks, trying every half-hour for each."""
    found = set()
    for places in itertools.product(range(0, span, STEP), repeat=len(breaks)):
        taken = sorted((place, item["length_min"], item["name"]) for place, item in zip(places, breaks, strict=True))
        ends = [0, *(place + length for place, length, _ in taken)]
        begins = [*(place for place, _, _ in taken), span]
        if any(begin - end < work for begin, end in zip(begins, ends, strict=True)):
            continue
        if all(
            item.get("after_start_min", 0) <= place <= item.get("within_start_min", span)
            and span - place - item["length_min"] >= item.get("before_end_min", 0)
            and span - place <= item.get("within_end_min", span)
            and abs(2 * place + item["length_min"] - span) <= 2 * item.get("around_middle_min", span)
            for place, item in zip(places, breaks, strict=True)
        ):
            found.add(tuple((name, place, length) for place, length, name in taken))
    return found


def _with_names(layouts, names):
    return {tuple((names[name], place, length) for name, place, length in taken) for taken in layouts}


@settings(max_examples=50, deadline=None)
@given(st.lists(windows, min_size=1, max_size=3), st.sampled_from([0, 10, 30, 45, 60]))
def test_all_rules_together(layouts, breaks, work):
    """Exactly the layouts that the rules allow: none is missing, none is too many, none stands twice."""
    breaks = [item | {"name": f"b{k}"} for k, item in enumerate(breaks)]
    span = 240 + sum(item["length_min"] for item in breaks if not item["paid"])
    always = {"name": "always", "earliest_start": "12:00", "latest_start": "12:00", "paid_min": 60}
    plain = DAY | {"days": "mon", "latest_start": "08:00", "min_work_between_breaks_min": work, "breaks": breaks}
    allowed = _allowed(breaks, work, span)
    if allowed:
        found = {taken for _, start, _, taken in layouts(plain, always) if start == "Mon 08:00"}
        # where two breaks may change places, one name for the earlier is enough; paid or not is what counts
        alike = {item["name"]: item["paid"] for item in breaks}
        assert _with_names(found, alike) == _with_names(allowed, alike)
