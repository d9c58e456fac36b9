"""servopt calc roi from the command line."""

import json

import pytest
from click.testing import CliRunner

from optimizer.cli import main

CASE = ["--benefit", "130", "--growth", "0.2", "--years", "3", "--rate", "0.1"]


def run(*arguments):
    return CliRunner().invoke(main, ["calc", "roi", *map(str, arguments)], terminal_width=120)


def answer(*arguments):
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def table(tmp_path, text):
    path = tmp_path / "flows.csv"
    path.write_text(text)
    return path


def test_the_worked_example_both_ways():
    once = answer(*CASE, "--outlay", 20, "--outlay", 30, "--outlay", 20)["return"]
    assert once["npv"] == pytest.approx(317.75, abs=0.005)
    assert once["irr"] == pytest.approx(1.93, abs=0.005)
    assert once["payback_months"] == pytest.approx(6.5, abs=0.05)
    yearly = answer(*CASE, "--yearly-outlay", 70)
    assert yearly["return"]["npv"] == pytest.approx(213.67, abs=0.005)
    assert yearly["return"]["benefit_over_cost"] == pytest.approx(2.253, abs=0.0005)
    assert yearly["return"]["net_roi"] == pytest.approx(1.253, abs=0.0005)
    assert yearly["return"]["irr"] is None
    assert any("never change sign" in note for note in yearly["notes"])


def test_the_screen_says_both_ratios_and_no_internal_rate():
    text = run(*CASE, "--yearly-outlay", 70).output
    assert "2.25" in text and "125.33%" in text and "213.67" in text
    assert "no internal rate of return" in text


def test_a_file_gives_the_same_as_its_figures(tmp_path):
    flows = table(tmp_path, "year,benefit,cost\n0,0,70\n1,130,\n2,156,\n3,187.2,\n")
    assert answer(flows, "--rate", 0.1)["return"] == answer(*CASE, "--outlay", 70)["return"]


def test_excel_and_csv_out(tmp_path):
    from openpyxl import load_workbook

    assert run(*CASE, "--outlay", 70, "--out", tmp_path / "roi.xlsx").exit_code == 0
    book = load_workbook(tmp_path / "roi.xlsx")
    assert book.sheetnames == ["flows", "return"]
    assert book["flows"]["D2"].value == -70
    assert run(*CASE, "--out", tmp_path / "roi.txt").exit_code == 3


def test_tornado_and_ranges_are_seeded():
    options = [*CASE, "--outlay", 70, "--tornado", "--range", "benefit=100:130:150", "--samples", 1000]
    one, two = answer(*options), answer(*options)
    assert one == two
    assert one["tornado"][0]["figure"] == "benefit"
    spread = {row["measure"]: row for row in one["discounted_money_under_uncertainty"]}
    assert spread["npv"]["P10"] < spread["npv"]["P50"] < spread["npv"]["P90"]
    assert answer(*options, "--seed", 2)["discounted_money_under_uncertainty"] != list(spread.values())


def test_several_rates_are_said():
    got = run("data/finance/roi_flows.csv")
    assert got.exit_code == 0, got.output
    assert "2 internal rates of return (25 %, 400 %)" in got.output
    rows = {row["initiative"]: row for row in answer("data/finance/roi_flows.csv")["returns"]}
    assert rows["leased kiosks with removal"]["irr"] is None
    assert rows["leased kiosks with removal"]["payback_months"] is None


def test_discounted_flows_that_end_at_nothing_are_paid_back_and_it_is_said_that_the_plain_are_not(tmp_path):
    got = answer(table(tmp_path, "year,benefit,cost\n0,0,100\n1,230,0\n2,0,132\n"), "--rate", 0.1)
    assert got["return"]["discounted_payback_months"] == pytest.approx(12 * 100 / (230 / 1.1))
    assert got["return"]["payback_months"] is None  # 230 - 232: two are missing
    assert any("2.00 are missing at the end" in note for note in got["notes"])
    even = answer(table(tmp_path, "year,benefit,cost\n0,0,100\n1,232,0\n2,0,132\n"), "--rate", 0.1)
    assert even["return"]["payback_months"] == pytest.approx(12 * 100 / 232)  # ends at exactly 0
    assert not any("no payback" in note for note in even["notes"])


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("year,benefit,cost\n0,0,70\n1,5,0\n1,6,0\n", "flows.csv:4:year", "already"),
        ("year,benefit,cost\n0,0,70\n2,5,0\n", "flows.csv:3:year", "no row for year 1"),
        ("year,benefit,cost\n0,0,-70\n", "flows.csv:2:cost", "0 or more"),
        ("year,benefit,cost\n0,0,seventy\n", "flows.csv:2:cost", "no finite number"),
        ("year,benefit,cost\n0.5,0,70\n", "flows.csv:2:year", "whole number"),
        ("year,benefit,cost,currency\n0,0,70,EUR\n1,5,0,EUR\n2,5,0,USD\n", "flows.csv:4:currency", "another currency"),
        ("year,benefit,cost\n", "flows.csv", "no rows"),
        ("benefit,cost\n1,2\n", "flows.csv:1:year", "missing"),
        ("", "flows.csv", "empty"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_place(tmp_path, text, place, words):
    result = run(table(tmp_path, text))
    assert result.exit_code == 3, result.output
    assert place in result.output and words in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        [*CASE, "data/finance/roi_flows.csv"],
        ["data/finance/roi_flows.csv", "--outlay", "5"],
        ["data/finance/roi_flows.csv", "--tornado"],
        [*CASE, "--range", "price=1:2"],
        [*CASE, "--range", "benefit=2:1"],
        [*CASE, "--range", "benefit=two"],
        [*CASE, "--rate", "-1"],
        [*CASE, "--rate", "nan"],
        [*CASE, "--outlay", "-1"],
        [*CASE, "--years", "0"],
        [*CASE, "--growth", "1e6", "--years", "200"],
        [*CASE, "--rate", "-0.9999999", "--years", "200"],
        ["data/finance/roi_flows.csv", "--rate", "-0.99999999999999999"],
    ],
)
def test_wrong_use_is_exit_2(arguments):
    assert run(*arguments).exit_code == 2
