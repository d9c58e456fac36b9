"""A roster folder: what its settings and tables mean, and all of their faults at once."""

import datetime as dt
from typing import get_args

import numpy as np
import pytest
import yaml

from models.examples import example_path
from models.faults import InputFaults
from models.roster.available import beyond_reach
from models.roster.case import OFF
from models.roster.check import check
from models.roster.packs import pack_names, read_pack
from models.roster.reading import read_roster_folder
from models.roster.records import Measure, Reason
from models.roster.repair import changed_days, repaired
from models.roster.settings import COUNTS, Counted
from models.roster.worked import read_published, worked_shifts

SETTINGS = {
    "name": "test",
    "first_day": dt.date(2026, 3, 2),
    "days": 14,
    "time_zone": "Europe/Amsterdam",
    "pay": {"wage_per_hour": 20},
}
FILES = {
    "contracts.csv": "contract,hours_per_week,min_hours,max_hours_per_week,max_shifts\n"
    "full,40,80,48,night=3\nhalf,20,,,\n",
    "agents.csv": "employee,contract,skills,seniority\nAnn,full,dutch;german,2\nBob,full,dutch,\nCem,half,,\n",
    "shifts.csv": "shift,start,paid_min,span_min,kind,skills,not_followed_by\n"
    "E,07:00,480,510,early,,\nL,15:00,480,,late,dutch,early\nN,23:00,480,,night,,\n",
    "cover.csv": "day,shift,skill,need,under_price,over_price\nmon-fri,E,,2,,\n2026-03-04,E,,3,50,5\ndaily,N,,1,,\n"
    "mon,E,german,1,,\n",
    "leave.csv": "employee,first_day,last_day,paid,reason\nBob,2026-03-06,2026-03-09,,holiday\nCem,2026-03-10,,no,\n",
    "requests.csv": "employee,date,wants,shift,price\nAnn,2026-03-05,off,,\nBob,2026-03-03,on,E,7\n",
    "fixed.csv": "employee,date,works,shift\nCem,2026-03-03,must,E\nAnn,2026-03-03,never,N\n",
    "history.csv": "employee,date,shift\nAnn,2026-02-27,N\nAnn,2026-03-01,N\n",
}


def _folder(tmp_path, settings=None, **files):
    folder = tmp_path / "roster"
    folder.mkdir()
    (folder / "roster.yaml").write_text(yaml.safe_dump({**SETTINGS, **(settings or {})}))
    for name, text in {**FILES, **{key.replace("_csv", ".csv"): text for key, text in files.items()}}.items():
        if text is not None:
            (folder / name).write_text(text)
    return folder


def _rules(found, employee, name):
    place = found.case.employee_index[employee]
    return [rule for rule in found.case.employees[place].rules if rule.name == name]


def test_what_the_tables_mean(tmp_path):
    found = read_roster_folder(_folder(tmp_path))
    case = found.case
    assert (case.days, case.weekends, case.first_date) == (14, ((5, 6), (12, 13)), dt.date(2026, 3, 2))
    assert [(s.name, s.start_min, s.span_min, s.counts_as) for s in case.shifts] == [
        ("E", 420, 510, "early"), ("L", 900, None, "late"), ("N", 1380, None, "night"),
    ]  # fmt: skip
    assert case.shifts[1].needs == {"dutch"}
    assert case.shifts[1].not_followed_by == ("E",)  # early is the kind of E
    need = {(c.day, c.shift, c.skill): (c.need, c.under_price, c.over_price) for c in case.cover}
    assert need[0, "E", None] == (2, 1000, 10)
    assert need[2, "E", None] == (3, 50, 5)  # the date comes before the weekdays
    assert need[0, "E", "german"] == (1, 1000, 0)
    assert (1, "E", "german") not in need
    assert need[0, "L", None] == (0, 1000, 10)  # nobody is wanted: who works there is one too many
    assert len(need) == 14 * 3 + 2
    assert case.employees[0].history == ("N", None, "N")


