"""`servopt schedule`: of two tables, and of a scenario's requirement."""

import re

import pandas as pd
import pytest

from models.shiftlist import read_need_and_shifts

NIGHT = "shift,start,length_min,cost\nnight,22:00,480,10\n"
DAY = "shift,start,length_min,cost\nday,08:00,480,10\n"


def hours(*busy, agents=1, of=48):
    """Agents by hour: ``agents`` in the hours named."""
    return [agents if hour in busy else 0 for hour in range(of)]


# peers' mistakes


def test_a_night_shift_covers_the_next_morning_and_not_its_own(servopt, tables):
    done = tables(servopt.hourly("2024-06-03", hours(*range(22, 30), agents=2)), NIGHT)
    assert done.code == 0
    assert done.rows == [("2024-06-03", "night", "", "2")]
    assert "cost 20.00" in done.output


@pytest.mark.parametrize(
    ("edges", "date"), [("lead_in", "2024-06-02"), ("cyclic", "2024-06-04"), ("cut", None)]
)  # fmt: skip
def test_the_first_morning_belongs_to_the_night_before(servopt, tables, edges, date):
    done = tables(servopt.hourly("2024-06-03", hours(*range(6))), NIGHT, "--edges", edges)
    if date:
        assert done.code == 0
        assert done.rows == [(date, "night", "", "1")]
    else:
        assert done.code == 4
        assert "mon 2024-06-03 00:00-06:00, where 1 are needed" in done.output
        assert "let shifts of pool all that start the day before reach in: --edges lead_in" in done.output
        assert done.text == "date,shift,break_start,count\n"


def test_a_break_lies_inside_its_overnight_shift(servopt, tables):
    shifts = "shift,start,length_min,cost,break_min,break_earliest_min,break_latest_min\nnight,22:00,480,10,60,60,360\n"
    for hour in range(23, 29):  # nobody is needed in this one hour
        busy = [one for one in range(22, 30) if one != hour]
        done = tables(servopt.hourly("2024-06-03", hours(*busy)), shifts)
        assert done.code == 0
        assert done.rows == [("2024-06-03", "night", f"{hour % 24:02d}:00", "1")]
    # 22:00 and 05:00 are outside the break's window
    for hour in (22, 29):
        busy = [one for one in range(22, 30) if one != hour]
        assert sum(int(row[-1]) for row in tables(servopt.hourly("2024-06-03", hours(*busy)), shifts).rows) == 2


def test_nobody_needed_nobody_scheduled(servopt, tables):
    done = tables(servopt.hourly("2024-06-03", hours()), DAY)
    assert done.code == 0
    assert done.text == "date,shift,break_start,count\n"
    assert "optimal: cost 0.00, bound 0.00, gap 0.0000%, 0 shifts" in done.output
    assert ", ," not in done.output


def test_one_hour_that_nobody_can_cover_is_named_and_the_rest_is_covered(servopt, tables):
    done = tables(servopt.hourly("2024-06-03", hours(3, 9, 10, agents=3)), DAY)
    assert done.code == 4
    where = "no shift can have anyone on duty in pool all on mon 2024-06-03 03:00-04:00, where 3 are needed"
    assert where in done.errors
    assert "let a shift of pool all start at 03:00 or earlier on mon: the earliest is 08:00" in done.errors
    assert re.search(r"2024-06-03 03:00 all: 3\n", done.errors)
    assert done.errors.count("2024-06-03 03:00 all") == 1
    assert "10:00 all" not in done.errors
    assert done.rows == [("2024-06-03", "day", "", "3")]


def test_a_late_pattern_after_a_late_pattern_is_nobodys_business(servopt, tables):
    """No rule about sequences is stated, so none holds: each day's late shift is taken."""
    late = "shift,start,length_min,cost\nlate,14:00,480,7\n"
    done = tables(servopt.hourly("2024-06-03", hours(15, 39)), late)
    assert [row[:2] for row in done.rows] == [("2024-06-03", "late"), ("2024-06-04", "late")]


# the tables


def test_pools_are_covered_apart(tables):
    need = "start,agents,pool\n2024-06-03T08:00,2,blue\n2024-06-03T09:00,1,red\n2024-06-03T09:00,1,blue\n"
    done = tables(need, DAY)
    assert list(done.schedule.columns) == ["pool", "date", "shift", "break_start", "count"]
    assert done.rows == [("blue", "2024-06-03", "day", "", "2"), ("red", "2024-06-03", "day", "", "1")]
    assert "cost 30.00" in done.output


def test_shifts_start_on_their_days_only(servopt, tables):
    shifts = (
        "shift,start,length_min,cost,days\nweek,08:00,480,30,mon-fri\nmonday,08:00,480,10,mon\nfar,08:00,480,1,sat\n"
    )
    done = tables(servopt.hourly("2024-06-03", hours(9, 33)), shifts)
    assert [row[:2] for row in done.rows] == [("2024-06-03", "monday"), ("2024-06-04", "week")]
    only = "shift,start,length_min,cost,days\nmonday,08:00,480,10,mon\n"
    refused = tables(servopt.hourly("2024-06-03", hours(9, 33)), only)
    assert refused.code == 4
    assert "let a shift of pool all be worked on tue 2024-06-04: none may start on that day" in refused.errors


