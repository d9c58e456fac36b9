"""One test a rule of a rotation: a line that breaks only it, and its permitted neighbour; and the files."""

from dataclasses import replace

import pytest

from models.examples import example_path
from models.faults import InputFaults
from models.rotation.check import broken_rules, cost_of
from models.rotation.reading import read_rotation, read_rotation_benchmark
from models.rotation.records import RotatingShift, RotationCase, RotationPrices, Span

FREE, FOR_NOTHING = Span(1, 14), RotationPrices()


def _case(line, *, work=FREE, off=FREE, block=FREE, forbidden=(), prices=FOR_NOTHING):
    """A case whose people are those of a line, so that only the rule in question can break."""
    need = {name: tuple(line[day::7].count(name) for day in range(7)) for name in "DN"}
    shifts = tuple(RotatingShift(name, 0, 480, block, need[name]) for name in "DN")
    return RotationCase("test", len(line) // 7, shifts, work, off, forbidden, prices)


RULES = {
    "most days of work": ({"work": Span(1, 4)}, "DDDDD--DDDD---", "DDDD---DDDD---"),
    "least days of work": ({"work": Span(2, 5)}, "D---DDD-------", "DD--DDD-------"),
    "most days off": ({"off": Span(1, 3)}, "DDD----DDDD---", "DDDD---DDDD---"),
    "least days off": ({"off": Span(2, 6)}, "DDD-DDDDD-----", "DDD--DDDD-----"),
    "most days of a shift": ({"block": Span(1, 3)}, "DDDDNN--------", "DDDNNN--------"),
    "least days of a shift": ({"block": Span(2, 6)}, "DDDDN---------", "DDDNN---------"),
    "a pair": ({"forbidden": (("N", "D"),)}, "DDNDD---------", "DDN-D---------"),
    "three days": ({"forbidden": (("N", "-", "N"),)}, "DDN-N---------", "DDN--N--------"),
    "around the end": ({"work": Span(1, 4)}, "DDD---------DD", "DD----------DD"),
}


@pytest.mark.parametrize("name", RULES)
def test_a_line_that_breaks_only_this_rule_and_its_neighbour(name):
    bounds, broken, allowed = RULES[name]
    assert len(broken_rules(_case(broken, **bounds), broken)) == 1
    assert broken_rules(_case(broken), broken) == []
    assert broken_rules(_case(allowed, **bounds), allowed) == []


def test_people_on_each_weekday():
    case = _case("DDDDD--NNNN---")
    assert broken_rules(case, "DDDDD--NNNN---") == []
    assert broken_rules(case, "DDDD---NNNN---") == ["fri: 0 on D, needed 1"]


def test_what_people_like():
    prices = RotationPrices(weekend_worked=10, single_day_off=3, change=1)
    assert cost_of(_case("DDNN-D--------", prices=prices), "DDNN-D--------") == 10 + 3 + 1
    assert cost_of(_case("-DDDDD-------D"), "-DDDDD-------D") == 0
    single_around_the_end = "-DDDDDDDDDDDDD"
    assert cost_of(_case(single_around_the_end, prices=prices), single_around_the_end) == 20 + 3


def test_a_line_of_another_length_is_refused():
    case = _case("DDDDD--")
    with pytest.raises(ValueError, match="8 days, not 7"):
        broken_rules(case, "DDDDD---")
    with pytest.raises(ValueError, match="unknown shifts: X"):
        broken_rules(case, "DDDDX--")


def test_the_example_is_read():
    case, settings = read_rotation(example_path("rotation"))
    assert (case.weeks, [shift.name for shift in case.shifts]) == (12, ["Early", "Late", "Night"])
    assert ("Night", "-", "Early") in case.forbidden
    assert settings.prices.weekend_worked == case.prices.weekend_worked


FAULTS = {
    ("rotation.yaml", "most: 6", "most: 2"): ("rotation.yaml", "days_of_work", "least is above most, 2"),
    ("rotation.yaml", "[Night, Late]", "[Nigt, Late]"): ("rotation.yaml", "forbidden", "did you mean Night?"),
    ("rotation.yaml", "[Night, Late]", "[Night]"): ("rotation.yaml", "forbidden", "must have two or three days"),
    ("shifts.csv", "06:00", "6 o'clock"): ("shifts.csv", "start", "must be a time"),
    ("shifts.csv", "480,2,6", "480,7,6"): ("shifts.csv", "min_block", "is above the most days in a row, 6"),
}


@pytest.mark.parametrize("change", FAULTS)
def test_each_fault_says_where_it_stands(tmp_path, change):
    file, right, wrong = change
    for name in ("rotation.yaml", "shifts.csv"):
        text = (example_path("rotation") / name).read_text()
        (tmp_path / name).write_text(text.replace(right, wrong, 1) if name == file else text)
    with pytest.raises(InputFaults) as caught:
        read_rotation(tmp_path)
    where, column, words = FAULTS[change]
    assert [(f.file, f.column) for f in caught.value.faults if words in f.message] == [(where, column)]


BENCHMARK = """#Length of the schedule
7
#Number of Employees
4
#Number of Shifts
1
# Temporal Requirements Matrix
3 3 3 3 3 2 2
#ShiftName, Start, Length, Name, MinlengthOfBlocks, MaxLengthOfBlocks
D  360 480 2 6
# days off
1 3
# work
2 6
# Number of not allowed shift sequences
0 1
D - D
"""


def test_the_benchmark_format(tmp_path):
    file = tmp_path / "one.txt"
    file.write_text(BENCHMARK)
    case = read_rotation_benchmark(file)
    assert case == RotationCase(
        "one", 4, (RotatingShift("D", 360, 480, Span(2, 6), (3, 3, 3, 3, 3, 2, 2)),), Span(2, 6), Span(1, 3),
        (("D", "-", "D"),),
    )  # fmt: skip
    file.write_text(BENCHMARK.replace("D  360 480 2 6", "D  360 480 2"))
    with pytest.raises(InputFaults, match=r"one.txt:10: does not read"):
        read_rotation_benchmark(file)


def test_records_that_cannot_be():
    with pytest.raises(ValueError, match="cannot be"):
        Span(3, 2)
    case = _case("DDDDD--")
    with pytest.raises(ValueError, match="no succession"):
        replace(case, forbidden=(("D",),))
    with pytest.raises(ValueError, match="stands twice"):
        replace(case, shifts=(case.shifts[0], case.shifts[0]))
