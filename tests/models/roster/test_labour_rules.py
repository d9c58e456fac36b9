"""One test a rule: a line of work that breaks only this rule, and its permitted neighbour that breaks none.

Every line is judged with all the other rules of the contract in force, so that what breaks one rule is known to keep
the others.
"""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from models.roster.case import OFF, RosterCase
from models.roster.check import check
from models.roster.records import Employee, Measure, Reason, Rule, ShiftType, Wish

LETTERS = {".": OFF, "E": 0, "L": 1, "N": 2, "S": 3}
SHIFTS = (
    ShiftType("E", 480, start_min=7 * 60, span_min=510, kind="day"),
    ShiftType("L", 480, start_min=15 * 60, needs=frozenset({"dutch"})),
    ShiftType("N", 480, start_min=23 * 60),
    ShiftType("S", 240, start_min=9 * 60, kind="day"),
)
WEEKS = ((0, 7), (7, 14))
WINTER = dt.date(2026, 1, 5)
CONTRACT = (
    Rule("minutes of each week", Measure.MINUTES, 0, 2400, periods=WEEKS),
    Rule("days off of each week", Measure.DAYS_OFF, 2, periods=WEEKS),
    Rule("weekends off", Measure.WEEKENDS_OFF, 1),
    Rule("complete weekends", Measure.SPLIT_WEEKENDS, 0, 0),
    Rule("paired days off", Measure.DAYS_OFF_PAIRS, 1, periods=WEEKS),
    Rule("same shift through a week", Measure.SHIFT_TYPES, 0, 1, periods=WEEKS),
    Rule("longest day", Measure.DAY_MINUTES, 0, 480),
    Rule("nights in a row", Measure.SHIFTS_IN_A_ROW, 2, 3, shifts=("N",)),
    Rule("rest", Measure.REST, 660),
    Rule("rest after nights", Measure.REST_AFTER, 46 * 60, shifts=("N",), after=3),
    Rule("weekly rest", Measure.LONGEST_REST, 36 * 60, periods=WEEKS),
    Rule("Fridays", Measure.SHIFTS, 0, 1, shifts=("E", "L", "N"), days=(4, 11)),
    Rule("most weekends", Measure.WEEKENDS, 0, 2),
    Rule("days in a row", Measure.DAYS_IN_A_ROW, 1, 5),
    Rule("days off in a row", Measure.DAYS_OFF_IN_A_ROW, 1),
    Rule("refused requests", Measure.REFUSED, 0, 1),
)
NAMES = {rule.name for rule in CONTRACT}


def _case(*rules, history="", wishes=(), first_date=WINTER, skills=("dutch",)):
    before = tuple(None if letter == "." else letter for letter in history)
    ann = Employee("Ann", rules, frozenset(skills), before)
    weekends = ((5, 6), (12, 13))
    return RosterCase("test", 14, SHIFTS, (ann,), tuple(wishes), (), weekends, first_date, "Europe/Amsterdam")


def _line(text):
    return np.array([[LETTERS[letter] for letter in text]])


def _found(case, text):
    return [(breach.rule, breach.day, breach.amount) for breach in check(case, _line(text)).breaches]


BROKEN_AND_ALLOWED = [
    # rule, its bounds where they are stricter here, the line that breaks only it: first day and units, the neighbour
    ("minutes of each week", {"most": 1920}, "EEEEE.........", (0, 480), "EEEE.....E...."),
    ("days off of each week", {"least": 3}, "EEEEE.........", (0, 1), "EEEE.....E...."),
    ("weekends off", {}, ".....EE.....EE", (None, 1), ".....EE....E.."),
    ("complete weekends", {}, ".....E........", (None, 1), ".....EE......."),
    ("paired days off", {}, "EE.E.EE.......", (0, 1), "EE..EEE......."),
    ("same shift through a week", {}, "E.L...........", (0, 1), "E.S....L......"),
    ("longest day", {"most": 450}, "..E...........", (2, 30), "..S..........."),
    ("nights in a row", {}, ".NNNN.........", (1, 1), ".NNN.........."),
    ("nights in a row", {}, "..N...........", (2, 1), "..NN.........."),
    ("rest", {}, ".....LLE......", (7, 180), ".....LLLL....."),
    ("rest after nights", {}, "....NNN.NN....", (8, 6 * 60), "....NNN..NN..."),
    ("weekly rest", {"least": 65 * 60}, "EE..EEE.......", (0, 90), "EE...EE......."),
    ("Fridays", {}, "....E......E..", (None, 1), "....E.....E..."),
    ("most weekends", {"most": 0}, ".....EE.......", (None, 1), "EEEEE........."),
    ("days in a row", {"most": 3}, "EEEE..........", (0, 1), "EEE.E........."),
    ("days in a row", {"least": 2}, "..E...........", (2, 1), "..EE.........."),
    ("days off in a row", {"least": 2}, "EE.EE.........", (2, 1), "E..EE........."),
]