def test_a_part_of_an_agent_is_met_by_a_whole_one(servopt, tables):
    done = tables(servopt.hourly("2024-06-03", [0] * 8 + [1.2, 0.3, 10.00000001]), DAY)
    assert done.rows == [("2024-06-03", "day", "", "10")]


def test_quarter_hours_and_the_cheapest_mix(servopt, tables):
    need = servopt.hourly("2024-06-03T08:00", [1, 1, 2, 2, 2, 1, 1, 1], minutes=15)
    shifts = "shift,start,length_min,cost\nlong,08:00,120,10\nshort,08:30,45,3\nother,08:15,60,5\n"
    done = tables(need, shifts)
    assert sorted(done.rows) == [("2024-06-03", "long", "", "1"), ("2024-06-03", "short", "", "1")]
    assert "cost 13.00, bound 13.00, gap 0.0000%" in done.output


def test_a_missing_agent_can_have_a_price(servopt, tables):
    need = servopt.hourly("2024-06-03", hours(3, 9))
    done = tables(need, DAY, "--under-cost", "0.01")
    assert done.code == 0
    assert "2 agent-intervals are short" in done.output  # 0.60 an hour is less than 10 for a shift
    assert "cost 1.20" in done.output
    dearer = tables(need, DAY, "--under-cost", "1")
    assert "cost 70.00" in dearer.output
    assert "1 agent-intervals are short" in dearer.output


def test_every_fault_of_both_tables_at_once(tables):
    need = "start,agents\nfoo,1\n2024-06-03T08:00,-1\n2024-06-03T09:00,x\n"
    shifts = "shift,start,length_min,cost\na,25:00,480,1\nb,08:00,0,-3\n,08:00,60,1\n"
    done = tables(need, shifts)
    assert done.code == 3
    assert done.text is None
    assert done.errors.startswith("7 faults in the input:")
    for place in (
        "requirement.csv:2:start: 'foo'", "requirement.csv:3:agents: '-1'", "requirement.csv:4:agents: 'x'",
        "shifts.csv:2:start: '25:00'", "shifts.csv:3:length_min: '0'", "shifts.csv:3:cost: '-3'", "shifts.csv:4:shift:",
    ):  # fmt: skip
        assert place in done.errors, place
    assert "Traceback" not in done.output


def test_semicolons_and_missing_columns(tables):
    done = tables("start;agents\n2024-06-03T08:00;1\n", "shift,start,length_min\na,08:00,60\n")
    assert done.code == 3
    assert "requirement.csv:1: columns are separated by semicolons" in done.errors
    assert "shifts.csv:1:cost: the column is missing" in done.errors


@pytest.mark.parametrize(
    ("need", "shifts"),
    [
        ("", DAY), ("start,agents\n", DAY), ("start,agents\n2024-06-03T08:00,1\n", "shift,start,length_min,cost\n"),
        ("start,agents\n2024-06-03T08:00,1\n2024-06-03T08:00,2\n", DAY), ("start,agents\n2024-06-03T08:00,1\n", "\x00"),
        ("start,agents\n2024-06-03T08:00,1\n2024-06-03T08:07,2\n", DAY),
        ("start,agents\n2024-06-03T08:00,1\n", "shift,start,length_min,cost,days\na,08:00,60,1,noday\n"),
        ("start,agents\n2024-06-03T08:00,nan\n", DAY), ("start,agents\n2024-06-03T08:00,1e999\n", DAY),
        ("start,agents\n2024-06-03T08:00,1\n", "shift,start,length_min,cost\na,08:00,2880,1\n"),
    ],
)  # fmt: skip
def test_no_table_ends_in_a_stack_trace(tables, need, shifts):
    done = tables(need, shifts)
    assert done.code == 3
    assert re.search(r"^  (requirement|shifts)\.csv", done.errors, re.MULTILINE), done.errors


def test_what_looks_like_a_formula_is_written_as_text(servopt, tables):
    shifts = 'shift,start,length_min,cost\n"=HYPERLINK(""x"")",08:00,480,10\n'
    done = tables(servopt.hourly("2024-06-03", hours(9)), shifts)
    assert done.rows == [("2024-06-03", '\'=HYPERLINK("x")', "", "1")]


# clocks


def test_the_night_in_which_the_clocks_go_forward(servopt, tables):
    """22:00 and eight hours that really pass end at 07:00; three of the wall clock's mornings hours are 23 in all."""
    need = servopt.hourly("2026-03-28T22:00", [1] * 5 + [0] + [1] * 2, zone="Europe/Amsterdam")
    assert "2026-03-29T03:00:00+02:00,0" not in need.replace("T03:00:00+02:00,1", "")
    shifts = "shift,start,length_min,cost,break_min,break_earliest_min,break_latest_min\nnight,22:00,480,10,60,60,360\n"
    done = tables(need, shifts, "--time-zone", "Europe/Amsterdam")
    assert done.code == 0
    assert done.rows == [("2026-03-28", "night", "04:00", "1")]  # five hours after 22:00 it is 04:00, not 03:00


