"""`servopt roster` on a folder: what it writes, how a published roster is repaired, and how faults are said."""

import json
import shutil
import signal

import numpy as np
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from models.examples import copy_example
from models.roster.check import check
from models.roster.reading import read_roster_folder
from models.roster.worked import read_published
from optimizer.cli import main

FILES = {
    "roster.yaml": """
name: ward
first_day: 2026-03-23
days: 7
time_zone: Europe/Amsterdam
rules:
  - {pack: eu}
  - {name: nights in a row, counts: shifts in a row, shifts: [night], most: 3}
fairness:
  - {name: nights, counts: shifts, shifts: [night], price: 3}
pay:
  wage_per_hour: 20
  premiums: [{name: night, from: "22:00", to: "06:00", percent: 30}]
""",
    "contracts.csv": "contract,hours_per_week,min_hours,max_hours\nfull,40,24,48\n",
    "agents.csv": "employee,contract\nAnn,full\nBob,full\nCem,full\nDia,full\nEve,full\n",
    "shifts.csv": "shift,start,paid_min,span_min,kind\nE,07:00,480,510,early\nN,23:00,480,,night\n",
    "cover.csv": "day,shift,need\nmon-fri,E,2\nsat-sun,E,1\ndaily,N,1\n",
    "leave.csv": "employee,first_day,last_day\nBob,2026-03-23,2026-03-24\n",
    "requests.csv": "employee,date,wants\nAnn,2026-03-25,off\n",
}


def _folder(tmp_path, **changed):
    folder = tmp_path / "ward"
    folder.mkdir()
    for name, text in {**FILES, **{key.replace("_csv", ".csv"): text for key, text in changed.items()}}.items():
        (folder / name).write_text(text)
    return folder


def _run(*arguments):
    return CliRunner().invoke(main, ["roster", *map(str, arguments), "--time-limit", "3"])


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    folder = _folder(tmp_path_factory.mktemp("roster"))
    out = folder.parent / "out"
    result = _run(folder, "--out", out, "--explain")
    assert result.exit_code == 0, result.output
    return folder, out, result.output


def test_the_files_say_what_the_rules_say(solved):
    folder, out, output = solved
    found = read_roster_folder(folder)
    lines, notes = read_published(out, found)
    assert notes == ()
    judged = check(found.case, lines)
    record = json.loads((out / "roster.json").read_text())
    assert judged.broken == ()
    assert record["result"]["cost"] == pytest.approx(judged.cost)
    assert record["cost_by_rule"] == pytest.approx(judged.cost_by_rule())
    assert f"cost of rules {judged.cost:,.2f} EUR" in output
    agents = pd.read_csv(out / "agents.csv")
    worked = pd.read_csv(out / "roster.csv")
    assert agents["hours"].sum() == worked["paid_min"].sum() / 60 == record["hours"]
    assert agents["pay"].sum() == pytest.approx(record["money"]["pay"])
    explained = pd.read_csv(out / "explain.csv")
    assert dict(zip(explained["rule"], explained["costs"], strict=True)) == pytest.approx(judged.cost_by_rule())
    assert (explained["saving"].dropna() >= explained["costs"] - 1e-6).all()
    cover = pd.read_csv(out / "cover.csv")
    assert cover["uncovered_hours"].sum() == record["uncovered_hours"]
    assert (out / "calendars" / "Cem.ics").read_text().startswith("BEGIN:VCALENDAR")


def test_the_workbook_holds_people_by_days(solved):
    folder, out, _ = solved
    lines, _ = read_published(out, read_roster_folder(folder))
    book = openpyxl.load_workbook(out / "roster.xlsx")
    assert book.sheetnames == ["roster", "agents", "cover", "rules", "fairness", "spread"]
    sheet = book["roster"]
    shown = [[cell.value or "" for cell in row] for row in sheet.iter_rows(min_row=3, max_row=7, min_col=2, max_col=8)]
    names = np.where(lines == 0, "E", np.where(lines == 1, "N", ""))
    assert [["" if cell == "leave" else cell for cell in row] for row in shown] == names.tolist()
    assert shown[1][:2] == ["leave", "leave"]


