"""Verification of rosters: every kind of rule, and every table, with a fault planted in it.

The roster is given by hand, so that what is right is known without any search.
"""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from models.faults import InputFaults
from models.files import write_together
from models.plan import StageResult
from models.roster.check import check
from models.roster.reading import read_roster_folder
from models.verification.run import verify_plan
from optimizer.report.roster_files import roster_files

# what is counted, and bounds that the roster below keeps to the last unit: a rule a line
RULES = {
    "shifts": "counts: shifts, shifts: [N], most: 3",
    "hours": "counts: hours, each: week, most: 40",
    "average": "counts: hours, average_over_weeks: 4, most: 39.5",
    "hours in a day": "counts: hours in a day, most: 8",
    "days off": "counts: days off, each: week, least: 2",
    "paired days off": "counts: paired days off, least: 1",
    "weekends": "counts: weekends, most: 1",
    "weekends off": "counts: weekends off, least: 1",
    "split weekends": "counts: split weekends, most: 1",
    "types of shift": "counts: types of shift, each: week, most: 2",
    "refused requests": "counts: refused requests, most: 1",
    "days in a row": "counts: days in a row, most: 5",
    "days off in a row": "counts: days off in a row, least: 1",
    "nights in a row": "counts: shifts in a row, shifts: [N], most: 3",
    "rest": "counts: rest, least: 11",
    "rest after nights": "counts: rest after a stretch, shifts: [N], after: 3, least: 46",
    "weekly rest": "counts: longest rest, each: week, least: 45",
}
TIGHTER = {
    "shifts": ("most: 3", "most: 2"), "hours": ("most: 40", "most: 39"), "average": ("most: 39.5", "most: 37"),
    "hours in a day": ("most: 8", "most: 7.5"), "days off": ("least: 2", "least: 3"),
    "paired days off": ("least: 1", "least: 4"), "weekends": ("most: 1", "most: 0"),
    "weekends off": ("least: 1", "least: 2"), "split weekends": ("most: 1", "most: 0"),
    "types of shift": ("most: 2", "most: 1"), "refused requests": ("most: 1", "most: 0"),
    "days in a row": ("most: 5", "most: 4"), "days off in a row": ("least: 1", "least: 2"),
    "nights in a row": ("most: 3", "most: 2"), "rest": ("least: 11", "least: 16"),
    "rest after nights": ("least: 46", "least: 60"), "weekly rest": ("least: 45", "least: 60"),
}  # fmt: skip
YAML = """
name: desk
first_day: 2026-03-16
days: 14
time_zone: Europe/Amsterdam
holidays: [2026-03-20]
rules:
RULES
  - {name: same shift, counts: types of shift, each: week, most: 1, price: 6}
  - {name: pairs, counts: days off in a row, least: 2, price: 15}
fairness:
  - {name: nights, counts: shifts, shifts: [N], price: 3}
pay:
  wage_per_hour: 20
  premiums: [{name: night, from: "22:00", to: "06:00", percent: 30}]
  overtime: [{each: week, after_hours: 36, percent: 25}]
  holiday_percent: 100
""".replace("RULES", "\n".join(f'  - {{name: "{name}", {rest}}}' for name, rest in RULES.items()))
TABLES = {
    "contracts.csv": "contract,hours_per_week,min_hours,max_hours,max_hours_per_week,max_days_in_a_row,max_weekends,"
    "max_shifts,wage_per_hour\nfull,36,60,80,40,5,1,N=3,\npart,20,30,,,,,N=0,24\n",
    "agents.csv": "employee,contract,skills,seniority\nAnn,full,s,2\nBob,part,,\n",
    "shifts.csv": "shift,start,paid_min,span_min,kind,skills\n"
    "E,07:00,480,510,early,\nL,15:00,480,,late,\nN,23:00,480,,night,s\n",
    "cover.csv": "day,shift,skill,need\ndaily,E,,1\ndaily,L,,1\n2026-03-28,N,s,1\n",
    "leave.csv": "employee,first_day,last_day\nBob,2026-03-16,2026-03-17\n",
    "requests.csv": "employee,date,wants,shift,price\nAnn,2026-03-16,off,,7\nBob,2026-03-19,on,E,\n",
    "fixed.csv": "employee,date,works,shift\nBob,2026-03-18,must,L\n",
    "history.csv": "employee,date,shift\nAnn,2026-03-13,E\nAnn,2026-03-14,\nAnn,2026-03-15,\n",
    "balances.csv": "employee,rule,amount\nAnn,average,70\nBob,average,40\nAnn,nights,1\n",
}
LETTERS = {".": -1, "E": 0, "L": 1, "N": 2}
#                mon           sun mon          sun; the clocks go forward in the night of the last Saturday
LINES = np.array([[LETTERS[one] for one in text] for text in ("EEELL..NNN..EE", "..LL.....LL.L.")])


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    place = tmp_path_factory.mktemp("verified")
    (place / "in").mkdir()
    for name, text in {"roster.yaml": YAML, **TABLES}.items():
        (place / "in" / name).write_text(text)
    found = read_roster_folder(place / "in")
    judged = check(found.case, LINES)
    assert judged.broken == ()
    inputs = {path.name: path.read_bytes() for path in (place / "in").iterdir()}
    result = StageResult("feasible", judged.cost, 0.0, 1.0, 1.0, "by hand", 1)
    write_together(place / "out", roster_files(found, LINES, result, inputs=inputs))
    return place / "out"


