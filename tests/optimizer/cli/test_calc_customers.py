"""servopt calc rfm, tiers, abc, life-cycle, delivered-value, mentions, complaints, measures."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from optimizer.cli import main

FINANCE = Path(__file__).resolve().parents[3] / "data" / "finance"


def run(*arguments):
    result = CliRunner().invoke(main, ["calc", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def answer(*arguments):
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def write(folder, text, name="table.csv"):
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_rfm_says_json_csv_and_excel_alike(tmp_path):
    got = answer("rfm", FINANCE / "orders.csv", "--as-of", "2026-06-30")
    ahlers = next(row for row in got["customers"] if row["customer"] == "Ahlers")
    assert (ahlers["value"], ahlers["period_days"], ahlers["delta_days"]) == (800, 91.25, 61.25)
    yildiz = next(row for row in got["customers"] if row["customer"] == "Yildiz")
    assert yildiz["period_days"] is None and yildiz["state"] == "lapsed"
    assert run("rfm", FINANCE / "orders.csv", "--as-of", "2026-06-30", "--out", tmp_path / "t.csv").exit_code == 0
    assert run("rfm", FINANCE / "orders.csv", "--as-of", "2026-06-30", "--out", tmp_path / "t.xlsx").exit_code == 0
    csv, excel = pd.read_csv(tmp_path / "t.csv"), pd.read_excel(tmp_path / "t.xlsx", sheet_name="customers")
    pd.testing.assert_frame_equal(csv, excel, check_dtype=False)
    assert csv["value"].tolist() == [row["value"] for row in got["customers"]]
    assert sum(pd.read_csv(tmp_path / "t_tiers.csv")["customers"]) == len(csv)


def test_orders_from_excel_are_the_same_as_from_csv(tmp_path):
    table = pd.read_csv(FINANCE / "orders.csv")
    table["date"] = pd.to_datetime(table["date"])  # as Excel holds them
    table.to_excel(tmp_path / "orders.xlsx", index=False)
    of_csv = answer("rfm", FINANCE / "orders.csv", "--as-of", "2026-06-30")
    assert answer("rfm", tmp_path / "orders.xlsx", "--as-of", "2026-06-30") == of_csv


def test_a_written_table_goes_into_tiers(tmp_path):
    run("rfm", FINANCE / "orders.csv", "--as-of", "2026-06-30", "--out", tmp_path / "t.csv")
    got = answer("tiers", tmp_path / "t.csv")
    customers = answer("rfm", FINANCE / "orders.csv", "--as-of", "2026-06-30")["customers"]
    assert [row["tier"] for row in got["customers"]] == [row["tier"] for row in customers]


def test_shares_of_tiers_are_checked():
    values = FINANCE / "customer_values.csv"
    assert [row["customers"] for row in answer("tiers", values, "--shares", "0.5,0.5")["tiers"]] == [100, 100]
    for shares in ("0.5,0.4", "a,b", "1,0"):
        assert run("tiers", values, "--shares", shares).exit_code == 2
    assert run("abc", FINANCE / "abc_values.csv", "--a", "0.9").exit_code == 2


def test_measures_write_the_table_for_investment_allocation(tmp_path):
    target = tmp_path / "initiatives.csv"
    result = run("measures", FINANCE / "measures.csv", "--weight", "saving=3", "--initiatives", target)
    assert result.exit_code == 0, result.output
    table = pd.read_csv(target)
    assert list(table.columns[:2]) == ["initiative", "owner"] and len(table) == 7
    assert table["rank"].is_monotonic_increasing and table["outlay"].sum() == 368_000
    one = answer("measures", FINANCE / "measures.csv", "--weights", FINANCE / "weights.csv", "--weight", "saving=1")
    assert one["weights"]["saving"] == one["weights"]["owner"]  # the option comes before the table
    for wrong in ("saving", "speed=1", "saving=-1"):
        assert run("measures", FINANCE / "measures.csv", "--weight", wrong).exit_code == 2


HEADERS = {
    "rfm": "customer,date,amount",
    "tiers": "customer,value",
    "abc": "customer,value",
    "life-cycle": "segment,stage,customers,revenue_per_customer",
    "delivered-value": "offer,product,price",
    "mentions": "issue,mentions",
    "complaints": "case,opened,cause,handling_min",
    "measures": "measure,saving_per_year",
}
OPTIONS = {"rfm": ("--as-of", "2026-06-30"), "complaints": ("--wage-per-hour", "30", "--as-of", "2026-06-30")}


@pytest.mark.parametrize("name", sorted(HEADERS))
@pytest.mark.parametrize("text", ["", "header", "only;semicolons\n1;2\n", "other,names\n1,2\n"])
def test_a_file_without_rows_or_columns_is_a_fault(name, text, tmp_path):
    path = write(tmp_path, f"{HEADERS[name]}\n" if text == "header" else text)
    result = run(name, path, *OPTIONS.get(name, ()))
    assert result.exit_code == 3, result.output
    assert "table.csv" in result.stderr and "Traceback" not in result.output


@pytest.mark.parametrize(
    ("name", "rows", "places"),
    [
        ("rfm", "a,2026-01-01,ten\n,2026-01-01,1\na,2026-01-01,-1\na,,1",
         ["2:amount", "3:customer", "4:amount", "5:date"]),
        ("rfm", "a,2026-13-01,1\na,2027-01-01,1\na,2026-01-01,1\na,01/02/2026,1", ["2:date", "3:date", "5:date"]),
        ("tiers", "a,x\nb,\na,1", ["2:value", "3:value", "4:customer"]),
        ("abc", "a,-1\nb,2", ["2:value"]),
        ("life-cycle", "x,acquire,-1,1\nx,sell,1,1\nx,retain,many,1", ["2:customers", "3:stage", "4:customers"]),
        ("delivered-value", "a,-1,2\nb,1,two\na,1,1", ["2:product", "3:price", "4:offer"]),
        ("mentions", "a,-1\nb,some\n,1", ["2:mentions", "3:mentions", "4:issue"]),
        ("complaints", "1,2026-01-01,late,5\n1,2026-01-01,late,-5", ["3:case", "3:handling_min"]),
        ("complaints", "1,2026-08-01,late,5\n2,soon,late,5", ["2:opened", "3:opened"]),
        ("measures", "a,-1\na,1\nb,much", ["2:saving_per_year", "3:measure", "4:saving_per_year"]),
    ],
)  # fmt: skip
def test_faults_name_row_and_column(name, rows, places, tmp_path):
    result = run(name, write(tmp_path, f"{HEADERS[name]}\n{rows}\n"), *OPTIONS.get(name, ()))
    assert result.exit_code == 3, result.output
    found = re.findall(r"table\.csv:(\d+:\w+)", result.stderr)
    assert found == places, result.stderr
    assert "Traceback" not in result.output


def test_names_that_look_like_formulas_are_only_text(tmp_path):
    path = write(tmp_path, "customer,value\n=1+1,5\n@x,3\n")
    assert run("abc", path, "--out", tmp_path / "out.csv").exit_code == 0
    assert "'=1+1" in (tmp_path / "out_items.csv").read_text()


def test_a_hundred_thousand_orders_are_all_counted(tmp_path):
    """Counts stay right at size; the million of the issue is measured by test_calc_customers_speed.py."""
    random = np.random.default_rng(1)
    days = (np.datetime64("2024-07-01") + random.integers(0, 730, 100_000)).astype(str)
    frame = pd.DataFrame({"customer": random.integers(0, 20_000, 100_000), "date": days, "amount": 12.5})
    frame.to_csv(tmp_path / "orders.csv", index=False)
    got = answer("rfm", tmp_path / "orders.csv", "--as-of", "2026-06-30")
    inside = (np.datetime64("2026-06-30") - days.astype("datetime64[D]")).astype(int) < 365
    assert sum(row["orders"] for row in got["customers"]) == inside.sum()
    assert sum(row["customers"] for row in got["tiers"]) == frame["customer"].nunique()
