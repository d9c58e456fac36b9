"""Every calculator has help, a system, an example that runs, a documented function and an oracle test."""

import ast
import importlib
import inspect
import json
import re
import shlex
from pathlib import Path

import click
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from optimizer.cli import main
from optimizer.cli.calc import calculator_module, calculator_names
from optimizer.cli.calculating import Finite, format_value

HERE = Path(__file__).resolve().parents[3]
NAMES = calculator_names()
FINANCE = HERE / "data" / "finance"


def run(line, *more):
    return CliRunner().invoke(main, [*shlex.split(line), *map(str, more)])


def functions_of_models(module):
    """Public functions of models that the source of a command imports, those that read or declare tables aside."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("models"):
            if node.module in ("models.sheets", "models.faults", "models.files", "models.dates"):
                continue
            for alias in node.names:
                thing = getattr(importlib.import_module(node.module), alias.name)
                if inspect.isfunction(thing):
                    yield thing


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch, tmp_path):
    """Examples are typed with paths below data/; whatever they write goes elsewhere."""
    (tmp_path / "data").symlink_to(HERE / "data")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_a_calculator_is_complete(name):
    module = calculator_module(name)
    assert isinstance(module.command, click.Command) and module.command.name == name
    assert len(module.command.help.strip()) > 15
    assert module.SYSTEMS and all(re.fullmatch(r"U\d+", system) for system in module.SYSTEMS)
    for option in module.command.params:
        assert isinstance(option, click.Argument) or option.help, option.name
    oracle = HERE / module.ORACLE_TEST
    assert oracle.is_file(), f"{module.ORACLE_TEST} is missing"
    text = oracle.read_text().replace("-", "_")
    assert name.replace("-", "_") in text, f"{module.ORACLE_TEST} does not mention {name}"
    documented = list(functions_of_models(module))
    assert documented, "calls no function of models"
    for function in documented:
        doc = inspect.getdoc(function) or ""
        assert "Parameters\n" in doc, f"{function.__qualname__}: docstring without Parameters"
        if inspect.signature(function).return_annotation not in (None, "None"):
            assert "Returns\n" in doc, f"{function.__qualname__}: docstring without Returns"


@pytest.mark.parametrize("name", NAMES)
def test_its_example_runs_and_is_in_its_help(name):
    example = calculator_module(name).EXAMPLE
    assert example.startswith(f"servopt calc {name}")
    result = run(example.removeprefix("servopt"))
    assert result.exit_code == 0, result.output
    assert result.output.strip()
    help_text = " ".join(run(f"calc {name} --help").output.split())
    assert " ".join(example.split()) in help_text


@pytest.mark.parametrize("name", NAMES)
def test_its_json_is_json(name):
    result = CliRunner().invoke(main, [*shlex.split(calculator_module(name).EXAMPLE)[1:], "--json"])
    assert result.exit_code == 0, result.output
    assert isinstance(json.loads(result.stdout), dict)


def test_every_system_of_the_issue_is_there():
    found = {system for name in NAMES for system in calculator_module(name).SYSTEMS}
    assert {f"U{number}" for number in range(6, 28)} <= found


def test_the_list_names_every_calculator():
    result = run("calc --list")
    assert result.exit_code == 0
    for name in NAMES:
        module = calculator_module(name)
        assert re.search(rf"^\W*{name} .*{module.SYSTEMS[0]}", result.output, re.MULTILINE), name
        assert f"servopt calc {name}" in result.output


def test_examples_run_anywhere(tmp_path, monkeypatch):
    """A path below data/ that is not there is looked up among the examples of the package."""
    monkeypatch.chdir(tmp_path / "data" / "small")
    assert run("calc high-low data/finance/monthly_volume_cost.csv").exit_code == 0
    missing = run("calc high-low data/finance/nothing.csv")
    assert missing.exit_code == 3 and "nothing.csv: is missing in data/finance" in missing.output
    assert run("calc high-low data/../../pyproject.toml").exit_code == 3


def test_faults_are_listed_with_their_place(tmp_path):
    (tmp_path / "bad.csv").write_text("period,volume,cost\n2026-01,ten,5\n2026-01,-1,\n")
    result = run("calc high-low bad.csv")
    assert result.exit_code == 3
    for fault in (
        "bad.csv:2:volume: 'ten': is no finite number",
        "bad.csv:3:period: '2026-01': stands in row 2 already",
        "bad.csv:3:volume: '-1': must be 0 or more",
        "bad.csv:3:cost: is blank",
    ):
        assert fault in result.output
    (tmp_path / "empty.csv").write_text("")
    assert "empty.csv: is empty" in run("calc high-low empty.csv").output


@pytest.mark.parametrize("line", [
    "calc target-cost --price 10 --profit 11",
    "calc levers --cost 5 --contacts -2",
    "calc levers --cost 1e15 --contacts -0.1",
    "calc cascade data/finance/units.csv --target 1e15",
    "calc drivers",
    "calc drivers --share 0.5",
    "calc drivers --share 0.5 --change -0.1 --output-change 0.1",
    "calc drivers data/finance/drivers.csv --change -0.1",
    "calc cascade data/finance/units.csv --target nan",
    "calc cost-tree data/finance/ledger.csv --mapping data/finance/ledger_mapping.csv --contacts 5 --resolved 6",
])  # fmt: skip
def test_wrong_use_is_exit_2_and_says_why(line):
    result = run(line)
    assert result.exit_code == 2 and "Error" in result.output, result.output


def test_answers_are_written_exactly(tmp_path):
    line = "calc high-low data/finance/monthly_volume_cost.csv --out"
    assert "written: answer.csv" in run(line, "answer.csv").output
    figures = pd.read_csv("answer.csv").set_index("figure")["value"]
    assert float(figures["unit_variable_cost"]) == 20 and figures["high_period"] == "2026-03"
    assert pd.read_csv("answer_periods.csv")["least_squares_cost"].iloc[2] == pytest.approx(30028.96, abs=0.005)
    as_json = CliRunner().invoke(main, [*shlex.split(line), "answer.xlsx", "--json"])
    assert json.loads(as_json.stdout)["result"]["fixed_cost"] == 10000 and "written" in as_json.stderr
    assert openpyxl.load_workbook("answer.xlsx").sheetnames == ["result", "periods"]
    assert run(line, "answer.pdf").exit_code == 3


def test_excel_is_read_like_csv(tmp_path):
    pd.read_csv(FINANCE / "variances.csv").to_excel("v.xlsx", index=False)
    from_excel, from_csv = (
        run(f"calc variance {path} --json").output for path in ("v.xlsx", FINANCE / "variances.csv")
    )
    assert json.loads(from_excel) == json.loads(from_csv)


def test_long_tables_are_cut_on_the_screen_only(tmp_path):
    rows = "".join(f"p{n},{n},{10 + 2 * n}\n" for n in range(1, 101))
    (tmp_path / "many.csv").write_text("period,volume,cost\n" + rows)
    result = run("calc high-low many.csv --out all.csv")
    assert "and 60 more rows" in result.output and " p40 " in result.output and " p41 " not in result.output
    assert len(pd.read_csv("all_periods.csv")) == 100


@pytest.mark.parametrize(("value", "unit", "shown"), [
    (0.01827, "%", "1.83%"), (0.5, "%", "50%"), (-0.000001, "%", "0.0001%"), (1234567.891, "", "1,234,568"),
    (1234.5, "", "1,234.50"), (2026, "id", "2026"), (float("inf"), "", "no end"), (float("nan"), "", ""),
    (None, "", ""), (True, "", "yes"), (pd.Timestamp("2026-01-02"), "", "2026-01-02"), (0.0, "", "0"), ("a", "%", "a"),
])  # fmt: skip
def test_values_on_the_screen(value, unit, shown):
    assert format_value(value, unit).lstrip("-") == shown


def test_numbers_must_be_finite():
    for text in ("nan", "inf", "-inf", "x"):
        with pytest.raises(click.BadParameter):
            Finite(0).convert(text, None, None)


def test_oracles_by_command():
    """The worked examples of cost accounting, as a user types them (data/finance/README.md)."""

    def answer(line):
        result = CliRunner().invoke(main, [*shlex.split(line), "--json"])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    assert answer("calc focus data/finance/cost_lines.csv")["focus"]["strong_share"] == pytest.approx(0.58)
    assert answer("calc drivers --share 0.14 --share 0.87 --change -0.15")["effect"]["total_change"] == pytest.approx(
        -0.01827
    )
    output = answer("calc drivers --share 0.14 --share 0.87 --output-change 0.15")["effect"]
    assert output["total_change"] == pytest.approx(-0.01589, abs=5e-6)
    high_low = answer("calc high-low data/finance/monthly_volume_cost.csv")["result"]
    assert (high_low["unit_variable_cost"], high_low["fixed_cost"]) == (20, 10000)
    levers = answer("calc levers --cost 1000000 --handle-time -0.15 --contacts -0.2")["levers"]
    assert levers[-1]["saving"] == 320000
    tree = answer(calculator_module("cost-tree").EXAMPLE.removeprefix("servopt"))["tree"]
    ledger = pd.read_csv(FINANCE / "ledger.csv")["amount"].sum()
    assert tree[0]["amount"] == pytest.approx(ledger, abs=0.001)
    activity = answer(calculator_module("activity-cost").EXAMPLE.removeprefix("servopt"))
    assert activity["activities"][-1]["cost"] == activity["contact_types"][-1]["cost"] == tree[0]["amount"]
