"""servopt calc attrition, pay, profit-centre, outsourcing from the command line."""

import json

import pytest
from click.testing import CliRunner

from optimizer.cli import main

RULES = "measure,at_least,percent,per_unit\ncontacts,0,-10,\ncontacts,500,5,\n"
AGENTS = "agent,base_pay,contacts,csat\n=A1,2000,600,4\nA2,2000,100,\n"


def run(*arguments):
    return CliRunner().invoke(main, ["calc", *map(str, arguments)], terminal_width=120)


def answer(*arguments):
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def write(tmp_path):
    def written(name, text):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return written


def test_attrition_by_options():
    got = answer("attrition", "--headcount", 100, "--leavers", 50, "--replacement-cost", 5000, "--survival", 0.5)
    assert got["attrition"]["replacement_cost"] == 250_000
    assert got["attrition"]["stay_share"] == pytest.approx(0.607, abs=0.0005)
    assert any("0.693" in note for note in got["notes"])


def test_attrition_of_a_file_adds_up():
    rows = {row["team"]: row for row in answer("attrition", "data/finance/attrition.csv")["attrition"]}
    assert rows["all"]["cost"] == pytest.approx(sum(row["cost"] for name, row in rows.items() if name != "all"))
    assert rows["complaints"]["leavers"] == 2  # one in six months


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a,0,1,5\n", "teams.csv:2:headcount", "team of nobody"),
        ("a,10,-1,5\n", "teams.csv:2:leavers", "0 or more"),
        ("a,10,1,5\na,10,1,5\n", "teams.csv:3:team", "already"),
        ("a,ten,1,5\n", "teams.csv:2:headcount", "no finite number"),
    ],
)
def test_attrition_says_what_is_wrong(write, text, place, words):
    result = run("attrition", write("teams.csv", "team,headcount,leavers,replacement_cost\n" + text))
    assert result.exit_code == 3
    assert place in result.output and words in result.output


def test_attrition_needs_a_team():
    assert run("attrition").exit_code == 2
    assert run("attrition", "--headcount", 5).exit_code == 2
    result = run("attrition", "--headcount", 0, "--leavers", 1)
    assert result.exit_code == 3 and "nobody" in result.output


def test_pay_of_a_file(write, tmp_path):
    got = answer("pay", write("a.csv", AGENTS), "--rules", write("r.csv", RULES), "--floor", 1900)
    assert [row["pay"] for row in got["pay"]] == [2100, 1900]
    assert [row["raised"] for row in got["pay"]] == [0, 100]
    assert any("1 of 2 agents have no csat" in note for note in got["notes"])
    assert run("pay", tmp_path / "a.csv", "--rules", tmp_path / "r.csv", "--out", tmp_path / "o.csv").exit_code == 0
    assert "'=A1" in (tmp_path / "o.csv").read_text()  # no formula for the spreadsheet


def test_the_deal_of_five_three_and_four():
    got = answer("pay", "--people", "5:3", "--pay", "5:4")["deal"]
    assert got["unit_cost_change"] == pytest.approx(-0.2)
    assert got["output_per_head"] == pytest.approx(5 / 3)
    assert got["pay_per_head"] == pytest.approx(4 / 3)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--people", "5:3"],
        ["--people", "5-3", "--pay", "5:4"],
        ["--people", "5:0", "--pay", "5:4"],
        ["--people", "5:three", "--pay", "5:4"],
        ["data/finance/agents.csv"],
        ["data/finance/agents.csv", "--rules", "data/finance/pay_rules.csv", "--people", "5:3"],
    ],
)
def test_pay_wrong_use(arguments):
    assert run("pay", *arguments).exit_code == 2


@pytest.mark.parametrize(
    ("agents", "rules", "place"),
    [
        (AGENTS, RULES + "contacts,500,7,\n", "r.csv:4:at_least"),
        (AGENTS, RULES + "speed,500,7,\n", "r.csv:4:measure"),
        (AGENTS + "A2,1,1,1\n", RULES, "a.csv:4:agent"),
        (AGENTS + "A3,-1,1,1\n", RULES, "a.csv:4:base_pay"),
        ("agent,base_pay,contacts,currency\na,1,1,EUR\nb,1,1,EUR\nc,1,1,USD\n", RULES, "a.csv:4:currency"),
        ("agent,base_pay,contacts\n", RULES, "a.csv"),
    ],
)
def test_pay_says_what_is_wrong(write, agents, rules, place):
    result = run("pay", write("a.csv", agents), "--rules", write("r.csv", rules))
    assert result.exit_code == 3
    assert place in result.output


def test_faults_of_both_files_are_said_at_once(write):
    result = run("pay", write("a.csv", AGENTS + "A3,-1,1,1\n"), "--rules", write("r.csv", "measure,at_least\nx,0\n"))
    assert "a.csv:4" in result.output and "r.csv:2" in result.output


def test_profit_centre():
    rows = {row["line"]: row for row in answer("profit-centre", "data/finance/profit_centre.csv")["profit_centre"]}
    assert rows["contract renewal"]["margin"] == pytest.approx(8200 * 0.6 * 0.24 * 120 * 0.35)
    assert rows["all"]["result"] == pytest.approx(sum(r["result"] for name, r in rows.items() if name != "all"))


def test_profit_centre_share_above_one(write):
    result = run("profit-centre", write("p.csv", "line,contacts,conversion,price\na,10,11,5\n"))
    assert result.exit_code == 3
    assert "p.csv:2:conversion" in result.output and "between 0 and 1" in result.output


def test_outsourcing():
    got = answer("outsourcing", "data/finance/outsourcing.csv", "--contacts", 60000)
    assert [row["cost"] for row in got["options"]] == pytest.approx([210_000, 186_000, 146_000])
    assert got["break_evens"][0]["contacts"] == pytest.approx(70_000)
    assert "choose vendor with a least volume" in got["notes"][0]


def test_outsourcing_wrong_use(write):
    head = "option,fixed_cost,second_duties_share\n"
    assert run("outsourcing", "data/finance/outsourcing.csv").exit_code == 2
    result = run("outsourcing", write("o.csv", head + "a,1,2\na,1,0\n"), "--contacts", 5)
    assert result.exit_code == 3
    assert "o.csv:2:second_duties_share" in result.output and "o.csv:3:option" in result.output
    assert "leaves no choice" in run("outsourcing", write("p.csv", head + "a,1,0\n"), "--contacts", 5).output
