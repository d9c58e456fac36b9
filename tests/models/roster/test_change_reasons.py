"""Why a day of somebody was changed: what would be missed if that day alone stayed as it was."""

import numpy as np
import pytest

from models.roster.case import RosterCase
from models.roster.change_reasons import change_reason
from models.roster.records import Cover, Employee, Measure, Rule, ShiftType, Wish

SHIFTS = (ShiftType("E", 480, start_min=420), ShiftType("N", 480, start_min=1380))
REST = Rule("daily rest", Measure.REST, 660, unit=60)
SICK = Wish("Ann", 1, None, False, None)


def _case():
    people = (Employee("Ann", (REST,)), Employee("Bob", (REST,)))
    return RosterCase("c", 3, SHIFTS, people, (SICK,), (Cover(1, "N", 1, 100.0), Cover(2, "E", 1, 50.0)))


def _reason(before, after, place, day):
    letters = {".": -1, "E": 0, "N": 1}
    arrays = [np.array([[letters[one] for one in line] for line in lines]) for lines in (before, after)]
    return change_reason(_case(), *arrays, place, day)


BEFORE, AFTER = (".N.", "..E"), ("...", ".N.")


@pytest.mark.parametrize(
    ("place", "day", "words"),
    [
        (0, 1, "leave"),
        (1, 1, "takes N of Ann; else people short: N: 0 of 1"),
        (1, 2, "else daily rest: 0 h of rest between N and E, at least 11"),
    ],
)
def test_the_reason_of_each_change(place, day, words):
    assert _reason(BEFORE, AFTER, place, day) == words


def test_a_change_without_any_use_is_not_given_one():
    assert _reason(("...", "..."), ("E..", "..."), 0, 0) == "goes with another change"
