"""servopt staff, on the smallest example."""

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from models.faults import InputFaults
from models.requirement import read_requirement
from models.scenario import read_scenario
from optimizer.cli.staff import staff

SMALL = Path(__file__).parents[3] / "data" / "small"


@pytest.fixture
def demand(tmp_path):
    """A demand for one day of the small example."""
    path = tmp_path / "demand.csv"
    path.write_text(
        "start,contact_type,contacts,aht_s\n"
        "2024-06-03 10:00,calls,60,240\n2024-06-03 10:30,calls,60,240\n2024-06-03 10:00,email,12,300\n"
    )
    return path


def test_prints_days_and_writes_intervals(tmp_path, demand):
    out = tmp_path / "new" / "requirement.csv"
    result = CliRunner().invoke(staff, [str(SMALL), "--demand", str(demand), "--out", str(out)])
    assert result.exit_code == 0, result.output
    row = next(line for line in result.output.splitlines() if "2024-06-03" in line)
    cells = row.replace("│", " ").split()
    frame = pd.read_csv(out)
    desk = frame[frame["pool"] == "desk"]
    hours = desk["agents"].sum() / 2
    assert cells[1:] == [
        "120",
        "8.0",
        "1.0",
        f"{desk['agents'].max()}",
        f"{hours:.1f}",
        f"{desk['heads'].sum() / 2:.1f}",
    ]
    assert desk["deferrable:email"].sum() == pytest.approx(2)
    assert frame.columns[:3].tolist() == ["start", "pool", "contacts"]
    scenario = read_scenario(SMALL)
    assert read_requirement(out, scenario).pools["desk"].target_agents.sum() == desk["agents"].sum()


def test_forecasts_when_no_demand_is_given(tmp_path):
    out = tmp_path / "requirement.csv"
    result = CliRunner().invoke(staff, [str(SMALL), "--out", str(out)])
    assert result.exit_code == 0, result.output
    frame = pd.read_csv(out)
    assert (frame.groupby("pool")["agents"].max() >= 2).all()
    assert "Pool desk" in result.output and "Pool chat" in result.output


def test_faults_rise_to_the_group(tmp_path):
    path = tmp_path / "demand.csv"
    path.write_text("start,contact_type,contacts\n2024-06-03 10:00,faxes,60\n")
    result = CliRunner().invoke(staff, [str(SMALL), "--demand", str(path), "--out", str(tmp_path / "out.csv")])
    assert isinstance(result.exception, InputFaults)
    assert "faxes" in str(result.exception)
    assert not (tmp_path / "out.csv").exists()


def test_a_missing_folder_is_wrong_use():
    assert CliRunner().invoke(staff, ["nowhere"]).exit_code == 2


def test_every_option_has_help():
    assert all(option.help for option in staff.params if option.param_type_name == "option")
