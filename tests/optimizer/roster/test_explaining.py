"""What soft rules cost in a roster, and repair of a published one."""

import dataclasses

import numpy as np

from models.roster.case import OFF, RosterCase
from models.roster.check import check
from models.roster.records import Cover, Employee, Measure, Reason, Rule, ShiftType, Wish
from models.roster.repair import changed_days, repaired
from optimizer.roster.engine import RosterLimits, solve_roster
from optimizer.roster.explain import rule_prices, without_price
from optimizer.roster.granting import grants, refused

LIMITS = RosterLimits(time_limit_s=20.0, blocks=4)


def _shop():
    """Four people, one shift of two people on each day; a wish for a day off that costs a person short."""
    rules = (Rule("days in a row", Measure.DAYS_IN_A_ROW, 0, 3), Rule("few shifts", Measure.SHIFTS, 0, 3, 2.0, ("D",)))
    people = tuple(Employee(name, rules) for name in ("Ann", "Bo", "Cy", "Di"))
    wishes = tuple(Wish(one.name, 3, None, False, 1.0) for one in people)
    cover = tuple(Cover(day, "D", 2, 50.0, 5.0) for day in range(7))
    return RosterCase("shop", 7, (ShiftType("D", 480),), people, wishes, cover)


def test_what_each_soft_rule_costs():
    case = _shop()
    solution = solve_roster(case, LIMITS)
    # fourteen shifts, three each for free: two more at 2; two of the four wishes are refused at 1
    assert solution.cost == 2 * 2.0 + 2 * 1.0
    prices = {one.rule: one for one in rule_prices(case, solution.lines, 6.0)}
    assert {name: one.costs for name, one in prices.items()} == {"few shifts": 4.0, "day off wanted": 2.0}
    assert {name: one.saving for name, one in prices.items()} == {"few shifts": 4.0, "day off wanted": 2.0}
    assert all("searched anew" in one.how for one in prices.values())


def test_without_time_nothing_is_searched():
    case = _shop()
    lines = solve_roster(case, LIMITS).lines
    assert [one.saving for one in rule_prices(case, lines, 0.0)] == [None, None]


def test_a_rule_without_its_price_costs_nothing():
    case = _shop()
    lines = np.full((4, 7), OFF)
    for name in check(case, lines).cost_by_rule():
        assert name not in check(without_price(case, name), lines).cost_by_rule()


def test_a_sickness_changes_few_days():
    case = _shop()
    published = solve_roster(case, LIMITS).lines
    sick = int(np.flatnonzero(published[:, 6] != OFF)[0])
    leave = Wish(case.employees[sick].name, 6, None, False, None, Reason.LEAVE)
    ill = dataclasses.replace(case, wishes=(*case.wishes, leave))
    repair = solve_roster(repaired(ill, published, 0.5, range(5)), LIMITS, start=published)
    changes = changed_days(published, repair.lines)
    assert (sick, 6) in changes
    assert len(changes) == 2  # the sick person's day, and who stands in
    assert all(day >= 5 for _, day in changes)
    assert check(ill, repair.lines).cost_by_rule().get("people short", 0) == 0


def test_what_it_costs_to_grant_a_request():
    """Of four wishes for the same day two are refused: a third one costs somebody short, 50, less its own price."""
    case = _shop()
    requests = tuple(dataclasses.replace(wish, reason=Reason.REQUEST) for wish in case.wishes)
    case = dataclasses.replace(case, wishes=requests)
    lines = solve_roster(case, LIMITS).lines
    wishes = refused(case, lines)
    assert len(wishes) == 2
    (first, second) = grants(case, lines, wishes, 8.0, change_price=0.5)
    for one in (first, second):
        # somebody else of the two who are off gives the day up: nothing is lost
        assert one.more == 0.0
        assert one.people == 2
        assert one.why in {"no rule costs more", "day off wanted +1.00"}
    both = dataclasses.replace(
        case, wishes=tuple(dataclasses.replace(w, price=None) if w not in wishes else w for w in requests)
    )
    (third, _) = grants(both, lines, wishes, 8.0, change_price=0.5)
    assert third.more == 50.0 - 1.0 - 2.0  # a person short; the wish is kept, and one shift beyond three is saved
    assert third.why.startswith("people short +50.00")


def test_a_request_that_a_hard_rule_forbids_says_which():
    must = Wish("Ann", 1, "D", True, None, Reason.FIXED)
    wish = Wish("Ann", 1, None, False, 5.0)
    case = RosterCase("one", 2, (ShiftType("D", 480),), (Employee("Ann"),), (must, wish), ())
    lines = solve_roster(case, LIMITS).lines
    (found,) = grants(case, lines, refused(case, lines), 10.0, change_price=1.0)
    assert found.more is None
    assert "fixed assignment: D, day 1" in found.why
    assert (
        grants(case, lines, refused(case, lines), 0.0, change_price=1.0)[0].why == "not searched for: no time was left"
    )