@pytest.mark.parametrize(("name", "stricter", "broken", "place", "allowed"), BROKEN_AND_ALLOWED)
def test_a_line_that_breaks_only_this_rule_and_its_neighbour(name, stricter, broken, place, allowed):
    day, units = place
    contract = [replace(rule, **stricter) if rule.name == name else rule for rule in CONTRACT]
    assert _found(_case(*contract), broken) == [(name, day, units)]
    assert _found(_case(*contract), allowed) == []
    soft = _case(*(replace(rule, price=2.0) if rule.name == name else rule for rule in contract))
    result = check(soft, _line(broken))
    assert (result.broken, result.cost_by_rule()) == ((), {name: 2.0 * units})
    assert check(soft, _line(allowed)).breaches == ()


def test_refused_requests_beyond_the_most():
    """Two requests that stand at a price; the rule on how many may be refused is hard."""
    wishes = [Wish("Ann", day, None, False, 1.0) for day in (0, 1)]
    both = check(_case(*CONTRACT, wishes=wishes), _line("EE............"))
    assert [(breach.rule, breach.amount) for breach in both.broken] == [("refused requests", 1)]
    assert check(_case(*CONTRACT, wishes=wishes), _line("E.............")).broken == ()


def test_every_rule_of_the_contract_has_its_line_and_every_measure_its_rule():
    assert {name for name, *_ in BROKEN_AND_ALLOWED} == NAMES - {"refused requests"}
    assert {rule.measure for rule in CONTRACT} == set(Measure)


def test_a_shift_that_needs_a_skill():
    assert _found(_case(skills=()), "L.............") == [("skill", 0, 1)]
    assert _found(_case(skills=()), "E.............") == []
    assert _found(_case(skills=("dutch", "german")), "L.............") == []


@pytest.mark.parametrize(
    ("monday", "lost_h"),
    [("2026-03-16", 1), ("2026-10-12", -1), ("2026-06-01", 0)],
    ids=["an hour lost", "an hour won", "an ordinary night"],
)
def test_rest_is_elapsed_time_when_the_clocks_change(monday, lost_h):
    """The clocks change on Sundays 2026-03-29 and 2026-10-25 (day 13), between the late shift and the early one."""
    least = 480 - 60 * lost_h  # 23:00 to 07:00
    case = _case(Rule("rest", Measure.REST, least), first_date=dt.date.fromisoformat(monday))
    assert _found(case, "............LE") == []
    case = _case(Rule("rest", Measure.REST, least + 1), first_date=dt.date.fromisoformat(monday))
    assert _found(case, "............LE") == [("rest", 13, 1)]


def test_rest_across_midnight():
    """The night shift of day 2 ends at 07:00 of day 3."""
    case = _case(Rule("rest", Measure.REST, 480))
    assert _found(case, "..NL..........") == []
    assert _found(case, "..NE..........") == [("rest", 3, 480)]
    assert _found(case, "..NS..........") == [("rest", 3, 360)]


def test_the_night_before_the_horizon_reaches_into_it():
    rest = Rule("rest", Measure.REST, 660)
    assert _found(_case(rest, history="N"), "E.............") == [("rest", 0, 660)]
    assert _found(_case(rest, history="N"), ".E............") == []
    assert _found(_case(rest, history="N."), "E.............") == []
    case = _case(history="L")
    forbidden = replace(case, shifts=(SHIFTS[0], replace(SHIFTS[1], not_followed_by=("E",)), *SHIFTS[2:]))
    assert _found(forbidden, "E.............") == [("forbidden succession", -1, 1)]
    assert _found(forbidden, "L.............") == []


def test_a_stretch_goes_on_from_the_history():
    rule = Rule("days in a row", Measure.DAYS_IN_A_ROW, 2, 5)
    assert _found(_case(rule, history=".EEE"), "EEE...........") == [("days in a row", -3, 1)]
    assert _found(_case(rule, history=".EEE"), "EE............") == []
    assert _found(_case(rule, history=".E"), ".EE...........") == [("days in a row", -1, 1)]
    assert _found(_case(rule, history="E"), ".EE...........") == []  # it may have begun before what is known


def test_what_the_past_alone_breaks_is_not_held_against_the_roster():
    rule = Rule("days in a row", Measure.DAYS_IN_A_ROW, 0, 3)
    assert _found(_case(rule, history=".EEEE"), ".E............") == []
    assert _found(_case(rule, history=".EEEE"), "E.............") == [("days in a row", -4, 1)]
    minutes = Rule("minutes", Measure.MINUTES, 0, 960, periods=((-3, 4),))
    assert _found(_case(minutes, history="EEE"), ".....E........") == []
    assert _found(_case(minutes, history="EEE"), "E.............") == [("minutes", 0, 480)]