def test_nobody_works_on_days_without_cover(tmp_path):
    found = read_roster_folder(_folder(tmp_path, cover_csv="day,shift,need\nmon-sat,E,1\n"))
    closed = [wish for wish in found.case.wishes if wish.reason is Reason.CLOSED]
    assert [(wish.employee, wish.day) for wish in closed] == [
        ("Ann", 6), ("Ann", 13), ("Bob", 13), ("Cem", 6), ("Cem", 13),
    ]  # fmt: skip
    assert found.notes == ("nobody works on days without cover (2): 2026-03-08, 2026-03-15",)
    lines = np.full((3, 14), OFF)
    lines[0, 6] = 0
    assert "closed day" in {breach.rule for breach in check(found.case, lines).broken}


SCHEDULE = """pool,date,shift,start,end,paid_min,breaks,count,cost_each
dutch,2026-03-02,full,2026-03-02T08:00:00+01:00,2026-03-02T16:30:00+01:00,480,12:00-12:30 meal unpaid,2,100
dutch,2026-03-02,full,2026-03-02T08:00:00+01:00,2026-03-02T16:30:00+01:00,480,12:30-13:00 meal unpaid,1,100
german,2026-03-03,full,2026-03-03T22:00:00+01:00,2026-03-04T06:00:00+01:00,480,,1,150
dutch,2026-05-03,full,2026-05-03T08:00:00+02:00,2026-05-03T16:30:00+02:00,480,12:00-12:30 meal unpaid,2,100
"""


def test_shifts_and_cover_from_a_schedule(tmp_path):
    """People take the schedule's patterns with their breaks; whoever starts and ends together is on one type."""
    (tmp_path / "schedule.csv").write_text(SCHEDULE)
    files = dict.fromkeys(("leave_csv", "requests_csv", "fixed_csv", "history_csv", "shifts_csv", "cover_csv"))
    contracts = "contract,hours_per_week\nfull,40\nhalf,20\n"
    folder = _folder(tmp_path, contracts_csv=contracts, **files)
    found = read_roster_folder(folder, tmp_path)
    day, night = found.case.shifts
    assert (day.start_min, day.length_min, day.span_min, day.needs, day.kind) == (480, 480, 510, {"dutch"}, "early")
    assert (night.start_min, night.needs, night.kind) == (22 * 60, {"german"}, "night")
    assert {(c.day, c.shift): c.need for c in found.case.cover if c.need} == {(0, day.name): 3, (1, night.name): 1}
    assert found.schedule_cost == 2 * 100 + 100 + 150
    assert "1 rows outside the horizon" in found.notes[0]
    lines = np.full((3, 14), OFF)
    lines[:2, 0] = 0
    lines[0, 1] = 1
    assert worked_shifts(found, lines)["breaks"].tolist() == ["12:00-12:30 meal unpaid", "", "12:00-12:30 meal unpaid"]
    (folder / "agents.csv").write_text(FILES["agents.csv"].replace(";german", ""))
    with pytest.raises(InputFaults, match=r"german.*is no skill of anybody"):
        read_roster_folder(folder, tmp_path / "schedule.csv")


def test_leave_credits_contract_hours_and_lowers_their_bounds(tmp_path):
    """Friday and Monday of a 40-hour week are 16 hours; the weekend between them credits nothing."""
    found = read_roster_folder(_folder(tmp_path))
    (least,) = _rules(found, "Bob", "fewest contract hours")
    assert least.least == (80 - 16) * 60
    assert {rule.most: rule.periods for rule in _rules(found, "Bob", "most hours of a week")} == {
        (48 - 8) * 60: ((0, 7), (7, 14))
    }
    assert [wish.day for wish in found.case.wishes_of["Bob"] if wish.reason is Reason.LEAVE] == [4, 5, 6, 7]
    assert found.agents[2].credit_min == (0.0,) * 14  # unpaid


