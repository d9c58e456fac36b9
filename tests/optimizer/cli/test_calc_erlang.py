"""servopt calc erlang."""

import json

import pytest
from click.testing import CliRunner

from optimizer.cli.calc import calc

ISSUE = ["--arrivals", "100", "--interval-min", "30", "--aht-s", "180", "--target", "0.8", "--within-s", "20"]


def run(*arguments):
    return CliRunner().invoke(calc, ["erlang", *arguments], terminal_width=120)


def answer(*arguments):
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_the_command_of_the_issue():
    """100 per 30 min, 180 s: 14 agents, 88.835 %, P(wait) 0.17413, ASA 7.836 s, 71.43 %; 20 at 30 % shrinkage."""
    result = run(*ISSUE, "--shrinkage", "0.3")
    assert result.exit_code == 0
    assert "Erlang C" in result.output
    assert "Required: 14 agents, 20 rostered heads" in result.output
    lines = [line.replace("│", " ").split() for line in result.output.splitlines() if "%" in line and "│" in line]
    assert lines[0][:3] == ["13", "19", "79.56%"]
    assert lines[1] == [">", "14", "20", "88.84%", "7.84", "71.43%", "0.00%", "0.17413", "yes"]
    assert lines[2][0] == "15"


def test_json_has_exact_figures():
    got = answer(*ISSUE)
    row = got["rows"][1]
    assert (got["model"], got["required_agents"], row["agents"], row["meets_goal"]) == ("erlang-c", 14, 14, True)
    assert row["service_level"] == pytest.approx(0.88835, abs=5e-6)
    assert row["asa_s"] == pytest.approx(7.836, abs=5e-4)
    assert row["p_wait"] == pytest.approx(0.17413, abs=5e-6)


def test_patience_makes_it_erlang_a():
    got = answer(*ISSUE, "--patience-s", "120")
    assert (got["model"], got["required_agents"]) == ("erlang-a", 12)
    assert got["rows"][1]["abandonment"] == pytest.approx(0.0616, abs=5e-5)
    assert answer(*ISSUE, "--patience-s", "120", "--model", "erlang-c")["required_agents"] == 14
    assert answer(*ISSUE, "--patience-s", "120", "--definition", "answered")["required_agents"] == 11
    assert answer(*ISSUE, "--patience-s", "120", "--abandonment-cap", "0.03")["required_agents"] == 14


def test_erlang_b_of_the_answered_needs_a_cap_on_losses():
    given = [*ISSUE, "--model", "erlang-b", "--definition", "answered"]
    result = run(*given)
    assert result.exit_code == 2 and "--abandonment-cap" in result.output
    assert answer(*given, "--abandonment-cap", "0.01")["required_agents"] == 18


def test_caps_chat_and_given_agents():
    assert answer(*ISSUE, "--occupancy-cap", "0.6")["required_agents"] == 17
    assert answer(*ISSUE, "--concurrency", "2")["required_agents"] == 7
    assert answer(*ISSUE, "--concurrency", "2", "--slowdown", "1")["load_erlang"] == pytest.approx(20)
    got = answer(*ISSUE, "--agents", "10")
    assert (got["required_agents"], got["shown_agents"]) == (14, 10)
    assert got["rows"][1]["asa_s"] is None  # ten agents for ten erlang: no end
    assert "no end" in run(*ISSUE, "--agents", "10").output
    assert answer(*ISSUE, "--model", "erlang-b")["required_agents"] == 11


def test_zero_calls_are_an_answer():
    got = answer("--arrivals", "0", "--aht-s", "180")
    assert (got["required_agents"], got["rows"][0]["service_level"]) == (0, 1.0)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--arrivals", "-1", "--aht-s", "180"],
        ["--arrivals", "10", "--aht-s", "0"],
        ["--arrivals", "10", "--aht-s", "180", "--target", "1"],
        ["--arrivals", "10", "--aht-s", "180", "--model", "erlang-a"],
        ["--arrivals", "10"],
        ["--arrivals", "10", "--aht-s", "180", "--shrinkage", "1"],
        ["--arrivals", "nan", "--aht-s", "180"],
        ["--arrivals", "inf", "--aht-s", "180"],
    ],
)
def test_wrong_use_is_exit_2_and_says_why(arguments):
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert "Error" in result.output


def test_calculators_are_listed_by_their_modules():
    result = CliRunner().invoke(calc, ["--help"])
    assert result.exit_code == 0
    assert "erlang" in result.output
    assert CliRunner().invoke(calc, ["nothing"]).exit_code == 2


def test_every_option_has_help():
    for option in calc.get_command(None, "erlang").params:
        assert option.help, option.name