TAMPERED = {
    "somebody works on leave": ("roster.csv", "Cem,2026-03-23", "Bob,2026-03-23", "leave"),
    "a shift that is longer": ("roster.csv", "+01:00,480", "+01:00,470", "paid_min"),
    "a cover that was": ("cover.csv", "2026-03-23,E,,2,", "2026-03-23,E,,3,", "need"),
    "hours of somebody": ("agents.csv", "Ann,full,", "Ann,full,9", "shifts"),
    "a cost": ("roster.json", '"cost": ', '"cost": 1', "result.cost"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_verify_finds_what_was_changed(solved, tmp_path, name):
    _, out, _ = solved
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    done = CliRunner().invoke(main, ["verify", str(copy)])
    assert done.exit_code == 0, done.output
    file, right, wrong, column = TAMPERED[name]
    text = (copy / file).read_text()
    if right not in text:  # whoever works the first early shift
        right = text.splitlines()[1].split(",")[0] + ",2026-03-23"
    (copy / file).write_text(text.replace(right, wrong, 1))
    done = CliRunner().invoke(main, ["verify", str(copy)])
    assert done.exit_code == 7
    assert column in done.output


def test_a_sickness_is_repaired_and_frozen_days_stay(solved, tmp_path):
    folder, out, _ = solved
    before, _ = read_published(out, read_roster_folder(folder))
    day = int(np.flatnonzero(before[2] >= 0)[-1])
    sick = f"Cem,2026-03-{23 + day},,\n"
    text = FILES["leave.csv"].replace("last_day", "last_day,paid,reason").replace("03-24\n", "03-24,,\n") + sick
    again = _folder(tmp_path, leave_csv=text)
    frozen = f"2026-03-{22 + max(day, 1)}"
    result = _run(again, "--from", out, "--few-changes", "--frozen-until", frozen, "--out", tmp_path / "repaired")
    assert result.exit_code == 0, result.output
    after, _ = read_published(tmp_path / "repaired", read_roster_folder(again))
    assert (after[:, :day] == before[:, :day]).all()
    assert after[2, day] == -1
    changes = pd.read_csv(tmp_path / "repaired" / "changes.csv")
    assert len(changes) == (after != before).sum()
    assert changes[changes["employee"] == "Cem"]["why"].tolist()[0] == "leave"
    assert f"changes: {len(changes)} days" in result.output


def test_nobody_without_a_line_is_left_unsaid(tmp_path):
    """Leave on all days but one leaves no line with the contract's hours, once these are hard."""
    folder = _folder(tmp_path, leave_csv="employee,first_day,last_day,paid\nBob,2026-03-23,2026-03-28,no\n")
    text = FILES["roster.yaml"] + "contract_hours: {under_per_hour: null}\n"
    (folder / "roster.yaml").write_text(text)
    result = _run(folder, "--out", tmp_path / "out")
    assert result.exit_code == 4
    assert "Bob" in result.output
    assert "  - fewest contract hours: at least 24 h, over the horizon\n" in result.output
    assert "  - leave: no work, 2026-03-23 to 2026-03-28\n" in result.output
    assert "  - leave: give it up on 2026-03-2" in result.output
    assert not (tmp_path / "out").exists()


def test_faults_end_with_their_code(tmp_path):
    folder = _folder(tmp_path, leave_csv="employee,first_day,last_day\nBop,2026-03-23,2026-03-24\n")
    result = _run(folder, "--out", tmp_path / "out")
    assert result.exit_code == 3
    assert "leave.csv:2:employee" in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["x", "--instance", __file__],
        ["x", "--few-changes"],
        ["x", "--from", __file__, "--frozen-until", "2026-03-01"],
    ],
)
def test_options_that_do_not_go_together(arguments):
    assert _run(*arguments).exit_code == 2


def test_packs_are_listed():
    result = CliRunner().invoke(main, ["roster", "--packs"])
    assert result.exit_code == 0
    for words in ("eu: European Union", "china: ", "us: ", "california: ", "to be checked by counsel", "2003/88/EC"):
        assert words in result.output


def test_ctrl_c_writes_the_best_roster_so_far(servopt, tmp_path):
    """The whole command on the example, which it could search for an hour."""
    folder, out = tmp_path / "centre", tmp_path / "out"
    copy_example("centre", folder)
    running = servopt.begin("roster", folder, "--out", out, "--time-limit", "3600", "--gap", "0")
    try:
        first = running.stderr.readline()
        assert " s  cost " in first
        running.send_signal(signal.SIGINT)
        printed, errors = running.communicate(timeout=100)
    finally:
        if running.poll() is None:
            running.kill()
    assert running.returncode == 0, errors
    assert "Traceback" not in errors
    assert printed.startswith("feasible: cost of rules")
    assert "note: Ctrl-C ended the search" in printed
    record = json.loads((out / "roster.json").read_text())
    assert (record["result"]["status"], record["hard_rules_broken"]) == ("feasible", 0)
    assert any("Ctrl-C" in note for note in record["notes"])
    assert servopt.run("verify", out).exit_code == 0


