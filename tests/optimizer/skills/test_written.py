"""A schedule of agent groups as a folder: simulated again, and verified; a planted fault in each thing is found."""

import csv
import io
import json
import shutil

import pytest
from click.testing import CliRunner

from models.forecast import forecast
from models.scenario import read_scenario
from models.skills import read_skills, read_written_skills
from models.verification import verify_plan
from optimizer.cli import main
from optimizer.shifts.engine import Limits
from optimizer.skills.files import skills_files, skills_tables
from optimizer.skills.schedule import schedule_skills


@pytest.fixture(scope="module")
def written(tmp_path_factory, write_desks):
    base = tmp_path_factory.mktemp("written")
    (base / "desks").mkdir()
    write_desks(base / "desks", heads=9)
    run = ["schedule", str(base / "desks"), "--skills", "--out", str(base / "plan"), "--replications", "40"]
    result = CliRunner().invoke(main, run)
    assert result.exit_code == 0, result.output
    return base / "plan"


def _change(folder, name, line, column, value):
    """Write one cell of a table; `line` counts from 0 without the header."""
    rows = list(csv.DictReader(io.StringIO((folder / name).read_text())))
    rows[line][column] = str(value(rows[line][column]) if callable(value) else value)
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    (folder / name).write_text(text.getvalue())


def _change_record(folder, change):
    content = json.loads((folder / "skills.json").read_text())
    change(content)
    (folder / "skills.json").write_text(json.dumps(content))


def test_it_is_verified_and_keeps_what_it_was_made_from(written):
    found = verify_plan(written)
    assert found.passed, found.findings
    assert {"promise", "shift rules", "cost", "proof", "cover", "limits"} <= set(found.compared)
    assert len(read_written_skills(written).people) == sum(
        int(row["count"]) for row in csv.DictReader((written / "schedule.csv").open())
    )


def test_other_customers_find_its_promises_kept(written, tmp_path):
    result = CliRunner().invoke(main, ["simulate", str(written), "--days", "200", "--out", str(tmp_path / "check")])
    assert result.exit_code == 0 and "2 of 2 promises" in result.output, result.output
    made, again = (
        {(row["start"], row["contact_type"]): row["heads"] for row in csv.DictReader((at / "coverage.csv").open())}
        for at in (written, tmp_path / "check")
    )
    assert made == again
    assert json.loads((tmp_path / "check" / "simulation.json").read_text())["missed"] == []


def test_promises_that_other_customers_find_missed_are_named_with_their_figures(written, tmp_path):
    shutil.copytree(written, tmp_path / "plan")
    settings = tmp_path / "plan" / "scenario" / "scenario.yaml"
    settings.write_text(settings.read_text().replace("target: 0.8", "target: 0.97"))
    run = ["simulate", str(tmp_path / "plan"), "--days", "50", "--out", str(tmp_path / "check")]
    result = CliRunner().invoke(main, run)
    assert "0 of 2 promises" in result.output and "over the day, target 97 %" in " ".join(result.output.split())
    missed = json.loads((tmp_path / "check" / "simulation.json").read_text())["missed"]
    assert [one["date"] for one in missed] == ["2026-03-02"] * 2 and all(one["service_level"] < 0.97 for one in missed)


def test_what_really_came_is_replayed(written, tmp_path):
    actuals = tmp_path / "monday.csv"
    actuals.write_text("start,contact_type\n" + "2026-03-02 10:00,billing\n" * 30)
    run = ["simulate", str(written), "--actuals", str(actuals), "--days", "20", "--out", str(tmp_path / "check")]
    result = CliRunner().invoke(main, run)
    assert result.exit_code == 0 and "of 1 promises" in result.output, result.output  # of billing; nothing else came
    rows = list(csv.DictReader((tmp_path / "check" / "service.csv").open()))
    assert {row["contact_type"] for row in rows} == {"billing"} and float(rows[0]["contacts"]) == 30


