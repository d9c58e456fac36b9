"""One test a rule: a roster that breaks only this rule, and its permitted neighbour that breaks none."""

import numpy as np
import pytest

from models.roster.case import OFF, RosterCase
from models.roster.check import check
from models.roster.records import Cover, Employee, Measure, Rule, ShiftType, Wish

LETTERS = {".": OFF, "E": 0, "L": 1, "N": 2}
SHIFTS = (ShiftType("E", 480), ShiftType("L", 480, ("E",)), ShiftType("N", 600, ("E", "L")))
DAYS_A_ROW, OFF_A_ROW = Measure.DAYS_IN_A_ROW, Measure.DAYS_OFF_IN_A_ROW
ASK = {"employee": "Ann", "day": 2}


def _case(*rules, wishes=(), cover=(), days=14):
    people = (Employee("Ann", rules, frozenset({"german"})), Employee("Bob"))
    weekends = tuple((day, day + 1) for day in range(5, days - 1, 7))
    return RosterCase("test", days, SHIFTS, people, tuple(wishes), tuple(cover), weekends)


def _lines(ann, bob=""):
    return np.array([[LETTERS[letter] for letter in line] for line in (ann, bob or "." * len(ann))])


def _rule(measure, least=0, most=float("inf"), price=None, shifts=()):
    return Rule("the rule", measure, least, most, price, shifts)


BROKEN_AND_ALLOWED = {
    "most shifts of a type": (_rule(Measure.SHIFTS, most=2, shifts=("N",)), "NNN...........", "NN.EE........."),
    "least shifts of types": (_rule(Measure.SHIFTS, least=2, shifts=("E", "L")), "E..NN.........", "E.L..........."),
    "most minutes": (_rule(Measure.MINUTES, most=1440), "EEE.E.........", "EEE..........."),
    "least minutes": (_rule(Measure.MINUTES, least=1440), "EE............", "EEE..........."),
    "most days in a row": (_rule(DAYS_A_ROW, most=3), "..EEEE........", "..EEE.E......."),
    "least days in a row": (_rule(DAYS_A_ROW, least=2), "..E...........", "..EE.........."),
    "most days off in a row": (_rule(OFF_A_ROW, most=4), "E.....EEEEEEEE", "E....EEEEEEEEE"),
    "least days off in a row": (_rule(OFF_A_ROW, least=2), "EE.EE.........", "EE..EE........"),
    "most weekends": (_rule(Measure.WEEKENDS, most=1), ".....E......E.", ".....EE......."),
    "least weekends": (_rule(Measure.WEEKENDS, least=1), "EEEEE..EEEEE..", "EEEEE.E......."),
}


@pytest.mark.parametrize("name", BROKEN_AND_ALLOWED)
def test_a_rule_on_a_line_of_work(name):
    rule, broken, allowed = BROKEN_AND_ALLOWED[name]
    breaches = check(_case(rule), _lines(broken)).breaches
    assert [(one.rule, one.employee, one.amount, one.price) for one in breaches] == [("the rule", "Ann", 1, None)] or (
        rule.measure is Measure.MINUTES and [(one.rule, one.amount) for one in breaches] == [("the rule", 480)]
    )
    assert check(_case(rule), _lines(allowed)).breaches == ()


@pytest.mark.parametrize("name", BROKEN_AND_ALLOWED)
def test_the_same_rule_at_a_price(name):
    hard, broken, allowed = BROKEN_AND_ALLOWED[name]
    soft = Rule(hard.name, hard.measure, hard.least, hard.most, 7.0, hard.shifts)
    result = check(_case(soft), _lines(broken))
    units = 480 if hard.measure is Measure.MINUTES else 1
    assert (result.broken, result.cost) == ((), 7.0 * units)
    assert result.cost_by_rule() == {"the rule": 7.0 * units}
    assert check(_case(soft), _lines(allowed)).cost == 0


@pytest.mark.parametrize("line", ["E.......EEEEEE", ".............E", "E............."])
def test_a_stretch_of_work_at_an_end_is_never_too_short(line):
    assert check(_case(_rule(DAYS_A_ROW, least=2)), _lines(line)).breaches == ()


