"""Pay, cover, fairness and rules of a roster, by hand."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from models.roster.case import OFF, RosterCase
from models.roster.check import check
from models.roster.folder import Agent, Contract, RosterCalendar, RosterFolder
from models.roster.packs import read_pack
from models.roster.pay import pay_table
from models.roster.records import Cover, Employee, Measure, Rule, ShiftType, Wish
from models.roster.settings import OvertimeTier, RosterSettings
from models.roster.summary import agent_table, cover_table, fairness_table, rule_table, spread_table
from models.roster.worked import worked_shifts

SHIFTS = (
    ShiftType("E", 480, start_min=7 * 60, span_min=510, kind="early"),
    ShiftType("N", 480, start_min=23 * 60, kind="night"),
    ShiftType("X", 600, start_min=8 * 60),
)
LETTERS = {".": OFF, "E": 0, "N": 1, "X": 2}
SETTINGS = RosterSettings.model_validate(
    {
        "name": "test", "first_day": dt.date(2026, 3, 2), "days": 7, "time_zone": "Europe/Amsterdam",
        "pay": {
            "wage_per_hour": 20,
            "premiums": [{"name": "night", "from": "00:00", "to": "06:00", "percent": 50}],
        },
    }
)  # fmt: skip
WEEK = Contract("full", 40.0)


def _found(rules=(), wishes=(), cover=(), overtime=(), history=(), credit=(0.0,) * 7):
    people = (Employee("Ann", tuple(rules), frozenset({"dutch"}), history), Employee("Bob", tuple(rules)))
    agents = (
        Agent("Ann", WEEK, frozenset({"dutch"}), 1.0, 20.0, credit),
        Agent("Bob", WEEK, frozenset(), 1.0, 30.0, (0.0,) * 7),
    )
    case = RosterCase(
        "test", 7, SHIFTS, people, tuple(wishes), tuple(cover), ((5, 6),), dt.date(2026, 3, 2), "Europe/Amsterdam"
    )
    return RosterFolder(SETTINGS, RosterCalendar.of(SETTINGS), case, agents, tuple(overtime))


def _lines(*texts):
    return np.array([[LETTERS[letter] for letter in text] for text in texts])


def _pay(found, lines):
    return pay_table(found, lines, worked_shifts(found, lines)).set_index("employee")


def test_base_premium_and_leave():
    """An early shift has no premium; a night from 23:00 to 07:00 has six hours at 50 %."""
    found = _found(credit=(0.0, 480.0, *(0.0,) * 5))
    pay = _pay(found, _lines("E......", "N.....N"))
    columns = ["hours", "base", "premium", "leave_hours", "leave", "pay"]
    assert pay.loc["Ann", columns].tolist() == pytest.approx([8, 160, 0, 8, 160, 320])
    assert pay.loc["Bob", ["hours", "base", "premium", "pay"]].tolist() == pytest.approx([16, 480, 2 * 6 * 15, 660])


def test_overtime_of_days_is_none_of_the_week():
    """Five shifts of ten hours: two overtime hours a day at 50 %; the forty others are no overtime of the week."""
    tiers = (
        OvertimeTier(each="day", after_hours=8, percent=50),
        OvertimeTier(each="week", after_hours=40, percent=50),
        OvertimeTier(each="week", after_hours=44, percent=100),
    )
    pay = _pay(_found(overtime=tiers), _lines("XXXXX..", "XXXXXX."))
    assert pay.loc["Ann", ["overtime_hours", "overtime"]].tolist() == [10, 10 * 10]
    # Bob: 12 h of days, and 48 straight hours: 8 above 40, 4 of them at double time
    assert pay.loc["Bob", ["overtime_hours", "overtime"]].tolist() == [12 + 8, 12 * 15 + 4 * 15 + 4 * 30]


def test_overtime_of_california():
    """Labor Code 510: from 8 hours a day or 40 a week half as much again, from 12 a day double; no hour counts twice.

    Ann has 13 hours on Monday: four at half, one at double. Bob has six days of eight hours: eight of them at half.
    """
    long = ShiftType("Y", 780, start_min=6 * 60)
    found = _found(overtime=read_pack("california").overtime)
    case = replace(found.case, shifts=(*SHIFTS, long))
    found = replace(found, case=case)
    lines = _lines("E......", "EEEEEE.")
    lines[0, 0] = 3
    pay = _pay(found, lines)
    assert pay.loc["Ann", ["overtime_hours", "overtime"]].tolist() == [5, (4 * 0.5 + 1 * 1.0) * 20]
    assert pay.loc["Bob", ["overtime_hours", "overtime"]].tolist() == [8, 8 * 0.5 * 30]


def test_the_history_fills_the_week_but_is_not_paid_again():
    settings = SETTINGS.model_copy(update={"first_day": dt.date(2026, 3, 4)})
    found = _found(overtime=(OvertimeTier(after_hours=40, percent=50),), history=("X", "X"))
    found = RosterFolder(settings, RosterCalendar.of(settings), found.case, found.agents, found.overtime)
    pay = _pay(found, _lines("XXX....", "XXX...."))
    assert pay["overtime_hours"].tolist() == [10, 0]


def test_soft_overtime_rules_cost_what_the_pay_adds():
    rule = Rule("overtime", Measure.MINUTES, 0, 2400, 20.0 * 0.5, periods=((0, 7),), unit=60)
    found = _found(rules=[rule], overtime=(OvertimeTier(after_hours=40, percent=50),))
    lines = _lines("EEEEEE.", ".......")
    assert check(found.case, lines).cost == _pay(found, lines)["overtime"].sum() == 80


def test_tables_of_people_and_cover():
    wishes = [Wish("Ann", 0, None, False, 5.0), Wish("Ann", 1, "E", True, 5.0)]
    cover = [Cover(0, "E", 3, 100.0, 1.0), Cover(0, "E", 1, 10.0, 0.0, "dutch"), Cover(5, "N", 0, 100.0, 1.0)]
    found = _found(wishes=wishes, cover=cover)
    lines = _lines("EE.....", "E....N.")
    agents = agent_table(found, lines, worked_shifts(found, lines), check(found.case, lines).breaches).set_index(
        "employee"
    )
    columns = ["shifts", "night_shifts", "weekends", "requests", "refused_requests", "rules_cost"]
    assert agents.loc["Ann", columns].tolist() == [2, 0, 0, 2, 1, 5]
    assert agents.loc["Bob", columns].tolist() == [2, 1, 1, 0, 0, 0]
    table = cover_table(found, lines)
    assert table[["rostered", "under", "over", "uncovered_hours"]].to_numpy().tolist() == [
        [2, 1, 0, 8], [1, 0, 0, 0], [1, 0, 1, 0],
    ]  # fmt: skip
    rules = rule_table(found, check(found.case, lines).breaches)
    assert rules[["rule", "date", "cost"]].to_numpy().tolist() == [
        ["people short", "2026-03-02", 100], ["day off wanted", "2026-03-02", 5], ["people over", "2026-03-07", 1],
    ]  # fmt: skip


def test_fairness_counts_what_came_before():
    fair = Rule("nights", Measure.SHIFTS, 1, 2, 4.0, shifts=("N",), before=2, growing=True)
    found = _found(rules=[fair])
    lines = _lines("NN.....", ".......")
    table = fairness_table(found, lines)
    assert table[["count", "beside_share", "cost"]].to_numpy().tolist() == [[4, 2, 12], [2, 0, 0]]
    assert table["cost"].sum() == check(found.case, lines).cost
    (spread,) = spread_table(table).to_dict("records")
    assert (spread["on_share"], spread["least"], spread["most"], spread["std_beside_share"]) == (1, 2, 4, 1)


def test_rules_are_told_in_the_unit_of_their_price():
    hours = Rule("contract", Measure.MINUTES, 24 * 60, price=15.0, unit=60)
    found = _found(rules=(hours,))
    lines = _lines("EE.....", "EEE....")
    table = rule_table(found, check(found.case, lines).breaches)
    (row,) = table[table["employee"] == "Ann"].to_dict("records")
    assert (row["amount"], row["unit"], row["price"], row["cost"]) == (8, "hours", 15, 120)
    assert row["words"] == "16 h, at least 24"