def test_the_night_in_which_the_clocks_go_back(servopt, tables):
    need = servopt.hourly("2026-10-24T22:00", [1] * 9, zone="Europe/Amsterdam")
    assert need.count("2026-10-25T02:00:00+0") == 2
    long = tables(need, NIGHT.replace("480", "540"), "--time-zone", "Europe/Amsterdam")
    assert long.code == 0
    assert long.rows == [("2026-10-24", "night", "", "1")]
    short = tables(need, NIGHT, "--time-zone", "Europe/Amsterdam")
    assert short.code == 4
    assert "sun 2026-10-25 05:00-06:00" in short.errors


def test_stamps_of_another_offset_are_the_same_instants(servopt, tables):
    need = servopt.hourly("2026-07-01T06:00", [2] * 8, zone="UTC")
    done = tables(need, DAY, "--time-zone", "Europe/Amsterdam")
    assert done.rows == [("2026-07-01", "day", "", "2")]


def test_a_shift_whose_start_does_not_exist_is_left_out_that_day(servopt, tables):
    need = servopt.hourly("2026-03-29T03:00", [1], zone="Europe/Amsterdam")
    shifts = "shift,start,length_min,cost\nearly,02:00,240,1\nlate,03:00,240,9\n"
    done = tables(need, shifts, "--time-zone", "Europe/Amsterdam")
    assert done.rows == [("2026-03-29", "late", "", "1")]


# wrong use


@pytest.mark.parametrize(
    "args",
    [
        (), ("--requirement", "n.csv"), ("--shifts", "n.csv"), ("nowhere",),
        ("--requirement", "n.csv", "--shifts", "n.csv", "--time-zone", "Mars/Base"),
        ("--requirement", "n.csv", "--shifts", "n.csv", "--gap", "1"),
        ("--requirement", "n.csv", "--shifts", "n.csv", "--time-limit", "0"),
        ("--requirement", "n.csv", "--shifts", "n.csv", "--threads", "0"),
        ("--requirement", "n.csv", "--shifts", "n.csv", "--edges", "open"),
        ("--requirement", "n.csv", "--shifts", "n.csv", "--under-cost", "nan"),
        (".", "--shifts", "n.csv"),
    ],
)  # fmt: skip
def test_wrong_use_is_told_and_writes_nothing(servopt, tmp_path, monkeypatch, args):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "n.csv").write_text("start,agents\n2024-06-03T08:00,1\n")
    done = servopt.run("schedule", *args)
    assert done.exit_code == 2
    assert "Usage: servopt schedule" in done.stderr
    assert list(servopt.snapshot(tmp_path)) == ["n.csv"]


# of a scenario


def test_of_a_scenario_with_a_requirement_that_was_changed(servopt, tmp_path):
    folder = servopt.one_day(tmp_path / "desk", service={"mode": "interval"})
    assert servopt.run("staff", folder, "--out", tmp_path / "r.csv").exit_code == 0
    first = servopt.run("schedule", folder, "--requirement", tmp_path / "r.csv", "--out", tmp_path / "s.csv")
    assert first.exit_code == 0, first.output
    need = pd.read_csv(tmp_path / "r.csv")
    need["agents"] += (need["pool"] == "desk") * 3
    need.to_csv(tmp_path / "more.csv", index=False)
    more = servopt.run("schedule", folder, "--requirement", tmp_path / "more.csv", "--out", tmp_path / "s3.csv")
    assert more.exit_code == 0, more.output
    assert _desk_heads(tmp_path / "s3.csv") >= _desk_heads(tmp_path / "s.csv") + 2


def _desk_heads(path):
    frame = pd.read_csv(path)
    return frame[frame["pool"] == "desk"]["count"].sum()


def test_partial_schedule_of_a_scenario_is_called_so(servopt, tmp_path):
    folder = servopt.one_day(tmp_path / "desk", limits={"seats": 6})
    done = servopt.run("schedule", folder, "--out", tmp_path / "s.csv")
    assert done.exit_code == 4
    assert "best partial schedule" in done.output
    assert not re.search(r"^infeasible: cost", done.output, re.MULTILINE)
    frame = pd.read_csv(tmp_path / "s.csv")
    starts, ends = (pd.to_datetime(frame[name]) for name in ("start", "end"))
    for stamp in pd.date_range("2024-06-03 09:00", "2024-06-03 16:30", freq="30min", tz="Europe/Berlin"):
        assert frame["count"][(starts <= stamp) & (stamp < ends)].sum() <= 6


def test_the_lists_are_read_as_they_are_written(servopt, tables, tmp_path):
    """The helper of these tests and the reader of the product mean the same hours."""
    tables(servopt.hourly("2024-06-03", hours(9)), DAY)
    need, shifts = read_need_and_shifts(tmp_path / "requirement.csv", tmp_path / "shifts.csv")
    assert need.agents.sum() == need.agents[0, 9] == 1
    assert shifts[0].start_min == 480