def test_seniority_weighs_requests(tmp_path):
    wishes = read_roster_folder(_folder(tmp_path)).case.wishes_of
    assert [w.price for w in wishes["Ann"] if w.reason is Reason.REQUEST] == [20 * 2]
    assert [w.price for w in wishes["Bob"] if w.reason is Reason.REQUEST] == [7]
    assert [(w.wanted, w.price) for w in wishes["Cem"] if w.reason is Reason.FIXED] == [(True, None)]


def test_rules_of_the_settings(tmp_path):
    rules = [
        {"name": "nights in a row", "counts": "shifts in a row", "shifts": ["night"], "most": 2},
        {"name": "week", "counts": "hours", "each": "week", "most": 45, "least": 10, "price": 3},
        {"name": "average", "counts": "hours", "most": 40, "average_over_weeks": 4, "contracts": ["full"]},
        {"name": "Fridays", "counts": "shifts", "shifts": ["E", "late"], "days": "fri", "most": 1},
    ]
    found = read_roster_folder(_folder(tmp_path, {"rules": rules}))
    (nights,) = _rules(found, "Ann", "nights in a row")
    assert (nights.measure, nights.shifts, nights.most, nights.price) == (Measure.SHIFTS_IN_A_ROW, ("N",), 2, None)
    (week,) = _rules(found, "Ann", "week")
    assert (week.least, week.most, week.price, week.unit, week.periods) == (600, 2700, 3, 60, ((0, 7), (7, 14)))
    (average,) = _rules(found, "Ann", "average")
    assert average.periods == ((-3, 14),)  # three days of history are known
    assert average.most == pytest.approx(40 * 60 * 17 / 7)
    assert _rules(found, "Cem", "average") == []
    (fridays,) = _rules(found, "Bob", "Fridays")
    assert (fridays.shifts, fridays.days) == (("E", "L"), (4, 11))


def test_a_balance_fills_the_reference_period(tmp_path):
    rules = [{"name": "average", "counts": "hours", "most": 40, "average_over_weeks": 4}]
    folder = _folder(tmp_path, {"rules": rules}, balances_csv="employee,rule,amount\nAnn,average,70\n")
    (average,) = _rules(read_roster_folder(folder), "Ann", "average")
    assert (average.periods, average.before, average.most) == (((-14, 14),), 70 * 60, 160 * 60)


def test_a_week_that_the_horizon_cuts_keeps_its_upper_bound(tmp_path):
    rules = [{"name": "week", "counts": "hours", "each": "week", "most": 45, "least": 10}]
    settings = {"rules": rules, "first_day": dt.date(2026, 3, 4), "days": 7}
    files = dict.fromkeys(("leave_csv", "requests_csv", "fixed_csv", "history_csv"))
    found = read_roster_folder(_folder(tmp_path, settings, cover_csv="day,shift,need\ndaily,E,1\n", **files))
    assert [(rule.periods, rule.least, rule.most) for rule in _rules(found, "Ann", "week")] == [
        (((-2, 5), (5, 7)), 0, 2700)
    ]


def test_overtime_tiers_are_rules_at_what_they_add_to_the_pay(tmp_path):
    tiers = [{"after_hours": 40, "percent": 50}, {"after_hours": 44, "percent": 100}]
    found = read_roster_folder(_folder(tmp_path, {"pay": {"wage_per_hour": 20, "overtime": tiers}}))
    assert [_rules(found, "Bob", f"overtime above {hours} h a week")[0].price for hours in (40, 44)] == [10, 10]


