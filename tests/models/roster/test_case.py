"""Records refuse what cannot be."""

import pytest

from models.roster.case import RosterCase
from models.roster.records import Cover, Employee, Measure, Rule, ShiftType, Wish

SHIFT, ANN = ShiftType("E", 480), Employee("Ann")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"shifts": (SHIFT, SHIFT)}, "shift 'E' stands 2 times"),
        ({"employees": (ANN, ANN)}, "employee 'Ann' stands 2 times"),
        ({"employees": ()}, "at least one day"),
        ({"shifts": (ShiftType("E", 480, ("L",)),)}, "unknown types of shift: L"),
        ({"wishes": (Wish("Bob", 0, None, False, None),)}, "unknown employees: Bob"),
        ({"wishes": (Wish("Ann", 7, None, False, None),)}, "day 7 lies outside the horizon of 7 days"),
        ({"cover": (Cover(0, "N", 1, 1.0),)}, "unknown types of shift: N"),
        ({"weekends": ((2, 4),)}, "neither one day nor two"),
    ],
)
def test_a_case_that_does_not_fit_together(parts, message):
    whole = {"name": "x", "days": 7, "shifts": (SHIFT,), "employees": (ANN,), **parts}
    with pytest.raises(ValueError, match=message):
        RosterCase(**whole)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ShiftType("E", 0), "no length"),
        (lambda: Rule("r", Measure.MINUTES, 5, 4), "exclude each other"),
        (lambda: Rule("r", Measure.MINUTES, 0, 4, -1.0), "no price"),
        (lambda: Rule("r", Measure.SHIFTS, 0, 4), "types of shift go with"),
        (lambda: Rule("r", Measure.MINUTES, 0, 4, shifts=("E",)), "types of shift go with"),
        (lambda: Wish("Ann", 0, None, True, -2.0), "no price"),
        (lambda: Cover(0, "E", -1, 1.0), "negative"),
    ],
)
def test_a_record_that_cannot_be(make, message):
    with pytest.raises(ValueError, match=message):
        make()