@pytest.mark.parametrize(
    ("check", "plant"),
    [
        ("cover", lambda at: _change(at, "coverage.csv", 3, "heads", lambda n: int(n) + 1)),
        ("cost", lambda at: _change(at, "schedule.csv", 0, "cost_each", lambda n: float(n) + 0.01)),
        ("cost", lambda at: _change_record(at, lambda all_: all_["result"].update(cost=1.0))),
        ("proof", lambda at: _change_record(at, lambda all_: all_["result"].update(bound=1e6))),
        ("shift rules", lambda at: _change(at, "schedule.csv", 0, "group", "nobody")),
        ("shift rules", lambda at: _change(at, "schedule.csv", 0, "paid_min", 200)),
        ("limits", lambda at: _change(at, "schedule.csv", 0, "count", 10)),
        ("promise", lambda at: _change(at, "service.csv", 1, "service_level", 0.99)),
        ("promise", lambda at: _change(at, "service.csv", 1, "in_time", lambda n: float(n) + 1)),
        ("promise", lambda at: _change_record(at, lambda all_: all_["promises"][0].update(kept=False))),
        ("promise", lambda at: _change_record(at, lambda all_: all_["promises"].pop())),
    ],
)
def test_a_planted_fault_is_found(written, tmp_path, check, plant):
    shutil.copytree(written, tmp_path / "plan")
    plant(tmp_path / "plan")
    assert check in {one.check for one in verify_plan(tmp_path / "plan").findings}


def test_a_promise_that_is_missed_is_a_fault_even_where_all_files_agree(tmp_path, write_desks):
    scenario = read_scenario(write_desks(tmp_path))
    demand = forecast(scenario).demand
    answer = schedule_skills(scenario, demand, read_skills(scenario), Limits(0.01, 60.0, 2, 1), replications=20)
    for name, text in skills_files(answer, skills_tables(answer), demand).items():
        path = tmp_path / "plan" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    assert verify_plan(tmp_path / "plan").passed
    settings = tmp_path / "plan" / "scenario" / "scenario.yaml"
    settings.write_text(settings.read_text().replace("target: 0.8", "target: 0.95"))
    missed = [one for one in verify_plan(tmp_path / "plan").findings if "at 0.95 or more" in one.expected]
    assert len(missed) == 2


def test_a_folder_without_its_scenario_is_a_fault_of_the_input(written, tmp_path):
    shutil.copytree(written, tmp_path / "plan")
    (tmp_path / "plan" / "scenario" / "skills.csv").unlink()
    result = CliRunner().invoke(main, ["simulate", str(tmp_path / "plan"), "--out", str(tmp_path / "check")])
    assert result.exit_code == 3 and "skills.csv" in result.output


def test_check_reads_the_skills_too(tmp_path, write_desks):
    write_desks(tmp_path)
    skills = tmp_path / "skills.csv"
    skills.write_text(skills.read_text().replace("t,tech", "t,teck"))
    result = CliRunner().invoke(main, ["check", str(tmp_path)])
    assert result.exit_code == 3 and "did you mean tech?" in result.output


def test_options_of_skills_alone_are_refused_without_it(tmp_path, write_desks):
    write_desks(tmp_path)
    result = CliRunner().invoke(main, ["schedule", str(tmp_path), "--compare", "--out", str(tmp_path / "s.csv")])
    assert result.exit_code == 2 and "--skills" in result.output


def test_who_asks_for_the_end_gets_the_best_so_far(tmp_path, write_desks):
    scenario = read_scenario(write_desks(tmp_path))
    said = []
    answer = schedule_skills(
        scenario, forecast(scenario).demand, read_skills(scenario), Limits(0.01, 120.0, 2, 1), replications=20,
        say=said.append, asked=lambda: any(line.startswith("mending 1") for line in said),
    )  # fmt: skip
    assert answer.rounds == 1 and answer.served is not None and answer.found.chosen