def test_fair_shares_follow_contract_hours(tmp_path):
    """14 nights, people of 40, 40 and 20 hours; Bob is away for 4 of 14 days, Cem for 1, Ann never works one night."""
    fairness = [{"name": "nights", "counts": "shifts", "shifts": ["night"], "price": 4}]
    found = read_roster_folder(_folder(tmp_path, {"fairness": fairness}))
    shares = [_rules(found, name, "nights")[0] for name in ("Ann", "Bob", "Cem")]
    weights = np.array([40 * 13 / 14, 40 * 10 / 14, 20 * 13 / 14])
    exact = 14 * weights / weights.sum()
    assert [(rule.least, rule.most) for rule in shares] == [(np.floor(x), np.ceil(x)) for x in exact]
    assert all(rule.growing and rule.price == 4 for rule in shares)


@pytest.mark.parametrize("name", pack_names())
def test_each_pack_names_its_sources_and_is_to_be_checked(name):
    pack = read_pack(name)
    assert pack.label == "to be checked by counsel"
    assert pack.sources
    assert all(rule.source for rule in pack.rules)
    assert pack.rules or pack.overtime


def test_a_pack_brings_its_rules_and_its_overtime(tmp_path):
    settings = {"rules": [{"pack": "eu"}, {"pack": "china", "leave_out": ["hours in a day"]}]}
    found = read_roster_folder(_folder(tmp_path, settings))
    names = {rule.name for rule in found.case.employees[0].rules}
    assert {"daily rest", "weekly rest", "average week", "day off in each week", "overtime above 40 h a week"} <= names
    assert "hours in a day" not in names
    assert found.holiday_percent == 200
    assert "to be checked by counsel" in found.packs[0]