def test_an_average_over_a_reference_period_counts_what_came_before():
    """48 hours a week over four weeks, of which the last two are planned: 192 hours in all."""
    rule = Rule("average week", Measure.MINUTES, 0, 4 * 48 * 60, periods=((-14, 14),), before=120 * 60)
    case = _case(rule, history="E.")
    assert _found(case, "EEEEE..EEE....") == []  # 120 + 8 + 64 = 192
    assert _found(case, "EEEEE..EEES...") == [("average week", 0, 240)]


def test_overtime_tiers():
    """Time and a half from 40 hours a week, double from 44."""
    tiers = [Rule(f"from {hours} h", Measure.MINUTES, 0, hours * 60, 0.25, periods=WEEKS) for hours in (40, 44)]
    result = check(_case(*tiers), _line("EEEEEES......."))
    assert result.cost_by_rule() == {"from 40 h": 0.25 * 12 * 60, "from 44 h": 0.25 * 8 * 60}
    assert check(_case(*tiers), _line("EEEEE..EEEEE..")).breaches == ()


def test_days_off_before_the_horizon_count_in_a_week_that_began_before_it():
    rule = Rule("days off of each week", Measure.DAYS_OFF, 2, periods=((-3, 4),))
    assert _found(_case(rule, history="..E"), "EEEE..........") == []
    assert _found(_case(rule, history=".EE"), "EEEE..........") == [("days off of each week", 0, 1)]


def test_requests_refused_are_those_of_the_employee_that_a_price_stands_on():
    rule = Rule("refused", Measure.REFUSED, 0, 1, price=5.0)
    wishes = [Wish("Ann", day, None, False, 1.0) for day in (0, 1, 2)]
    assert check(_case(rule, wishes=wishes), _line("EE............")).cost_by_rule() == {
        "refused": 5.0, "day off wanted": 2.0,
    }  # fmt: skip
    assert "refused" not in check(_case(rule, wishes=wishes), _line("E.............")).cost_by_rule()
    others = [replace(wish, reason=Reason.CHANGE) for wish in wishes]
    assert "refused" not in check(_case(rule, wishes=others), _line("EE............")).cost_by_rule()


def test_a_growing_price_makes_the_even_division_the_cheapest():
    fair = Rule("fair nights", Measure.SHIFTS, 2, 3, 4.0, shifts=("N",), growing=True)
    cost = [check(_case(fair), _line("N" * nights + "." * (14 - nights))).cost for nights in range(8)]
    assert cost == [12, 4, 0, 0, 4, 12, 24, 40]
    hours = Rule("fair hours", Measure.MINUTES, 2400, 2400, 1.0, unit=60, growing=True)
    assert check(_case(hours), _line("EEEES.........")).cost == 4 * 5 / 2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Rule("r", Measure.REST, 660, periods=WEEKS), "has no periods"),
        (lambda: Rule("r", Measure.MINUTES, periods=((0, 7), (6, 14))), "overlap"),
        (lambda: Rule("r", Measure.MINUTES, periods=((7, 7),)), "empty"),
        (lambda: Rule("r", Measure.WEEKENDS, days=(1,)), "days go with"),
        (lambda: Rule("r", Measure.SHIFTS_IN_A_ROW), "types of shift go with"),
        (lambda: Rule("r", Measure.MINUTES, before=-1), "cannot be negative"),
        (lambda: ShiftType("E", 480, start_min=1440), "no time of its day"),
        (lambda: ShiftType("E", 480, start_min=0, span_min=450), "cannot hold 480"),
        (lambda: replace(_case(), shifts=(ShiftType("E", 480),)), None),
        (lambda: replace(_case(Rule("r", Measure.REST, 1)), shifts=(ShiftType("E", 480),)), "needs its start"),
        (lambda: _case(history="X"), "unknown types of shift: X"),
    ],
)
def test_a_record_that_cannot_be(make, message):
    if message is None:
        make()
        return
    with pytest.raises(ValueError, match=message):
        make()


def test_words_say_which_weekends_and_what_came_before():
    split = Rule("complete weekends", Measure.SPLIT_WEEKENDS, 0, 0, price=1.0)
    (breach,) = check(_case(split), _line(".....E......E.")).breaches
    assert breach.words == "2 split weekends, at most 0: 2026-01-10, 2026-01-17"
    nights = Rule("nights", Measure.SHIFTS, 0, 3, price=1.0, shifts=("N",), before=3)
    (breach,) = check(_case(nights), _line("..NN..........")).breaches
    assert breach.words == "5 shifts N, at most 3 (3 before the first day)"
