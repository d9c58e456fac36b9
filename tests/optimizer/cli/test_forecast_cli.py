"""`servopt forecast` on the examples that travel with the product."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import models
from models.calendar import TimeGrid
from models.faults import InputFaults
from models.forecast import COLUMNS
from models.forecast import forecast as make_forecast
from models.scenario import read_scenario
from optimizer.cli.forecast import forecast

_INSTALLED = Path(models.__file__).parent / "_data"
DATA = _INSTALLED if _INSTALLED.is_dir() else Path(models.__file__).parent.parent / "data"


@pytest.fixture
def small(tmp_path):
    return Path(shutil.copytree(DATA / "small", tmp_path / "small"))


def run(*arguments, code=0):
    result = CliRunner().invoke(forecast, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


def set_forecast(folder, text):
    """Replace the section `forecast` of a scenario."""
    path = folder / "scenario.yaml"
    kept = [line for line in path.read_text().splitlines() if not line.startswith("forecast:")]
    path.write_text("\n".join([*kept, f"forecast: {text}", ""]))


def test_table_and_file(small, tmp_path):
    out = tmp_path / "new" / "forecast.csv"
    result = run(small, "--out", out)
    for word in ("calls", "total", "WAPE", "naive", "better", "Measured on", str(out)):
        assert word in result.output.replace("\n", "")
    scenario = read_scenario(small)
    written = pd.read_csv(out)
    assert tuple(written.columns) == COLUMNS
    opened = sum(int(scenario.open_mask(name).sum()) for name in scenario.contact_types["contact_type"])
    assert len(written) == opened
    stamps = pd.to_datetime(written["start"], utc=True).dt.tz_convert(scenario.settings.time_zone)
    assert set(stamps) <= set(scenario.grid.starts)
    assert written["start"].str.contains(r"[+-]\d\d:\d\d$").all()


def test_json_holds_what_the_table_says(small, tmp_path):
    values = json.loads(run(small, "--json", "--out", tmp_path / "f.csv").stdout)
    assert values["backtest"]["weeks"] == read_scenario(small).settings.forecast.holdout_weeks > 0
    names = [row["contact_type"] for row in values["contact_types"]]
    assert names == list(read_scenario(small).contact_types["contact_type"])
    total = values["total"]
    assert total["wape"] < total["wape_seasonal_naive"]
    written = pd.read_csv(tmp_path / "f.csv")
    days = read_scenario(small).grid.days
    assert total["contacts_per_week"] == pytest.approx(written["contacts"].sum() * 7 / days)


def test_without_backtest_same_demand(small, tmp_path):
    run(small, "--out", tmp_path / "with.csv")
    result = run(small, "--no-backtest", "--json", "--out", tmp_path / "without.csv")
    values = json.loads(result.stdout)
    assert values["backtest"] is None
    assert values["total"]["wape"] is None
    one, two = (pd.read_csv(tmp_path / name) for name in ("with.csv", "without.csv"))
    pd.testing.assert_frame_equal(one[["start", "contact_type", "contacts", "aht_s"]], two[list(one.columns[:4])])
    assert "WAPE" not in run(small, "--no-backtest", "--out", tmp_path / "f.csv").output


def test_lead_weeks(small, tmp_path):
    values = json.loads(run(small, "--lead-weeks", 3, "--json", "--out", tmp_path / "f.csv").stdout)
    assert values["backtest"]["lead_weeks"] == 3
    assert "2 weeks before" in run(small, "--lead-weeks", 3, "--out", tmp_path / "f.csv").output.replace("\n", " ")


def test_written_forecast_is_demand_that_gives_itself(small, tmp_path):
    run(small, "--out", small / "demand.csv")
    scenario = read_scenario(small)
    result = make_forecast(scenario)
    assert result.method == "given"
    assert set(result.methods.values()) == {"given"}
    assert result.backtest is None
    (small / "demand.csv").unlink()
    fresh = make_forecast(read_scenario(small)).demand
    both = result.demand.merge(fresh, on=["start", "contact_type"], suffixes=("", "_fresh"), validate="1:1")
    assert len(both) == len(fresh) == len(result.demand)
    assert (both["contacts"] == both["contacts_fresh"]).all()
    assert (both["contacts_low"] == both["contacts"]).all()
    live = both["contacts"] > 0
    assert both.loc[live, "aht_s"].to_numpy() == pytest.approx(both.loc[live, "aht_s_fresh"].to_numpy(), abs=0.01)


def test_given_demand_prints_without_errors(small, tmp_path):
    run(small, "--out", small / "demand.csv")
    output = run(small, "--out", tmp_path / "f.csv").output
    assert "given" in output
    assert "WAPE" not in output


def test_settings_choose_the_method_and_the_weeks(small):
    set_forecast(small, "{method: seasonal_naive, holdout_weeks: 3}")
    result = make_forecast(read_scenario(small))
    assert set(result.methods.values()) == {"seasonal_naive"}
    assert result.backtest.weeks == 3
    assert result.backtest.wape <= result.backtest.wape_seasonal_naive


def test_history_weeks_leaves_older_history_out(small):
    set_forecast(small, "{history_weeks: 1}")
    result = make_forecast(read_scenario(small))
    assert set(result.methods.values()) == {"mean"}
    assert result.backtest is None


def test_bad_input_is_raised_for_the_group_to_say(small, tmp_path):
    (small / "history.csv").write_text("start,contact_type,contacts,aht_s\nyesterday,calls,1,200\n")
    with pytest.raises(InputFaults):
        run(small, "--out", tmp_path / "f.csv")
    assert not (tmp_path / "f.csv").exists()


def test_vanad_beats_the_seasonal_naive_by_far():
    scenario = read_scenario(DATA / "vanad")
    result = make_forecast(scenario)
    report = result.backtest
    assert (str(report.first_date), str(report.last_date), report.weeks) == ("2014-06-03", "2014-06-30", 4)
    # Reached: WAPE 17.9 % beside 33.6 %, and 25.4 % for a naive forecast that passes over closed days.
    assert report.improvement > 0.40
    total = report.table.iloc[-1]
    assert total["wape"] < 0.80 * total["wape_naive_open"]
    assert 0.75 < report.coverage_80 < 0.93
    assert result.methods["queue_21"] == "silent"
    assert scenario.grid.same_as(TimeGrid(scenario.settings.time_zone, scenario.grid.first_date, 28, 30))
    assert not result.demand.isna().any().any()
