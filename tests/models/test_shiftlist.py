"""The two tables of people who already know what they need: faults and remarks."""

import numpy as np
import pytest

from models.faults import InputFaults
from models.shiftlist import read_need_and_shifts

NEED = "start,agents\n2024-03-04T08:00,1\n2024-03-04T09:00,1\n"
COLUMNS = "shift,start,length_min,cost,break_min,break_earliest_min,break_latest_min,days\n"
DAY = COLUMNS + "day,08:00,480,10,,,,\n"


@pytest.fixture
def read(tmp_path):
    def tables(need=NEED, shifts=DAY, zone="UTC"):
        (tmp_path / "requirement.csv").write_text(need)
        (tmp_path / "shifts.csv").write_text(shifts)
        return read_need_and_shifts(tmp_path / "requirement.csv", tmp_path / "shifts.csv", zone)

    return tables


def faults(read, **tables):
    with pytest.raises(InputFaults) as caught:
        read(**tables)
    return [(fault.file, fault.row, fault.column) for fault in caught.value.faults]


@pytest.mark.parametrize("agents", ["1e300", "1000001", "-1"])
def test_a_number_of_agents_that_no_site_has_is_a_fault(read, agents):
    need = NEED + f"2024-03-04T10:00,{agents}\n"
    assert faults(read, need=need) == [("requirement.csv", 4, "agents")]


def test_a_cost_that_no_solver_takes_is_a_fault(read):
    assert faults(read, shifts=DAY.replace(",10,", ",1e300,")) == [("shifts.csv", 2, "cost")]


def test_a_million_agents_are_read(read):
    need, _ = read(need="start,agents\n2024-03-04T08:00,1000000\n")
    assert need.agents.max() == 1_000_000


def test_whole_days_over_a_change_of_the_clocks_are_a_fault(read):
    need = "start,agents\n2024-03-30,1\n2024-03-31,1\n2024-04-01,1\n"
    shifts = COLUMNS + "day,00:00,1440,10,,,,\n"
    assert faults(read, need=need, shifts=shifts, zone="Europe/Amsterdam") == [("requirement.csv", None, "start")]
    assert read(need=need, shifts=shifts)[0].grid.interval_min == 1440


@pytest.mark.parametrize(
    "second",
    ["09:00,480,10,,,,", "08:00,420,10,,,,", "08:00,480,11,,,,sat", "08:00,480,10,60,,,sat", "08:00,480,10,,,,"],
)
def test_two_shifts_of_one_name_are_a_fault(read, second):
    assert faults(read, shifts=DAY + f"day,{second}\n") == [("shifts.csv", 3, "shift")]


def test_rows_of_one_name_that_differ_in_their_days_are_one_shift(read):
    _, shifts = read(
        shifts=COLUMNS + "day,08:00,480,10,60,,,mon-tue\nother,08:00,60,1,,,,\nday,08:00,480,10,60,,,sat\n"
    )
    assert [row.name for row in shifts] == ["day", "other"]
    assert shifts[0].days == {0, 1, 5}


def test_intervals_without_a_row_are_counted(read):
    need, _ = read(need=NEED + "2024-03-04T12:00,1\n")
    assert need.notes == (
        "requirement.csv: intervals without a row between the first and the last: 2; they need nobody",
    )
    need, _ = read(need=NEED + "2024-03-04T11:00,1\n")
    assert need.notes == (
        "requirement.csv: intervals without a row between the first and the last: 1; they need nobody",
    )
    assert read()[0].notes == ()


def test_intervals_without_a_row_are_counted_by_pool(read):
    need, _ = read(need="start,agents,pool\n2024-03-04T08:00,1,a\n2024-03-04T09:00,1,a\n2024-03-04T10:00,1,b\n")
    assert "intervals of a pool without a row between the first and the last: 3" in need.notes[0]
    assert np.array_equal(need.agents.sum(axis=1), [2, 1])
