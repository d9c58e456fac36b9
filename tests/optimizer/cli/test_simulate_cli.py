"""`servopt simulate`: a plan's folder alone is enough, and what is wrong with it is said."""

import json

import pandas as pd
import pytest

FILES = {"simulation.json", "intervals.csv", "days.csv", "pools.csv", "types.csv"}


@pytest.fixture(scope="module")
def planned(servopt, tmp_path_factory):
    """Return the folder of a plan, alone: the scenario that it was made from is gone."""
    place = tmp_path_factory.mktemp("simulated")
    done = servopt.run("plan", servopt.one_day(place / "day"), "--out", place / "plan", "--quiet")
    assert done.exit_code == 0, done.output
    (place / "day").rename(place / "moved away")
    return place / "plan"


def test_a_plan_is_simulated_from_its_folder(servopt, planned, tmp_path):
    done = servopt.run("simulate", planned, "--days", 50, "--out", tmp_path / "check")
    assert done.exit_code == 0, done.output
    assert {path.name for path in (tmp_path / "check").iterdir()} == FILES
    for word in ("Service level", "promised", "Days on target", "Occupancy", "desk", "chat"):
        assert word in done.output
    found = json.loads((tmp_path / "check" / "simulation.json").read_text())
    written = pd.read_csv(planned / "coverage.csv")
    planned = (written["contacts"] * written["service_level"]).sum() / written["contacts"].sum()
    assert [found["total"]["planned"], found["promise"]["planned"]] == pytest.approx([planned] * 2)
    assert found["total"]["promised"] == pytest.approx(found["promise"]["chance"])
    assert abs(found["total"]["service_level"] - found["total"]["promised"]) < 0.03
    assert found["replications"] == 50
    days = pd.read_csv(tmp_path / "check" / "days.csv")
    assert set(days["pool"].dropna()) == {"desk", "chat"}
    assert days["date"].unique() == ["2024-06-03"]


def test_same_seed_same_files(servopt, planned, tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        assert servopt.run("simulate", planned, "--days", 8, "--seed", seed, "--out", tmp_path / name).exit_code == 0
    texts = [(tmp_path / name / "intervals.csv").read_text() for name in "abc"]
    assert texts[0] == texts[1] != texts[2]


def test_a_bad_day_meets_its_target_less_often(servopt, planned, tmp_path):
    chances = []
    for name, cv in (("calm", 0.0), ("wild", 0.3)):
        done = servopt.run("simulate", planned, "--days", 100, "--day-cv", cv, "--out", tmp_path / name, "--quiet")
        assert (done.exit_code, done.output) == (0, "")
        chances.append(json.loads((tmp_path / name / "simulation.json").read_text())["meets_target"])
    assert chances[1] < chances[0]


def test_actuals_are_replayed(servopt, planned, tmp_path):
    rows = ["start,contact_type,contacts,aht_s"]
    for stamp in pd.date_range("2024-06-03 09:00", "2024-06-03 16:30", freq="30min"):
        rows += [f"{stamp},calls,80,240", f"{stamp},chat,5,480"]
    (tmp_path / "july.csv").write_text("\n".join(rows) + "\n")
    done = servopt.run(
        "simulate", planned, "--actuals", tmp_path / "july.csv", "--aht", "lognormal", "--aht-cv", 1.5, "--days", 20,
        "--out", tmp_path / "check",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    found = json.loads((tmp_path / "check" / "simulation.json").read_text())
    assert found["arrivals"] == "fixed"
    assert found["pools"]["desk"]["contacts"] == 16 * 80
    assert found["pools"]["desk"]["service_level"] < 0.5
    assert found["intervals_below_floor"] > 5


def test_faults_of_the_input(servopt, planned, tmp_path):
    (tmp_path / "july.csv").write_text("start,contact_type,contacts\n2024-06-03 09:00,fax,1\n")
    done = servopt.run("simulate", planned, "--actuals", tmp_path / "july.csv", "--out", tmp_path / "check")
    assert done.exit_code == 3
    assert "fax" in done.output
    (tmp_path / "empty").mkdir()
    done = servopt.run("simulate", tmp_path / "empty", "--out", tmp_path / "check")
    assert done.exit_code == 3
    assert "plan.json" in done.output
    assert not (tmp_path / "check").exists()
    other = servopt.one_day(tmp_path / "other", days=2)
    done = servopt.run("simulate", planned, "--scenario", other, "--out", tmp_path / "check")
    assert done.exit_code == 3
    assert "days" in done.output


def test_what_the_memory_cannot_hold_is_refused_before(servopt, planned, tmp_path, monkeypatch):
    from models.simulation import engine

    monkeypatch.setattr(engine, "_MOST_BYTES", 2**20)
    done = servopt.run("simulate", planned, "--days", 5000, "--out", tmp_path / "check")
    assert done.exit_code == 3
    assert "more than the memory holds: 5,000 simulations of 1 days" in done.output
    assert not (tmp_path / "check").exists()


def test_contacts_in_closed_hours_are_a_fault(servopt, planned, tmp_path):
    rows = [f"2024-06-03 {hour:02d}:00,calls,50,240" for hour in (20, 21, 22, 10)]
    (tmp_path / "night.csv").write_text("\n".join(["start,contact_type,contacts,aht_s", *rows]) + "\n")
    done = servopt.run("simulate", planned, "--actuals", tmp_path / "night.csv", "--out", tmp_path / "check")
    assert done.exit_code == 3
    assert "150 of 200 live contacts within the days of the plan came while it is closed" in done.output
    single = ["start,contact_type,aht_s", *(f"2024-06-03 {hour}:00:03,calls,240" for hour in (20, 21, 22, 10))]
    (tmp_path / "night.csv").write_text("\n".join(single) + "\n")
    done = servopt.run("simulate", planned, "--actuals", tmp_path / "night.csv", "--out", tmp_path / "check")
    assert done.exit_code == 3
    assert "3 of 4 live contacts" in done.output


def test_a_pool_without_contacts_is_left_out(servopt, planned, tmp_path):
    rows = [f"2024-06-03 {hour:02d}:00,calls,20,240" for hour in range(9, 17)]
    rows.append("2024-06-05 10:00,calls,20,240")
    (tmp_path / "calls.csv").write_text("\n".join(["start,contact_type,contacts,aht_s", *rows]) + "\n")
    done = servopt.run(
        "simulate", planned, "--actuals", tmp_path / "calls.csv", "--days", 5, "--out", tmp_path / "check"
    )
    assert done.exit_code == 0, done.output
    assert "nothing came of pool chat; it is left out" in done.output
    assert "1 rows outside the days of the plan are left out" in done.output
    assert set(json.loads((tmp_path / "check" / "simulation.json").read_text())["pools"]) == {"desk"}
    assert set(pd.read_csv(tmp_path / "check" / "days.csv")["pool"].dropna()) == {"desk"}


def test_options_that_would_change_nothing_are_refused(servopt, planned, tmp_path):
    done = servopt.run("simulate", planned, "--aht-cv", 2)
    assert done.exit_code == 2 and "--aht lognormal" in done.output
    (tmp_path / "a.csv").write_text("start,contact_type,contacts\n2024-06-03 10:00,calls,5\n")
    done = servopt.run("simulate", planned, "--actuals", tmp_path / "a.csv", "--day-cv", 0.2)
    assert done.exit_code == 2 and "--day-cv" in done.output