def _tampered(written, tmp_path, file, right, wrong):
    copy = tmp_path / "copy"
    shutil.copytree(written, copy)
    text = (copy / file).read_text()
    assert right in text
    (copy / file).write_text(text.replace(right, wrong, 1))
    return [str(finding) for finding in verify_plan(copy).findings]


def test_a_roster_as_it_was_written_has_no_fault(written):
    found = verify_plan(written)
    assert found.findings == ()
    assert min(found.compared.values()) > 2


@pytest.mark.parametrize("name", RULES)
def test_every_hard_rule_is_counted_again(written, tmp_path, name):
    right = f'name: "{name}", {RULES[name]}'
    assert TIGHTER[name][0] in right
    found = _tampered(written, tmp_path, "inputs/roster.yaml", right, right.replace(*TIGHTER[name]))
    assert found and all(f"rules.csv:{name}, " in one for one in found), found


PLANTED = {
    "most contract hours": ("inputs/contracts.csv", "full,36,60,80,", "full,36,60,75,", "most contract hours, Ann"),
    "most hours of a week": ("inputs/contracts.csv", "60,80,40,", "60,80,38,", "most hours of a week, Ann"),
    "contract days in a row": ("inputs/contracts.csv", "40,5,1,", "40,4,1,", "days in a row, Ann"),
    "most weekends": ("inputs/contracts.csv", "5,1,N=3", "5,0,N=3", "most weekends, Ann"),
    "most shifts of a type": ("inputs/contracts.csv", "N=3", "N=2", "most shifts of N, Ann"),
    "fewest contract hours": ("inputs/contracts.csv", "part,20,30", "part,20,60", "fewest contract hours"),
    "a balance": ("inputs/balances.csv", "average,70", "average,170", "average, Ann"),
    "a wage": ("inputs/contracts.csv", ",24\n", ",34\n", "agents.csv:3:base"),
    "a holiday": ("inputs/roster.yaml", "holiday_percent: 100", "holiday_percent: 50", "premium"),
    "a premium": ("inputs/roster.yaml", "percent: 30", "percent: 40", "agents.csv:2:premium"),
    "overtime": ("inputs/roster.yaml", "after_hours: 36", "after_hours: 35", "overtime"),
    "leave that credits nothing": ("inputs/leave.csv", "03-17\n", "03-16\n", "leave_hours"),
    "leave on a shift": ("inputs/leave.csv", "Bob,2026-03-16", "Bob,2026-03-14", None),
    "a skill": ("inputs/agents.csv", "Ann,full,s", "Ann,full,", "the skills it needs"),
    "a settled day": ("inputs/fixed.csv", "must,L", "never,L", "never L"),
    "a request": ("inputs/requests.csv", "off,,7", "off,,9", "day off wanted"),
    "a need": ("inputs/cover.csv", "daily,L,,1", "daily,L,,2", "need, 2026-03-16 L"),
    "a price of cover": ("inputs/roster.yaml", "days: 14", "days: 14\ncover: {over: 7}", "people over"),
    "a soft rule": ("inputs/roster.yaml", "price: 15", "price: 16", "pairs"),
    "a fair price": ("inputs/roster.yaml", "shifts: [N], price: 3", "shifts: [N], price: 5", "fairness.csv"),
    "a succession": ("inputs/roster.yaml", "rules:\n", "forbidden: {L: [L]}\nrules:\n", "not after L"),
    "times": ("roster.csv", "2026-03-16T07:00:00+01:00", "2026-03-16T07:30:00+01:00", "roster.csv:2:start"),
    "somebody's pay": ("agents.csv", "full,", "full,1", "agents.csv:2:shifts"),
    "who is there": ("cover.csv", "2026-03-16,E,,1,1", "2026-03-16,E,,1,2", "rostered, 2026-03-16 E"),
    "a spread": ("spread.csv", "nights,1,", "nights,2,", "spread.csv:2:people"),
    "hours that nobody covers": ("roster.json", '"uncovered_hours": ', '"uncovered_hours": 9', "uncovered_hours"),
    "a cost": ("roster.json", '"cost": ', '"cost": 1', "result.cost"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found(written, tmp_path, name):
    *edit, words = PLANTED[name]
    found = _tampered(written, tmp_path, *edit)
    if words is None:  # a day before the horizon: nothing of this roster
        assert found == []
        return
    assert any(words in one for one in found), found


def test_costs_that_were_lowered_everywhere_are_found(written, tmp_path):
    """One place of a soft rule left out of rules.csv, agents.csv and roster.json alike."""
    copy = tmp_path / "copy"
    shutil.copytree(written, copy)
    rules = pd.read_csv(copy / "rules.csv")
    (row,) = rules[rules["rule"] == "pairs"].index[:1]
    cost, who = rules.loc[row, "cost"], rules.loc[row, "employee"]
    rules.drop(index=row).to_csv(copy / "rules.csv", index=False)
    agents = pd.read_csv(copy / "agents.csv")
    agents.loc[agents["employee"] == who, "rules_cost"] -= cost
    agents.to_csv(copy / "agents.csv", index=False)
    record = json.loads((copy / "roster.json").read_text())
    record["result"]["cost"] -= cost
    record["cost_by_rule"]["pairs"] -= cost
    (copy / "roster.json").write_text(json.dumps(record))
    places = {finding.file for finding in verify_plan(copy).findings}
    assert places == {"rules.csv", "agents.csv", "roster.json"}


def test_a_share_that_was_left_out_is_found(written, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(written, copy)
    fairness = pd.read_csv(copy / "fairness.csv")
    fairness[fairness["employee"] != "Ann"].to_csv(copy / "fairness.csv", index=False)
    assert any("nights, Ann" in str(finding) for finding in verify_plan(copy).findings)


def test_a_table_that_a_spreadsheet_saved_with_semicolons_is_said(written, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(written, copy)
    text = (copy / "roster.csv").read_text().replace(",", ";")
    (copy / "roster.csv").write_text("\ufeff" + text)
    with pytest.raises(InputFaults, match="separated by semicolons; save it with commas"):
        verify_plan(copy)