def test_a_repair_says_why_whom_and_what_it_costs_and_cancels_what_people_have(solved, servopt, tmp_path):
    """Sickness on a rostered shift credits that shift; its event is cancelled though the repair stands elsewhere."""
    folder, out, _ = solved
    found = read_roster_folder(folder)
    before, _ = read_published(out, found)
    place, day = (int(one) for one in np.argwhere(before == 1)[0])  # somebody's first night
    name, date = found.agents[place].name, found.calendar.date(day).isoformat()
    again = _folder(tmp_path, leave_csv=f"employee,first_day,last_day\nBob,2026-03-23,2026-03-24\n{name},{date},\n")
    result = _run(again, "--from", out, "--few-changes", "--out", tmp_path / "repaired")
    assert result.exit_code == 0, result.output
    record = json.loads((tmp_path / "repaired" / "roster.json").read_text())
    changes = pd.read_csv(tmp_path / "repaired" / "changes.csv")
    affected = pd.read_csv(tmp_path / "repaired" / "affected.csv").set_index("employee")
    assert set(affected.index) == set(changes["employee"])
    assert affected["days_changed"].sum() == len(changes) == record["repair"]["changes"]
    after, _ = read_published(tmp_path / "repaired", found)
    hours = (np.where(after >= 0, 8, 0) - np.where(before >= 0, 8, 0)).sum(axis=1)
    assert affected["hours_more"].to_dict() == {found.agents[k].name: hours[k] for k in np.flatnonzero(hours)} | {
        one: 0 for one in affected.index if not hours[[agent.name for agent in found.agents].index(one)]
    }
    assert record["repair"]["change_cost"] == 50 * len(changes)
    assert record["repair"]["published_hard_rules_broken"] == 1
    assert changes[(changes["employee"] == name) & (changes["date"] == date)]["why"].tolist() == ["leave"]
    for row in changes[changes["is"] == "N"].to_dict("records"):
        assert f"takes N of {name}" in row["why"] or row["date"] != date
    fair = pd.read_csv(tmp_path / "repaired" / "fairness.csv").set_index(["burden", "employee"])
    assert fair.loc[("nights", name), "before"] == 1  # the night of which sickness kept somebody counts as had
    agents = pd.read_csv(tmp_path / "repaired" / "agents.csv").set_index("employee")
    assert agents.loc[name, "leave_hours"] == 8 and agents.loc["Bob", "leave_hours"] == 16
    text = (tmp_path / "repaired" / "calendars" / f"{name}.ics").read_text()
    assert "STATUS:CANCELLED" in text and "SEQUENCE:1" in text
    assert servopt.run("verify", tmp_path / "repaired").exit_code == 0
    assert "repair: the changes cost" in result.output


@pytest.mark.parametrize("last", ["2026-03-22", "2026-03-29", "2026-05-01"])
def test_frozen_days_that_leave_nothing_to_repair_or_nothing_frozen_are_refused(solved, tmp_path, last):
    folder, out, _ = solved
    result = _run(folder, "--from", out, "--few-changes", "--frozen-until", last, "--out", tmp_path / "out")
    assert result.exit_code == 3
    assert "must lie from 2026-03-23 to 2026-03-28" in result.output


def test_what_nobody_covers_is_named_and_no_reason_to_have_no_roster(tmp_path):
    """Seven people on every early shift, of five that there are."""
    folder = _folder(tmp_path, cover_csv="day,shift,need\nmon-fri,E,7\n")
    result = _run(folder, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "  too few: 2026-03-23 E: " in result.output and " of 7\n" in result.output
    cover = pd.read_csv(tmp_path / "out" / "cover.csv")
    assert (cover[cover["shift"] == "E"]["under"] >= 2).all()
    assert f"{cover['uncovered_hours'].sum():,.1f} h uncovered" in result.output


def test_few_people_may_change_where_that_is_asked_for(solved, servopt, tmp_path):
    folder, out, _ = solved
    before, _ = read_published(out, read_roster_folder(folder))
    day = int(np.flatnonzero(before[2] >= 0)[-1])
    sick = f"Cem,2026-03-{23 + day},\n"
    again = _folder(tmp_path, leave_csv="employee,first_day,last_day\nBob,2026-03-23,2026-03-24\n" + sick)
    result = _run(again, "--from", out, "--few-changes", "--near", "2", "--out", tmp_path / "near")
    assert result.exit_code == 0, result.output
    assert "note: 2 of 5 people could change" in result.output
    after, _ = read_published(tmp_path / "near", read_roster_folder(folder))
    assert (after != before).any(axis=1).sum() <= 2
    assert servopt.run("verify", tmp_path / "near").exit_code == 0
    assert _run(again, "--from", out, "--near", "2").exit_code == 2