@pytest.mark.parametrize("line", [".EE..EE..EE...", "EE..EE..EE..E."])
def test_days_off_at_an_end_are_never_too_few(line):
    assert check(_case(_rule(OFF_A_ROW, least=2)), _lines(line)).breaches == ()


def test_a_stretch_of_work_at_an_end_may_be_too_long():
    breaches = check(_case(_rule(DAYS_A_ROW, most=3)), _lines("EEEEE........."))
    assert [(one.day, one.amount) for one in breaches.breaches] == [(0, 2)]


def test_forbidden_successions():
    breaches = check(_case(), _lines("..LE..........")).breaches
    assert [(one.rule, one.day, one.words) for one in breaches] == [("forbidden succession", 2, "L is followed by E")]
    for allowed in ("..EL..........", "..LL..........", "..L.E........."):
        assert check(_case(), _lines(allowed)).breaches == ()


def _names(wish, line):
    return [(one.rule, one.day, one.price) for one in check(_case(wishes=[wish]), _lines(line)).breaches]


def test_leave():
    leave = Wish(**ASK, shift=None, wanted=False, price=None)
    assert _names(leave, "..E...........") == [("leave", 2, None)]
    assert _names(leave, ".E.E..........") == []


def test_fixed_assignment():
    fixed = Wish(**ASK, shift="L", wanted=True, price=None)
    assert _names(fixed, "..E...........") == [("fixed assignment", 2, None)]
    assert _names(fixed, "..............") == [("fixed assignment", 2, None)]
    assert _names(fixed, "..L...........") == []


def test_forbidden_assignment():
    forbidden = Wish(**ASK, shift="L", wanted=False, price=None)
    assert _names(forbidden, "..L...........") == [("forbidden assignment", 2, None)]
    assert _names(forbidden, "..E...........") == []


def test_shift_wanted_at_a_price():
    wish = Wish(**ASK, shift="E", wanted=True, price=3.0)
    assert _names(wish, "..L...........") == [("shift wanted", 2, 3.0)]
    assert _names(wish, "..E...........") == []
    assert _names(Wish(**ASK, shift=None, wanted=True, price=3.0), "..L...........") == []


def test_shift_not_wanted_at_a_price():
    wish = Wish(**ASK, shift="E", wanted=False, price=3.0)
    assert _names(wish, "..E...........") == [("shift not wanted", 2, 3.0)]
    assert _names(wish, "..............") == []
    assert _names(Wish(**ASK, shift=None, wanted=False, price=3.0), "..L...........") == [("day off wanted", 2, 3.0)]


def test_people_short_and_over():
    case = _case(cover=[Cover(2, "E", 1, under_price=100.0, over_price=1.0)])
    assert [(b.rule, b.cost) for b in check(case, _lines("..L...........")).breaches] == [("people short", 100.0)]
    assert check(case, _lines("..E...........")).breaches == ()
    both = check(case, _lines("..E...........", "..E..........."))
    assert [(b.rule, b.cost) for b in both.breaches] == [("people over", 1.0)]


def test_cover_with_a_skill_counts_only_those_who_have_it():
    case = _case(cover=[Cover(2, "E", 1, 100.0, 1.0, skill="german")])
    assert check(case, _lines("..............", "..E...........")).cost == 100.0
    assert check(case, _lines("..E...........", "..E...........")).cost == 0.0


def test_a_breach_says_who_when_and_what():
    rule = Rule("days_in_a_row", DAYS_A_ROW, 0, 3)
    (breach,) = check(_case(rule), _lines("..EEEEE.......")).breaches
    assert str(breach) == "Ann day 2: days_in_a_row: 5 days in a row, at most 3"


def test_a_roster_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"\(2, 3\), not \(2, 14\)"):
        check(_case(), np.zeros((2, 3), np.int64))
    with pytest.raises(ValueError, match="no type of shift"):
        check(_case(), np.full((2, 14), 3))
