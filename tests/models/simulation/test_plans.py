"""A plan as a case, what really came instead of the forecast, and the report beside the promise."""

import json

import numpy as np
import pandas as pd
import pytest
import yaml

from models.examples import copy_example
from models.faults import InputFaults
from models.scenario import read_scenario
from models.simulation import simulate
from models.simulation.actuals import replay
from models.simulation.files import simulation_files
from models.simulation.plan_case import Behaviour, case_of_plan
from models.simulation.report import LEVELS, chance, promise_of, report_frame

SHIFT = {
    "pool": "desk", "date": "2024-06-03", "shift": "day", "start": "2024-06-03T09:00:00+02:00",
    "end": "2024-06-03T17:00:00+02:00", "paid_min": 450, "breaks": "12:00-12:30 meal unpaid", "count": 8,
    "cost_each": 100.0,
}  # fmt: skip


@pytest.fixture
def scenario(tmp_path):
    """Read the small example for one Monday: desk takes calls and e-mail, chat has two at a time; nobody is missing."""
    copy_example("small", tmp_path / "day")
    path = tmp_path / "day" / "scenario.yaml"
    settings = yaml.safe_load(path.read_text()) | {"horizon": {"start": "2024-06-03", "days": 1}}
    settings["shrinkage"] = {"planned": 0.1, "unplanned": 0.0}
    path.write_text(yaml.safe_dump(settings))
    rows = ["start,contact_type,contacts,aht_s"]
    for stamp in pd.date_range("2024-06-03 09:00", "2024-06-03 16:30", freq="30min"):
        rows += [f"{stamp},calls,40,240", f"{stamp},chat,13,480", f"{stamp},email,4,300"]
    (tmp_path / "day" / "demand.csv").write_text("\n".join(rows) + "\n")
    return read_scenario(tmp_path / "day")


def schedule(*rows):
    return pd.DataFrame([SHIFT | row for row in rows])


def coverage(scenario, level):
    """A promise of one service level for all open intervals of all pools."""
    parts = [
        pd.DataFrame({"start": scenario.grid.starts[pool.open], "pool": name, "contacts": 40.0, "counted": 40.0})
        for name, pool in scenario.pools.items()
    ]
    return pd.concat(parts, ignore_index=True).assign(service_level=level)


def test_shifts_become_people_with_their_breaks(scenario):
    plan = schedule({}, {"pool": "chat", "count": 3, "breaks": "11:00-11:15 rest paid; 13:00-13:30 meal unpaid"})
    case = case_of_plan(scenario, plan, scenario.demand)
    assert case.groups.names == tuple(scenario.pools)
    assert len(case.people) == 11
    chat = case.people.group == case.groups.names.index("chat")
    assert chat.sum() == 3
    assert set(case.people.start_s) == {9 * 3600.0}
    assert set(case.people.end_s) == {17 * 3600.0}
    mine = chat[case.people.break_person]
    assert sorted(set(case.people.break_start_s[mine])) == [11 * 3600.0, 13 * 3600.0]
    assert sorted(set(case.people.break_length_s[mine])) == [900.0, 1800.0]


def test_contact_types_become_queues_of_their_pools(scenario):
    case = case_of_plan(scenario, schedule({}), scenario.demand)
    queues = case.queues
    calls, chat, mail = (queues.names.index(name) for name in ("calls", "chat", "email"))
    assert queues.contacts[calls].sum() == pytest.approx(16 * 40)
    assert queues.deferrable[mail]
    assert not queues.deferrable[calls]
    assert queues.concurrency[chat] > 1
    assert queues.concurrency[calls] == 1
    assert (queues.aht_s[calls] == 240).all() or (queues.aht_s[calls][18:34] == 240).all()
    assert queues.pools[mail] == queues.pools[calls] == "desk"
    desk = case.groups.names.index("desk")
    assert case.groups.picks[desk, chat] == -1
    assert case.groups.picks[desk, calls] == 0


def test_unplanned_shrinkage_is_absence(scenario):
    plan = schedule({"count": 200})
    scenario.pools["desk"].__dict__["unplanned_shrinkage"] = 0.1
    hours = {
        how: simulate(case_of_plan(scenario, plan, scenario.demand, Behaviour(absences=how)), 20)
        .measure("staffed_s").sum(axis=(1, 2)) / 3600 / 7.5
        for how in ("random", "even", "none")
    }  # fmt: skip
    assert hours["none"] == pytest.approx(np.full(20, 200), rel=0.01)
    assert hours["even"] == pytest.approx(np.full(20, 180), rel=0.01)
    assert hours["random"].mean() == pytest.approx(180, rel=0.02)
    assert hours["random"].std() > 2 * hours["even"].std()


def test_cyclic_shifts_come_in_at_the_start(scenario):
    scenario.settings.__dict__["horizon_edges"] = "cyclic"
    late = {"start": "2024-06-03T20:00:00+02:00", "end": "2024-06-04T04:00:00+02:00", "breaks": "", "count": 1}
    people = case_of_plan(scenario, schedule(late), scenario.demand).people
    assert sorted(zip(people.start_s, people.end_s, strict=True)) == [(-4 * 3600, 4 * 3600), (20 * 3600, 28 * 3600)]


