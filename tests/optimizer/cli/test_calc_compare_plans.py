"""servopt calc compare-plans from the command line: figures and folders."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from models.files import write_together
from models.planfiles import plan_files
from optimizer.cli import main


def run(*arguments):
    return CliRunner().invoke(main, ["calc", "compare-plans", *map(str, arguments)], terminal_width=120)


@pytest.fixture
def folders(made_up, tmp_path):
    """Two plans of the same days: B costs a tenth less and answers as much."""
    record = made_up.content().record
    about = {"currency": "EUR", "first_date": "2014-10-20", "days": 14, "interval_min": 30}
    one = replace(record, about=about)

    def other(factor=0.9, service=0.0, **changes):
        plan = one.plan
        schedule = plan.schedule.assign(cost_each=plan.schedule["cost_each"] * factor)
        coverage = plan.coverage.assign(service_level=(plan.coverage["service_level"] + service).clip(0, 1))
        result = replace(plan.result, objective=None, bound=None, gap=None, status="given")
        changed = replace(plan, schedule=schedule, coverage=coverage, result=result)
        write_together(tmp_path / "b", plan_files(replace(one, plan=changed, stages={}, about={**about, **changes})))
        return tmp_path / "a", tmp_path / "b"

    write_together(tmp_path / "a", plan_files(one))
    return other


def test_four_figures():
    result = run("--service", "0.80:0.85", "--cost", "100000:96000", "--json")
    got = json.loads(result.stdout)
    assert got["comparison"]["type"] == "service up, cost down"
    assert got["comparison"]["cost_change_ratio"] == pytest.approx(-0.04)
    assert "0.5 points" in got["notes"][0] and "0.50%" in got["notes"][0]


def test_two_folders(folders):
    got = json.loads(run(*folders(), "--json").stdout)
    assert got["comparison"]["type"] == "service the same, cost down"
    assert got["comparison"]["cost_change_ratio"] == pytest.approx(-0.1)
    assert len(got["days"]) == 12
    assert {day["kind"] for day in got["days"]} == {"service the same, cost down"}
    assert sum(day["cost_a"] for day in got["days"]) == pytest.approx(got["comparison"]["cost_a"])
    assert any("12 of 12 days" in note for note in got["notes"])


def test_a_dearer_plan_of_less_service_is_worse(folders):
    result = run(*folders(1.2, -0.05))
    assert result.exit_code == 0
    assert "worse than all four" in result.output


def test_plans_that_cannot_be_compared(folders):
    result = run(*folders(currency="USD", days=7))
    assert result.exit_code == 3
    assert "plan.json:currency: 'USD': another currency than EUR" in result.output
    assert "plan.json:days" in result.output


def test_folders_that_hold_no_plan(folders, tmp_path):
    one, other = folders()
    (other / "coverage.csv").unlink()
    result = run(one, other)
    assert result.exit_code == 3 and "coverage.csv: is missing" in result.output
    (other / "coverage.csv").write_text("start\n")
    assert "not as `servopt plan` writes it" in run(one, other).output
    (other / "plan.json").write_text("[]")
    result = run(one, other)
    assert result.exit_code == 3 and "plan again" in result.output


@pytest.mark.parametrize(
    "arguments",
    [[], ["--service", "0.8:0.9"], ["--service", "80:90", "--cost", "1:2"], ["--service", "0.8", "--cost", "1:2"],
     ["nowhere", "nowhere"]],
)  # fmt: skip
def test_wrong_use(arguments):
    assert run(*arguments).exit_code == 2
