"""`servopt verify`: what it says, how it ends, and plans of awkward scenarios that pass."""

import re

import pytest

from models import verification
from models.verification import Finding, Verification


@pytest.fixture(scope="module")
def made(servopt, tmp_path_factory):
    """The plan of one day."""
    place = tmp_path_factory.mktemp("verify")
    done = servopt.run("plan", servopt.one_day(place / "day"), "--out", place / "plan")
    assert done.exit_code == 0, done.output
    assert "verified by" in done.stdout
    return place / "plan"


def test_a_plan_that_is_right(servopt, made):
    done = servopt.run("verify", made)
    assert done.exit_code == 0
    assert done.stdout.startswith("verified by ")
    assert "requirement 64, " in " ".join(done.stdout.split())
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert not servopt.run("verify", made, "--quiet").output


def every_in(text, file):
    """How many differences a file has, by the last line."""
    return int(re.search(rf"([\d,]+) in {file}", text)[1].replace(",", ""))


def test_a_plan_that_is_wrong(servopt, made, tmp_path):
    for name, content in servopt.snapshot(made).items():
        path = tmp_path / "plan" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.replace(b",calls,", b",calls,9") if name == "scenario/demand.csv" else content)
    done = servopt.run("verify", tmp_path / "plan")
    assert done.exit_code == 7
    assert "NOT verified" in done.stdout
    assert done.stderr.count("\n") <= 50
    # what was promised comes first
    checks = [line.rsplit("(", 1)[1] for line in done.stderr.splitlines() if line.startswith("  ") and "(" in line]
    assert checks[0] == "promise)"
    # a few lines a file, and how many there are
    assert done.stderr.count("  coverage.csv:") <= 8 < every_in(done.stderr, "coverage.csv")
    assert "(servopt verify PLAN --all)" in done.stderr
    every = servopt.run("verify", tmp_path / "plan", "--all")
    assert len(every.stderr) > len(done.stderr)
    assert "  coverage.csv:2:contacts: expected 940, got 40 (service)" in every.stderr


def test_no_plan_is_bad_input(servopt, tmp_path):
    done = servopt.run("verify", tmp_path)
    assert done.exit_code == 3
    assert "plan.json: is missing" in done.stderr


def test_a_plan_that_fails_its_verification_is_an_error(servopt, tmp_path, monkeypatch):
    wrong = Verification((Finding("cover", "coverage.csv", 2, "heads", "3", "4"),), {"cover": 1})
    monkeypatch.setattr(verification, "verify_plan", lambda folder: wrong)
    done = servopt.run("plan", servopt.one_day(tmp_path / "day"), "--out", tmp_path / "plan")
    assert done.exit_code == 7
    assert "coverage.csv:2:heads: expected 3, got 4 (cover)" in done.stderr
    assert (tmp_path / "plan" / "plan.json").is_file()
    quiet = servopt.run("plan", tmp_path / "day", "--out", tmp_path / "plan", "--quiet")
    assert quiet.exit_code == 7


def nights(settings, edges):
    """Open day and night over the change of the clocks in October, in shifts that cross midnight."""
    settings["horizon"] = {"start": "2024-10-26", "days": 3}
    settings["interval_min"] = 60
    settings["opening_hours"] = {"daily": "00:00-24:00"}
    settings["horizon_edges"] = edges
    settings["shrinkage"] = {"planned": 0.1, "unplanned": 0.07}
    settings["pay"] |= {"overtime_after_min": 420, "holiday_percent": 50}
    settings["pay"]["premiums"].append({"name": "night", "from": "22:00", "to": "06:00", "percent": 30})
    settings["holidays"]["extra"] = {"2024-10-27": "the day of the clocks"}
    settings["holidays"]["closed"] = False
    settings["limits"] = {}
    settings["solve"] = {"seed": 1, "gap": 0.05, "time_limit_s": 20}
    settings["shifts"] = [
        {
            "name": "any", "earliest_start": "00:00", "latest_start": "23:00", "start_step_min": 60,
            "paid_min": {"from": 360, "to": 480, "step": 60},
            "breaks": [{"name": "meal", "length_min": 60, "paid": False, "after_start_min": 120}],
        },
        {
            "name": "late", "earliest_start": "22:00", "latest_start": "02:00+1", "start_step_min": 60,
            "latest_end": "08:00+1", "paid_min": 300, "fixed_cost": 4,
        },
    ]  # fmt: skip


@pytest.mark.parametrize("edges", ["lead_in", "cut", "cyclic"])
def test_nights_over_a_change_of_the_clocks(servopt, tmp_path, edges):
    folder = servopt.one_day(tmp_path / "nights")
    servopt.edit(folder, lambda settings: nights(settings, edges))
    rows = [
        f"2024-10-{day}T{hour:02d}:00,{name}"
        for day in (26, 27, 28) for hour in range(24) for name in ("calls,12,900", "chat,5,480", "email,2,300")
    ]  # fmt: skip
    (folder / "demand.csv").write_text("\n".join(["start,contact_type,contacts,aht_s", *rows]) + "\n")
    done = servopt.run("plan", folder, "--out", tmp_path / "plan")
    assert done.exit_code == 0, done.output
    assert servopt.run("verify", tmp_path / "plan", "--quiet").exit_code == 0


@pytest.mark.parametrize(
    "service",
    [
        {"mode": "interval", "abandonment_cap": 0.05, "occupancy_cap": 0.8},
        {"mode": "interval", "definition": "answered"},
        {"mode": "interval", "definition": "without_short_abandons", "short_abandon_s": 10},
        {"model": "erlang-c", "occupancy_cap": 0.85},
        {"model": "erlang-b", "target": 0.9},
    ],
)
def test_other_ways_to_promise_service(servopt, tmp_path, service):
    folder = servopt.one_day(tmp_path / "day", service=service, shrinkage={"unplanned": 0.08})
    done = servopt.run("plan", folder, "--out", tmp_path / "plan")
    assert done.exit_code == 0, done.output


def test_long_handling(servopt, tmp_path):
    """Handling longer than the interval: the load is carried over, here as in the plan."""
    folder = servopt.one_day(tmp_path / "day", calls=10)
    path = folder / "demand.csv"
    path.write_text(path.read_text().replace(",240\n", ",2400\n"))
    done = servopt.run("plan", folder, "--out", tmp_path / "plan")
    assert done.exit_code == 0, done.output


def test_a_partial_plan_is_verified_without_its_promises(servopt, tmp_path):
    folder = servopt.one_day(tmp_path / "day", limits={"seats": 5})
    done = servopt.run("plan", folder, "--out", tmp_path / "plan")
    assert done.exit_code == 4, done.output
    checked = servopt.run("verify", tmp_path / "plan")
    assert checked.exit_code == 0
    assert "limits and promises are not checked" in checked.stderr
