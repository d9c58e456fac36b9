"""The public benchmark format: what it means, and all of its faults at once."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from models.faults import InputFaults
from models.roster.answer import read_roster, roster_frame
from models.roster.benchmark import read_benchmark
from models.roster.case import OFF
from models.roster.check import check
from models.roster.records import Cover, Measure, Wish

ROSTERS = Path(__file__).resolve().parents[3].parent / "shared" / "bench" / "rosters"
TEXT = """# a comment
SECTION_HORIZON
14

SECTION_SHIFTS
E,480,
L,540,E

SECTION_STAFF
A,E=14|L=5,4320,3360,5,2,3,1
B,E=14,4320,3360,5,2,2,1

SECTION_DAYS_OFF
A,0,13

SECTION_SHIFT_ON_REQUESTS
B,2,L,3

SECTION_SHIFT_OFF_REQUESTS
A,1,E,2

SECTION_COVER
0,E,5,100,1
"""


def _written(folder, text):
    file = folder / "case.txt"
    file.write_text(text)
    return file


def test_what_the_format_means(tmp_path):
    case = read_benchmark(_written(tmp_path, TEXT))
    assert (case.name, case.days, case.weekends) == ("case", 14, ((5, 6), (12, 13)))
    assert [(s.name, s.length_min, s.not_followed_by) for s in case.shifts] == [("E", 480, ()), ("L", 540, ("E",))]
    rules = {(rule.name, rule.shifts): (rule.measure, rule.least, rule.most) for rule in case.employees[0].rules}
    assert rules == {
        ("max_shifts", ("E",)): (Measure.SHIFTS, 0, 14),
        ("max_shifts", ("L",)): (Measure.SHIFTS, 0, 5),
        ("minutes", ()): (Measure.MINUTES, 3360, 4320),
        ("days_in_a_row", ()): (Measure.DAYS_IN_A_ROW, 2, 5),
        ("min_days_off_in_a_row", ()): (Measure.DAYS_OFF_IN_A_ROW, 3, np.inf),
        ("max_weekends", ()): (Measure.WEEKENDS, 0, 1),
    }
    assert all(rule.price is None for employee in case.employees for rule in employee.rules)
    assert case.wishes == (
        Wish("A", 0, None, False, None),
        Wish("A", 13, None, False, None),
        Wish("B", 2, "L", True, 3),
        Wish("A", 1, "E", False, 2),
    )
    assert case.cover == (Cover(0, "E", 5, 100, 1),)


def test_a_shift_that_the_staff_line_does_not_list_may_not_be_worked(tmp_path):
    case = read_benchmark(_written(tmp_path, TEXT))
    lines = np.full((2, 14), OFF)
    lines[1, :7] = [1, *[0] * 4, OFF, OFF]
    assert "max_shifts" in {breach.rule for breach in check(case, lines).broken if breach.employee == "B"}


FAULTS = {
    "14\n": ("14 days\n", 3, "days", "must be a whole number from 1 to 3660"),
    "L,540,E": ("L,540,F", 7, "not_followed_by", "F is no shift of this file"),
    "E,480,": ("E,0,", 6, "length_min", "must be a whole number of at least 1"),
    "B,E=14,4320": ("B,D=14,4320", 11, "max_shifts", "D=14 is no limit of the form"),
    "B,E=14,4320,3360": ("B,E=14,3000,3360", 11, "min_minutes", "is above the most minutes, 3000"),
    "B,E=14,4320,3360,5": ("B,E=14,4320,3360,1", 11, "min_days_in_a_row", "is above the most days in a row, 1"),
    "B,E=14": ("A,E=14", 11, "employee", "stands here twice"),
    "A,0,13": ("A,0,14", 14, "day", "must be a whole number from 0 to 13"),
    "B,2,L,3": ("C,2,L,3", 17, "employee", "is no employee of this file"),
    "A,1,E,2": ("A,1,E", 20, None, "needs the 4 cells employee, day, shift, weight"),
    "0,E,5,100,1": ("0,e,5,100,1", 23, "shift", "is no shift of this file; did you mean E?"),
    "SECTION_COVER": ("SECTION_COVERS", 22, None, "is no section; did you mean SECTION_COVER?"),
}


@pytest.mark.parametrize("right", FAULTS)
def test_each_fault_has_its_line_and_column(tmp_path, right):
    wrong, row, column, message = FAULTS[right]
    with pytest.raises(InputFaults) as caught:
        read_benchmark(_written(tmp_path, TEXT.replace(right, wrong, 1)))
    found = [fault for fault in caught.value.faults if message in fault.message]
    assert [(fault.file, fault.row, fault.column) for fault in found] == [("case.txt", row, column)]


def test_faults_come_all_at_once(tmp_path):
    text = TEXT.replace("L,540,E", "L,540,F").replace("A,0,13", "A,0,14").replace("B,2,L,3", "B,2,L,-3")
    with pytest.raises(InputFaults) as caught:
        read_benchmark(_written(tmp_path, text))
    assert [fault.row for fault in caught.value.faults] == [7, 14, 17]


def test_a_file_without_its_sections_says_so(tmp_path):
    with pytest.raises(InputFaults, match="SECTION_STAFF is missing or empty"):
        read_benchmark(_written(tmp_path, TEXT.split("SECTION_STAFF")[0]))
    with pytest.raises(InputFaults, match="stands before the first section"):
        read_benchmark(_written(tmp_path, "5\n" + TEXT))


def test_a_roster_is_read_as_it_was_written(tmp_path):
    case = read_benchmark(_written(tmp_path, TEXT))
    lines = np.random.default_rng(3).integers(OFF, 2, (2, 14))
    file = tmp_path / "roster.csv"
    roster_frame(case, lines).to_csv(file, index=False)
    assert (read_roster(file, case) == lines).all()


def test_faults_of_a_roster(tmp_path):
    case = read_benchmark(_written(tmp_path, TEXT))
    file = tmp_path / "roster.csv"
    file.write_text("employee,day,shift\nA,0,E\nC,0,E\nA,14,E\nA,1,X\nA,0,L\nA,2,\n")
    with pytest.raises(InputFaults) as caught:
        read_roster(file, case)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (3, "employee"), (4, "day"), (5, "shift"), (6, "shift"),
    ]  # fmt: skip


@pytest.mark.skipif(not ROSTERS.is_dir(), reason="the benchmark's files are not part of the project")
@pytest.mark.parametrize("name", ["Instance1", "Instance5", "Instance10"])
def test_the_check_agrees_with_the_outside_scorer(name):
    """On random rosters, which break everything there is."""
    spec = importlib.util.spec_from_file_location("outside_scorer", ROSTERS / "check.py")
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    outside = scorer.parse(ROSTERS / f"{name}.txt")
    case = read_benchmark(ROSTERS / f"{name}.txt")
    rng = np.random.default_rng(7)
    for share_off in (0.2, 0.4, 0.7):
        shape = (len(case.employees), case.days)
        lines = np.where(rng.random(shape) < share_off, OFF, rng.integers(0, len(case.shifts), shape))
        as_text = {
            employee.name: ["" if shift == OFF else case.shifts[shift].name for shift in line]
            for employee, line in zip(case.employees, lines, strict=True)
        }
        broken, penalty = scorer.score(outside, as_text)
        ours = check(case, lines)
        assert (len(ours.broken), ours.cost) == (len(broken), penalty)