FAULTS = {
    "an unknown contract": ("agents_csv", "Bob,full", "Bob,ful", ("agents.csv", 3, "contract", "did you mean full?")),
    "an unknown employee": ("leave_csv", "Bob", "bob", ("leave.csv", 2, "employee", "did you mean Bob?")),
    "leave that ends before": ("leave_csv", "03-09", "03-05", ("leave.csv", 2, "last_day", "lies before the first")),
    "an unknown shift": ("cover_csv", "daily,N", "daily,X", ("cover.csv", 4, "shift", "is no shift of shifts.csv")),
    "an unknown skill": ("cover_csv", "german", "germ", ("cover.csv", 5, "skill", "did you mean german?")),
    "a date outside": ("requests_csv", "03-05", "04-05", ("requests.csv", 2, "date", "lies outside the horizon")),
    "no date": ("fixed_csv", "2026-03-03,must", "tuesday,must", ("fixed.csv", 2, "date", "must be a date")),
    "history inside": ("history_csv", "03-01", "03-02", ("history.csv", 3, "date", "must lie from")),
    "span below paid": ("shifts_csv", "480,510", "480,470", ("shifts.csv", 2, "span_min", "less than the 480 paid")),
    "limit": ("contracts_csv", "night=3", "night:3", ("contracts.csv", 2, "max_shifts", "write night=4;late=10")),
    "limit on nothing": ("contracts_csv", "night=3", "nigt=3", ("contracts.csv", 2, "max_shifts", "mean night?")),
    "work on leave": ("fixed_csv", "Cem,2026-03-03", "Bob,2026-03-06", ("fixed.csv", 2, "date", "Bob is on leave")),
    "succession": ("shifts_csv", "dutch,early", "dutch,erly", ("shifts.csv", 3, "not_followed_by", "mean early?")),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_says_where_it_stands(tmp_path, name):
    table, right, wrong, (file, row, column, words) = FAULTS[name]
    text = FILES[table.replace("_csv", ".csv")].replace(right, wrong, 1)
    with pytest.raises(InputFaults) as caught:
        read_roster_folder(_folder(tmp_path, **{table: text}))
    found = [(fault.file, fault.row, fault.column) for fault in caught.value.faults if words in fault.message]
    assert found == [(file, row, column)]


def test_faults_of_settings_and_tables_come_together(tmp_path):
    settings = {
        "days": 0,
        "rules": [{"pack": "mars"}],
        "fairness": [{"name": "n", "counts": "shifts", "shifts": ["nite"]}],
    }
    folder = _folder(tmp_path, settings, agents_csv=FILES["agents.csv"].replace("half", "haf"), leave_csv=None)
    with pytest.raises(InputFaults) as caught:
        read_roster_folder(folder)
    places = {(fault.file, fault.column) for fault in caught.value.faults}
    assert {("roster.yaml", "days"), ("agents.csv", "contract")} <= places
    with pytest.raises(InputFaults) as caught:
        read_roster_folder(_folder(tmp_path / "again" if (tmp_path / "again").mkdir() is None else tmp_path,
                                   {key: value for key, value in settings.items() if key != "days"}))  # fmt: skip
    assert {fault.value for fault in caught.value.faults} == {"mars", "nite"}


def test_a_rule_at_fault_hides_no_other_fault_and_makes_none(tmp_path):
    rules = [
        {"name": "average week", "counts": "hour", "average_over_weeks": 4, "most": 40},
        {"pack": "eu", "leave_out": ["wekly rest"]},
    ]
    balances = "employee,rule,amount\nAnn,average week,40\n"
    folder = _folder(
        tmp_path, {"rules": rules}, balances_csv=balances, agents_csv=FILES["agents.csv"].replace("half", "haf")
    )
    with pytest.raises(InputFaults) as caught:
        read_roster_folder(folder)
    assert {fault.value for fault in caught.value.faults} == {"hour", "wekly rest", "haf"}


def test_who_is_gone_is_one_fault_a_file_and_close_names_ignore_capitals(tmp_path):
    history = "employee,date,shift\n" + "".join(f"Dora,2026-02-{day},N\n" for day in (26, 27, 28))
    leave = FILES["leave.csv"].replace("Bob,2026-03-06", "bobb,2026-03-06")
    with pytest.raises(InputFaults) as caught:
        read_roster_folder(_folder(tmp_path, history_csv=history, leave_csv=leave))
    faults = {(fault.file, fault.row): fault.message for fault in caught.value.faults}
    assert set(faults) == {("history.csv", 2), ("leave.csv", 2)}
    assert "in 3 rows of this file" in faults["history.csv", 2] and "last_day" in faults["history.csv", 2]
    assert "did you mean Bob?" in faults["leave.csv", 2]


def test_requests_that_exclude_each_other_are_a_fault_and_leave_settles_the_others(tmp_path):
    requests = "employee,date,wants,shift,price\nAnn,2026-03-05,off,,\nAnn,2026-03-05,on,E,\n"
    with pytest.raises(InputFaults) as caught:
        read_roster_folder(_folder(tmp_path, requests_csv=requests))
    assert [(fault.row, "row 2" in fault.message) for fault in caught.value.faults] == [(3, True)]
    (tmp_path / "other").mkdir()
    both = "employee,date,wants,shift,price\nAnn,2026-03-05,off,E,\nAnn,2026-03-05,on,L,\nBob,2026-03-06,on,E,\n"
    found = read_roster_folder(_folder(tmp_path / "other", requests_csv=both))
    asked = [(wish.employee, wish.shift) for wish in found.case.wishes if wish.reason is Reason.REQUEST]
    assert asked == [("Ann", "E"), ("Ann", "L")]  # Bob is on leave


def test_cover_that_nobody_can_give_is_named(tmp_path):
    cover = "day,shift,skill,need,under_price,over_price\n2026-03-04,N,,3,,\n2026-03-05,N,,3,,\nmon,E,german,2,,\n"
    found = read_roster_folder(
        _folder(tmp_path, cover_csv=cover, fixed_csv="employee,date,works,shift\nAnn,2026-03-04,never,N\n")
    )
    assert beyond_reach(found.case) == (
        "wed 2026-03-04: 3 needed on N, at most 2 people may work it",
        "mon 2026-03-02: 2 needed on E with german, at most 1 people may work it",
        "mon 2026-03-09: 2 needed on E with german, at most 1 people may work it",
    )


def test_what_may_be_counted_is_declared_once():
    assert set(get_args(Counted)) == set(COUNTS)
    assert {measure for measure, _ in COUNTS.values()} == set(Measure)


def test_the_example_is_read_and_packs_its_parts(tmp_path):
    found = read_roster_folder(example_path("centre"))
    assert (len(found.agents), found.case.days, len({a.contract.name for a in found.agents})) == (60, 28, 3)
    assert len({skill for agent in found.agents for skill in agent.skills}) == 8
    measures = {rule.measure for employee in found.case.employees for rule in employee.rules}
    assert len(measures) >= 10


def test_a_roster_is_read_as_it_was_written(tmp_path):
    found = read_roster_folder(_folder(tmp_path))
    lines = np.random.default_rng(2).integers(OFF, 3, (3, 14))
    worked_shifts(found, lines).to_csv(tmp_path / "roster.csv", index=False)
    again, notes = read_published(tmp_path / "roster.csv", found)
    assert (again == lines).all()
    assert notes == ()
    text = (tmp_path / "roster.csv").read_text()
    (tmp_path / "roster.csv").write_text(text + "Zed,2026-03-02,E,,,,\nAnn,2026-05-01,E,,,,\n")
    again, notes = read_published(tmp_path, found)
    assert (again == lines).all()
    assert len(notes) == 2


def test_times_of_shifts_when_the_clocks_change(tmp_path):
    """The night of 28 March 2026 has 7 hours between 23:00 and 07:00: eight hours of work end at 08:00."""
    files = dict.fromkeys(("leave_csv", "requests_csv", "fixed_csv", "history_csv"))
    cover = "day,shift,need\ndaily,E,1\n"
    found = read_roster_folder(
        _folder(tmp_path, {"first_day": dt.date(2026, 3, 23), "days": 7}, cover_csv=cover, **files)
    )
    lines = np.full((3, 7), OFF)
    lines[0, 5] = 2
    (row,) = worked_shifts(found, lines).to_dict("records")
    assert (row["start"], row["end"]) == ("2026-03-28T23:00:00+01:00", "2026-03-29T08:00:00+02:00")


def test_changes_of_a_published_roster_cost_and_frozen_days_are_hard(tmp_path):
    found = read_roster_folder(_folder(tmp_path))
    published = np.full((3, 14), OFF)
    published[0, :4] = 0
    published[1, 4] = 0  # leave since it was published
    case = repaired(found.case, published, 60.0, frozen_days=range(5))
    lines = published.copy()
    lines[1, 4] = OFF
    assert [b.rule for b in check(case, lines).broken if b.rule == "frozen day"] == []
    assert check(case, lines).cost_by_rule()["change of the published roster"] == 60
    lines[0, 10] = 1
    assert check(case, lines).cost_by_rule()["change of the published roster"] == 120
    lines[0, 3] = OFF
    assert [b.day for b in check(case, lines).broken if b.rule == "frozen day"] == [3]
    assert changed_days(published, lines) == [(0, 3), (0, 10), (1, 4)]


def test_who_can_never_have_a_burden_has_no_share_in_it(tmp_path):
    """Bob may not work a night on any day: the other two share all 14 by 40 x 14 and 20 x 13."""
    fairness = [{"name": "nights", "counts": "shifts", "shifts": ["night"], "price": 4}]
    never = "".join(f"Bob,2026-03-{day:02d},never,N\n" for day in range(2, 16))
    found = read_roster_folder(
        _folder(tmp_path, {"fairness": fairness}, fixed_csv="employee,date,works,shift\n" + never)
    )
    assert _rules(found, "Bob", "nights") == []
    (ann,), (cem,) = (_rules(found, name, "nights") for name in ("Ann", "Cem"))
    assert ((ann.least, ann.most), (cem.least, cem.most)) == ((9, 10), (4, 5))  # 14 x 40/(40 + 20 x 13/14) = 9.56
