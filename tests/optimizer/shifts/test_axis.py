"""Starts past the end of a cyclic horizon are starts at its beginning."""

import datetime as dt

import pytest

from models.calendar import TimeGrid
from models.faults import InputFaults
from models.shiftlist import read_need_and_shifts
from optimizer.shifts.axis import build_axis
from optimizer.shifts.engine import Limits, solve_shifts
from optimizer.shifts.from_tables import schedule_frame, table_problem
from optimizer.solve import Status

MONDAY = dt.date(2024, 3, 4)
GRID = TimeGrid("UTC", MONDAY, 2, 60)


def planned(tmp_path, need, shifts, edges):
    (tmp_path / "requirement.csv").write_text(need)
    (tmp_path / "shifts.csv").write_text(shifts)
    table = table_problem(*read_need_and_shifts(tmp_path / "requirement.csv", tmp_path / "shifts.csv"), edges=edges)
    found = solve_shifts(table.problem, Limits(gap=0.0, time_limit_s=10, threads=1))
    return found, schedule_frame(table, found)


@pytest.mark.parametrize(
    ("start", "edges", "date"), [("24:00", "cyclic", "2024-03-04"), ("24:00", "lead_in", "2024-03-03")]
)
def test_a_shift_at_the_last_midnight_covers_the_first_hours(tmp_path, start, edges, date):
    need = "start,agents\n2024-03-04T00:00,1\n2024-03-04T00:30,1\n"
    found, frame = planned(tmp_path, need, f"shift,start,length_min,cost\nlate,{start},60,10\n", edges)
    assert (found.status, found.objective) == (Status.OPTIMAL, 10.0)
    assert frame[["date", "count"]].to_numpy().tolist() == [[date, 1]]


def test_a_start_on_the_morning_after_the_last_day_is_on_the_first(tmp_path):
    need = "start,agents\n2024-03-04T01:00,1\n2024-03-04T02:00,0\n2024-03-05T03:00,0\n"
    shifts = "shift,start,length_min,cost,break_min\nlate,01:00+1,180,10,60\n"
    found, frame = planned(tmp_path, need, shifts, "cyclic")
    assert found.status is Status.OPTIMAL
    assert frame.to_numpy().tolist() == [["2024-03-05", "late", frame["break_start"][0], 1]]
    assert frame["break_start"][0] in ("02:00", "03:00")


def test_a_latest_end_holds_for_a_start_that_wraps():
    axis = build_axis(GRID, 6, "cyclic")
    tuesday = MONDAY + dt.timedelta(days=1)
    assert axis.slot_at(tuesday, 25 * 60, 3, 28 * 60) == 1
    assert axis.slot_at(tuesday, 25 * 60, 3, 27 * 60) is None
    assert axis.slot_at(MONDAY, 25 * 60, 3, 28 * 60) == 25
    assert axis.slot_at(MONDAY, -60, 3) == 47


def test_edges_that_do_not_wrap_keep_what_lies_outside_away():
    tuesday = MONDAY + dt.timedelta(days=1)
    for edges in ("cut", "lead_in"):
        assert build_axis(GRID, 6, edges).slot_at(tuesday, 24 * 60, 3) is None
    assert build_axis(GRID, 6, "cut").slot_at(MONDAY, -60, 3) is None
    assert build_axis(GRID, 6, "lead_in").slot_at(MONDAY, -60, 3) == 5


def test_a_shift_longer_than_a_cyclic_horizon_is_a_fault():
    with pytest.raises(InputFaults, match="longer than the whole horizon"):
        build_axis(GRID, 49, "cyclic")