def test_report_holds_the_simulation_beside_the_promise(scenario):
    plan = schedule({"count": 6}, {"pool": "chat", "count": 6})
    result = simulate(case_of_plan(scenario, plan, scenario.demand), 60)
    frame = report_frame(result, scenario.grid, promise_of(scenario, coverage(scenario, 0.8)))
    assert set(frame["level"]) == set(LEVELS)
    total = frame[frame["level"] == "total"].iloc[0]
    pools = frame[frame["level"] == "pool"].set_index("pool")
    live = pools["contacts"] * pools["service_level"]
    assert total["contacts"] == pytest.approx(pools["contacts"].sum())
    assert total["service_level"] == pytest.approx(live.sum() / pools["contacts"].sum())
    assert total["promised"] == pytest.approx(0.8)
    intervals = frame[(frame["level"] == "interval") & (frame["pool"] == "desk")]
    assert intervals["contacts"].sum() == pytest.approx(pools.loc["desk", "contacts"])
    weighted = (intervals["service_level"] * intervals["contacts"]).sum() / intervals["contacts"].sum()
    assert weighted == pytest.approx(pools.loc["desk", "service_level"])
    days = frame[frame["level"] == "day"].set_index("pool")
    assert days.loc["desk", "service_level"] == pytest.approx(pools.loc["desk", "service_level"])
    assert days.loc["desk", "deferrable"] == pytest.approx(64, rel=0.1)
    assert 0 <= days.loc["desk", "meets_target"] <= 1
    assert (frame["half_width"].dropna() >= 0).all()


def test_a_plan_with_too_few_people_is_seen_to_break_its_promise(scenario):
    few = simulate(case_of_plan(scenario, schedule({"count": 4}), scenario.demand), 60)
    frame = report_frame(few, scenario.grid, promise_of(scenario, coverage(scenario, 0.8)))
    desk = frame[frame["pool"] == "desk"]
    assert (desk.loc[desk["level"] == "interval", "below"] == "floor").sum() >= 10
    assert list(desk.loc[desk["level"] == "day", "below"]) == ["target"]
    assert list(desk.loc[desk["level"] == "day", "meets_target"]) == [0.0]
    many = simulate(case_of_plan(scenario, schedule({"count": 30, "breaks": ""}), scenario.demand), 60)
    fine = report_frame(many, scenario.grid, promise_of(scenario, coverage(scenario, 0.8)))
    desk = fine[fine["pool"] == "desk"]
    assert set(desk["below"]) == {""}
    assert list(desk.loc[desk["level"] == "day", "meets_target"]) == [1.0]


def test_files_hold_the_tables_and_the_summary(scenario):
    result = simulate(case_of_plan(scenario, schedule({}), scenario.demand), 5)
    frame = report_frame(result, scenario.grid, promise_of(scenario, coverage(scenario, 0.8)))
    texts = simulation_files(result, frame, {"plan": "here"})
    assert set(texts) == {"simulation.json", "intervals.csv", "days.csv", "pools.csv", "types.csv"}
    summary = json.loads(texts["simulation.json"])
    assert summary["plan"] == "here"
    assert summary["replications"] == 5
    assert set(summary["pools"]) == {"desk", "chat"}
    assert summary["total"]["service_level"] == pytest.approx(float(frame["service_level"].iloc[-1]))


def test_chance_of_a_day():
    share, half = chance(np.array([[0.79, np.nan], [0.81, 0.5], [0.8, np.nan], [0.9, 0.9]]), 0.8)
    assert list(share) == [0.75, 0.5]
    assert half[0] < half[1] < 0.5


def actuals(tmp_path, *rows):
    path = tmp_path / "actuals.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_replay_brings_the_contacts_of_the_file(scenario, tmp_path):
    case = case_of_plan(scenario, schedule({}), scenario.demand)
    path = actuals(
        tmp_path, "start,contact_type,contacts,aht_s", "2024-06-03 09:00,calls,25,100", "2024-06-03 09:30,calls,5,",
        "2024-06-04 09:30,calls,5,",
    )  # fmt: skip
    found = replay(case, scenario, path)
    result = simulate(found.case, 20)
    calls = case.queues.names.index("calls")
    assert list(result.interval_sums[18:21, calls, 0]) == [500, 100, 0]
    assert found.days == (0,)
    assert any("1 rows outside" in note for note in found.notes)
    assert found.case.queues.aht_s[calls, 18] == 100
    assert found.case.queues.aht_s[calls, 19] == case.queues.aht_s[calls, 19]


def test_replay_of_single_contacts(scenario, tmp_path):
    case = case_of_plan(scenario, schedule({"count": 1}), scenario.demand)
    path = actuals(
        tmp_path, "start,contact_type,aht_s", "2024-06-03 10:00:58,calls,100", "2024-06-03 10:00:00,calls,60",
        "2024-06-03T03:00:00+02:00,calls,60",
    )  # fmt: skip
    found = replay(case, scenario, path)
    result = simulate(found.case, 1)
    calls = case.queues.names.index("calls")
    assert result.measure("answered")[0, 0, calls] == 2
    assert result.measure("wait_answered_s")[0, 0, calls] == pytest.approx(2)
    assert result.measure("handled_s")[0, 0, calls] == pytest.approx(160)
    assert any("while closed" in note for note in found.notes)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["start,contact_type,contacts", "2024-06-03 09:00,fax,3"], "not in contact_types.csv"),
        (["start,contact_type,contacts", "2023-06-03 09:00,calls,3"], "no row within"),
        (["start,contact_type,contacts", "2024-06-03 09:00,calls,-3"], "0 or more"),
        (["start,contact_type", "yesterday,calls"], "no time"),
        (["start,contact_type", "2024-06-03 09:00:10,fax"], "not in contact_types.csv"),
        (["start,contact_type", "2023-06-03 09:00:10,calls"], "no contact within"),
        (["start,contact_type", "2024-06-03 03:00:10,calls"], "1 of 1 live contacts .* came while it is closed"),
        (["when,what", "a,b"], "start"),
    ],
)
def test_actuals_that_cannot_be_replayed(scenario, tmp_path, rows, message):
    case = case_of_plan(scenario, schedule({}), scenario.demand)
    with pytest.raises(InputFaults, match=message):
        replay(case, scenario, actuals(tmp_path, *rows))
